"""Sentences about growth: pure functions of the growth record."""

from __future__ import annotations

from mappa.growth.change import Change, Span
from mappa.growth.contribution import Part
from mappa.growth.measures import Measure
from mappa.growth.record import GrowthRecord
from mappa.growth.series import AREA_BASES, NATIONAL_BASES, Point
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.rate import change as change_words

NO_TABLE = Prose("There is no table, because nothing is known that would stand in it.")
WHO = "registered sexual offenders managed in the community"


def basis_name(basis: str) -> str:
    """Return what is counted on a basis, in words."""
    return {**AREA_BASES, **NATIONAL_BASES, "model": "the model's estimate, not a count"}.get(
        basis, basis
    )


def signed(share: float | None) -> str:
    """Write growth with its sign: +3.6%."""
    return n.percent(share, sign=True)


def moved(change: float) -> str:
    """Write rose, fell or did not change."""
    return "rose" if change > 0 else "fell" if change < 0 else "did not change"


def nationally(span: Span) -> str:
    """Write how the nation moved over a span: rose by 3.6%."""
    if span.change == 0:
        return "did not change"
    return f"{moved(span.change)} by {n.percent(abs(span.growth))}"


def year_span(record: GrowthRecord) -> Span | None:
    """Return the nation's span over the year to as_of."""
    for span in record.national_years:
        if span.end == record.as_of and round(span.years, 2) == 1:
            return span
    return None


def own_part(record: GrowthRecord) -> Part | None:
    """Return the force's part of the national change, where it can be worked out."""
    return next((p for p in record.contribution.parts if p.area == record.force), None)


def estimate_on(record: GrowthRecord) -> Point | None:
    """Return the estimate for as_of, where no count is known."""
    points = [p for p in record.series if p.kind == "estimate" and p.date == record.as_of]
    return points[0] if points else None


def from_to(span: Span) -> str:
    """Write rose from 590 to 594."""
    if span.change == 0:
        return f"did not change from {n.count(span.from_value)}"
    return f"{moved(span.change)} from {n.count(span.from_value)} to {n.count(span.to_value)}"


def _years(span: Span) -> str:
    whole = round(span.years)
    if abs(span.years - whole) > 0.02:
        return f"{n.number(span.years, 1)} years"
    return "one year" if whole == 1 else f"{n.cardinal(whole)} years"


def _while_nation(record: GrowthRecord) -> str:
    nation = year_span(record)
    if nation is None:
        return ""
    return f", while the number in {record.nation} {nationally(nation)} in the year"


def answer(record: GrowthRecord) -> Prose:
    """Return the one sentence of the answer, by what is known of the force."""
    day = n.day(record.as_of)
    if record.change.span is not None:
        text = f"{WHO.capitalize()} in {record.force} {from_to(record.change.span)} in the year "
        text += f"to {day}"
        nation = record.change.national
        text += f", while those in {record.nation} {nationally(nation)}" if nation else ""
        long = record.compound
        if long.span and long.national and long.span.years > 1.5:
            text += (
                f"; over {_years(long.span)} the force grew by "
                f"{n.percent(long.span.annual_growth)} a year against "
                f"{n.percent(long.national.annual_growth)}"
            )
        return Prose(text + ".")
    if record.count is not None:
        return Prose(
            f"{record.force} had {n.count(record.count)} {WHO} on {day}"
            f"{_no_year(record)}{_while_nation(record)}."
        )
    point = estimate_on(record)
    if point is None:
        return Prose(
            f"No count of {WHO} in {record.force} on {day} is known, and too few years are known "
            f"for an estimate{_while_nation(record)}."
        )
    level_1 = [p for p in record.series if p.date == record.as_of and p.basis == "level_1"]
    narrow = f" but one of level 1 only, {n.count(level_1[0].value)}" if level_1 else ""
    return Prose(
        f"No count of {WHO} in {record.force} on {day} is known{narrow}; the estimate of a "
        f"model, not a count, is {n.people(point.value)} "
        f"{n.interval(point.low, point.high, n.count, '90%')}{_while_nation(record)}."
    )


def _no_year(record: GrowthRecord) -> str:
    part = own_part(record)
    if part is None:
        return ", and no count on the same basis is known for the year before"
    tail = ", an outlier by the stated rule" if part.outlier else ""
    return f", printed as {signed(part.growth)} on the year before{tail}"


def year(record: GrowthRecord) -> Prose:
    """Return the paragraph on the year's change: chance, and the spread of areas."""
    return change_words.change(record.year_test, record.nation, record.as_of)


def long_run(record: GrowthRecord) -> Prose:
    """Return the paragraph on compound growth over the longest span on one basis."""
    span, nation = record.compound.span, record.compound.national
    if span is None:
        return Prose(f"No longer run can be told. {record.compound.status}")
    text = (
        f"From {n.day(span.start)} to {n.day(span.end)}, {_years(span)} on one basis, the number "
        f"in {record.force} {from_to(span)}: {n.percent(span.annual_growth)} a year "
        f"{n.interval(span.annual_low, span.annual_high, n.percent)}"
    )
    if nation is not None:
        side = {1: "higher than", -1: "lower than", 0: "not clearly different from"}[
            _side(span, nation)
        ]
        text += f", {side} the {n.percent(nation.annual_growth)} of {record.nation}"
    return Prose(text + "." + _two_truths(record))


def span(found: Change) -> Prose:
    """Return the sentence on growth between two dates on one basis."""
    own, whole = found.span, found.national
    if own is None:
        return Prose(found.status)
    text = (
        f"From {n.day(own.start)} to {n.day(own.end)} the number in {own.area} {from_to(own)}, "
        f"{signed(own.growth)} {n.interval(own.growth_low, own.growth_high, signed)}, on one basis "
        f"({basis_name(own.basis)})"
    )
    if whole is not None and whole.area != own.area:
        text += f"; in {whole.area} it {nationally(whole)}"
    return Prose(
        f"{text}. The interval assumes that {n.percent(own.turnover, 0)} of the people leave in a "
        "year."
    )


def no_index(record: GrowthRecord) -> Prose:
    """Return the sentence that stands where the force cannot be indexed against the nation."""
    return Prose(f"{record.force} is not indexed against the nation. {record.compound.status}")


def _two_truths(record: GrowthRecord) -> str:
    """Say it where the year and the long run clearly point different ways."""
    year, long = record.change, record.compound
    if not (year.span and year.national and long.span and long.national) or year.span == long.span:
        return ""
    short_side, long_side = _side(year.span, year.national), _side(long.span, long.national)
    if short_side == 0 or short_side != -long_side or record.year_test.verdict == "not unusual":
        return ""
    words = ("less", "more") if short_side < 0 else ("more", "less")
    return (
        f" Both are true at once: {words[0]} growth than the nation's in the last year, "
        f"{words[1]} over {_years(long.span)}."
    )


def _side(own: Span, nation: Span) -> int:
    """Return 1 where growth is clearly above the nation's, -1 below, 0 where not told apart."""
    return int(own.annual_low > nation.annual_growth) - int(own.annual_high < nation.annual_growth)


def measures(record: GrowthRecord) -> Prose:
    """Return the paragraph on the other measures of as_of, or the latest of each."""
    latest: dict[str, Measure] = {}
    for m in record.other_measures:
        latest.setdefault(m.measure, m)
    if not latest:
        return Prose(f"No other measure of {record.force} is known up to {n.day(record.as_of)}.")
    return Prose(" ".join(_measure(m, record) for m in latest.values()))


def _per(m: Measure) -> str:
    return f"per {n.count(m.per)} {m.per_name}"


def _measure(m: Measure, record: GrowthRecord) -> str:
    stock = m.measure == "violent_count"
    when = f"on {n.day(m.date)}" if stock else f"in the year to {n.day(m.date)}"
    text = f"{m.label[0].upper()}{m.label[1:]} {when}: {n.count(m.value)}"
    if m.rate is None:
        return f"{text}, without a rate, because the number of {m.per_name} is not known."
    decimals = 2 if m.per == 100 else 1

    def write(value: float | None) -> str:
        return n.number(value, decimals)

    text += f", or {write(m.rate)} {_per(m)} {n.interval(m.low, m.high, write)}"
    if m.national_rate is None:
        text += "; the nation's value of that year is not known"
    elif m.caution:
        text += f"; at {write(m.national_rate)} for the nation this is {m.caution}: do not compare"
    else:
        p = m.p_value if m.p_value is not None else 1.0
        side = "higher than" if m.rate > m.national_rate else "lower than"
        side = "not clearly different from" if p >= 0.05 else side
        text += f", {side} the nation's {write(m.national_rate)} (p {n.probability(m.p_value)})"
    if m.measure.startswith("level") and m.value < 10:
        text += f"; {n.cardinal(int(m.value))} in a year are too few to tell a trend"
    return text + "."
