"""Sentences about growth: pure functions of the growth record."""

from __future__ import annotations

import pandas as pd

from mappa.growth import change, series
from mappa.growth.change import Change, Span
from mappa.growth.record import GrowthRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose


def _moved(change: float) -> str:
    return "rose" if change > 0 else "fell" if change < 0 else "did not change"


def _own(span: Span) -> str:
    if span.change == 0:
        return f"did not change, at {n.count(span.to_value)}"
    return f"{_moved(span.change)} from {n.count(span.from_value)} to {n.count(span.to_value)}"


def _long_run(long: Change, *, start: str = "over") -> str:
    """Write the compound growth of area and nation over the same years."""
    if long.span is None or long.national is None:
        return ""
    years = f"{round(long.span.years)} years to {n.day(long.span.end)}"
    return (
        f"{start} the {years} it was {n.percent(long.span.annual_growth)} a year against "
        f"{n.percent(long.national.annual_growth)} nationally"
    )


def answer(record: GrowthRecord) -> Prose:
    """Return the one sentence of the answer."""
    year = record.change
    if year.span is not None and year.national is not None:
        text = (
            f"The number of registered sexual offenders managed in the community in "
            f"{record.force} {_own(year.span)} in the year to {n.day(record.as_of)}, "
            f"while that of {record.nation} {_moved(year.national.change)} by "
            f"{n.percent(abs(year.national.growth))}"
        )
        long = _long_run(record.compound)
        return Prose(
            f"{text}; {long}." if long and record.compound.span != year.span else f"{text}."
        )
    known = f"has {n.count(record.count)}" if record.count is not None else "has no known count of"
    return Prose(
        f"{record.force} {known} registered sexual offenders managed in the community on "
        f"{n.day(record.as_of)}, and growth over the year before cannot be worked out."
    )


def basis_name(basis: str) -> str:
    """Return what is counted on a basis, in words."""
    names = {**series.AREA_BASES, **series.NATIONAL_BASES}
    return names.get(basis, basis)


def nation_headline(record: GrowthRecord) -> str:
    """Return the headline of the national chart."""
    span = _national_span(record)
    if span is None:
        return f"Official values of {record.nation} by date"
    ratio = span.to_value / span.from_value
    return (
        f"The national number is {n.number(ratio, 1)} times that of {span.start.year}, "
        "on an unbroken basis"
    )


def _national_span(record: GrowthRecord) -> Span | None:
    """Return the nation's span from the first to the last count on the present basis."""
    points = [p for p in record.national_series if p.preferred]
    same = [p for p in points if p.basis == points[-1].basis]
    if len(same) < 2:
        return None
    return change.make_span(record.nation, pd.Series(vars(same[0])), pd.Series(vars(same[-1])))


def nation_alt(record: GrowthRecord) -> str:
    """Return the alt text of the national chart."""
    span = _national_span(record)
    if span is None:
        return f"Official national values of {record.nation}."
    return (
        f"Official national values by date. On the present basis they rise from "
        f"{n.count(span.from_value)} on {n.day(span.start)} to {n.count(span.to_value)} on "
        f"{n.day(span.end)}; earlier values are counted in other ways."
    )


def source_line(record: GrowthRecord) -> str:
    """Return the source line of the charts."""
    return "Source: the tables in data/, each value with its own source; not official statistics."
