"""Intervals and tests of one count: how far a count of this size varies by chance.

A full count has no sampling error. The interval treats it as one draw of a Poisson process: a
modelling convention of public-health statistics, which every page says beside the number.
"""

import math

from statsmodels.stats.rates import confint_poisson, test_poisson

from mappa.printed import PER
from mappa.rates.methods.rows import MethodRow, normal_quantile

GARWOOD = "Garwood (1936), Biometrika 28, 437-442"
BRESLOW = "Breslow and Day (1987), Statistical Methods in Cancer Research II, 68-71"


def exact_limits(count: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return Garwood's exact limits of a Poisson mean.

    Parameters
    ----------
    count: observed count, zero or more (people).
    confidence: two-sided confidence.

    Returns
    -------
    chi2(a/2, 2x)/2 and chi2(1 - a/2, 2x + 2)/2 (people); the lower is zero for a count of zero.

    Source: Garwood (1936).
    """
    if count < 0:
        raise ValueError(f"a count cannot be negative: {count}")
    low, high = confint_poisson(count, 1, method="exact-c", alpha=1 - confidence)
    return (0.0 if count == 0 else float(low)), float(high)


def byar_limits(count: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return Byar's limits of a Poisson mean (people); exact limits serve below a count of 10.

    Source: Breslow and Day (1987), as the Office for Health Improvement and Disparities uses it.
    """
    if count < 10:
        return exact_limits(count, confidence)
    z, x, y = normal_quantile(confidence), count, count + 1
    low = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3
    high = y * (1 - 1 / (9 * y) + z / (3 * math.sqrt(y))) ** 3
    return low, high


def exact_rate(
    count: float, people: float, confidence: float = 0.95, multiplier: float = PER
) -> MethodRow:
    """Return the rate per *multiplier* people with Garwood's exact interval.

    Source: Garwood (1936), Biometrika 28, 437-442.
    """
    counts = count, *exact_limits(count, confidence)
    note = "how far a count of this size varies by chance; a full count has no sampling error"
    method = "exact Poisson interval (Garwood)"
    return _rate(counts, people, confidence, multiplier, method, GARWOOD, note)


def byar_rate(
    count: float, people: float, confidence: float = 0.95, multiplier: float = PER
) -> MethodRow:
    """Return the rate per *multiplier* people with Byar's interval (exact below a count of 10)."""
    counts, words = (count, *byar_limits(count, confidence)), ("Byar's approximation", BRESLOW)
    if count < 10:
        words = "exact limits (a count below 10)", GARWOOD
    return _rate(counts, people, confidence, multiplier, *words)


def _rate(
    counts: tuple[float, float, float], people: float, level: float, multiplier: float, *words: str
) -> MethodRow:
    """Return the row of a rate from a count with its limits; *words*: method, source, note."""
    value, low, high = (multiplier * x / people for x in counts)
    named = f"rate per {multiplier:,.0f} people"
    return MethodRow(named, value, low, high, level, None, *words)


def exact_p(count: float, expected: float) -> float:
    """Return the doubled-tail exact Poisson p-value of *count* against a fixed *expected* count.

    Source: statsmodels ``test_poisson(method="exact-c")``, which agrees with Garwood's limits.
    """
    if expected <= 0:
        raise ValueError(f"an expected count must be above zero: {expected}")
    return float(test_poisson(count, 1, value=expected, method="exact-c").pvalue)


def against_fixed(
    count: float, expected: float, what: str = "the fixed rate", confidence: float = 0.95
) -> MethodRow:
    """Return the ratio of *count* to *expected*, taken as known, with the doubled-tail test."""
    low, high = (limit / expected for limit in exact_limits(count, confidence))
    return MethodRow(
        statistic=f"ratio to {what}",
        value=count / expected,
        lower=low,
        upper=high,
        confidence=confidence,
        p_value=exact_p(count, expected),
        method="exact Poisson, doubled tail, expected count taken as known",
        source=GARWOOD,
        note="a single p-value decides nothing: most forces have a small one",
    )
