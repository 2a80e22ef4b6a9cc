"""Empirical Bayes: forces' true rates follow a gamma distribution fitted to all of them.

Counts given a true ratio theta to the national rate are Poisson with mean E theta; theta is
Gamma(a, b). Counts are then negative binomial, fitted by likelihood; the posterior of a force
is Gamma(a + O, b + E).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

CLAYTON_KALDOR = "Clayton and Kaldor (1987), Biometrics 43, 671-681"
DRAWS = 20_000
SEED = 20200331
#: Beyond this the gamma is a point: the forces do not differ but by chance.
MOST = 1e6


@dataclasses.dataclass(frozen=True)
class Prior:
    """Gamma(a, b) of the true ratios of forces to the national rate; its mean is a / b."""

    a: float
    b: float


def fit_prior(counts: ArrayLike, expected: ArrayLike) -> Prior:
    """Fit the gamma distribution by the negative-binomial likelihood.

    Parameters
    ----------
    counts: observed counts of the areas (people).
    expected: counts at the national rate (people).

    Source: Clayton and Kaldor (1987); negative binomial with size a and
    probability b / (b + expected).
    """
    o, e = np.asarray(counts), np.asarray(expected)

    def minus_log_likelihood(at: NDArray[np.float64]) -> float:
        a, mean = np.exp(at)
        return -float(stats.nbinom.logpmf(o, a, 1 / (1 + mean * e / a)).sum())

    # From true rates that differ by 22% about the national one.
    found = optimize.minimize(
        minus_log_likelihood, (3.0, 0.0), method="Nelder-Mead", tol=1e-10,
        bounds=((None, np.log(MOST)), (None, None)),
    )  # fmt: skip
    a, mean = np.exp(found.x)
    return Prior(float(a), float(a / mean))


def shrunken(
    prior: Prior, count: ArrayLike, expected: ArrayLike, confidence: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return posterior mean and limits of the ratio to the national rate, for each area.

    Source: Clayton and Kaldor (1987).
    """
    posterior = stats.gamma(np.add(prior.a, count), scale=1 / np.add(prior.b, expected))
    tail = (1 - confidence) / 2
    return posterior.mean(), posterior.ppf(tail), posterior.ppf(1 - tail)


def own_weight(prior: Prior, expected: float) -> float:
    """Return the weight of the force's own count in its shrunken rate: E / (b + E)."""
    return expected / (prior.b + expected)


def exceedance(
    prior: Prior, count: float, expected: float, threshold: float, *, other_count: float | None
) -> float:
    """Return P(true ratio to the comparator above *threshold*).

    Parameters
    ----------
    threshold: ratio to the comparator, times the comparator's own ratio to the national rate.
    other_count: count of the comparator, whose rate then is Gamma(count, .) too, so that the
        ratio is F distributed in closed form; ``None`` takes the comparator's rate as known.
    """
    shape, rate = prior.a + count, prior.b + expected
    if other_count is None:
        return float(stats.gamma.sf(threshold, shape, scale=1 / rate))
    return float(stats.f.sf(threshold * rate / shape, 2 * shape, 2 * other_count))


def exceedance_modelled(
    prior: Prior, count: float, expected: float, threshold: float, log_se: float
) -> float:
    """Return P(true ratio above *threshold*) where the comparator's log rate has an error."""
    posterior = stats.gamma(prior.a + count, scale=1 / (prior.b + expected))
    return float(stats.norm.expect(lambda z: posterior.sf(threshold * np.exp(log_se * z))))


def ratio_draws(
    prior: Prior,
    counts: ArrayLike,
    expected: ArrayLike,
    *,
    pool_expected: ArrayLike = (),
    pool_count: float = 0.0,
    draws: int = DRAWS,
    seed: int = SEED,
) -> NDArray[np.float64]:
    """Return posterior draws (rows) of the true ratios of all areas (columns), the counted first.

    The areas without a count are drawn from the prior and scaled together so that they meet the
    pool's count: they take part in a ranking without a count being guessed for any.
    """
    rng = np.random.default_rng(seed)
    o, e = np.asarray(counts), np.asarray(expected)
    theta = rng.gamma(prior.a + o, 1 / (prior.b + e), size=(draws, len(o)))
    missing = np.asarray(pool_expected)
    if len(missing):
        other = rng.gamma(prior.a, size=(draws, len(missing)))  # the scale cancels
        other *= (pool_count / (other * missing).sum(axis=1))[:, None]
        theta = np.hstack([theta, other])
    return theta


def rank_draws(
    theta: NDArray[np.float64], areas: Sequence[str], confidence: float = 0.95
) -> pd.DataFrame:
    """Return the ranks of the *areas*, the first columns of *theta*, among all of its columns.

    By area, 1 the highest: ``rank`` (the median of the draws), ``of`` (areas ranked), ``low`` and
    ``high``.

    Source: Goldstein and Spiegelhalter (1996).
    """
    place, tail = np.argsort(np.argsort(-theta)) + 1, (1 - confidence) / 2
    low, middle, high = np.quantile(
        place[:, : len(areas)], [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf"
    )
    found = {"rank": middle, "of": theta.shape[1], "low": low, "high": high}
    return pd.DataFrame(found, index=list(areas))
