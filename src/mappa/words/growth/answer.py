"""Sentences about the growth of an area: pure functions of the growth record.

Each sentence is one template, and a doubted figure is never written without its doubt.
"""

from mappa.growth.change import Change, Span
from mappa.growth.measures import Measure
from mappa.growth.national import POOL, Part
from mappa.growth.record import GrowthRecord
from mappa.growth.series import AREA_BASES, NATIONAL_BASES, Point
from mappa.rates.change import Doubt
from mappa.words import Prose, capital
from mappa.words import numbers as n
from mappa.words.rate import change as change_words

WHO = "registered sexual offenders"
#: Bases on which a count of an area is compared with no other, as a sentence ends with them.
_APART = {
    "level_1": ", of level 1 alone",
    "other_date": "",
    "earlier_returns": ", counted in an older way",
    "basis_not_known": ", counted in a way that its source does not state",
}
_BASES = {**AREA_BASES, **NATIONAL_BASES, "model": "the model's estimate, not a count"}
#: By whether growth is clearly on one side of the national.
_GAP = ("The data cannot tell the two apart.", "The gap is too large to be chance alone.")


def basis_name(basis: str) -> str:
    """Return what is counted on a basis, in words."""
    return _BASES.get(basis, basis)


def from_to(span: Span) -> str:
    """Write how a number moved: rose from 590 to 594."""
    if span.change == 0:
        return f"did not change from {n.count(span.from_value)}"
    return f"{n.moved(span.change)} from {n.count(span.from_value)} to {n.count(span.to_value)}"


def pace(share: float) -> str:
    """Write growth a year: grew by 7.1% a year."""
    if share == 0:
        return "did not change"
    return f"{'grew' if share > 0 else 'fell'} by {n.percent(abs(share))} a year"


def year_span(record: GrowthRecord) -> Span | None:
    """Return the national span over the year to as_of."""
    ends = (s for s in record.national_years if s.end == record.as_of)
    return next((s for s in ends if round(s.years, 2) == 1), None)


def own_part(record: GrowthRecord) -> Part | None:
    """Return the area's part of the national change, where it can be worked out."""
    return next((p for p in record.contribution.parts if p.area == record.force), None)


def estimate_on(record: GrowthRecord) -> Point | None:
    """Return the estimate for as_of, where no count is known."""
    estimates = (p for p in record.series if p.kind == "estimate")
    return next((p for p in estimates if p.date == record.as_of), None)


def side(own: Span, nation: Span) -> int:
    """Return 1 where growth is clearly above the national, -1 below, 0 where unclear."""
    return int(own.annual_low > nation.annual_growth) - int(own.annual_high < nation.annual_growth)


def years(span: Span) -> str:
    """Write the length of a span: nine years."""
    rounded = round(span.years)
    if abs(span.years - rounded) > 0.02:
        return f"{n.number(span.years, 1)} years"
    return n.things(rounded, "year")


def answer(record: GrowthRecord) -> Prose:
    """Return the answer: the number, the year before, the national growth, and the longer run."""
    first = _counted(record) if record.count is not None else _uncounted(record)
    paragraphs = " ".join(filter(None, [*first, national(record)])), _longer(record)
    return Prose("\n\n".join(filter(None, paragraphs)))


def _counted(r: GrowthRecord) -> list[str]:
    count = f"{r.force} had {n.count(r.count)} {WHO} in the community on {n.day(r.as_of)}."
    doubt, part = r.year_test.doubt, own_part(r)
    if r.change.span is not None:
        return [count, _year_before(r.change.span)]
    if doubt is not None:
        return [count, _printed(doubt)]
    if part is not None and part.change:
        word, size = ("rise" if part.change > 0 else "fall"), n.percent(abs(part.growth))
        return [count, f"A {word} of {size} in the year has been printed."]
    return [count, "No count of the year before can be compared with it."]


def _year_before(span: Span) -> str:
    about = "about " if "derived" in span.quality else ""
    size = f"{about}{n.cardinal(round(abs(span.change)))}"
    if span.change > 0:
        return f"That is {size} more than a year before."
    if span.change < 0:
        return f"That is {size} fewer than a year before."
    return f"That is {about}as many as a year before."


def _printed(doubt: Doubt) -> str:
    size, before = n.percent(abs(doubt.growth), 0), n.count(doubt.value)
    if doubt.growth > 0:
        return (
            f"A rise of {size} in the year has been printed. It implies {before} a year before, "
            "which is probably too low, so the change is not known."
        )
    return (
        f"A fall of {size} in the year has been printed. It implies {before} a year before, "
        "which is probably too high, so the change is not known."
    )


def _uncounted(r: GrowthRecord) -> list[str]:
    """Lead with what is known of an area without a count: its latest count, then the estimate."""
    point, counts = estimate_on(r), [p for p in r.series if p.kind == "count"]
    known = [_latest(counts[-1], r)] if counts else []
    if point is None:
        none = f"No count in {r.force} on {n.day(r.as_of)} is known, and too few years are known"
        return [*known, f"{none} for an estimate."]
    guess = (
        f"This study estimates {n.count(point.value)} {WHO} in {r.force} on {n.day(r.as_of)} "
        f"{n.interval(point.low, point.high, n.count, '90%')}."
    )
    note = "It comes from a model and is not a count."
    old = counts and counts[-1].basis == "earlier_returns"
    return [guess, note, *known] if old else [*known, guess, note]


def _latest(point: Point, r: GrowthRecord) -> str:
    where, when = f"{n.count(point.value)} in {r.force}", n.day(point.date)
    if point.quality == "police":
        return f"The latest known figure is {where} on {when}, given by the police."
    return f"The latest known count is {where} on {when}{_APART.get(point.basis, '')}."


def national(r: GrowthRecord) -> str:
    """Return how the national number moved in the year, or nothing where that is not known."""
    span = year_span(r)
    if span is None:
        return ""
    if span.change == 0:
        return f"Across {r.nation} the number stayed at {n.count(span.to_value)} in the year."
    return (
        f"Across {r.nation} the number {n.moved_by(span.growth)} in "
        f"the year, to {n.count(span.to_value)}."
    )


def _longer(r: GrowthRecord) -> str:
    """Say the growth here and nationally over the longest span on one basis, if two years."""
    own, nation = r.compound.span, r.compound.national
    if own is None or nation is None or own.years < 2:
        return ""
    when = f"Over {years(own)}"
    if own.end != r.as_of:
        when = f"Over the {years(own)} to {n.day(own.end)}"
    return (
        f"{when} the number in {r.force} {pace(own.annual_growth)}. Nationally it "
        f"{pace(nation.annual_growth)}. {_GAP[abs(side(own, nation))]}"
    )


def year(record: GrowthRecord) -> Prose:
    """Return the paragraphs on the year's change: the area's own, or what is known of others."""
    if record.change.span is not None:
        return change_words.change(record.year_test, record.nation, record.as_of)
    c = record.contribution
    sure = [p for p in c.parts if p.area != POOL and p.doubt is None]
    if not sure:
        return Prose(f"Changes in the year to {n.day(record.as_of)} are not known by area.")
    top, least = max(sure, key=lambda p: p.growth), min(sure, key=lambda p: p.growth)
    own = own_part(record)
    doubted = " and not in doubt" if any(p.doubt is not None for p in c.parts) else ""
    others = (
        f"Among {len(sure)} areas whose change in the year is known{doubted}, it ran from "
        f"{n.growth(least.growth)} in {least.area} to {n.growth(top.growth)} in {top.area}."
    )
    if record.year_test.doubt is not None:
        return Prose(f"{_printed(record.year_test.doubt)} {others}")
    if own is None:
        return Prose(f"{others} {record.force} is not one of them.")
    size = n.growth(own.growth)
    return Prose(f"A change of {size} in the year has been printed for {record.force}. {others}")


def long_run(record: GrowthRecord) -> Prose:
    """Return the paragraphs on compound growth over the longest span on one basis."""
    own, nation = record.compound.span, record.compound.national
    if own is None:
        return Prose(_no_long_run(record))
    text = (
        f"From {n.day(own.start)} to {n.day(own.end)} the number in {record.force} {from_to(own)}. "
        f"It {pace(own.annual_growth)} {n.interval(own.annual_low, own.annual_high, n.percent)}."
    )
    if nation is None:
        return Prose(text)
    text += f" Nationally it {pace(nation.annual_growth)}. {_GAP[abs(side(own, nation))]}"
    return Prose(f"{text}{_two_truths(record)}")


def _no_long_run(r: GrowthRecord) -> str:
    ends = [s for s in r.national_periods if s.end == r.as_of]
    few = f"{r.force} has too few comparable counts for such a figure."
    if not ends:
        return f"Growth over more years needs two comparable counts. {few}"
    longest = max(ends, key=lambda s: s.years)
    return (
        f"In {r.nation} the number {pace(longest.annual_growth)} from {n.day(longest.start)} to "
        f"{n.day(longest.end)}. {few}"
    )


def _two_truths(record: GrowthRecord) -> str:
    """Say it where the year and the long run clearly point different ways."""
    year, long = record.change, record.compound
    if not (year.span and year.national and long.span and long.national) or year.span == long.span:
        return ""
    short_side = side(year.span, year.national)
    if short_side == 0 or short_side != -side(long.span, long.national):
        return ""
    if record.year_test.verdict == "not unusual":
        return ""
    if short_side < 0:
        return "\n\nGrowth was lower than the national in the last year but higher in the long run."
    return "\n\nGrowth was higher than the national in the last year but lower in the long run."


def span(found: Change) -> Prose:
    """Return the sentences on growth between two dates on one basis."""
    own, nation = found.span, found.national
    if own is None:
        return Prose(found.status)
    text = (
        f"From {n.day(own.start)} to {n.day(own.end)} the number in {own.area} {from_to(own)} "
        f"({n.growth(own.growth)}). Both counts are of one kind: {basis_name(own.basis)}. If "
        f"{n.percent(own.turnover)} of the people leave in a year, chance allows "
        f"{n.growth(own.growth_low)} to {n.growth(own.growth_high)} (95% interval)."
    )
    if nation is not None and nation.area != own.area:
        text += f" In {nation.area} it {n.moved_by(nation.growth)}."
    return Prose(text)


def no_index(record: GrowthRecord) -> Prose:
    """Return the sentence in place of the indexed chart, where an area has too few counts."""
    return Prose(
        f"{record.force} is not indexed against {record.nation}: that needs three comparable "
        "counts, and fewer are known."
    )


def measures(record: GrowthRecord) -> Prose:
    """Return a paragraph on each other measure, of as_of or the latest known before it."""
    latest: dict[str, Measure] = {}
    for m in record.other_measures:
        latest.setdefault(m.measure, m)
    if not latest:
        return Prose(f"No other figures of {record.force} are known up to {n.day(record.as_of)}.")
    return Prose("\n\n".join(_measure(m) for m in latest.values()))


def _measure(m: Measure) -> str:
    when = (
        f"on {n.day(m.date)}" if m.measure == "violent_count" else f"in the year to {n.day(m.date)}"
    )
    text = f"{capital(m.label)} {when}: {n.count(m.value)}."
    if m.rate is None:
        return f"{text} There is no rate, because the number of {m.per_name} is not known."
    decimals = 2 if m.per == 100 else 1

    def write(value: float | None) -> str:
        return n.number(value, decimals)

    text += (
        f" That is {write(m.rate)} for every {n.count(m.per)} {m.per_name} "
        f"{n.interval(m.low, m.high, write)}. {_nationally(m, write(m.national_rate))}"
    )
    if m.measure.startswith("level") and m.value < 10:
        text += " So few in a year cannot show a trend."
    return text


def _nationally(m: Measure, national: str) -> str:
    if m.national_rate is None or m.p_value is None:
        return "The national rate of that year is not known."
    if m.caution:
        return (
            f"The national rate is {national}, so far away that the area may count another event. "
            "Do not compare the two."
        )
    if m.p_value < 0.05:
        return (
            f"The national rate is {national}, and the gap is too large to be chance alone "
            f"({n.p_value(m.p_value)})."
        )
    return f"The national rate is {national}, and the gap could be chance ({n.p_value(m.p_value)})."
