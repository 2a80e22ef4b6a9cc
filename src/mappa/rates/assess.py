"""The verdict on a force's rate, assembled from its parts into one record.

Three parts, in this order: how large is the gap, is it unusual among forces, would it matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mappa.data import Data
from mappa.errors import UsageError
from mappa.printed import PER
from mappa.rates import (
    change,
    comparators,
    forces,
    gap,
    matter,
    missing,
    pool,
    sensitivity,
    standing,
)
from mappa.rates.methods import equivalence
from mappa.rates.record import DEFAULT_DENOMINATOR, RateRecord


def assess(
    data: Data,
    force: str,
    as_of: Any,
    *,
    margin: float = 0.10,
    comparator: str | Sequence[str] = "rest",
    denominator: str = DEFAULT_DENOMINATOR,
    confidence: float = 0.95,
) -> RateRecord:
    """Return the verdict record of *force* on *as_of*.

    Parameters
    ----------
    force, as_of: name of an area, and a date of the stock.
    margin: difference that would matter, a share.
    comparator: a name in ``data/comparators.csv``, or a list of areas.
    denominator: whose number divides the count.
    confidence: two-sided confidence of the intervals.

    Raises
    ------
    UnknownName, UsageError: a name, date, margin or confidence that is not known (exit status 2).

    >>> from mappa import data
    >>> record = assess(data.load(), "Cumbria", "2020-03-31")
    >>> f"{record.gap.ratio:.3f}, {record.unusual.unusual_verdict}"
    '1.106, not unusual'
    """
    force, day = data.area(force), data.date(as_of)
    check_margin(margin)
    if not 0.5 <= confidence < 1:
        raise UsageError(f"The confidence must be from 0.5 to below 1: not {confidence}.")
    stock = data.on(day, denominator)
    chosen, together = comparators.choose(stock, force, comparator), pool.uncounted(stock)
    people, count = float(stock.people[force]), float(stock.counts.get(force, math.nan))
    counted, found = force in stock.counts, forces.forces(stock)
    ratio = sensitivity.ratio_to(count, people, chosen) if counted else None
    place = standing.unusual(found, force, confidence) if found and counted else None
    beyond = matter.exceedance(found, force, margin, ratio, chosen) if found and ratio else None
    choices = list(sensitivity.grid(data, force, day, confidence)) if counted else []
    one = sensitivity.one_question(choices, f"{day:%Y-%m-%d}")
    zone = equivalence.zone(margin) if counted else (None, None)
    methods = []
    if counted:
        methods += gap.rows(count, people, ratio, confidence)
    if found and place:
        methods += standing.rows(found, force, place, confidence)
    if ratio:
        methods += matter.rows(ratio, margin, found, beyond)
    return RateRecord(
        force=force,
        as_of=f"{day:%Y-%m-%d}",
        nation=data.nation,
        status="" if counted else "no count is published here for the date",
        denominator=denominator,
        confidence=confidence,
        margin=margin,
        margin_reason=_reason(data, margin),
        population=int(people),
        population_year=stock.mid_year,
        national_count=int(stock.national_count),
        national_population=int(stock.national_people),
        national_rate=PER * stock.national_count / stock.national_people,
        areas=len(data.names),
        areas_counted=len(stock.counted),
        areas_uncounted=len(together.areas),
        pool_count=int(together.count),
        pool_population=int(together.people),
        pool_rate=PER * together.rate if together.rate is not None else None,
        comparator=chosen.name,
        comparator_label=chosen.label,
        comparator_how=chosen.how_chosen,
        own=gap.own(count, people, confidence) if counted else None,
        against=gap.against(chosen, counted=counted),
        gap=gap.gap(ratio, confidence) if ratio else None,
        spread=standing.spread(found, people, force) if found else None,
        unusual=place,
        ranks=standing.ranks(found, force) if found and place else None,
        margin_low=zone[0],
        margin_high=zone[1],
        matter=matter.matter(ratio, margin, found) if ratio else None,
        beyond=beyond,
        change=change.year_change(data, force, day) if counted else None,
        missing=None if counted else missing.what_is_known(stock, force),
        methods=methods,
        sensitivity=choices,
        sensitivity_total=len(one),
        sensitivity_tally=sensitivity.tally(one) if counted else {},
    )


def check_margin(margin: float) -> None:
    """Raise UsageError unless *margin* is a share by which a rate may differ."""
    if not 0 < margin < 10:
        raise UsageError(f"The margin must be above 0 and below 10, such as 0.10: not {margin}.")


def _reason(data: Data, margin: float) -> str:
    """Return why the study fixed *margin* beforehand; empty for a margin that was chosen now."""
    fixed = data.settings.get("margin")
    return str(data.settings.get("margin_reason", "")) if fixed == margin else ""
