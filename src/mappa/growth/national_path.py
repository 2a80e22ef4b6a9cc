"""The nation's path: the plain benchmark that stands until a better one is handed over.

The benchmark lets the nation grow as it did on average over the last three years. Its error at
each horizon is what the same rule would have missed by from earlier dates, so that it is as wide
as it has deserved.
"""

import math

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UsageError
from mappa.growth import series

#: Spread of a year's growth where too few years are known to tell (log).
FALLBACK_SD = 0.02


def history(data: Data) -> pd.Series:
    """Return the national counts on the present basis, by date."""
    frame = series.last_basis(series.counts(data, data.nation))
    if frame.empty:
        raise UsageError("No national count is known up to the date asked for.")
    return frame.set_index("date")["value"]


def dates_ahead(origin: pd.Timestamp, horizon: int) -> list[pd.Timestamp]:
    """Return the same day of each of the next *horizon* years."""
    return [origin + pd.DateOffset(years=h) for h in range(1, horizon + 1)]


def recent_growth(known: pd.Series, years: float = 3.0) -> float:
    """Return mean log growth a year over the last *years* (or what there is), by date."""
    at = np.array([-series.years_between(d, known.index[-1]) for d in known.index])
    logs = np.log(known.to_numpy(float))
    back = max(-years, float(at[0]))
    return (logs[-1] - float(np.interp(back, at, logs))) / -back if back < 0 else 0.0


def past_errors(known: pd.Series, horizon: int) -> list[list[float]]:
    """Return, for each horizon 1.., the log errors of the rule from earlier dates."""
    errors: list[list[float]] = [[] for _ in range(horizon)]
    for last in range(2, len(known)):
        past = known.iloc[:last]
        growth = recent_growth(past)
        for h in range(1, horizon + 1):
            day = past.index[-1] + pd.DateOffset(years=h)
            if day in known.index:
                truth = math.log(known[day] / past.iloc[-1])
                errors[h - 1].append(truth - h * growth)
    return errors


def error_scale(known: pd.Series, horizon: int) -> tuple[np.ndarray, int]:
    """Return the RMS error of the rule at each horizon and the number behind the first.

    Where fewer than three errors are known the scale grows in proportion to the horizon; it never
    shrinks with it.
    """
    errors = past_errors(known, horizon)
    scale = np.empty(horizon)
    for h, seen in enumerate(errors, start=1):
        if len(seen) >= 3:
            value = math.sqrt(float(np.mean(np.square(seen))))
        else:
            value = FALLBACK_SD if h == 1 else float(scale[0]) * h
        scale[h - 1] = max(value, float(scale[h - 2]) if h > 1 else 0.0)
    return scale, len(errors[0])


def benchmark_path(
    data: Data, origin: pd.Timestamp, horizon: int, draws: int, seed: int
) -> np.ndarray:
    """Return draws of the national count on the next stock dates, shape (draws, horizon).

    Parameters
    ----------
    figures: the tables; rows dated after *origin* are not used.
    origin: date of the last count used.
    horizon: years ahead.
    draws: number of paths.
    seed: of the random numbers.
    """
    known = history(data.until(origin))
    scale, number = error_scale(known, horizon)
    rng = np.random.default_rng(seed)
    shock = rng.standard_t(max(number, 3), size=(draws, 1))
    growth = recent_growth(known)
    start = math.log(known.iloc[-1])
    ahead = np.arange(1, horizon + 1) + series.years_between(known.index[-1], origin)
    return np.asarray(np.exp(start + growth * ahead + scale * shock))
