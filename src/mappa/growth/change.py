"""Growth between two dates on one basis, and what chance allows.

The same people are counted twice, so two counts of a stock are not independent. With Poisson
arrivals and a share x of the people leaving each year, a share s = (1 - x)^T of the first count is
still there after T years, and

    Var(N1 - N0) = N0 + N1 - 2 s N0,

which is (2x + g) N for one year with growth g, and that of two independent counts for T without
end (Parzen, Stochastic Processes, 1962, ch. 4: the infinite-server queue). The annual turnover x is
an assumption, named with every interval.
"""

import dataclasses
import itertools
import math

import pandas as pd
from scipy import stats

from mappa.data import Data
from mappa.data.load import parse_day
from mappa.errors import UsageError
from mappa.growth import series
from mappa.printed import in_words
from mappa.rates.change import TURNOVER
from mappa.records import Record, key

LEVEL = 0.95
#: What is no basis to compare on, and what is one for two dates but makes no series: counts of
#: other days, and people required to register, who are more than those managed.
NO_BASIS = ("basis_not_known",)
NO_SERIES = (*NO_BASIS, "other_date", "police_computer")


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


def usable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of which a span may be made: of each date and basis one, by date.

    Of several values on one date and basis the preferred one counts; a value of level 1 or of
    another day stays under its own basis.
    """
    if "kind" in rows:
        rows = rows[rows["kind"] == "count"].drop(columns="kind")
    rows = rows.sort_values(["date", "preferred"], ascending=[True, False], kind="stable")
    return rows.drop_duplicates(["date", "basis"]).reset_index(drop=True)


def _between(area: str, first: pd.Series, second: pd.Series, turnover: float, level: float) -> Span:
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


def span(
    rows: pd.DataFrame,
    start: str | pd.Timestamp,
    end: str | pd.Timestamp,
    area: str = "the area",
    *,
    turnover: float = TURNOVER,
    level: float = LEVEL,
) -> Span:
    """Return growth between two dates on one basis, with what chance allows.

    Parameters
    ----------
    rows: counts as :func:`mappa.growth.counts` gives them, or any frame with the columns ``date``,
        ``value``, ``basis``, ``quality`` and ``preferred``. area: its name, for the sentences.
    turnover: share of the people who leave in a year. level: of the two intervals.

    Raises
    ------
    UsageError: a date without a count, dates out of order, or no basis common to both.

    Source: Parzen (1962), Stochastic Processes, chapter 4: the infinite-server queue.

    >>> from mappa.data import load
    >>> from mappa.growth import counts
    >>> found = span(counts(load(), "Cumbria"), "2019-03-31", "2020-03-31")
    >>> [round(100 * v, 1) for v in (found.growth, found.growth_low, found.growth_high)]
    [-0.7, -3.9, 2.7]
    """
    first, second = parse_day(start), parse_day(end)
    if first >= second:
        raise UsageError(f"{in_words(first)} is not before {in_words(second)}: name two dates.")
    frame = usable(rows)
    found = []
    for day in (first, second):
        on = frame[frame["date"] == day].set_index("basis", drop=False)
        if on.empty:
            days = ", ".join(in_words(d) for d in sorted(set(frame["date"])))
            known = f"there are counts for {days}" if days else "there is none for any date"
            raise UsageError(f"No count of {area} is known for {in_words(day)}: {known}.")
        found.append(on)
    common = [b for b in found[0].index if b in found[1].index and b not in NO_BASIS]
    if not common:
        names = {**series.AREA_BASES, **series.NATIONAL_BASES}
        ways = ", then ".join(
            " or ".join(names[b] for b in on.index) + f" on {in_words(day)}"
            for on, day in zip(found, (first, second), strict=True)
        )
        changes = f"Growth is not calculated where the way of counting {area} changes"
        raise UsageError(f"{changes}: {ways}.")
    first_row, second_row = (on.loc[common[0]] for on in found)
    return _between(area, first_row, second_row, turnover, level)


def area_span(
    data: Data,
    area: str,
    start: str | pd.Timestamp,
    end: str | pd.Timestamp,
    **kwargs: float,
) -> Span | None:
    """Return the span of an area or of the nation, or ``None`` where it cannot be calculated."""
    try:
        return span(series.counts(data, area), start, end, area, **kwargs)
    except UsageError:
        return None


def _by_basis(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the counts of each basis on which growth runs from count to count."""
    parts = usable(rows).groupby("basis", sort=False)
    return [part for basis, part in parts if basis not in NO_SERIES and len(part) > 1]


def spans(
    rows: pd.DataFrame, area: str = "the area", *, turnover: float = TURNOVER, level: float = LEVEL
) -> pd.DataFrame:
    """Return growth between neighbouring counts on one basis, by date.

    A year that is missing makes a longer span, never a guess.

    Parameters
    ----------
    rows, area, turnover, level: as for :func:`span`.

    Returns
    -------
    A frame with the fields of :class:`Span` as columns: ``start``, ``end``, ``years``, ``basis``,
    ``from_value``, ``to_value`` and ``change`` (people), ``growth`` and ``annual_growth`` (shares)
    with their limits, ``level``, ``turnover`` and ``quality``.

    Raises
    ------
    UsageError: a turnover that is no share.

    >>> from mappa.data import load
    >>> from mappa.growth import counts
    >>> found = spans(counts(load(), "Cumbria"))
    >>> found[["years", "from_value", "to_value", "annual_growth"]].round(3)
       years  from_value  to_value  annual_growth
    0    1.0       321.0     350.0          0.090
    1    7.0       350.0     598.0          0.080
    2    1.0       598.0     594.0         -0.007
    """
    found = [
        _between(area, first, second, turnover, level)
        for part in _by_basis(rows)
        for (_, first), (_, second) in itertools.pairwise(part.iterrows())
    ]
    return Span.to_frame(sorted(found, key=lambda s: (s.end, s.start)))


def periods(
    rows: pd.DataFrame, area: str = "the area", *, turnover: float = TURNOVER, level: float = LEVEL
) -> pd.DataFrame:
    """Return compound growth by period: each basis from end to end, and its halves.

    Periods never cross a basis. A basis of six years or more is also cut at the count nearest
    its middle, so that the earlier and the later half can be compared.

    Parameters
    ----------
    rows, area, turnover, level: as for :func:`span`.

    Returns
    -------
    A frame as :func:`spans` gives.

    Raises
    ------
    UsageError: a turnover that is no share.

    >>> from mappa.data import load
    >>> from mappa.growth import counts
    >>> whole = counts(load().until("2020-03-31"), "England and Wales")
    >>> periods(whole)[["years", "basis", "annual_growth"]].tail(3).round(3)
       years              basis  annual_growth
    3   11.0  snapshot_31_march          0.062
    4    6.0  snapshot_31_march          0.073
    5    5.0  snapshot_31_march          0.048
    """
    found = []
    for part in _by_basis(rows):
        first, last = part.iloc[0], part.iloc[-1]
        found.append(_between(area, first, last, turnover, level))
        if found[-1].years >= 6 and len(part) >= 4:
            middle = first["date"] + (last["date"] - first["date"]) / 2
            cut = part.loc[(part["date"] - middle).abs().idxmin()]
            found += [
                _between(area, *ends, turnover, level) for ends in ((first, cut), (cut, last))
            ]
    return Span.to_frame(found)


def compare(
    data: Data,
    area: str,
    start: str | pd.Timestamp,
    end: str | pd.Timestamp,
    **kwargs: float,
) -> Change:
    """Return an area's growth over a span beside the nation's over the same dates.

    Parameters
    ----------
    data: the tables. area: name of an area, or ``data.nation``. start, end: dates of two counts.
    kwargs: turnover and level of :func:`span`.

    Returns
    -------
    The two spans with the gap in log growth a year and its standard error by chance; without a
    span of the area ``status`` says why.

    Raises
    ------
    UnknownName: an area that is not known, with a suggestion.

    >>> from mappa.data import load
    >>> found = compare(load(), "Cumbria", "2019-03-31", "2020-03-31")
    >>> f"{found.gap:+.4f} (standard error {found.gap_se:.4f})"
    '-0.0416 (standard error 0.0170)'
    """
    name = area if area == data.nation else data.area(area)
    nation = area_span(data, data.nation, start, end, **kwargs)
    try:
        own = span(series.counts(data, name), start, end, name, **kwargs)
    except UsageError as error:
        return Change(str(error), None, nation, None, None)
    if nation is None or name == data.nation:
        return Change("known", own, nation, None, None)
    gap = math.log1p(own.growth) - math.log1p(nation.growth)
    chance = log_variance(own.from_value, own.to_value, own.years, own.turnover)
    return Change("known", own, nation, gap / own.years, math.sqrt(chance) / own.years)


def compound(data: Data, area: str, as_of: str | pd.Timestamp, **kwargs: float) -> Change:
    """Return growth over the longest span on the nation's present basis that ends by *as_of*.

    It runs from the area's first to its last count of all levels at dates on which the nation
    has a count on the basis of *as_of*, so that both are compared over the same years.

    Parameters
    ----------
    data, area, kwargs: as for :func:`compare`. as_of: date up to which counts are used.

    Raises
    ------
    UnknownName: an area that is not known. UsageError: a text that is no date.

    >>> from mappa.data import load
    >>> found = compound(load(), "Cumbria", "2020-03-31")
    >>> f"{found.span.annual_growth:.1%} a year against {found.national.annual_growth:.1%}"
    '7.1% a year against 6.0%'
    """
    day = parse_day(as_of)
    nation = series.counts(data, data.nation)
    nation = series.last_basis(nation[nation["date"] <= day])
    rows = usable(series.counts(data, area))
    rows = rows[rows["date"].isin(nation["date"]) & ~rows["basis"].isin(["level_1", *NO_BASIS])]
    if len(rows) < 2:
        text = f"Fewer than two counts of {area} on one basis are known up to {in_words(day)}."
        return Change(text, None, None, None, None)
    return compare(data, area, rows["date"].min(), rows["date"].max(), **kwargs)
