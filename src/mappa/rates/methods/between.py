"""How much forces differ: the variance tau^2 of their true log rates.

Model: log(count / people) of area i is normal with mean mu and variance v_i + s_i tau^2, where
v_i = 1 / count is chance. For an area s_i is 1. The areas without a count are one observation,
their pool: its log rate has s = the sum of squared population shares, because the mean of several
areas varies less than an area. They are one constraint, not one force more.

Every fit takes arrays whose last axis runs over the areas, so that one call fits one date, each
date without one of its areas, or ten thousand simulated dates.
"""

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from mappa.printed import PER
from mappa.rates.methods.funnel import SPIEGELHALTER, multiplicative_phi
from mappa.rates.methods.rows import MethodRow, normal_quantile

PAULE_MANDEL = "Paule and Mandel (1982), J. Res. NBS 87, 377-385"
REML = "Harville (1977), JASA 72, 320-338; Viechtbauer (2005), J. Educ. Behav. Stat. 30, 261-293"
DERSIMONIAN_LAIRD = "DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188"
Q_PROFILE = "Viechtbauer (2007), Statistics in Medicine 26, 37-52"
HIGGINS = "Higgins, Thompson and Spiegelhalter (2009), JRSS A 172, 137-159"
SHMI = "NHS Digital, Summary Hospital-level Mortality Indicator: methodology, over-dispersion"

Array = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Spread:
    """Log rates and their variances: what the models are fitted to, areas along the last axis.

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
        """The random-effects mean as a rate per person: that of a typical force, not of people."""
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
    x = np.maximum(np.asarray(counts), 0.5)
    n = np.asarray(people)
    scale = np.ones_like(x)
    if pool is not None and pool[0] > 0:
        x, n = np.append(x, pool[0]), np.append(n, pool[1])
        scale = np.append(scale, pool[2])
    return Spread(np.log(x / n), 1 / x, scale)


def _mean(data: Spread, tau2: ArrayLike) -> tuple[Array, Array]:
    """Return the weighted mean log rate and its standard error."""
    weight = 1 / (data.variances + data.scale * np.asarray(tau2)[..., None])
    total = weight.sum(-1)
    return (weight * data.log_rates).sum(-1) / total, total**-0.5


def _q(data: Spread, tau2: ArrayLike, mean: ArrayLike | None) -> tuple[Array, Array]:
    """Return Cochran's Q with weights 1 / (v + s tau^2), and how fast it falls with tau^2.

    Q is taken about the weighted mean, or about *mean* where that is given.
    """
    centre = _mean(data, tau2)[0] if mean is None else np.asarray(mean)
    variance = data.variances + data.scale * np.asarray(tau2)[..., None]
    part = (data.log_rates - centre[..., None]) ** 2 / variance
    return part.sum(-1), (part * data.scale / variance).sum(-1)


def _tau2(data: Spread, target: float, mean: ArrayLike | None = None) -> Array:
    """Return the tau^2 at which Q meets *target*; zero where Q never exceeds it.

    Q is convex and falls (each part is a square over a line in tau^2, the mean is the least), so
    Newton's steps from zero approach the root from below and never pass it.
    """
    tau2 = np.zeros(data.log_rates.shape[:-1])
    for _ in range(100):
        q, fall = _q(data, tau2, mean)
        step = np.where(q > target, (q - target) / np.maximum(fall, 1e-300), 0.0)
        tau2 = tau2 + step
        if (step <= 1e-13 * tau2).all():
            break
    return tau2


def moments(data: Spread, mean: ArrayLike | None = None) -> tuple[Array, Array, Array]:
    """Return tau^2, mean log rate and its standard error by Paule and Mandel, for each row.

    Q equals its degrees of freedom; the mean is free, or held at *mean* (its error then is zero).
    """
    tau2 = _tau2(data, data.log_rates.shape[-1] - (mean is None), mean)
    if mean is None:
        return tau2, *_mean(data, tau2)
    return tau2, np.asarray(mean, float), np.zeros_like(tau2)


def paule_mandel(data: Spread, mean: float | None = None) -> Fit:
    """Fit tau^2 so that Q equals its degrees of freedom; the mean is free or held at *mean*.

    Source: Paule and Mandel (1982). statsmodels' ``combine_effects(method_re="iterated")`` gives
    the same for areas alone; it can neither hold the mean nor take the pool.
    """
    tau2, centre, se = (float(v) for v in moments(data, mean))
    return Fit(tau2**0.5, centre, se, len(data.log_rates), "Paule-Mandel")


def reml(data: Spread) -> Fit:
    """Fit tau^2 by restricted maximum likelihood.

    Source: Harville (1977); Viechtbauer (2005).
    """

    def loss(tau2: float) -> float:
        v = data.variances + data.scale * tau2
        return float(np.log(v).sum() + _q(data, tau2, None)[0] + np.log((1 / v).sum()))

    start = max(paule_mandel(data).tau ** 2, 1e-6)
    best = optimize.minimize_scalar(
        lambda log_tau2: loss(float(np.exp(log_tau2))),
        bounds=(np.log(start) - 12, np.log(start) + 6),
        options={"xatol": 1e-9},
    )
    tau2 = float(np.exp(best.x))
    if loss(0.0) <= best.fun:
        tau2 = 0.0
    return _fit(data, tau2, "REML")


def dersimonian_laird(data: Spread) -> Fit:
    """Fit tau^2 by DerSimonian and Laird's moment (statsmodels; areas only, no pool)."""
    with np.errstate(invalid="ignore"):  # a negative moment is set to zero below
        result = combine_effects(data.log_rates, data.variances, method_re="chi2")
    return _fit(data, max(0.0, float(result.tau2)), "DerSimonian-Laird")


def _fit(data: Spread, tau2: float, method: str) -> Fit:
    mean, se = _mean(data, tau2)
    return Fit(tau2**0.5, float(mean), float(se), len(data.log_rates), method)


def q_profile(
    data: Spread, confidence: float = 0.95, mean: float | None = None
) -> tuple[float, float]:
    """Return the interval of tau: the tau^2 at which Q equals its chi-squared quantiles.

    With *mean* the interval belongs to the tau that was fitted with the mean held there, and Q
    has one degree of freedom more.

    Source: Viechtbauer (2007).
    """
    df, tail = len(data.log_rates) - (mean is None), (1 - confidence) / 2
    low, high = (float(_tau2(data, stats.chi2.ppf(q, df), mean)) for q in (1 - tail, tail))
    return low**0.5, high**0.5


def heterogeneity(data: Spread) -> tuple[float, int, float]:
    """Return Cochran's Q about the precision-weighted mean, its df, and I^2 (share)."""
    q, df = float(_q(data, 0.0, None)[0]), len(data.log_rates) - 1
    return q, df, max(0.0, (q - df) / q) if q > 0 else 0.0


def prediction_interval(fit: Fit, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of the true rate (per person) of a force like these.

    mean +- t(k - 2) sqrt(tau^2 + se^2) on the log scale, k the observations fitted.

    Source: Higgins, Thompson and Spiegelhalter (2009).
    """
    half = stats.t.ppf((1 + confidence) / 2, fit.k - 2) * np.hypot(fit.tau, fit.se)
    return float(np.exp(fit.mean - half)), float(np.exp(fit.mean + half))


NOT_UNUSUAL, UNUSUAL, VERY_UNUSUAL = "not unusual", "unusual", "very unusual"
#: Outside the interval of these confidences an area is unusual, and very unusual.
CONFIDENCES = (0.95, 0.998)


@dataclasses.dataclass(frozen=True)
class Predicted:
    """What the other counted areas let expect of areas' observed rates: the rule of *unusual*.

    ``mean`` (log rate per person) and ``tau`` are those of the others; ``sd`` is
    sqrt(tau^2 + se^2 + 1 / E), with E the count that the others' mean lets expect: how much areas
    differ, how well their mean is known, and chance in this area's own count. ``df``: the others
    less two, k - 3 where k counted areas include the area itself.
    """

    mean: Array
    tau: Array
    sd: Array
    df: int

    def limits(self, confidence: float = 0.95) -> tuple[Array, Array]:
        """Return the interval of each area's observed rate (per person)."""
        half = stats.t.ppf((1 + confidence) / 2, self.df) * self.sd
        return np.exp(self.mean - half), np.exp(self.mean + half)

    def z(self, rates: ArrayLike) -> Array:
        """Return how many standard deviations the *rates* (per person) are from the mean."""
        return (np.log(rates) - self.mean) / self.sd

    def p_value(self, rates: ArrayLike) -> Array:
        """Return the two-sided p-value of the *rates*: t with ``df`` degrees of freedom."""
        p: Array = 2 * stats.t.sf(np.abs(self.z(rates)), self.df)
        return p

    def verdicts(self, rates: ArrayLike) -> list[str]:
        """Return for each rate whether it is not unusual, unusual or very unusual."""
        p = self.p_value(rates)
        beyond = sum((p < 1 - confidence).astype(int) for confidence in CONFIDENCES)
        return [(NOT_UNUSUAL, UNUSUAL, VERY_UNUSUAL)[b] for b in np.atleast_1d(beyond)]

    def power(self, ratio: float, alpha: float = 0.05) -> Array:
        """Return the chance that an area whose true rate is *ratio* times typical is unusual.

        The statistic is about non-central t: (normal about log ratio / sd) over the error of sd.
        """
        cut, shift = stats.t.ppf(1 - alpha / 2, self.df), np.log(ratio) / self.sd
        above: Array = stats.nct.sf(cut, self.df, shift)
        return above + stats.nct.cdf(-cut, self.df, shift)


def predict(others: Spread, people: ArrayLike, fit: Fit | None = None) -> Predicted:
    """Return what *others* (areas along the last axis) let expect of an area with *people*.

    *fit* is that of the others by another estimator than Paule and Mandel's.

    Source: Higgins, Thompson and Spiegelhalter (2009), with the chance of the area's own count.
    """
    tau2, mean, se = moments(others)
    if fit is not None:
        tau2, mean, se = (np.asarray(v) for v in (fit.tau**2, fit.mean, fit.se))
    expected = np.asarray(people) * np.exp(mean)
    sd = np.sqrt(tau2 + se**2 + 1 / expected)
    return Predicted(mean, np.sqrt(tau2), sd, others.log_rates.shape[-1] - 2)


def predict_each(counts: ArrayLike, people: ArrayLike) -> Predicted:
    """Return for each area what the others let expect of it: one row of the others an area."""
    x, n = np.asarray(counts), np.asarray(people)
    others = ~np.eye(len(x), dtype=bool)
    shape = len(x), len(x) - 1
    return predict(
        spread(*(np.broadcast_to(v, others.shape)[others].reshape(shape) for v in (x, n))), n
    )


def z_score(count: float, people: float, target: float, tau: float) -> float:
    """Return z = (log rate - log target) / sqrt(1/count + tau^2); *target* is a rate per person.

    Source: Spiegelhalter (2005), additive over-dispersion.
    """
    x = max(float(count), 0.5)
    return float((np.log(x / people) - np.log(target)) / np.sqrt(1 / x + tau**2))


@dataclasses.dataclass(frozen=True)
class SpecialFit:
    """phi and tau^2 of a variant, with how many areas it kept; an entry for each row."""

    phi: Array
    tau2: Array
    kept: Array


def _moment(phi: Array, weights: Array) -> Array:
    """Return tau^2 from phi: max(0, (n phi - (n - 1)) / (sum w - sum w^2 / sum w)).

    Weights of zero are areas that were dropped.
    """
    n, total = (weights > 0).sum(-1), weights.sum(-1)
    tau2: Array = (n * phi - (n - 1)) / (total - (weights**2).sum(-1) / total)
    return np.maximum(0.0, tau2)


def shmi(counts: ArrayLike, expected: ArrayLike) -> SpecialFit:
    """Fit the additive variance as the SHMI does, areas along the last axis.

    z = sqrt(E) ln(O/E). Areas in the lowest and highest tenth of the ranks are dropped: where
    floor(10 rank / (n + 1)) is 0, or 9 and more. phi is the mean z^2 of the kept, weights their E.
    A plain quantile truncation drops others and gives another answer.

    Source: NHS Digital, SHMI methodology.
    """
    o, e = np.maximum(np.asarray(counts), 0.5), np.asarray(expected)
    z = np.sqrt(e) * np.log(o / e)
    tenth = np.floor(10 * stats.rankdata(z, axis=-1) / (z.shape[-1] + 1))
    keep = (tenth > 0) & (tenth < 9)
    phi = np.mean(z**2, axis=-1, where=keep)
    return SpecialFit(phi, _moment(phi, np.where(keep, e, 0.0)), keep.sum(-1))


def sqrt_winsorised(counts: ArrayLike, expected: ArrayLike, share: float = 0.10) -> SpecialFit:
    """Fit the additive variance of Y = sqrt(O/E), s = 1 / (2 sqrt E), z winsorised.

    Source: Spiegelhalter (2005). Limits must be squared back to the ratio (:func:`sqrt_limits`).
    """
    e = np.asarray(expected)
    phi = multiplicative_phi(counts, e, share)  # z = (Y - 1) / s = 2 (sqrt O - sqrt E)
    return SpecialFit(phi, _moment(phi, 4 * e), np.full(np.shape(phi), e.shape[-1]))


def sqrt_limits(expected: float, tau2: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the limits of the ratio: (1 -+ z sqrt(s^2 + tau^2))^2, squared back."""
    half = normal_quantile(confidence) * np.sqrt(1 / (4 * expected) + tau2)
    return float(max(0.0, 1 - half) ** 2), float((1 + half) ** 2)


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
