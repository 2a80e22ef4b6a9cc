"""What was not yet published on a date, though its figures are dated before it.

A forecast from an origin uses the counts dated up to it. Those of the origin's own day come out
months later, and some are known only from a later edition: a reader must be able to see which.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re

import pandas as pd

from mappa.data import Data
from mappa.records import Record, key

USUAL_LAG_DAYS = 366  # the yearly report follows its stock date within the year


@dataclasses.dataclass(frozen=True)
class Late(Record):
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
    year, month, day = (None if part is None else int(part) for part in match.groups())
    assert year is not None  # the pattern has it
    if month is None or not 1 <= month <= 12:  # a span such as 1998-99
        return dt.date(year, 12, 31)
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, last if day is None else min(max(day, 1), last))


def period_end(text: str) -> dt.date | None:
    """Return the last day of a period such as 2014, 2019-03 or 2012-09/2016-03."""
    found = re.findall(r"\d{4}(?:-\d\d(?!\d)){0,2}", text)
    return published_by(found[-1]) if found else None


def _published(data: Data) -> dict[str, dt.date | None]:
    """Return the last day on which each source can have come out."""
    t = data.sources
    return {s: published_by(p) for s, p in zip(t["source"], t["published"], strict=True)}


def _earliest(published: dict[str, dt.date | None], names: str) -> tuple[str, dt.date | None]:
    """Return the source of *names* that came out first; an undated one only if all are."""
    known = [(day, n) for n in names.split() if (day := published[n]) is not None]
    if not known:
        return names.split()[0], None
    day, name = min(known)
    return name, day


def _kind(date: dt.date, out: dt.date | None) -> str:
    if out is None:
        return "not dated"
    return "usual lag" if (out - date).days <= USUAL_LAG_DAYS else "later"


def counts_published_later(
    data: Data, origin: str | pd.Timestamp, measure: str = "rso_count"
) -> list[Late]:
    """List the national figures of *measure* up to *origin* that were not out by then.

    A source without a date cannot be shown to be earlier, so it is listed too.
    """
    day = pd.Timestamp(origin)
    rows = data.national_figures
    rows = rows[(rows["measure"] == measure) & rows["preferred"] & (rows["date"] <= day)]
    published, found = _published(data), []
    for _, row in rows.sort_values("date").iterrows():
        name, out = _earliest(published, row["sources"])
        if out is not None and out <= day.date():
            continue
        found.append(
            Late(
                table="national_figures",
                date=f"{row['date']:%Y-%m-%d}",
                measure=measure,
                value=float(row["value"]),
                source=name,
                published=out,
                kind=_kind(row["date"].date(), out),
            )
        )
    return found


def sentences_published_later(data: Data, origin: str | pd.Timestamp) -> list[Late]:
    """List the rows of ``sentencing.csv`` about years up to *origin* that were not out by then."""
    day, published = pd.Timestamp(origin).date(), _published(data)
    t, found = data.sentencing, []
    for year, measure, value, sources in zip(
        t["year"], t["measure"], t["value"], t["source"], strict=True
    ):
        end = period_end(year)
        name, out = _earliest(published, sources)
        if end is None or end > day or (out is not None and out <= day):
            continue
        number = float(value) if pd.notna(value) else None
        found.append(Late("sentencing", year, measure, number, name, out, _kind(end, out)))
    return found


def published_later(data: Data, origin: str | pd.Timestamp) -> tuple[Late, ...]:
    """Return the counts and sentences dated up to *origin* that were not out by then.

    Raises ValueError for an *origin* that is no date.

    >>> from mappa import data, forecasts
    >>> late = forecasts.published_later(data.load(), "2020-03-31")
    >>> {row.table for row in late} == {"national_figures", "sentencing"}
    True
    """
    return *counts_published_later(data, origin), *sentences_published_later(data, origin)
