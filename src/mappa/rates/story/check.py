"""Story check: every claim recomputed from the figures, the law and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.rates.story import numbers
from mappa.rates.story.claims import CHANGE, COUNT, ONE_IN, PERCENT, RATE, Claim, Finding
from mappa.rates.story.rules import WORDS, explained

__all__ = [
    "WORDS",
    "Claim",
    "Finding",
    "check",
    "check_all",
    "claims_about",
    "explained",
    "story_claims",
]

#: Measure -> how a claim of it is recomputed; others are compared with the printed figure.
NUMBERS = {
    COUNT: numbers.count,
    RATE: numbers.rate,
    CHANGE: numbers.change,
    PERCENT: numbers.change,
    **dict.fromkeys(ONE_IN, numbers.people_per),
}


def story_claims(data: Data, force: str) -> list[Claim]:
    """Return the claims of the story where it is about *force*, or else none."""
    table = [_claim(row) for _, row in data.story_claims.iterrows()]
    about = {c.area for c in table} - {data.nation}
    return [c for c in table if c.area in {force, data.nation}] if force in about else []


def claims_about(data: Data, force: str, as_of: Any = None) -> list[Claim]:
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
