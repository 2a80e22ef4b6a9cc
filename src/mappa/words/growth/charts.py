"""Headlines and alt texts of the growth charts: pure functions of the growth record."""

from __future__ import annotations

import pandas as pd

from mappa.growth.contribution import POOL
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.growth import nation

SOURCE = (
    "Source: published and newspaper-printed figures, each with its own source in the tables of "
    "the study; not official statistics."
)


def nation_headline(record: GrowthRecord) -> str:
    """Return the headline of the national chart."""
    span = nation.present_span(record)
    if span is None:
        return f"Official values of {record.nation}, by date"
    return (
        f"The national number {words.moved(span.change)} by {n.percent(span.growth, 0)} from "
        f"{span.start.year} to {span.end.year} on one basis"
    )


def nation_alt(record: GrowthRecord) -> str:
    """Return the alt text of the national chart."""
    span = nation.present_span(record)
    if span is None:
        return f"Official national values of {record.nation}."
    return (
        f"Official national values by date. On the present basis they go from "
        f"{n.count(span.from_value)} on {n.day(span.start)} to {n.count(span.to_value)} on "
        f"{n.day(span.end)}; earlier values are counted in other ways."
    )


def yearly_headline(record: GrowthRecord) -> str:
    """Return the headline of the chart of yearly increases."""
    main = {t.scale: t.verdict for t in record.trends if t.model == "ar1"}
    if main.get("percent") == "falling" and main.get("people") != "falling":
        return "Growth slows in percent; in people no trend can be told"
    if main.get("percent") == "falling":
        return "National growth is slowing, in people and in percent"
    return "Whether national growth is slowing the data cannot tell"


def yearly_alt(record: GrowthRecord) -> str:
    """Return the alt text of the chart of yearly increases."""
    spans = [s for s in record.national_years if s.basis == record.national_years[-1].basis]
    first, last = spans[0], spans[-1]
    return (
        f"Bars of the nation's increase a year: {n.count(first.change / first.years)} people "
        f"({n.percent(first.annual_growth)}) in the year to {first.end.year} and "
        f"{n.count(last.change / last.years)} ({n.percent(last.annual_growth)}) in the year to "
        f"{last.end.year}."
    )


def _last(record: GrowthRecord, kind: str) -> Point | None:
    points = [p for p in record.series if p.kind == kind]
    if kind == "count":
        points = [p for p in points if p.preferred and p.basis == "all_levels"]
    return points[-1] if points else None


def force_headline(record: GrowthRecord) -> str:
    """Return the headline of the force's chart."""
    if record.count is not None:
        return f"{record.force} had {n.count(record.count)} on {n.day(record.as_of)}"
    point = words.estimate_on(record)
    value = n.count(point.value) if point else "not known"
    return f"No count of {record.force} for {n.day(record.as_of)}; estimate {value}"


def force_alt(record: GrowthRecord) -> str:
    """Return the alt text of the force's chart."""
    text = []
    point = _last(record, "count")
    if point is not None:
        text.append(f"the last count is {n.count(point.value)} on {n.day(point.date)}")
    for kind in ("estimate", "forecast"):
        point = _last(record, kind)
        if point is not None:
            text.append(
                f"the last {kind} is {n.count(point.value)} for {n.day(point.date)} "
                f"{n.interval(point.low, point.high, n.count, '90%')}"
            )
    return f"Counts, estimates and forecasts of {record.force} by date: " + "; ".join(text) + "."


def indexed_headline(record: GrowthRecord) -> str:
    """Return the headline of the indexed chart."""
    span, nation = record.compound.span, record.compound.national
    assert span is not None and nation is not None
    years = f"from {span.start.year} to {span.end.year}"
    if span.annual_low <= nation.annual_growth <= span.annual_high:
        return f"{record.force}’s growth is not clearly different from the nation’s {years}"
    how = "grew more than" if span.growth > nation.growth else "grew less than"
    return f"{record.force} {how} the nation {years}"


def indexed_alt(record: GrowthRecord) -> str:
    """Return the alt text of the indexed chart."""
    span, nation = record.compound.span, record.compound.national
    assert span is not None and nation is not None
    return (
        f"With {n.day(span.start)} as 100, {record.force} stands at "
        f"{n.number(100 * (1 + span.growth))} and {record.nation} at "
        f"{n.number(100 * (1 + nation.growth))} on {n.day(span.end)}."
    )


def contribution_headline(record: GrowthRecord) -> str:
    """Return the headline of the chart of contributions."""
    c = record.contribution
    if c.outliers:
        return (
            f"Without {n.listing(list(c.outliers))} national growth is "
            f"{n.percent(c.growth_without)}, not {n.percent(c.growth)}"
        )
    known = [p for p in c.parts if p.area != POOL]
    top = max(known, key=lambda p: p.change) if known else c.parts[-1]
    return f"{top.area} makes most of the known growth: {n.count(top.change, sign=True)}"


def contribution_alt(record: GrowthRecord) -> str:
    """Return the alt text of the chart of contributions."""
    c = record.contribution
    known = [p for p in c.parts if p.area != POOL]
    top = known[0] if known else c.parts[-1]
    return (
        f"Bars of each area's part of {n.count(c.change, sign=True)} people: the largest is "
        f"{top.area} with {n.count(top.change, sign=True)}; all other areas together make "
        f"{n.count(c.parts[-1].change, sign=True)}."
    )


def multiples_headline(rates: pd.DataFrame) -> str:
    """Return the headline of the small multiples."""
    none = int((rates.notna().sum() == 0).sum())
    last = int(rates.iloc[-1].notna().sum())
    return f"{last} of {rates.shape[1]} areas have a count for the last date, {none} for none"


def multiples_alt(rates: pd.DataFrame) -> str:
    """Return the alt text of the small multiples."""
    day = n.day(rates.index[-1])
    last = rates.iloc[-1].dropna().sort_values()
    if last.empty:
        return f"Known rates of {rates.shape[1]} areas by year; none is known for {day}."
    return (
        f"Known rates of {rates.shape[1]} areas by year. On {day} they run from "
        f"{n.rate(last.iloc[0])} in {last.index[0]} to {n.rate(last.iloc[-1])} in "
        f"{last.index[-1]} per 100,000; years without a count are gaps."
    )
