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
from numpy.typing import ArrayLike, NDArray

#: Probability levels at which a forecast distribution is stored: those of the Forecast Hubs.
LEVELS = (0.01, 0.025, *(round(0.05 * k, 2) for k in range(1, 20)), 0.975, 0.99)


def quantiles_of(draws: ArrayLike) -> NDArray[np.float64]:
    """Return the quantiles of *draws* (along the first axis) at :data:`LEVELS`."""
    return np.quantile(np.asarray(draws, dtype=float), LEVELS, axis=0)


def at_level(quantiles: ArrayLike, level: float, levels: ArrayLike = LEVELS) -> float:
    """Return the quantile at one level, interpolated between those at *levels*."""
    return float(np.interp(level, np.asarray(levels, dtype=float), np.asarray(quantiles)))


def central(
    quantiles: ArrayLike, level: float = 0.90, levels: ArrayLike = LEVELS
) -> tuple[float, float]:
    """Return the ends of the central interval of probability *level*."""
    tail = (1 - level) / 2
    return at_level(quantiles, tail, levels), at_level(quantiles, 1 - tail, levels)


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


def pit(quantiles: ArrayLike, outcome: float, levels: ArrayLike = LEVELS) -> float:
    """Return the probability integral transform: the share of the forecast below the outcome.

    Interpolated between the quantiles; beyond the last of them it is the last level. Over many
    forecasts that are right about their spread it is uniform.
    """
    return float(np.interp(outcome, np.asarray(quantiles), np.asarray(levels, dtype=float)))


def interval_score(low: float, high: float, outcome: float, level: float = 0.90) -> float:
    """Return the width of the interval, and 2 / (1 - level) for each unit it is missed by.

    Raises ZeroDivisionError at level 1. Source: Gneiting and Raftery (2007).

    >>> from mappa import forecasts
    >>> round(forecasts.interval_score(100, 120, 123, level=0.90))
    80
    """
    missed = max(low - outcome, 0.0) + max(outcome - high, 0.0)
    return (high - low) + 2 / (1 - level) * missed
