"""Sentences about the model's estimates and forecasts, and how it did on hidden counts."""

from __future__ import annotations

from mappa.growth.record import GrowthRecord, Score
from mappa.growth.series import Point
from mappa.growth.validation import BENCHMARKS, TESTS
from mappa.words import numbers as n
from mappa.words.prose import Prose


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
