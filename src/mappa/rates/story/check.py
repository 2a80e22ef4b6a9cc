"""Claims recomputed from the figures, or read off the law and the guidance."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.printed import PER, rounds_to
from mappa.rates import pool
from mappa.rates.story import claims as c
from mappa.rates.story.claims import Claim, Finding

#: A cause explains a rise where without it the rise would have been smaller by this share.
EXPLAINS = 0.25


def story_claims(data: Data, force: str) -> list[Claim]:
    """Return the claims of the story where it is about *force*, or else none."""
    table = data.story_claims.rename(columns={"printed_value": "printed"})
    if force not in set(table["area"]):
        return []
    rows = table.loc[table["area"].isin([force, data.nation]), list(c.Claim.__annotations__)]
    return [Claim(**claim) for claim in rows.to_dict("records")]


@typed
def claims_about(data: Data, force: str, as_of: str | dt.date | None = None) -> list[Claim]:
    """Return what is claimed of *force*: by the story, or by what is printed of it for a date.

    Raises UnknownName for an area that is not known.
    """
    force, day = data.area(force), data.day(as_of)
    return story_claims(data, force) or printed_claims(data, force, day)


def printed_claims(data: Data, force: str, day: pd.Timestamp) -> list[Claim]:
    """Return the figures that are printed of an area for a date, each as its source's claim."""
    rows = data.rows(list(NUMBERS), force, day, basis=None)
    return [
        Claim(str(line), "", force, day, found["measure"], f"{found['value']:g}", "",
              found["sources"])
        for line, found in rows[rows["quality"] != "derived"].iterrows()
    ]  # fmt: skip


def count(data: Data, claim: Claim) -> Finding:
    """A count, from the table or bounded by a printed rate."""
    found = c.row(data, claim, c.COUNT)
    if found is None:
        return _of_other_count(data, claim) or _bounded(data, claim)
    value, sources = float(found["value"]), found["sources"]
    made = c.compared(claim, value, "table", sources)
    if not c.own(found, claim):
        return _all_levels(data, made, claim)
    if claim.value != value:
        return made
    rate, people = c.row(data, claim, c.RATE), c.people_of(data, claim)
    if rate is not None and people is not None:
        facts = {"rate": float(rate["value"]), "computed": PER * value / people, "people": people}
        if rounds_to(facts["computed"], rate["value"]):
            return c.compared(claim, value, "count_meets_rate", sources, **facts)
    return c.finding(claim, c.CANNOT, "same_source", value, sources)


def _bounded(data: Data, claim: Claim) -> Finding:
    """A count that no table has: bounded by a printed rate, or unknown."""
    known = claim.area != data.nation and c.people_of(data, claim) is not None
    bounds = pool.printed_bounds(data, claim.area, claim.date) if known else []
    if not bounds or claim.value is None:
        return c.finding(claim, c.CANNOT, "no_figure")
    low, high = max(b.low for b in bounds), min(b.high for b in bounds)
    facts = {"low": low, "high": high, "printed_rate": bounds[0].printed}
    inside = low <= claim.value <= high
    verdict, reason = (c.CANNOT, "within_bounds") if inside else (c.FAILS, "outside_bounds")
    return c.finding(claim, verdict, reason, None, bounds[0].sources, **facts)


def rate(data: Data, claim: Claim) -> Finding:
    """A rate, from count and population; printed alone it cannot be checked."""
    count, people = c.row(data, claim, c.COUNT), c.people_of(data, claim)
    if count is not None and people is not None:
        facts = {"count": float(count["value"]), "people": people}
        value = PER * facts["count"] / people
        return c.compared(claim, value, "count_over_people", count["sources"], **facts)
    found = c.row(data, claim, c.RATE)
    return c.finding(claim, c.CANNOT, "no_figure") if found is None else _printed(claim, found)


def _printed(claim: Claim, found: pd.Series, **facts: Any) -> Finding:
    """Compare a claim with a printed figure; its own document cannot confirm it."""
    value, sources = float(found["value"]), found["sources"]
    if c.own(found, claim):
        return c.finding(claim, c.CANNOT, "same_source", value, sources, **facts)
    return c.compared(claim, value, "table", sources, **facts)


def change(data: Data, claim: Claim) -> Finding:
    """A change on the year, in people or percent, from two counts."""
    before = dataclasses.replace(claim, date=claim.date - pd.DateOffset(years=1))
    now, then = c.row(data, claim, c.COUNT), c.row(data, before, c.COUNT)
    if now is None or then is None:
        printed = c.row(data, claim, claim.measure)
        if printed is None or (c.own(printed, claim) and claim.value != float(printed["value"])):
            return c.finding(claim, c.CANNOT, "no_figure")
        return _printed(claim, printed)
    x, y = float(then["value"]), float(now["value"])
    value = y - x if claim.measure == c.CHANGE else 100 * (y / x - 1)
    facts = {"before": x, "now": y, "before_date": f"{before.date:%Y-%m-%d}"}
    shared = set(then["sources"].split()) & set((claim.source or then["sources"]).split())
    # A circle confirms nothing, whether it is put as a number or as a percentage.
    if then["quality"] == "derived" and shared and c.meets(claim, value):
        return c.finding(claim, c.CANNOT, "implied", value, then["sources"], **facts)
    return c.compared(claim, value, "two_counts", f"{now['sources']} {then['sources']}", **facts)


def as_printed(data: Data, claim: Claim) -> Finding:
    """A measure that is compared with the figure printed elsewhere."""
    found = c.row(data, claim, claim.measure)
    if found is None:
        return c.finding(claim, c.CANNOT, "no_figure")
    facts = _size(data, claim)
    if c.own(found, claim) and claim.value != float(found["value"]):
        return c.compared(claim, float(found["value"]), "table", found["sources"], **facts)
    return _printed(claim, found, **facts)


def _size(data: Data, claim: Claim) -> dict[str, float]:
    """Return the measure over the count, here and nationally: how large the number is."""
    if claim.area == data.nation:
        return {}
    facts = {}
    for name, area in (("share", claim.area), ("national_share", data.nation)):
        about = dataclasses.replace(claim, area=area)
        part, count = c.row(data, about, claim.measure), c.row(data, about, c.COUNT)
        if part is None or count is None or not count["value"]:
            return {}
        facts[name] = float(part["value"]) / float(count["value"])
    return facts


def people_per(data: Data, claim: Claim) -> Finding:
    """One person on the register for how many people aged 10 and over, from count and people."""
    found, people = c.row(data, claim, c.COUNT), c.people_of(data, claim)
    if found is None or people is None or not found["value"]:
        return _of_other_count(data, claim) or as_printed(data, claim)
    facts = {"count": float(found["value"]), "people": people}
    value = people / facts["count"]
    made = c.compared(claim, value, "people_over_count", found["sources"], **facts)
    return _all_levels(data, made, claim)


def _all_levels(data: Data, made: Finding, claim: Claim) -> Finding:
    """Return a finding that fails of the complete count as one of a narrower count."""
    if made.verdict != c.FAILS:
        return made
    return _of_other_count(data, claim, made.recomputed_value) or made


def _of_other_count(data: Data, claim: Claim, whole: float | None = None) -> Finding | None:
    """Compare a claim with other counts of the day than the complete one: of level 1, narrower."""
    nation, people = claim.area == data.nation, c.people_of(data, claim)
    others = data.national_figures if nation else data.series(claim.area)
    others = others[(others["date"] == claim.date) & (others["measure"] == c.COUNT)]
    complete = others["preferred"] & (nation | (others["basis"] == "all_levels"))
    for _, other in others[~complete].iterrows():
        count = float(other["value"])
        value = people / count if people and claim.measure in c.ONE_IN else count
        if c.meets(claim, value):
            facts = {"count": count, "level_1": other["basis"] == "level_1", "whole": whole}
            return c.compared(claim, value, "other_count", other["sources"], **facts)
    return None


#: Measure -> how a claim of it is recomputed; others are compared with the printed figure.
NUMBERS = {
    c.COUNT: count,
    c.RATE: rate,
    c.CHANGE: change,
    c.PERCENT: change,
    **dict.fromkeys(c.ONE_IN, people_per),
}


def _rules(data: Data, rule: str) -> pd.DataFrame:
    table = data.notification_rules
    return table[(table["rule"] == rule) | (table["rule_id"] == rule)]


def _indefinite_threshold(data: Data, claim: Claim) -> Finding:
    for _, rule in _rules(data, "notification_period").iterrows():
        found = re.search(r"(\d+) months or more", rule["applies_to"])
        if rule["value"] == "indefinite" and found:
            facts = rule[["legal_basis", "applies_to"]].to_dict()
            return c.compared(claim, float(found[1]), "law", rule["source"], **facts)
    return c.finding(claim, c.CANNOT, "no_rule")


def _review_wait(data: Data, claim: Claim) -> Finding:
    rules = _rules(data, "review_wait")
    of = rules["applies_to"].str
    adult, young = rules[of.startswith("18 or over")], rules[of.startswith("under 18")]
    if adult.empty:
        return c.finding(claim, c.CANNOT, "no_rule")
    rule = adult.iloc[0]
    facts = {
        "legal_basis": rule["legal_basis"],
        "young": float(young.iloc[0]["value"]) if len(young) else None,
    }
    return c.compared(claim, float(rule["value"]), "review_wait", rule["source"], **facts)


def _by_rule(rule: str, verdict: str, reason: str) -> Callable[[Data, Claim], Finding]:
    """Return a check in words that rests on one rule of the law or guidance."""

    def found(data: Data, claim: Claim) -> Finding:
        rows = _rules(data, rule)
        if rows.empty:
            return c.finding(claim, c.CANNOT, "no_rule")
        first = rows.iloc[0]
        facts = {"legal_basis": first["legal_basis"], "rule": first["value"]}
        return c.finding(claim, verdict, reason, None, first["source"], **facts)

    return found


def _clock_start(data: Data, claim: Claim) -> Finding:
    found = _by_rule("clock_start", c.MISLEADING, "clock_start")(data, claim)
    said = claim.printed.lower()
    if found.verdict == c.MISLEADING and "convict" in said and "release" not in said:
        return dataclasses.replace(found, verdict=c.HOLDS)
    return found


def _level1_majority(data: Data, claim: Claim) -> Finding:
    """Most are at level 1: shown by a count at level 2, not by placements during the year."""
    measures = c.COUNT, "level2_placements", "level2_count"
    count, placed, stock = (c.row(data, claim, measure) for measure in measures)
    counted = stock is not None and bool(stock["sources"])
    part = stock if counted else placed
    if count is None or part is None:
        return c.finding(claim, c.CANNOT, "no_figure")
    people, total = float(part["value"]), float(count["value"])
    share = 1 - people / total
    facts = {"level2" if counted else "placements": people, "count": total, "share": share}
    verdict, reason = c.CANNOT, "flow_bounds_no_stock"
    if counted:
        verdict, reason = c.HOLDS if share > 0.5 else c.FAILS, "level_stock"
    return c.finding(claim, verdict, reason, None, part["sources"], **facts)


def _indefinite_share(data: Data, claim: Claim) -> Finding:
    rows = data.national_rows("indefinite_registration_estimate").sort_values("date")
    rows = rows[rows["date"] <= claim.date]
    if rows.empty:
        return c.finding(claim, c.CANNOT, "no_figure")
    estimate, counts = rows.iloc[-1], data.national(c.COUNT)
    near = counts.index[abs(counts.index - estimate["date"]).argmin()]
    facts = {
        "estimate_date": f"{estimate['date']:%Y-%m-%d}",
        "stock": float(counts[near]),
        "stock_date": f"{near:%Y-%m-%d}",
    }
    value, sources = float(estimate["value"]), estimate["sources"]
    return c.finding(claim, c.HOLDS, "indefinite_share", value, sources, **facts)


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
    verdict = (
        c.HOLDS if by_terms and by_lengths else c.HALF if by_terms or by_lengths else c.MISLEADING
    )
    facts = {"growth": growth, "lengths": lengths, "terms": terms, "law": law}
    return Finding("", "", "", "", "explanation", "", None, verdict, "explained", facts)


#: Claims that are not read off a figure. A new kind of claim is a new function here.
WORDS: dict[str, Callable[[Data, Claim], Finding]] = {
    "explanation": lambda _, claim: c.finding(claim, c.CANNOT, "needs_register"),
    "notification_period": _indefinite_threshold,
    "review_wait": _review_wait,
    "level1_majority": _level1_majority,
    "clock_start": _clock_start,
    "mappa_coverage": _by_rule("mappa_category_1", c.MISLEADING, "coverage"),
    "terms": _by_rule("mappa_level_1", c.MISLEADING, "terms"),
    "category2_scope": _by_rule("mappa_category_2", c.HOLDS, "category2"),
    "indefinite_share": _indefinite_share,
    "share_of_recorded_crime": lambda _, claim: c.finding(claim, c.CANNOT, "needs_recorded_crime"),
}


def check(data: Data, claim: Claim, *, explanation: Finding | None = None) -> Finding:
    """Return the finding on one claim.

    Parameters
    ----------
    explanation: the finding on why the stock grows, where the register model has made one
        (see :func:`explained`).
    """
    if claim.measure == "explanation" and explanation is not None:
        return dataclasses.replace(
            explanation, claim_id=claim.claim_id, claim=claim.claim, area=claim.area,
            date=f"{claim.date:%Y-%m-%d}", printed_value=claim.printed,
        )  # fmt: skip
    found = (WORDS | NUMBERS).get(claim.measure, as_printed)(data, claim)
    if found.reason != "table":
        return found
    titles = data.sources.set_index("source")["title"].reindex(found.sources)
    return dataclasses.replace(found, facts={**found.facts, "titles": list(titles)})


def check_all(
    data: Data, claims: Iterable[Claim], *, explanation: Finding | None = None
) -> list[Finding]:
    """Return the finding on every claim, in order."""
    return [check(data, claim, explanation=explanation) for claim in claims]
