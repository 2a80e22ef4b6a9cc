"""The record of a force's rate: all that table, sentence and alt text need.

Every key is declared once, in the part that holds it: meaning, unit, formula, the function that
computes it, the rows it rests on and how words round it. ``mappa explain`` reads these
declarations.
"""

from __future__ import annotations

import dataclasses

from mappa.rates import keys as k
from mappa.rates.change import YearChange
from mappa.rates.gap import Against, Gap, Own
from mappa.rates.keys import AGAINST, SPREAD
from mappa.rates.matter import Exceedance, Margin
from mappa.rates.methods.rows import MethodRow
from mappa.rates.missing import MissingCount
from mappa.rates.sensitivity import Choice
from mappa.rates.standing import Ranks, Spread, Unusual
from mappa.records import Record, key, part

DEFAULT_DENOMINATOR = "aged 10 and over"

_DATA, _MARGIN = "data.load.Data", "rates.methods.equivalence"
_POOL, _CHOOSE = "rates.pool.uncounted", "rates.comparators.choose"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateRecord(Record):
    """A force's rate on a date, compared. Numbers are unrounded; missing is ``None``.

    A part is ``None`` where it cannot be computed: ``own`` without a count, ``gap`` and ``matter``
    without a comparator, ``spread`` with too few counted areas. Its keys are then null in JSON.
    """

    # fmt: off
    force: str = key(
        "Name of the area", formula="the name in areas.csv", by=f"{_DATA}.area", rests_on=(k.SET,))
    as_of: str = key(
        "Date of the stock", "date", formula="the date that was asked for", by=f"{_DATA}.date",
        rests_on=(k.SET,))
    nation: str = key(
        "Name of the whole of which the area is a part", formula="nation in study.toml",
        by=f"{_DATA}.nation")
    status: str = key(
        "Empty, or why there is no count", by="rates.assess.assess", rests_on=(k.MINE,),
        default="")
    denominator: str = key(
        "Whose number the count is divided by", formula="the setting", by=f"{_DATA}.people",
        rests_on=(k.SET,))
    confidence: float = key(
        "Confidence of every two-sided interval", "share", formula="the setting",
        by="rates.assess.assess", rests_on=(k.SET,))
    margin: float = key(
        "Difference that would matter", "share", formula="the setting", by="rates.assess.assess",
        rests_on=(k.SET,))
    margin_reason: str = key(
        "Why the study fixed this margin beforehand; empty for a margin chosen now",
        formula="margin_reason in study.toml, where the margin is the one there",
        by="rates.assess.assess", rests_on=(k.SET,), default="")
    population: int = k.people(
        "People the count is divided by", formula="population of the force at the mid-year",
        by=f"{_DATA}.people", rests_on=(k.OWN,))
    population_year: int = key(
        "Mid-year of the population", "year", formula="mid_year of the stock date",
        by=f"{_DATA}.mid_year", rests_on=(k.YEAR,))
    national_count: int = k.people(
        "Count of the nation", by=f"{_DATA}.national", rests_on=(k.NATION,))
    national_population: int = k.people(
        "Denominator of the nation", formula="sum over the areas", by=f"{_DATA}.people",
        rests_on=(k.BASE,))
    national_rate: float = k.per_people(
        "National count over population", formula="100,000 x national_count / national_population",
        by="rates.assess.assess", rests_on=(k.NATION, k.BASE))
    areas: int = k.areas("Areas of the nation", formula="rows of areas.csv", by=f"{_DATA}.names")
    areas_counted: int = k.areas(
        "Areas with a count on the date", formula="areas with a preferred count on the date",
        by=f"{_DATA}.counts", rests_on=(k.ALL,))
    areas_uncounted: int = k.areas(
        "Areas without a count on the date", formula="areas less those counted", by=_POOL,
        rests_on=(k.ALL,))
    pool_count: int = k.people(
        "Sum of the counts of the areas without one", formula="national_count - sum of the counts",
        by=_POOL, rests_on=SPREAD)
    pool_population: int = k.people(
        "Sum of their populations", formula="sum over the areas without a count", by=_POOL,
        rests_on=(k.ALL, k.BASE))
    pool_rate: float | None = k.per_people(
        "Their rate together", formula="100,000 x pool_count / pool_population", by=_POOL,
        rests_on=SPREAD)
    comparator: str = key(
        "Name of the comparator", formula="the setting", by=_CHOOSE, rests_on=(k.SET, k.CHOICE))
    comparator_label: str = key(
        "The comparator in words", formula="label in comparators.csv", by=_CHOOSE,
        rests_on=(k.CHOICE,))
    comparator_how: str = key(
        "How the comparator is chosen", formula="how_chosen in comparators.csv", by=_CHOOSE,
        rests_on=(k.CHOICE,))
    own: Own | None = part(default=None)
    against: Against = part(default=Against())
    gap: Gap | None = part(default=None)
    spread: Spread | None = part(default=None)
    unusual: Unusual | None = part(default=None)
    ranks: Ranks | None = part(default=None)
    margin_low: float | None = k.ratio(
        "Lower end of the zone that does not matter", formula="1 / (1 + margin)",
        by=f"{_MARGIN}.zone", rests_on=(k.SET,), default=None)
    margin_high: float | None = k.ratio(
        "Upper end of the zone", formula="1 + margin", by=f"{_MARGIN}.zone", rests_on=(k.SET,),
        default=None)
    matter: Margin | None = part(default=None)
    beyond: Exceedance | None = part(default=None)
    change: YearChange | None = key(
        "The change on the year", by="rates.change.year_change",
        rests_on=(k.MINE, k.NATION, k.BEFORE), default=None)
    missing: MissingCount | None = key(
        "What is known where there is no count", formula="what is known without a count",
        by="rates.missing.what_is_known", rests_on=(k.PRINTED,), default=None)
    methods: list[MethodRow] = key(
        "Every method, a row each", formula="a row for each method", by="rates.assess.assess",
        rests_on=SPREAD, default_factory=list)
    sensitivity: list[Choice] = key(
        "The ratio by every comparator, denominator, date and method", formula="the ratio under "
        "every combination", by="rates.sensitivity.grid", rests_on=(*AGAINST, k.ALL),
        default_factory=list)
    sensitivity_total: int = key(
        "Comparators and denominators compared on the date, by the score method", "combinations",
        formula="rows of sensitivity of the date and the score method",
        by="rates.sensitivity.one_question", rests_on=(*AGAINST, k.ALL), default=0)
    sensitivity_tally: dict[str, int] = key(
        "How many of them say higher, not clearly different, lower", "combinations",
        formula="verdicts counted", by="rates.sensitivity.tally", rests_on=(*AGAINST, k.ALL),
        default_factory=dict)
    # fmt: on

    @property
    def count(self) -> int | None:
        """The area's count (people), ``None`` where none is published here."""
        return self.own.count if self.own else None

    @property
    def rate(self) -> float | None:
        """The area's rate per 100,000 people, ``None`` without a count."""
        return self.own.rate if self.own else None
