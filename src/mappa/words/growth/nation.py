"""Sentences about the growth of the nation, the same for every force."""

from __future__ import annotations

from mappa.growth.change import Span
from mappa.growth.contribution import POOL
from mappa.growth.record import GrowthRecord
from mappa.growth.trend import Trend
from mappa.words import numbers as n
from mappa.words.growth.answer import from_to, moved, signed, year_span
from mappa.words.prose import Prose


def nation(record: GrowthRecord) -> Prose:
    """Return the paragraph on the nation's year: people, percent, as printed, as a rate."""
    span = year_span(record)
    if span is None:
        return Prose(f"No national count is known for a year before {n.day(record.as_of)}.")
    text = [
        f"The number in {record.nation} {from_to(span)} in the year to {n.day(span.end)}: "
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
