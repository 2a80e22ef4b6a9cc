"""Words of the law: terms, other terms, what longer sentences can and cannot do, and what-ifs."""

from mappa.register.answers.record import Estimate, Impulse, RegisterRecord, ShorterSentences
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord
from mappa.register.law.terms import INDEFINITE, Terms
from mappa.words import Prose, capital
from mappa.words import numbers as n
from mappa.words.register.answer import LEVEL, attributed, limits, people, signed_ends, year_of


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


def _moved(e: Estimate) -> str:
    """Write what an effect of uncertain direction may have done to the rise."""
    size = n.count(abs(e.median))
    return f"added about {size} to" if e.median > 0 else f"taken about {size} off"


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
        f"Changes in sentence length since {s.reference} may have {_moved(e)} the rise "
        f"({limits(e, sign=True)}), but the direction is not certain."
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
        f"{n.change(shown.median)} people in {n.things(shown.years, 'year')} ({LEVEL} "
        f"interval {signed_ends(shown)}). Sentences "
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


NOTHING = Prose(
    "Nothing is changed yet: every control is at the law and the numbers as they are. Move one."
)


def changed(record: ScenarioRecord) -> Prose:
    """Return what the scenario changes at its last date, and that no interval is given."""
    last = record.points[-1]
    return Prose(
        f"{_supposed(record)} {_effect(last)}, {n.count(last.scenario)} in place of "
        f"{n.count(last.baseline)}. This is the middle of the draws; the button Intervals shows "
        "how sure it is."
    )


def scenario(record: ScenarioRecord) -> Prose:
    """Return what a scenario does to the stock at its last date.

    The number under the law as it is is given, not that under the scenario: medians of both do
    not differ by the median of the differences.
    """
    last = record.points[-1]
    middle, low, high = last.difference, last.difference_low, last.difference_high
    if low is None or high is None:
        low = high = middle
    e = Estimate("difference", "", middle, middle, low, high)
    if not any(map(round, (e.median, e.low, e.high))):  # in no draw is anybody elsewhere
        return Prose(
            f"{_supposed(record)} That changes nothing by {n.day(last.date)}: whoever it affects "
            f"would by then be where they are without it. {REST}"
        )
    size = -e if e.median < 0 else e
    return Prose(
        f"{_supposed(record)} {_effect(last)} ({limits(size)}). With nothing changed there would "
        f"be about {n.count(last.baseline)}. {REST}"
    )


#: What a what-if leaves as it is.
REST = "Sentences and everything else stay as they would have been."


def _supposed(record: ScenarioRecord) -> str:
    whom = "those sentenced" if record.cohorts == "new" else "everyone"
    return f"{capital(n.listing(list(record.words)))}, for {whom} from {n.day(record.since)} on."


def _effect(last: ScenarioPoint) -> str:
    return f"By {n.day(last.date)} that would mean {difference(last.difference)}"


def difference(change: float) -> str:
    """Write by how many people the register would differ, without a capital or a stop."""
    by = n.half_up(change)
    if by == 0:
        return "no change in the number on the register"
    more = "more" if by > 0 else "fewer"
    if abs(by) == 1:
        return f"about one person {more} on the register"
    return f"about {n.count(abs(change))} {more} people on the register"
