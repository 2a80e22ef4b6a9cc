"""The record of a force's rate: all that table, sentence and alt text need.

Every key is declared once, in the part that holds it: meaning, unit, formula, the function that
computes it, the rows it rests on and how words round it. ``mappa explain`` reads these
declarations.
"""

import dataclasses

from mappa.errors import UsageError
from mappa.printed import PER
from mappa.rates import keys as k
from mappa.rates.change import YearChange
from mappa.rates.gap import Against, Choice, Exceedance, Gap, Margin, Own
from mappa.rates.keys import AGAINST, SPREAD
from mappa.rates.methods.rows import MethodRow
from mappa.rates.missing import MissingCount
from mappa.rates.standing import Ranks, Spread, Unusual
from mappa.records import part

_DATA, _ZONE = "data.load.Data", "rates.methods.equivalence.zone"
_POOL, _CHOOSE = "rates.pool.uncounted", "rates.comparators.choose"


@dataclasses.dataclass(frozen=True)
class Estimated(k.Traced, by="rates.record.estimated"):
    """The rate of an area without a count, from a model's estimate of it: never a count."""

    estimated_count: float = k.people("Estimate of the count; not a count")
    estimated_rate: float = k.per_people("Its rate", "100,000 x estimated_count / population")
    estimated_rate_low: float = k.per_people("Lower limit of that rate (90%)")
    estimated_rate_high: float = k.per_people("Upper limit of that rate (90%)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateRecord(k.Traced, by="rates.assess.assess", rests_on=(k.SET,)):
    """A force's rate on a date, compared. Numbers are unrounded; missing is ``None``.

    A part is ``None`` where it cannot be computed: ``own`` without a count, ``gap`` and ``matter``
    without a comparator, ``spread`` with too few counted areas. Its keys are then null in JSON.
    """

    force: str = k.text("Name of the area", "the name in areas.csv", by=f"{_DATA}.area")
    noun: str = k.text("What is counted", "the setting", default="registered sexual offenders")
    whom: str = k.text("The people it is divided by", "from the denominator", default="people")
    as_of: str = k.text("Date of the count", unit="date", by=f"{_DATA}.date", default="")
    nation: str = k.text("Name of all areas together", "nation in study.toml", by=f"{_DATA}.nation")
    status: str = k.text("Empty, or why there is no count", rests_on=(k.MINE,), default="")
    publisher: str = k.text("Who counts", "publisher in study.toml", default="")
    population_sources: list[str] = k.text(
        "Titles of the sources of the population", rests_on=(k.BASE,), default_factory=list
    )
    denominator: str = k.text(
        "Whose number the count is divided by", "the setting", by=f"{_DATA}.people", default=""
    )
    confidence: float = k.share("Confidence of every two-sided interval", "the setting")
    margin: float = k.share("Difference that would matter", "the setting")
    margin_reason: str = k.text(
        "Why the study fixed this margin beforehand; empty for a margin chosen now",
        "margin_reason in study.toml, where the margin is the one there",
        default="",
    )
    population: int = k.people(
        "People the count is divided by",
        "population of the area at the mid-year",
        by=f"{_DATA}.people",
        rests_on=(k.OWN,),
    )
    population_year: int = k.text(
        "Mid-year of the population",
        "mid_year of the stock date",
        unit="year",
        by=f"{_DATA}.mid_year",
        rests_on=(k.YEAR,),
        default=0,
    )
    national_count: int = k.people("National count", by=f"{_DATA}.national", rests_on=(k.NATION,))
    national_population: int = k.people(
        "National denominator", "sum over the areas", by=f"{_DATA}.people", rests_on=(k.BASE,)
    )
    national_rate: float = k.per_people(
        "National count over population",
        "100,000 x national_count / national_population",
        rests_on=(k.NATION, k.BASE),
    )
    areas: int = k.areas("All areas", "rows of areas.csv", by=f"{_DATA}.names")
    areas_counted: int = k.areas(
        "Areas with a count on the date",
        "areas with a preferred count on the date",
        by=f"{_DATA}.counts",
        rests_on=(k.ALL,),
    )
    areas_uncounted: int = k.areas(
        "Areas without a count on the date", "areas less those counted", by=_POOL, rests_on=(k.ALL,)
    )
    pool_count: int = k.people(
        "Sum of the counts of the areas without one",
        "national_count - sum of the counts",
        by=_POOL,
        rests_on=SPREAD,
    )
    pool_population: int = k.people(
        "Sum of their populations",
        "sum over the areas without a count",
        by=_POOL,
        rests_on=(k.ALL, k.BASE),
    )
    pool_rate: float | None = k.per_people(
        "Their rate together", "100,000 x pool_count / pool_population", by=_POOL, rests_on=SPREAD
    )
    comparator: str = k.text(
        "Name of the comparator", "the setting", by=_CHOOSE, rests_on=(k.SET, k.CHOICE)
    )
    comparator_label: str = k.text(
        "The comparator in words", "label in comparators.csv", by=_CHOOSE, rests_on=(k.CHOICE,)
    )
    comparator_how: str = k.text(
        "How the comparator is chosen",
        "how_chosen in comparators.csv",
        by=_CHOOSE,
        rests_on=(k.CHOICE,),
    )
    own: Own | None = part(default=None)
    against: Against = part()
    gap: Gap | None = part(default=None)
    spread: Spread | None = part(default=None)
    unusual: Unusual | None = part(default=None)
    ranks: Ranks | None = part(default=None)
    margin_low: float | None = k.ratio(
        "Lower end of the zone that does not matter", "1 / (1 + margin)", by=_ZONE, default=None
    )
    margin_high: float | None = k.ratio(
        "Upper end of the zone", "1 + margin", by=_ZONE, default=None
    )
    matter: Margin | None = part(default=None)
    beyond: Exceedance | None = part(default=None)
    change: YearChange | None = k.text(
        "The change on the year",
        by="rates.change.year_change",
        rests_on=(k.MINE, k.NATION, k.BEFORE),
        default=None,
    )
    missing: MissingCount | None = k.text(
        "What is known where there is no count",
        by="rates.missing.what_is_known",
        rests_on=(k.PRINTED,),
        default=None,
    )
    estimate: Estimated | None = part(default=None)
    methods: list[MethodRow] = k.text(
        "Every other method, a row each", rests_on=SPREAD, default_factory=list
    )
    sensitivity: list[Choice] = k.text(
        "The ratio to every comparator by every denominator, on the date",
        by="rates.gap.choices",
        rests_on=(*AGAINST, k.ALL),
        default_factory=list,
    )
    sensitivity_total: int = k.text(
        "Comparators and denominators compared on the date",
        "rows of sensitivity with a ratio",
        unit="combinations",
        rests_on=(*AGAINST, k.ALL),
        default=0,
    )
    sensitivity_tally: dict[str, int] = k.text(
        "How many of them say higher, not clearly different, lower",
        "verdicts counted",
        unit="combinations",
        rests_on=(*AGAINST, k.ALL),
        default_factory=dict,
    )

    @property
    def count(self) -> int | None:
        """The area's count (people), ``None`` where none is published here."""
        return self.own.count if self.own else None

    @property
    def rate(self) -> float | None:
        """The area's rate per 100,000 people, ``None`` without a count."""
        return self.own.rate if self.own else None


def estimated(record: RateRecord, value: float, low: float, high: float) -> RateRecord:
    """Return the record of an area without a count with an estimate of it and its 90% interval.

    Parameters
    ----------
    value, low, high: the estimated count and its limits (people), such as those of the growth
        model. A record with a count is returned as it is.

    Raises
    ------
    UsageError: limits that do not enclose the estimate, or below zero.

    >>> from mappa import data, rates
    >>> kent = rates.verdict(data.load(), "Kent", "2020-03-31")
    >>> f"{estimated(kent, 2000, 1800, 2200).estimate.estimated_rate:.1f}"
    '122.6'
    """
    if not 0 <= low <= value <= high:
        raise UsageError(f"An estimate of {value:g} does not lie between {low:g} and {high:g}.")
    if record.own is not None:
        return record
    low, rate, high = (PER * v / record.population for v in (low, value, high))
    return dataclasses.replace(record, estimate=Estimated(value, rate, low, high))
