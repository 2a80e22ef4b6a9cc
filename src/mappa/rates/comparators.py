"""What a force is compared with: named choices, each a row of ``data/comparators.csv``.

A new comparator is a new row. A rule that no row can express is a new case of :func:`_by_rule`.
"""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.data.stock import Stock
from mappa.errors import UnknownName, UsageError
from mappa.rates import forces

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


def choose(stock: Stock, force: str, name: str | Sequence[str]) -> Comparator:
    """Return the comparator *name* of *force* in a stock; a list of areas is one too.

    Raises UnknownName (exit status 2) for a name that the table does not have.
    """
    if not isinstance(name, str):
        chosen = [area for area in map(stock.data.area, name) if area != force]
        if not chosen:
            raise UsageError(f"Name an area other than {force} to compare it with.")
        return added(stock.counts, stock.people, chosen, listed(chosen))
    if name not in names(stock.data):
        raise UnknownName("comparator", name, names(stock.data))
    return next(every(stock, force, name))


def every(stock: Stock, force: str, only: str = "") -> Iterator[Comparator]:
    """Give each comparator of *force* in a stock, in the order of the table, or *only* one."""
    for row in stock.data.comparators.to_dict("records"):
        if only in ("", row["comparator"]):
            blank = Comparator(row["comparator"], row["label"], row["how_chosen"])
            yield _by_rule(stock, force, row, blank)


def _by_rule(stock: Stock, force: str, row: Mapping[Any, Any], blank: Comparator) -> Comparator:
    """Return the comparator that a row of the table describes."""
    named = [stock.data.area(a.strip()) for a in row["areas"].split(";") if a.strip()]
    match row["rule"]:
        case "rest" | "all_but":
            return _all_but(stock, sorted({force, *named}), blank)
        case "nation":
            rate, areas = stock.national_count / stock.national_people, tuple(stock.data.names)
            return dataclasses.replace(blank, areas=areas, modelled_rate=rate, log_se=0.0)
        case "typical":
            return _typical(stock, force, blank)
        case "list":
            chosen = [area for area in named if area != force]
        case "nearest":
            chosen = list(distances(stock.data, force).index[: int(row["number"])])
        case "similar":
            alike = dissimilarity(stock.data, force, stock.mid_year).index
            chosen = [area for area in alike if area in stock.counts][: int(row["number"])]
    return added(stock.counts, stock.people, chosen, blank)


def _all_but(stock: Stock, left_out: list[str], blank: Comparator) -> Comparator:
    """Return the national figures less some areas: all their counts must be known."""
    unknown = [a for a in left_out if a not in stock.counts]
    if unknown:
        why = f"no count of {' and '.join(unknown)} is published here for the date"
        return dataclasses.replace(blank, status=why)
    return dataclasses.replace(
        blank,
        areas=tuple(a for a in stock.data.names if a not in left_out),
        count=stock.national_count - float(sum(stock.counts[a] for a in left_out)),
        people=stock.national_people - float(sum(stock.people[a] for a in left_out)),
    )


def listed(areas: Sequence[str]) -> Comparator:
    """Return the comparator that a reader made by naming areas, not yet summed."""
    if len(areas) > 8:  # more are not listed in a sentence
        return Comparator("chosen", f"{len(areas)} areas together", "areas named by the reader")
    label = " and ".join(part for part in (", ".join(areas[:-1]), *areas[-1:]) if part)
    return Comparator("chosen", label, "areas named by the reader")


def added(counts: pd.Series, people: pd.Series, chosen: list[str], blank: Comparator) -> Comparator:
    """Return the sum of the chosen areas that have a count."""
    known = [a for a in chosen if a in counts]
    blank = dataclasses.replace(blank, without_count=tuple(a for a in chosen if a not in known))
    if not known:
        why = f"none of {blank.label} has a count on the date"
        return dataclasses.replace(blank, status=why)
    return dataclasses.replace(
        blank,
        areas=tuple(known),
        count=float(sum(counts[a] for a in known)),
        people=float(sum(people[a] for a in known)),
    )


def _typical(stock: Stock, force: str, blank: Comparator) -> Comparator:
    found = forces.forces(stock)
    if found is None:
        few = f"fewer than {forces.FEWEST} areas have a count on the date"
        return dataclasses.replace(blank, status=few)
    fit = forces.typical_without(found, force)
    return dataclasses.replace(
        blank,
        areas=tuple(a for a in found.areas if a != force),
        without_count=tuple(a for a in found.pool.areas if a != force),
        modelled_rate=fit.rate,
        log_se=fit.se,
    )


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
    shares = _structure(data, mid_year)
    gap = (shares - shares.loc[force]).abs().sum(axis=1) / 2
    return gap.drop(force).sort_values(kind="stable").rename("dissimilarity")


@functools.lru_cache(maxsize=8)
def _structure(data: Data, mid_year: int) -> pd.DataFrame:
    """Return the share of each sex and age (columns) among the people of each area (rows)."""
    bands = data.population_age_bands
    years = sorted(bands["mid_year"].unique())
    year = max((y for y in years if y <= mid_year), default=years[0])
    wide = bands[bands["mid_year"] == year].pivot(
        index="area", columns=["sex", "age_band"], values="population"
    )
    return wide.div(wide.sum(axis=1), axis=0)
