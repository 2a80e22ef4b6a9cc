"""What the nation's dynamics would have done to a force's stock, beside what it did.

If every person of the force had entered and left the register at the nation's rates, the force's
count would have moved from its last count as the national count did. How far chance alone
carries a count of that size from there follows from the turnover: arrivals are Poisson and each
person leaves or stays independently, so that the variance of the change is about the arrivals
plus ``p (1 - p)`` for each person already there, p the chance to leave between the two dates.

Source of the variance: the M/M/infinity (immigration-death) process, D. R. Cox and H. D. Miller
(1965), "The theory of stochastic processes", Methuen, section 4.3.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from mappa.data import Data
from mappa.records import Record, key

LEVEL = 0.90


@dataclasses.dataclass(frozen=True)
class LocalReading(Record):
    """A force's last two counts on one basis and what the nation's growth makes of the first."""

    force: str = key("Area")
    nation: str = key("Name of the nation")
    start: pd.Timestamp | None = key("Date of the earlier count")
    end: pd.Timestamp | None = key("Date of the later count, at most as_of")
    count_start: float | None = key("Count of the force on start", "people")
    count_end: float | None = key("Count of the force on end", "people")
    national_growth: float | None = key("Growth of the national count between them", "share")
    expected: float | None = key("Count on end had the force moved as the nation did", "people")
    low: float | None = key("Lower end of what chance makes of it (90%)", "people")
    high: float | None = key("Upper end of what chance makes of it (90%)", "people")
    difference: float | None = key("Count less expected", "people")
    leaving: float | None = key("Chance to leave between the dates that the interval assumes")
    quality_start: str | None = key("How the earlier count is known")
    quality_end: str | None = key("How the later count is known")
    status: str = key("read, or why it cannot be read")


def local_reading(
    data: Data, force: str, as_of: str | pd.Timestamp, *, leaving_rate: float
) -> LocalReading:
    """Read the force's last two counts up to *as_of* in the light of the nation's growth.

    Parameters
    ----------
    figures, force, as_of: tables, area, and the date after which nothing is looked at.
    leaving_rate: share of the national stock that leaves it in a year by expiry, death or
        review, from the register model's accounting of the year.

    Returns
    -------
    The reading; where the force has no two counts on one basis on days that also have a
    national count, its status says so and its numbers are missing.
    """
    area = data.area(force)
    counts = comparable_counts(data, area, as_of)
    blank: dict[str, Any] = {f.name: None for f in dataclasses.fields(LocalReading)}
    blank |= {"force": area, "nation": data.nation}
    if counts.empty:
        return LocalReading(
            **{
                **blank,
                "status": f"no count of {area} is known for a day that has a national count",
            }
        )
    last = counts.iloc[-1]
    known: dict[str, Any] = {
        "end": last["date"],
        "count_end": last["value"],
        "quality_end": last["quality"],
    }
    if len(counts) < 2:
        status = f"only one count of {area} can be laid beside a national count of its basis"
        return LocalReading(**{**blank, **known, "status": status})
    first = counts.iloc[-2]
    nation = data.national("rso_count")
    growth = nation[last["date"]] / nation[first["date"]]
    years = (last["date"] - first["date"]).days / 365.25
    leaving = 1 - np.exp(-leaving_rate * years)
    expected = first["value"] * growth
    low, high = chance_interval(first["value"], expected, leaving)
    return LocalReading(
        force=area,
        nation=data.nation,
        start=first["date"],
        end=last["date"],
        count_start=float(first["value"]),
        count_end=float(last["value"]),
        national_growth=float(growth - 1),
        expected=float(expected),
        low=low,
        high=high,
        difference=float(last["value"] - expected),
        leaving=float(leaving),
        quality_start=first["quality"],
        quality_end=last["quality"],
        status="read",
    )


def comparable_counts(data: Data, area: str, as_of: str | pd.Timestamp) -> pd.DataFrame:
    """Return the area's counts up to *as_of* that can be laid beside the nation's.

    They are preferred, on all levels, and of a day with a national count of the same basis as
    that of the latest such day. Columns date, value and quality, by date.
    """
    t = data.national_figures
    nation = t[(t["measure"] == "rso_count") & t["preferred"] & t["category"].isin(["", "all"])]
    basis = nation.set_index("date")["basis"]
    rows = data.series(area)
    rows = rows[
        (rows["basis"] == "all_levels")
        & rows["preferred"]
        & (rows["date"] <= pd.Timestamp(as_of))
        & rows["date"].isin(basis.index)
    ].sort_values("date")
    same = rows["date"].map(basis) == (basis[rows["date"].iloc[-1]] if len(rows) else "")
    return rows.loc[same, ["date", "value", "quality"]]


def chance_interval(start: float, expected: float, leaving: float) -> tuple[float, float]:
    """Return the central 90% of a count that starts at *start* and turns over.

    Stayers are binomial with chance ``1 - leaving``, arrivals Poisson with the mean that makes
    the total *expected* (none where more leave than that allows); the two are added as normal.
    """
    arrivals = max(expected - start * (1 - leaving), 0.0)
    sd = np.sqrt(arrivals + start * leaving * (1 - leaving))
    half = stats.norm.ppf((1 + LEVEL) / 2) * sd
    return float(max(expected - half, 0.0)), float(expected + half)
