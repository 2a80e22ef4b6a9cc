"""Read an executed notebook: parameters, tagged cells, records, title."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from mappa.errors import DataError
from mappa.records import RECORD_MIME


def read(notebook: Path | str | NotebookNode) -> NotebookNode:
    """Return the notebook; DataError in one sentence if it cannot be read."""
    if isinstance(notebook, NotebookNode):
        return notebook
    path = Path(notebook)
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from None
    except (nbformat.reader.NotJSONError, UnicodeDecodeError, AttributeError, KeyError):
        raise DataError(f"{path} is not a notebook.") from None


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.get("metadata", {}).get("tags", []))


def tagged(nb: NotebookNode, tag: str) -> list[NotebookNode]:
    """Return the cells that carry *tag*."""
    return [cell for cell in nb.cells if tag in tags(cell)]


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
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return found
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                try:
                    found[target.id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
                except ValueError:
                    continue
    return found


def record(nb: NotebookNode) -> dict[str, Any] | None:
    """Return the record a notebook ends with, or None."""
    for cell in reversed(nb.cells):
        for output in reversed(cell.get("outputs", [])):
            found = output.get("data", {}).get(RECORD_MIME)
            if isinstance(found, dict):
                return dict(found)
    return None


def heading(nb: NotebookNode) -> str:
    """Return the text of the first Markdown heading of level 1, or an empty text."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line[2:].strip())
    return ""


def subset(nb: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    """Return a notebook of only *cells*, with the same metadata."""
    return NotebookNode(
        cells=cells, metadata=nb.metadata, nbformat=nb.nbformat, nbformat_minor=nb.nbformat_minor
    )
