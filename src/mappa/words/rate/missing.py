"""An area without a count in sentences: what is known, and what cannot be said."""

import pandas as pd

from mappa.data import Data
from mappa.rates.missing import MissingCount
from mappa.rates.pool import Sighting
from mappa.rates.record import RateRecord
from mappa.words import Prose, Table, capital
from mappa.words import numbers as n

_BASIS = {
    "all_levels": "",
    "level_1": ", only those at level 1",
    "other_date": ", for another date or a wider group",
}
#: How a count is known: the word in a table, and what the word means.
QUALITY = {
    "official": ("official", "from the official area table"),
    "printed": ("printed", "printed in a newspaper or report"),
    "police": ("police", "given by the police"),
    "foi": ("on request", "released on a request for information"),
    "date_inferred": ("date inferred", "printed, and its date is our reading"),
    "derived": ("derived", "arithmetic on printed figures"),
}


def no_count(record: RateRecord) -> str:
    """Return the answer for an area without a count: what is known leads."""
    r = record
    none = f"There is no count of {r.noun} in {r.force} in the table."
    if r.as_of:
        none = f"We have no count of {r.noun} in {r.force} on {n.day(r.as_of)}."
    national = n.number(r.national_rate, 0)
    rates = f"The rate for {r.nation} was {national} for every 100,000 {r.whom}."
    return " ".join(filter(None, [none, _printed(r) or _estimated(r), _nearest(r), rates]))


def _printed(r: RateRecord) -> str:
    found = r.missing
    if found is None or found.rate_low is None or found.rate_high is None:
        return ""
    people = f"{n.count(found.count_low)} to {n.people(found.count_high)}"
    low, high = n.rate(found.rate_low), n.rate(found.rate_high)
    if low == high:
        return f"A figure printed for that day means {people}, or {low} for every 100,000."
    return f"A figure printed for that day means {people}, or {low} to {high} for every 100,000."


def _estimated(r: RateRecord) -> str:
    e = r.estimate
    if e is None:
        return ""
    limits = n.interval(e.estimated_rate_low, e.estimated_rate_high, level="90%")
    return (
        f"Our estimate, which is not a count, is {n.rate(e.estimated_rate)} for every 100,000 "
        f"{r.whom} {limits}."
    )


def nearest(r: RateRecord) -> Sighting | None:
    """Return the known count of another date or basis that is nearest in time."""
    day, known = pd.Timestamp(r.as_of), r.missing.nearest if r.missing else []
    return min(known, key=lambda s: abs(pd.Timestamp(s.date) - day), default=None)


def _nearest(r: RateRecord) -> str:
    s = nearest(r)
    if s is None:
        return ""
    return f"The nearest count is {n.count(s.value)} on {n.day(s.date)} ({how(s)})."


def missing(record: RateRecord) -> Prose:
    """Return the paragraphs of an area without a count: known, together, unknown, published."""
    r, found = record, record.missing
    if found is None:
        return Prose(no_count(r))
    have = f"{n.count(found.pool_count)} {r.noun}, or {n.rate(found.pool_rate)} for every 100,000"
    together = f"The {found.pool_areas} areas without a count together have {have} {r.whom}."
    if found.pool_areas == 1:
        together = f"{r.force} is the only area without a count. It must have {have}."
    parts = [no_count(r), together, _unsaid(r, found)]
    if found.official_table:
        who, where = capital(r.publisher), found.official_table
        parts.append(
            f"{who} publishes the count of every area. Its table for this date is at {where}."
        )
    return Prose("\n\n".join(parts))


def _unsaid(r: RateRecord, found: MissingCount) -> str:
    """Say what cannot be said, and what areas are like."""
    if found.rate_low is not None and found.rate_high is not None:
        low, high, national = found.rate_low, found.rate_high, r.national_rate
        side = "above" if low > national else "below" if high < national else "on either side of"
        text = f"By the printed figures its rate is {side} the national rate of {n.rate(national)}."
        if low > high:
            text = "The figures printed for the day contradict each other."
        text += " No test is made without a count."
    else:
        whose = r.force + ("’" if r.force.endswith("s") else "’s")
        text = (
            f"Whether {whose} rate was higher or lower than another cannot be said without its "
            "count. A missing count is not a count of zero."
        )
    if found.forces_low is None:
        return text
    span = f"{n.rate(found.forces_low)} and {n.rate(found.forces_high)}"
    return (
        f"{text} The true rates of 95% of areas are estimated to lie between {span}. That "
        f"describes areas in general, not {r.force}."
    )


def table(record: RateRecord, data: Data) -> Table:
    """Return what is known of an area without a count, a row each, with its sources."""
    titles = dict(data.sources[["source", "title"]].to_numpy())
    found = record.missing
    rows: list[tuple[str, float, float | None, str, str]] = []
    if found is not None:
        rows += [
            (f"Count {s.when}, {n.day(s.date)}", s.value, None, how(s), _named(s.sources, titles))
            for s in found.nearest
        ]
        printed = "From a printed figure", "lowest and highest"
        rows += [
            (printed[0], b.low, b.high, printed[1], _named(b.sources, titles))
            for b in found.printed
        ]
        pool, note = "All areas without a count", f"{found.pool_areas} areas together"
        rows.append((pool, found.pool_count, None, note, "national count less others"))
    columns = ["What", "People", "To", "How it is known", "Source"]
    frame = pd.DataFrame(rows, columns=columns).astype({"People": float, "To": float})
    formats = dict.fromkeys(["People", "To"], n.count)
    caption = f"What is known of {record.force}, which has no count"
    return Table(caption, frame, formats=formats)


def how(s: Sighting) -> str:
    """Write how a count is known."""
    return QUALITY.get(s.quality, ("", s.quality))[1] + _BASIS.get(s.basis, "")


def _named(sources: str, titles: dict[str, str]) -> str:
    return n.listing([titles.get(s) or s for s in sources.split()])
