"""Published points of the table ``sentencing`` up to a date, and how series are joined.

A series is a frame indexed by its decimal year (six digits) with the columns of :data:`COLUMNS`;
joins are on that index. Each point tells how it is known and from which sources.
"""

from __future__ import annotations

import functools
import operator
import re

import numpy as np
import pandas as pd

from mappa.errors import TooLittleKnown
from mappa.register.law import periods

#: Qualities of a source, the best first.
BEST = ("official_copy", "parliamentary", "secondary", "approximate")
COLUMNS = ("t", "value", "basis", "quality", "sources")
#: A sum over several years ("persons over 11 years") is no point of a yearly series.
SEVERAL_YEARS = r" over \d+ years"


def lacking(what: str, as_of: pd.Timestamp) -> TooLittleKnown:
    """Return the error of an input that the model needs and of which nothing is known by then."""
    return TooLittleKnown(
        f"sentencing.csv has no figure of {what} up to {as_of:%Y-%m-%d}, and the register model "
        "needs one: choose a later date, or add a figure for a period that ends by then."
    )


class Published:
    """Selects points from the table ``sentencing`` up to a date and remembers the sources.

    Attributes
    ----------
    frame: the rows whose period ends by the date.
    used: sources of what was selected.
    """

    def __init__(self, frame: pd.DataFrame, as_of: pd.Timestamp) -> None:
        self.frame = periods.until(frame, "year", as_of)
        self.as_of = as_of
        self.used: set[str] = set()
        rows = self.frame[~self.frame["unit"].str.contains(SEVERAL_YEARS)]
        numbers = [_number(v, p) for v, p in zip(rows["value"], rows["printed"], strict=True)]
        rows = rows.assign(number=numbers)
        self._groups = dict(tuple(rows[rows["number"].notna()].groupby(["measure", "group"])))

    def points(self, measure: str, group: str, basis: str = "") -> pd.DataFrame:
        """Return the points of a measure and group, the best source of each period.

        Where equally good sources differ their mean is taken; the order of rows does not matter.
        """
        rows = self._groups.get((measure, group))
        if rows is None:
            return series([])
        if basis:
            rows = rows[rows["basis"] == basis]
        found = []
        for period, same in rows.groupby("year", sort=True):
            rank = same["quality"].map(BEST.index)
            best = same[rank == rank.min()]
            sources = {source for cell in best["source"] for source in cell.split()}
            self.used |= sources
            found.append(
                (
                    periods.middle(str(period)),
                    float(np.sort(best["number"].to_numpy(dtype=float)).mean()),
                    "published",
                    str(best["quality"].iloc[0]),
                    " ".join(sorted(set(best["source"]))),
                )
            )
        return series(found)

    def need(self, measure: str, group: str, basis: str = "") -> pd.DataFrame:
        """As :meth:`points`, but at least one must be known by then."""
        found = self.points(measure, group, basis)
        if found.empty:
            raise lacking(f"{measure} of {group!r}", self.as_of)
        return found


def _number(value: float, printed: str) -> float:
    """Return the value, or the middle of a printed range such as 56-57."""
    if value == value:
        return float(value)
    found = re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", printed)
    return (float(found[1]) + float(found[2])) / 2 if found else float("nan")


def series(rows: list[tuple[float, float, str, str, str]]) -> pd.DataFrame:
    """Return a series from rows of :data:`COLUMNS`."""
    return first_of(pd.DataFrame(rows, columns=list(COLUMNS)))


def first_of(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return all points in order of time; of two at one time the first part's stays."""
    known = [part for part in parts if len(part)]
    if not known:
        return parts[0]
    both = pd.concat(known, ignore_index=True)
    both.index = pd.Index(both["t"].astype(float).round(6))
    return both[~both.index.duplicated()].sort_index()


def whole_years(points: pd.DataFrame) -> pd.DataFrame:
    """Keep calendar years only (the same people must not count twice)."""
    return points[(points["t"].astype(float) % 1 - 0.5).abs() < 0.01]


def scaled(points: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return the points times *factor*, marked as derived."""
    return points.assign(value=points["value"] * factor, basis="derived")


def total(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of series at the times that all have, as good as the worst of them."""
    times = functools.reduce(pd.Index.intersection, [part.index for part in parts]).sort_values()
    rows = [part.loc[times] for part in parts]
    if not len(times):
        return series([])
    return pd.DataFrame(
        {
            "t": times,
            "value": functools.reduce(operator.add, [row["value"] for row in rows]),
            "basis": "derived",
            "quality": [
                max(q, key=BEST.index) for q in zip(*(r["quality"] for r in rows), strict=True)
            ],
            "sources": [
                " ".join(sorted(set(s))) for s in zip(*(r["sources"] for r in rows), strict=True)
            ],
        },
        index=times,
    )


def difference(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Return *left* less *right* at the times that both have."""
    return total(left, scaled(right, -1.0))


def ratio(top: pd.DataFrame, bottom: pd.DataFrame) -> pd.DataFrame:
    """Return *top* over *bottom* at the times that both have, with the sources of *top*."""
    below = bottom.loc[bottom["value"] > 0, "value"].rename("below")
    both = top.join(below, how="inner")
    return both.assign(value=both["value"] / both["below"], basis="derived").drop(columns="below")


def at(points: pd.DataFrame, times: pd.Series) -> np.ndarray:
    """Return a series at decimal years: straight lines between points, held outside."""
    t, value = (points[name].to_numpy(dtype=float) for name in ("t", "value"))
    return np.asarray(np.interp(times.to_numpy(dtype=float), t, value))
