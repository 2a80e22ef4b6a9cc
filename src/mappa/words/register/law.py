"""Words of the law: terms, other terms, and what longer sentences can and cannot do."""

from __future__ import annotations

from mappa.register.answers.record import Impulse, RegisterRecord, ShorterSentences
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
    return Prose(
        f"{' '.join(map(_lengthening, found))}\n\nA longer sentence moves someone across a limit "
        "only once the shorter period would have ended. So by the rules themselves the effect of "
        "recent lengthening is small. Average sentence lengths are published for a few years; the "
        "model draws straight lines between them."
    )


def _lengthening(s: ShorterSentences) -> str:
    e = s.smaller
    if e.low > 0:
        return (
            f"Longer sentences since {s.reference} added about {n.count(e.median)} to the rise "
            f"({limits(e)})."
        )
    if e.high < 0:
        return (
            f"Changed sentences since {s.reference} took about {n.count(-e.median)} off the rise "
            f"({limits(-e)})."
        )
    return (
        f"Changed sentences since {s.reference} moved the rise by {n.count(e.median, sign=True)} "
        f"({limits(e, sign=True)}), so the direction is not certain."
    )


@attributed
def indefinite_law(record: RegisterRecord) -> Prose:
    """Return what the rise would have been had long sentences led to a fixed period."""
    first, *others = (c for c in record.counterfactuals if c.name.startswith("long_as_"))
    less = -first.growth_difference
    rest = [
        f"With {n.number(c.years)} years it would have been about "
        f"{n.smaller(-c.growth_difference.median)}."
        for c in others
    ]
    return Prose(
        f"Suppose {first.label} on the register rather than an indefinite period. The rise would "
        f"then have been about {n.count(less.median)} smaller ({limits(less)}). {' '.join(rest)}"
        "\n\nThis question overlaps the others, so its answer cannot be added to theirs."
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
        f"{terms.threshold:g} months cannot change the count before year {terms.middle:g}. For "
        f"the limit of {terms.short_limit:g} months that is year {terms.short:g}. Until then a "
        "longer sentence only delays release, which lowers the count.\n\nSuppose all sentences "
        f"were 10% longer from the end of {since} on. The number would change by "
        f"{n.count(shown.median, sign=True)} people in {n.things(shown.years, 'year')} ({LEVEL} "
        f"interval {n.count(shown.low, sign=True)} to {n.count(shown.high, sign=True)}). Sentences "
        f"that grew longer after {since} therefore hardly raised the count of {year_of(record)} "
        f"through the limit of {terms.threshold:g} months.\n\nThis holds for adults. It assumes "
        "that time in custody counts, an inference from the Act, and that orders do not affect "
        "the timing."
    )


@attributed
def long_run(record: RegisterRecord) -> Prose:
    """Return the level towards which the stock climbs when nothing changes."""
    near, *_, far = record.long_run
    return Prose(
        f"Suppose sentencing stayed as it was in {year_of(record)}. The register of "
        f"{record.nation} would then reach about {people(near)} {near.label}. It would reach about "
        f"{people(far)} {far.label}. This is not a forecast: it shows growth already built in."
    )
