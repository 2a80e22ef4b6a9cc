"""The record of the growth question for one area: what the words, charts and JSON are made of."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mappa.figures import Figures
from mappa.growth import change, series
from mappa.growth.change import Change, Span
from mappa.growth.series import Break, Point
from mappa.records import Record, key


@dataclasses.dataclass(frozen=True)
class GrowthRecord(Record):
    """How the numbers have grown in an area and in the nation."""

    force: str = key("Area")
    nation: str = key("Name of the whole")
    as_of: pd.Timestamp = key("Date of the answer; nothing dated later is used for it")
    horizon: int = key("Years forecast after as_of", "years")
    status: str = key("counted, or why no count of as_of is known")
    count: float | None = key("Count on as_of", "people")
    series: tuple[Point, ...] = key("Counts up to as_of, estimates and forecasts, by date")
    later_counts: tuple[Point, ...] = key("Counts dated after as_of; none is used")
    national_series: tuple[Point, ...] = key("Official national values up to as_of")
    breaks: tuple[Break, ...] = key("Dates at which the national series changes its meaning")
    change: Change = key("Growth over the year to as_of beside the nation's")
    compound: Change = key("Growth over the longest span on one basis beside the nation's")
    national_years: tuple[Span, ...] = key("The nation's growth between neighbouring dates")


def build(figures: Figures, force: str, as_of: str | pd.Timestamp, horizon: int) -> GrowthRecord:
    """Return the record of growth for *force* on *as_of*, forecast *horizon* years ahead."""
    area = figures.area(force)
    day = figures.date(as_of)
    known = figures.until(day)
    counts = known.counts(day)
    count = float(counts[area]) if area in counts else None
    status = "counted" if count is not None else f"no count of {area} is known for {day:%Y-%m-%d}"
    points = series.count_points(figures, area)
    return GrowthRecord(
        force=area,
        nation=figures.nation,
        as_of=day,
        horizon=horizon,
        status=status,
        count=count,
        series=tuple(p for p in points if p.date <= day),
        later_counts=tuple(p for p in points if p.date > day and p.preferred),
        national_series=series.national_points(known),
        breaks=tuple(b for b in series.breaks(known) if b.date <= day),
        change=change.compare(known, area, change.year_before(day), day),
        compound=change.compound(known, area, day),
        national_years=change.consecutive(known, figures.nation),
    )
