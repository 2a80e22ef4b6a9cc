"""Part one of the verdict: how large is the gap to the comparator."""

from __future__ import annotations

import dataclasses

from mappa.printed import PER
from mappa.rates import keys as k
from mappa.rates import sensitivity
from mappa.rates.comparators import Comparator
from mappa.rates.keys import AGAINST, MY_RATE
from mappa.rates.methods import equivalence, intervals, ratios
from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import MethodRow
from mappa.records import Record, key

_CHOOSE, _GAP = "rates.comparators.choose", "rates.gap.gap"
_EXACT = "rates.methods.intervals.exact_limits"
_SCORE = "rates.methods.ratios.score_ratio"


@dataclasses.dataclass(frozen=True)
class Own(Record):
    """The area's own count and rate."""

    # fmt: off
    count: int = k.people(
        "Registered sexual offenders managed in the community", formula="the preferred count on "
        "the day, all levels", by="data.load.Data.counts", rests_on=(k.MINE,))
    rate: float = k.per_people(
        "Count over population", formula="100,000 x count / population",
        by="rates.methods.intervals.exact_rate", rests_on=MY_RATE)
    rate_low: float = k.per_people(
        "Lower exact limit of the rate", formula="100,000 x chi2(a/2, 2 count) / 2 / population",
        by=_EXACT, rests_on=MY_RATE)
    rate_high: float = k.per_people(
        "Upper exact limit of the rate", formula="100,000 x chi2(1 - a/2, 2 count + 2) / 2 / "
        "population", by=_EXACT, rests_on=MY_RATE)
    # fmt: on


@dataclasses.dataclass(frozen=True)
class Against(Record):
    """The comparator as it is on the date."""

    # fmt: off
    comparator_status: str = key(
        "Empty, or why there is no comparison", by=_CHOOSE, rests_on=(k.CHOICE,), default="")
    comparator_areas: list[str] = key(
        "Areas of the comparator", formula="the areas that the rule chooses", by=_CHOOSE,
        rests_on=(k.CHOICE, k.PLACES, k.AGES), default_factory=list)
    comparator_without_count: list[str] = key(
        "Areas that the rule chooses and that have no count", formula="areas of the rule without "
        "a count", by=_CHOOSE, rests_on=(k.CHOICE, k.ALL), default_factory=list)
    comparator_count: int | None = k.people(
        "Count of the comparator", formula="sum of the comparator's counts", by=_CHOOSE,
        rests_on=(k.ALL, k.NATION, k.CHOICE), default=None)
    comparator_population: int | None = k.people(
        "Its denominator", formula="sum of the comparator's people", by=_CHOOSE,
        rests_on=(k.BASE, k.CHOICE), default=None)
    comparator_rate: float | None = k.per_people(
        "Its rate", formula="100,000 x comparator_count / comparator_population",
        by="rates.comparators.Comparator.rate", rests_on=AGAINST, default=None)
    # fmt: on


@dataclasses.dataclass(frozen=True)
class Gap(Record):
    """Part one: how large is the gap to the comparator. One method for ratio and people."""

    # fmt: off
    ratio: float | None = k.ratio(
        "Rate over the comparator's rate", formula="rate / comparator_rate", by=_SCORE,
        rests_on=AGAINST)
    ratio_low: float | None = k.ratio(
        "Lower limit of the ratio", formula="score limit: Wilson's limit p of count / (count + "
        "comparator_count), then p / (1 - p) x comparator_population / population; exact below a "
        "count of 10", by=_SCORE, rests_on=AGAINST)
    ratio_high: float | None = k.ratio(
        "Upper limit of the ratio", formula="as ratio_low, the upper limit", by=_SCORE,
        rests_on=AGAINST)
    ratio_low90: float | None = k.ratio(
        "Lower limit of the 90% interval: the one-sided 95% test", formula="as ratio_low, at 90%",
        by=_SCORE, rests_on=AGAINST)
    ratio_high90: float | None = k.ratio(
        "Upper limit of the 90% interval: the one-sided 95% test", formula="as ratio_high, at 90%",
        by=_SCORE, rests_on=AGAINST)
    ratio_p: float | None = k.probability(
        "Two-sided p-value of a ratio of 1, by chance alone", unit="", formula="two-sided score "
        "test of a ratio of 1", by=_SCORE, rests_on=AGAINST)
    ratio_method: str = key(
        "Method of the ratio's interval", formula="method of the interval", by=_SCORE,
        rests_on=(k.MINE,))
    people_gap: float = k.people(
        "Count less what the comparator's rate lets expect", formula="count - population x "
        "comparator_rate / 100,000", by=_GAP, rests_on=AGAINST)
    people_gap_low: float | None = k.people(
        "Lower limit of the gap, by the limits of the ratio", formula="population x "
        "comparator_rate / 100,000 x (ratio_low - 1)", by=_GAP, rests_on=AGAINST)
    people_gap_high: float | None = k.people(
        "Upper limit of the gap, by the limits of the ratio", formula="population x "
        "comparator_rate / 100,000 x (ratio_high - 1)", by=_GAP, rests_on=AGAINST)
    gap_verdict: str = key(
        "higher, lower or not clearly different: the interval of the ratio", formula="higher if "
        "ratio_low > 1, lower if ratio_high < 1, else not clearly different",
        by="rates.sensitivity.verdict", rests_on=AGAINST)
    # fmt: on


def own(count: float, people: float, confidence: float) -> Own:
    """Return the area's own rate with its exact interval."""
    low, high = (PER * limit / people for limit in intervals.exact_limits(count, confidence))
    return Own(int(count), PER * count / people, low, high)


def against(comparator: Comparator, *, counted: bool) -> Against:
    """Return the comparator as the record shows it; of an area without a count its status only."""
    c = comparator
    if not counted:
        return Against(c.status)
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
    ninety = ratio.interval(1 - 2 * equivalence.ALPHA)
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
        gap_verdict=sensitivity.verdict(row.lower, row.upper),
    )


def rows(count: float, people: float, ratio: Ratio | None, confidence: float) -> list[MethodRow]:
    """Return the rate and its ratio to the comparator by every method, a row each."""
    found = [
        intervals.exact_rate(count, people, confidence),
        intervals.byar_rate(count, people, confidence),
        intervals.exact_rate(count, people, 0.998),
    ]
    if ratio is None:
        return found
    found.append(ratio.interval(confidence))
    if ratio.kind == "counted":
        named = (ratio.count, ratio.people, ratio.count2, ratio.people2, confidence)
        found += [ratios.exact_ratio(*named), ratios.midp_ratio(*named)]
    return found
