"""Sentences about national growth, the same for every area."""

from mappa.growth.change import Span
from mappa.growth.national import POOL, Part, RateGrowth
from mappa.growth.record import GrowthRecord
from mappa.growth.trends import Trend
from mappa.words import Prose, break_remark
from mappa.words import numbers as n
from mappa.words.growth.answer import from_to, pace, year_span


def nation(record: GrowthRecord) -> Prose:
    """Return the paragraphs on the national year: people, percent, as printed, as a rate."""
    span = year_span(record)
    if span is None:
        return Prose(f"No national count is known for a year before {n.day(record.as_of)}.")
    text = (
        f"The number in {record.nation} {from_to(span)} in the year to {n.day(span.end)}. That is "
        f"a change of {n.change(span.change)} or {n.percent(span.growth, 2, sign=True)}."
    )
    if record.printed is not None:
        p = record.printed
        text += (
            f" Printed as {n.number(p.percent)}%, it could be anything from {n.percent(p.low)} to "
            f"{n.percent(p.high)}."
        )
    rates = [_of_year(r) if r.start == span.start else _since(r) for r in record.rate_growth]
    rates += {break_remark(r.population_break) for r in record.rate_growth} - {""}
    return Prose("\n\n".join([text, " ".join(rates)] if rates else [text]))


def _of_year(r: RateGrowth) -> str:
    people = "The published rates of both dates divide by the same population"
    if r.people_growth:
        people = f"The population aged 10 and over {n.moved_by(r.people_growth)}"
    return (
        f"{people}, so the rate {n.moved(r.rate_growth)} by "
        f"{n.percent(abs(r.rate_growth))}. It went from {n.rate(r.rate_before)} to "
        f"{n.rate(r.rate_now)} per 100,000."
    )


def _since(r: RateGrowth) -> str:
    if r.count_growth > 0 and r.rate_growth > 0:
        return (
            f"Since {n.day(r.start)} the number has risen by {n.percent(r.count_growth)} and the "
            f"rate by {n.percent(r.rate_growth)}."
        )
    return (
        f"Since {n.day(r.start)} the number has changed by {n.growth(r.count_growth)} and the rate "
        f"by {n.growth(r.rate_growth)}."
    )


def history(record: GrowthRecord) -> Prose:
    """Return the paragraph on the breaks of the national series."""
    ways = sum(b.kind == "basis" for b in record.breaks)
    revised = [str(b.date.year) for b in record.breaks if b.kind == "revision"]
    text = "The official figures have been counted in one way throughout."
    if ways > 1:
        text = (
            f"The official figures have been counted in {n.cardinal(ways)} ways. Growth is "
            "calculated only between figures counted in the same way."
        )
    if revised:
        text += f" More than one value was published for {n.listing(revised)}, and both are shown."
    span = present_span(record)
    if span is not None:
        text += (
            f" Since {n.day(span.start)} the number {from_to(span)}: it {pace(span.annual_growth)}."
        )
    return Prose(text)


def present_span(record: GrowthRecord) -> Span | None:
    """Return the national span over all years of the present basis."""
    last = (s for s in record.national_periods if s.end == record.as_of)
    return max(last, key=lambda s: s.years, default=None)


def yearly_spans(record: GrowthRecord) -> list[Span]:
    """Return the national spans between neighbouring counts of the present basis, by date."""
    return [s for s in record.national_years if s.basis == record.national_years[-1].basis]


def slowing(record: GrowthRecord) -> Prose:
    """Return the paragraphs on whether growth is slowing, for which the data suffice or not."""
    if not record.trends:
        return Prose("Too few yearly increases are known to say whether growth is slowing.")
    first, *_, last = [s for s in yearly_spans(record) if round(s.years, 2) == 1]
    lead = (
        f"The number {n.moved_by(first.growth)} in the year to {n.day(first.end)}. It "
        f"{n.moved_by(last.growth)} in the year to {n.day(last.end)}."
    )
    parts = [_trend([t for t in record.trends if t.scale == s]) for s in ("percent", "people")]
    used = (
        f"Each answer uses {n.cardinal(record.trends[0].years)} yearly increases counted in the "
        "same way, and lets the error of a year depend on the year before."
    )
    return Prose("\n\n".join([lead, *parts, used]))


def _trend(models: list[Trend]) -> str:
    main = next(t for t in models if t.model == "ar1")
    scale, decimals, unit = {
        "people": ("In people", 0, "people"),
        "percent": ("As a percentage", 2, "percentage points"),
    }[main.scale]

    def write(value: float | None) -> str:
        return n.number(value, decimals, sign=True)

    said = {
        "cannot tell": "the data cannot show whether growth is slowing",
        "falling": "growth is slowing",
        "rising": "growth is getting faster",
    }[main.verdict]
    text = (
        f"{scale}, {said}. The increase changes by {write(main.slope)} {unit} from "
        f"one year to the next {n.interval(main.low, main.high, write)}."
    )
    differ = sum(t.verdict != main.verdict for t in models)
    if not differ:
        return text
    of = f"{n.cardinal(differ)} of the {n.cardinal(len(models))} models"
    return f"{text} Another answer comes from {of}."


def contribution(record: GrowthRecord) -> Prose:
    """Return the paragraphs on where the national change was, the same for every area."""
    c = record.contribution
    if c.change is None or c.growth is None or not c.parts:
        return Prose(f"The national change is not divided among areas. {c.status}".strip())
    areas = [p for p in c.parts if p.area != POOL]
    known = (
        f"The number in {record.nation} {n.moved(c.change)} by {n.count(abs(c.change))} in the "
        f"year. The {n.cardinal(len(areas))} areas with a known or printed change add "
        f"{n.change(sum(p.change for p in areas))} to that, and all other areas "
        f"{n.change(c.parts[-1].change)}."
    )
    out = [_outlier(p) for p in areas if p.outlier]
    if not out:
        ordinary = (
            f"No area's growth is more than {n.number(c.rule_sds)} robust standard deviations from "
            "the median of areas."
        )
        return Prose(f"{known}\n\n{ordinary}")
    without = (
        f"Without {n.listing(list(c.outliers))} national growth is "
        f"{n.percent(c.growth_without)} instead of {n.percent(c.growth)}."
    )
    return Prose("\n\n".join([known, *out, without]))


def _outlier(p: Part) -> str:
    far = (
        f"That is {n.number(abs(p.robust_sds or 0.0))} robust standard deviations from the median "
        "of areas."
    )
    if p.doubt is None:
        return (
            f"{p.area} {n.moved_by(p.growth)}, or {n.change(p.change)} people. {far} "
            "Both of its counts are known."
        )
    probably = "low" if p.change > 0 else "high"
    return (
        f"{p.area} seems to add {n.change(p.change)}, but that is doubtful. It "
        f"rests on a printed change of {n.percent(p.doubt.growth, 0, sign=True)}. {far} The "
        f"{n.count(p.doubt.value)} that it implies for {n.day(p.doubt.date)} is probably too "
        f"{probably}."
    )
