"""Claims recomputed from the figures, the law and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.printed import PER, rounds_to
from mappa.rates import pool
from mappa.rates.story import rules
from mappa.rates.story.claims import (
    CANNOT,
    CHANGE,
    COUNT,
    FAILS,
    ONE_IN,
    PERCENT,
    RATE,
    Claim,
    Finding,
    compared,
    finding,
    meets,
    own,
    people_of,
    row,
)


def story_claims(data: Data, force: str) -> list[Claim]:
    """Return the claims of the story where it is about *force*, or else none."""
    table = [_claim(row) for _, row in data.story_claims.iterrows()]
    about = {c.area for c in table} - {data.nation}
    return [c for c in table if c.area in {force, data.nation}] if force in about else []


@typed
def claims_about(data: Data, force: str, as_of: str | dt.date | None = None) -> list[Claim]:
    """Return what is claimed of *force*: by the story, or by what is printed of it for a date.

    Raises UnknownName for an area that is not known.
    """
    force, day = data.area(force), data.day(as_of)
    return story_claims(data, force) or printed_claims(data, force, day)


def printed_claims(data: Data, force: str, day: pd.Timestamp) -> list[Claim]:
    """Return the figures that are printed of an area for a date, each as its source's claim."""
    rows = data.area_figures
    rows = rows[(rows["area"] == force) & (rows["date"] == day) & rows["preferred"]]
    rows = rows[rows["measure"].isin(NUMBERS) & (rows["quality"] != "derived")]
    return [
        Claim(str(line), "", force, day, row["measure"], f"{row['value']:g}", "", row["sources"])
        for line, row in rows.iterrows()
    ]


def _claim(row: pd.Series) -> Claim:
    return Claim(
        row["claim_id"], row["claim"], row["area"], row["date"], row["measure"],
        row["printed_value"], row["unit"], row["source"],
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
    return finding(claim, CANNOT, "no_figure") if found is None else _printed(claim, found)


def _printed(claim: Claim, found: pd.Series, **facts: Any) -> Finding:
    """Compare a claim with a printed figure; its own document cannot confirm it."""
    value, sources = float(found["value"]), found["sources"]
    if own(found, claim):
        return finding(claim, CANNOT, "same_source", value, sources, **facts)
    return compared(claim, value, "table", sources, **facts)


def change(data: Data, claim: Claim) -> Finding:
    """A change on the year, in people or percent, from two counts."""
    before = dataclasses.replace(claim, date=claim.date - pd.DateOffset(years=1))
    now, then = row(data, claim, COUNT), row(data, before, COUNT)
    printed = row(data, claim, claim.measure)
    if now is None or then is None:
        if printed is None or (own(printed, claim) and claim.value != float(printed["value"])):
            return finding(claim, CANNOT, "no_figure")
        return _printed(claim, printed)
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
    facts = _size(data, claim)
    if own(found, claim) and claim.value != float(found["value"]):
        return compared(claim, float(found["value"]), "table", found["sources"], **facts)
    return _printed(claim, found, **facts)


def _size(data: Data, claim: Claim) -> dict[str, float]:
    """Return the measure over the count, here and nationally: how large the number is."""
    national = dataclasses.replace(claim, area=data.nation)
    pairs = [(row(data, c, claim.measure), row(data, c, COUNT)) for c in (claim, national)]
    shares = [
        float(part["value"]) / float(all_["value"])
        for part, all_ in pairs
        if part is not None and all_ is not None and all_["value"]
    ]
    if len(shares) < 2 or claim.area == data.nation:
        return {}
    return {"share": shares[0], "national_share": shares[1]}


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


#: Measure -> how a claim of it is recomputed; others are compared with the printed figure.
NUMBERS = {
    COUNT: count,
    RATE: rate,
    CHANGE: change,
    PERCENT: change,
    **dict.fromkeys(ONE_IN, people_per),
}


def check(data: Data, claim: Claim, *, explanation: Finding | None = None) -> Finding:
    """Return the finding on one claim.

    Parameters
    ----------
    explanation: the finding on why the stock grows, where the register model has made one
        (see :func:`mappa.rates.story.rules.explained`).
    """
    if claim.measure in rules.WORDS:
        if claim.measure == "explanation" and explanation is not None:
            return dataclasses.replace(
                explanation, claim_id=claim.claim_id, claim=claim.claim, area=claim.area,
                date=f"{claim.date:%Y-%m-%d}", printed_value=claim.printed,
            )  # fmt: skip
        return rules.WORDS[claim.measure](data, claim)
    found = NUMBERS.get(claim.measure, as_printed)(data, claim)
    if found.reason != "table":
        return found
    titles = data.sources.set_index("source")["title"].reindex(found.sources)
    return dataclasses.replace(found, facts={**found.facts, "titles": list(titles)})


def check_all(
    data: Data, claims: Iterable[Claim], *, explanation: Finding | None = None
) -> list[Finding]:
    """Return the finding on every claim, in order."""
    return [check(data, claim, explanation=explanation) for claim in claims]
