"""The check of printed figures in sentences: why each verdict, and how the claim should read."""

import pandas as pd

from mappa.data import Data
from mappa.rates.story.claims import CANNOT, FAILS, HALF, HOLDS, MISLEADING, ROUNDED, Finding
from mappa.words import Prose, Table, capital
from mappa.words import numbers as n

MEASURES = {
    "rso_count": "registered sexual offenders",
    "rso_rate_per_100k": "registered sexual offenders per 100,000 people aged 10 and over",
    "rso_change_count": "change in the count on the year",
    "rso_change_pct": "change in the count on the year, percent",
    "people_per_rso": "people aged 10 and over for each registered sexual offender",
    "rso_one_per_n_aged10": "people aged 10 and over for each registered sexual offender",
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
_MEETS = {
    HOLDS: "That is as printed.",
    ROUNDED: "That rounds to the printed value.",
    FAILS: "That does not round to the printed {printed}.",
}
#: Reason -> the sentences why; a reason with a verdict goes before the reason alone.
_WHY = {
    "table": "Our table has {value} {measure} for {area}, from {named}. {meets}",
    "same_source": "This number is known only from the document that makes the claim, so it cannot "
    "be confirmed.",
    "count_meets_rate": "The count is known from one document only. Divided by {people} people "
    "aged 10 and over it gives {computed} per 100,000, which rounds to the printed {rate}.",
    "count_over_people": "{count} divided by {people} people aged 10 and over is {value} per "
    "100,000. {meets}",
    "people_over_count": "{people} people aged 10 and over, divided by {count}, is one in {value}. "
    "{meets}",
    "level_1": "The figure is of level 1 only, {count} people: {value}. {meets} {whole}",
    "other_count": "The figure is of a narrower count, {count} people: {value}. {meets} {whole}",
    "two_counts": "From {before} on {before_date} to {now} is {change}. {meets}",
    "implied": "The {before} of {before_date} follows from this claim and is printed nowhere else, "
    "so the change agrees only with itself.",
    "within_bounds": "No count is known. The printed rate of {printed_rate} means {low} to {high} "
    "people, so the claim may be right.",
    "outside_bounds": "No count is known. The printed rate of {printed_rate} means {low} to {high} "
    "people, so the claim is wrong.",
    "flow_bounds_no_stock": "The {placements} placements at level 2 are those of a year, and "
    "do not say how many people were at level 2 on the day. At least {share} of {count} people "
    "were at level 1 only if nobody placed earlier remained and nobody was at level 3.",
    "level_stock": "{level2} of {count} people were at level 2 on the day. If nobody was at level "
    "3, {share} were at level 1.",
    "indefinite_share": "The latest estimate is about {value} people with no end date, on "
    "{estimate_date}. On {stock_date} {stock} people were managed in the community. Nothing later "
    "is known here.",
    "law": "{legal_basis} sets {value} months, not {printed}: {applies_to}.",
    f"law {HOLDS}": "{legal_basis} sets {value} months: {applies_to}.",
    "review_wait": "{legal_basis} sets {value} years for adults, not {printed}. {young} They run "
    "from the first notification after release, and the person must apply.",
    f"review_wait {HOLDS}": "{legal_basis} sets {value} years for adults. {young} They run from "
    "the first notification after release, and the person must apply.",
    "no_figure": "We have no number of {measure} for {area} on {day}.",
    "no_printed_value": "The claim prints no number to compare.",
    "no_rule": "The rules here do not say.",
    "clock_start": "The period runs from the {rule} ({legal_basis}), so it is already running in "
    "custody.",
    "coverage": "Category 1 is people under notification requirements ({legal_basis}). Some people "
    "convicted of sexual offences have none, and others are in category 2.",
    "terms": "Category 1 says who a person is (registered). Level 1 says how they are managed "
    "({rule}). Class is neither.",
    "category2": "{legal_basis} puts violent and other sexual offenders in category 2.",
    "explained": "By our model the rise of {growth} would have been {terms} had {law}. "
    "{lengths} {compared}",
    "needs_register": "No published figure shows this. The register page gives the model’s "
    "estimate, and `mappa story --register` checks the claim against it.",
    "needs_recorded_crime": "It would need the crime recorded by the police in {area}, by offence, "
    "which is not here.",
}
#: Reason (or what it is about) -> how the claim should read.
_INSTEAD = {
    "explained": "Say: how much each part adds by the model, with its interval.",
    "clock_start": "Say: the notification period runs from conviction, and people are counted "
    "while they live in the community.",
    "coverage": "Say: people under notification requirements are managed as category 1.",
    "terms": "Say: category 1 (registered) offenders, most of them managed at level 1.",
    "outside_bounds": "{area}, {day}: between {low} and {high} people, from the printed rate.",
    "law": "The threshold is {value} months.",
    "review_wait": "The wait is {value} years for adults.",
    "": "{area}, {day}: {as_printed} {measure}.",
}


def measure(finding: Finding) -> str:
    """Return the name of the printed measure."""
    return MEASURES.get(finding.measure, finding.measure.replace("_", " "))


def value(finding: Finding) -> str:
    """Write the recomputed value with the decimals that help to compare it."""
    v = finding.recomputed_value
    if v is None:
        return ""
    return n.number(v, 0 if float(v).is_integer() else 2)


def printed(finding: Finding) -> str:
    """Write the printed value with separators and a typographic minus."""
    text = finding.printed_value
    bare = text.replace(",", "").lstrip("+-").rstrip("%")
    if not bare.replace(".", "", 1).isdigit():
        return text or "in words"
    sign = -1 if text.startswith("-") else 1
    return n.number(sign * float(bare), len(bare.partition(".")[2]))


def why(finding: Finding) -> Prose:
    """Return the sentences why, by reason and verdict, and how large the number is."""
    f = finding
    reason = "level_1" if f.facts.get("level_1") else f.reason
    template = _WHY.get(f"{reason} {f.verdict}") or _WHY[reason]
    text = " ".join(template.format_map(_filled(f)).split())
    if "share" in f.facts and "national_share" in f.facts:
        here, all_ = n.percent(f.facts["share"]), n.percent(f.facts["national_share"])
        text += f" It is {here} of the count here and {all_} nationally."
    return Prose(text)


def correction(finding: Finding) -> Prose:
    """Return how the claim should read, empty where it may stay."""
    if finding.verdict not in {MISLEADING, FAILS}:
        return Prose("")
    template = _INSTEAD.get(finding.reason, _INSTEAD[""])
    return Prose(template.format_map(_filled(finding)))


def _filled(f: Finding) -> dict[str, str]:
    """Return what the templates hold, written: facts by their kind, and what follows from them."""
    filled = {name: _written(name, fact) for name, fact in f.facts.items()}
    filled |= {
        "area": f.area,
        "day": n.day(f.date) if f.date else "",
        "measure": measure(f),
        "printed": f.printed_value,
        "value": value(f),
        "as_printed": n.number(
            f.recomputed_value, len(f.printed_value.rstrip("%").partition(".")[2])
        ),
    }
    filled["meets"] = _MEETS.get(f.verdict, "").format(printed=f.printed_value)
    if f.reason == "table":
        filled["named"] = _named(f.facts["titles"])
    if f.reason == "two_counts":
        percent = f.measure == "rso_change_pct"
        shown = n.number(f.recomputed_value, 2 if percent else 0, sign=True)
        filled["change"] = shown + ("%" if percent else "")
    if f.reason == "other_count":
        whole = f.facts["whole"]
        gives = f"The count of all levels gives {n.number(whole, 0)}."
        filled["whole"] = "The count of all levels is not known here." if whole is None else gives
    if f.reason == "review_wait":
        young = f.facts["young"]
        filled["young"] = f"For those under 18 it was {n.count(young)} years." if young else ""
    if f.reason == "explained":
        filled["terms"] = n.smaller(f.facts["terms"])
        filled["lengths"] = " ".join(
            f"With sentences as long as in {year} it would have been {n.smaller(people)}."
            for year, people in sorted(f.facts["lengths"].items())
        )
        more = f.facts["terms"] > max(f.facts["lengths"].values(), default=0.0)
        said = "By the model, indefinite registration matters more than longer sentences."
        filled["compared"] = said if more else ""
    return filled


def _written(name: str, fact: object) -> str:
    """Write a fact: dates, shares and rates by name, other numbers as counts."""
    if isinstance(fact, str):
        return n.day(fact) if name.endswith("date") else fact
    if not isinstance(fact, int | float):
        return ""
    if name.endswith("share"):
        return n.percent(fact)
    if name == "computed":
        return n.number(fact, 2)
    return n.number(fact, 0 if float(fact).is_integer() else 1)


def _named(titles: list[str]) -> str:
    """Name the first source, and say how many more print the same."""
    first, *more = titles
    return f"“{first}”" + (f" and {n.things(len(more), 'more source')}" if more else "")


def verdict(finding: Finding) -> str:
    """Write the verdict; a misleading claim says because."""
    return "misleading because" if finding.verdict == MISLEADING else finding.verdict


def claim(finding: Finding) -> str:
    """Return the claim in the story's words, or the name of the printed measure."""
    return capital(finding.claim or measure(finding))


def table(findings: list[Finding], data: Data) -> Table | Prose:
    """Return every claim with printed and recomputed value, verdict, why, and who prints it."""
    if not findings:
        return Prose("No figure printed for this area and date can be checked.")
    documents = {
        row.source: " ".join(t for t in (row.title or row.source, row.url) if t)
        for row in data.sources.itertuples()
    }
    rows = [
        {
            "Claim": claim(f),
            "Printed": printed(f),
            "Recomputed": value(f) or "none",
            "Verdict": verdict(f),
            "Why": " ".join(p for p in (why(f), correction(f)) if p),
            "Printed by": n.listing([documents[s] for s in f.printed_by]),
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


def summary(findings: list[Finding]) -> Prose:
    """Count the verdicts."""
    if not findings:
        return Prose("There is no claim to check.")
    counts = [(sum(f.verdict == v for f in findings), v) for v in _SUMMARY]
    said = [f"{n.cardinal(k)} {_SUMMARY[v][k != 1]}" for k, v in counts if k]
    return Prose(f"Of {n.things(len(findings), 'claim')} {n.listing(said)}.")
