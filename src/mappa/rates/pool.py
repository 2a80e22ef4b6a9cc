"""Areas without a count: one pool whose sum is known, and the bounds that printed rates imply.

A missing area is never zero and never a guess. What is known is the sum of all of them (the
nation less the counted areas), and for some a printed rate, which bounds the count.
"""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.rates.methods.rows import PER
from mappa.records import Record


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


def uncounted(data: Data, as_of: Any, denominator: str = "aged 10 and over") -> Pool:
    """Return the pool of areas without a count on *as_of*."""
    counts, people = data.counts(as_of), data.people(as_of, denominator)
    missing = [a for a in data.names if a not in counts]
    total = float(people[missing].sum())
    left = float(data.national("rso_count")[pd.Timestamp(as_of)] - counts.sum())
    shares2 = float(((people[missing] / total) ** 2).sum()) if missing else 0.0
    return Pool(tuple(missing), left, total, shares2)


@dataclasses.dataclass(frozen=True)
class Bounds(Record):
    """Whole counts that round to a printed figure: ``low`` to ``high``, both included (people)."""

    low: int
    high: int
    measure: str
    printed: float
    sources: str
    row: int


def decimals(value: float) -> int:
    """Return how many decimals a printed number carries (132 has none, 23.5 has one)."""
    text = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -int(text))


def bounds_of_rate(rate: float, people: float, multiplier: float = PER) -> tuple[int, int]:
    """Return the least and greatest count that round (half up) to a printed *rate*.

    A printed 130 among a million people means 1,295 to 1,304 of them, for instance.
    """
    half = 0.5 * 10.0 ** -decimals(rate)
    low = math.ceil((rate - half) * people / multiplier - 1e-9)
    high = math.ceil((rate + half) * people / multiplier - 1e-9) - 1
    return max(0, low), high


def bounds_of_people_per(per: float, people: float) -> tuple[int, int]:
    """Return the least and greatest count for a printed number of people per registrant."""
    half = 0.5 * 10.0 ** -decimals(per)
    return math.floor(people / (per + half)) + 1, math.floor(people / (per - half) + 1e-9)


def printed_bounds(data: Data, area: str, as_of: Any) -> list[Bounds]:
    """Return the bounds on an area's count that figures printed for the same day imply.

    The Ministry divides by people aged 10 and over, so its rate is turned back with them.
    """
    day, people = pd.Timestamp(as_of), float(data.people(as_of)[area])
    table = data.area_figures
    rows = table[(table["area"] == area) & (table["date"] == day) & table["preferred"]]
    found = []
    for line, row in rows.iterrows():
        if row["measure"] == "rso_rate_per_100k" and row["basis"] == "all_levels":
            low, high = bounds_of_rate(row["value"], people)
        elif row["measure"] == "people_per_rso" and row["basis"] == "all_levels":
            low, high = bounds_of_people_per(row["value"], people)
        else:
            continue
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
    day = pd.Timestamp(as_of)
    rows = data.series(area)
    rows = rows[rows["preferred"] | (rows["basis"] != "all_levels")]
    found = (
        ("before", rows[rows["date"] < day].tail(1)),
        ("same day", rows[(rows["date"] == day) & (rows["basis"] != "all_levels")].tail(1)),
        ("after", rows[rows["date"] > day].head(1)),
    )
    return [
        Sighting(
            when, f"{row['date']:%Y-%m-%d}", float(row["value"]), row["basis"], row["quality"],
            row["sources"], row["note"], int(line),
        )
        for when, near in found
        for line, row in near.iterrows()
    ]  # fmt: skip
