"""The answer of the register question: three short paragraphs that are never mixed.

What the rise is made of (an accounting that sums), what it would have been with shorter sentences
(each number stands alone), and what is not known.
"""

from __future__ import annotations

from mappa.printed import rounded
from mappa.register.answers.record import Estimate, RegisterRecord, ShorterSentences
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import (
    LEVEL,
    ends,
    limits,
    main_attribution,
    withheld,
    year_of,
)


def answer(record: RegisterRecord) -> Prose:
    """Return the three paragraphs of the answer."""
    if not record.attributed:
        return Prose("\n\n".join([made_of(record), withheld(record)]))
    return Prose("\n\n".join([made_of(record), had_it_not(record), not_known(record)]))


# --- what the rise is made of ----------------------------------------------------------------


def made_of(record: RegisterRecord) -> Prose:
    """Return the accounting by kind of registration; its numbers sum as printed."""
    a = record.accounting
    parts = [k.mean for k in a.kinds] + ([] if a.remainder is None else [a.remainder.mean])
    indefinite, suspended, other, *rest = rounded(parts)
    sentences = [
        _change(record),
        _indefinite(a.kinds[0], indefinite, sum(parts)),
        _group("People with suspended sentences", a.kinds[1], suspended),
        _group("All other groups together", a.kinds[2], other),
        *(_rest(r) for r in rest),
    ]
    return Prose(" ".join(sentences))


def _change(record: RegisterRecord) -> str:
    change, where, when = record.accounting.published_growth, record.nation, year_of(record)
    if change is None:
        grown = n.count(record.accounting.net.mean, sign=True)
        return (
            f"No change of the number on the register in {where} is published for {when}; the "
            f"model puts it at {grown}."
        )
    if change > 0:
        return f"The number on the register in {where} rose by {n.count(change)} in {when}."
    if change < 0:
        return f"The number on the register in {where} fell by {n.count(-change)} in {when}."
    return f"The number on the register in {where} did not change in {when}."


def _indefinite(e: Estimate, printed: int, change: float) -> str:
    """Say how many more of them there are, and whether they are most of a rise or more than it."""
    if printed > change > 0:
        return (
            f"People registered indefinitely are more than all of the rise: about "
            f"{n.count(printed)} more of them joined than left ({limits(e)})."
        )
    if 2 * printed > change > 0:
        return (
            f"Most of the rise is people registered indefinitely: about {n.count(printed)} more "
            f"of them joined than left ({limits(e)})."
        )
    if printed > 0:
        return (
            f"About {n.count(printed)} more people registered indefinitely joined than left "
            f"({limits(e)})."
        )
    return f"People registered indefinitely became about {n.count(-printed)} fewer ({limits(e)})."


def _group(who: str, e: Estimate, printed: int) -> str:
    """Say how a group changed, and that its direction is not clear where the interval holds 0."""
    if e.low < 0 < e.high and printed != 0:
        change = "added" if printed > 0 else "shrank by"
        return f"{who} probably {change} about {n.count(abs(printed))}, but this is not clear."
    if printed > 0:
        return f"{who} added about {n.count(printed)}."
    if printed < 0:
        return f"{who} shrank by about {n.count(-printed)}."
    return f"{who} stayed the same size."


def _rest(printed: int) -> str:
    if printed == 0:
        return "These parts add up to the published change."
    if printed > 0:
        return f"The remaining {n.count(printed)} are unexplained."
    return (
        f"Together these are {n.count(-printed)} more than the published change; the difference "
        "is unexplained."
    )


# --- had it not been so ----------------------------------------------------------------------


def reference_pair(record: RegisterRecord) -> list[ShorterSentences]:
    """Return the reference year of the answer and the earliest one, where they differ."""
    first = record.shorter[0]
    earliest = min(record.shorter, key=lambda s: s.reference)
    return [first] if earliest.reference >= first.reference else [first, earliest]


def had_it_not(record: RegisterRecord) -> Prose:
    """Return what the rise would have been with the sentences of two reference years."""
    return Prose(" ".join(_without(s) for s in reference_pair(record)))


def _without(s: ShorterSentences) -> str:
    """Say what lengthening since a year did, or that its direction is not clear."""
    e, since = s.smaller, s.reference
    if e.low > 0:
        return (
            f"Had sentences been as short as in {since}, the rise would have been about "
            f"{n.count(e.median)} smaller ({limits(e)})."
        )
    if e.high < 0:
        return (
            f"Had sentences been as long as in {since}, the rise would have been about "
            f"{n.count(-e.median)} larger ({limits(-e)})."
        )
    return (
        f"Whether longer sentences since {since} made the rise larger is not clear: without them "
        f"it would have been about {n.smaller(e.median)} ({LEVEL} interval {n.smaller(e.high)} to "
        f"{n.smaller(e.low)})."
    )


# --- what is not known -----------------------------------------------------------------------


def not_known(record: RegisterRecord) -> Prose:
    """Return the effect of the latent inflow and what published sentences alone imply."""
    main = main_attribution(record)
    latent, since = main.latent, main.reference
    implied = n.count(main.implied.mean)
    if latent.high < 0:
        return Prose(
            f"Fewer people joined the register for each sentence than in {since}. That took about "
            f"{n.count(-latent.mean)} off the rise ({n.count(-latent.high)} to "
            f"{n.count(-latent.low)}), which published sentences alone would have put at about "
            f"{implied}. No published figure shows why."
        )
    if latent.low > 0:
        return Prose(
            f"More people joined the register for each sentence than in {since}. That added about "
            f"{n.count(latent.mean)} to the rise ({ends(latent)}), which published sentences alone "
            f"would have put at about {implied}. No published figure shows why."
        )
    return Prose(
        f"Whether more or fewer people joined the register for each sentence than in {since} "
        f"cannot be said: that changed the rise by between {n.count(latent.low, sign=True)} and "
        f"{n.count(latent.high, sign=True)}. Published sentences alone would have put it at about "
        f"{implied}."
    )


#: Share of the published change up to which the remainder is called little.
LITTLE = 0.10


def _left_over(record: RegisterRecord) -> str:
    """Say what a small or a large remainder means."""
    a = record.accounting
    if a.remainder is None or a.published_growth is None:
        return "Without a published change it cannot be said how much is left unexplained."
    if abs(a.remainder.mean) <= LITTLE * abs(a.published_growth):
        return (
            "Little is left unexplained because the model is fitted to these counts, not because "
            "everything is understood: the inflow for each sentence was free to follow them."
        )
    return (
        "Much is left unexplained: the model follows the counts over the years, and not this "
        "year's change."
    )


def _versions(record: RegisterRecord) -> str:
    """Write of how many versions of the model the answer is the average."""
    count = len(record.versions)
    if count == 1:
        return "the draws of one version of the model"
    return (
        f"{n.cardinal(count)} versions of the model with equal weights, fixed before any was fitted"
    )


APART = (
    "The numbers for shorter sentences each answer a question of their own: they overlap and "
    "cannot be added to the parts."
)


def certainty(record: RegisterRecord) -> Prose:
    """Return how the numbers of the answer may be used, and what they assume."""
    _, suspended, other = record.accounting.kinds
    paragraphs = [
        (
            f"How sure: the change in people with suspended sentences has a {limits(suspended)}, "
            f"that in all other groups {n.count(other.low)} to {n.count(other.high)}. All numbers "
            f"average {_versions(record)}. The parts are means, so they add up."
        ),
        *([APART] if record.attributed else []),
        _left_over(record),
        (
            "All this assumes that notification periods run from conviction, in custody too, and "
            "that what is not published lies in the ranges stated below."
        ),
    ]
    return Prose(" ".join(paragraphs))
