"""Who makes the nation's growth: each area's change, and what is left for the pool of the others.

The parts sum to the national change exactly: the pool is the difference. Areas come from
:func:`mappa.rates.change.growth_table`, which also applies the outlier rule stated there.
"""

import dataclasses
import functools
import math

import pandas as pd

from mappa.data import Data
from mappa.data.load import parse_day
from mappa.errors import UsageError
from mappa.growth.change import day_text, year_before
from mappa.growth.evidence import half_width
from mappa.rates.change import OUTLIER_SDS, Doubt, doubt, growth_table
from mappa.records import Record, key

POOL = "all other areas"


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
    """Return each area's part of the nation's change on the year; the parts sum to it exactly.

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
            f"No national count is known for both {day_text(start)} and {day_text(end)}."
        )
    before, now = float(nation[start]), float(nation[end])
    table = growth_table(data, end).drop(columns="growth")
    if table.empty:
        raise UsageError(f"No area's change in the year to {day_text(end)} is known or printed.")
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
    kept = table[~table["outlier"]][["before", "now"]].sum()
    return Contribution(
        status="known",
        start=start,
        end=end,
        change=float(nation[end] - nation[start]),
        growth=float(nation[end] / nation[start] - 1),
        parts=Part.from_frame(table.reset_index()),
        outliers=tuple(map(str, table.index[table["outlier"]])),
        rule_sds=OUTLIER_SDS,
        growth_without=float(kept["now"] / kept["before"] - 1),
        change_without=float(kept["now"] - kept["before"]),
    )
