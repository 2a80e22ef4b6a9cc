"""What a force is compared with: named choices, each a row of ``data/comparators.csv``.

A new comparator is a new row. A rule that no row can express is a new function in ``RULES``.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UnknownName

EARTH_RADIUS_KM = 6371.0


@dataclasses.dataclass(frozen=True)
class Comparator:
    """Those a force is compared with on a date.

    ``count`` and ``people`` are sums over the areas; a modelled comparator has ``rate`` (per
    person) and ``log_se`` (standard error of its logarithm) instead. ``status`` is empty or says
    why there is no comparison.
    """

    name: str
    label: str
    how_chosen: str
    areas: tuple[str, ...] = ()
    without_count: tuple[str, ...] = ()
    count: float | None = None
    people: float | None = None
    modelled_rate: float | None = None
    log_se: float | None = None
    status: str = ""

    @property
    def rate(self) -> float | None:
        """Rate per person, counted or modelled."""
        if self.modelled_rate is not None:
            return self.modelled_rate
        if self.count is None or not self.people:
            return None
        return self.count / self.people

    @property
    def known(self) -> bool:
        """Tell whether there is anything to compare with."""
        return not self.status and bool(self.rate)


def names(data: Data) -> list[str]:
    """Return the names of the comparators, in the order of the table."""
    return list(data.comparators["comparator"])


def choose(
    data: Data, force: str, as_of: Any, name: str, denominator: str = "aged 10 and over"
) -> Comparator:
    """Return the comparator *name* of *force* on *as_of*.

    Raises UnknownName (exit status 2) for a name that the table does not have.
    """
    table = data.comparators.set_index("comparator")
    if name not in table.index:
        raise UnknownName("comparator", name, names(data))
    row = table.loc[name]
    blank = Comparator(name, row["label"], row["how_chosen"])
    return RULES[row["rule"]](data, force, pd.Timestamp(as_of), denominator, row, blank)


def _whole_but(
    data: Data, left_out: list[str], day: pd.Timestamp, denominator: str, blank: Comparator
) -> Comparator:
    """The nation less some areas: all their counts must be known."""
    counts, people = data.counts(day), data.people(day, denominator)
    unknown = [a for a in left_out if a not in counts]
    if unknown:
        why = f"no count of {' and '.join(unknown)} is published here for the date"
        return dataclasses.replace(blank, status=why)
    return dataclasses.replace(
        blank,
        areas=tuple(a for a in data.names if a not in left_out),
        count=float(data.national("rso_count")[day] - counts[left_out].sum()),
        people=float(people.sum() - people[left_out].sum()),
    )


def _sum(
    data: Data, chosen: list[str], day: pd.Timestamp, denominator: str, blank: Comparator
) -> Comparator:
    """The sum of the chosen areas that have a count."""
    counts, people = data.counts(day), data.people(day, denominator)
    known = [a for a in chosen if a in counts]
    missing = tuple(a for a in chosen if a not in counts)
    if not known:
        return dataclasses.replace(
            blank, without_count=missing, status=f"none of {blank.label} has a count on the date"
        )
    return dataclasses.replace(
        blank,
        areas=tuple(known),
        without_count=missing,
        count=float(counts[known].sum()),
        people=float(people[known].sum()),
    )


def _rest(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    return _whole_but(data, [force], day, denominator, blank)


def _nation(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    whole = float(data.national("rso_count")[day])
    rate = whole / float(data.people(day, denominator).sum())
    return dataclasses.replace(blank, areas=tuple(data.names), modelled_rate=rate, log_se=0.0)


def _all_but(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    named = [data.area(a.strip()) for a in row["areas"].split(";") if a.strip()]
    return _whole_but(data, sorted({force, *named}), day, denominator, blank)


def _list(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    named = [data.area(a.strip()) for a in row["areas"].split(";") if a.strip()]
    return _sum(data, [a for a in named if a != force], day, denominator, blank)


def _nearest(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    chosen = list(distances(data, force).index[: int(row["number"])])
    return _sum(data, chosen, day, denominator, blank)


def _similar(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    alike = dissimilarity(data, force, data.mid_year(day))
    known = set(data.counts(day).index)
    counted = [a for a in alike.index if a in known]
    return _sum(data, counted[: int(row["number"])], day, denominator, blank)


RULES: dict[str, Callable[..., Comparator]] = {
    "rest": _rest,
    "nation": _nation,
    "all_but": _all_but,
    "list": _list,
    "nearest": _nearest,
    "similar": _similar,
}


@functools.lru_cache(maxsize=256)
def distances(data: Data, force: str) -> pd.Series:
    """Return the great-circle distance (km) of every other area's centroid, nearest first."""
    table = data.areas.set_index("area")
    lat, lon = np.radians(table["centroid_lat"]), np.radians(table["centroid_lon"])
    half = np.sin((lat - lat[force]) / 2) ** 2
    half += np.cos(lat) * np.cos(lat[force]) * np.sin((lon - lon[force]) / 2) ** 2
    far = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return far.drop(force).sort_values(kind="stable").rename("km")


@functools.lru_cache(maxsize=256)
def dissimilarity(data: Data, force: str, mid_year: int) -> pd.Series:
    """Return the dissimilarity of every other area's age and sex structure, most alike first.

    Half the sum of the absolute differences of the shares (Duncan and Duncan, 1955): the share of
    people who would have to be of another age or sex for the two areas to be alike. The nearest
    mid-year of the age bands that is not later is used, or else the first.
    """
    bands = data.population_age_bands
    years = sorted(bands["mid_year"].unique())
    year = max((y for y in years if y <= mid_year), default=years[0])
    wide = bands[bands["mid_year"] == year].pivot_table(
        index="area", columns=["sex", "age_band"], values="population", aggfunc="sum"
    )
    shares = wide.div(wide.sum(axis=1), axis=0)
    gap = (shares - shares.loc[force]).abs().sum(axis=1) / 2
    return gap.drop(force).sort_values(kind="stable").rename("dissimilarity")


def _typical(
    data: Data, force: str, day: pd.Timestamp, denominator: str, row: Any, blank: Comparator
) -> Comparator:
    from mappa.rates import forces as between_forces

    found = between_forces.forces(data, day, denominator)
    if found is None:
        few = f"fewer than {between_forces.FEWEST} areas have a count on the date"
        return dataclasses.replace(blank, status=few)
    fit = between_forces.typical_without(found, force)
    return dataclasses.replace(
        blank,
        areas=tuple(a for a in found.areas if a != force),
        without_count=tuple(a for a in found.pool.areas if a != force),
        modelled_rate=fit.rate,
        log_se=fit.se,
    )


RULES["typical"] = _typical
