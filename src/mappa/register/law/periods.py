"""Periods as their sources write them: 2005, 2015-03, 2001-06-30, 2009-2011 average."""

import re

import pandas as pd


def bounds(text: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and last day of a period, or None where its words give no dates.

    ``2015-03`` is the year ending in that month; a day is a period of one day.
    """
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return (pd.Timestamp(text),) * 2
    if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[012])", text):
        last = pd.Timestamp(int(found[1]), int(found[2]), 1) + pd.offsets.MonthEnd(0)
        return last - pd.DateOffset(years=1) + pd.DateOffset(days=1), last
    if found := re.fullmatch(r"(\d{4})(?:-(\d{4})\b.*)?", text):
        return pd.Timestamp(int(found[1]), 1, 1), pd.Timestamp(int(found[2] or found[1]), 12, 31)
    return None


def until(rows: pd.DataFrame, column: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the rows whose period ends by *as_of*, with its ``first`` and ``last`` day."""
    ends = [bounds(str(text)) or (pd.NaT, pd.NaT) for text in rows[column]]
    days = pd.DataFrame(ends, columns=["first", "last"], index=rows.index, dtype="datetime64[ns]")
    return rows.join(days)[days["last"] <= as_of]


def middle(text: str) -> float:
    """Return the middle of a period as a decimal year (2005 is 2005.5)."""
    ends = bounds(text)
    if ends is None:
        raise ValueError(text)
    return (decimal(ends[0]) + decimal(ends[1] + pd.Timedelta(days=1))) / 2


def decimal(day: pd.Timestamp) -> float:
    """Return a day's start as a decimal year on the model's grid of twelve equal months."""
    return day.year + (day.month - 1) / 12 + (day.day - 1) / day.days_in_month / 12


def decimal_end(day: pd.Timestamp | str) -> float:
    """Return the end of a day as a decimal year (31 March: .25)."""
    return decimal(pd.Timestamp(day) + pd.Timedelta(days=1))
