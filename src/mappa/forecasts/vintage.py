"""What was not yet published on a date, though its figures are dated before it.

A forecast from an origin uses the counts dated up to it. Those of the origin's own day come out
months later, and some are known only from a later edition: a reader must be able to see which.
"""

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
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not 1 <= month <= 12:  # a year alone, or a span such as 1998-99
        return dt.date(year, 12, 31)
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, min(max(day, 1), last) if match[3] else last)


def period_end(text: str) -> dt.date | None:
    """Return the last day of a period such as 2014, 2019-03 or 2012-09/2016-03."""
    found = re.findall(r"\d{4}(?:-\d\d(?!\d)){0,2}", text)
    return published_by(found[-1]) if found else None


def published_later(data: Data, origin: str | pd.Timestamp) -> tuple[Late, ...]:
    """Return the counts and sentences dated up to *origin* that were not out by then.

    A source without a date cannot be shown to be earlier, so it is listed too.

    Raises ValueError for an *origin* that is no date.

    >>> from mappa import data, forecasts
    >>> late = forecasts.published_later(data.load(), "2020-03-31")
    >>> {row.table for row in late} == {"national_figures", "sentencing"}
    True
    """
    day = pd.Timestamp(origin).date()
    out = {s: published_by(p) for s, p in data.sources.set_index("source")["published"].items()}
    counts = data.national_figures
    counts = counts[(counts["measure"] == "rso_count") & counts["preferred"]].sort_values("date")
    counts = counts.assign(date=counts["date"].dt.strftime("%Y-%m-%d"))
    sentences = data.sentencing.rename(columns={"year": "date", "source": "sources"})
    found = []
    for table, rows in (("national_figures", counts), ("sentencing", sentences)):
        for r in rows.itertuples():
            # The source that came out first; an undated one only if all are.
            names = r.sources.split()
            dated = [(when, name) for name in names if (when := out[name]) is not None]
            published, source = min(dated, default=(None, names[0]))
            end = period_end(r.date)
            if end is None or end > day or (published is not None and published <= day):
                continue
            value = float(r.value) if pd.notna(r.value) else None
            kind = "not dated"
            if published is not None:
                kind = "usual lag" if (published - end).days <= USUAL_LAG_DAYS else "later"
            found.append(Late(table, r.date, r.measure, value, source, published, kind))
    return tuple(found)
