"""Scores of a forecast: error, coverage, interval score and continuous ranked probability score.

A forecast distribution is given by its quantiles at :data:`LEVELS`, so that a model's draws, a
formula and a sealed file are scored by one rule. Scores are in the unit of what is forecast;
lower is better.

By hand, because scoringrules gives every level the same weight: with the unequal spacing of the
levels below that misstates the score.

Sources: T. Gneiting and A. E. Raftery (2007), "Strictly proper scoring rules, prediction, and
estimation", Journal of the American Statistical Association 102, 359-378; J. Bracher, E. L. Ray,
T. Gneiting and N. G. Reich (2021), "Evaluating epidemic forecasts in an interval format", PLOS
Computational Biology 17, e1008618 (the levels).
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

#: Probability levels at which a forecast distribution is stored: those of the Forecast Hubs.
LEVELS = (0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99)


def quantiles_of(draws: ArrayLike) -> NDArray[np.float64]:
    """Return the quantiles of *draws* (along the first axis) at :data:`LEVELS`."""
    return np.quantile(np.asarray(draws, dtype=float), LEVELS, axis=0)


def at_level(quantiles: ArrayLike, level: float) -> float:
    """Return the quantile at one level, interpolated between those at :data:`LEVELS`."""
    return float(np.interp(level, LEVELS, np.asarray(quantiles)))


def central(quantiles: ArrayLike, level: float = 0.90) -> tuple[float, float]:
    """Return the ends of the central interval of probability *level*."""
    tail = (1 - level) / 2
    return at_level(quantiles, tail), at_level(quantiles, 1 - tail)


def crps_quantiles(quantiles: ArrayLike, outcome: float, levels: ArrayLike = LEVELS) -> float:
    """Return the CRPS of a distribution known by its quantiles.

    The CRPS is twice the integral over the levels of the quantile loss ``(outcome - quantile) *
    (level - [outcome < quantile])``; here each level counts for the levels nearest to it, so
    unequal spacing does no harm.

    Parameters
    ----------
    quantiles: of the forecast at *levels* (probabilities, rising), in the unit of *outcome*.

    Raises ValueError where there is not a quantile for each level.

    Source: Gneiting and Raftery (2007). Of a point it is the error:

    >>> from mappa import forecasts
    >>> forecasts.crps([63_000.0] * 23, 64_000)
    1000.0
    """
    p, q = np.asarray(levels, dtype=float), np.asarray(quantiles, dtype=float)
    edges = np.concatenate(([0.0], (p[1:] + p[:-1]) / 2, [1.0]))
    return float(2 * np.sum(np.diff(edges) * ((outcome - q) * (p - (outcome < q)))))


def pit(quantiles: ArrayLike, outcome: float) -> float:
    """Return the probability integral transform: the share of the forecast below the outcome.

    Interpolated between the quantiles; beyond the last of them it is the last level. Over many
    forecasts that are right about their spread it is uniform.
    """
    return float(np.interp(outcome, np.asarray(quantiles), LEVELS))


def interval_score(low: float, high: float, outcome: float, level: float = 0.90) -> float:
    """Return the width of the interval, and 2 / (1 - level) for each unit it is missed by.

    Raises ZeroDivisionError at level 1. Source: Gneiting and Raftery (2007).

    >>> from mappa import forecasts
    >>> round(forecasts.interval_score(100, 120, 123, level=0.90))
    80
    """
    missed = max(low - outcome, 0.0) + max(outcome - high, 0.0)
    return (high - low) + 2 / (1 - level) * missed


#: What :func:`scored` adds to forecasts.
SCORES = ["low", "high", "error", "covered", "crps", "interval_score", "pit"]


def scored(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return *forecasts* with :data:`SCORES` against the ``count`` that came (NaN: none yet).

    Columns ``value`` and ``quantiles`` at :data:`LEVELS`, None of a point: it has no interval, and
    its CRPS is its error.
    """
    rows = []
    columns = (forecasts[name] for name in ("value", "quantiles", "count"))
    for value, quantiles, count in zip(*columns, strict=True):
        row = {"error": value - count, "crps": abs(value - count)}
        if quantiles is not None:
            low, high = central(quantiles)
            row |= {"low": low, "high": high, "crps": crps_quantiles(quantiles, count)}
            row |= {"covered": None if np.isnan(count) else low <= count <= high}
            row |= {"interval_score": interval_score(low, high, count)}
            row |= {"pit": pit(quantiles, count)}
        rows.append(row)
    return forecasts.assign(**pd.DataFrame(rows, index=forecasts.index, columns=SCORES))


def mean_scores(cases: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return a row for each group of :func:`scored` *cases*: how many, means, counts ``covered``.

    What needs an interval is missing where not every case of a group has one.
    """
    error = cases["error"]
    groups = cases.assign(size=error.abs(), square=error**2).groupby(by)
    means = {"mean_error": "error", "mean_absolute_error": "size", "rmse": "square"}
    means |= {name: name for name in ("crps", "interval_score", "pit")}
    found = groups.agg(
        cases=("error", "size"),
        covered=("covered", lambda held: held.sum() if held.notna().all() else np.nan),
        **{name: (column, lambda c: c.to_numpy().mean()) for name, column in means.items()},
    )
    found = found.assign(rmse=np.sqrt(found["rmse"])).astype({"covered": "Int64"})
    return found.reset_index()
