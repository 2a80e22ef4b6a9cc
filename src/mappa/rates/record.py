"""The record of a force's rate: all that table, sentence and alt text need."""

from __future__ import annotations

import dataclasses

from mappa.rates.change import YearChange
from mappa.rates.methods.rows import MethodRow
from mappa.rates.missing import MissingCount
from mappa.rates.sensitivity import Choice
from mappa.records import Record, key

DEFAULT_DENOMINATOR = "aged 10 and over"
PER_PEOPLE = "per 100,000 people"


@dataclasses.dataclass(frozen=True)
class RateRecord(Record):
    """A force's rate on a date, compared. Numbers are unrounded; missing is ``None``."""

    force: str = key("Name of the area")
    as_of: str = key("Date of the stock", "date")
    nation: str = key("Name of the whole of which the area is a part")
    status: str = key("Empty, or why there is no count")
    denominator: str = key("Whose number the count is divided by")
    confidence: float = key("Confidence of every two-sided interval", "share")
    margin: float = key("Difference that would matter, fixed beforehand", "share")
    population: int = key("People the count is divided by", "people")
    population_year: int = key("Mid-year of the population", "year")
    national_count: int = key("Count of the nation", "people")
    national_population: int = key("Denominator of the nation", "people")
    national_rate: float = key("National count over population", PER_PEOPLE)
    areas: int = key("Areas of the nation", "areas")
    areas_counted: int = key("Areas with a count on the date", "areas")
    areas_uncounted: int = key("Areas without a count on the date", "areas")
    pool_count: int = key("Sum of the counts of the areas without one", "people")
    pool_population: int = key("Sum of their populations", "people")
    pool_rate: float | None = key("Their rate together", PER_PEOPLE)
    comparator: str = key("Name of the comparator")
    comparator_label: str = key("The comparator in words")
    comparator_how: str = key("How the comparator is chosen")

    count: int | None = key(
        "Registered sexual offenders managed in the community", "people", default=None
    )
    rate: float | None = key("Count over population", PER_PEOPLE, default=None)
    rate_low: float | None = key("Lower exact limit of the rate", PER_PEOPLE, default=None)
    rate_high: float | None = key("Upper exact limit of the rate", PER_PEOPLE, default=None)

    comparator_status: str = key("Empty, or why there is no comparison", default="")
    comparator_areas: list[str] = key("Areas of the comparator", default_factory=list)
    comparator_without_count: list[str] = key(
        "Areas that the rule chooses and that have no count", default_factory=list
    )
    comparator_count: int | None = key("Count of the comparator", "people", default=None)
    comparator_population: int | None = key("Its denominator", "people", default=None)
    comparator_rate: float | None = key("Its rate", PER_PEOPLE, default=None)
    ratio: float | None = key("Rate over the comparator's rate", "ratio", default=None)
    ratio_low: float | None = key("Lower limit of the ratio", "ratio", default=None)
    ratio_high: float | None = key("Upper limit of the ratio", "ratio", default=None)
    ratio_low90: float | None = key(
        "Lower limit of the 90% interval: the one-sided 95% test", "ratio", default=None
    )
    ratio_high90: float | None = key(
        "Upper limit of the 90% interval: the one-sided 95% test", "ratio", default=None
    )
    ratio_p: float | None = key("Two-sided p-value of a ratio of 1, by chance alone", default=None)
    ratio_method: str | None = key("Method of the ratio's interval", default=None)
    people_gap: float | None = key(
        "Count less what the comparator's rate lets expect", "people", default=None
    )
    people_gap_low: float | None = key(
        "Lower limit of the gap, by the exact limits of the ratio", "people", default=None
    )
    people_gap_high: float | None = key(
        "Upper limit of the gap, by the exact limits of the ratio", "people", default=None
    )
    gap_verdict: str | None = key(
        "higher, lower or similar: the interval of the ratio", default=None
    )

    z_overdispersed: float | None = key(
        "z of the log rate with chance and the spread between forces in it", default=None
    )
    z_target: str | None = key("What the z is measured from", default=None)
    tau: float | None = key("SD of the true log rates of forces, as in the z", default=None)
    tau_low: float | None = key("Lower limit of tau (Q-profile, free mean)", default=None)
    tau_high: float | None = key("Upper limit of tau (Q-profile, free mean)", default=None)
    tau_method: str | None = key("How tau is fitted", default=None)
    z_typical: float | None = key("The same z measured from the typical force", default=None)
    typical_rate: float | None = key(
        "The typical force: mean log rate of the counted areas", PER_PEOPLE, default=None
    )
    national_typical_rate: float | None = key(
        "The typical force of all areas, the uncounted as one constraint", PER_PEOPLE, default=None
    )
    national_typical_low: float | None = key("Its lower limit", PER_PEOPLE, default=None)
    national_typical_high: float | None = key("Its upper limit", PER_PEOPLE, default=None)
    prediction_low: float | None = key(
        "Lower limit of a force's true rate, by the spread of forces", PER_PEOPLE, default=None
    )
    prediction_high: float | None = key(
        "Upper limit of a force's true rate, by the spread of forces", PER_PEOPLE, default=None
    )
    unusual_verdict: str | None = key(
        "not unusual, outside 95% or outside 99.8%: two-sided, by z_overdispersed", default=None
    )
    shrunken_rate: float | None = key("Empirical-Bayes rate", PER_PEOPLE, default=None)
    shrunken_low: float | None = key("Its lower limit", PER_PEOPLE, default=None)
    shrunken_high: float | None = key("Its upper limit", PER_PEOPLE, default=None)
    own_weight: float | None = key("Weight of the force's own count in it", "share", default=None)
    rank: int | None = key(
        "Rank by the true rate among the counted areas, 1 the highest (posterior median)",
        "rank",
        default=None,
    )
    rank_of: int | None = key("Areas ranked", "areas", default=None)
    rank_low: int | None = key("Lower limit of the rank", "rank", default=None)
    rank_high: int | None = key("Upper limit of the rank", "rank", default=None)
    rank_all: int | None = key("Rank among all areas, about", "rank", default=None)
    rank_all_of: int | None = key("All areas", "areas", default=None)
    rank_all_low: int | None = key("Lower limit of that rank", "rank", default=None)
    rank_all_high: int | None = key("Upper limit of that rank", "rank", default=None)
    areas_below_05: int | None = key(
        "Counted areas whose exact p-value against the national rate is below 0.05",
        "areas",
        default=None,
    )
    areas_below_002: int | None = key("The same below 0.002", "areas", default=None)
    q_chance: float | None = key(
        "Benjamini-Hochberg q-value over the counted areas, by chance alone", default=None
    )
    q_overdispersed: float | None = key("The same with the spread between forces", default=None)

    margin_low: float | None = key(
        "Lower end of the zone that does not matter", "ratio", default=None
    )
    margin_high: float | None = key("Upper end of the zone", "ratio", default=None)
    margin_verdict: str | None = key(
        "higher by more, lower by more, within or undecided: one-sided 95% tests", default=None
    )
    equivalence_p: float | None = key("p-value of the two one-sided tests", default=None)
    smallest_margin: float | None = key("Margin at which equivalence holds", "share", default=None)
    superiority_margin: float | None = key(
        "Margin that the ratio is beyond, by a one-sided 95% test", "share", default=None
    )
    probability_exceeds_margin: float | None = key(
        "P(true ratio to the comparator beyond the margin)", "probability", default=None
    )
    probability_direction: str | None = key("above or below: which end is meant", default=None)
    probability_threshold: float | None = key("The ratio that is exceeded", "ratio", default=None)
    probability_model: str | None = key("Model of the probability", default=None)
    minimal_detectable_ratio: float | None = key(
        "Ratio found with power 80% at 5%, by chance alone", "ratio", default=None
    )
    minimal_detectable_ratio_between: float | None = key(
        "The same with the spread between forces", "ratio", default=None
    )

    change: YearChange | None = key("The change on the year", default=None)
    missing: MissingCount | None = key("What is known where there is no count", default=None)
    methods: list[MethodRow] = key("Every method, a row each", default_factory=list)
    sensitivity: list[Choice] = key(
        "The ratio by every comparator, denominator, date and method", default_factory=list
    )
    sensitivity_total: int = key("How many combinations there are", "combinations", default=0)
    sensitivity_tally: dict[str, int] = key(
        "How many of them say higher, similar, lower", "combinations", default_factory=dict
    )
