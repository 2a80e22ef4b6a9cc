"""One executed notebook as one self-contained page."""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from mappa.pages import about, cells, layout
from mappa.pages.exporter import MappaExporter
from mappa.words.prose import capital


@functools.cache
def _exporter() -> MappaExporter:
    """One exporter for the whole process: making it costs more than a page."""
    return MappaExporter()


def fragment(nb: NotebookNode) -> str:
    """Return the cells of a notebook as HTML, without a page."""
    return _exporter().fragment(nb)


def part_title(name: str) -> str:
    """Return a notebook's name as a title: ``2-rate`` is Rate."""
    words = name.lstrip("0123456789-_. ").replace("-", " ").replace("_", " ").strip()
    return capital(words) or name


def page_title(nb: NotebookNode) -> str:
    """Return the heading of a notebook after the force it ran for."""
    heading = layout.text_of(cells.heading(nb)) or "Notebook"
    force = cells.parameters(nb).get("force")
    if isinstance(force, str) and force and force not in heading:
        return f"{force}: {heading[:1].lower()}{heading[1:]}"
    return heading


def body_of(nb: NotebookNode, title: str, exporter: MappaExporter | None = None) -> str:
    """Return the cells as HTML with one level 1 heading, *title*, and settled headings."""
    fragment = (exporter or _exporter()).fragment(nb)
    escaped = html.escape(title)
    fragment, found = re.subn(
        r"<h1\b[^>]*>.*?</h1>", f"<h1>{escaped}</h1>", fragment, count=1, flags=re.S
    )
    if not found:
        fragment = f"<h1>{escaped}</h1>\n{fragment}"
    return layout.settle_headings(fragment)


def render_notebook(
    notebook: Path | str | NotebookNode,
    *,
    title: str | None = None,
    exporter: MappaExporter | None = None,
    **frame: Any,
) -> str:
    """Return an executed notebook as a self-contained HTML page.

    Parameters
    ----------
    notebook: an executed notebook, or its path.
    title: the page's title; by default the notebook's heading and its force.
    exporter: the exporter to use; by default one that is kept.
    frame: what :func:`mappa.pages.layout.page` takes (menu, crumbs, pager, links).

    Raises
    ------
    DataError: the file is not a notebook.
    """
    nb = cells.read(notebook)
    shown = title or page_title(nb)
    body = body_of(nb, shown, exporter) + about.section(cells.parameters(nb))
    return layout.page(shown, body, **frame)
