"""The rate's record in sentences: pure functions of the record, a whole sentence each branch.

Neutral words only: higher than, lower than, not clearly different from; *similar* is said only
where the test of the margin shows it. A gap in rates is no measure of danger.
"""

from __future__ import annotations

from mappa.printed import half_up
from mappa.rates.gap import Gap
from mappa.rates.matter import Margin
from mappa.rates.record import RateRecord
from mappa.rates.standing import Ranks, Spread, Unusual
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.rate.missing import missing, no_count

#: More areas than this are not listed in a sentence.
LISTED = 8
CONVENTION = (
    "A full count has no sampling error. The intervals show how far a count of this size varies "
    "by chance, which is a modelling convention."
)
NEUTRAL = (
    "A higher rate does not mean more danger or worse police work. Approved premises, prisons "
    "nearby, housing and recording move it too."
)
QUESTIONS = (
    "Comparators are different questions: each sets {force} against other people. An answer must "
    "name its comparator."
)
_GAP = {
    "higher": "{force} is higher than {other}",
    "lower": "{force} is lower than {other}",
    "not clearly different": "{force} is not clearly different from {other}",
}
_MARGIN = {
    "higher by more": "It is more than {margin} higher.",
    "lower by more": "It is lower by more than the margin of {margin} allows.",
    "within": "It is within {margin} of it, so the two are similar.",
    "undecided": "Whether the difference is larger than {margin} cannot be settled.",
}
_TESTS = {
    "higher by more": "the ratio to {label} is higher by more than that.",
    "lower by more": "the ratio to {label} is lower by more than that.",
    "within": "the ratio to {label} is within that zone.",
    "undecided": "it is undecided whether the ratio to {label} is inside the zone or outside.",
}
_PLACE = {
    "not unusual": "That is not unusual: by the other areas’ rates {span} would be expected.",
    "unusual": "That is unusual: by the other areas’ rates {span} would be expected.",
    "very unusual": "That is very unusual: by the other areas’ rates {span} would be expected.",
}
_LIKELY = (
    (0.05, "very unlikely"),
    (0.40, "unlikely"),
    (0.60, "about as likely as not"),
    (0.95, "likely"),
    (1.01, "very likely"),
)


def likely(p: float) -> str:
    """Return the fixed word of a probability, cut at .05, .40, .60 and .95 (as EpiNow2 cuts)."""
    return next(word for cut, word in _LIKELY if p < cut)


def share(value: float) -> str:
    """Write a chosen share as a percentage with no more decimals than it has: 10%, 7.5%."""
    return n.percent(value, 0 if round(100 * value, 6) % 1 == 0 else 1)


def margin(record: RateRecord) -> str:
    """Write the margin: 10%, 7.5%."""
    return share(record.margin)


def level(record: RateRecord) -> str:
    """Write the confidence: 95%, 99.8%."""
    return share(record.confidence)


def against(record: RateRecord) -> str:
    """Name the comparator, with its areas where they are few."""
    few = record.against.comparator_areas
    if record.against.comparator_count is None or len(few) > LISTED:
        return record.comparator_label
    return f"{record.comparator_label} ({n.listing(few)})"


def sentence(record: RateRecord) -> Prose:
    """Return the answer in four short sentences: the rate, the ordinary range, gap and margin."""
    r = record
    if r.own is None:
        return Prose(no_count(r))
    rate = (
        f"On {n.day(r.as_of)} {r.force} had {n.rate(r.own.rate)} people on the register for every "
        f"100,000 people {r.denominator}; {r.nation} had {n.rate(r.national_rate)}."
    )
    if r.gap is None or r.matter is None:
        return Prose(f"{rate} {_place(r)} {_no_comparison(r)}")
    gap = _GAP[r.gap.gap_verdict].format(
        force=f"The rate of {r.force}", other=f"that of {r.comparator_label}"
    )
    span = n.interval(r.gap.ratio_low, r.gap.ratio_high, n.ratio, level=level(r))
    end = _MARGIN[r.matter.margin_verdict].format(margin=margin(r))
    return Prose(f"{rate} {_place(r)} {gap}: the ratio is {n.ratio(r.gap.ratio)} {span}. {end}")


def _no_comparison(r: RateRecord) -> str:
    return (
        f"It cannot be compared with {r.comparator_label}, because {r.against.comparator_status}."
    )


def _place(r: RateRecord) -> str:
    """Say whether the rate is ordinary, with the range that the others make expected."""
    if r.unusual is None or r.spread is None:
        return "How unusual that is cannot be said, because too few areas have a count."
    span = f"{n.rate(r.spread.prediction_low)} to {n.rate(r.spread.prediction_high)}"
    return _PLACE[r.unusual.unusual_verdict].format(span=span)


def gap(record: RateRecord) -> Prose:
    """Part one: how large is the gap."""
    r = record
    if r.own is None:
        return Prose(no_count(r))
    text = (
        f"On {n.day(r.as_of)} {r.force} had {n.people(r.own.count)} on the register, "
        f"{n.rate(r.own.rate)} per 100,000 people {r.denominator} "
        f"{n.interval(r.own.rate_low, r.own.rate_high, level=level(r))}."
    )
    if r.gap is None:
        return Prose(f"{text} {_no_comparison(r)}")
    said = _GAP[r.gap.gap_verdict].format(
        force="That", other=f"the {n.rate(r.against.comparator_rate)} of {against(r)}"
    )
    ratio = (
        f"The ratio is {n.ratio(r.gap.ratio)} "
        f"{n.interval(r.gap.ratio_low, r.gap.ratio_high, n.ratio, level=level(r))}."
    )
    return Prose(f"{text} {said}. {ratio} {_people(r, r.gap)}{_uncompared(r)} {CONVENTION}")


def _people(r: RateRecord, gap: Gap) -> str:
    """The gap in people against the same comparator, by the same interval."""
    value, size = gap.people_gap, n.count(abs(gap.people_gap))
    if gap.people_gap_low is None or gap.people_gap_high is None:
        return f"In people: a gap of about {size}."
    low, high = n.count(gap.people_gap_low, sign=True), n.count(gap.people_gap_high, sign=True)
    span = f"({level(r)} interval {low} to {high})"
    if half_up(value) == 0:
        return f"In people: as many as at that rate {span}."
    if value > 0:
        return f"In people: about {size} more than at that rate {span}."
    return f"In people: about {size} fewer than at that rate {span}."


def _uncompared(r: RateRecord) -> str:
    missing = r.against.comparator_without_count
    if not missing or r.against.comparator_count is None:
        return ""
    if len(missing) == 1:
        return f" {missing[0]} belongs here too but has no count."
    return f" {n.listing(missing)} belong here too but have no count."


def unusual(record: RateRecord) -> Prose:
    """Part two: is the force out of line with how much forces differ."""
    r = record
    if r.spread is None:
        return Prose(
            f"How much areas differ cannot be said for {n.day(r.as_of)}: only "
            f"{n.cardinal(r.areas_counted)} of {r.areas} have a count."
        )
    spread = (
        f"Areas’ true rates differ by a standard deviation of about {n.percent(r.spread.tau, 0)}, "
        f"more than chance allows (additive variance on the log rate, {r.areas_counted} areas)."
    )
    if r.unusual is None or r.ranks is None:
        return Prose(f"{spread} This describes areas, not {r.force}.")
    parts = [
        spread, _rule(r, r.spread, r.unusual), _power(r.spread, r.unusual), _rank(r, r.ranks),
        _single_p(r, r.spread),
    ]  # fmt: skip
    return Prose(" ".join(p for p in parts if p))


def _rule(r: RateRecord, spread: Spread, unusual: Unusual) -> str:
    z, p = n.number(unusual.z_overdispersed, 2, sign=True), n.probability(unusual.unusual_p)
    expected = (
        f"By the rates of the other areas with a count, {n.rate(spread.prediction_low)} to "
        f"{n.rate(spread.prediction_high)} would be expected in {r.force} (95% prediction "
        "interval)."
    )
    return f"{expected} The rate of {r.force} is {unusual.unusual_verdict} (z = {z}, p = {p})."


def _power(spread: Spread, unusual: Unusual) -> str:
    """Say beside *not unusual* how much this check could have found."""
    if unusual.unusual_verdict != "not unusual":
        return ""
    return (
        f"This check would find a true rate 20% above the typical one in "
        f"{n.percent(spread.power_20, 0)} of cases, and one 50% above in "
        f"{n.percent(spread.power_50, 0)}."
    )


def _rank(r: RateRecord, ranks: Ranks) -> str:
    def span(low: int, high: int) -> str:
        return f"({level(r)} interval {n.ordinal(low)} to {n.ordinal(high)})"

    return (
        f"Counted from the highest it ranks {n.ordinal(ranks.rank)} of the {ranks.rank_of} areas "
        f"with a count {span(ranks.rank_low, ranks.rank_high)}. Among all {ranks.rank_all_of} it "
        f"ranks about {n.ordinal(ranks.rank_all)} {span(ranks.rank_all_low, ranks.rank_all_high)}: "
        "areas without a count are there drawn like the others, to their known sum."
    )


def _single_p(r: RateRecord, spread: Spread) -> str:
    return (
        f"A single p-value against the national rate decides nothing: it is below 0.05 for "
        f"{spread.areas_below_05} of the {r.areas_counted} areas, and below 0.002 for "
        f"{spread.areas_below_002}."
    )


def matter(record: RateRecord) -> Prose:
    """Part three: would it matter."""
    r = record
    if r.matter is None:
        return Prose("Whether a gap would matter cannot be asked without a ratio.")
    zone = f"{n.ratio(r.margin_low)} to {n.ratio(r.margin_high)}"
    if r.margin_reason:
        text = (
            f"A difference of {margin(r)} would matter: a ratio from {zone} would not. The study "
            f"fixed this margin beforehand: {r.margin_reason}."
        )
    else:
        text = (
            f"A difference of {margin(r)} would matter: a ratio from {zone} would not. This margin "
            "was chosen for this answer, not beforehand."
        )
    tests = _TESTS[r.matter.margin_verdict].format(label=r.comparator_label)
    parts = [text, f"By one-sided tests at 95% {tests}", _shown(r.matter), _likely(r)]
    return Prose(" ".join(p for p in [*parts, _detectable(r.matter)] if p))


def _shown(m: Margin) -> str:
    """Say which margins the tests would decide."""
    if m.smallest_margin is None:
        return ""
    within = n.percent(m.smallest_margin)
    if not m.superiority_margin:
        return f"The tests show the ratio within a margin of {within}."
    return (
        f"The tests show the ratio beyond a margin of {n.percent(m.superiority_margin)} and within "
        f"one of {within}."
    )


def _likely(r: RateRecord) -> str:
    if r.beyond is None:
        return ""
    p = r.beyond.probability_exceeds_margin
    return (
        f"That the true ratio is {r.beyond.probability_direction} "
        f"{n.ratio(r.beyond.probability_threshold)} is {likely(p)}, with probability "
        f"{n.probability(p)} (empirical Bayes)."
    )


def _detectable(m: Margin) -> str:
    """Say which ratios the test would find."""
    if m.minimal_detectable_ratio is None:
        return ""
    text = "With power 80% a count of this size finds by chance alone "
    text += _beyond(m.minimal_detectable_ratio_below, m.minimal_detectable_ratio)
    if m.minimal_detectable_ratio_between is None:
        return text + "."
    wide = _beyond(m.minimal_detectable_ratio_between_below, m.minimal_detectable_ratio_between)
    return f"{text}. To stand out among areas as different as these takes {wide}."


def _beyond(below: float | None, above: float) -> str:
    if below is None:
        return f"a ratio above {n.ratio(above)}"
    return f"a ratio above {n.ratio(above)} or below {n.ratio(below)}"


def sensitivity(record: RateRecord) -> Prose:
    """Say how the verdict divides over comparators and denominators, one date and method."""
    r, said = record, record.sensitivity_tally
    if r.own is None:
        return Prose("Without a count there is nothing to put through the choices.")
    if not r.sensitivity_total:
        return Prose("No combination of choices gives a comparison.")
    text = (
        f"On {n.day(r.as_of)}, by the score method, {r.sensitivity_total} comparisons can be made "
        f"by comparator and denominator. Of them {said['higher']} say higher, "
        f"{said['not clearly different']} not clearly different and {said['lower']} lower."
    )
    return Prose(f"{text} {QUESTIONS.format(force=r.force)}")


def pool(record: RateRecord) -> Prose:
    """Say what is known of the areas without a count."""
    r = record
    missing = r.areas_uncounted
    if not missing:
        return Prose(f"Every one of the {r.areas} areas has a count on {n.day(r.as_of)}.")
    text = (
        f"For {n.day(r.as_of)} {r.areas_counted} of {r.areas} areas have a count. The other "
        f"{n.cardinal(missing)} are known only as one: {n.people(r.pool_count)}, "
        f"{n.rate(r.pool_rate)} per 100,000. They enter the model as one constraint, never as zero "
        "and never as an area. Which areas get printed is not chance, so the counted are no sample."
    )
    if r.spread is None:
        return Prose(text)
    span = n.interval(r.spread.national_typical_low, r.spread.national_typical_high)
    return Prose(
        f"{text} A typical area (random-effects mean, each area counting as one) then has a rate "
        f"of {n.rate(r.spread.national_typical_rate)} {span}. The national rate, "
        f"{n.rate(r.national_rate)}, is an average of people, not of areas."
    )


def paragraph(record: RateRecord) -> Prose:
    """Return the whole answer: its three parts, or the page of a missing count."""
    if record.own is None:
        return missing(record)
    parts = [gap(record), unusual(record), matter(record)]
    return Prose("\n\n".join([*parts, NEUTRAL]))


def source_line(publisher: str, population: list[str], year: int) -> str:
    """Return the source line of a chart: whose counts, whose population."""
    people = f"; population: {n.listing(population)}, mid-{year}" if population else ""
    return (
        f"Source: counts of {publisher} as printed in newspapers and reports, each with its own "
        f"source in the tables{people}. Not official statistics."
    )
