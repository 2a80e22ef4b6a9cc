"""The pages of a force, a brief and a page for each notebook, and the page of all areas."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from nbformat import NotebookNode

from mappa.data import Data, load
from mappa.errors import OutputError
from mappa.files import write_atomically
from mappa.pages import brief, cells, index, layout
from mappa.pages.exporter import page_title, part_title, render_notebook
from mappa.pages.shared import Frames
from mappa.pages.summary import AreaResult
from mappa.printed import PER
from mappa.words import Table, break_remark, numbers

#: Heading of the national rates.
RATE = "Rate per 100,000 people aged 10 and over"


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
    frame: Callable[[str], layout.Frame] | None = None,
    *,
    more: Mapping[str, str] | None = None,
    files: bool = True,
) -> dict[str, str | bytes]:
    """Return the pages of a force by file name, ``index.html`` first, and the files next to it.

    Notebooks that are about no single area have pages of their own only.

    Parameters
    ----------
    folder: holds the executed notebooks; it is named after the force.
    frame: a function of a notebook's name (empty for the force's page) that returns what the page
        has around its text; by default pages of their own.
    more: addresses, each with its text, of pages that only a site has.
    files: whether to make the files too; a site takes those that the report has made.
    """
    notebooks = load_notebooks(folder)
    settings: dict[str, Any] = {}
    for nb in notebooks.values():
        settings |= cells.parameters(nb)
    pages: dict[str, str | bytes] = {}
    around: layout.Frame = {}
    if "force" in settings:
        made = brief.of_area(data, folder.name, notebooks)
        links = {f"{name}.html": page_title(nb) for name, nb in notebooks.items()}
        text = brief.body(made, data, links=links | dict(more or {}), settings=settings)
        own = frame("") if frame else None
        pages["index.html"] = layout.page(made.title, text, own, scripts=["copy"])
        pages |= made.files(data) if files else {}
        around = {"crumbs": [{"text": made.area, "href": "index.html"}]}
    for name, nb in notebooks.items():
        framed = frame(name) if frame else around
        pages[f"{name}.html"] = render_notebook(nb, title=page_title(nb), frame=framed)
    return pages


def render_force(folder: Path | str) -> list[Path]:
    """Write the pages of a force, and the files next to them, into its folder.

    Returns the paths written, ``index.html`` first.

    Raises OutputError: no executed notebook is there, or the folder cannot be written.
    """
    where = Path(folder)
    return [write_atomically(where / n, c) for n, c in render_pages(where, load()).items()]


def series_table(data: Data, as_of: str) -> Table:
    """Return the official national counts with their rate, up to the date of the site."""
    counts = data.national("rso_count")[: pd.Timestamp(as_of)].rename("People on the register")
    dated = [d for d in counts.index if d in data.dates]
    people = pd.Series({d: float(data.people(d).sum()) for d in dated}, dtype=float)
    frame = counts.to_frame().assign(**{RATE: PER * counts / people})
    frame.insert(0, "Date", [numbers.day(date) for date in counts.index])
    formats = {"People on the register": numbers.count, RATE: numbers.rate}
    note = break_remark(data.break_between(dated[0], dated[-1])) if dated else ""
    return Table(f"Every count, {data.nation}", frame, formats=formats, note=note)


def national(
    data: Data, lines: Sequence[AreaResult], frames: Frames, folder: Path, every: Path | None = None
) -> dict[str, str | bytes]:
    """Return the page of England and Wales, a brief of the same kind, and the files next to it.

    *folder* holds the executed notebooks of any one area, *every* those about no single area.
    """
    notebooks, day = load_notebooks(folder), numbers.day(lines[0].as_of)
    said = index.sentences(data, lines)
    answers = [
        (part_title(name), cells.sentence(nb))
        for name, nb in notebooks.items()
        if any(brief.NATION in cells.tags(cell) for cell in cells.tagged(nb, "answer"))
    ]
    made = brief.Brief(
        title=f"{data.nation}: people on the register, {day}",
        stem="national",
        area=data.nation,
        day=day,
        answers=[("Count and rate", f"{said['lead']}\n\n{said['coverage']}"), *answers],
        charts=brief.charts(notebooks, brief.NATION),
        sources=brief.official_table(data, lines[0].as_of),
    )
    extra = (
        f'<h2 id="map">Map of the rates</h2>\n{index.tile_map(data, lines)}'
        f'<h2 id="series">Every count</h2>\n{series_table(data, lines[0].as_of)._repr_html_()}'
        '<p>All areas are <a href="index.html#areas">in one table</a>; each method is explained '
        'under <a href="methods.html">Methods</a>.</p>'
    )
    more = load_notebooks(every) if every else {}
    links = {f"{cells.EVERY_AREA}/{name}.html": page_title(nb) for name, nb in more.items()}
    text = brief.body(made, data, links=links, extra=extra)
    frame, lead = frames.shared("national.html"), said["lead"]
    page = layout.page(made.title, text, frame, description=lead, scripts=["copy"])
    return {"national.html": page} | made.files(data)
