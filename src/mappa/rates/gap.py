"""How large is the gap to the comparator, and to every other one; and would it matter."""

import dataclasses
import functools

from mappa.data.stock import DENOMINATORS, Stock
from mappa.printed import PER
from mappa.rates import comparators
from mappa.rates import keys as k
from mappa.rates.comparators import Comparator
from mappa.rates.forces import Forces
from mappa.rates.keys import AGAINST, MY_RATE, SPREAD
from mappa.rates.methods import empirical, equivalence, intervals
from mappa.rates.methods.ratios import Ratio

HIGHER, LOWER, UNCLEAR = "higher", "lower", "not clearly different"
VERDICTS = (HIGHER, UNCLEAR, LOWER)
_MARGIN = "rates.methods.equivalence"
_DETECTABLE = f"{_MARGIN}.minimal_detectable"


@dataclasses.dataclass(frozen=True)
class Own(k.Traced, by="rates.methods.intervals.exact_limits", rests_on=MY_RATE):
    """The area's own count and rate."""

    count: int = k.people(
        "Registered sexual offenders managed in the community",
        "the preferred count on the day, all levels",
        by="data.load.Data.counts",
        rests_on=(k.MINE,),
    )
    rate: float = k.per_people("Count over population", "100,000 x count / population")
    rate_low: float = k.per_people(
        "Lower exact limit of the rate", "100,000 x chi2(a/2, 2 count) / 2 / population"
    )
    rate_high: float = k.per_people(
        "Upper exact limit of the rate", "100,000 x chi2(1 - a/2, 2 count + 2) / 2 / population"
    )


@dataclasses.dataclass(frozen=True)
class Against(k.Traced, by="rates.comparators.choose", rests_on=AGAINST):
    """The comparator as it is on the date."""

    comparator_status: str = k.text("Empty, or why there is no comparison")
    comparator_areas: list[str] = k.text(
        "Areas of the comparator",
        "the areas that the rule chooses",
        rests_on=(k.CHOICE, k.PLACES, k.AGES),
    )
    comparator_without_count: list[str] = k.text(
        "Areas that the rule chooses and that have no count",
        "areas of the rule without a count",
        rests_on=(k.CHOICE, k.ALL),
    )
    comparator_count: int | None = k.people(
        "Count of the comparator",
        "sum of the comparator's counts",
        rests_on=(k.ALL, k.NATION, k.CHOICE),
    )
    comparator_population: int | None = k.people(
        "Its denominator", "sum of the comparator's people", rests_on=(k.BASE, k.CHOICE)
    )
    comparator_rate: float | None = k.per_people(
        "Its rate", "100,000 x comparator_count / comparator_population"
    )


@dataclasses.dataclass(frozen=True)
class Gap(k.Traced, by="rates.methods.ratios.score_ratio", rests_on=AGAINST):
    """Part one: how large is the gap to the comparator. One method for ratio and people."""

    ratio: float | None = k.ratio("Rate over the comparator's rate", "rate / comparator_rate")
    ratio_low: float | None = k.ratio(
        "Lower limit of the ratio",
        "score limit: Wilson's limit p of count / (count + comparator_count), then p / (1 - p) x "
        "comparator_population / population; exact below a count of 10",
    )
    ratio_high: float | None = k.ratio("Upper limit of the ratio", "as ratio_low, the upper limit")
    ratio_low90: float | None = k.ratio(
        "Lower limit of the 90% interval: the one-sided 95% test", "as ratio_low, at 90%"
    )
    ratio_high90: float | None = k.ratio(
        "Upper limit of the 90% interval: the one-sided 95% test", "as ratio_high, at 90%"
    )
    ratio_p: float | None = k.p_value(
        "Two-sided p-value of a ratio of 1, by chance alone", "two-sided score test of a ratio of 1"
    )
    ratio_method: str = k.text("Method of the ratio's interval", rests_on=(k.MINE,))
    people_gap: float = k.people(
        "Count less what the comparator's rate lets expect",
        "count - population x comparator_rate / 100,000",
    )
    people_gap_low: float | None = k.people(
        "Lower limit of the gap, by the limits of the ratio",
        "population x comparator_rate / 100,000 x (ratio_low - 1)",
    )
    people_gap_high: float | None = k.people(
        "Upper limit of the gap, by the limits of the ratio",
        "population x comparator_rate / 100,000 x (ratio_high - 1)",
    )
    gap_verdict: str = k.text(
        "higher, lower or not clearly different: the interval of the ratio",
        "higher if ratio_low > 1, lower if ratio_high < 1, else not clearly different",
        by="rates.gap.verdict",
    )


@dataclasses.dataclass(frozen=True)
class Choice(k.Traced):
    """The ratio to one comparator by one denominator; the limits are those of the plain method."""

    comparator: str = k.text("Name of the comparator")
    label: str = k.text("The comparator in words")
    how_chosen: str = k.text("How it is chosen")
    denominator: str = k.text("Whose number the count is divided by")
    date: str = k.text("Date of the stock", unit="date")
    method: str = k.text("Method of the interval", default="score")
    status: str = k.text("Empty, or why there is no comparison", default="")
    comparator_rate: float | None = k.per_people("Rate of the comparator", default=None)
    ratio: float | None = k.ratio("Rate over the comparator's rate", default=None)
    ratio_low: float | None = k.ratio("Lower limit", default=None)
    ratio_high: float | None = k.ratio("Upper limit", default=None)
    p_value: float | None = k.probability("Two-sided p-value of no difference", default=None)
    verdict: str = k.text("higher, lower, not clearly different, or empty", default="")


@dataclasses.dataclass(frozen=True)
class Margin(k.Traced, by=f"{_MARGIN}.margin_test", rests_on=AGAINST):
    """Would the gap matter."""

    margin_verdict: str = k.text(
        "higher by more, lower by more, within or undecided: one-sided 95% tests",
        "one-sided tests at 5%: above margin_high, below margin_low, or inside both",
    )
    equivalence_p: float = k.p_value(
        "p-value of the two one-sided tests", "the larger of the two one-sided p-values"
    )
    smallest_margin: float | None = k.percent(
        "Margin at which equivalence holds",
        "max(ratio_high90, 1 / ratio_low90) - 1",
        by=f"{_MARGIN}.smallest_margin",
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
    )
    minimal_detectable_ratio_between_below: float | None = k.ratio(
        "The same below 1", "as minimal_detectable_ratio_between, with -ln r", by=_DETECTABLE
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


def verdict(low: float | None, high: float | None) -> str:
    """Return higher, lower or not clearly different from the limits of a ratio.

    An interval that holds 1 does not show that two rates are alike: that takes the test of the
    margin.
    """
    if low is not None and low > 1:
        return HIGHER
    return LOWER if high is not None and high < 1 else UNCLEAR


def ratio_to(count: float, people: float, against: Comparator) -> Ratio | None:
    """Return the ratio of an area to a comparator, or ``None`` where there is none."""
    if not against.known:
        return None
    if against.count is not None and against.people is not None:
        return Ratio(count, people, against.count, against.people)
    kind = "modelled" if against.log_se else "fixed"
    # A modelled rate is given as a count over people of any size: only the quotient is used.
    scale = 1e9
    return Ratio(count, people, (against.rate or 0.0) * scale, scale, against.log_se or 0.0, kind)


def own(count: float, people: float, confidence: float) -> Own:
    """Return the area's own rate with its exact interval."""
    low, high = (PER * limit / people for limit in intervals.exact_limits(count, confidence))
    return Own(int(count), PER * count / people, low, high)


def against(c: Comparator) -> Against:
    """Return the comparator as the record shows it."""
    return Against(
        c.status,
        list(c.areas),
        list(c.without_count),
        int(c.count) if c.count is not None else None,
        int(c.people) if c.people is not None else None,
        PER * c.rate if c.known and c.rate else None,
    )


def gap(ratio: Ratio, confidence: float) -> Gap:
    """Return the gap: ratio and people by the same interval, so that they cannot disagree."""
    row = ratio.interval(confidence)
    ninety = ratio.interval(equivalence.NINETY)
    low, high = (None if r is None else ratio.expected * (r - 1) for r in (row.lower, row.upper))
    return Gap(
        ratio=row.value,
        ratio_low=row.lower,
        ratio_high=row.upper,
        ratio_low90=ninety.lower,
        ratio_high90=ninety.upper,
        ratio_p=row.p_value,
        ratio_method=row.method,
        people_gap=ratio.count - ratio.expected,
        people_gap_low=low,
        people_gap_high=high,
        gap_verdict=verdict(row.lower, row.upper),
    )


@functools.lru_cache(maxsize=256)
def choices(stock: Stock, force: str, confidence: float = 0.95) -> tuple[Choice, ...]:
    """Return the ratio of *force* to every comparator by every denominator on the stock's date.

    One date and one method: another date is another question, and another method of the same
    interval no other answer; nor is a comparator of the same areas as one before it. Without a
    count there are the comparators' own rates only.
    """
    found, day = [], f"{stock.day:%Y-%m-%d}"
    for denominator in DENOMINATORS:
        on, seen = stock.data.on(stock.day, denominator), dict[object, str]()
        for other in comparators.every(on, force):
            named = other.name, other.label, other.how_chosen, denominator, day
            rate = PER * other.rate if other.known and other.rate else None
            twin = seen.setdefault((other.areas, other.modelled_rate), other.label)
            if other.known and twin != other.label:  # outside London, for London: no other question
                other = dataclasses.replace(other, status=f"the same areas as {twin}")
            ratio = None
            if force in on.counts:
                ratio = ratio_to(float(on.counts[force]), float(on.people[force]), other)
            if ratio is None:
                found.append(Choice(*named, status=other.status, comparator_rate=rate))
                continue
            row = ratio.interval(confidence)
            made = (row.value, row.lower, row.upper, row.p_value, verdict(row.lower, row.upper))
            found.append(Choice(*named, row.method, "", rate, *made))
    return tuple(found)


def matter(ratio: Ratio, margin: float, found: Forces | None) -> Margin:
    """Return the tests of a ratio against a margin, and the least ratio that they could find."""
    verdict, p = equivalence.margin_test(ratio, margin)
    below, above = equivalence.minimal_detectable(ratio.expected)
    wide: tuple[float | None, float | None] = (None, None)
    if found is not None:
        wide = equivalence.minimal_detectable(ratio.expected, found.about_national.tau)
    return Margin(
        margin_verdict=verdict,
        equivalence_p=p,
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
    i = found.areas.index(force)
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
