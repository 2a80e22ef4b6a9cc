"""The ratio of two rates, both counted: interval and test by several methods.

Only methods that respect the two populations are here. statsmodels' ``sqrtcc`` interval for a
ratio ignores them, and its ``etest`` needs an n-by-n grid: neither is offered.
"""

import dataclasses
import functools
import math

from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import test_poisson_2indep

from mappa.rates.methods.intervals import against_fixed, exact_limits
from mappa.rates.methods.rows import MethodRow, normal_quantile

SCORE = "Wilson (1927), JASA 22, 209-212; Gu et al. (2008), Biometrical Journal 50, 283-298"
CONDITIONAL = "Przyborowski and Wilenski (1940), Biometrika 31, 313-323"
MIDP = "Lancaster (1961), JASA 56, 223-234; Fay (2010), Biostatistics 11, 373-374"
MOVER = "Donner and Zou (2012), Stat. Methods Med. Res. 21, 347-359 (MOVER)"
_RATIO = "ratio to the comparator"
#: Below this count only exact limits are used.
EXACT_BELOW = 10


def exact_ratio(
    count: float, people: float, count2: float, people2: float, confidence: float = 0.95
) -> MethodRow:
    """Return the ratio with exact conditional limits and the p-value that belongs to them.

    Given the total, the first count is binomial: Clopper-Pearson limits are turned into limits
    of the ratio. The p-value is twice the smaller tail, so it is below alpha exactly when the
    limits leave out 1 (the sum of no more likely outcomes, as R's ``poisson.test``, is not).

    Parameters
    ----------
    count, people: the force. count2, people2: those it is compared with.
    confidence: two-sided confidence.

    Source: Przyborowski and Wilenski (1940); limits of a share by Clopper and Pearson (1934).
    """
    x, n, y, m = round(count), round(people), round(count2), round(people2)
    limits = _odds(_clopper_pearson(x, x + y, confidence), n, m)
    method = "exact conditional (Clopper-Pearson limits), doubled tail"
    p = doubled_exact_p(x, n, y, m)
    return MethodRow(_RATIO, _ratio(x, n, y, m), *limits, confidence, p, method, CONDITIONAL)


def conditional_tails(x: float, total: float, share: float) -> tuple[float, float]:
    """Return P(at most x) and P(at least x) of *total* people, each the force's with *share*."""
    return float(stats.binom.cdf(x, total, share)), float(stats.binom.sf(x - 1, total, share))


def doubled_exact_p(count: float, people: float, count2: float, people2: float) -> float:
    """Return the doubled smaller tail of the exact conditional test; it agrees with the limits."""
    x, total = round(count), round(count + count2)
    return min(1.0, 2 * min(conditional_tails(x, total, people / (people + people2))))


def midp_ratio(
    count: float, people: float, count2: float, people2: float, confidence: float = 0.95
) -> MethodRow:
    """Return the ratio with mid-p limits and p-value (half the weight on the count itself).

    The p-value is twice the smaller mid-p tail, which the limits invert.

    Source: Lancaster (1961); Fay (2010).
    """
    x, n, y, m = round(count), round(people), round(count2), round(people2)
    limits = _odds(_midp_shares(x, x + y, confidence), n, m)
    share = n / (n + m)
    half = float(stats.binom.pmf(x, x + y, share)) / 2
    p = min(1.0, 2 * (min(conditional_tails(x, x + y, share)) - half))
    method = "conditional mid-p, doubled tail"
    return MethodRow(_RATIO, _ratio(x, n, y, m), *limits, confidence, p, method, MIDP)


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
    shares = proportion_confint(count, count + count2, alpha=1 - confidence, method="wilson")
    limits = _odds(shares, people, people2)
    p = float(test_poisson_2indep(count, people, count2, people2, method="score").pvalue)
    value = _ratio(count, people, count2, people2)
    return MethodRow(_RATIO, value, *limits, confidence, p, "score", SCORE)


def _ratio(x: float, n: float, y: float, m: float) -> float | None:
    return float((x / n) / (y / m)) if y else None


def _clopper_pearson(x: int, total: int, confidence: float) -> tuple[float, float]:
    """Return the exact limits of a share; of none at all nothing is known."""
    if total == 0:
        return 0.0, 1.0
    low, high = proportion_confint(x, total, alpha=1 - confidence, method="beta")
    return float(low), float(high)


@functools.lru_cache(maxsize=4096)
def _midp_shares(x: int, total: int, confidence: float) -> tuple[float, float]:
    """Invert the two one-sided mid-p tests between the exact limits, which contain them."""
    tail = (1 - confidence) / 2
    low, high = _clopper_pearson(x, total, confidence)

    def above(p: float) -> float:
        return float(stats.binom.sf(x, total, p) + stats.binom.pmf(x, total, p) / 2 - tail)

    def below(p: float) -> float:
        return float(stats.binom.cdf(x - 1, total, p) + stats.binom.pmf(x, total, p) / 2 - tail)

    return (
        optimize.brentq(above, low, x / total, xtol=1e-16) if x else 0.0,
        optimize.brentq(below, x / total, high, xtol=1e-16) if x < total else 1.0,
    )


def _odds(shares: tuple[float, float], n: float, m: float) -> tuple[float | None, float | None]:
    """Turn limits of the first count's share of the total into limits of the ratio of the rates."""
    low, high = (float(p / (1 - p) * m / n) if p < 1 else None for p in shares)
    return low, high


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
        limits = modelled_limits(self.count, self.expected, self.log_se, confidence)
        p = 2 * min(modelled_tails(self.count, self.expected, self.log_se))
        method = "exact limits of the count, error of the modelled rate by MOVER"
        return MethodRow(_RATIO, self.value, *limits, confidence, p, method, MOVER)

    def tails(self, value: float) -> tuple[float, float]:
        """Return the one-sided p-values of a smaller and of a larger ratio than *value*."""
        if self.kind == "modelled":
            return modelled_tails(self.count, self.expected * value, self.log_se)
        if self.kind == "fixed":
            mean = value * self.expected
            below, above = (
                stats.poisson.cdf(self.count, mean),
                stats.poisson.sf(self.count - 1, mean),
            )
            return float(below), float(above)
        if min(self.count, self.count2) < EXACT_BELOW:
            share = value * self.people / (value * self.people + self.people2)
            return conditional_tails(round(self.count), round(self.count + self.count2), share)
        named = self.count, self.people, self.count2, self.people2
        score = functools.partial(test_poisson_2indep, *named, value=value, method="score")
        return float(score(alternative="smaller").pvalue), float(score(alternative="larger").pvalue)


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


def modelled_tails(count: float, expected: float, log_se: float) -> tuple[float, float]:
    """Return the one-sided p-values of a count smaller and larger than a modelled *expected* one.

    They are those of :func:`modelled_limits`: the tail at which a limit of the ratio reaches 1.
    """
    side = int(count < expected)

    def beyond(tail: float) -> float:
        limit = modelled_limits(count, expected, log_se, 1 - 2 * tail)[side] - 1
        return -limit if side else limit  # rises with the tail

    least, most = 1e-12, 0.5
    if beyond(least) > 0:
        tail = least
    else:
        tail = float(optimize.brentq(beyond, least, most)) if beyond(most) > 0 else most
    return (tail, 1 - tail) if side else (1 - tail, tail)
