"""The page of a force, assembled from its executed notebooks."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from mappa.errors import OutputError
from mappa.files import write_atomically
from mappa.pages import about, cells, layout
from mappa.pages.notebook import _exporter, render_notebook

NOTEBOOKS = {"1-growth": "Growth", "2-rate": "Rate", "3-register": "Register"}


def load_notebooks(folder: Path) -> dict[str, NotebookNode]:
    """Return the executed notebooks of a force's folder, by name, in order."""
    found = {}
    for name in NOTEBOOKS:
        path = folder / f"{name}.ipynb"
        if path.is_file():
            found[name] = cells.read(path)
    if not found:
        raise OutputError(f"{folder} holds no executed notebook: run `mappa report` first.")
    return found


def _outputs_only(nb: NotebookNode, tag: str) -> str:
    """Return the outputs of the cells with *tag* as HTML, without their code."""
    chosen = []
    for cell in cells.tagged(nb, tag):
        bare = NotebookNode(cell)
        chosen.append(NotebookNode(bare | {"source": ""}))
    return _exporter().fragment(cells.subset(nb, chosen)) if chosen else ""


def answer(notebooks: dict[str, NotebookNode]) -> str:
    """Return the answer in three sentences, each with the notebook it comes from."""
    lines = []
    for name, nb in notebooks.items():
        sentence = _outputs_only(nb, "answer")
        if sentence.strip():
            lines.append(f'<li><strong class="part">{NOTEBOOKS[name]}</strong>{sentence}</li>')
    return f'<div class="answer"><ol>{"".join(lines)}</ol></div>' if lines else ""


def render_force_page(folder: Path, **frame: Any) -> str:
    """Return the page of the force whose executed notebooks are in *folder*."""
    notebooks = load_notebooks(folder)
    settings = cells.parameters(next(iter(notebooks.values())))
    force = str(settings.get("force", folder.name))
    parts = [f"<h1>{html.escape(force)}</h1>", answer(notebooks)]
    lead = notebooks.get("2-rate", next(iter(notebooks.values())))
    parts.append(_outputs_only(lead, "answer-figure"))
    for name, nb in notebooks.items():
        parts.append(f'<h2 id="{name[2:]}">{NOTEBOOKS[name]}</h2>')
        parts.append(_outputs_only(nb, "answer"))
        if nb is not lead:
            parts.append(_outputs_only(nb, "answer-figure"))
        heading = html.escape(layout.text_of(cells.heading(nb)))
        parts.append(f'<p><a href="{name}.html">The whole notebook: {heading}</a></p>')
    parts.append(about.section(about.of_data(settings)))
    return layout.page(force, "\n".join(parts), **frame)


def render_force(folder: Path | str) -> list[Path]:
    """Write the pages of a force beside its executed notebooks.

    Parameters
    ----------
    folder: holds ``1-growth.ipynb``, ``2-rate.ipynb`` and ``3-register.ipynb``, executed.

    Returns
    -------
    The pages written: ``index.html`` first, then a page for each notebook.

    Raises
    ------
    OutputError: no executed notebook is there, or the folder cannot be written.
    """
    where = Path(folder)
    written = [write_atomically(where / "index.html", render_force_page(where))]
    names: Sequence[str] = [n for n in NOTEBOOKS if (where / f"{n}.ipynb").is_file()]
    for name in names:
        nb = cells.read(where / f"{name}.ipynb")
        crumbs = [{"text": "Back to the force", "href": "index.html"}]
        written.append(write_atomically(where / f"{name}.html", render_notebook(nb, crumbs=crumbs)))
    return written
