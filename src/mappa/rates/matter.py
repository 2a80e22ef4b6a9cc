"""Part three of the verdict: would the gap matter."""

from __future__ import annotations

import dataclasses

from mappa.rates import keys as k
from mappa.rates.comparators import Comparator
from mappa.rates.forces import Forces
from mappa.rates.keys import AGAINST, SPREAD
from mappa.rates.methods import empirical, equivalence
from mappa.rates.methods.ratios import Ratio

_MARGIN = "rates.methods.equivalence"
_SMALLEST, _DETECTABLE = f"{_MARGIN}.smallest_margin", f"{_MARGIN}.minimal_detectable"


@dataclasses.dataclass(frozen=True)
class Margin(k.Traced, by=f"{_MARGIN}.margin_test", rests_on=AGAINST):
    """Part three: would the gap matter."""

    margin_verdict: str = k.text(
        "higher by more, lower by more, within or undecided: one-sided 95% tests",
        "one-sided tests at 5%: above margin_high, below margin_low, or inside both",
    )
    equivalence_p: float = k.probability(
        "p-value of the two one-sided tests", "the larger of the two one-sided p-values", unit=""
    )
    smallest_margin: float | None = k.percent(
        "Margin at which equivalence holds",
        "max(ratio_high90, 1 / ratio_low90) - 1",
        by=_SMALLEST,
    )
    superiority_margin: float | None = k.percent(
        "Margin that the ratio is beyond, by a one-sided 95% test",
        "max(ratio_low90, 1 / ratio_high90, 1) - 1",
        by=f"{_MARGIN}.superiority",
    )
    minimal_detectable_ratio: float | None = k.ratio(
        "Ratio above 1 found with power 80% at 5%, by chance alone",
        "r at which a Poisson count with mean r x expected exceeds the 95% limits of expected with "
        "probability 0.8",
        by=_DETECTABLE,
    )
    minimal_detectable_ratio_below: float | None = k.ratio(
        "The same below 1", "as minimal_detectable_ratio, below the lower limit", by=_DETECTABLE
    )
    minimal_detectable_ratio_between: float | None = k.ratio(
        "Ratio above 1 found with power 80% at 5%, with the spread between areas",
        "ln r = 1.96 sqrt(1 / expected + tau^2) + 0.84 sqrt(1 / (r expected) + tau^2)",
        by=_DETECTABLE,
        default=None,
    )
    minimal_detectable_ratio_between_below: float | None = k.ratio(
        "The same below 1",
        "as minimal_detectable_ratio_between, with -ln r",
        by=_DETECTABLE,
        default=None,
    )


@dataclasses.dataclass(frozen=True)
class Exceedance(k.Traced, by="rates.methods.empirical.exceedance", rests_on=SPREAD):
    """The probability that the true ratio is beyond the margin."""

    probability_exceeds_margin: float = k.probability(
        "P(true ratio to the comparator beyond the margin)",
        "P(Gamma(a + count, b + expected) / Gamma(comparator_count, .) beyond the threshold)",
    )
    probability_direction: str = k.text(
        "above or below: which end is meant", "above if ratio >= 1, else below", rests_on=AGAINST
    )
    probability_threshold: float = k.ratio(
        "The ratio that is exceeded",
        "margin_high or margin_low, by the direction",
        by=f"{_MARGIN}.zone",
        rests_on=(k.SET,),
    )
    probability_model: str = k.text("Model of the probability")


def matter(ratio: Ratio, margin: float, found: Forces | None) -> Margin:
    """Return the tests of a ratio against a margin, and the least ratio that they could find."""
    test = equivalence.margin_test(ratio, margin)
    below, above = equivalence.minimal_detectable(ratio.expected)
    wide: tuple[float | None, float | None] = (None, None)
    if found is not None:
        wide = equivalence.minimal_detectable(ratio.expected, found.about_national.tau)
    return Margin(
        margin_verdict=test.verdict,
        equivalence_p=test.equivalence_p,
        smallest_margin=equivalence.smallest_margin(ratio),
        superiority_margin=equivalence.superiority(ratio),
        minimal_detectable_ratio=above,
        minimal_detectable_ratio_below=below,
        minimal_detectable_ratio_between=wide[1],
        minimal_detectable_ratio_between_below=wide[0],
    )


def exceedance(
    found: Forces, force: str, margin: float, ratio: Ratio, against: Comparator
) -> Exceedance:
    """Return P(beyond the margin) on the side of the comparator on which the force is."""
    i = found.where(force)
    count, expected = found.counts[i], float(found.expected[i])
    above = (ratio.value or 0.0) >= 1
    threshold = equivalence.zone(margin)[above]
    own = threshold * (against.rate or 0.0) / found.national
    if ratio.kind == "counted":
        p = empirical.exceedance(found.prior, count, expected, own, other_count=ratio.count2)
        model = "empirical Bayes: gamma-Poisson posterior of the force over the gamma of the "
        model += "comparator"
    else:
        p = empirical.exceedance_modelled(found.prior, count, expected, own, ratio.log_se)
        model = "empirical Bayes: gamma-Poisson posterior of the force over its rate"
    return Exceedance(p if above else 1 - p, "above" if above else "below", threshold, model)
