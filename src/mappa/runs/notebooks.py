"""The notebooks of the study: found by their numbered names, read without nbformat."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterable
from pathlib import Path

from mappa.errors import DataError
from mappa.runs import parameters

#: Not JupyterLab's copies: ``2-rate-Copy1.ipynb`` is no fourth notebook.
_NAME = re.compile(r"\d+-[a-z]+\.ipynb")


@dataclasses.dataclass(frozen=True)
class Notebook:
    """A notebook to be run.

    Parameters
    ----------
    name: its file name without ``.ipynb``, such as ``2-rate``.
    text: its JSON as it stands in the file.
    parameters: what its parameters cell declares, by name.
    modules: names that its cells import, such as ``mappa.studies.rate``.
    """

    name: str
    text: str
    parameters: dict[str, parameters.Parameter]
    modules: tuple[str, ...] = ()


def find(folder: Path) -> list[Notebook]:
    """Return the study's notebooks (``1-growth.ipynb``, ...) of *folder*, in their order.

    Raises DataError where there are none, or one is not a notebook with a parameters cell.
    """
    paths = sorted(p for p in folder.glob("*.ipynb") if _NAME.fullmatch(p.name))
    if not paths:
        raise DataError(f"No notebook such as 1-growth.ipynb is in {folder}.")
    return [read(path) for path in paths]


def read(path: Path) -> Notebook:
    """Return the notebook in the file *path*, its parameters cell inspected."""
    try:
        text = path.read_text(encoding="utf-8")
        cells = json.loads(text)["cells"]
        tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path} is not a notebook.") from None
    if len(tagged) != 1:
        raise DataError(
            f"{path.name} has {len(tagged)} cells with the tag `parameters`: it needs one."
        )
    source = "".join(tagged[0]["source"])
    modules = _imports("".join(c["source"]) for c in cells if c.get("cell_type") == "code")
    return Notebook(path.stem, text, parameters.inspect(source, path.name), modules)


def _imports(cells: Iterable[str]) -> tuple[str, ...]:
    """Return the modules, and names that may be modules, which the code of cells imports."""
    found: set[str] = set()
    for source in cells:
        lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError:  # the cell itself will tell
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return tuple(sorted(found))
