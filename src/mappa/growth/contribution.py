"""Who makes the nation's growth: each area's change, and what is left for the pool of the others.

The parts sum to the national change exactly: the pool is the difference. Areas come from
:func:`mappa.rates.change.growth_table`, which also applies the outlier rule stated there.
"""

from __future__ import annotations

import dataclasses
import functools

import pandas as pd

from mappa.data import Data
from mappa.growth.change import day_text
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


@functools.lru_cache(maxsize=8)
def contributions(data: Data, end: pd.Timestamp) -> Contribution:
    """Return the parts of the national change over the year to *end*."""
    start = end - pd.DateOffset(years=1)
    nation = data.national("rso_count")
    if start not in nation.index or end not in nation.index:
        text = f"No national count is known for both {day_text(start)} and {day_text(end)}."
        return Contribution(text, None, None, None, None, (), (), OUTLIER_SDS, None, None)
    before, now = float(nation[start]), float(nation[end])
    table = growth_table(data, end)
    parts = [_part(data, end, area, row, now - before) for area, row in table.iterrows()]
    parts.sort(key=lambda p: (-p.change, p.area))
    rest_before = before - sum(p.before for p in parts)
    rest_now = now - sum(p.now for p in parts)
    # The difference from the parts, in their order: so they sum to the last digit.
    rest = (now - before) - sum(p.change for p in parts)
    slack_low = sum(p.change - p.change_low for p in parts)
    slack_high = sum(p.change_high - p.change for p in parts)
    parts.append(
        Part(
            POOL,
            rest_before,
            rest_now,
            rest,
            rest - slack_high,
            rest + slack_low,
            rest / (now - before) if now != before else 0.0,
            rest / rest_before if rest_before else 0.0,
            None,
            False,
            "remainder",
        )
    )
    out = [p for p in parts if p.outlier]
    less_before = before - sum(p.before for p in out)
    less_now = now - sum(p.now for p in out)
    return Contribution(
        status="known",
        start=start,
        end=end,
        change=now - before,
        growth=now / before - 1,
        parts=tuple(parts),
        outliers=tuple(p.area for p in out),
        rule_sds=OUTLIER_SDS,
        growth_without=less_now / less_before - 1,
        change_without=less_now - less_before,
    )


def _part(data: Data, end: pd.Timestamp, area: object, row: pd.Series, national: float) -> Part:
    before, now = float(row["before"]), float(row["now"])
    low = high = now - before
    if row["known"] != "both counts":
        printed = float(data.counts(end, "rso_change_pct")[area])
        half = half_width(printed)
        low = now - now / (1 + (printed - half) / 100)
        high = now - now / (1 + (printed + half) / 100)
    return Part(
        area=str(area),
        before=before,
        now=now,
        change=now - before,
        change_low=low,
        change_high=high,
        share=(now - before) / national if national else 0.0,
        growth=now / before - 1,
        robust_sds=float(row["robust_sds"]),
        outlier=bool(row["outlier"]),
        known=str(row["known"]),
        doubt=doubt(data, str(area), end),
    )
