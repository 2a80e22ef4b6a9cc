"""Every other method for an area's rate, a row each, beside those of its record.

The record's own numbers (score interval, rule of unusual, margin, ranks) are its keys and are not
repeated here.
"""

from collections.abc import Iterable

import numpy as np
from scipy import stats

from mappa.printed import PER
from mappa.rates.forces import Forces
from mappa.rates.methods import between, empirical, funnel, intervals, ratios
from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import MethodRow

_FUNNEL = "ratio to the national rate, limits of the funnel"
_TAU, _TAU2 = "tau: SD of the true log rates of areas", "tau2: variance of the true log ratios"
_PM, _HELD = "additive, log rate, Paule-Mandel", "mean held at the national rate"
_PROFILE = f"{between.PAULE_MANDEL}; {between.Q_PROFILE}"
_ROOT = "additive, square-root scale, winsorised 10%"
_NO_FACTOR = "no factor for consistency: below the REML value"


def of_area(count: float, people: float, ratio: Ratio | None, confidence: float) -> list[MethodRow]:
    """Return the rate and its ratio to the comparator by the other methods."""
    rows = [intervals.byar_rate(count, people, confidence)]
    rows.append(intervals.exact_rate(count, people, 0.998))
    if ratio is not None and ratio.kind == "counted":
        named = (ratio.count, ratio.people, ratio.count2, ratio.people2, confidence)
        rows += [ratios.exact_ratio(*named), ratios.midp_ratio(*named)]
    return rows


def among_areas(f: Forces, force: str, confidence: float) -> list[MethodRow]:
    """Return the place of a counted area among the others, and how much areas differ."""
    i = f.areas.index(force)
    count, people, expected = f.counts[i], f.people[i], float(f.expected[i])
    phi = float(funnel.multiplicative_phi(f.counts, f.expected))
    low, high = between.prediction_interval(f.typical, confidence)
    above = empirical.exceedance(f.prior, count, expected, 1.0, other_count=None)
    return [
        intervals.against_fixed(count, expected, "the national rate", confidence),
        funnel.multiplicative_row(count, expected, phi, confidence),
        *_additive(f, count, expected, confidence),
        *(
            between.z_row(count, people, target, fit, name)
            for fit, target, name in (
                (f.about_national, f.national, "the national rate"),
                (f.typical, f.typical.rate, "the random-effects mean of counted areas"),
                (f.constrained, f.constrained.rate, "the random-effects mean of all areas"),
            )
        ),
        *spread(f, confidence),
        MethodRow(
            "true rate per 100,000 people of an area like the counted ones",
            *(PER * f.typical.rate, PER * low, PER * high, confidence),
            method="prediction interval, t with k - 2 degrees of freedom",
            source=between.HIGGINS,
        ),
        MethodRow(
            "P(true rate above the national rate)",
            above,
            method="empirical Bayes, gamma-Poisson",
            source=empirical.CLAYTON_KALDOR,
            note="the simple p-value again: it does not ask how much areas differ",
        ),
    ]


def _additive(f: Forces, count: float, expected: float, level: float) -> Iterable[MethodRow]:
    """Yield the ratio to the national rate with the limits of each additive variant."""
    shmi, root = (g(f.counts, f.expected).tau2 for g in (between.shmi, between.sqrt_winsorised))
    for (low, high), method, source in (
        (
            funnel.additive_limits(expected, f.about_national.tau, 1.0, level),
            f"{_PM}, {_HELD}",
            funnel.SPIEGELHALTER,
        ),
        (
            funnel.additive_limits(expected, float(shmi) ** 0.5, 1.0, level),
            "additive, SHMI style",
            between.SHMI,
        ),
        (
            between.sqrt_limits(expected, float(root), level),
            f"{_ROOT}, limits squared back",
            funnel.SPIEGELHALTER,
        ),
    ):
        ends = float(np.asarray(low)), float(np.asarray(high))
        yield MethodRow(_FUNNEL, count / expected, *ends, level, method=method, source=source)


def spread(f: Forces, confidence: float = 0.95) -> list[MethodRow]:
    """Return how much areas differ, by every method."""
    alone = f.log_rates
    limits = between.q_profile(alone, confidence)
    held = between.q_profile(alone, confidence, mean=float(np.log(f.national)))
    q, df, i2 = between.heterogeneity(alone)
    reml, dl = between.reml(alone), between.dersimonian_laird(alone)
    shmi, root = (g(f.counts, f.expected) for g in (between.shmi, between.sqrt_winsorised))
    phi = float(funnel.multiplicative_phi(f.counts, f.expected))
    p, named = float(stats.chi2.sf(q, df)), f"chi-squared on {df} degrees of freedom"
    cut = f"additive, SHMI style: {shmi.kept} of {len(f.areas)} areas kept, phi {shmi.phi:.4f}"
    rows = (
        (_TAU, f.typical.tau, *limits, confidence, None, _PM, _PROFILE),
        (_TAU, f.about_national.tau, *held, confidence, None, f"{_PM}, {_HELD}", _PROFILE),
        (_TAU, f.constrained.tau, None, None, None, None, f"{_PM}, uncounted areas as one "
         "constraint", between.PAULE_MANDEL),
        (_TAU, reml.tau, None, None, None, None, "additive, log rate, REML", between.REML),
        (_TAU, dl.tau, None, None, None, None, "additive, log rate, DerSimonian-Laird",
         between.DERSIMONIAN_LAIRD),
        ("Cochran's Q about the mean log rate", q, None, None, None, p, named,
         between.DERSIMONIAN_LAIRD),
        ("I2: share of the variance that is between areas", i2, None, None, None, None,
         "(Q - df) / Q", between.HIGGINS),
        ("phi: over-dispersion factor", phi, None, None, None, None, "multiplicative, square-root "
         "scale, winsorised 10%", funnel.SPIEGELHALTER, "no factor for consistency"),
        (_TAU2, float(shmi.tau2), None, None, None, None, cut, between.SHMI, _NO_FACTOR),
        (_TAU2, float(root.tau2), None, None, None, None, _ROOT, funnel.SPIEGELHALTER, _NO_FACTOR),
    )  # fmt: skip
    return [MethodRow(*row) for row in rows]
