"""The story check in sentences: why each verdict, and how the claim should read."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from mappa.data import Data
from mappa.rates.story.claims import CANNOT, FAILS, HALF, HOLDS, MISLEADING, ROUNDED, Finding
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.rate.missing import possessive
from mappa.words.tables import Table

MEASURES = {
    "rso_count": "people on the register",
    "rso_rate_per_100k": "people on the register per 100,000 people aged 10 and over",
    "rso_change_count": "change in the count on the year",
    "rso_change_pct": "change in the count on the year, percent",
    "people_per_rso": "people aged 10 and over for each person on the register",
    "rso_one_per_n_aged10": "people aged 10 and over for each person on the register",
    "violent_count": "violent offenders (category 2)",
    "category3_count": "other dangerous offenders (category 3)",
    "notification_breaches": "people cautioned or convicted for breach of notification in the year",
    "revocations_granted": "lifetime notifications revoked on application in the year",
    "recalled_to_custody": "people recalled to custody in the year",
    "level2_placements": "level 2 placements in the year",
    "level3_placements": "level 3 placements in the year",
    "level2_count": "people at level 2",
    "level3_count": "people at level 3",
    "level1_majority": "people at each level",
    "indefinite_share": "people with no end date",
}
#: Verdict -> what one claim does, and several.
_SUMMARY = {
    HOLDS: ("holds", "hold"),
    ROUNDED: ("holds after rounding", "hold after rounding"),
    HALF: ("is half supported", "are half supported"),
    FAILS: ("does not hold", "do not hold"),
    MISLEADING: ("misleads", "mislead"),
    CANNOT: ("cannot be checked", "cannot be checked"),
}


def value(finding: Finding) -> str:
    """Write the recomputed value with the decimals that help to compare it."""
    v = finding.recomputed_value
    if v is None:
        return ""
    if float(v).is_integer():
        return n.number(v, 0)
    return n.number(v, 2)


def printed(finding: Finding) -> str:
    """Write the printed value with separators and a typographic minus."""
    text = finding.printed_value
    bare = text.replace(",", "").lstrip("+-").rstrip("%")
    if not bare.replace(".", "", 1).isdigit():
        return text or "in words"
    sign = -1 if text.startswith("-") else 1
    _, _, tail = bare.partition(".")
    return n.number(sign * float(bare), len(tail))


def why(finding: Finding) -> Prose:
    """Return the sentence why, by reason and verdict."""
    return Prose(_WHY[finding.reason](finding))


def correction(finding: Finding) -> Prose:
    """Return how the claim should read, empty where it may stand."""
    f = finding
    if f.verdict == MISLEADING:
        return Prose(_INSTEAD[f.reason])
    if f.verdict != FAILS:
        return Prose("")
    if f.reason == "outside_bounds":
        low, high = n.count(f.facts["low"]), n.count(f.facts["high"])
        return Prose(
            f"{f.area}, {n.day(f.date)}: between {low} and {high} people on the register, from the "
            "printed rate."
        )
    if f.reason == "law":
        return Prose(f"The threshold is {value(f)} months.")
    if f.reason == "review_wait":
        return Prose(f"The wait is {value(f)} years for adults.")
    return Prose(f"{f.area}, {n.day(f.date)}: {_as_printed(f)} {_measure(f)}.")


def verdict(finding: Finding) -> str:
    """Write the verdict; a misleading claim says because."""
    return "misleading because" if finding.verdict == MISLEADING else finding.verdict


def table(findings: list[Finding], data: Data) -> Table:
    """Return every claim with printed and recomputed value, verdict, why, and who prints it."""
    source = data.sources.set_index("source")
    rows = [
        {
            "Claim": claim(f),
            "Printed": printed(f),
            "Recomputed": value(f) or "none",
            "Verdict": verdict(f),
            "Why": " ".join(p for p in (why(f), correction(f)) if p),
            "Printed by": n.listing([_printer(source.loc[s]) for s in f.printed_by]),
        }
        for f in findings
    ]
    columns = ["Claim", "Printed", "Recomputed", "Verdict", "Why", "Printed by"]
    area = n.listing(sorted({f.area for f in findings} - {data.nation})) or data.nation
    return Table(
        caption=f"Printed figures and claims about {area}, recomputed",
        frame=pd.DataFrame(rows, columns=columns),
        numeric=("Printed", "Recomputed"),
    )


def claim(finding: Finding) -> str:
    """Return the claim in the story's words, or the name of the printed measure."""
    return finding.claim or _measure(finding).capitalize()


def _printer(source: pd.Series) -> str:
    """Name the document with its address."""
    return " ".join(t for t in (source["title"] or source.name, source["url"]) if t)


def summary(findings: list[Finding]) -> Prose:
    """Count the verdicts."""
    if not findings:
        return Prose("There is no claim to check.")
    counts = [(sum(f.verdict == v for f in findings), v) for v in _SUMMARY]
    counts = [(k, v) for k, v in counts if k or v != HALF]
    told = [f"{n.cardinal(k)} {_SUMMARY[v][k != 1]}" for k, v in counts]
    claims = "one claim" if len(findings) == 1 else f"{n.cardinal(len(findings))} claims"
    return Prose(f"Of {claims} {n.listing(told)}.")


def _measure(f: Finding) -> str:
    return MEASURES.get(f.measure, f.measure.replace("_", " "))


def _as_printed(f: Finding) -> str:
    """Write the recomputed value to the decimals of the printed one."""
    _, _, tail = f.printed_value.rstrip("%").partition(".")
    return n.number(f.recomputed_value, len(tail))


def _table(f: Finding) -> str:
    text = f"The table here has {value(f)} {_measure(f)} for {f.area}, {_named(f)}."
    if f.verdict == FAILS:
        return f"{text} That is not {f.printed_value}.{_beside(f)}"
    return f"{text}{_beside(f)}"


def _named(f: Finding) -> str:
    """Name the first source, and say how many more print the same."""
    first, *more = f.facts["titles"]
    if not more:
        return f"from “{first}”"
    if len(more) == 1:
        return f"from “{first}” and one more source"
    return f"from “{first}” and {n.cardinal(len(more))} more sources"


def _beside(f: Finding) -> str:
    if "share" not in f.facts:
        return ""
    return (
        f" It is {n.percent(f.facts['share'])} of the count; in the nation it is "
        f"{n.percent(f.facts['national_share'])}."
    )


def _same(f: Finding) -> str:
    return (
        f"The document that makes the claim is the only source of this number here, so the table "
        f"repeats it and cannot confirm it.{_beside(f)}"
    )


def _meets(f: Finding) -> str:
    x = f.facts
    return (
        f"The count is known from one document alone, but over {n.people(x['people'])} aged 10 and "
        f"over, an official figure, it gives {n.number(x['computed'], 2)} per 100,000, which "
        f"rounds to the printed {n.number(x['rate'], 0 if x['rate'] % 1 == 0 else 1)}."
    )


def _printed(f: Finding, unit: str = "") -> str:
    """Say how the recomputed value meets the printed one."""
    if f.verdict == HOLDS:
        return "as printed"
    if f.verdict == ROUNDED:
        return "which rounds to the printed value"
    return f"which does not round to {f.printed_value.rstrip('%')}{unit}"


def _over(f: Finding) -> str:
    x = f.facts
    return (
        f"{n.count(x['count'])} people over {n.people(x['people'])} aged 10 and over is "
        f"{n.number(f.recomputed_value, 2)} per 100,000, {_printed(f)}."
    )


def _one_in(f: Finding) -> str:
    x = f.facts
    return (
        f"{n.people(x['people'])} aged 10 and over for {n.count(x['count'])} on the register is "
        f"one in {n.number(f.recomputed_value, 1)}, {_printed(f)}."
    )


def _other_count(f: Finding) -> str:
    x = f.facts
    of = "level 1 only" if x["level_1"] else "a narrower count"
    text = f"The figure is of {of}, {n.people(x['count'])}: {value(f)}, {_printed(f)}."
    if x["whole"] is None:
        return f"{text} The count of all levels is not known here."
    return f"{text} The count of all levels gives {n.number(x['whole'], 0)}."


def _two(f: Finding) -> str:
    x = f.facts
    unit = "%" if f.measure == "rso_change_pct" else ""
    shown = n.number(f.recomputed_value, 2 if unit else 0, sign=True) + unit
    return (
        f"From {n.count(x['before'])} on {n.day(x['before_date'])} to {n.count(x['now'])} is "
        f"{shown}, {_printed(f, unit)}."
    )


def _implied(f: Finding) -> str:
    x = f.facts
    return (
        f"The {n.count(x['before'])} of {n.day(x['before_date'])} is itself implied by this claim "
        "and printed nowhere else, so the change agrees with itself only."
    )


def _level(f: Finding) -> str:
    x = f.facts
    count = n.count(x["placements"])
    return (
        f"{count} placements at level 2 in the year are a flow and bound no stock: only if nobody "
        "placed earlier was still there, and nobody was at level 3, were at least "
        f"{n.percent(x['share'])} of {n.people(x['count'])} at level 1."
    )


def _level_stock(f: Finding) -> str:
    x = f.facts
    return (
        f"{n.people(x['level2'])} of {n.count(x['count'])} were at level 2 on the day, so "
        f"{n.percent(x['share'])} were at level 1, if none were at level 3."
    )


def _indefinite(f: Finding) -> str:
    x = f.facts
    return (
        f"The last estimate here is about {n.people(f.recomputed_value)} with no end date on "
        f"{n.day(x['estimate_date'])}, of the whole register, when {n.count(x['stock'])} were "
        f"managed in the community ({n.day(x['stock_date'])}); nothing later is known here."
    )


def _law(f: Finding) -> str:
    verb = "sets" if f.verdict == HOLDS else f"does not set {f.printed_value} but"
    return f"{f.facts['legal_basis']} {verb} {value(f)} months: {f.facts['applies_to']}."


def _wait(f: Finding) -> str:
    young = f.facts.get("young")
    tail = f", {n.count(young)} years for those under 18 then" if young else ""
    verb = "sets" if f.verdict == HOLDS else f"does not set {f.printed_value} but"
    return (
        f"{f.facts['legal_basis']} {verb} {value(f)} years for adults{tail}; they run from the "
        "first notification after release, and the person must apply."
    )


def _bounds(f: Finding) -> str:
    x = f.facts
    side = "inside" if f.reason == "within_bounds" else "outside"
    end = ", so it may be right but no table has the count" if side == "inside" else ""
    return (
        f"No count is known, but the printed {n.number(x['printed_rate'], 0)} means "
        f"{n.count(x['low'])} to {n.people(x['high'])}: the claim is {side}{end}."
    )


def _explained(f: Finding) -> str:
    x, growth = f.facts, f.facts["growth"]
    parts = [
        f"{n.count(people)} ({n.percent(people / growth, 0)}) for those of {year}"
        for year, people in sorted(x["lengths"].items())
    ]
    return (
        f"by the register model the rise of {n.count(growth)} would have been "
        f"{n.count(x['terms'])} smaller ({n.percent(x['terms'] / growth, 0)}) had {x['law']}. "
        f"With the shorter sentences of an earlier year it would have been smaller by "
        f"{n.listing(parts)}. So long registration periods explain much of it, and longer "
        "sentences the less the later the year that they are compared with."
    )


def _fixed(text: str) -> Callable[[Finding], str]:
    return lambda f: text.format(
        area=f.area, possessive=possessive(f.area), day=n.day(f.date), measure=_measure(f),
        legal_basis=f.facts.get("legal_basis", ""), rule=f.facts.get("rule", ""),
    )  # fmt: skip


_WHY: dict[str, Callable[[Finding], str]] = {
    "table": _table,
    "same_source": _same,
    "count_meets_rate": _meets,
    "count_over_people": _over,
    "people_over_count": _one_in,
    "other_count": _other_count,
    "two_counts": _two,
    "implied": _implied,
    "within_bounds": _bounds,
    "outside_bounds": _bounds,
    "flow_bounds_no_stock": _level,
    "level_stock": _level_stock,
    "indefinite_share": _indefinite,
    "law": _law,
    "review_wait": _wait,
    "no_figure": _fixed("The figures here have no number of {measure} for {area} on {day}."),
    "no_printed_value": _fixed("The claim prints no number to compare."),
    "no_rule": _fixed("The rules here do not say."),
    "clock_start": _fixed(
        "the period runs from the {rule} ({legal_basis}), so it is already running in custody."
    ),
    "coverage": _fixed(
        "category 1 is those under notification requirements ({legal_basis}); some convicted of "
        "sexual offences have none, and others are in category 2."
    ),
    "terms": _fixed(
        "category 1 says who a person is (registered), level 1 how they are managed ({rule}): "
        "two different things, and class is neither."
    ),
    "category2": _fixed("{legal_basis} puts violent and other sexual offenders in category 2."),
    "explained": _explained,
    "needs_register": _fixed(
        "This cannot be read off a figure: it needs the register model’s attribution of the "
        "growth, which the command mappa story takes in with --register."
    ),
    "needs_recorded_crime": _fixed(
        "It would need police recorded crime of {area} by offence for the year, which is not here."
    ),
}
_INSTEAD = {
    "explained": "Say how much each part makes by the model, with its interval.",
    "clock_start": "Say: the notification period runs from conviction, and people are counted "
    "while they live in the community.",
    "coverage": "Say: people under notification requirements are managed as category 1.",
    "terms": "Say: category 1 (registered) offenders, most of them managed at level 1.",
}
