"""Words of the law: terms, other terms, and what longer sentences can and cannot do."""

from __future__ import annotations

from mappa.register.answers.record import Impulse, RegisterRecord
from mappa.register.law.terms import INDEFINITE, Terms
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import LEVEL, attributed, limits, people, year_of

#: How each kind of impulse is written.
KINDS = {
    "all": "sentences longer by 10%",
    "crossing": "of it: crossing a limit",
    "waiting": "of it: later release",
    "paused": "if terms did not run in custody",
    "no_orders": "if no one stayed on after a term",
}


def years(value: float) -> str:
    """Write a notification period (years), which may have no end."""
    return "indefinite" if value == INDEFINITE else f"{value:g}"


@attributed
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


@attributed
def indefinite_law(record: RegisterRecord) -> Prose:
    """Return what the rise would have been had long sentences led to a fixed period."""
    first, *others = (c for c in record.counterfactuals if c.name.startswith("long_as_"))
    smaller = -first.growth_difference
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
    effect, since = effects(record, "all"), record.reference
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


@attributed
def long_run(record: RegisterRecord) -> Prose:
    """Return the level towards which the stock climbs when nothing changes."""
    near, *_, far = record.long_run
    return Prose(
        f"If sentencing stayed as it was in {year_of(record)}, the register of {record.nation} "
        f"would reach {people(near)} {near.label} and {people(far)} {far.label}. This is not a "
        "forecast: it shows growth already built in."
    )
