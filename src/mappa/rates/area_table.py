"""Every area of a date side by side: what the funnel, the caterpillar and the tile map draw."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.rates import forces
from mappa.rates.methods import empirical, intervals
from mappa.rates.methods.rows import PER


def area_table(
    data: Data, as_of: str | pd.Timestamp, denominator: str = "aged 10 and over"
) -> pd.DataFrame:
    """Return a row for each area: count, population, rate, shrunken rate, z and verdict.

    Areas without a count have missing values (never zero) and the verdict ``no count``. Rates are
    per 100,000 people; ``shrunken`` is the empirical-Bayes rate; ``z`` and ``verdict`` are those
    of the rule of *unusual*, from the other counted areas.
    """
    return _table(data, pd.Timestamp(as_of), denominator).copy()


@functools.lru_cache(maxsize=32)
def _table(data: Data, day: pd.Timestamp, denominator: str) -> pd.DataFrame:
    counts, people = data.counts(day), data.people(day, denominator)
    frame = pd.DataFrame({"area": data.names})
    frame["count"] = frame["area"].map(counts)
    frame["population"] = frame["area"].map(people)
    limits = np.array(
        [
            (c, *intervals.exact_limits(c)) if np.isfinite(c) else (np.nan,) * 3
            for c in frame["count"]
        ]
    )
    for column, values in zip(("rate", "rate_low", "rate_high"), limits.T, strict=True):
        frame[column] = PER * values / frame["population"]
    for column in ("shrunken", "shrunken_low", "shrunken_high", "z"):
        frame[column] = np.nan
    frame["verdict"] = "no count"
    found = forces.forces(data, day, denominator)
    if found is None:
        return frame
    known = frame["area"].isin(found.areas)
    shrunk = empirical.shrunken(found.prior, found.counts, found.expected)
    for column, values in zip(("shrunken", "shrunken_low", "shrunken_high"), shrunk, strict=True):
        frame.loc[known, column] = PER * found.national * values
    frame.loc[known, ["z", "verdict"]] = found.flags[["z", "verdict"]].to_numpy()
    frame["z"] = frame["z"].astype(float)
    return frame
