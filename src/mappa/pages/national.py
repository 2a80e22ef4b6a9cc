"""The page of the nation: the official series, and what the three questions say of the whole."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mappa.figures import Figures
from mappa.pages import layout
from mappa.pages.frames import Frames
from mappa.pages.summary import AreaResult
from mappa.words import numbers
from mappa.words.tables import table_html


def series_table(figures: Figures, as_of: str) -> str:
    """Return the official national counts with rate and growth, up to the date of the site."""
    counts = figures.national("rso_count")
    counts = counts[counts.index <= pd.Timestamp(as_of)]
    rows = []
    for date, value in counts.items():
        people = float(figures.people(date).sum()) if date in figures.dates else None
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
        f"People on the register, {figures.nation}, every date with a preferred value",
        numeric=names,
        note="What is counted has changed: the breaks are in the growth notebooks. Not known means "
        "that no population for the date is in the tables.",
    )


def body_of(figures: Figures, lines: Sequence[AreaResult], title: str, said: str) -> str:
    """Return the main text."""
    parts = [f"<h1>{html.escape(title)}</h1>", f'<p class="lead">{html.escape(said)}</p>']
    parts.append('<h2 id="series">Every official count</h2>')
    parts.append(series_table(figures, lines[0].as_of))
    return "\n".join(parts)


def render(figures: Figures, lines: Sequence[AreaResult], frames: Frames) -> str:
    """Return the national page."""
    from mappa.pages.index import sentences

    day: Any = numbers.day(lines[0].as_of)
    title = f"{figures.nation}: people on the register, {day}"
    said = sentences(figures, lines)["lead"]
    body = body_of(figures, lines, title, said)
    return layout.page(title, body, description=said, **frames.shared("national.html"))
