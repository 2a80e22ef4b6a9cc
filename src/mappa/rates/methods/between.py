"""How much forces differ: the variance tau^2 of their true log rates.

Model: log(count / people) of area i is normal with mean mu and variance v_i + s_i tau^2, where
v_i = 1 / count is chance. For an area s_i is 1. The areas without a count are one observation,
their pool: its log rate has s = the sum of squared population shares, because the mean of several
areas varies less than an area. They are one constraint, not one force more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from mappa.rates.methods.funnel import SPIEGELHALTER, winsorise
from mappa.rates.methods.rows import PER, MethodRow, normal_quantile

PAULE_MANDEL = "Paule and Mandel (1982), J. Res. NBS 87, 377-385"
REML = "Harville (1977), JASA 72, 320-338; Viechtbauer (2005), J. Educ. Behav. Stat. 30, 261-293"
DERSIMONIAN_LAIRD = "DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188"
Q_PROFILE = "Viechtbauer (2007), Statistics in Medicine 26, 37-52"
HIGGINS = "Higgins, Thompson and Spiegelhalter (2009), JRSS A 172, 137-159"
SHMI = "NHS Digital, Summary Hospital-level Mortality Indicator: methodology, over-dispersion"

Array = NDArray[np.float64]
_MOST = 25.0  # tau^2 above this is a factor of 150 between forces: no rate does that


@dataclasses.dataclass(frozen=True)
class Spread:
    """Log rates and their variances: what the models are fitted to.

    ``log_rates``: log of count over people. ``variances``: 1 / count. ``scale``: the factor of
    tau^2 (1 for an area, the sum of squared shares for the pool).
    """

    log_rates: Array
    variances: Array
    scale: Array


@dataclasses.dataclass(frozen=True)
class Fit:
    """A fitted between-force model: tau (SD of true log rates), mean log rate and its error."""

    tau: float
    mean: float
    se: float
    k: int
    method: str

    @property
    def rate(self) -> float:
        """The typical force's rate per person."""
        return float(np.exp(self.mean))


def spread(
    counts: ArrayLike,
    people: ArrayLike,
    *,
    pool: tuple[float, float, float] | None = None,
) -> Spread:
    """Return the log rates of areas, with the pool of uncounted areas as one observation.

    Parameters
    ----------
    counts, people: one for each area (people). A count of zero is taken as one half.
    pool: count, people, and the sum of squared population shares of the areas without a count.
    """
    x = np.maximum(np.asarray(counts, float), 0.5)
    n = np.asarray(people, float)
    scale = np.ones(len(x))
    if pool is not None and pool[0] > 0:
        x, n = np.append(x, pool[0]), np.append(n, pool[1])
        scale = np.append(scale, pool[2])
    return Spread(np.log(x / n), 1 / x, scale)


def _mean(data: Spread, tau2: float) -> tuple[float, float]:
    weight = 1 / (data.variances + data.scale * tau2)
    return float((weight * data.log_rates).sum() / weight.sum()), float(weight.sum() ** -0.5)


def _q(data: Spread, tau2: float, mean: float | None) -> float:
    """Cochran's Q with weights 1 / (v + s tau^2), about the weighted or a fixed mean."""
    centre = _mean(data, tau2)[0] if mean is None else mean
    return float(((data.log_rates - centre) ** 2 / (data.variances + data.scale * tau2)).sum())


def _solve(gap: Callable[[float], float]) -> float:
    """Return the tau^2 at which a falling function is zero; zero where it never is above."""
    if gap(0.0) <= 0:
        return 0.0
    return float(optimize.brentq(gap, 0.0, _MOST, xtol=1e-12))


def paule_mandel(data: Spread, mean: float | None = None) -> Fit:
    """Fit tau^2 so that Q equals its degrees of freedom; the mean is free or held at *mean*.

    Source: Paule and Mandel (1982). statsmodels' ``combine_effects(method_re="iterated")`` gives
    the same for areas alone; it can neither hold the mean nor take the pool.
    """
    k = len(data.log_rates)
    df = k - 1 if mean is None else k
    tau2 = _solve(lambda t: _q(data, t, mean) - df)
    centre, se = _mean(data, tau2)
    if mean is not None:
        centre, se = mean, 0.0
    return Fit(tau2**0.5, centre, se, k, "Paule-Mandel")


def reml(data: Spread) -> Fit:
    """Fit tau^2 by restricted maximum likelihood.

    Source: Harville (1977); Viechtbauer (2005).
    """

    def loss(tau2: float) -> float:
        v = data.variances + data.scale * tau2
        return float(np.log(v).sum() + _q(data, tau2, None) + np.log((1 / v).sum()))

    start = max(paule_mandel(data).tau ** 2, 1e-6)
    best = optimize.minimize_scalar(
        lambda log_tau2: loss(float(np.exp(log_tau2))),
        bounds=(np.log(start) - 12, np.log(start) + 6),
        method="bounded",
        options={"xatol": 1e-9},
    )
    tau2 = float(np.exp(best.x))
    if loss(0.0) <= best.fun:
        tau2 = 0.0
    return Fit(tau2**0.5, *_mean(data, tau2), len(data.log_rates), "REML")


def dersimonian_laird(data: Spread) -> Fit:
    """Fit tau^2 by DerSimonian and Laird's moment (statsmodels; areas only, no pool)."""
    with np.errstate(invalid="ignore"):  # a negative moment is set to zero below
        result = combine_effects(data.log_rates, data.variances, method_re="chi2")
    tau2 = max(0.0, float(result.tau2))
    return Fit(tau2**0.5, *_mean(data, tau2), len(data.log_rates), "DerSimonian-Laird")


def q_profile(data: Spread, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of tau: the tau^2 at which Q equals its chi-squared quantiles.

    Source: Viechtbauer (2007).
    """
    df, tail = len(data.log_rates) - 1, (1 - confidence) / 2
    low, high = (
        _solve(lambda t, q=q: _q(data, t, None) - stats.chi2.ppf(q, df))  # type: ignore[misc]
        for q in (1 - tail, tail)
    )
    return low**0.5, high**0.5


def heterogeneity(data: Spread) -> tuple[float, int, float]:
    """Return Cochran's Q about the precision-weighted mean, its df, and I^2 (share)."""
    q, df = _q(data, 0.0, None), len(data.log_rates) - 1
    return q, df, max(0.0, (q - df) / q) if q > 0 else 0.0


def prediction_interval(fit: Fit, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of the true rate (per person) of a force like these.

    mean +- t(k - 2) sqrt(tau^2 + se^2) on the log scale, k the observations fitted.

    Source: Higgins, Thompson and Spiegelhalter (2009).
    """
    half = stats.t.ppf((1 + confidence) / 2, fit.k - 2) * np.hypot(fit.tau, fit.se)
    return float(np.exp(fit.mean - half)), float(np.exp(fit.mean + half))


def z_score(count: float, people: float, target: float, tau: float) -> float:
    """Return z = (log rate - log target) / sqrt(1/count + tau^2); *target* is a rate per person.

    Source: Spiegelhalter (2005), additive over-dispersion.
    """
    x = max(float(count), 0.5)
    return float((np.log(x / people) - np.log(target)) / np.sqrt(1 / x + tau**2))


@dataclasses.dataclass(frozen=True)
class SpecialFit:
    """phi and tau^2 of a variant, with how many areas it kept."""

    phi: float
    tau2: float
    kept: int


def _moment(phi: float, weights: Array) -> float:
    """Return tau^2 from phi: max(0, (n phi - (n - 1)) / (sum w - sum w^2 / sum w))."""
    n = len(weights)
    return float(
        max(0.0, (n * phi - (n - 1)) / (weights.sum() - (weights**2).sum() / weights.sum()))
    )


def shmi(counts: ArrayLike, expected: ArrayLike) -> SpecialFit:
    """Fit the additive variance as the SHMI does.

    z = sqrt(E) ln(O/E). Areas in the lowest and highest tenth of the ranks are dropped: where
    floor(10 rank / (n + 1)) is 0, or 9 and more. phi is the mean z^2 of the kept, weights their E.
    A plain quantile truncation drops others and gives another answer.

    Source: NHS Digital, SHMI methodology.
    """
    o, e = np.maximum(np.asarray(counts, float), 0.5), np.asarray(expected, float)
    z = np.sqrt(e) * np.log(o / e)
    tenth = np.floor(10 * stats.rankdata(z) / (len(z) + 1))
    keep = (tenth > 0) & (tenth < 9)
    phi = float(np.mean(z[keep] ** 2))
    return SpecialFit(phi, _moment(phi, e[keep]), int(keep.sum()))


def sqrt_winsorised(counts: ArrayLike, expected: ArrayLike, share: float = 0.10) -> SpecialFit:
    """Fit the additive variance of Y = sqrt(O/E), s = 1 / (2 sqrt E), z winsorised.

    Source: Spiegelhalter (2005). Limits must be squared back to the ratio (:func:`sqrt_limits`).
    """
    o, e = np.asarray(counts, float), np.asarray(expected, float)
    s = 1 / (2 * np.sqrt(e))
    phi = float(np.mean(winsorise((np.sqrt(o / e) - 1) / s, share) ** 2))
    return SpecialFit(phi, _moment(phi, 1 / s**2), len(o))


def sqrt_limits(expected: float, tau2: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the limits of the ratio: (1 -+ z sqrt(s^2 + tau^2))^2, squared back."""
    half = normal_quantile(confidence) * np.sqrt(1 / (4 * expected) + tau2)
    return float(max(0.0, 1 - half) ** 2), float((1 + half) ** 2)


def tau_row(fit: Fit, source: str, confidence: float = 0.95, limits: bool = False) -> MethodRow:
    """Return tau of a fit as a row."""
    return MethodRow(
        statistic="tau: SD of the true log rates of forces",
        value=fit.tau,
        confidence=confidence if limits else None,
        method=f"additive, log rate, {fit.method}",
        source=source,
    )


def z_row(
    count: float, people: float, target: float, fit: Fit, name: str, multiplier: float = PER
) -> MethodRow:
    """Return how many standard deviations a rate stands from a target, chance and spread in it."""
    z = z_score(count, people, target, fit.tau)
    shown = f"{target * multiplier:.6g} per {multiplier:,.0f}"
    return MethodRow(
        statistic=f"z of the log rate against {name} ({shown})",
        value=z,
        p_value=float(2 * stats.norm.sf(abs(z))),
        method=f"additive variance, {fit.method} tau {fit.tau:.4f}",
        source=SPIEGELHALTER,
    )
