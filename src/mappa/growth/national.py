"""The national numbers: growth of count and rate, who makes it, categories, orders, the path ahead.

The parts of the national change sum to it exactly: the pool of the other areas is the difference.
Areas come from :func:`mappa.rates.change.growth_table`, which also applies the outlier rule.

The plain benchmark of the path ahead lets the national count grow as it did on average over the
last three years. Its error at each horizon is what the same rule would have missed by from earlier
dates, so that it is as wide as it has deserved. Other models hand over a path of their own.
"""

import dataclasses
import functools
import math

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.data.load import parse_day
from mappa.errors import UsageError
from mappa.growth import series
from mappa.growth.change import Span
from mappa.growth.evidence import half_width
from mappa.printed import PER, behind, half_up, in_words
from mappa.rates.change import OUTLIER_SDS, Doubt, doubt, growth_table, year_before
from mappa.records import Record, key

POOL = "all other areas"
#: Spread of a year's growth where too few years are known (log).
FALLBACK_SD = 0.02
ORDERS = {
    "sopo_shpo_imposed": "sexual offences prevention and sexual harm prevention orders",
    "notification_orders_imposed": "notification orders",
    "foreign_travel_orders_imposed": "foreign travel orders",
}


@dataclasses.dataclass(frozen=True)
class Printed(Record):
    """What a growth covers once it is printed as a whole percentage."""

    percent: int = key("The percentage as printed", "percent")
    low: float = key("Least growth that prints so", "share")
    high: float = key("Growth below which it prints so", "share")
    people_low: float = key("Least change that prints so", "people")
    people_high: float = key("Change below which it prints so", "people")


@dataclasses.dataclass(frozen=True)
class RateGrowth(Record):
    """Growth of the count next to growth of the rate over one span."""

    start: pd.Timestamp = key("Date of the first count")
    end: pd.Timestamp = key("Date of the second count")
    count_growth: float = key("Growth of the count", "share")
    rate_growth: float = key("Growth of the rate per people aged 10 and over", "share")
    people_growth: float = key("Growth of the population aged 10 and over", "share")
    rate_before: float = key("Rate on the first date", "per 100,000")
    rate_now: float = key("Rate on the second date", "per 100,000")
    population_break: pd.Timestamp | None = key(
        "Date between them from which the population is estimated anew, as after a census"
    )


def printed(span: Span) -> Printed:
    """Return what the growth of a span covers once printed as a whole percentage."""
    percent = int(half_up(100 * span.growth))
    low, high = (edge / 100 for edge in behind(percent))
    return Printed(percent, low, high, low * span.from_value, high * span.from_value)


def rate_growth(data: Data, span: Span) -> RateGrowth | None:
    """Return national growth of the count next to that of the rate, with both denominators."""
    if not {span.start, span.end} <= set(data.denominators["stock_date"]):
        return None
    before, after = (float(data.people(day).sum()) for day in (span.start, span.end))
    grown, people = 1 + span.growth, after / before - 1
    rate = PER * float(data.national("rso_count")[span.start]) / before
    return RateGrowth(
        start=span.start,
        end=span.end,
        count_growth=span.growth,
        rate_growth=grown / (1 + people) - 1,
        people_growth=people,
        rate_before=rate,
        rate_now=rate * grown / (1 + people),
        population_break=data.break_between(span.start, span.end),
    )


def categories(data: Data) -> pd.DataFrame:
    """Return the MAPPA categories of each date on which all are known: who is managed, not how.

    A frame by ``date``: ``category1`` to ``category3`` and their ``total`` as published (people),
    and ``share1`` to ``share3`` of the total.
    """
    measures = ("rso_count", "category2_count", "category3_count", "total_count")
    names = ["category1", "category2", "category3", "total"]
    found = pd.concat(map(data.national, measures), axis=1, keys=names).dropna()
    for k in (1, 2, 3):
        found[f"share{k}"] = found[f"category{k}"] / found["total"]
    return found.rename_axis("date").reset_index()


def orders(data: Data) -> pd.DataFrame:
    """Return the orders imposed in each year, by kind and date.

    A frame: ``measure`` and ``label`` (kind of order), ``date`` (last day of the year), ``value``
    (orders imposed) and ``per_registered`` (per 100 registered offenders on that day).
    """
    kinds = {measure: data.national(measure).rename("value") for measure in ORDERS}
    found = pd.concat(kinds, names=["measure"]).reset_index()
    found.insert(1, "label", found["measure"].map(ORDERS))
    registered = found["date"].map(data.national("rso_count"))
    return found.assign(per_registered=100 * found["value"] / registered)


@dataclasses.dataclass(frozen=True)
class Part(Record):
    """One area's part of the national change."""

    area: str = key("Area, or the pool of all others")
    before: float = key("Count a year before", "people")
    now: float = key("Count", "people")
    change: float = key("Change", "people")
    change_low: float = key("Least change that a printed percentage allows", "people")
    change_high: float = key("Greatest change that a printed percentage allows", "people")
    share: float = key("Share of the national change", "share")
    growth: float = key("Change over the count before", "share")
    robust_sds: float | None = key("Distance from the areas' median growth", "robust SDs")
    outlier: bool = key("Whether the outlier rule names the area")
    known: str = key("both counts, printed percentage, or remainder")
    doubt: Doubt | None = key("Why the area's earlier figure is doubted", default=None)


@dataclasses.dataclass(frozen=True)
class Contribution(Record):
    """The national change over a year in parts, with and without outliers."""

    status: str = key("known, or why there is nothing to divide")
    start: pd.Timestamp | None = key("Date of the counts before")
    end: pd.Timestamp | None = key("Date of the counts")
    change: float | None = key("National change", "people")
    growth: float | None = key("National growth", "share")
    parts: tuple[Part, ...] = key("Areas by change, and the pool last; they sum to the change")
    outliers: tuple[str, ...] = key("Areas named by the outlier rule")
    rule_sds: float = key("The rule: distance from the median beyond this", "robust SDs")
    growth_without: float | None = key("National growth without the outliers", "share")
    change_without: float | None = key("National change without the outliers", "people")


def contributions(data: Data, as_of: str | pd.Timestamp) -> pd.DataFrame:
    """Return each area's part of the national change on the year; the parts sum to it exactly.

    Parameters
    ----------
    data: the tables. as_of: date of the later counts.

    Returns
    -------
    A frame by area, the largest change first and the pool of all others last: ``before``, ``now``
    and ``change`` (people), ``change_low`` and ``change_high`` (what a printed percentage allows),
    ``share`` (of the national change), ``growth`` (share), ``robust_sds`` and ``outlier`` (the rule
    of :func:`mappa.growth.growth_table`), ``known`` (both counts, printed percentage or remainder)
    and ``doubt``.

    Raises
    ------
    UsageError: no national count on one of the two days, or no area whose change is known.

    >>> from mappa.data import load
    >>> parts = contributions(load(), "2020-03-31")
    >>> parts["change"].iloc[[0, 1, -1]].round(1).to_dict()
    {'Thames Valley': 550.8, 'Lancashire': 149.0, 'all other areas': 724.1}
    >>> float(parts["change"].sum())
    2141.0
    """
    end = parse_day(as_of)
    start = year_before(end)
    nation = data.national("rso_count")
    if start not in nation.index or end not in nation.index:
        raise UsageError(
            f"No national count is known for both {in_words(start)} and {in_words(end)}."
        )
    before, now = float(nation[start]), float(nation[end])
    table = growth_table(data, end).drop(columns="growth")
    if table.empty:
        raise UsageError(f"No area's change in the year to {in_words(end)} is known or printed.")
    change = table["now"] - table["before"]
    printed = data.counts(end, "rso_change_pct").reindex(table.index)
    printed = printed[table["known"] != "both counts"]
    half = printed.map(half_width)
    for name, percent in (("change_low", printed - half), ("change_high", printed + half)):
        table[name] = (table["now"] - table["now"] / (1 + percent / 100)).fillna(change)
    table["doubt"] = [doubt(data, str(area), end) for area in table.index]
    parts = table.assign(change=change).sort_values("change", ascending=False, kind="stable")
    # The difference from the parts, in their order: so they sum to the last digit.
    rest = (now - before) - sum(parts["change"])
    pool = {
        "before": before - sum(parts["before"]),
        "now": now - sum(parts["now"]),
        "change": rest,
        "change_low": rest - sum(parts["change_high"] - parts["change"]),
        "change_high": rest + sum(parts["change"] - parts["change_low"]),
        "outlier": False,
        "known": "remainder",
    }
    parts = pd.concat([parts, pd.DataFrame(pool, index=pd.Index([POOL], name="area"))])
    parts["share"] = parts["change"] / (now - before) if now != before else 0.0
    parts["growth"] = parts["change"] / parts["before"].where(parts["before"] != 0, math.inf)
    return parts[list(Part.declared())[1:]]


@functools.lru_cache(maxsize=8)
def contribution(data: Data, end: pd.Timestamp) -> Contribution:
    """Return the parts of the national change over the year to *end*, as a record."""
    try:
        table = contributions(data, end)
    except UsageError as error:
        return Contribution(str(error), None, None, None, None, (), (), OUTLIER_SDS, None, None)
    nation, start = data.national("rso_count"), year_before(end)
    usual = table[~table["outlier"]][["before", "now"]].sum()
    return Contribution(
        status="known",
        start=start,
        end=end,
        change=float(nation[end] - nation[start]),
        growth=float(nation[end] / nation[start] - 1),
        parts=Part.from_frame(table.reset_index()),
        outliers=tuple(map(str, table.index[table["outlier"]])),
        rule_sds=OUTLIER_SDS,
        growth_without=float(usual["now"] / usual["before"] - 1),
        change_without=float(usual["now"] - usual["before"]),
    )


def history(data: Data) -> pd.Series:
    """Return the national counts on the present basis, by date."""
    frame = series.last_basis(series.counts(data, data.nation))
    if frame.empty:
        raise UsageError("No national count is known up to the date asked for.")
    return frame.set_index("date")["value"]


def dates_ahead(origin: pd.Timestamp, horizon: int) -> list[pd.Timestamp]:
    """Return the same day of each of the next *horizon* years."""
    return [origin + pd.DateOffset(years=h) for h in range(1, horizon + 1)]


def recent_growth(known: pd.Series, years: float = 3.0) -> float:
    """Return mean log growth a year over the last *years* (or what there is), by date."""
    at = np.array([-series.years_between(d, known.index[-1]) for d in known.index])
    logs = np.log(known.to_numpy(float))
    back = max(-years, float(at[0]))
    return (logs[-1] - float(np.interp(back, at, logs))) / -back if back < 0 else 0.0


def past_errors(known: pd.Series, horizon: int) -> list[list[float]]:
    """Return, for each horizon 1.., the log errors of the rule from earlier dates."""
    pasts = [known.iloc[:last] for last in range(2, len(known))]
    rules = [(past.index[-1], past.iloc[-1], recent_growth(past)) for past in pasts]
    return [
        [
            math.log(known[day] / last) - h * growth
            for origin, last, growth in rules
            if (day := origin + pd.DateOffset(years=h)) in known.index
        ]
        for h in range(1, horizon + 1)
    ]


def error_scale(known: pd.Series, horizon: int) -> tuple[np.ndarray, int]:
    """Return the RMS error of the rule at each horizon and the number behind the first.

    Where fewer than three errors are known the scale grows in proportion to the horizon; it never
    shrinks with it.
    """
    errors = past_errors(known, horizon)
    scale: list[float] = []
    for h, seen in enumerate(errors, start=1):
        error = scale[0] * h if scale else FALLBACK_SD
        if len(seen) >= 3:
            error = math.sqrt(float(np.mean(np.square(seen))))
        scale.append(max([error, *scale[-1:]]))
    return np.array(scale), len(errors[0])


def benchmark_path(
    data: Data, origin: pd.Timestamp, horizon: int, draws: int, seed: int
) -> np.ndarray:
    """Return draws of the national count on the next stock dates, shape (draws, horizon).

    Parameters
    ----------
    data: the tables; rows dated after *origin* are not used. origin: date of the last count used.
    horizon: years ahead. draws: number of paths. seed: of the random numbers.
    """
    known = history(data.until(origin))
    scale, number = error_scale(known, horizon)
    rng = np.random.default_rng(seed)
    shock = rng.standard_t(max(number, 3), size=(draws, 1))
    growth = recent_growth(known)
    start = math.log(known.iloc[-1])
    ahead = np.arange(1, horizon + 1) + series.years_between(known.index[-1], origin)
    return np.asarray(np.exp(start + growth * ahead + scale * shock))
