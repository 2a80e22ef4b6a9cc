"""Every area: what is known of it, its place by rate, and two compared; estimates are marked.

The rank of an area is uncertain because its rate is. Each area's rate is drawn from its own
distribution, the areas are ranked in every draw, and the quantiles of the ranks are the range:
a count x gives the gamma distribution with shape x + 1/2 (Jeffreys), an area without a count the
quantiles of its estimate by the growth model. Areas are drawn independently of one another.

Source: Goldstein and Spiegelhalter (1996), league tables and their limitations.
"""

import dataclasses
import functools
import itertools
import math

import numpy as np
import pandas as pd
from scipy import stats

from mappa.data import Data
from mappa.errors import UsageError
from mappa.growth import estimates
from mappa.printed import PER
from mappa.rates import doors
from mappa.rates.change import year_change
from mappa.rates.pool import printed_bounds
from mappa.records import Record, key

DRAWS, SEED = 8000, 20200331
LIMITS = (0.025, 0.975)
COUNT, ESTIMATE, NONE = "count", "estimate", "not known"
#: Columns of the table of all areas and dates.
COLUMNS = ["area", "date", "kind", "value", "low", "high", "sources"]


@dataclasses.dataclass(frozen=True)
class Pair(Record):
    """The rates of two areas compared, and how unusual such a difference is among pairs."""

    area: str = key("First area")
    other: str = key("Second area")
    known: str = key("count: both have one; estimate: at least one has an estimate only")
    rate: float = key("Rate of the first", "per 100,000 people")
    other_rate: float = key("Rate of the second", "per 100,000 people")
    ratio: float = key("Rate of the first over that of the second")
    ratio_low: float = key("Lower limit of the ratio's 95% interval")
    ratio_high: float = key("Upper limit of the ratio's 95% interval")
    pairs: int = key("Pairs of areas with a count", "pairs")
    pairs_further: int = key("Those whose rates differ by a larger factor", "pairs")
    growth: float | None = key("Change of the first on the year", "share")
    other_growth: float | None = key("Change of the second on the year", "share")
    compound: float | None = key("Growth of the first since its first count", "share a year")
    other_compound: float | None = key("Growth of the second since then", "share a year")
    first: str | None = key("Date of the first area's first count", "date")
    other_first: str | None = key("Date of the second area's first count", "date")


@functools.lru_cache(maxsize=4)
def _drawn(data: Data, day: pd.Timestamp) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the areas' rates with limits, and draws of the rates, shape (areas, DRAWS)."""
    table = doors.areas(data.on(day))
    table["known"] = np.where(table["count"].notna(), COUNT, NONE)
    rng = np.random.default_rng(SEED)
    draws = np.full((len(table), DRAWS), np.nan)
    guessed = estimates.stored_estimates(data, day) if table["count"].isna().any() else None
    for i, (area, count, people) in enumerate(table[["count", "people"]].itertuples()):
        if count == count:
            draws[i] = PER * rng.gamma(count + 0.5, size=DRAWS) / people
        elif guessed is not None:
            per = PER * guessed.loc[area, list(estimates.QUANTILES)].to_numpy(float) / people
            scores = rng.standard_normal(DRAWS)
            draws[i] = np.exp(estimates.quantile_function(np.log(per), scores))
            middle = dict(zip(estimates.QUANTILES, per, strict=True))
            table.loc[area, ["rate", "low", "high"]] = [middle[q] for q in ("q500", "q025", "q975")]
            table.loc[area, "known"] = ESTIMATE
    return table, draws


#: An area's change on the year, stored: every pair with the area asks for it.
_year = functools.lru_cache(maxsize=128)(year_change)


def area_values(data: Data, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return what is known, estimated and forecast of every area from the figures of a date.

    Columns: area, date, kind, value, low, high (people) and sources. A ``count`` is printed; a
    ``bound`` has the least and greatest count that printed figures allow; an ``estimate`` and a
    ``forecast`` are medians with 90% intervals, of dates with neither count nor bound.

    Raises UsageError where the date has no population.
    """
    known = data.until(as_of)
    counts = known.rows("rso_count").assign(kind="count")
    counts = counts[counts["date"].isin(known.denominators["stock_date"])]
    figures = known.rows(("rso_rate_per_100k", "people_per_rso"))
    dated = figures.loc[figures["date"].isin(known.dates), ["area", "date"]].drop_duplicates()
    bounds = []
    for area, day in dated.itertuples(index=False):
        if found := printed_bounds(known, area, day):
            low, high = max(b.low for b in found), min(b.high for b in found)
            sources = " ".join(dict.fromkeys(" ".join(b.sources for b in found).split()))
            bounds.append((area, day, "bound", low, high, sources))
    columns = [name for name in COLUMNS if name != "value"]
    printed = pd.concat([counts, pd.DataFrame(bounds, columns=columns)])
    made = pd.concat(
        [
            estimates.area_estimates(data, as_of).assign(kind="estimate"),
            estimates.area_forecasts(data, as_of, estimates.LONGEST).assign(kind="forecast"),
        ]
    ).rename(columns={"median": "value", "low90": "low", "high90": "high"})
    every = pd.concat([printed, made.assign(sources="")], ignore_index=True)
    first = every.drop_duplicates(["area", "date"]).sort_values(["area", "date"])
    people = first[["value", "low", "high"]].astype(float).round().astype("Int64")
    return first.assign(**people)[COLUMNS].reset_index(drop=True)


def ranking(data: Data, day: str | pd.Timestamp) -> pd.DataFrame:
    """Return the areas in order of their rate, the highest first.

    Parameters
    ----------
    data: the tables. day: date of the counts, YYYY-MM-DD.

    Returns
    -------
    A frame indexed by area: ``known`` (count, estimate or not known), ``count`` and ``people``
    (people aged 10 and over), ``rate``, ``low`` and ``high`` (per 100,000 people, 95%), ``rank``
    (1 the highest), ``rank_low`` and ``rank_high`` (its 95% range). Areas of which nothing is
    known come last and have no rank.
    """
    table, draws = _drawn(data, data.date(day))
    table = table.copy()
    ranked = table["rate"].notna().to_numpy()
    places = stats.rankdata(-draws[ranked], axis=0)
    low, high = np.quantile(places, LIMITS, axis=1, method="closest_observation")
    names = ["rank", "rank_low", "rank_high"]
    table.loc[ranked, names] = np.column_stack([stats.rankdata(-table["rate"][ranked]), low, high])
    table[["count", *names]] = table[["count", *names]].round().astype("Int64")
    order = ["known", "count", "people", "rate", "low", "high", *names]
    return table[order].sort_values("rate", ascending=False, kind="stable")


def pairs(data: Data, day: str | pd.Timestamp, areas: list[str]) -> list[Pair]:
    """Return every pair of *areas* compared on a day.

    Two counts are compared by the score interval of a ratio; where one is an estimate, the limits
    are quantiles of draws.

    Raises
    ------
    UnknownName: an area that is not known. UsageError: fewer than two areas, one named twice, or
    one of which nothing is known.
    """
    names = [data.area(area) for area in areas]
    if len(set(names)) < max(len(names), 2):
        raise UsageError("Name two or more different areas to compare.")
    table, draws = _drawn(data, data.date(day))
    for name in names:
        if table.loc[name, "known"] == NONE:
            raise UsageError(f"{name} has neither a count nor a stored estimate for this date.")
    known = np.log(table.loc[table["known"] == COUNT, "rate"].to_numpy(float))
    gaps = np.array([abs(a - b) for a, b in itertools.combinations(known, 2)])
    on = data.date(day)
    return [_pair(data, on, table, draws, gaps, *two) for two in itertools.combinations(names, 2)]


def _pair(
    data: Data, day: pd.Timestamp, table: pd.DataFrame, draws: np.ndarray, gaps: np.ndarray,
    area: str, other: str,
) -> Pair:  # fmt: skip
    a, b = table.loc[area], table.loc[other]
    counted = a["known"] == b["known"] == COUNT
    if counted:
        row = doors.ratio(a["count"], a["people"], b["count"], b["people"])
        ratio, low, high = (v for v in (row.value, row.lower, row.upper) if v is not None)
    else:
        ratio = a["rate"] / b["rate"]
        i, j = table.index.get_indexer([area, other])
        low, high = np.quantile(draws[i] / draws[j], LIMITS)
    mine, theirs = _year(data, area, day), _year(data, other, day)
    further = gaps > abs(math.log(a["rate"] / b["rate"])) + 1e-12
    return Pair(
        area, other, COUNT if counted else ESTIMATE, float(a["rate"]), float(b["rate"]),
        float(ratio), float(low), float(high), len(gaps), int(further.sum()),
        mine.growth, theirs.growth, mine.compound, theirs.compound, mine.first, theirs.first,
    )  # fmt: skip
