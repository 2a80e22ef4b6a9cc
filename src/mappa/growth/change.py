"""Growth between two dates on one basis, and what chance allows.

The same people are counted twice, so two counts of a stock are not independent. With Poisson
arrivals and a share x of the people leaving each year, a share s = (1 - x)^T of the first count is
still there after T years, and

    Var(N1 - N0) = N0 + N1 - 2 s N0,

which is (2x + g) N for one year with growth g, and that of two independent counts for T without
end (Parzen, Stochastic Processes, 1962, ch. 4: the infinite-server queue). The annual turnover x is
an assumption, named with every interval.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import pandas as pd
from scipy import stats

from mappa.data import Data
from mappa.data.load import parse_day
from mappa.errors import UsageError
from mappa.growth import series
from mappa.rates.change import TURNOVER
from mappa.records import Record, key

LEVEL = 0.95


@dataclasses.dataclass(frozen=True)
class Span(Record):
    """Growth between two counts on one basis."""

    area: str = key("Area, or the nation")
    start: pd.Timestamp = key("Date of the first count")
    end: pd.Timestamp = key("Date of the second count")
    years: float = key("Length of the span", "years")
    basis: str = key("Basis of both counts")
    from_value: float = key("First count", "people")
    to_value: float = key("Second count", "people")
    change: float = key("Second less first", "people")
    growth: float = key("Change over the first count", "share")
    growth_low: float = key("Lower end of the interval of growth", "share")
    growth_high: float = key("Upper end of the interval of growth", "share")
    annual_growth: float = key("Compound growth a year", "share a year")
    annual_low: float = key("Lower end of its interval", "share a year")
    annual_high: float = key("Upper end of its interval", "share a year")
    level: float = key("Level of the intervals", "probability")
    turnover: float = key("Assumed share of people who leave in a year", "share a year")
    quality: str = key("How the two counts are known: first, second")


@dataclasses.dataclass(frozen=True)
class Change(Record):
    """An area's growth over a span beside the nation's."""

    status: str = key("known, or why there is no change to tell")
    span: Span | None = key("The area's span")
    national: Span | None = key("The nation's span over the same dates")
    gap: float | None = key("Log growth of the area less that of the nation, a year", "log a year")
    gap_se: float | None = key("Standard error of the gap by chance alone", "log a year")


def log_variance(first: float, second: float, years: float, turnover: float) -> float:
    """Return the variance of ln(second / first) by chance: see the module's formula."""
    staying = (1 - turnover) ** years
    return max(first + second - 2 * staying * first, 0.0) / (first * second)


def make_span(
    area: str,
    first: pd.Series,
    second: pd.Series,
    *,
    turnover: float = TURNOVER,
    level: float = LEVEL,
) -> Span:
    """Return the span between two rows (date, value, basis, quality) of one series."""
    if not 0 <= turnover < 1:
        raise UsageError(f"Turnover {turnover} is not a share: it must be from 0 to below 1.")
    years = series.years_between(first["date"], second["date"])
    n0, n1 = float(first["value"]), float(second["value"])
    log = math.log(n1 / n0)
    half = stats.norm.ppf((1 + level) / 2) * math.sqrt(log_variance(n0, n1, years, turnover))
    return Span(
        area=area,
        start=first["date"],
        end=second["date"],
        years=years,
        basis=str(first["basis"]),
        from_value=n0,
        to_value=n1,
        change=n1 - n0,
        growth=n1 / n0 - 1,
        growth_low=math.expm1(log - half),
        growth_high=math.expm1(log + half),
        annual_growth=math.expm1(log / years),
        annual_low=math.expm1((log - half) / years),
        annual_high=math.expm1((log + half) / years),
        level=level,
        turnover=turnover,
        quality=f"{first['quality']}, {second['quality']}",
    )


@functools.lru_cache(maxsize=128)
def _rows(data: Data, area: str) -> pd.DataFrame:
    if area == data.nation:
        frame = series.chosen(series.national_series(data))
        return frame[frame["measure"] == "rso_count"]
    return series.usable_counts(data, area)


def span(
    data: Data,
    area: str,
    start: str | pd.Timestamp,
    end: str | pd.Timestamp,
    *,
    turnover: float = TURNOVER,
    level: float = LEVEL,
) -> Span:
    """Return growth between two dates on one basis.

    Raises
    ------
    UsageError: a date without a count, dates out of order, or no basis common to both.
    """
    name = area if area == data.nation else data.area(area)
    first, second = parse_day(start), parse_day(end)
    if first >= second:
        raise UsageError(f"{day_text(first)} is not before {day_text(second)}: name two dates.")
    frame = _rows(data, name)
    found = []
    for day in (first, second):
        rows = frame[frame["date"] == day]
        if rows.empty:
            raise UsageError(f"No count of {name} is known for {day_text(day)}: {_known(frame)}.")
        found.append(rows.set_index("basis", drop=False))
    common = [b for b in found[0].index if b in found[1].index and b != "basis_not_known"]
    if not common:
        names = {**series.AREA_BASES, **series.NATIONAL_BASES}
        told = [
            " or ".join(names[b] for b in rows.index) + f" on {day_text(day)}"
            for rows, day in zip(found, (first, second), strict=True)
        ]
        raise UsageError(
            f"Growth is not worked out across a basis: {name} is known for {told[0]} and for "
            f"{told[1]}."
        )
    basis = common[0]
    return make_span(name, found[0].loc[basis], found[1].loc[basis], turnover=turnover, level=level)


def day_text(day: pd.Timestamp) -> str:
    """Write a date as 31 March 2020."""
    return f"{day.day} {day:%B %Y}"


def _known(frame: pd.DataFrame) -> str:
    days = [day_text(d) for d in sorted(set(frame["date"]))]
    return "known are " + ", ".join(days) if days else "there is none for any date"


def try_span(
    data: Data, area: str, start: pd.Timestamp, end: pd.Timestamp, **kwargs: float
) -> Span | None:
    """Return the span, or ``None`` where it cannot be worked out."""
    try:
        return span(data, area, start, end, **kwargs)
    except UsageError:
        return None


def year_before(day: pd.Timestamp) -> pd.Timestamp:
    """Return the same day of the year before."""
    return pd.Timestamp(day) - pd.DateOffset(years=1)


def consecutive(data: Data, area: str, **kwargs: float) -> tuple[Span, ...]:
    """Return the spans between neighbouring counts on one basis, by date.

    A year that is missing makes a longer span, never a guess.
    """
    frame = _rows(data, area)
    found = []
    for basis in dict.fromkeys(frame["basis"]):
        rows = frame[(frame["basis"] == basis)].sort_values("date")
        if basis in {"basis_not_known", "other_date"}:
            continue
        for (_, first), (_, second) in zip(
            list(rows.iterrows())[:-1], list(rows.iterrows())[1:], strict=True
        ):
            found.append(make_span(area, first, second, **kwargs))
    return tuple(sorted(found, key=lambda s: (s.end, s.start)))


def compare(
    data: Data, area: str, start: pd.Timestamp, end: pd.Timestamp, **kwargs: float
) -> Change:
    """Return an area's growth over a span beside the nation's over the same dates."""
    try:
        own = span(data, area, start, end, **kwargs)
    except UsageError as error:
        return Change(str(error), None, None, None, None)
    nation = try_span(data, data.nation, start, end, **kwargs)
    if nation is None or area == data.nation:
        return Change("known", own, nation, None, None)
    gap = math.log1p(own.growth) - math.log1p(nation.growth)
    chance = log_variance(own.from_value, own.to_value, own.years, own.turnover)
    return Change("known", own, nation, gap / own.years, math.sqrt(chance) / own.years)


def periods(data: Data, area: str, **kwargs: float) -> tuple[Span, ...]:
    """Return compound growth by period: each basis from end to end, its halves, the last year.

    Periods never cross a basis. A basis of six years or more is also cut at the count nearest
    its middle, so that the earlier and the later half can be compared.
    """
    frame = _rows(data, area)
    found = []
    for basis in dict.fromkeys(frame["basis"]):
        rows = frame[frame["basis"] == basis].sort_values("date")
        if len(rows) < 2 or basis in {"basis_not_known", "other_date"}:
            continue
        first, last = rows.iloc[0], rows.iloc[-1]
        found.append(make_span(area, first, last, **kwargs))
        if found[-1].years >= 6 and len(rows) >= 4:
            middle = first["date"] + (last["date"] - first["date"]) / 2
            cut = rows.loc[(rows["date"] - middle).abs().idxmin()]
            found += [make_span(area, first, cut, **kwargs), make_span(area, cut, last, **kwargs)]
    return tuple(found)


def compound(data: Data, area: str, as_of: pd.Timestamp, **kwargs: float) -> Change:
    """Return growth over the longest span on the nation's present basis that ends by *as_of*.

    It runs from the area's first to its last count of all levels at dates on which the nation
    has a count on the basis of *as_of*, so that both are compared over the same years.
    """
    nation = _rows(data, data.nation)
    nation = nation[nation["date"] <= as_of]
    basis = nation["basis"].iloc[-1] if len(nation) else ""
    dates = set(nation.loc[nation["basis"] == basis, "date"])
    rows = _rows(data, area)
    rows = rows[rows["date"].isin(dates) & ~rows["basis"].isin(["level_1", "basis_not_known"])]
    if len(rows) < 2:
        text = f"Fewer than two counts of {area} on one basis are known up to {day_text(as_of)}."
        return Change(text, None, None, None, None)
    return compare(data, area, rows["date"].min(), rows["date"].max(), **kwargs)
