"""Sentences about growth: pure functions of the growth record."""

from __future__ import annotations

from mappa.growth.change import Change, Span
from mappa.growth.contribution import POOL, Part
from mappa.growth.measures import Measure
from mappa.growth.record import GrowthRecord, Score
from mappa.growth.series import AREA_BASES, NATIONAL_BASES, Point
from mappa.growth.trend import Trend
from mappa.growth.validation import BENCHMARKS, TESTS
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


def _from_to(span: Span) -> str:
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
        text = f"{WHO.capitalize()} in {record.force} {_from_to(record.change.span)} in the year "
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
        f"in {record.force} {_from_to(span)}: {n.percent(span.annual_growth)} a year "
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
        f"From {n.day(own.start)} to {n.day(own.end)} the number in {own.area} {_from_to(own)}, "
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


def nation(record: GrowthRecord) -> Prose:
    """Return the paragraph on the nation's year: people, percent, as printed, as a rate."""
    span = year_span(record)
    if span is None:
        return Prose(f"No national count is known for a year before {n.day(record.as_of)}.")
    text = [
        f"The number in {record.nation} {_from_to(span)} in the year to {n.day(span.end)}: "
        f"{n.count(span.change, sign=True)} people, or {n.percent(span.growth, 2, sign=True)}."
    ]
    if record.printed is not None:
        p = record.printed
        text.append(
            f"Printed as {n.number(p.percent)}%, it could be anything from {n.percent(p.low)} to "
            f"{n.percent(p.high)}."
        )
    same = [r for r in record.rate_growth if (r.start, r.end) == (span.start, span.end)]
    if same:
        r = same[0]
        text.append(
            f"The population aged 10 and over {moved(r.people_growth)} by "
            f"{n.percent(abs(r.people_growth))}, so the rate {moved(r.rate_growth)} by "
            f"{n.percent(abs(r.rate_growth))}, from {n.rate(r.rate_before)} to "
            f"{n.rate(r.rate_now)} per 100,000."
        )
    for r in record.rate_growth:
        if r.start < span.start:
            text.append(
                f"From {n.day(r.start)} the count {moved(r.count_growth)} by "
                f"{n.percent(abs(r.count_growth))} and the rate by "
                f"{n.percent(abs(r.rate_growth))}."
                if r.count_growth * r.rate_growth > 0
                else f"From {n.day(r.start)} the count changed by {signed(r.count_growth)} and the "
                f"rate by {signed(r.rate_growth)}."
            )
    return Prose(" ".join(text))


def history(record: GrowthRecord) -> Prose:
    """Return the paragraph on the breaks of the national series."""
    bases = [b for b in record.breaks if b.kind == "basis"]
    revisions = [b for b in record.breaks if b.kind == "revision"]
    text = [
        f"The official values run over {n.cardinal(len(bases))} "
        f"{'basis' if len(bases) == 1 else 'bases'}, and no growth is worked out across a break."
    ]
    if revisions:
        years = n.listing([str(b.date.year) for b in revisions])
        text.append(f"More than one value was published for {years}; both are shown.")
    span = present_span(record)
    if span is not None:
        text.append(
            f"On the present basis the number grew from {n.count(span.from_value)} on "
            f"{n.day(span.start)} to {n.count(span.to_value)} on {n.day(span.end)}, "
            f"{n.percent(span.annual_growth)} a year."
        )
    return Prose(" ".join(text))


def present_span(record: GrowthRecord) -> Span | None:
    """Return the nation's span over the whole of the present basis."""
    last = [s for s in record.national_periods if s.end == record.as_of]
    return max(last, key=lambda s: s.years) if last else None


def slowing(record: GrowthRecord) -> Prose:
    """Return the sentences for which the data suffice on whether growth is slowing."""
    if not record.trends:
        return Prose("Too few yearly increases are known to tell whether growth is slowing.")
    text = []
    for scale, unit in (("people", "people"), ("percent", "percentage points")):
        main = next(t for t in record.trends if t.scale == scale and t.model == "ar1")
        others = [t for t in record.trends if t.scale == scale and t.model != "ar1"]
        text.append(_trend(main, unit, others))
    text.append(
        f"Both use {record.trends[0].years} yearly increases, errors that may depend on the year "
        "before, and the present basis only."
    )
    return Prose(" ".join(text))


def _trend(t: Trend, unit: str, others: list[Trend]) -> str:
    decimals = 0 if t.scale == "people" else 2

    def write(value: float | None) -> str:
        return n.number(value, decimals, sign=True)

    finding = {
        "cannot tell": "the data cannot tell whether growth is slowing",
        "falling": "growth is slowing",
        "rising": "growth is quickening",
    }[t.verdict]
    size = f"{write(t.slope)} {unit} from one year to the next"
    text = f"In {t.scale} {finding} ({size}, {n.interval(t.low, t.high, write)[1:]}"
    differ = [o for o in others if o.verdict != t.verdict]
    if differ:
        text += (
            f", but {n.cardinal(len(differ))} of the {n.cardinal(len(others) + 1)} models "
            f"{'comes' if len(differ) == 1 else 'come'} to another answer"
        )
    return text + "."


def contribution(record: GrowthRecord) -> Prose:
    """Return the paragraph on who makes the nation's growth, the same for every force."""
    c = record.contribution
    if c.change is None or not c.parts:
        return Prose(f"The national change is not divided among areas. {c.status}".strip())
    areas = [p for p in c.parts if p.area != POOL]
    pool = c.parts[-1]
    text = [
        f"Of the {n.count(c.change, sign=True)} people in {record.nation}, "
        f"{n.count(sum(p.change for p in areas), sign=True)} lie in the "
        f"{n.cardinal(len(areas))} areas whose growth is known and "
        f"{n.count(pool.change, sign=True)} in all others together."
    ]
    for p in (p for p in areas if p.outlier):
        how = "known only from a printed percentage" if p.known != "both counts" else "both counted"
        text.append(
            f"{p.area} ({signed(p.growth)}, {how}) lies {n.number(abs(p.robust_sds or 0.0), 0)} "
            f"robust standard deviations from the areas' median growth, beyond the stated limit "
            f"of {n.number(c.rule_sds)}, and makes {n.count(p.change, sign=True)}, or "
            f"{n.percent(p.share, 0)}, of the growth."
        )
    if c.outliers:
        text.append(
            f"Without {n.listing(list(c.outliers))} the nation's growth is "
            f"{signed(c.growth_without)} instead of {signed(c.growth)}."
        )
    else:
        text.append(
            f"No area lies beyond the stated limit of {n.number(c.rule_sds)} robust standard "
            "deviations."
        )
    return Prose(" ".join(text))


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


def estimate(record: GrowthRecord) -> Prose:
    """Return the paragraph on estimates and forecasts: what they are and what they are not."""
    estimated = [p for p in record.series if p.kind == "estimate"]
    ahead = [p for p in record.series if p.kind == "forecast"]
    text = []
    if estimated:
        p = estimated[-1]
        text.append(
            f"{n.cardinal(len(estimated)).capitalize()} stock dates up to {n.day(record.as_of)} "
            f"have no count of {record.force}; for {n.day(p.date)} the model's estimate is "
            f"{n.people(p.value)} {n.interval(p.low, p.high, n.count, '90%')}."
            if len(estimated) > 1
            else f"One stock date, {n.day(p.date)}, has no count of {record.force}; the model's "
            f"estimate is {n.people(p.value)} {n.interval(p.low, p.high, n.count, '90%')}."
        )
    if ahead:
        p = ahead[-1]
        text.append(
            f"The forecast for {n.day(p.date)} is {n.people(p.value)} "
            f"{n.interval(p.low, p.high, n.count, '90%')}; it takes {record.nation_path}."
        )
    if ahead and record.shortfall is not None:
        text.append(
            "Each draw of the forecast sums to the nation over all areas; the middle values fall "
            f"short of it by {n.percent(record.shortfall)} in the last year, for a middle is not a "
            "mean."
        )
    if record.refitted:
        text.append(
            "No kept fit is of these tables and this date, so the model was fitted anew, with "
            "fewer draws: its numbers differ a little from those of a kept fit."
        )
    text += [_later(p, record) for p in record.later_counts if _forecast_of(p, record)]
    text.append(
        "Estimates and forecasts are drawn hollow; they are never mixed with counts, and no "
        "verdict on a force's rate uses them."
    )
    return Prose(" ".join(text))


def _forecast_of(point: Point, record: GrowthRecord) -> Point | None:
    found = [p for p in record.series if p.kind == "forecast" and p.date == point.date]
    return found[0] if found and point.basis == "all_levels" else None


def _later(point: Point, record: GrowthRecord) -> str:
    ahead = _forecast_of(point, record)
    assert ahead is not None and ahead.low is not None and ahead.high is not None
    where = "inside" if ahead.low <= point.value <= ahead.high else "outside"
    return (
        f"The count of {n.day(point.date)}, not used for it, came out at {n.count(point.value)}, "
        f"{where} the 90% interval of {n.count(ahead.low)} to {n.count(ahead.high)}."
    )


def validation(record: GrowthRecord) -> Prose:
    """Return the paragraph on how the model did on hidden counts, and where a plain rule wins."""
    if not record.validation:
        return Prose(
            "The kept test of the model belongs to other tables than these, so how well it does "
            "here is not known; `mappa growth validate` tests it."
        )
    text = []
    for s in record.validation:
        if s.test in {"left_out", "since"}:
            text.append(
                f"With {TESTS[s.test]}, {n.percent(s.cover90, 0)} of {n.count(s.cases)} hidden "
                f"counts fell inside their 90% interval and {n.percent(s.cover50, 0)} inside the "
                f"50% interval (standard error of the first {n.number(100 * s.cover90_se, 1)} "
                f"points)."
            )
    ahead = [s for s in record.validation if s.test == "ahead_nation"]
    if ahead:
        told = n.listing([n.percent(s.cover90, 0) for s in ahead])
        years = n.listing([str(s.horizon) for s in ahead])
        text.append(
            f"Forecasts {years} years ahead, the nation forecast too, held {told} of the counts "
            "in their 90% intervals."
        )
    text.append(_benchmarks(record.validation))
    text.append(
        "About a dozen settings of the model were compared on these same hidden counts, so the "
        "scores are somewhat too good."
    )
    return Prose(" ".join(t for t in text if t))


def _benchmarks(scores: tuple[Score, ...]) -> str:
    """Say where the model beats a plain rule, loses to one, or cannot be told from it."""
    better, worse = [], []
    for s in scores:
        name = TESTS[s.test] + (f", {n.cardinal(s.horizon)} ahead" if s.horizon else "")
        for rule, found in s.benchmarks.items():
            if found["gain_high"] < 0:
                better.append((name, BENCHMARKS[rule]))
            elif found["gain_low"] > 0:
                worse.append((name, BENCHMARKS[rule]))
    total = sum(len(s.benchmarks) for s in scores)
    told = n.listing([f"than {rule}, with {name}" for name, rule in worse])
    text = (
        f"Of {n.count(total)} comparisons of its middle value with a plain rule, the model is "
        f"clearly better in {n.cardinal(len(better))}, clearly worse in {n.cardinal(len(worse))}"
        f"{f' ({told})' if worse else ''}, and not to be told apart in "
        f"{n.cardinal(total - len(better) - len(worse))}"
    )
    gains = [found["gain"] for s in scores for found in s.benchmarks.values()]
    return (
        f"{text}. The mean errors differ by {n.number(100 * min(abs(g) for g in gains), 1)} to "
        f"{n.number(100 * max(abs(g) for g in gains), 1)} percent, little beside the width of the "
        "intervals: use the model for its intervals and for numbers that sum to the nation, not "
        "for a sharper middle value."
        if gains
        else f"{text}."
    )
