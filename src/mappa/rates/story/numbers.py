"""Claims of numbers, recomputed from the figures."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.printed import PER, rounds_to
from mappa.rates import pool
from mappa.rates.story.claims import (
    CANNOT,
    CHANGE,
    COUNT,
    FAILS,
    ONE_IN,
    RATE,
    Claim,
    Finding,
    area_row,
    compared,
    finding,
    meets,
    national_row,
    own,
    people_of,
    row,
)  # fmt: skip


def count(data: Data, claim: Claim) -> Finding:
    """A count, from the table or bounded by a printed rate."""
    found = row(data, claim, COUNT)
    if found is None:
        return _of_other_count(data, claim) or _bounded(data, claim)
    value, sources = float(found["value"]), found["sources"]
    if not own(found, claim):
        return _all_levels(data, compared(claim, value, "table", sources), claim)
    rate, people = row(data, claim, RATE), people_of(data, claim)
    if claim.value == value and rate is not None and people is not None:
        computed = PER * value / people
        if rounds_to(computed, rate["value"]):
            return compared(
                claim, value, "count_meets_rate", sources,
                rate=float(rate["value"]), computed=computed, people=people,
            )  # fmt: skip
    if claim.value == value:
        return finding(claim, CANNOT, "same_source", value, sources)
    return compared(claim, value, "table", sources)


def _bounded(data: Data, claim: Claim) -> Finding:
    """A count that no table has: bounded by a printed rate, or unknown."""
    known = claim.area != data.nation and people_of(data, claim) is not None
    bounds = pool.printed_bounds(data, claim.area, claim.date) if known else []
    if not bounds or claim.value is None:
        return finding(claim, CANNOT, "no_figure")
    low, high = max(b.low for b in bounds), min(b.high for b in bounds)
    facts = {"low": low, "high": high, "printed_rate": bounds[0].printed}
    inside = low <= claim.value <= high
    verdict, reason = (CANNOT, "within_bounds") if inside else (FAILS, "outside_bounds")
    return finding(claim, verdict, reason, None, bounds[0].sources, **facts)


def rate(data: Data, claim: Claim) -> Finding:
    """A rate, from count and population; printed alone it cannot be checked."""
    count, people = row(data, claim, COUNT), people_of(data, claim)
    if count is not None and people is not None:
        value = PER * float(count["value"]) / people
        facts = {"count": float(count["value"]), "people": people}
        return compared(claim, value, "count_over_people", count["sources"], **facts)
    found = row(data, claim, RATE)
    if found is None:
        return finding(claim, CANNOT, "no_figure")
    if own(found, claim):
        return finding(claim, CANNOT, "same_source", float(found["value"]), found["sources"])
    return compared(claim, float(found["value"]), "table", found["sources"])


def change(data: Data, claim: Claim) -> Finding:
    """A change on the year, in people or percent, from two counts."""
    before = dataclasses.replace(claim, date=claim.date - pd.DateOffset(years=1))
    now, then = row(data, claim, COUNT), row(data, before, COUNT)
    printed = row(data, claim, claim.measure)
    if now is None or then is None:
        if printed is not None and not own(printed, claim):
            return compared(claim, float(printed["value"]), "table", printed["sources"])
        if printed is not None and claim.value == float(printed["value"]):
            return finding(claim, CANNOT, "same_source", claim.value, printed["sources"])
        return finding(claim, CANNOT, "no_figure")
    x, y = float(then["value"]), float(now["value"])
    value = y - x if claim.measure == CHANGE else 100 * (y / x - 1)
    facts = {"before": x, "now": y, "before_date": f"{before.date:%Y-%m-%d}"}
    sources = f"{now['sources']} {then['sources']}"
    implied = then["quality"] == "derived" and bool(
        set(then["sources"].split()) & set((claim.source or then["sources"]).split())
    )
    # A circle confirms nothing, whether it is put as a number or as a percentage.
    if implied and meets(claim, value):
        return finding(claim, CANNOT, "implied", value, then["sources"], **facts)
    return compared(claim, value, "two_counts", sources, **facts)


def as_printed(data: Data, claim: Claim) -> Finding:
    """A measure that is compared with the figure printed elsewhere."""
    found = row(data, claim, claim.measure)
    if found is None:
        return finding(claim, CANNOT, "no_figure")
    value = float(found["value"])
    facts = _beside(data, claim)
    if own(found, claim) and claim.value == value:
        return finding(claim, CANNOT, "same_source", value, found["sources"], **facts)
    return compared(claim, value, "table", found["sources"], **facts)


def _beside(data: Data, claim: Claim) -> dict[str, Any]:
    """The measure over the count, here and in the nation: how large the number is."""
    here = area_row(data, claim.area, claim.date, COUNT)
    nation = national_row(data, claim.date, claim.measure)
    mine = area_row(data, claim.area, claim.date, claim.measure)
    whole = national_row(data, claim.date, COUNT)
    if here is None or nation is None or mine is None or whole is None or not here["value"]:
        return {}
    return {
        "share": float(mine["value"]) / float(here["value"]),
        "national_share": float(nation["value"]) / float(whole["value"]),
        "national_value": float(nation["value"]),
    }


def people_per(data: Data, claim: Claim) -> Finding:
    """One person on the register for how many people aged 10 and over, from count and people."""
    found, people = row(data, claim, COUNT), people_of(data, claim)
    if found is None or people is None or not found["value"]:
        return _of_other_count(data, claim) or as_printed(data, claim)
    count = float(found["value"])
    told = compared(
        claim, people / count, "people_over_count", found["sources"], count=count, people=people
    )
    return _all_levels(data, told, claim)


def _all_levels(data: Data, told: Finding, claim: Claim) -> Finding:
    """Return a finding that fails of the whole count as one of a narrower count that it meets."""
    if told.verdict != FAILS:
        return told
    return _of_other_count(data, claim, told.recomputed_value) or told


def _of_other_count(data: Data, claim: Claim, whole: float | None = None) -> Finding | None:
    """Hold a claim against counts of the day that are not the whole count: of level 1, narrower."""
    nation, people = claim.area == data.nation, people_of(data, claim)
    table = data.national_figures if nation else data.area_figures
    others = table[(table["date"] == claim.date) & (table["measure"] == COUNT)]
    if not nation:
        others = others[others["area"] == claim.area]
        others = others[~((others["basis"] == "all_levels") & others["preferred"])]
    else:
        others = others[~others["preferred"]]
    for _, other in others.iterrows():
        count = float(other["value"])
        value = people / count if people and claim.measure in ONE_IN else count
        if meets(claim, value):
            told = compared(claim, value, "other_count", other["sources"])
            facts = {"count": count, "level_1": other["basis"] == "level_1", "whole": whole}
            return dataclasses.replace(told, facts={**told.facts, **facts})
    return None
