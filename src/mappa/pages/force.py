"""The pages of a force: its brief, the files beside it, and a page for each notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from mappa.data import Data, load
from mappa.errors import OutputError
from mappa.files import write_atomically
from mappa.pages import brief, cells, layout
from mappa.pages.notebook import page_title, render_notebook


def load_notebooks(folder: Path) -> dict[str, NotebookNode]:
    """Return the executed notebooks of a force's folder, by name, in order.

    Raises OutputError where there is none.
    """
    found = {path.stem: cells.read(path) for path in cells.numbered(folder)}
    if not found:
        raise OutputError(f"{folder} holds no executed notebook: run `mappa report` first.")
    return found


def render_pages(
    folder: Path,
    data: Data,
    frame: Callable[[str], dict[str, Any]] | None = None,
    *,
    more: Mapping[str, str] | None = None,
    files: bool = True,
) -> dict[str, str | bytes]:
    """Return the pages of a force by file name, ``index.html`` first, and the files beside it.

    Notebooks that are about no single area have pages of their own only.

    Parameters
    ----------
    folder: holds the executed notebooks; it is named after the force.
    frame: a function of a notebook's name (empty for the force's page) that returns what
        :func:`mappa.pages.layout.page` takes; by default pages that stand alone.
    more: addresses, each with its text, of pages that only a site has.
    files: whether to make the files too; a site takes those that the report has made.
    """
    notebooks = load_notebooks(folder)
    settings: dict[str, Any] = {}
    for nb in notebooks.values():
        settings |= cells.parameters(nb)
    pages: dict[str, str | bytes] = {}
    around: dict[str, Any] = {}
    if "force" in settings:
        made = brief.of_area(data, folder.name, notebooks)
        links = {f"{name}.html": page_title(nb) for name, nb in notebooks.items()}
        text = brief.body(made, data, links=links | dict(more or {}), settings=settings)
        own = frame("") if frame else {}
        pages["index.html"] = layout.page(made.title, text, scripts=["copy"], **own)
        pages |= made.files(data) if files else {}
        around = {"crumbs": [{"text": made.area, "href": "index.html"}]}
    for name, nb in notebooks.items():
        framed = frame(name) if frame else around
        pages[f"{name}.html"] = render_notebook(nb, title=page_title(nb), **framed)
    return pages


def render_force(folder: Path | str) -> list[Path]:
    """Write the pages of a force, and the files beside them, into its folder.

    Returns the paths written, ``index.html`` first.

    Raises OutputError: no executed notebook is there, or the folder cannot be written.
    """
    where = Path(folder)
    return [write_atomically(where / n, c) for n, c in render_pages(where, load()).items()]
