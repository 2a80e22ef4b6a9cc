"""The page of the nation: the official series, and what the three questions say of the whole."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from mappa.data import Data
from mappa.pages import cells, layout
from mappa.pages.force import heading_level, load_notebooks
from mappa.pages.frames import Frames
from mappa.pages.index import sentences
from mappa.pages.notebook import fragment, page_title
from mappa.pages.summary import AreaResult
from mappa.words import numbers
from mappa.words.tables import table_html


def series_table(data: Data, as_of: str) -> str:
    """Return the official national counts with rate and growth, up to the date of the site."""
    counts = data.national("rso_count")
    counts = counts[counts.index <= pd.Timestamp(as_of)]
    rows = []
    for date, value in counts.items():
        people = float(data.people(date).sum()) if date in data.dates else None
        rate = 100_000 * value / people if people else None
        rows.append(
            {
                "Date": numbers.day(date),
                "People on the register": numbers.count(value),
                "Rate per 100,000 people aged 10 and over": numbers.rate(rate),
            }
        )
    names = tuple(rows[0])[1:] if rows else ()
    return table_html(
        pd.DataFrame(rows),
        f"People on the register, {data.nation}, every date with a preferred value",
        numeric=names,
        note="What is counted has changed: the breaks are in the growth notebooks. Not known means "
        "that no population for the date is in the tables.",
    )


#: Tag of the cells that are about the nation alone, whichever area was asked for.
NATION = "nation"


def national_cells(nb: NotebookNode) -> list[NotebookNode]:
    """Return the outputs of the cells about the nation, each under its heading.

    The answer stands under the question that is the notebook's title.
    """
    found: list[NotebookNode] = []
    heading = ""
    for cell in nb.cells:
        if heading_level(cell) == 2:
            heading = cell.source.lstrip().partition("\n")[0]
        if NATION not in cells.tags(cell) or not cell.get("outputs"):
            continue
        if "answer" in cells.tags(cell):
            heading = f"## {cells.heading(nb)}"
        if heading:
            found.append(new_markdown_cell(heading))
            heading = ""
        found.append(NotebookNode(dict(cell) | {"source": ""}))
    return found


def from_notebooks(folder: Path) -> str:
    """Return what the notebooks in *folder* say of the nation, as HTML."""
    told = (
        fragment(cells.subset(nb, national_cells(nb))) for nb in load_notebooks(folder).values()
    )
    return "\n".join(layout.settle_headings(text, first=2, only_one=False) for text in told)


def _notebooks(every: Path | None) -> str:
    """Return links to the notebooks that are about no single area."""
    if every is None:
        return ""
    links = [
        f'<li><a href="{every.name}/{name}.html">{html.escape(page_title(nb))}</a></li>'
        for name, nb in load_notebooks(every).items()
    ]
    return f'<h2 id="notebooks">More notebooks</h2><ul>{"".join(links)}</ul>'


def body_of(
    data: Data,
    lines: Sequence[AreaResult],
    title: str,
    said: str,
    folder: Path,
    every: Path | None,
) -> str:
    """Return the main text."""
    parts = [f"<h1>{html.escape(title)}</h1>", f'<p class="lead">{html.escape(said)}</p>']
    parts.append(from_notebooks(folder))
    parts.append('<h2 id="series">Every count of the nation in the tables</h2>')
    parts.append(series_table(data, lines[0].as_of))
    parts.append(_notebooks(every))
    parts.append(
        '<p>The areas stand side by side on the <a href="index.html#areas">first page</a>; how '
        'each method works is told under <a href="methods.html">Methods</a>.</p>'
    )
    return "\n".join(parts)


def render(
    data: Data,
    lines: Sequence[AreaResult],
    frames: Frames,
    folder: Path,
    every: Path | None = None,
) -> str:
    """Return the national page.

    Parameters
    ----------
    folder: holds the executed notebooks of any one area.
    every: holds those that are about no single area.
    """
    title = f"{data.nation}: people on the register, {numbers.day(lines[0].as_of)}"
    said = sentences(data, lines)["lead"]
    body = body_of(data, lines, title, said, folder, every)
    return layout.page(title, body, description=said, **frames.shared("national.html"))
