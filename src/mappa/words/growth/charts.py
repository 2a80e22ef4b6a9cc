"""Headlines, labels and alt texts of the growth charts: pure functions of what is drawn."""

from __future__ import annotations

import pandas as pd

from mappa.growth.change import Span
from mappa.growth.contribution import POOL, Part
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.rates.change import Doubt
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.growth import nation
from mappa.words.prose import capital

SOURCE = (
    "Source: published and newspaper-printed figures, each with its own source in the tables of "
    "the study; not official statistics."
)
_LARGE = "{own} in {force} from {start} to {end}, {national} nationally: too large for chance"
_CHANCE = "{own} in {force} from {start} to {end}, {national} nationally: the gap could be chance"


def nation_headline(record: GrowthRecord) -> str:
    """Return the headline of the national chart."""
    span = nation.present_span(record)
    if span is None:
        return f"The number in {record.nation} has been counted in several ways"
    return (
        f"The national number {words.moved(span.change)} by {n.percent(abs(span.growth), 0)} from "
        f"{span.start.year} to {span.end.year}"
    )


def nation_alt(record: GrowthRecord) -> str:
    """Return the alt text of the national chart."""
    span = nation.present_span(record)
    if span is None:
        return f"Line chart of {len(record.national_series)} official values of {record.nation}."
    return (
        f"Line chart of official values. The number in {record.nation} {words.from_to(span)} "
        f"between {n.day(span.start)} and {n.day(span.end)}. Earlier values are counted in other "
        "ways."
    )


def yearly_headline(record: GrowthRecord) -> str:
    """Return the headline of the chart of yearly increases."""
    main = {t.scale: t.verdict for t in record.trends if t.model == "ar1"}
    if main.get("percent") != "falling":
        return "The data cannot show whether national growth is slowing"
    if main.get("people") == "falling":
        return "National growth is slowing, in people and as a percentage"
    return "As a percentage national growth is slowing; in people there is no clear trend"


def yearly_alt(record: GrowthRecord) -> str:
    """Return the alt text of the chart of yearly increases."""
    spans = nation.yearly_spans(record)
    ends = [
        f"{n.count(s.change / s.years)} people ({n.percent(s.annual_growth)}) in the year to "
        f"{n.day(s.end)}"
        for s in (spans[0], spans[-1])
    ]
    return f"Bars of the national increase in each year: {ends[0]} and {ends[1]}."


def force_headline(record: GrowthRecord) -> str:
    """Return the headline of the area's chart."""
    span, point = record.change.span, words.estimate_on(record)
    if record.count is None:
        if point is None:
            return f"Neither a count nor an estimate of {record.force} is known"
        return f"{record.force} had an estimated {n.count(point.value)} registered offenders"
    had = f"{record.force} had {n.count(record.count)} registered offenders"
    if span is None:
        return f"{had} on {n.day(record.as_of)}"
    if span.change == 0:
        return f"{had}, as many as a year before"
    more = "more" if span.change > 0 else "fewer"
    return f"{had}, {n.percent(abs(span.growth))} {more} than a year before"


def force_alt(record: GrowthRecord) -> str:
    """Return the alt text of the area's chart."""
    found = {
        "count": [p for p in record.series if p.preferred and p.basis == "all_levels"],
        "estimate": [p for p in record.series if p.kind == "estimate"],
        "forecast": [p for p in record.series if p.kind == "forecast"],
    }
    doubt = record.year_test.doubt
    last = [_last(kind, points[-1], doubt) for kind, points in found.items() if points]
    chart = f"Line chart of counts, estimates and forecasts of {record.force}"
    return f"{chart}: {'; '.join(last)}." if last else f"{chart}, of which 0 are known."


def _last(kind: str, point: Point, doubt: Doubt | None) -> str:
    text = f"the last {kind} is {n.count(point.value)} for {n.day(point.date)}"
    if kind == "count":
        return text
    text = f"{text} {n.interval(point.low, point.high, n.count, '90%')}"
    return f"{text}, which is doubtful" if doubt and doubt.date == point.date else text


def indexed_headline(own: Span, national: Span) -> str:
    """Return the headline of the indexed chart: growth of an area and of the nation."""
    template = _LARGE if words.side(own, national) else _CHANCE
    return template.format(
        own=capital(_up(own.growth)), force=own.area, start=own.start.year, end=own.end.year,
        national=_up(national.growth),
    )  # fmt: skip


def _up(share: float) -> str:
    return f"{'down' if share < 0 else 'up'} {n.percent(abs(share), 0)}"


def indexed_alt(own: Span, national: Span) -> str:
    """Return the alt text of the indexed chart."""
    ends = [f"{s.area} is at {n.number(100 * (1 + s.growth))}" for s in (own, national)]
    return (
        f"Two lines that start at 100 on {n.day(own.start)}. On {n.day(own.end)} {ends[0]} and "
        f"{ends[1]}."
    )


def area(p: Part) -> str:
    """Return the name of an area's bar, with the doubt about it."""
    if p.doubt is not None:
        return f"{p.area} (doubtful)"
    return f"{p.area} (unusual)" if p.outlier else p.area


def part(p: Part) -> str:
    """Return the label of an area's bar: people and percent."""
    return f"{n.count(p.change, sign=True)} ({words.signed(p.growth)})"


def _most(record: GrowthRecord) -> tuple[str, str]:
    """Return the areas with the largest part that is not doubted, and its size."""
    known = [p for p in record.contribution.parts if p.area != POOL and p.doubt is None]
    top = n.count(max(p.change for p in known), sign=True)
    return n.listing([p.area for p in known if n.count(p.change, sign=True) == top]), top


def contribution_headline(record: GrowthRecord) -> str:
    """Return the headline of the chart of contributions."""
    top, size = _most(record)
    doubted = [p.area for p in record.contribution.parts if p.doubt is not None]
    if doubted:
        return f"{top} added most ({size}); the figure of {n.listing(doubted)} is doubtful"
    return f"Of the areas whose change is known, {top} added most ({size})"


def contribution_alt(record: GrowthRecord) -> str:
    """Return the alt text of the chart of contributions."""
    c, (top, size) = record.contribution, _most(record)
    text = (
        f"Bars of each area's part of a national change of {n.count(c.change, sign=True)}. The "
        f"largest that is not in doubt is {top} ({size}); all other areas together have "
        f"{n.count(c.parts[-1].change, sign=True)}."
    )
    doubted = [f"{p.area} with {part(p)}" for p in c.parts if p.doubt is not None]
    return f"{text} In doubt is {n.listing(doubted)}." if doubted else text


def multiples_headline(rates: pd.DataFrame) -> str:
    """Return the headline of the rates of every area."""
    none = int((rates.notna().sum() == 0).sum())
    last, year = int(rates.iloc[-1].notna().sum()), rates.index[-1].year
    text = f"{last} of {rates.shape[1]} areas have a count for {year}"
    return f"{text}, and {n.cardinal(none)} have none at all" if none else text


def multiples_alt(rates: pd.DataFrame) -> str:
    """Return the alt text of the rates of every area."""
    day = n.day(rates.index[-1])
    last = rates.iloc[-1].dropna().sort_values()
    grid = f"A grid of the known rates of {rates.shape[1]} areas by year"
    if last.empty:
        return f"{grid}; none is known for {day}."
    return (
        f"{grid}. On {day} they run from {n.rate(last.iloc[0])} in {last.index[0]} to "
        f"{n.rate(last.iloc[-1])} in {last.index[-1]} per 100,000; years without a count are empty."
    )
