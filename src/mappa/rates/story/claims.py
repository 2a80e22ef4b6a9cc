"""Claims of a story and what is found of them.

A number that only the story itself gives cannot be confirmed by it: that is said, not hidden. A
check returns numbers and the reason; the sentences are made in ``mappa.words.rate.story``.
"""

import dataclasses
import re
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.printed import half_up
from mappa.records import Record, key

HOLDS, ROUNDED = "holds", "holds after rounding"
FAILS, CANNOT, MISLEADING = "does not hold", "cannot be checked", "misleading"
HALF = "half supported"
VERDICTS = (HOLDS, ROUNDED, HALF, FAILS, CANNOT, MISLEADING)
COUNT, RATE = "rso_count", "rso_rate_per_100k"
CHANGE, PERCENT = "rso_change_count", "rso_change_pct"
#: One person on the register for how many people: of an area, and nationally.
ONE_IN = ("people_per_rso", "rso_one_per_n_aged10")


@dataclasses.dataclass(frozen=True)
class Claim:
    """What is claimed: of which area or nationally, for a date, of a measure, and the value.

    ``source`` is the document that makes the claim, empty where it is not in our sources.
    """

    claim_id: str
    claim: str
    area: str
    date: pd.Timestamp
    measure: str
    printed: str = ""
    unit: str = ""
    source: str = ""

    @property
    def value(self) -> float | None:
        """The printed value as a number, ``None`` where it is in words."""
        text = self.printed.replace(",", "").replace("\N{MINUS SIGN}", "-").strip().rstrip("%")
        return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None

    @property
    def decimals(self) -> int:
        """How many decimals are printed; below zero where zeros end a whole number (64,300: -2)."""
        whole, _, tail = self.printed.replace(",", "").strip().rstrip("%").partition(".")
        bare = whole.rstrip("0")
        return len(tail) or (len(bare) - len(whole) if bare.strip("+-") else 0)


@dataclasses.dataclass(frozen=True)
class Finding(Record):
    """A claim with what the figures say of it."""

    claim_id: str = key("Identifier of the claim")
    claim: str = key("What is claimed")
    area: str = key("Area or nation")
    date: str = key("Date the claim is about", "date")
    measure: str = key("What is measured")
    printed_value: str = key("Value as printed, empty where the claim is in words")
    recomputed_value: float | None = key("Value by the figures, unrounded", "as printed")
    verdict: str = key("holds, holds after rounding, does not hold, cannot be checked, misleading")
    reason: str = key("Why, as a fixed word that the sentence is made from")
    facts: dict[str, Any] = key("Numbers and words that the sentence uses", default_factory=dict)
    sources: list[str] = key("Sources of what it is checked against", default_factory=list)
    printed_by: list[str] = key("Documents that make the claim", default_factory=list)


def finding(
    claim: Claim,
    verdict: str,
    reason: str,
    value: float | None = None,
    sources: str = "",
    **facts: Any,
) -> Finding:
    """Return a finding on *claim*; *sources* are identifiers separated by spaces."""
    return Finding(
        claim.claim_id, claim.claim, claim.area, f"{claim.date:%Y-%m-%d}", claim.measure,
        claim.printed, value, verdict, reason, {"unit": claim.unit, **facts}, sources.split(),
        claim.source.split(),
    )  # fmt: skip


def compared(claim: Claim, value: float, reason: str, sources: str = "", **facts: Any) -> Finding:
    """Compare the printed value with the recomputed one, to the place that is printed."""
    if claim.value is None:
        return finding(claim, CANNOT, "no_printed_value", value, sources, **facts)
    verdict = HOLDS if claim.value == value else ROUNDED if meets(claim, value) else FAILS
    return finding(claim, verdict, reason, value, sources, **facts)


def meets(claim: Claim, value: float) -> bool:
    """Return whether the printed number is *value*, or *value* rounded to the place it is given to.

    A number that ends in zeros may be rounded to that place: 64,300 of 64,325.
    """
    places = claim.decimals
    return claim.value is not None and half_up(value, places) == half_up(claim.value, places)


def row(data: Data, claim: Claim, measure: str) -> pd.Series | None:
    """Return the preferred row, all levels, of the area or nation that the claim is about."""
    if claim.area == data.nation:
        rows = data.national_rows(measure, claim.date)
    else:
        rows = data.rows(measure, claim.area, claim.date)
    return rows.iloc[0] if len(rows) else None


def own(row: pd.Series, claim: Claim) -> bool:
    """Return whether the claim's own document is the only source of the row."""
    return bool(claim.source) and set(row["sources"].split()) <= set(claim.source.split())


def people_of(data: Data, claim: Claim) -> float | None:
    """Return the people aged 10 and over of the claim's area and date, if they are known."""
    if claim.date not in set(data.denominators["stock_date"]):
        return None
    people = data.people(claim.date)
    found = people.sum() if claim.area == data.nation else people[claim.area]
    return float(found) if pd.notna(found) and found > 0 else None
