"""Would it matter? Tests of a ratio against a margin that is fixed beforehand."""

from __future__ import annotations

import dataclasses
import math

from scipy import stats

from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import MethodRow, normal_quantile

SCHUIRMANN = "Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680"
#: Each one-sided test of the margin verdict is held at this level.
ALPHA = 0.05

HIGHER, LOWER, WITHIN, UNDECIDED = "higher by more", "lower by more", "within", "undecided"


@dataclasses.dataclass(frozen=True)
class MarginTest:
    """The margin verdict with its three one-sided p-values."""

    verdict: str
    equivalence_p: float
    higher_p: float
    lower_p: float


def zone(margin: float) -> tuple[float, float]:
    """Return the ratios that do not matter: (1 / (1 + m), 1 + m), symmetric on the log scale."""
    return 1 / (1 + margin), 1 + margin


def margin_test(ratio: Ratio, margin: float, alpha: float = ALPHA) -> MarginTest:
    """Test a ratio against the zone of *margin*, each test one-sided at *alpha*.

    ``within`` needs both one-sided tests of equivalence (their larger p-value is the p-value).

    Source: Schuirmann (1987); statsmodels for counted comparators.
    """
    low, high = zone(margin)
    equivalence = max(ratio.p_larger(low), ratio.p_smaller(high))
    higher, lower = ratio.p_larger(high), ratio.p_smaller(low)
    if higher < alpha:
        verdict = HIGHER
    elif lower < alpha:
        verdict = LOWER
    else:
        verdict = WITHIN if equivalence < alpha else UNDECIDED
    return MarginTest(verdict, equivalence, higher, lower)


def smallest_margin(ratio: Ratio, alpha: float = ALPHA) -> float | None:
    """Return the margin at which equivalence first holds: the 1 - 2 alpha interval just fits."""
    row = ratio.interval(1 - 2 * alpha)
    if not row.lower or row.upper is None:
        return None
    return max(row.upper, 1 / row.lower, 1.0) - 1


def superiority(ratio: Ratio, alpha: float = ALPHA) -> float | None:
    """Return the largest margin beyond which the ratio still is, or zero where there is none."""
    row = ratio.interval(1 - 2 * alpha)
    if row.lower is None or row.upper is None:
        return None
    return max(row.lower, 1 / row.upper if row.upper else math.inf, 1.0) - 1


def minimal_detectable(
    expected: float, tau: float = 0.0, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Return the ratio that a two-sided test at *alpha* finds with *power*, as a factor above 1.

    exp((z(1 - alpha/2) + z(power)) sqrt(1/E + tau^2)).

    Source: the normal approximation on the log scale, as in Breslow and Day (1987), chapter 7.
    """
    z = normal_quantile(1 - alpha) + stats.norm.ppf(power)
    return float(math.exp(z * math.sqrt(1 / expected + tau**2)))


def rows(ratio: Ratio, margin: float, expected: float, tau: float) -> list[MethodRow]:
    """Return the rows of the margin: equivalence, its smallest margin, superiority, power."""
    test = margin_test(ratio, margin)
    low, high = zone(margin)
    named = "two one-sided tests" + ("" if ratio.kind == "counted" else ", log scale")
    return [
        MethodRow(
            statistic="ratio to the comparator, zone that does not matter",
            value=ratio.value,
            lower=low,
            upper=high,
            p_value=test.equivalence_p,
            method=f"{named} at the margin {margin:g}",
            source=SCHUIRMANN,
            note=f"verdict: {test.verdict}",
        ),
        MethodRow(
            statistic="smallest margin at which equivalence holds",
            value=smallest_margin(ratio),
            confidence=1 - ALPHA,
            method="the 90% interval just fits the zone",
            source=SCHUIRMANN,
        ),
        MethodRow(
            statistic="largest margin that the ratio is beyond",
            value=superiority(ratio),
            confidence=1 - ALPHA,
            method="one-sided 95% limit of the ratio",
            source=SCHUIRMANN,
        ),
        MethodRow(
            statistic="minimal detectable ratio (power 80%, level 5%)",
            value=minimal_detectable(expected),
            method="chance alone (Poisson)",
            source="Breslow and Day (1987), chapter 7",
        ),
        MethodRow(
            statistic="minimal detectable ratio (power 80%, level 5%)",
            value=minimal_detectable(expected, tau),
            method=f"chance and the spread between forces (tau {tau:.4f})",
            source="Breslow and Day (1987), chapter 7",
        ),
    ]
