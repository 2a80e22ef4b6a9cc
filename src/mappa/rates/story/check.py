"""Story check: every claim recomputed from the figures, the law and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pandas as pd

from mappa.data import Data
from mappa.rates.story import numbers
from mappa.rates.story.claims import CHANGE, COUNT, ONE_IN, PERCENT, RATE, Claim, Finding, area_row
from mappa.rates.story.rules import WORDS, explained

__all__ = ["WORDS", "Claim", "Finding", "check", "check_all", "explained", "story_claims"]

#: Measure -> how a claim of it is recomputed; others are compared with the printed figure.
NUMBERS = {
    COUNT: numbers.count,
    RATE: numbers.rate,
    CHANGE: numbers.change,
    PERCENT: numbers.change,
    **dict.fromkeys(ONE_IN, numbers.people_per),
}


def story_claims(data: Data, force: str) -> list[Claim]:
    """Return the claims of the story, or for another force those that the figures carry.

    For another force a claim about the story's area is put about *force* where the figures have
    the measure for it on the date, with the value printed there; claims in words are kept.
    """
    force = data.area(force)
    table = [_claim(row) for _, row in data.story_claims.iterrows()]
    local = {c.area for c in table} - {data.nation}
    if force in local:
        return [c for c in table if c.area in {force, data.nation}]
    found = []
    for claim in table:
        if claim.area == data.nation:
            found.append(claim)
            continue
        moved = dataclasses.replace(claim, area=force, claim=claim.claim.replace(claim.area, force))
        row = area_row(data, force, claim.date, claim.measure)
        if not claim.printed and claim.measure in WORDS:
            found.append(dataclasses.replace(moved, source=""))
        elif row is not None:
            printed = f"{row['value']:g}" if row["value"] % 1 else f"{row['value']:.0f}"
            found.append(dataclasses.replace(moved, printed=printed, source=str(row["sources"])))
    return found


def _claim(row: pd.Series) -> Claim:
    return Claim(
        row["claim_id"], row["claim"], row["area"], row["date"], row["measure"],
        row["printed_value"], row["unit"], row["source"],
    )  # fmt: skip


def check(data: Data, claim: Claim, *, explanation: Finding | None = None) -> Finding:
    """Return the finding on one claim.

    Parameters
    ----------
    explanation: the finding on why the stock grows, where the register model has made one
        (see :func:`explained`).
    """
    if claim.measure in WORDS:
        if claim.measure == "explanation" and explanation is not None:
            return dataclasses.replace(
                explanation, claim_id=claim.claim_id, claim=claim.claim, area=claim.area,
                date=f"{claim.date:%Y-%m-%d}", printed_value=claim.printed,
            )  # fmt: skip
        return WORDS[claim.measure](data, claim)
    found = NUMBERS.get(claim.measure, numbers.as_printed)(data, claim)
    if found.reason != "table":
        return found
    titles = data.sources.set_index("source")["title"].reindex(found.sources)
    return dataclasses.replace(found, facts={**found.facts, "titles": list(titles)})


def check_all(
    data: Data, claims: Iterable[Claim], *, explanation: Finding | None = None
) -> list[Finding]:
    """Return the finding on every claim, in order."""
    return [check(data, claim, explanation=explanation) for claim in claims]
