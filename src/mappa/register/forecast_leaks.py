"""What was not yet published on a date, though its figures are dated before it.

A forecast from an origin uses the counts dated up to it. Those of the origin's own day come out
months later, and some are known only from a later edition: a reader must be able to see which.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pandas as pd

from mappa.figures import Figures
from mappa.records import Record, key

USUAL_LAG_DAYS = 366  # the yearly report follows its stock date within the year


@dataclasses.dataclass(frozen=True)
class Leak(Record):
    """A figure dated up to the origin whose earliest source at hand is later."""

    table: str = key("Table of the figure")
    date: str = key("Date or period of the figure")
    measure: str = key("Measure of the figure")
    value: float | None = key("The figure", "see the table")
    source: str = key("Earliest source at hand")
    published: dt.date | None = key("Last day on which that source can have come out")
    kind: str = key("usual lag: within a year of the figure's date; later; or not dated")


def published_by(text: str) -> dt.date | None:
    """Return the last day of a written year, month or day; None where none is written."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?$", text.strip())
    if not match:
        return None
    year, month, day = match.groups()
    stamp = pd.to_datetime(f"{year}-{month or 12}-{day or '01'}", errors="coerce")
    if pd.isna(stamp):  # a span such as 1998-99
        stamp = pd.Timestamp(int(year), 12, 31)
    return (stamp if day else stamp + pd.offsets.MonthEnd(0)).date()


def period_end(text: str) -> dt.date | None:
    """Return the last day of a period such as 2014, 2019-03 or 2012-09/2016-03."""
    found = re.findall(r"\d{4}(?:-\d\d(?!\d)){0,2}", text)
    return published_by(found[-1]) if found else None


def _earliest(figures: Figures, names: str) -> tuple[str, dt.date | None]:
    """Return the source of *names* that came out first; an undated one only if all are."""
    published = figures.sources.set_index("source")["published"]
    dated = [(published_by(published[n]), n) for n in names.split()]
    known = sorted((day, n) for day, n in dated if day is not None)
    return (known[0][1], known[0][0]) if known else (names.split()[0], None)


def leaks(figures: Figures, origin: str | pd.Timestamp, measure: str = "rso_count") -> list[Leak]:
    """List the national figures of *measure* up to *origin* that were not out by then.

    A source without a date cannot be shown to be earlier, so it is listed too.
    """
    day = pd.Timestamp(origin)
    rows = figures.national_figures
    rows = rows[(rows["measure"] == measure) & rows["preferred"] & (rows["date"] <= day)]
    found = []
    for _, row in rows.sort_values("date").iterrows():
        name, out = _earliest(figures, row["sources"])
        if out is not None and out <= day.date():
            continue
        lag = None if out is None else (out - row["date"].date()).days
        kind = "not dated" if lag is None else "usual lag" if lag <= USUAL_LAG_DAYS else "later"
        found.append(
            Leak(
                table="national_figures",
                date=f"{row['date']:%Y-%m-%d}",
                measure=measure,
                value=float(row["value"]),
                source=name,
                published=out,
                kind=kind,
            )
        )
    return found


def sentencing_leaks(figures: Figures, origin: str | pd.Timestamp) -> list[Leak]:
    """List the rows of ``sentencing.csv`` about years up to *origin* that were not out by then."""
    day = pd.Timestamp(origin).date()
    found = []
    for _, row in figures.sentencing.iterrows():
        end = period_end(row["year"])
        name, out = _earliest(figures, row["source"])
        if end is None or end > day or (out is not None and out <= day):
            continue
        lag = None if out is None else (out - end).days
        kind = "not dated" if lag is None else "usual lag" if lag <= USUAL_LAG_DAYS else "later"
        value = float(row["value"]) if pd.notna(row["value"]) else None
        found.append(Leak("sentencing", row["year"], row["measure"], value, name, out, kind))
    return found
