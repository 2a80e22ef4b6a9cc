"""Every area of a date side by side: what the funnel, the caterpillar and the tile map draw."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.rates import change, forces
from mappa.rates.methods import between, empirical, intervals
from mappa.rates.methods.rows import PER


@functools.lru_cache(maxsize=32)
def _league(data: Data, day: pd.Timestamp, denominator: str) -> pd.DataFrame:
    counts, people = data.counts(day), data.people(day, denominator)
    frame = pd.DataFrame({"area": data.names})
    frame["count"] = frame["area"].map(counts)
    frame["population"] = frame["area"].map(people)
    frame["rate"] = PER * frame["count"] / frame["population"]
    limits = [
        intervals.exact_limits(c) if np.isfinite(c) else (np.nan, np.nan) for c in frame["count"]
    ]
    frame["rate_low"] = PER * np.array([low for low, _ in limits]) / frame["population"]
    frame["rate_high"] = PER * np.array([high for _, high in limits]) / frame["population"]
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
    z = [
        between.z_score(x, n, found.national, found.about_national.tau)
        for x, n in zip(found.counts, found.people, strict=True)
    ]
    frame.loc[known, "z"] = z
    frame.loc[known, "verdict"] = [change.words_of_z(v) for v in z]
    return frame


def league(data: Data, as_of: Any, denominator: str = "aged 10 and over") -> pd.DataFrame:
    """Return a row for each area: count, population, rate, shrunken rate, z and verdict.

    Areas without a count have missing values (never zero) and the verdict ``no count``. Rates are
    per 100,000 people; ``shrunken`` is the empirical-Bayes rate; ``z`` is measured from the
    national rate with the spread between forces.
    """
    return _league(data, pd.Timestamp(as_of), denominator).copy()
