"""Every area of a date side by side: what the funnel, the caterpillar and the tile map draw."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from mappa.data.load import Stock
from mappa.printed import PER
from mappa.rates import forces
from mappa.rates.methods import empirical, intervals


def area_table(stock: Stock) -> pd.DataFrame:
    """Return a row for each area: count, population, rate, shrunken rate, z and verdict.

    Areas without a count have missing values (never zero) and the verdict ``no count``. Rates are
    per 100,000 people; ``shrunken`` is the empirical-Bayes rate; ``z`` and ``verdict`` are those
    of the rule of *unusual*, from the other counted areas.
    """
    return _table(stock).copy()


@functools.lru_cache(maxsize=32)
def _table(stock: Stock) -> pd.DataFrame:
    frame = pd.DataFrame({"area": stock.data.names})
    frame["count"] = frame["area"].map(stock.counts)
    frame["population"] = frame["area"].map(stock.people)
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
    found = forces.forces(stock)
    if found is None:
        return frame
    known = frame["area"].isin(found.areas)
    shrunk = empirical.shrunken(found.prior, found.counts, found.expected)
    for column, values in zip(("shrunken", "shrunken_low", "shrunken_high"), shrunk, strict=True):
        frame.loc[known, column] = PER * found.national * values
    frame.loc[known, ["z", "verdict"]] = found.flags[["z", "verdict"]].to_numpy()
    frame["z"] = frame["z"].astype(float)
    return frame
