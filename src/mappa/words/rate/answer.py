"""The rate's record in sentences: pure functions of the record.

Neutral words only: higher than, similar to, lower than. A gap in rates is no measure of danger.
"""

from __future__ import annotations

from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.rate.missing import missing, no_count, possessive

#: More areas than this are not listed in a sentence.
LISTED = 8
CONVENTION = (
    "A full count has no sampling error: the intervals say how far a count of this size varies by "
    "chance, a modelling convention."
)
NEUTRAL = (
    "A gap is no measure of danger or of police work: approved premises, prisons nearby, housing "
    "and recording move it."
)
_GAP = {"higher": "higher than", "lower": "lower than", "similar": "similar to"}
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
    few = record.comparator_areas
    if record.comparator_count is None or len(few) > LISTED:
        return record.comparator_label
    return f"{record.comparator_label} ({n.listing(few)})"


def sentence(record: RateRecord) -> Prose:
    """Return the one sentence of the answer."""
    r = record
    if r.count is None:
        return Prose(no_count(r))
    rate = (
        f"On {n.day(r.as_of)} {possessive(r.force)} rate of {n.rate(r.rate)} people on the "
        f"register per 100,000 people {r.denominator} "
        f"{n.interval(r.rate_low, r.rate_high, level=level(r))}"
    )
    if r.ratio is None:
        return Prose(
            f"{rate} cannot be compared with {r.comparator_label}, because {r.comparator_status}."
        )
    text = f"{rate} was {_GAP[str(r.gap_verdict)]} that of {r.comparator_label}"
    return Prose(f"{text}, {_unusual_clause(r)}, and {_margin_clause(r)}.")


def _unusual_clause(r: RateRecord) -> str:
    if r.unusual_verdict is None:
        return "how unusual that is cannot be told, because too few areas have a count"
    if r.unusual_verdict == "not unusual":
        joint = "but " if r.gap_verdict in {"higher", "lower"} else ""
        return f"{joint}not unusual among areas"
    beyond = r.unusual_verdict.removeprefix("outside ")
    return f"outside the range of {beyond} of areas"


def _margin_clause(r: RateRecord) -> str:
    return {
        "higher by more": f"more than {margin(r)} higher",
        "lower by more": f"lower by more than the margin of {margin(r)}",
        "within": f"within a margin of {margin(r)}",
    }.get(
        str(r.margin_verdict),
        f"whether it is beyond a margin of {margin(r)} either way is undecided",
    )


def gap(record: RateRecord) -> Prose:
    """Part one: how large is the gap."""
    r = record
    if r.count is None:
        return Prose(no_count(r))
    text = (
        f"On {n.day(r.as_of)} {r.force} had {n.people(r.count)} on the register, "
        f"{n.rate(r.rate)} per 100,000 people {r.denominator} "
        f"{n.interval(r.rate_low, r.rate_high, level=level(r))}."
    )
    if r.ratio is None:
        return Prose(
            f"{text} It cannot be compared with {r.comparator_label}: {r.comparator_status}."
        )
    text += (
        f" That is {_GAP[str(r.gap_verdict)]} the {n.rate(r.comparator_rate)} of {against(r)}: the "
        f"ratio is {n.ratio(r.ratio)} "
        f"{n.interval(r.ratio_low, r.ratio_high, n.ratio, level=level(r))}."
    )
    return Prose(f"{text} {_people(r)}{_uncompared(r)} {CONVENTION}")


def _people(r: RateRecord) -> str:
    """The gap in people against the same comparator."""
    value = r.people_gap or 0.0
    size = abs(value)
    if r.people_gap_low is None or r.people_gap_high is None:
        return f"In people: a gap of about {n.count(size)}."
    low, high = r.people_gap_low, r.people_gap_high
    span = f"({level(r)} interval {n.count(low, sign=True)} to {n.count(high, sign=True)})"
    if n.half_up(value) == 0:
        return f"In people: as many as at that rate {span}."
    side = "more" if value > 0 else "fewer"
    return f"In people: about {n.count(size)} {side} than at that rate {span}."


def _uncompared(r: RateRecord) -> str:
    if not r.comparator_without_count or r.comparator_count is None:
        return ""
    one = len(r.comparator_without_count) == 1
    verbs = "belongs here too but has" if one else "belong here too but have"
    return f" {n.listing(r.comparator_without_count)} {verbs} no count."


def unusual(record: RateRecord) -> Prose:
    """Part two: is the force out of line with how much forces differ."""
    r = record
    if r.tau is None:
        return Prose(
            f"How much areas differ cannot be told for {n.day(r.as_of)}: only "
            f"{n.cardinal(r.areas_counted)} of {r.areas} have a count."
        )
    spread = (
        f"Areas’ true rates differ by a standard deviation of about {n.percent(r.tau, 0)}, more "
        f"than chance allows (additive variance on the log rate, {r.areas_counted} areas)."
    )
    predicted = (
        f"So the true rate of an area like the counted ones lies between "
        f"{n.rate(r.prediction_low)} and {n.rate(r.prediction_high)} (95% prediction interval)."
    )
    if r.count is None:
        return Prose(f"{spread} This describes areas, not {r.force}.")
    place = (
        f"Measured from the national rate with that spread, {r.force} stands at z = "
        f"{n.number(r.z_overdispersed, 2, sign=True)}: {r.unusual_verdict}."
    )
    return Prose(f"{spread} {predicted} {place} {_rank(r)} {_single_p(r)}")


def _rank(r: RateRecord) -> str:
    def span(low: int | None, high: int | None) -> str:
        return f"({level(r)} interval {n.ordinal(low or 0)} to {n.ordinal(high or 0)})"

    return (
        f"Counted from the highest it ranks {n.ordinal(r.rank or 0)} of the {r.rank_of} areas with "
        f"a count {span(r.rank_low, r.rank_high)}, about {n.ordinal(r.rank_all or 0)} of all "
        f"{r.rank_all_of} {span(r.rank_all_low, r.rank_all_high)}."
    )


def _single_p(r: RateRecord) -> str:
    return (
        f"A single p-value against the national rate decides nothing: it is below 0.05 for "
        f"{r.areas_below_05} of the {r.areas_counted} areas, and below 0.002 for "
        f"{r.areas_below_002}."
    )


def matter(record: RateRecord) -> Prose:
    """Part three: would it matter."""
    r = record
    if r.ratio is None or r.margin_verdict is None:
        return Prose("Whether a gap would matter cannot be asked without a ratio.")
    zone = f"{n.ratio(r.margin_low)} to {n.ratio(r.margin_high)}"
    text = (
        f"A difference of {margin(r)}, fixed beforehand, would matter: a ratio from {zone} would "
        f"not. By one-sided tests at 95% the ratio to {r.comparator_label} is {_margin_words(r)}."
    )
    if r.smallest_margin is not None:
        text += f" Equivalence would first hold at a margin of {n.percent(r.smallest_margin)}"
        side = (
            ""
            if not r.superiority_margin
            else (f"; the tests show the ratio beyond one of {n.percent(r.superiority_margin)}")
        )
        text += side + "."
    if r.probability_exceeds_margin is not None:
        p = r.probability_exceeds_margin
        text += (
            f" That the true ratio is {r.probability_direction} {n.ratio(r.probability_threshold)} "
            f"is {likely(p)}, with probability {n.probability(p)} (empirical Bayes)."
        )
    return Prose(f"{text} {_power(r)}".strip())


def _margin_words(r: RateRecord) -> str:
    return {
        "higher by more": "higher by more than that",
        "lower by more": "lower by more than that",
        "within": "within that zone",
    }.get(str(r.margin_verdict), "undecided: neither inside the zone nor outside it")


def _power(r: RateRecord) -> str:
    if r.minimal_detectable_ratio is None:
        return ""
    text = (
        "The smallest ratio that a count of this size finds with power 80% is "
        f"{n.ratio(r.minimal_detectable_ratio)} by chance alone"
    )
    if r.minimal_detectable_ratio_between is None:
        return text + "."
    return (
        f"{text}, and {n.ratio(r.minimal_detectable_ratio_between)} where it must stand out among "
        "areas as different as these."
    )


def sensitivity(record: RateRecord) -> Prose:
    """Say how much the verdict is a choice."""
    told = record.sensitivity_tally
    total = record.sensitivity_total
    if record.count is None:
        return Prose("Without a count there is nothing to put through the choices.")
    if not total:
        return Prose("No combination of choices gives a comparison.")
    text = (
        f"Of {n.count(total)} combinations of comparator, denominator, date and method "
        f"{n.count(told['higher'])} say higher, {n.count(told['similar'])} similar and "
        f"{n.count(told['lower'])} lower."
    )
    if told["higher"] and told["lower"]:
        return Prose(f"{text} The sign itself is a choice, so a verdict must name its comparator.")
    if told["similar"] < total:
        return Prose(f"{text} The sign never turns, but whether there is a gap is a choice.")
    return Prose(f"{text} No choice makes a gap of it.")


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
        "and never as an area."
    )
    if r.national_typical_rate is None:
        return Prose(text)
    span = n.interval(r.national_typical_low, r.national_typical_high)
    return Prose(
        f"{text} The typical area then has a rate of {n.rate(r.national_typical_rate)} {span}; the "
        f"national rate, {n.rate(r.national_rate)}, is an average of people, not of areas."
    )


def paragraph(record: RateRecord) -> Prose:
    """Return the whole answer: its three parts, or the page of a missing count."""
    if record.count is None:
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
