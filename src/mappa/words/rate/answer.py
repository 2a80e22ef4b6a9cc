"""The rate's record in sentences: pure functions of the record, a template for each branch.

Neutral words only: higher than, lower than, not clearly different from; *similar* is said only
where the test of the margin shows it. What is counted, and among whom, is named by the record, so
the same sentences serve any counts by area.
"""

from mappa.rates.gap import Gap, Margin
from mappa.rates.record import RateRecord
from mappa.rates.standing import Ranks, Spread, Unusual
from mappa.words import Prose
from mappa.words import numbers as n
from mappa.words.rate.missing import missing, no_count

#: More areas than this are not listed in a sentence.
LISTED = 8
#: Among fewer other areas the range is given, not how many of them are further off.
FEW = 10
CONVENTION = (
    "A complete count has no sampling error. The interval shows how far chance could move a count "
    "of this size: that is a modelling convention."
)
NEUTRAL = Prose(
    "A higher rate does not mean more danger or worse policing. It also reflects hostels, nearby "
    "prisons, housing and recording."
)
_MARGIN = {
    "higher by more": "{force} is about {size} above {label}, clearly more than {margin} above.",
    "lower by more": "{force} is about {size} below {label}, clearly more than the margin of "
    "{margin}.",
    "within": "The rate of {force} is similar to that of {label}: they differ by less than "
    "{margin}.",
    "undecided": "{force} may be {span} {label}, so whether the gap is more than {margin} cannot "
    "be settled.",
}
_TESTS = {
    "higher by more": "Both ends are more than {margin} above, so the gap would matter.",
    "lower by more": "Downwards a margin of {margin} is {below}. Both ends are further below, so "
    "the gap would matter.",
    "within": "Both ends are within {margin}, so the two rates are similar.",
    "undecided": "Whether the gap is more than {margin} cannot be settled.",
}


def sentence(record: RateRecord) -> Prose:
    """Return the answer: both rates, the ordinary range, chance, and whether it would matter."""
    r = record
    if r.own is None:
        return Prose(no_count(r))
    rates = (
        f"{_when(r)}{r.force} had {n.plain_rate(r.own.rate)} {r.noun} for every 100,000 {r.whom}; "
        f"{r.nation} had {n.plain_rate(r.national_rate)}. {_place(r)}"
    )
    if r.gap is None or r.matter is None:
        return Prose(f"{rates} {_no_comparison(r)}")
    matters = _MARGIN[r.matter.margin_verdict].format(
        force=r.force,
        label=r.comparator_label,
        size=n.percent(abs((r.gap.ratio or 0) - 1), 0),
        span=n.apart(r.gap.ratio_low, r.gap.ratio_high),
        margin=n.chosen_share(r.margin),
        below=_below(r),
    )
    return Prose(f"{rates} {_chance(r.gap)} {matters}")


def _when(r: RateRecord) -> str:
    return f"On {n.day(r.as_of)} " if r.as_of else ""


def _no_comparison(r: RateRecord) -> str:
    return (
        f"It cannot be compared with {r.comparator_label}, because {r.against.comparator_status}."
    )


def _place(r: RateRecord) -> str:
    """Say whether the rate is ordinary: how many are further off, or the range expected."""
    if r.unusual is None or r.spread is None:
        return "Too few areas have a count to say whether that is unusual."
    further, others = r.unusual.areas_further, r.areas_counted - 1
    enough = others >= FEW and 10 * further >= others
    if r.unusual.unusual_verdict != "not unusual" or not enough:
        low, high = n.plain_rate(r.spread.prediction_low), n.plain_rate(r.spread.prediction_high)
        return (
            f"That is {r.unusual.unusual_verdict}: judging by the other areas with a count, the "
            f"ordinary range is {low} to {high}."
        )
    if further == 1:
        return (
            f"A gap of this size is ordinary: one of the other {others} areas with a count is "
            "further from that rate."
        )
    return (
        f"A gap of this size is ordinary: {further} of the other {others} areas with a count are "
        "further from that rate."
    )


def _chance(gap: Gap) -> str:
    p = n.p_value(gap.ratio_p)
    if gap.gap_verdict != "not clearly different":
        return f"The gap is too large to be chance alone ({p})."
    if gap.ratio_p is not None and gap.ratio_p > 0.3:
        return f"The gap could easily be chance ({p})."
    return f"The gap could be chance ({p})."


def _below(r: RateRecord) -> str:
    return n.percent(1 - (r.margin_low or 0), 0)


def gap(record: RateRecord) -> Prose:
    """Part one: how large is the gap."""
    r = record
    if r.own is None:
        return Prose(no_count(r))
    level = n.chosen_share(r.confidence)
    limits = n.interval(r.own.rate_low, r.own.rate_high, level=level)
    rate = (
        f"{r.force} had {n.count(r.own.count)} {r.noun}. That is {n.rate(r.own.rate)} for every "
        f"100,000 {r.whom} {limits}."
    )
    if r.gap is None:
        return Prose(f"{rate} {_no_comparison(r)}\n\n{CONVENTION}")
    other = f"the rate of {r.comparator_label}, which is {n.rate(r.against.comparator_rate)}"
    said = {
        "higher": f"This is higher than {other}.",
        "lower": f"This is lower than {other}.",
        "not clearly different": f"This is not clearly different from {other}.",
    }[r.gap.gap_verdict]
    span = n.interval(r.gap.ratio_low, r.gap.ratio_high, n.ratio, level=level)
    ratio = f"The ratio of the two rates is {n.ratio(r.gap.ratio)} {span}."
    return Prose(
        f"{rate} {said}{_areas(r)}\n\n{ratio} {_people(r, r.gap)}{_uncompared(r)}\n\n{CONVENTION}"
    )


def _people(r: RateRecord, gap: Gap) -> str:
    """The gap in people against the same comparator, by the same interval."""
    low, high, size = gap.people_gap_low, gap.people_gap_high, n.count(abs(gap.people_gap))
    if low is None or high is None:
        return f"At that rate {r.force} would differ by about {size}."
    if low >= 0:
        span = f"{n.count(low)} to {n.count(high)} fewer"
    elif high <= 0:
        span = f"{n.count(-high)} to {n.count(-low)} more"
    else:
        span = f"{n.count(-low)} more to {n.count(high)} fewer"
    span = f"({n.chosen_share(r.confidence)} interval {span})"
    if low >= 0 or (gap.people_gap > 0 and high > 0):
        return f"At that rate {r.force} would have about {size} fewer {span}."
    return f"At that rate {r.force} would have about {size} more {span}."


def _areas(r: RateRecord) -> str:
    few = r.against.comparator_areas
    if r.against.comparator_count is None or not 1 < len(few) <= LISTED:
        return ""
    return f" The areas compared are {n.listing(few)}."


def _uncompared(r: RateRecord) -> str:
    missing = r.against.comparator_without_count
    if not missing or r.against.comparator_count is None:
        return ""
    if len(missing) == 1:
        return f" {missing[0]} belongs to the group too but has no count."
    return f" {n.listing(missing)} belong to the group too but have no count."


def unusual(record: RateRecord) -> Prose:
    """Part two: is the area out of line with how much areas differ."""
    r = record
    if r.spread is None:
        have = "have" if r.areas_counted else "has"
        few = f"{n.some(r.areas_counted)} of {r.areas} {have} a count"
        return Prose(f"How much areas differ cannot be said: {few}.")
    low, high = n.percent(r.spread.tau_low, 0), n.percent(r.spread.tau_high, 0)
    spread = (
        f"True rates differ between areas by about {n.percent(r.spread.tau, 0)} (a standard "
        f"deviation from {r.areas_counted} counts, 95% interval {low} to {high})."
    )
    if r.unusual is None or r.ranks is None:
        return Prose(f"{spread} This describes areas, not {r.force}.")
    parts = [f"{spread} {_rule(r, r.spread, r.unusual)}", _power(r.spread, r.unusual)]
    parts += [_rank(r, r.ranks), _single_p(r, r.spread)]
    return Prose("\n\n".join(p for p in parts if p))


def _rule(r: RateRecord, spread: Spread, unusual: Unusual) -> str:
    z, p = n.number(unusual.z_overdispersed, 2, sign=True), n.p_value(unusual.unusual_p)
    return (
        f"From the other areas, a rate of {n.rate(spread.prediction_low)} to "
        f"{n.rate(spread.prediction_high)} would be expected in {r.force} (95% prediction "
        f"interval). Its rate is {unusual.unusual_verdict} (z = {z}, {p})."
    )


def _power(spread: Spread, unusual: Unusual) -> str:
    """Say with *not unusual* how much this check could have found."""
    if unusual.unusual_verdict != "not unusual":
        return ""
    return (
        f"This check finds large differences only. It would call a true rate 20% above the typical "
        f"one unusual in {n.percent(spread.power_20, 0)} of cases. For a rate 50% above, it would "
        f"in {n.percent(spread.power_50, 0)}."
    )


def _rank(r: RateRecord, ranks: Ranks) -> str:
    first = (
        f"{r.force} ranks {n.ordinal(ranks.rank)} from the top of {ranks.rank_of} areas with a "
        f"count ({n.chosen_share(r.confidence)} interval {ranks.rank_low} to {ranks.rank_high})."
    )
    if ranks.rank_all_of == ranks.rank_of:
        return first
    return (
        f"{first} If areas without a count are spread like the others, it is about "
        f"{n.ordinal(ranks.rank_all)} of all {ranks.rank_all_of} ({ranks.rank_all_low} to "
        f"{ranks.rank_all_high})."
    )


def _single_p(r: RateRecord, spread: Spread) -> str:
    are = "is" if spread.areas_unusual < 2 else "are"
    return (
        f"If only chance counted, {spread.areas_below_05} of the {r.areas_counted} areas would "
        "differ from the national rate (p below 0.05), so that test alone says little. Once normal "
        f"variation between areas is allowed for, {n.some(spread.areas_unusual)} {are} unusual."
    )


def matter(record: RateRecord) -> Prose:
    """Part three: would it matter."""
    r = record
    if r.matter is None or r.gap is None:
        return Prose("Whether a gap would matter cannot be asked without a ratio.")
    margin = n.chosen_share(r.margin)
    why = "This margin was chosen for this answer, not beforehand."
    if r.margin_reason:
        why = f"The study chose this margin before it compared rates: {r.margin_reason}."
    text = f"A difference of {margin} would matter. {why}"
    span = n.apart(r.gap.ratio_low90, r.gap.ratio_high90, 1)
    tests = _TESTS[r.matter.margin_verdict].format(margin=margin, below=_below(r))
    text += (
        f"\n\n{r.force} is {span} {r.comparator_label} (90% interval, whose ends are two "
        f"one-sided tests at 5%). {tests}"
    )
    if r.beyond:
        p, limit = r.beyond.probability_exceeds_margin, r.beyond.probability_threshold
        text += (
            f" A true ratio {r.beyond.probability_direction} {n.ratio(limit)} is {n.likely(p)} "
            f"(probability {n.probability(p)}, empirical Bayes)."
        )
    return Prose(f"{text}{_detectable(r.matter)}")


def _detectable(m: Margin) -> str:
    """Say which ratios the test would find."""
    if m.minimal_detectable_ratio is None:
        return ""
    text = (
        "\n\nA test of chance alone would find, in 80% of cases, a true ratio "
        f"{_beyond(m.minimal_detectable_ratio_below, m.minimal_detectable_ratio)}."
    )
    if m.minimal_detectable_ratio_between is None:
        return text
    wide = _beyond(m.minimal_detectable_ratio_between_below, m.minimal_detectable_ratio_between)
    return (
        f"{text} The check that allows for how much areas differ would find, in 80% of cases, a "
        f"true ratio {wide}."
    )


def _beyond(below: float | None, above: float) -> str:
    if below is None:
        return f"above {n.ratio(above)}"
    return f"above {n.ratio(above)} or below {n.ratio(below)}"


def sensitivity(record: RateRecord) -> Prose:
    """Say how the verdict divides over comparators and denominators, one date and method."""
    said, total = record.sensitivity_tally, record.sensitivity_total
    if record.own is None:
        return Prose("Without a count there is no ratio to any comparison group.")
    if not total:
        return Prose("No comparison group has a count.")
    question = "Each group asks a different question, so an answer must name its group."
    for verdict, count in said.items():
        if count == total:
            return Prose(
                f"All {count} ratios, by comparison group and population, are {verdict}. {question}"
            )
    return Prose(
        f"Of {total} ratios, by comparison group and population, {said['higher']} "
        f"are higher and {said['lower']} lower. The other {said['not clearly different']} are not "
        f"clearly different. {question}"
    )


def pool(record: RateRecord) -> Prose:
    """Say what is known of the areas without a count."""
    r = record
    missing = r.areas_uncounted
    if not missing:
        return Prose(f"Each of the {r.areas} areas has a count.")
    if not r.areas_counted:
        return Prose(f"{_when(r)}none of the {r.areas} areas has a count here.")
    text = (
        f"{_when(r)}{r.areas_counted} of {r.areas} areas have a count here. The other "
        f"{n.cardinal(missing)} together have {n.count(r.pool_count)} {r.noun}, or "
        f"{n.rate(r.pool_rate)} for every 100,000 {r.whom}. Which counts are printed is not "
        "random, so the counted areas are not a sample."
    )
    if r.spread is None:
        return Prose(text)
    span = n.interval(r.spread.national_typical_low, r.spread.national_typical_high)
    return Prose(
        f"{text}\n\nA typical area has a rate of {n.rate(r.spread.national_typical_rate)} {span}, "
        f"where each area counts once. The national rate of {n.rate(r.national_rate)} is an "
        "average over people."
    )


def paragraph(record: RateRecord) -> Prose:
    """Return the three parts of the answer, or what is known where there is no count."""
    if record.own is None:
        return missing(record)
    return Prose("\n\n".join([gap(record), unusual(record), matter(record)]))
