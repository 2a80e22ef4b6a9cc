"""The verdict on an area's rate, assembled from its parts into one record.

Three parts, in this order: how large is the gap, is it unusual among areas, would it matter.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from mappa.arguments import typed
from mappa.data import DEFAULT_DENOMINATOR, Data, Stock
from mappa.data.stock import whom
from mappa.errors import UsageError
from mappa.printed import PER
from mappa.rates import change, comparators, forces, gap, missing, pool, standing
from mappa.rates.comparators import Comparator
from mappa.rates.methods import equivalence, table
from mappa.rates.record import RateRecord


@typed
def assess(
    data: Data,
    force: str,
    as_of: str | dt.date,
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
    check_margin(margin, confidence)
    force, day = data.area(force), data.date(as_of)
    stock = data.on(day, denominator)
    chosen, counted = comparators.choose(stock, force, comparator), force in stock.counts
    if not counted:  # nothing is compared
        named = chosen.name, chosen.label, chosen.how_chosen
        chosen = Comparator(*named, status=chosen.status)
    choices = list(gap.choices(stock, force, confidence))
    said = [c.verdict for c in choices if c.verdict]
    fixed = data.settings.get("margin") == margin
    return assessed(
        stock, force, chosen, margin, confidence,
        as_of=f"{day:%Y-%m-%d}",
        nation=data.nation,
        status="" if counted else "no count is published here for the date",
        publisher=str(data.settings["publisher"]),
        population_sources=_titles(data, stock.mid_year),
        denominator=denominator,
        whom=whom(denominator),
        margin_reason=str(data.settings.get("margin_reason", "")) if fixed else "",
        population_year=stock.mid_year,
        change=change.year_change(data, force, day) if counted else None,
        missing=None if counted else missing.what_is_known(stock, force),
        sensitivity=choices,
        sensitivity_total=len(said),
        sensitivity_tally={v: said.count(v) for v in gap.VERDICTS} if counted else {},
    )  # fmt: skip


def assessed(
    stock: Stock | pool.Counts, force: str, chosen: Comparator, margin: float, confidence: float,
    **about: Any,
) -> RateRecord:  # fmt: skip
    """Return the verdict record of an area of a stock against those *chosen*.

    *about* are keys of the record that say what is counted, of whom and when.
    """
    people = float(stock.people[force])
    found, together = forces.forces(stock), pool.uncounted(stock)
    parts: dict[str, Any] = {}
    if force in stock.counts:
        count = float(stock.counts[force])
        low, high = equivalence.zone(margin)
        ratio = gap.ratio_to(count, people, chosen)
        methods = table.of_area(count, people, ratio, confidence)
        parts = {"own": gap.own(count, people, confidence), "margin_low": low, "margin_high": high}
        if ratio:
            parts["gap"] = gap.gap(ratio, confidence)
            parts["matter"] = gap.matter(ratio, margin, found)
        if found:
            parts["unusual"] = standing.unusual(found, force, confidence)
            parts["ranks"] = standing.ranks(found, force)
            methods += table.among_areas(found, force, confidence)
        if found and ratio:
            parts["beyond"] = gap.exceedance(found, force, margin, ratio, chosen)
        parts["methods"] = methods
    return RateRecord(
        force=force,
        confidence=confidence,
        margin=margin,
        population=int(people),
        national_count=int(stock.national_count),
        national_population=int(stock.national_people),
        national_rate=PER * stock.national_count / stock.national_people,
        areas=len(stock.people),
        areas_counted=len(stock.counts),
        areas_uncounted=len(stock.people) - len(stock.counts),
        pool_count=int(together.count),
        pool_population=int(together.people),
        pool_rate=PER * together.rate if together.rate is not None else None,
        comparator=chosen.name,
        comparator_label=chosen.label,
        comparator_how=chosen.how_chosen,
        against=gap.against(chosen),
        spread=standing.spread(found, people, force) if found else None,
        **parts,
        **about,
    )


def _titles(data: Data, mid_year: int) -> list[str]:
    """Return the titles of the sources of a mid-year's population."""
    rows, titles = data.population, data.sources.set_index("source")["title"]
    used = {s for cell in rows.loc[rows["mid_year"] == mid_year, "source"] for s in cell.split()}
    return [str(titles.get(s, s)).split(";")[0] for s in sorted(used - {"derived"})]


def check_margin(margin: float, confidence: float = 0.95) -> None:
    """Raise UsageError unless *margin* is a share by which a rate may differ, and so on."""
    if not 0 < margin < 1:
        raise UsageError(
            f"The margin must be above 0 and below 1 (write 0.10 for 10%): not {margin:g}."
        )
    if not 0.5 <= confidence < 1:
        raise UsageError(f"The confidence must be from 0.5 to below 1: not {confidence}.")
