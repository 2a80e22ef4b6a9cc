"""The page of England and Wales, or of whatever the study is about: a brief of the same kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mappa.data import Data
from mappa.pages import brief, cells, index, layout
from mappa.pages.force import load_notebooks
from mappa.pages.frames import Frames
from mappa.pages.notebook import page_title, part_title
from mappa.pages.summary import AreaResult
from mappa.printed import PER
from mappa.words import numbers
from mappa.words.population import break_remark
from mappa.words.tables import Table

STEM = "national"
RATE = "Rate per 100,000 people aged 10 and over"


def series_table(data: Data, as_of: str) -> Table:
    """Return the official national counts with their rate, up to the date of the site."""
    counts = data.national("rso_count")
    counts = counts[counts.index <= pd.Timestamp(as_of)]
    people = [
        float(data.people(d).sum()) if d in data.dates else float("nan") for d in counts.index
    ]
    frame = pd.DataFrame(
        {
            "Date": [numbers.day(date) for date in counts.index],
            "People on the register": counts.to_numpy(),
            RATE: PER * counts.to_numpy() / people,
        }
    )
    formats = {"People on the register": numbers.count, RATE: numbers.rate}
    dated = [d for d in counts.index if d in data.dates]
    note = break_remark(data.break_between(dated[0], dated[-1])) if dated else ""
    return Table(f"Every count, {data.nation}", frame, formats=formats, note=note)


def render(
    data: Data,
    lines: Sequence[AreaResult],
    frames: Frames,
    folder: Path,
    every: Path | None = None,
) -> dict[str, str | bytes]:
    """Return the page and the files beside it.

    Parameters
    ----------
    folder: holds the executed notebooks of any one area.
    every: holds those that are about no single area.
    """
    notebooks, day = load_notebooks(folder), numbers.day(lines[0].as_of)
    said = index.sentences(data, lines)
    told = [
        (part_title(name), cells.sentence(nb))
        for name, nb in notebooks.items()
        if any(brief.NATION in cells.tags(cell) for cell in cells.tagged(nb, "answer"))
    ]
    made = brief.Brief(
        title=f"{data.nation}: people on the register, {day}",
        stem=STEM,
        area=data.nation,
        day=day,
        answers=[("Count and rate", f"{said['lead']}\n\n{said['coverage']}"), *told],
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
    page = layout.page(
        made.title,
        brief.body(made, data, links=links, extra=extra),
        description=said["lead"],
        scripts=["copy"],
        **frames.shared("national.html"),
    )
    return {"national.html": page} | made.files(data)
