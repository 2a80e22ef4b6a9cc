"""The change on the year beside the nation's: chance, the spread of areas, and outliers.

The same people are counted twice, so two counts of a stock are not independent. With Poisson
arrivals and a yearly turnover x (share of people who leave), growth g gives

    Var(N1 - N0) = (2 x + g) N0.

Areas' growth spreads more than that, whatever their size: tau_g is the SD of their true log growth.

The outlier rule, stated beforehand: an area whose log growth is more than 5 robust SDs (1.4826 x
median absolute deviation) from the areas' median is shown, named and left out of the spread and of
the nation's growth; the answer with and without it stands side by side.
"""

import dataclasses
import functools
import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, stats

from mappa.data import Data
from mappa.records import Record, key

#: Yearly turnover, share of the stock that leaves it: at least the nation's outflow in the
#: register model (row ``turnover`` of data/assumptions.csv, held to the model by a test). Moves
#: between areas and recalls come on top and are not published: the upper end is assumed.
TURNOVER = 0.089
TURNOVERS = (TURNOVER, 0.20)
OUTLIER_SDS = 5.0
MAD_TO_SD = 1.4826
FEWEST = 5
#: A count whose date or basis the source does not state is no end of a span.
UNSURE = ("date_inferred",)


@dataclasses.dataclass(frozen=True)
class Doubt(Record):
    """Why a figure may be wrong: it is known through a printed percentage that stands alone."""

    area: str = key("Area whose figure is doubted")
    date: pd.Timestamp = key("Date of the doubted figure", "date")
    value: float = key("The figure as the printed percentage implies it", "people")
    growth: float = key("The printed change over it", "share")
    robust_sds: float = key("Distance from the areas' median growth", "robust SDs")


@dataclasses.dataclass(frozen=True)
class YearChange(Record):
    """A force's change on the year before, with the national change."""

    status: str = key("Empty, or why there is no change")
    before: str | None = key("Date of the earlier count", "date", default=None)
    count_before: int | None = key("Earlier count on the same basis", "people", default=None)
    quality_before: str | None = key("How the earlier count is known", default=None)
    change: int | None = key(
        "Change in the count", "people", formula="count - count_before", default=None
    )
    growth: float | None = key(
        "Change over the earlier count", "share", formula="count / count_before - 1", default=None
    )
    national_growth: float | None = key(
        "National growth", "share", formula="national count / that a year before - 1", default=None
    )
    national_growth_without: float | None = key(
        "National growth without the outliers",
        "share",
        formula="the same less the outliers' counts on both dates",
        default=None,
    )
    z_chance: dict[str, float] | None = key(
        "z of the change against national growth by chance alone, by yearly turnover",
        formula="(count - count_before (1 + g)) / sqrt((2 x + g) count_before), g national_growth",
        default=None,
    )
    spread_with: float | None = key(
        "SD of areas' true log growth, with outliers",
        formula="tau at which sum d^2 / (2 x / count_before + tau^2) is the number of areas, d the "
        "log growth less the national one",
        default=None,
    )
    spread_without: float | None = key(
        "SD of areas' true log growth, without", formula="the same without outliers", default=None
    )
    z_with: float | None = key(
        "z with chance and spread, with outliers",
        formula="d / sqrt(2 x / count_before + spread_with^2)",
        default=None,
    )
    z_without: float | None = key(
        "z with chance and spread, without outliers",
        formula="d / sqrt(2 x / count_before + spread_without^2), all without the outliers",
        default=None,
    )
    turnover: float = key("Yearly turnover assumed in the two", "share a year", default=TURNOVER)
    verdict: str | None = key("not unusual, outside 95%, outside 99.8%", default=None)
    verdict_with: str | None = key("The same with the outliers", default=None)
    areas: int | None = key("Areas with both counts", "areas", default=None)
    outliers: list[str] = key(
        "Areas named by the outlier rule",
        formula="areas whose log growth is more than 5 x 1.4826 x MAD from the median",
        default_factory=list,
    )
    first: str | None = key("Date of the first known count on the basis", "date", default=None)
    first_count: int | None = key("That count", "people", default=None)
    compound: float | None = key(
        "Compound growth since then",
        "share a year",
        formula="(count / first_count)^(1 / years) - 1",
        default=None,
    )
    national_compound: float | None = key(
        "National growth over the same time", formula="the same nationally", default=None
    )
    doubt: Doubt | None = key("Why the area's earlier figure is doubted", default=None)


def year_before(day: pd.Timestamp) -> pd.Timestamp:
    """Return the same day of the year before."""
    return day - pd.DateOffset(years=1)


def sure_counts(data: Data, as_of: Any) -> pd.Series:
    """Return the counts of a date whose date and basis the source states, by area."""
    rows = data.rows("rso_count", date=as_of)
    return rows[~rows["quality"].isin(UNSURE)].set_index("area")["value"]


@functools.lru_cache(maxsize=32)
def _growth_table(data: Data, day: pd.Timestamp) -> pd.DataFrame:
    before = year_before(day)
    frame = pd.DataFrame({"before": sure_counts(data, before), "now": sure_counts(data, day)})
    frame["known"] = np.where(frame["before"].notna(), "both counts", "printed percentage")
    # A percentage printed where a count on another basis stands may have crossed the basis.
    other = data.rows("rso_count", date=before, basis=None, preferred=False)["area"]
    percent = data.counts(day, "rso_change_pct").drop(other, errors="ignore")
    frame["before"] = frame["before"].fillna(frame["now"] / (1 + percent / 100))
    frame = frame.reindex(data.names).dropna().sort_values("known", kind="stable")
    frame["growth"] = np.log(frame["now"] / frame["before"])
    far = frame["growth"] - frame["growth"].median()
    robust = MAD_TO_SD * far.abs().median()
    frame["robust_sds"] = far / robust if robust > 0 else 0.0
    frame["outlier"] = (frame["robust_sds"].abs() > OUTLIER_SDS) & (len(frame) >= FEWEST)
    return frame.rename_axis("area")


def growth_table(data: Data, as_of: Any) -> pd.DataFrame:
    """Return the areas' growth on the year, on one basis, outliers marked.

    Parameters
    ----------
    data: the tables. as_of: date of the later counts.

    Returns
    -------
    A frame by area: ``before``, ``now`` (people), ``known`` (both counts, or a printed percentage
    where no earlier count on any basis is known), ``growth`` (log), ``robust_sds`` (distance from
    the median in robust SDs) and ``outlier``.

    Raises
    ------
    ValueError: a text that is no date.

    >>> from mappa.data import load
    >>> table = growth_table(load(), "2020-03-31")
    >>> table.loc[table["outlier"], "known"].to_dict()
    {'Thames Valley': 'printed percentage'}
    """
    return _growth_table(data, pd.Timestamp(as_of)).copy()


def doubt(data: Data, area: str, as_of: Any) -> Doubt | None:
    """Return the doubt about an area's figure of the year before, or ``None``.

    A figure is doubted where it is known only through a printed percentage and the outlier rule
    names the change: Thames Valley's of March 2019 is the case.
    """
    day = pd.Timestamp(as_of)
    table = _growth_table(data, day)
    doubted = table[table["outlier"] & (table["known"] != "both counts")]
    if area not in doubted.index:
        return None
    row = doubted.loc[area]
    return Doubt(
        area=area,
        date=year_before(day),
        value=float(row["before"]),
        growth=math.expm1(row["growth"]),
        robust_sds=float(row["robust_sds"]),
    )


def growth_spread(table: pd.DataFrame, national: float, turnover: float = TURNOVER) -> float:
    """Return tau_g: the SD of areas' true log growth about the nation's (Paule-Mandel).

    The variance by chance of an area's log growth is 2 x / N0.
    """
    gap2 = (table["growth"] - national) ** 2
    chance = 2 * turnover / table["before"]

    def excess(tau2: float) -> float:
        return float((gap2 / (chance + tau2)).sum()) - len(table)

    return float(optimize.brentq(excess, 0, 10)) ** 0.5 if excess(0) > 0 else 0.0


def change_z(before: float, now: float, national: float, turnover: float) -> float:
    """Return z of the change against the nation's growth (share), by chance alone."""
    return (now - before * (1 + national)) / math.sqrt((2 * turnover + national) * before)


def words_of_z(z: float) -> str:
    """Return the fixed words of a z: outside 99.8%, outside 95%, not unusual (two-sided)."""
    if abs(z) > stats.norm.ppf(0.999):
        return "outside 99.8%"
    return "outside 95%" if abs(z) > stats.norm.ppf(0.975) else "not unusual"


@dataclasses.dataclass(frozen=True)
class NationYear:
    """The nation's growth on the year and the areas' spread, with and without outliers (log)."""

    growth: float
    growth_without: float
    spread: float
    spread_without: float
    areas: int
    outliers: tuple[str, ...]


@functools.lru_cache(maxsize=32)
def nation_year(data: Data, day: pd.Timestamp) -> NationYear | None:
    """Return what is equal for every force in a year, or ``None`` where it is not known."""
    nation, before = data.national("rso_count"), year_before(day)
    if day not in nation.index or before not in nation.index:
        return None
    table = growth_table(data, day)
    if len(table) < FEWEST:
        return None
    out, usual = table[table["outlier"]], table[~table["outlier"]]
    growth = float(np.log(nation[day] / nation[before]))
    less = float(np.log((nation[day] - out["now"].sum()) / (nation[before] - out["before"].sum())))
    spreads = growth_spread(table, growth), growth_spread(usual, less)
    return NationYear(growth, less, *spreads, len(table), tuple(out.index))


def _z_spread(before: float, now: float, national: float, spread: float) -> float:
    return (math.log(now / before) - national) / math.sqrt(2 * TURNOVER / before + spread**2)


def year_change(data: Data, force: str, as_of: Any) -> YearChange:
    """Return the change of *force* on the year, tested against the nation's growth.

    Parameters
    ----------
    data: the tables. force: name of the area as the tables write it. as_of: date of the later
        count.

    Returns
    -------
    The change with z by chance alone and by chance with the spread of areas, with and without
    outliers; where there is none, ``status`` says why.

    Raises
    ------
    ValueError: a text that is no date.

    >>> from mappa.data import load
    >>> found = year_change(load(), "Cumbria", "2020-03-31")
    >>> found.change, found.verdict
    (-4, 'not unusual')

    Source: variance of a stock with Poisson arrivals, Parzen (1962); spread by Paule-Mandel.
    """
    day = pd.Timestamp(as_of)
    before = year_before(day)
    now, then = sure_counts(data, day), sure_counts(data, before)
    far = _since_first(data, force, day) | {"doubt": doubt(data, force, day)}
    if force not in now:
        return YearChange("there is no reliable count for the date", **far)
    if force not in then:
        return YearChange("no count a year earlier was made in the same way", **far)
    nation = data.national("rso_count")
    if before not in nation.index:
        return YearChange("no national count a year before", **far)
    x, y = float(then[force]), float(now[force])
    growth = float(nation[day] / nation[before] - 1)
    found = YearChange(
        status="",
        before=f"{before:%Y-%m-%d}",
        count_before=int(x),
        quality_before=str(data.rows("rso_count", force, before)["quality"].iloc[0]),
        change=int(y - x),
        growth=y / x - 1,
        national_growth=growth,
        z_chance={f"{t:g}": change_z(x, y, growth, t) for t in TURNOVERS},
        **far,
    )
    known = nation_year(data, day)
    if known is None:
        return found
    z_with = _z_spread(x, y, known.growth, known.spread)
    z_without = _z_spread(x, y, known.growth_without, known.spread_without)
    return dataclasses.replace(
        found,
        national_growth_without=math.expm1(known.growth_without),
        spread_with=known.spread,
        spread_without=known.spread_without,
        z_with=z_with,
        z_without=z_without,
        verdict=words_of_z(z_without),
        verdict_with=words_of_z(z_with),
        areas=known.areas,
        outliers=list(known.outliers),
    )


def _since_first(data: Data, force: str, day: pd.Timestamp) -> dict[str, Any]:
    """Compound growth since the first known count for a day with a national count."""
    nation, rows = data.national("rso_count"), data.rows("rso_count", force).set_index("date")
    rows = rows[~rows["quality"].isin(UNSURE) & rows.index.isin(data.dates)]
    counts = rows["value"].sort_index()[:day]
    if day not in counts.index:
        return {}
    first = counts.index[0]
    years = round((day - first).days / 365.25)
    if years < 2:
        return {}
    own, national = (float((of[day] / of[first]) ** (1 / years) - 1) for of in (counts, nation))
    return {
        "first": f"{first:%Y-%m-%d}",
        "first_count": int(counts.iloc[0]),
        "compound": own,
        "national_compound": national,
    }
