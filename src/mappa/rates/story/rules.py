"""Claims in words: what the law and the guidance say, and what only a model could say."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pandas as pd

from mappa.data import Data
from mappa.rates.story.claims import (
    CANNOT,
    COUNT,
    FAILS,
    HALF,
    HOLDS,
    MISLEADING,
    Claim,
    Finding,
    compared,
    finding,
    row,
)  # fmt: skip


def _rules(data: Data, rule: str) -> pd.DataFrame:
    table = data.notification_rules
    return table[(table["rule"] == rule) | (table["rule_id"] == rule)]


def _indefinite_threshold(data: Data, claim: Claim) -> Finding:
    for _, rule in _rules(data, "notification_period").iterrows():
        found = re.search(r"(\d+) months or more", rule["applies_to"])
        if rule["value"] == "indefinite" and found:
            return compared(
                claim, float(found[1]), "law", rule["source"], legal_basis=rule["legal_basis"],
                applies_to=rule["applies_to"],
            )  # fmt: skip
    return finding(claim, CANNOT, "no_rule")


def _review_wait(data: Data, claim: Claim) -> Finding:
    rules = _rules(data, "review_wait")
    adult = rules[rules["applies_to"].str.startswith("18 or over")]
    young = rules[rules["applies_to"].str.startswith("under 18")]
    if adult.empty:
        return finding(claim, CANNOT, "no_rule")
    rule = adult.iloc[0]
    return compared(
        claim, float(rule["value"]), "review_wait", rule["source"],
        legal_basis=rule["legal_basis"],
        young=float(young.iloc[0]["value"]) if len(young) else None,
    )  # fmt: skip


def _by_rule(rule: str, verdict: str, reason: str) -> Callable[[Data, Claim], Finding]:
    """Return a check in words that rests on one rule of the law or guidance."""

    def found(data: Data, claim: Claim) -> Finding:
        rows = _rules(data, rule)
        if rows.empty:
            return finding(claim, CANNOT, "no_rule")
        first = rows.iloc[0]
        return finding(
            claim, verdict, reason, None, first["source"], legal_basis=first["legal_basis"],
            rule=first["value"],
        )  # fmt: skip

    return found


def _clock_start(data: Data, claim: Claim) -> Finding:
    found = _by_rule("clock_start", MISLEADING, "clock_start")(data, claim)
    said = claim.printed.lower()
    if found.verdict == MISLEADING and "convict" in said and "release" not in said:
        return dataclasses.replace(found, verdict=HOLDS)
    return found


def _level1_majority(data: Data, claim: Claim) -> Finding:
    count = row(data, claim, COUNT)
    placed = row(data, claim, "level2_placements")
    stock = row(data, claim, "level2_count")
    if count is not None and stock is not None and stock["sources"]:
        share = 1 - float(stock["value"]) / float(count["value"])
        verdict = HOLDS if share > 0.5 else FAILS
        return finding(
            claim, verdict, "level_stock", None, stock["sources"],
            level2=float(stock["value"]), count=float(count["value"]), share=share,
        )  # fmt: skip
    if count is None or placed is None:
        return finding(claim, CANNOT, "no_figure")
    share = 1 - float(placed["value"]) / float(count["value"])
    return finding(
        claim, CANNOT, "flow_bounds_no_stock", None, placed["sources"],
        placements=float(placed["value"]), count=float(count["value"]), share=share,
    )  # fmt: skip


def _indefinite_share(data: Data, claim: Claim) -> Finding:
    known = data.national("indefinite_registration_estimate")
    known = known[known.index <= claim.date]
    counts = data.national(COUNT)
    if known.empty:
        return finding(claim, CANNOT, "no_figure")
    day = known.index[-1]
    near = counts.index[abs(counts.index - day).argmin()]
    estimate = data.national_rows("indefinite_registration_estimate", day).iloc[0]
    return finding(
        claim, HOLDS, "indefinite_share", float(known.iloc[-1]), estimate["sources"],
        estimate_date=f"{day:%Y-%m-%d}", stock=float(counts[near]), stock_date=f"{near:%Y-%m-%d}",
    )  # fmt: skip


def _needs_register(data: Data, claim: Claim) -> Finding:
    return finding(claim, CANNOT, "needs_register")


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
    return finding(claim, CANNOT, "needs_recorded_crime")


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
