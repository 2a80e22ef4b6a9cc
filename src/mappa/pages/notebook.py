"""One executed notebook as one self-contained page."""

import functools
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from nbformat import NotebookNode

from mappa.data import load
from mappa.pages import cells, layout
from mappa.pages.exporter import MappaExporter
from mappa.versions import versions
from mappa.words import capital
from mappa.words.tables import table_html


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
    exporter: the exporter to use; by default one for all pages.
    frame: what :func:`mappa.pages.layout.page` takes (menu, crumbs, pager, links).

    Raises
    ------
    DataError: the file is not a notebook.
    """
    nb = cells.read(notebook)
    shown = title or page_title(nb)
    body = body_of(nb, shown, exporter) + about(cells.parameters(nb))
    return layout.page(shown, body, **frame)


def about(parameters: Mapping[str, Any], *, heading: bool = True) -> str:
    """Return the section on what a page was made from as HTML: settings, data, versions.

    It has no date of the run, so that a rebuild is the same.
    """
    data = load()
    latest = max(data.area_figures["date"].max(), data.national("rso_count").index.max())
    rows = [(name, str(value) or "not set") for name, value in parameters.items()]
    settings = pd.DataFrame(rows, columns=["Setting", "Value"])
    table = table_html(settings, "Settings of this page") if rows else ""
    made = ", ".join(f"{name} {version}" for name, version in versions().items())
    title = '<h2 id="about-this-page">About this page</h2>' if heading else ""
    return (
        f"{title}{table}<dl><dt>Data</dt><dd>Latest figure of {latest:%Y-%m-%d}; SHA-256 of the "
        f"tables <code>{html.escape(data.digest[:16])}</code></dd>"
        f"<dt>Made with</dt><dd>{html.escape(made)}</dd></dl>"
    )
