"""Read an executed notebook: parameters, tagged cells, records, answer, title.

A notebook is an nbformat node or the plain JSON of its file; both are dictionaries.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappa.errors import DataError
from mappa.records import RECORD_MIME

if TYPE_CHECKING:
    from nbformat import NotebookNode


#: Folder of the notebooks that are about no single area, in the reports and in the site.
EVERY_AREA = "all-areas"
#: Copies that JupyterLab or a browser makes: ``2-rate-Copy1``, ``2-rate (1)``.
_COPY = re.compile(r".*(-Copy\d+| ?\(\d+\))")


def numbered(folder: Path) -> list[Path]:
    """Return the study's notebooks in *folder*: their names begin with a digit, copies apart.

    They come in the order of their numbers. Raises DataError for a name that no address can hold.
    """
    found = [p for p in folder.glob("[0-9]*.ipynb") if not _COPY.fullmatch(p.stem)]
    for path in found:
        if not re.fullmatch(r"[\w-]+", path.stem):
            raise DataError(
                f"The notebook {path.name!r} cannot have a page: use only letters, digits and "
                "hyphens in its name."
            )
    return sorted(found, key=lambda p: (int(re.match(r"\d+", p.stem)[0]), p.stem))  # type: ignore[index]


def read(notebook: Path | str | NotebookNode) -> NotebookNode:
    """Return the notebook; DataError in one sentence if it cannot be read."""
    import nbformat
    from nbformat import NotebookNode

    if isinstance(notebook, NotebookNode):
        return notebook
    path = Path(notebook)
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from None
    except (nbformat.reader.NotJSONError, UnicodeDecodeError, AttributeError, KeyError):
        raise DataError(f"{path} is not a notebook.") from None


def tags(cell: Any) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def tagged(nb: NotebookNode, tag: str) -> list[NotebookNode]:
    """Return the cells that carry *tag*."""
    return [cell for cell in nb["cells"] if tag in tags(cell)]


def parameters(nb: NotebookNode) -> dict[str, Any]:
    """Return the parameters a notebook ran with: its own cell, then what was injected."""
    found: dict[str, Any] = {}
    for tag in ("parameters", "injected-parameters"):
        for cell in tagged(nb, tag):
            found |= _assignments(cell.source)
    return found


def _assignments(source: str) -> dict[str, Any]:
    """Return the names that *source* sets to plain values."""
    found: dict[str, Any] = {}
    with contextlib.suppress(SyntaxError):
        for node in ast.parse(source).body:
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                continue
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                with contextlib.suppress(ValueError):
                    if isinstance(target, ast.Name):
                        found[target.id] = ast.literal_eval(node.value)
    return found


def record(nb: Any) -> dict[str, Any] | None:
    """Return the record that a notebook shows last, or None."""
    found = None
    for output in _outputs(nb):
        found = output.get("data", {}).get(RECORD_MIME, found)
    return found


def units(nb: Any) -> dict[str, str]:
    """Return the units that a notebook's record was shown with, by key."""
    found: dict[str, str] = {}
    for output in _outputs(nb):
        found = output.get("metadata", {}).get(RECORD_MIME, {}).get("units", found)
    return dict(found)


def sentence(nb: Any) -> str:
    """Return the sentence of the answer: the record's, else what the cell tagged answer shows."""
    own = (record(nb) or {}).get("sentence")
    if isinstance(own, str):
        return own
    for output in _outputs(nb, "answer"):
        shown = output.get("data", {}).get("text/plain") or output.get("text", "")
        text = _unquoted("".join(shown).strip())
        if text:
            return text
    return ""


def errors(nb: Any) -> list[str]:
    """Return the names of the errors among a notebook's outputs."""
    return [o["ename"] for o in _outputs(nb) if o["output_type"] == "error"]


def _outputs(nb: Any, tag: str = "") -> Iterator[Any]:
    """Give the outputs of every cell, or of the cells with *tag*, in order."""
    for cell in nb["cells"]:
        if not tag or tag in tags(cell):
            yield from cell.get("outputs", [])


def _unquoted(text: str) -> str:
    """Return the text that a notebook shows as its repr, with quotes and escapes."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text


def heading(nb: NotebookNode) -> str:
    """Return the text of the first Markdown heading of level 1, or an empty text."""
    written = (cell.source for cell in nb["cells"] if cell.cell_type == "markdown")
    lines = (line for text in written for line in text.splitlines() if line.startswith("# "))
    return str(next(lines, "")[2:].strip())


def subset(nb: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    """Return a notebook of only *cells*, with the same metadata."""
    from nbformat import NotebookNode

    return NotebookNode(
        cells=cells, metadata=nb.metadata, nbformat=nb.nbformat, nbformat_minor=nb.nbformat_minor
    )
