"""The record of the growth question for one area: what the words, charts and JSON are made of."""

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.errors import UsageError
from mappa.growth import change, estimates, national, series, validation
from mappa.growth.change import Change, Span
from mappa.growth.measures import Measure, other_measures
from mappa.growth.national import Contribution, Printed, RateGrowth
from mappa.growth.series import Break, Point
from mappa.growth.trends import Trend, national_trends
from mappa.printed import in_words
from mappa.rates.change import YearChange, year_before, year_change
from mappa.records import Record, key

BENCHMARK_NATION = (
    "the mean growth of the last three years, with the errors that this rule has made before"
)


@dataclasses.dataclass(frozen=True)
class Score(Record):
    """How the model did on known counts hidden from it, next to a plain rule."""

    test: str = key("left_out, since, ahead or ahead_nation: see the data dictionary")
    horizon: int = key("Years ahead, 0 where nothing is forecast", "years")
    cases: int = key("Counts hidden", "counts")
    areas: int = key("Areas they belong to", "areas")
    cover50: float = key("Share of counts within the 50% interval", "share")
    cover90: float = key("Share of counts within the 90% interval", "share")
    cover90_se: float = key("Its standard error, clustered by area", "share")
    median_error: float = key("Median absolute error of the log", "log")
    mean_error: float = key("Mean absolute error of the log", "log")
    bias: float = key("Mean of the log count less the log median", "log")
    bias_se: float = key("Its standard error, clustered by area", "log")
    width90: float = key("Mean width of the 90% interval on the log scale", "log")
    score90: float = key("Mean interval score at 90% on the log scale; lower is better", "log")
    benchmarks: Mapping[str, Mapping[str, float]] = key(
        "By plain rule: cases both have, its mean error, the model's mean error less its, and the "
        "90% interval of that difference (bootstrap of areas); below zero the model is better"
    )


@dataclasses.dataclass(frozen=True)
class GrowthRecord(Record):
    """How the numbers have grown in an area and nationally."""

    force: str = key("Area")
    nation: str = key("Name of all areas together")
    as_of: pd.Timestamp = key("Date of the answer; nothing dated later is used for it")
    horizon: int = key("Years forecast after as_of", "years")
    status: str = key("counted, or why no count of as_of is known")
    count: float | None = key("Count on as_of", "people")
    series: tuple[Point, ...] = key(
        "Counts up to as_of; estimates for the stock dates without one; forecasts after as_of"
    )
    refitted: bool = key("Whether no stored fit belongs to the tables, so that it was fitted anew")
    shortfall: float | None = key(
        "By how much the areas' medians fall short of the national one in the last year forecast",
        "share",
    )
    later_counts: tuple[Point, ...] = key("Counts dated after as_of; none is used")
    nation_path: str = key("Where the forecast takes national growth from")
    national_series: tuple[Point, ...] = key("Official national values up to as_of")
    breaks: tuple[Break, ...] = key("Dates at which the national series changes its meaning")
    change: Change = key("Growth over the year to as_of next to national growth")
    year_test: YearChange = key("That change tested against chance and the spread of areas")
    compound: Change = key("Growth over the longest span on one basis next to national growth")
    spans: tuple[Span, ...] = key("The area's growth between neighbouring counts on one basis")
    national_years: tuple[Span, ...] = key("National growth between neighbouring dates")
    national_periods: tuple[Span, ...] = key("Compound national growth by period")
    printed: Printed | None = key("What national growth covers once printed in whole percent")
    rate_growth: tuple[RateGrowth, ...] = key(
        "National growth as count and as rate: over the year, and since the first stock date"
    )
    categories: pd.DataFrame = key("MAPPA categories nationally, by date")
    orders: pd.DataFrame = key("Orders imposed nationally, by kind and year")
    trends: tuple[Trend, ...] = key("Trend of the national yearly increase, by scale and model")
    contribution: Contribution = key("Who makes national growth over the year to as_of")
    other_measures: tuple[Measure, ...] = key("Breaches, revocations, violent offenders, levels")
    validation: tuple[Score, ...] = key("How the model did on hidden counts; empty: not tested")

    @property
    def population_break(self) -> pd.Timestamp | None:
        """The first stock date whose rates divide by a population estimated anew, or ``None``."""
        return next(filter(None, (r.population_break for r in self.rate_growth)), None)

    def of_the_nation(self) -> Self:
        """Return the record without what is the area's own: the same for every area."""
        blank = {"series": (), "later_counts": (), "spans": (), "other_measures": (), "force": ""}
        missing = dict.fromkeys(("count", "change", "year_test", "compound"))
        own: dict[str, Any] = {"status": "", **blank, **missing}
        return dataclasses.replace(self, **own)


@typed
def answer(
    data: Data,
    force: str,
    as_of: str | dt.date,
    horizon: int = 4,
    nation: tuple[np.ndarray | None, str] = (None, BENCHMARK_NATION),
) -> GrowthRecord:
    """Return how the numbers have grown in an area and nationally: the record of the answer.

    Parameters
    ----------
    data: the tables. force: name of the area. as_of: date of the answer; nothing dated later is
        used for it. horizon: years to forecast after it, 0 to 5.
    nation: draws of the national count that the forecasts sum to, shape (draws, horizon), people,
        and what made them, in words; by default the benchmark of
        :mod:`mappa.growth.national`.

    Raises
    ------
    UnknownName: an area or date that is not known. UsageError: a horizon that cannot be.

    >>> from mappa.data import load
    >>> record = answer(load(), "Cumbria", "2020-03-31", horizon=0)
    >>> record.change.span.change, record.contribution.outliers
    (-4.0, ('Thames Valley',))
    """
    area, day = data.area(force), data.date(as_of)
    if not 0 <= horizon <= estimates.LONGEST:
        raise UsageError(f"A horizon of {horizon} years is not one of 0 to {estimates.LONGEST}.")
    path, path_name = nation
    known = data.until(day)
    counts = known.counts(day)
    count = float(counts[area]) if area in counts else None
    unknown = f"no count of {area} is known for {in_words(day)}"
    enough = len(known.mid_years) > 1  # one date alone has no steps to learn from
    far = horizon if enough else 0
    points = series.points(data, area)
    until = (*(p for p in points if p.date <= day), *_modelled(data, area, day, far, path))
    start = year_before(day)
    year = change.area_span(known, known.nation, start, day)
    own, whole = (series.counts(known, name) for name in (area, known.nation))
    return GrowthRecord(
        force=area,
        nation=data.nation,
        as_of=day,
        horizon=horizon,
        status="counted" if count is not None else unknown,
        count=count,
        series=tuple(sorted(until, key=lambda p: (p.date, p.kind, not p.preferred))),
        refitted=enough and not estimates.is_kept(data, day),
        shortfall=estimates.shortfall(data, day, far, path) if far else None,
        later_counts=tuple(p for p in points if p.date > day and p.preferred),
        nation_path=path_name,
        national_series=series.points(known, known.nation),
        breaks=series.breaks(known),
        change=change.compare(known, area, start, day),
        year_test=year_change(known, area, day),
        compound=change.compound(known, area, day),
        spans=Span.from_frame(change.spans(own, area)),
        national_years=Span.from_frame(change.spans(whole, known.nation)),
        national_periods=Span.from_frame(change.periods(whole, known.nation)),
        printed=national.printed(year) if year else None,
        rate_growth=_rate_growths(known, year),
        categories=national.categories(known),
        orders=national.orders(known),
        trends=national_trends(known),
        contribution=national.contribution(known, day),
        other_measures=Measure.from_frame(other_measures(known, area)),
        validation=_scores(data),
    )


def _rate_growths(data: Data, year: Span | None) -> tuple[RateGrowth, ...]:
    """Return the growth of the national rate over the year, and since the first stock date."""
    stock = sorted(set(data.denominators["stock_date"]) & set(data.dates))
    longest = None
    if len(stock) > 1:
        longest = change.area_span(data, data.nation, stock[0], stock[-1])
    spans = dict.fromkeys(span for span in (year, longest) if span)
    found = (national.rate_growth(data, span) for span in spans)
    return tuple(grown for grown in found if grown)


def _modelled(
    data: Data, area: str, day: pd.Timestamp, horizon: int, path: np.ndarray | None
) -> tuple[Point, ...]:
    """Return the estimates of an area for stock dates without a count of it, and its forecasts."""
    counted = set(data.rows("rso_count", area)["date"])
    frame = estimates.area_estimates(data, day)
    kinds = {"estimate": frame[(frame["area"] == area) & ~frame["date"].isin(counted)]}
    if horizon:
        kinds["forecast"] = estimates.area_forecasts(data, day, horizon, path, areas=[area])
    made = pd.concat(kinds, names=["kind"]).reset_index("kind").assign(
        level=0.9, basis="model", preferred=False, source=f"model: {estimates.MODEL}",
        quality=lambda frame: frame["kind"],
        note="not a count: the model's median, with 50% and 90% intervals",
    )  # fmt: skip
    names = {"median": "value", "low90": "low", "high90": "high"}
    return Point.from_frame(made.rename(columns=names))


@functools.lru_cache(maxsize=4)
def _scores(data: Data) -> tuple[Score, ...]:
    """Return the scores of the stored validation; empty where none is of these figures."""
    frame, parts = validation.scores(data), ("cases", "error", "gain", "gain_low", "gain_high")
    if frame.empty:
        return ()
    rules = [
        {
            name: {part: float(row[f"{name}_{part}"]) for part in parts}
            for name in validation.BENCHMARKS
            if math.isfinite(row[f"{name}_gain"])
        }
        for row in frame.to_dict("records")
    ]
    return Score.from_frame(frame.assign(benchmarks=rules))
