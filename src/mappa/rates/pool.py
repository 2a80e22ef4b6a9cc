"""Areas without a count: one pool whose sum is known, and the bounds that printed rates imply.

A missing area is never zero and never a guess. What is known is the sum of all of them (the
nation less the counted areas), and for some a printed rate, which bounds the count.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.data.stock import Stock
from mappa.printed import PER, behind, counts_behind, decimals, rounds_to
from mappa.records import Record


@dataclasses.dataclass(frozen=True, eq=False)
class Counts:
    """Counts of anything by area, as a stock is of the register; nothing is known of other areas.

    ``people`` has them all; together those with a count are what areas are compared with: there is
    no total that those without one would make up.
    """

    counts: pd.Series
    people: pd.Series
    national_count: float
    national_people: float
    counted: Sequence[str]
    uncounted: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Pool:
    """The areas without a count on a date, as one.

    ``count`` and ``people`` are their sums (people); ``shares2`` is the sum of their squared
    population shares, the factor of tau^2 in the variance of their common log rate.
    """

    areas: tuple[str, ...]
    count: float
    people: float
    shares2: float

    @property
    def rate(self) -> float | None:
        """Rate of the pool (per person)."""
        return self.count / self.people if self.people else None


def uncounted(stock: Stock | Counts) -> Pool:
    """Return the pool of areas without a count in a stock."""
    missing = list(stock.uncounted)
    people = stock.people[missing]
    total, left = float(people.sum()), stock.national_count - float(stock.counts.sum())
    shares2 = float(((people / total) ** 2).sum()) if missing else 0.0
    return Pool(tuple(missing), left, total, shares2)


@dataclasses.dataclass(frozen=True)
class Bounds(Record):
    """Counts that round to a printed figure: ``low`` to ``high``, both included (people)."""

    low: int
    high: int
    measure: str
    printed: float
    sources: str
    row: int


def bounds_of_people_per(per: float, people: float) -> tuple[int, int]:
    """Return the least and greatest count for a printed number of people per registrant.

    The number may be people over the count, or 100,000 over the rate as it was printed, a whole
    number: either is allowed, as `mappa check` allows it.
    """
    least, more = behind(per, decimals(per))
    counts = [math.floor(people / more) + 1, math.floor(people / least + 1e-9)]
    rate = round(PER / per)
    if rate and rounds_to(PER / rate, per):
        counts += counts_behind(rate, people)
    return min(counts), max(counts)


def printed_bounds(data: Data, area: str, as_of: Any) -> list[Bounds]:
    """Return the bounds on an area's count that figures printed for the same day imply.

    The Ministry divides by people aged 10 and over, so its rate is turned back with them.
    """
    people = float(data.people(as_of)[area])
    found: list[Bounds] = []
    if (area, pd.Timestamp(as_of)) in data.misread:
        return found
    for line, row in data.rows(("rso_rate_per_100k", "people_per_rso"), area, as_of).iterrows():
        if row["measure"] == "people_per_rso":
            low, high = bounds_of_people_per(row["value"], people)
        else:
            low, high = counts_behind(row["value"], people, decimals(row["value"]))
        found.append(Bounds(low, high, row["measure"], row["value"], row["sources"], int(line)))
    return found


@dataclasses.dataclass(frozen=True)
class Sighting(Record):
    """A count known for another date (before, after), or for the same day on another basis."""

    when: str
    date: str
    value: float
    basis: str
    quality: str
    sources: str
    note: str
    row: int


def sightings(data: Data, area: str, as_of: Any) -> list[Sighting]:
    """Return the nearest count before, on (other basis) and after a date, where there is one."""
    day = f"{pd.Timestamp(as_of):%Y-%m-%d}"
    rows = data.series(area).rename_axis("row").reset_index()
    rows["date"] = rows["date"].dt.strftime("%Y-%m-%d")
    other = rows["basis"] != "all_levels"
    rows, other = rows[rows["preferred"] | other], rows[other]
    near = {
        "before": rows[rows["date"] < day].tail(1),
        "same day": other[other["date"] == day].tail(1),
        "after": rows[rows["date"] > day].head(1),
    }
    found = pd.concat([row.assign(when=when) for when, row in near.items()])
    return list(Sighting.from_frame(found))
