"""The answer of the register question: three short paragraphs that are never mixed.

What the rise is made of (an accounting that sums), what it would have been with shorter sentences
(each number answers its own question), and what is not known. Then the year: who joined and left.
"""

import functools
from collections.abc import Callable

from mappa.printed import rounded
from mappa.register.answers.record import (
    Attribution,
    Estimate,
    Impulse,
    RegisterRecord,
    ShorterSentences,
)
from mappa.words import Prose, capital
from mappa.words import numbers as n

WHO = "The number of registered sexual offenders in the community in"
#: Level of the register model's intervals.
LEVEL = "90%"


def people(e: Estimate) -> str:
    """Write an estimate of people with its interval in brackets."""
    return f"{n.count(e.median)} ({limits(e)})"


def limits(e: Estimate, *, sign: bool = False) -> str:
    """Write the interval of an estimate of people with its level."""
    return f"{LEVEL} interval {n.count(e.low, sign=sign)} to {n.count(e.high, sign=sign)}"


def signed_ends(e: Estimate | Impulse) -> str:
    """Write the interval of a change of people, its level said before."""
    return f"{n.change(e.low)} to {n.change(e.high)}"


def year_of(record: RegisterRecord) -> str:
    """Write the year that is explained."""
    return f"the year to {n.day(record.accounting.end)}"


def implied(record: RegisterRecord, a: Attribution) -> str:
    """Write the rise that published sentences alone imply: the model's less the latent inflow."""
    return n.count(float(n.half_up(record.accounting.net.mean) - n.half_up(a.latent.mean)))


def withheld(record: RegisterRecord) -> Prose:
    """Say why the effect of sentences cannot be given for a date long after they end."""
    return Prose(
        f"How much of this came from longer sentences cannot be said for {year_of(record)}. "
        f"Sentence lengths are published only up to March {record.lengths_until}, and the numbers "
        "sentenced end earlier still."
    )


def attributed(say: Callable[[RegisterRecord], Prose]) -> Callable[[RegisterRecord], Prose]:
    """Mark words about the effect of sentences: for a date long after them they say why not."""

    @functools.wraps(say)
    def said(record: RegisterRecord) -> Prose:
        return say(record) if record.attributed else withheld(record)

    return said


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
    with_suspended = _group("people with suspended sentences", a.kinds[1], suspended)
    sentences = [
        _change(record),
        _indefinite(a.kinds[0], indefinite, sum(parts)),
        f"{capital(with_suspended)}, and {_group('all other groups together', a.kinds[2], other)}.",
        *(_rest(r, indefinite + suspended + other) for r in rest),
    ]
    return Prose(" ".join(sentences))


def _change(record: RegisterRecord) -> str:
    change, where, when = record.accounting.published_growth, record.nation, year_of(record)
    if change is None:
        grown = n.change(record.accounting.net.mean)
        none = f"No change in the number in the community in {where} is published for {when}."
        return f"{none} The model puts it at {grown}."
    if change > 0:
        return f"{WHO} {where} rose by {n.count(change)} in {when}."
    if change < 0:
        return f"{WHO} {where} fell by {n.count(-change)} in {when}."
    return f"{WHO} {where} did not change in {when}."


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
        return f"The number registered indefinitely rose by about {n.count(printed)} ({limits(e)})."
    return f"The number registered indefinitely fell by about {n.count(-printed)} ({limits(-e)})."


def _group(who: str, e: Estimate, printed: int) -> str:
    """Say how a group changed, and only that it may have where the interval holds 0."""
    if printed == 0:
        return f"{who} made no difference"
    if e.low < 0 < e.high and printed > 0:
        return f"{who} may have added about {n.count(printed)}"
    if e.low < 0 < e.high:
        return f"{who} may have taken off about {n.count(-printed)}"
    if printed > 0:
        return f"{who} added about {n.count(printed)}"
    return f"{who} took off about {n.count(-printed)}"


def _rest(printed: int, parts: int) -> str:
    if printed == 0:
        return "These parts add up to the published change."
    if printed > 0:
        return f"The model does not explain the other {n.count(printed)}."
    return (
        f"Together that is {n.count(parts)}, or {n.count(-printed)} above the published change; "
        "the model does not explain why."
    )


# --- had it not been so ----------------------------------------------------------------------


def reference_pair(record: RegisterRecord) -> list[ShorterSentences]:
    """Return the reference year of the answer and the earliest one, where they differ."""
    first = record.shorter[0]
    earliest = min(record.shorter, key=lambda s: s.reference)
    return [first] if earliest.reference >= first.reference else [first, earliest]


def had_it_not(record: RegisterRecord) -> Prose:
    """Return what the rise would have been with the sentences of two reference years."""
    pair = reference_pair(record)
    unclear = [s.reference for s in pair if s.smaller.low <= 0 <= s.smaller.high]
    said = [_without(s) for s in pair]
    if len(unclear) == len(pair) == 2:
        said.append("Both intervals include no change, so the data do not say in which direction.")
    elif unclear:
        said.append(f"For {unclear[0]} even the direction is not certain.")
    return Prose(" ".join(said))


def _without(s: ShorterSentences) -> str:
    """Say what the rise would have been with the sentence lengths of a year."""
    e, without = s.smaller, f"Had sentences been as long as in {s.reference}, the rise would have"
    if e.low > 0:
        return f"{without} been about {n.count(e.median)} smaller ({limits(e)})."
    if e.high < 0:
        return f"{without} been about {n.count(-e.median)} larger ({limits(-e)})."
    return (
        f"{without} been about {n.smaller(e.median)} ({LEVEL} interval {n.smaller(e.high)} to "
        f"{n.smaller(e.low)})."
    )


# --- what is not known -----------------------------------------------------------------------


def not_known(record: RegisterRecord) -> Prose:
    """Return the effect of the latent inflow and what published sentences alone imply."""
    main = record.attribution[0]
    latent, since, alone = main.latent, main.reference, implied(record, main)
    if latent.high < 0:
        return Prose(
            f"Fewer people joined the register for each sentence than in {since}. That took about "
            f"{n.count(-latent.mean)} off the rise in the model ({limits(-latent)}). "
            f"Published sentences alone would have put the rise at about {alone}. No published "
            "figure shows why."
        )
    if latent.low > 0:
        return Prose(
            f"More people joined the register for each sentence than in {since}. That added about "
            f"{n.count(latent.mean)} to the rise in the model ({limits(latent)}). Published "
            f"sentences alone would have put the rise at about {alone}. No published figure shows "
            "why."
        )
    return Prose(
        f"It is not certain whether more or fewer people joined the register for each sentence "
        f"than in {since}. In the model that changed the rise by "
        f"{n.change(latent.mean)} ({limits(latent, sign=True)}). Published sentences "
        f"alone would have put the rise at about {alone}."
    )


#: Share of the published change up to which the remainder is called little.
LITTLE = 0.10


def _left_over(record: RegisterRecord) -> str:
    """Say what a small or a large remainder means."""
    a = record.accounting
    if a.remainder is None or a.published_growth is None:
        return "Without a published change nobody can say how much is left unexplained."
    if abs(a.remainder.mean) <= LITTLE * abs(a.published_growth):
        return (
            "Little is left unexplained, because the model is fitted to these counts. That does "
            "not mean that everything is understood: the number who join for each sentence was "
            "free to follow them."
        )
    return (
        "Much is left unexplained. The model follows the counts over the years, but not this "
        "year's change."
    )


APART = (
    "The numbers for shorter sentences each answer a question of their own. They overlap and "
    "cannot be added to the parts."
)


def certainty(record: RegisterRecord) -> Prose:
    """Return how the numbers of the answer may be used, and what they assume."""
    _, suspended, other = record.accounting.kinds
    intervals = (
        f"For suspended sentences the {LEVEL} interval is {signed_ends(suspended)}, and for "
        f"all other groups {signed_ends(other)}. All numbers are averages over "
        f"{n.things(len(record.versions), 'version')} of the model, each with the same weight. "
        "The parts are means, so they add up."
    )
    assumes = (
        "All this assumes that notification periods run from conviction, in custody too. "
        "What is not published is assumed to lie in the ranges stated below."
    )
    apart = [APART] if record.attributed else []
    return Prose("\n\n".join([intervals, _left_over(record), *apart, assumes]))


@attributed
def latent_by_reference(record: RegisterRecord) -> Prose:
    """Return the latent inflow against each reference year, and what sentences imply."""
    return Prose(
        "The model lets the number who join for each sentence drift, because published sentences "
        "alone do not fit the counts. No published figure shows why it moved.\n\n"
        + " ".join(_latent(a, implied(record, a)) for a in record.attribution)
    )


def _latent(a: Attribution, alone: str) -> str:
    e = a.latent
    if e.high < 0:
        return (
            f"Since {a.reference} the drift took about {n.count(-e.mean)} off the rise "
            f"({limits(-e)}), which sentences alone would have put at {alone}."
        )
    if e.low > 0:
        return (
            f"Since {a.reference} the drift added about {n.count(e.mean)} to the rise "
            f"({limits(e)}), which sentences alone would have put at {alone}."
        )
    return (
        f"Since {a.reference} the drift changed the rise by {n.change(e.mean)} "
        f"({limits(e, sign=True)}), which sentences alone would have put at {alone}."
    )


def accounting(record: RegisterRecord) -> Prose:
    """Return the year's movements, means rounded so that they sum to the model's change."""
    a = record.accounting
    printed = [n.count(abs(m)) for m in rounded([e.mean for e in a.by_movement])]
    joined, released, ended, died, removed = printed[:5]
    movements = (
        f"In {year_of(record)} about {joined} people joined the register in the community without "
        f"going to prison, and {released} on release. About {ended} left because their "
        f"notification period ended, {died} died and {removed} were removed on review. By the "
        f"model the number changed by {n.change(a.net.mean)} "
        f"({limits(a.net, sign=True)})."
    )
    follow = "They follow from sentences, notification periods and the life table."
    if a.published_growth is None:
        neither = "Neither these movements nor the change are published."
        return Prose(f"{movements}\n\n{neither} {follow}")
    return Prose(
        f"{movements} The published change is {n.change(a.published_growth)}.\n\nNone of "
        f"these movements is published. {follow}"
    )


def indefinite(record: RegisterRecord) -> Prose:
    """Return the share of indefinite registrations in stock and growth."""
    share, growth = record.indefinite_share, record.indefinite_growth
    return Prose(
        f"By the model {n.percent(share.median, 0)} of the people on the register of "
        f"{record.nation} on {n.day(record.as_of)} are registered indefinitely ({LEVEL} interval "
        f"{n.percent(share.low, 0)} to {n.percent(share.high, 0)}). Their number changed by "
        f"{n.change(growth.mean)} in the year ({limits(growth, sign=True)})."
    )
