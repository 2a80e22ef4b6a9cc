"""The verdict on a force's rate: one record that table, sentence and alt text are made from."""

from __future__ import annotations

import dataclasses
from typing import Any

from mappa.errors import UsageError
from mappa.figures import Figures
from mappa.rates import comparators, intervals, ratios
from mappa.rates.rows import PER
from mappa.records import Record, key


@dataclasses.dataclass(frozen=True)
class RateRecord(Record):
    """A force's rate on a date, compared. Numbers are unrounded; missing is ``None``."""

    force: str = key("Name of the area")
    as_of: str = key("Date of the stock", "date")
    nation: str = key("Name of the whole of which the area is a part")
    status: str = key("Empty, or why there is no count or no comparison")
    denominator: str = key("Whose number the count is divided by")
    confidence: float = key("Confidence of every interval", "share")
    count: float | None = key("Registered sexual offenders managed in the community", "people")
    population: float | None = key("The denominator", "people")
    rate: float | None = key("Count over population", "per 100,000 people")
    rate_low: float | None = key("Lower limit, exact", "per 100,000 people")
    rate_high: float | None = key("Upper limit, exact", "per 100,000 people")
    national_count: float = key("Count of the nation", "people")
    national_population: float = key("Denominator of the nation", "people")
    national_rate: float = key("National count over population", "per 100,000 people")
    comparator: str = key("Name of the comparator")
    ratio: float | None = key("Rate over the comparator's rate", "ratio")
    ratio_low: float | None = key("Lower limit of the ratio", "ratio")
    ratio_high: float | None = key("Upper limit of the ratio", "ratio")


def assess(
    figures: Figures,
    force: str,
    as_of: Any,
    *,
    margin: float = 0.10,
    comparator: str = "rest",
    denominator: str = "aged 10 and over",
    confidence: float = 0.95,
) -> RateRecord:
    """Return the verdict record of *force* on *as_of*.

    Raises UnknownName or UsageError (exit status 2) for a name, date or margin that is not known.
    """
    force, day = figures.area(force), figures.date(as_of)
    if not 0 < margin < 10:
        raise UsageError(f"The margin must be above 0 and below 10, such as 0.10: not {margin}.")
    people = figures.people(day, denominator)
    counts = figures.counts(day)
    against = comparators.choose(figures, force, day, comparator, denominator)
    national = float(figures.national("rso_count")[day])
    count = float(counts[force]) if force in counts else None
    rate = intervals.exact_rate(count, people[force], confidence) if count is not None else None
    ratio = (
        ratios.score_ratio(count, people[force], against.count, against.people, confidence)
        if count is not None and against.known and against.count is not None
        else None
    )
    return RateRecord(
        force=force,
        as_of=f"{day:%Y-%m-%d}",
        nation=figures.nation,
        status="" if count is not None else "no count is published here for the date",
        denominator=denominator,
        confidence=confidence,
        count=count,
        population=float(people[force]),
        rate=rate.value if rate else None,
        rate_low=rate.lower if rate else None,
        rate_high=rate.upper if rate else None,
        national_count=national,
        national_population=float(people.sum()),
        national_rate=PER * national / float(people.sum()),
        comparator=comparator,
        ratio=ratio.value if ratio else None,
        ratio_low=ratio.lower if ratio else None,
        ratio_high=ratio.upper if ratio else None,
    )
