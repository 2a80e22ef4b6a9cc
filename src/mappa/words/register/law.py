"""Words of the law: terms, other terms, and what longer sentences can and cannot do."""

from __future__ import annotations

import pandas as pd

from mappa.register.answers.record import Impulse, RegisterRecord
from mappa.register.law.terms import Terms
from mappa.words import numbers as n
from mappa.words.prose import Prose, capital
from mappa.words.register.common import (
    LEVEL,
    cell,
    limits,
    main_attribution,
    negative,
    people,
    year_of,
)
from mappa.words.tables import Table

#: How each kind of impulse is written.
KINDS = {
    "all": "sentences longer by 10%",
    "crossing": "of it: crossing a limit",
    "waiting": "of it: later release",
    "paused": "if terms did not run in custody",
    "no_orders": "if no one stayed on after a term",
}


def terms_table(terms: Terms) -> Table:
    """Return the terms of the law as a table."""

    def years(value: float) -> str:
        if value == float("inf"):
            return "indefinite"
        return "1 year" if value == 1 else f"{value:g} years"

    rows = [
        (
            "Caution",
            f"{years(terms.caution)} ({years(terms.caution_before)} before {n.day(terms.change)})",
        ),
        ("Community order, fine and any other", years(terms.other)),
        (f"Imprisonment of {terms.short_limit:g} months or less", years(terms.short)),
        (
            f"Imprisonment over {terms.short_limit:g} and under {terms.threshold:g} months",
            years(terms.middle),
        ),
        (f"Imprisonment of {terms.threshold:g} months and more", years(terms.long)),
        ("Life and imprisonment for public protection", "indefinite"),
        (
            "Review of an indefinite period",
            f"after {years(terms.review_wait)} from release, since {n.day(terms.review_start)}",
        ),
    ]
    return Table(
        "How long a person is on the register, counted from conviction",
        pd.DataFrame(rows, columns=["Sentence or caution", "Notification period"]),
        (),
        f"Fixed periods of those under 18 are multiplied by {terms.young_factor:g}. Sex Offenders "
        "Act 1997 s.1(4); Sexual Offences Act 2003 ss.82 and 91A to 91F.",
    )


def shorter_table(record: RegisterRecord) -> Table:
    """Return what the rise would have been with the sentence lengths of each reference year."""
    law = record.counterfactuals[0].label
    rows = [
        (s.reference, cell(negative(s.smaller)), cell(negative(s.jointly))) for s in record.shorter
    ]
    names = ["Sentences as long as in", "Change of the rise", "And long ones had a fixed period"]
    return Table(
        f"The rise in {year_of(record)} had sentences not become longer, in people ({LEVEL} "
        "interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
        f"Each number answers its own question; they overlap and do not add up. Last column: {law} "
        "too. Nothing else is changed and the model is not fitted again.",
    )


def shorter(record: RegisterRecord) -> Prose:
    """Return what longer sentences did since each reference year, the earliest first."""
    found = sorted(record.shorter, key=lambda s: s.reference)
    parts = [
        f"{n.count(s.smaller.median, sign=True)} since {s.reference} "
        f"({n.count(s.smaller.low, sign=True)} to {n.count(s.smaller.high, sign=True)})"
        for s in found
    ]
    return Prose(
        f"What longer sentences added to the rise of {year_of(record)}, in people: "
        f"{n.listing(parts)}.{_unclear(record)} A sentence can move people across a limit only "
        "when the shorter period would have ended, so the effect of recent lengthening is small "
        "by the rules themselves. This assumes the average sentence lengths published for a few "
        "years, with straight lines between them."
    )


def _unclear(record: RegisterRecord) -> str:
    """Say since which years lengthening has no clear sign."""
    since = sorted(s.reference for s in record.shorter if s.smaller.low <= 0 <= s.smaller.high)
    if not since:
        return ""
    return (
        f" Where an interval includes 0, as since {n.listing(since)}, the model cannot tell "
        "whether they added to the rise or took from it."
    )


def counterfactual_table(record: RegisterRecord) -> Table:
    """Return growth and stock under other terms."""
    rows = [
        (
            capital(c.label),
            cell(c.growth_difference),
            cell(c.growth),
            cell(c.stock_difference),
            cell(c.stock, sign=False),
        )
        for c in record.counterfactuals
    ]
    names = ["Had", "Change of the rise", "The rise", "Change of the number", "The number"]
    return Table(
        f"{capital(year_of(record))} under other notification periods, in people ({LEVEL} "
        "interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
        "Each row answers its own question; they overlap and do not add up. The law is another "
        "from the start of the register, nothing else is changed, and the model is not fitted "
        "again.",
    )


def indefinite_law(record: RegisterRecord) -> Prose:
    """Return what the rise would have been had long sentences led to a fixed period."""
    first, *others = (c for c in record.counterfactuals if c.name.startswith("long_as_"))
    smaller = negative(first.growth_difference)
    rest = [
        f"{n.number(c.years)} years about {n.count(-c.growth_difference.median)}" for c in others
    ]
    return Prose(
        f"Had {first.label} on the register rather than an indefinite period, the rise would have "
        f"been about {n.count(smaller.median)} smaller ({limits(smaller)}); with "
        f"{n.listing(rest)}. This question overlaps the others and its answer cannot be added to "
        "them."
    )


def effects(record: RegisterRecord, kind: str) -> dict[int, Impulse]:
    """Return the effects of longer sentences of a kind, by years since."""
    return {row.years: row for row in record.impulse if row.kind == kind}


def rule_result(record: RegisterRecord, terms: Terms) -> Prose:
    """Return what longer sentences can and cannot do to the count, by the terms."""
    effect, since = effects(record, "all"), main_attribution(record).reference
    shown = effect[max(y for y in effect if y <= 5)]
    return Prose(
        "Notification periods run from conviction, in custody too. So a sentence that crosses "
        f"{terms.threshold:g} months cannot change the count before year {terms.middle:g} "
        f"({terms.short_limit:g} months: before year {terms.short:g}); until then it only delays "
        f"release and lowers the count. Were all sentences 10% longer from the end of {since} on, "
        f"the number would change by {n.count(shown.median, sign=True)} people in "
        f"{n.cardinal(shown.years)} years ({LEVEL} interval {n.count(shown.low)} to "
        f"{n.count(shown.high)}). Sentences that grew longer after {since} therefore hardly raised "
        f"the count of {year_of(record)} through the limit of {terms.threshold:g} months. This "
        "holds for adults; it assumes that custody is not disregarded, an inference from the Act, "
        "and that orders do not matter for the timing."
    )


def impulse_table(record: RegisterRecord) -> Table:
    """Return the effect of longer sentences by years, with both assumptions dropped."""
    years = sorted({row.years for row in record.impulse})
    rows = []
    for kind, label in KINDS.items():
        effect = effects(record, kind)
        rows.append([capital(label), *(_effect(effect[y]) for y in years)])
    names = ["Change of the number", *(f"Year {y}" for y in years)]
    return Table(
        f"What a lasting 10% on sentence lengths does to the number, in people ({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
    )


def _effect(row: Impulse) -> str:
    ends = f"{n.count(row.low, sign=True)} to {n.count(row.high, sign=True)}"
    return f"{n.count(row.median, sign=True)} ({ends})"


def long_run(record: RegisterRecord) -> Prose:
    """Return the level towards which the stock climbs when nothing changes."""
    near, *_, far = record.long_run
    return Prose(
        f"If sentencing stayed as it was in {year_of(record)}, the register of {record.nation} "
        f"would reach {people(near)} {near.label} and {people(far)} {far.label}. This is not a "
        "forecast: it shows growth already built in."
    )
