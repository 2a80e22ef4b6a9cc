"""Would it matter? Tests of a ratio against a margin that is fixed beforehand."""

import math

from scipy import optimize, stats

from mappa.rates.methods.funnel import poisson_limits
from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import normal_quantile

SCHUIRMANN = "Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680"
#: Each one-sided test of the margin verdict is at 5%: both are read off an interval of this level.
NINETY = 1 - 2 * 0.05

HIGHER, LOWER, WITHIN, UNDECIDED = "higher by more", "lower by more", "within", "undecided"


def zone(margin: float) -> tuple[float, float]:
    """Return the ratios that do not matter: (1 / (1 + m), 1 + m), symmetric on the log scale."""
    return 1 / (1 + margin), 1 + margin


def margin_test(ratio: Ratio, margin: float) -> tuple[str, float]:
    """Return the verdict on a ratio against the zone of *margin*, and the p of equivalence.

    The verdict is read off the 90% interval, whose ends are one-sided tests at 5%. The p-value is
    the larger of the two one-sided tests of equivalence.

    Source: Schuirmann (1987); statsmodels for counted comparators.
    """
    low, high = zone(margin)
    row = ratio.interval(NINETY)
    return read_off(row.lower, row.upper, margin), max(ratio.tails(low)[1], ratio.tails(high)[0])


def read_off(low: float | None, high: float | None, margin: float) -> str:
    """Return the verdict that a 90% interval of the ratio gives: its ends are the two tests."""
    zone_low, zone_high = zone(margin)
    low, high = low or 0.0, math.inf if high is None else high
    if low > zone_high:
        return HIGHER
    if high < zone_low:
        return LOWER
    return WITHIN if low > zone_low and high < zone_high else UNDECIDED


def smallest_margin(ratio: Ratio) -> float | None:
    """Return the margin at which equivalence first holds: the 90% interval just fits."""
    row = ratio.interval(NINETY)
    if not row.lower or row.upper is None:
        return None
    return max(row.upper, 1 / row.lower, 1.0) - 1


def superiority(ratio: Ratio) -> float | None:
    """Return the largest margin beyond which the ratio still is, or zero where there is none."""
    row = ratio.interval(NINETY)
    if row.lower is None or row.upper is None:
        return None
    return max(row.lower, 1 / row.upper if row.upper else math.inf, 1.0) - 1


def minimal_detectable(
    expected: float, tau: float = 0.0, power: float = 0.8, alpha: float = 0.05
) -> tuple[float | None, float | None]:
    """Return the ratios below and above 1 that a two-sided test at *alpha* finds with *power*.

    Without *tau* they are exact: the ratio at which a Poisson count is beyond the limits of the
    expected count with that power (no ratio below 1 where even zero is inside). With *tau*:
    |ln r| = z(1 - alpha/2) sqrt(1/E + tau^2) + z(power) sqrt(1/(rE) + tau^2).

    Source: Breslow and Day (1987), chapter 7.
    """
    if tau > 0:
        return _reach(expected, tau, power, alpha, -1), _reach(expected, tau, power, alpha, 1)
    low, high = (float(limit) for limit in poisson_limits(expected, 1 - alpha))
    above = optimize.brentq(lambda r: stats.poisson.sf(high, r * expected) - power, 1, 1000)
    if low < 1:
        return None, float(above)
    below = optimize.brentq(lambda r: stats.poisson.cdf(low - 1, r * expected) - power, 0, 1)
    return float(below), float(above)


def _reach(expected: float, tau: float, power: float, alpha: float, side: int) -> float | None:
    """Return the nearest ratio on a *side* (+1, -1) of 1 that is far enough; none within e^12."""
    cut, more = normal_quantile(1 - alpha), stats.norm.ppf(power)
    null = math.sqrt(1 / expected + tau**2)

    def beyond(distance: float) -> float:
        true = math.sqrt(math.exp(-side * distance) / expected + tau**2)
        return float(distance - cut * null - more * true)

    steps = [i / 20 for i in range(240)]
    far = next((d for d in steps if beyond(d) > 0), None)
    return None if far is None else math.exp(side * optimize.brentq(beyond, 0, far))
