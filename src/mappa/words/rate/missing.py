"""The page of a missing count: what is known, and what cannot be said."""

from __future__ import annotations

import pandas as pd

from mappa.rates.pool import Sighting
from mappa.rates.record import DEFAULT_DENOMINATOR, RateRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.tables import Table

_BASIS = {
    "all_levels": "",
    "level_1": ", only those under ordinary management",
    "other_date": ", not a count of 31 March or a wider one",
}
_QUALITY = {
    "printed": "printed",
    "police": "told by the police",
    "foi": "released on request",
    "date_inferred": "printed, its date or basis inferred",
    "derived": "derived from printed values",
    "official": "from the official table",
}
_MEASURE = {
    "rso_rate_per_100k": "a printed rate of {} per 100,000",
    "people_per_rso": "a printed one in {}",
}


def possessive(name: str) -> str:
    """Write a name with its genitive: an apostrophe alone after s."""
    return name + ("’" if name.endswith("s") else "’s")


def no_count(record: RateRecord) -> str:
    """Return the sentence of an area without a count."""
    r = record
    text = f"No count of people on the register in {r.force} on {n.day(r.as_of)} is published here"
    known = r.missing
    if known is not None and known.count_low is not None and known.count_high is not None:
        return (
            f"{text}; the rate printed for the day means {n.count(known.count_low)} to "
            f"{n.count(known.count_high)} people, so no comparison is made."
        )
    return (
        f"{text}, so its rate cannot be compared with the {n.rate(r.national_rate)} per 100,000 "
        f"people {r.denominator} of {r.nation}."
    )


def missing(record: RateRecord) -> Prose:
    """Return the paragraphs of an area without a count: known, implied, together, unknown."""
    parts = [known(record), implied(record), together(record), unsaid(record)]
    return Prose("\n\n".join(p for p in parts if p))


def known(record: RateRecord) -> Prose:
    """Say which other counts of the area are known."""
    r, found = record, record.missing
    head = (
        f"No count of people on the register in {r.force} on {n.day(r.as_of)} is published here. "
        "That is not a count of zero."
    )
    if found is None or not found.nearest:
        return Prose(f"{head} No count for another date is known either.")
    others = n.listing([_sighting(s) for s in found.nearest])
    return Prose(f"{head} Other counts are known: {others}.")


def _sighting(s: Sighting) -> str:
    how = _QUALITY.get(s.quality, s.quality)
    return f"{n.people(s.value)} on {n.day(s.date)} ({how}{_BASIS.get(s.basis, '')})"


def implied(record: RateRecord) -> Prose:
    """Say what the figures printed for the day imply."""
    found = record.missing
    if found is None or found.count_low is None or found.count_high is None:
        return Prose(
            "No rate is printed for the day, so nothing bounds its count but the sum below."
        )
    printed = [
        _MEASURE.get(b.measure, b.measure + " of {}").format(
            n.number(b.printed, 0 if float(b.printed).is_integer() else 1)
        )
        for b in found.printed
    ]
    if found.count_low > found.count_high:
        return Prose(f"The figures printed for the day, {n.listing(printed)}, do not meet.")
    return Prose(
        f"For the day there is {n.listing(printed)} people {DEFAULT_DENOMINATOR}. That means "
        f"{n.count(found.count_low)} to {n.people(found.count_high)}."
    )


def together(record: RateRecord) -> Prose:
    """Say what is known of all areas without a count, as one."""
    r, found = record, record.missing
    if found is None:
        return Prose("")
    count = (
        "It is the only area" if found.pool_areas == 1 else f"It is one of {found.pool_areas} areas"
    )
    return Prose(
        f"{count} without a count, which together have {n.people(found.pool_count)} among "
        f"{n.people(found.pool_population)} {r.denominator}: {n.rate(found.pool_rate)} per "
        f"100,000, beside {n.rate(r.national_rate)} in {r.nation}."
    )


def unsaid(record: RateRecord) -> Prose:
    """Say what cannot be said, and what areas are like."""
    r, found = record, record.missing
    if found is not None and found.rate_low is not None and found.rate_high is not None:
        side = _side(found.rate_low, found.rate_high, r.national_rate)
        text = (
            f"The rate then lies between {n.rate(found.rate_low)} and {n.rate(found.rate_high)}, "
            f"{side} the national {n.rate(r.national_rate)}; without a count no interval is given "
            "and no test is made."
        )
    else:
        text = (
            f"So it cannot be said whether {possessive(r.force)} rate was higher or lower "
            "than another, nor whether that would matter."
        )
    if found is None or found.forces_low is None:
        return Prose(text)
    return Prose(
        f"{text} The true rates of 95% of areas lie between about {n.rate(found.forces_low)} and "
        f"{n.rate(found.forces_high)} per 100,000; that describes areas and is no estimate of this "
        "one."
    )


def _side(low: float, high: float, national: float) -> str:
    if low > national:
        return "above"
    return "below" if high < national else "on both sides of"


def table(record: RateRecord, titles: dict[str, str]) -> Table:
    """Return what is known of an area without a count, a row each, with its sources.

    Parameters
    ----------
    titles: title of each source.
    """
    r, found = record, record.missing
    rows: list[tuple[str, str, str]] = []
    if found is not None:
        for s in found.nearest:
            rows.append((f"Count, {s.when}", _sighting(s), _named(s.sources, titles)))
        for b in found.printed:
            text = f"{n.count(b.low)} to {n.people(b.high)}"
            rows.append(("Implied by a printed figure", text, _named(b.sources, titles)))
        rows.append(
            (
                "All areas without a count, together",
                f"{n.people(found.pool_count)}, {n.rate(found.pool_rate)} per 100,000",
                "national count less the counted areas",
            )
        )
    return Table(
        caption=f"What is known of {r.force}, whose count of {n.day(r.as_of)} is missing",
        frame=pd.DataFrame(rows, columns=["What", "Known", "Source"]),
    )


def _named(sources: str, titles: dict[str, str]) -> str:
    return n.listing([titles.get(s) or s for s in sources.split()])
