"""Story check: every claim recomputed from the figures, the law and nothing else.

A number that only the story itself gives cannot be confirmed by it: that is said, not hidden. A
check returns numbers and the reason; the sentences are made in ``mappa.words.rate.story``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.rates import pool
from mappa.rates.methods.rows import PER
from mappa.records import Record, key

HOLDS, ROUNDED = "holds", "holds after rounding"
FAILS, CANNOT, MISLEADING = "does not hold", "cannot be checked", "misleading"
HALF = "half supported"
VERDICTS = (HOLDS, ROUNDED, HALF, FAILS, CANNOT, MISLEADING)
COUNT, RATE = "rso_count", "rso_rate_per_100k"
CHANGE, PERCENT = "rso_change_count", "rso_change_pct"


@dataclasses.dataclass(frozen=True)
class Claim:
    """What is claimed: of an area or the nation, for a date, of a measure, and the printed value.

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
        """How many decimals are printed."""
        _, _, tail = self.printed.strip().rstrip("%").partition(".")
        return len(tail)


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


def rounds_to(value: float, printed: float, decimals: int) -> bool:
    """Tell whether a value rounds (half up) to the printed one with its decimals."""
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP) == Decimal(
        repr(float(printed))
    ).quantize(step, ROUND_HALF_UP)


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
        row = _area_row(data, force, claim.date, claim.measure)
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
    if claim.measure == COUNT:
        return _count(data, claim)
    if claim.measure == RATE:
        return _rate(data, claim)
    if claim.measure in {CHANGE, PERCENT}:
        return _change(data, claim)
    return _as_printed(data, claim)


def check_all(
    data: Data, claims: list[Claim], *, explanation: Finding | None = None
) -> list[Finding]:
    """Return the finding on every claim, in order."""
    return [check(data, claim, explanation=explanation) for claim in claims]


# Numbers ---------------------------------------------------------------------------------------


def _finding(
    claim: Claim,
    verdict: str,
    reason: str,
    value: float | None = None,
    sources: str = "",
    **facts: Any,
) -> Finding:
    return Finding(
        claim.claim_id, claim.claim, claim.area, f"{claim.date:%Y-%m-%d}", claim.measure,
        claim.printed, value, verdict, reason, {"unit": claim.unit, **facts}, sources.split(),
    )  # fmt: skip


def _compared(claim: Claim, value: float, reason: str, sources: str = "", **facts: Any) -> Finding:
    """Compare the printed value with the recomputed one, to the printed decimals."""
    printed = claim.value
    if printed is None:
        return _finding(claim, CANNOT, "no_printed_value", value, sources, **facts)
    if printed == value:
        return _finding(claim, HOLDS, reason, value, sources, **facts)
    if not float(value).is_integer() and rounds_to(value, printed, claim.decimals):
        return _finding(claim, ROUNDED, reason, value, sources, **facts)
    return _finding(claim, FAILS, reason, value, sources, **facts)


def _area_row(data: Data, area: str, day: pd.Timestamp, measure: str) -> pd.Series | None:
    table = data.area_figures
    rows = table[
        (table["area"] == area)
        & (table["date"] == day)
        & (table["measure"] == measure)
        & (table["basis"] == "all_levels")
        & table["preferred"]
    ]
    return rows.iloc[0] if len(rows) else None


def _national_row(data: Data, day: pd.Timestamp, measure: str) -> pd.Series | None:
    table = data.national_figures
    rows = table[
        (table["date"] == day)
        & (table["measure"] == measure)
        & table["category"].isin(["", "all"])
        & table["preferred"]
    ]
    return rows.iloc[0] if len(rows) else None


def _row(data: Data, claim: Claim, measure: str) -> pd.Series | None:
    if claim.area == data.nation:
        return _national_row(data, claim.date, measure)
    return _area_row(data, claim.area, claim.date, measure)


def _own(row: pd.Series, claim: Claim) -> bool:
    """Tell whether the claim's own document is the only source of the row."""
    return bool(claim.source) and set(row["sources"].split()) <= set(claim.source.split())


def _people(data: Data, claim: Claim) -> float | None:
    if claim.date not in set(data.denominators["stock_date"]):
        return None
    people = data.people(claim.date)
    found = people.sum() if claim.area == data.nation else people[claim.area]
    return float(found) if pd.notna(found) and found > 0 else None


def _count(data: Data, claim: Claim) -> Finding:
    row = _row(data, claim, COUNT)
    if row is None:
        return _bounded(data, claim)
    value = float(row["value"])
    if not _own(row, claim):
        return _compared(claim, value, "table", row["sources"])
    rate, people = _row(data, claim, RATE), _people(data, claim)
    if claim.value == value and rate is not None and people is not None:
        computed = PER * value / people
        if rounds_to(computed, rate["value"], pool.decimals(rate["value"])):
            return _compared(
                claim, value, "count_meets_rate", row["sources"],
                rate=float(rate["value"]), computed=computed, people=people,
            )  # fmt: skip
    if claim.value == value:
        return _finding(claim, CANNOT, "same_source", value, row["sources"])
    return _compared(claim, value, "table", row["sources"])


def _bounded(data: Data, claim: Claim) -> Finding:
    """A count that no table has: bounded by a printed rate, or unknown."""
    known = claim.area != data.nation and _people(data, claim) is not None
    bounds = pool.printed_bounds(data, claim.area, claim.date) if known else []
    if not bounds or claim.value is None:
        return _finding(claim, CANNOT, "no_figure")
    low, high = max(b.low for b in bounds), min(b.high for b in bounds)
    facts = {"low": low, "high": high, "printed_rate": bounds[0].printed}
    inside = low <= claim.value <= high
    verdict, reason = (CANNOT, "within_bounds") if inside else (FAILS, "outside_bounds")
    return _finding(claim, verdict, reason, None, bounds[0].sources, **facts)


def _rate(data: Data, claim: Claim) -> Finding:
    count, people = _row(data, claim, COUNT), _people(data, claim)
    if count is not None and people is not None:
        value = PER * float(count["value"]) / people
        facts = {"count": float(count["value"]), "people": people}
        return _compared(claim, value, "count_over_people", count["sources"], **facts)
    row = _row(data, claim, RATE)
    if row is None:
        return _finding(claim, CANNOT, "no_figure")
    if _own(row, claim):
        return _finding(claim, CANNOT, "same_source", float(row["value"]), row["sources"])
    return _compared(claim, float(row["value"]), "table", row["sources"])


def _change(data: Data, claim: Claim) -> Finding:
    before = dataclasses.replace(claim, date=claim.date - pd.DateOffset(years=1))
    now, then = _row(data, claim, COUNT), _row(data, before, COUNT)
    printed = _row(data, claim, claim.measure)
    if now is None or then is None:
        if printed is not None and not _own(printed, claim):
            return _compared(claim, float(printed["value"]), "table", printed["sources"])
        if printed is not None and claim.value == float(printed["value"]):
            return _finding(claim, CANNOT, "same_source", claim.value, printed["sources"])
        return _finding(claim, CANNOT, "no_figure")
    x, y = float(then["value"]), float(now["value"])
    value = y - x if claim.measure == CHANGE else 100 * (y / x - 1)
    facts = {"before": x, "now": y, "before_date": f"{before.date:%Y-%m-%d}"}
    sources = f"{now['sources']} {then['sources']}"
    implied = then["quality"] == "derived" and bool(
        set(then["sources"].split()) & set((claim.source or then["sources"]).split())
    )
    if implied and claim.value is not None and claim.value == value:
        return _finding(claim, CANNOT, "implied", value, then["sources"], **facts)
    return _compared(claim, value, "two_counts", sources, **facts)


def _as_printed(data: Data, claim: Claim) -> Finding:
    row = _row(data, claim, claim.measure)
    if row is None:
        return _finding(claim, CANNOT, "no_figure")
    value = float(row["value"])
    facts = _beside(data, claim)
    if _own(row, claim) and claim.value == value:
        return _finding(claim, CANNOT, "same_source", value, row["sources"], **facts)
    return _compared(claim, value, "table", row["sources"], **facts)


def _beside(data: Data, claim: Claim) -> dict[str, Any]:
    """The measure over the count, here and in the nation: how large the number is."""
    here, whole = _area_row(data, claim.area, claim.date, COUNT), None
    nation = _national_row(data, claim.date, claim.measure)
    row = _area_row(data, claim.area, claim.date, claim.measure)
    whole = _national_row(data, claim.date, COUNT)
    if here is None or nation is None or row is None or whole is None or not here["value"]:
        return {}
    return {
        "share": float(row["value"]) / float(here["value"]),
        "national_share": float(nation["value"]) / float(whole["value"]),
        "national_value": float(nation["value"]),
    }


# Words: the law and the scope --------------------------------------------------------------------


def _rules(data: Data, rule: str) -> pd.DataFrame:
    table = data.notification_rules
    return table[(table["rule"] == rule) | (table["rule_id"] == rule)]


def _indefinite_threshold(data: Data, claim: Claim) -> Finding:
    for _, rule in _rules(data, "notification_period").iterrows():
        found = re.search(r"(\d+) months or more", rule["applies_to"])
        if rule["value"] == "indefinite" and found:
            return _compared(
                claim, float(found[1]), "law", rule["source"], legal_basis=rule["legal_basis"],
                applies_to=rule["applies_to"],
            )  # fmt: skip
    return _finding(claim, CANNOT, "no_rule")


def _review_wait(data: Data, claim: Claim) -> Finding:
    rules = _rules(data, "review_wait")
    adult = rules[rules["applies_to"].str.startswith("18 or over")]
    young = rules[rules["applies_to"].str.startswith("under 18")]
    if adult.empty:
        return _finding(claim, CANNOT, "no_rule")
    rule = adult.iloc[0]
    return _compared(
        claim, float(rule["value"]), "review_wait", rule["source"],
        legal_basis=rule["legal_basis"],
        young=float(young.iloc[0]["value"]) if len(young) else None,
    )  # fmt: skip


def _by_rule(rule: str, verdict: str, reason: str) -> Callable[[Data, Claim], Finding]:
    """Return a check in words that rests on one rule of the law or guidance."""

    def found(data: Data, claim: Claim) -> Finding:
        rows = _rules(data, rule)
        if rows.empty:
            return _finding(claim, CANNOT, "no_rule")
        row = rows.iloc[0]
        return _finding(
            claim, verdict, reason, None, row["source"], legal_basis=row["legal_basis"],
            rule=row["value"],
        )  # fmt: skip

    return found


def _clock_start(data: Data, claim: Claim) -> Finding:
    found = _by_rule("clock_start", MISLEADING, "clock_start")(data, claim)
    said = claim.printed.lower()
    if found.verdict == MISLEADING and "convict" in said and "release" not in said:
        return dataclasses.replace(found, verdict=HOLDS)
    return found


def _level1_majority(data: Data, claim: Claim) -> Finding:
    count = _area_row(data, claim.area, claim.date, COUNT)
    placed = _area_row(data, claim.area, claim.date, "level2_placements")
    stock = _area_row(data, claim.area, claim.date, "level2_count")
    if count is not None and stock is not None and stock["sources"]:
        share = 1 - float(stock["value"]) / float(count["value"])
        verdict = HOLDS if share > 0.5 else FAILS
        return _finding(
            claim, verdict, "level_stock", None, stock["sources"],
            level2=float(stock["value"]), count=float(count["value"]), share=share,
        )  # fmt: skip
    if count is None or placed is None:
        return _finding(claim, CANNOT, "no_figure")
    share = 1 - float(placed["value"]) / float(count["value"])
    return _finding(
        claim, CANNOT, "flow_bounds_no_stock", None, placed["sources"],
        placements=float(placed["value"]), count=float(count["value"]), share=share,
    )  # fmt: skip


def _indefinite_share(data: Data, claim: Claim) -> Finding:
    known = data.national("indefinite_registration_estimate")
    known = known[known.index <= claim.date]
    counts = data.national(COUNT)
    if known.empty:
        return _finding(claim, CANNOT, "no_figure")
    day = known.index[-1]
    near = counts.index[abs(counts.index - day).argmin()]
    row = _national_row(data, day, "indefinite_registration_estimate")
    assert row is not None
    return _finding(
        claim, HOLDS, "indefinite_share", float(known.iloc[-1]), row["sources"],
        estimate_date=f"{day:%Y-%m-%d}", stock=float(counts[near]), stock_date=f"{near:%Y-%m-%d}",
    )  # fmt: skip


def _needs_register(data: Data, claim: Claim) -> Finding:
    return _finding(claim, CANNOT, "needs_register")


#: A cause explains a rise where without it the rise would have been smaller by this share.
EXPLAINS = 0.25


def explained(growth: float, lengths: dict[str, float], terms: float, law: str) -> Finding:
    """Return the finding on what explains the growth, from the register model's numbers.

    Every number is of one kind: by how much the rise would have been smaller (people).

    Parameters
    ----------
    growth: published growth of the year (people).
    lengths: without the longer sentences since each reference year, by its label.
    terms: had long sentences led to a fixed period; *law* says which, in words.
    """
    shares = [people / growth for people in lengths.values()] if growth > 0 else []
    by_terms = growth > 0 and terms / growth >= EXPLAINS
    by_lengths = bool(shares) and min(shares) >= EXPLAINS
    verdict = HOLDS if by_terms and by_lengths else HALF if by_terms or by_lengths else MISLEADING
    facts = {"growth": growth, "lengths": lengths, "terms": terms, "law": law}
    return Finding(
        "", "", "", "", "explanation", "", None, verdict, "explained", facts
    )  # fmt: skip


def _needs_crime(data: Data, claim: Claim) -> Finding:
    return _finding(claim, CANNOT, "needs_recorded_crime")


#: Claims that are not read off a figure. A new kind of claim is a new function here.
WORDS: dict[str, Callable[[Data, Claim], Finding]] = {
    "explanation": _needs_register,
    "notification_period": _indefinite_threshold,
    "review_wait": _review_wait,
    "level1_majority": _level1_majority,
    "clock_start": _clock_start,
    "mappa_coverage": _by_rule("mappa_category_1", MISLEADING, "coverage"),
    "terms": _by_rule("mappa_level_1", MISLEADING, "terms"),
    "category2_scope": _by_rule("mappa_category_2", HOLDS, "category2"),
    "indefinite_share": _indefinite_share,
    "share_of_recorded_crime": _needs_crime,
}
