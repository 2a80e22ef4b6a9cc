"""The ratio of two rates, both counted: interval and test by several methods.

Only methods that respect the two populations are here. statsmodels' ``sqrtcc`` interval for a
ratio ignores them, and its ``etest`` needs an n-by-n grid: neither is offered.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import test_poisson_2indep

from mappa.rates.methods.intervals import against_fixed, exact_limits
from mappa.rates.methods.rows import MethodRow, normal_quantile

SCORE = "Wilson (1927), JASA 22, 209-212; Gu et al. (2008), Biometrical Journal 50, 283-298"
CONDITIONAL = "Przyborowski and Wilenski (1940), Biometrika 31, 313-323"
MIDP = "Lancaster (1961), JASA 56, 223-234; Fay (2010), Biostatistics 11, 373-374"
MOVER = "Donner and Zou (2012), Stat. Methods Med. Res. 21, 347-359 (MOVER)"
#: Below this count only exact limits are used.
EXACT_BELOW = 10


def exact_ratio(
    count: float, people: float, count2: float, people2: float, confidence: float = 0.95
) -> MethodRow:
    """Return the ratio with exact conditional limits and p-value.

    Given the total, the first count is binomial: Clopper-Pearson limits are turned into limits
    of the ratio. The p-value is that of the binomial test (sum of no more likely outcomes).

    Parameters
    ----------
    count, people: the force. count2, people2: those it is compared with.
    confidence: two-sided confidence.

    Source: Przyborowski and Wilenski (1940); limits of a share by Clopper and Pearson (1934).
    """
    x, n, y, m = round(count), round(people), round(count2), round(people2)
    low, high = _conditional_limits(x, n, y, m, confidence)
    return MethodRow(
        statistic="ratio to the comparator",
        value=_ratio(x, n, y, m),
        lower=low,
        upper=high,
        confidence=confidence,
        p_value=_conditional_p(x, n, y, m, "exact-cond"),
        method="exact conditional (Clopper-Pearson limits)",
        source=CONDITIONAL,
    )


def doubled_exact_p(count: float, people: float, count2: float, people2: float) -> float:
    """Return the doubled smaller tail of the exact conditional test; it agrees with the limits."""
    x, total, share = round(count), round(count + count2), people / (people + people2)
    below, above = stats.binom.cdf(x, total, share), stats.binom.sf(x - 1, total, share)
    return float(min(1.0, 2 * min(below, above)))


def midp_ratio(
    count: float, people: float, count2: float, people2: float, confidence: float = 0.95
) -> MethodRow:
    """Return the ratio with mid-p limits and p-value (half the weight on the count itself)."""
    x, n, y, m = round(count), round(people), round(count2), round(people2)
    low, high = _midp_limits(x, n, y, m, confidence)
    return MethodRow(
        statistic="ratio to the comparator",
        value=_ratio(x, n, y, m),
        lower=low,
        upper=high,
        confidence=confidence,
        p_value=_conditional_p(x, n, y, m, "cond-midp"),
        method="conditional mid-p",
        source=MIDP,
    )


def score_ratio(
    count: float, people: float, count2: float, people2: float, confidence: float = 0.95
) -> MethodRow:
    """Return the ratio with score limits and p-value; exact below a count of 10 on either side.

    Source: Wilson (1927) for the share of the total; Gu et al. (2008) for the ratio.
    """
    if min(count, count2) < EXACT_BELOW:
        return exact_ratio(count, people, count2, people2, confidence)
    # Given the total the first count is binomial, and the score interval of a share is Wilson's:
    # the closed form of what statsmodels finds by search (confint_poisson_2indep, "score").
    low, high = proportion_confint(count, count + count2, alpha=1 - confidence, method="wilson")
    test = test_poisson_2indep(count, people, count2, people2, method="score")
    return MethodRow(
        statistic="ratio to the comparator",
        value=_ratio(count, people, count2, people2),
        lower=_odds(low, people, people2),
        upper=_odds(high, people, people2),
        confidence=confidence,
        p_value=float(test.pvalue),
        method="score",
        source=SCORE,
    )


def _conditional_p(x: int, n: int, y: int, m: int, method: str) -> float:
    with np.errstate(divide="ignore"):  # statsmodels also forms the ratio, which may have no end
        return float(min(1.0, test_poisson_2indep(x, n, y, m, method=method).pvalue))


def _ratio(x: float, n: float, y: float, m: float) -> float | None:
    return (x / n) / (y / m) if y else None


@functools.lru_cache(maxsize=4096)
def _conditional_limits(
    x: int, n: int, y: int, m: int, confidence: float
) -> tuple[float | None, float | None]:
    low, high = proportion_confint(x, x + y, alpha=1 - confidence, method="beta")
    return _odds(low, n, m), _odds(high, n, m)


@functools.lru_cache(maxsize=4096)
def _midp_limits(
    x: int, n: int, y: int, m: int, confidence: float
) -> tuple[float | None, float | None]:
    """Invert the two one-sided mid-p tests between the exact limits, which contain them."""
    total, tail = x + y, (1 - confidence) / 2
    outer_low, outer_high = proportion_confint(x, total, alpha=1 - confidence, method="beta")

    def above(p: float) -> float:
        return float(stats.binom.sf(x, total, p) + stats.binom.pmf(x, total, p) / 2 - tail)

    def below(p: float) -> float:
        return float(stats.binom.cdf(x - 1, total, p) + stats.binom.pmf(x, total, p) / 2 - tail)

    inner = x / total
    low = optimize.brentq(above, outer_low, inner) if x else 0.0
    high = optimize.brentq(below, inner, outer_high) if y else 1.0
    return _odds(low, n, m), _odds(high, n, m)


def _odds(p: float, n: float, m: float) -> float | None:
    """Turn the first count's share of the total into the ratio of the rates."""
    return float(p / (1 - p) * m / n) if p < 1 else None


@dataclasses.dataclass(frozen=True)
class Ratio:
    """The ratio of a force's rate to a comparator's, with interval and one-sided tests.

    ``kind`` is ``counted`` (the comparator is a count over people), ``modelled`` (its log rate has
    the standard error ``log_se``; ``count2`` over ``people2`` is its rate) or ``fixed`` (its rate
    is taken as known).
    """

    count: float
    people: float
    count2: float
    people2: float
    log_se: float = 0.0
    kind: str = "counted"

    @property
    def value(self) -> float | None:
        """The ratio itself."""
        return _ratio(self.count, self.people, self.count2, self.people2)

    @property
    def expected(self) -> float:
        """The count that the comparator's rate lets expect (people)."""
        return self.people * self.count2 / self.people2

    def interval(self, confidence: float = 0.95) -> MethodRow:
        """Return the ratio with its interval: score, or exact below 10; MOVER where modelled."""
        if self.kind == "counted":
            return score_ratio(self.count, self.people, self.count2, self.people2, confidence)
        if self.kind == "fixed":
            return against_fixed(self.count, self.expected, "the comparator", confidence)
        low, high = modelled_limits(self.count, self.expected, self.log_se, confidence)
        return MethodRow(
            statistic="ratio to the comparator",
            value=self.value,
            lower=low,
            upper=high,
            confidence=confidence,
            p_value=min(1.0, 2 * min(self.p_larger(1.0), self.p_smaller(1.0))),
            method="exact limits of the count, error of the modelled rate by MOVER",
            source=MOVER,
        )

    def exact_interval(self, confidence: float = 0.95) -> MethodRow:
        """Return the ratio with exact limits (conditional; MOVER where modelled)."""
        if self.kind == "counted":
            return exact_ratio(self.count, self.people, self.count2, self.people2, confidence)
        return self.interval(confidence)

    def p_larger(self, value: float) -> float:
        """Return the one-sided p-value of a ratio above *value*."""
        return self._one_sided(value, "larger")

    def p_smaller(self, value: float) -> float:
        """Return the one-sided p-value of a ratio below *value*."""
        return self._one_sided(value, "smaller")

    def _one_sided(self, value: float, side: str) -> float:
        if self.kind == "counted":
            exact = min(self.count, self.count2) < EXACT_BELOW
        else:
            exact = self.kind == "fixed" or self.count < EXACT_BELOW
        if self.kind == "counted" and not exact:
            test = test_poisson_2indep(
                self.count, self.people, self.count2, self.people2,
                value=value, method="score", alternative=side,
            )  # fmt: skip
            return float(test.pvalue)
        if self.kind == "counted":
            total, share = round(self.count + self.count2), value * self.people
            share = share / (share + self.people2)
            if side == "larger":
                return float(stats.binom.sf(round(self.count) - 1, total, share))
            return float(stats.binom.cdf(round(self.count), total, share))
        if exact:
            mean = value * self.expected
            if side == "larger":
                return float(stats.poisson.sf(self.count - 1, mean))
            return float(stats.poisson.cdf(self.count, mean))
        z = math.log(self.count / self.expected / value)
        z /= math.sqrt(1 / self.count + self.log_se**2)
        return float(stats.norm.sf(z) if side == "larger" else stats.norm.cdf(z))


def modelled_limits(
    count: float, expected: float, log_se: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Return limits of count / expected where the log of *expected* has an error.

    The distances of the exact limits from the ratio and of the error are added in quadrature on
    the log scale.

    Source: Donner and Zou (2012).
    """
    low, high = exact_limits(count, confidence)
    error = normal_quantile(confidence) * log_se
    if count == 0:
        return 0.0, high / expected * math.exp(error)
    below = math.hypot(math.log(count / low), error)
    above = math.hypot(math.log(high / count), error)
    return count / expected * math.exp(-below), count / expected * math.exp(above)
