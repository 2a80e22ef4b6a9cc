"""The registered people of one day, and the people they are a share of."""

import dataclasses
import functools
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from mappa.data.load import Data

#: Whose number a count is divided by, in words, and its column of ``population.csv``.
DENOMINATORS = {
    "aged 10 and over": "population_10plus",
    "all ages": "population_all",
    "men aged 18 and over": "males_18plus",
}
DEFAULT_DENOMINATOR = "aged 10 and over"


def whom(denominator: str) -> str:
    """Return a denominator as a noun: people aged 10 and over, men aged 18 and over."""
    if denominator.startswith("aged"):
        return f"people {denominator}"
    return "people of all ages" if denominator == "all ages" else denominator


@dataclasses.dataclass(frozen=True)
class Stock:
    """The registered people of one day and the people they are a share of.

    Two stocks of the same figures, day and denominator are equal, so that a function of a stock
    is cached by it (``functools.lru_cache``). Its series are read-only: everyone shares them.
    """

    data: "Data"
    day: pd.Timestamp
    denominator: str = DEFAULT_DENOMINATOR

    @functools.cached_property
    def counts(self) -> pd.Series:
        """The counts of the areas that have one, on the basis of all levels, by area."""
        return _read_only(self.data.counts(self.day))

    @functools.cached_property
    def people(self) -> pd.Series:
        """The people of every area, by area."""
        return _read_only(self.data.people(self.day, self.denominator))

    @property
    def mid_year(self) -> int:
        """The year at whose middle the people were counted."""
        return self.data.mid_year(self.day)

    @functools.cached_property
    def national_count(self) -> float:
        """The printed national count."""
        return float(self.data.national("rso_count")[self.day])

    @functools.cached_property
    def national_people(self) -> float:
        """The people of all areas together."""
        return float(self.people.sum())

    @property
    def counted(self) -> list[str]:
        """Names of the areas with a count, in the order of ``areas.csv``."""
        return [area for area in self.people.index if area in self.counts.index]

    @property
    def uncounted(self) -> list[str]:
        """Names of the areas without one."""
        return [area for area in self.people.index if area not in self.counts.index]


def _read_only(series: pd.Series) -> pd.Series:
    values = series.to_numpy(copy=True)
    values.setflags(write=False)
    return pd.Series(values, index=series.index, name=series.name, copy=False)
