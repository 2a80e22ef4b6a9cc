"""Sentences about estimates, how the model did on hidden counts, control limits, and printing."""

import pandas as pd

from mappa.growth.control import FEWEST, FIRM
from mappa.growth.record import GrowthRecord, Score
from mappa.growth.series import Point
from mappa.growth.validation import BENCHMARKS, TESTS
from mappa.words import Prose
from mappa.words import numbers as n


def estimate(record: GrowthRecord) -> Prose:
    """Return the paragraphs on estimates and forecasts: what they are and what they are not."""
    ahead = [p for p in record.series if p.kind == "forecast"]
    by_date = {p.date: p for p in ahead}
    later = [
        _later(p, by_date[p.date])
        for p in record.later_counts
        if p.basis == "all_levels" and p.date in by_date
    ]
    paragraphs = [
        _estimates(record),
        _forecast(record, ahead[-1]) if ahead else "",
        " ".join(later),
        "Estimates and forecasts have open markers and are never combined with counts. No verdict "
        "on a rate uses them.",
    ]
    if record.refitted:
        paragraphs.append(
            "No stored fit belongs to these tables and this date, so the model was fitted again "
            "with fewer draws. Its numbers differ a little from those of a stored fit."
        )
    return Prose("\n\n".join(p for p in paragraphs if p))


def _estimates(r: GrowthRecord) -> str:
    found = [p for p in r.series if p.kind == "estimate"]
    if not found:
        return ""
    p, doubt = found[-1], r.year_test.doubt
    text = (
        f"For {n.day(p.date)} the model estimates {n.count(p.value)} in {r.force} "
        f"{n.interval(p.low, p.high, n.count, '90%')}."
    )
    if doubt is not None and p.date == doubt.date:
        text += (
            f" That figure is doubtful: it follows a printed change of "
            f"{n.percent(doubt.growth, 0, sign=True)} which is probably wrong."
        )
    if len(found) == 1:
        return f"{text} That is the only date without a count."
    return f"{text} There are estimates for all {n.cardinal(len(found))} dates without a count."


def _forecast(r: GrowthRecord, p: Point) -> str:
    text = (
        f"The forecast for {n.day(p.date)} is {n.people(p.value)} "
        f"{n.interval(p.low, p.high, n.count, '90%')}. National totals come from {r.nation_path}."
    )
    if r.shortfall is None:
        return text
    return (
        f"{text} The areas' middle values sum to {n.percent(r.shortfall)} less than the national "
        "one in the last year, because medians do not add up as means do."
    )


def _later(point: Point, ahead: Point) -> str:
    assert ahead.low is not None and ahead.high is not None
    where = "inside" if ahead.low <= point.value <= ahead.high else "outside"
    return (
        f"The count of {n.day(point.date)}, which the model did not use, was "
        f"{n.count(point.value)}: {where} the 90% interval of {n.count(ahead.low)} to "
        f"{n.count(ahead.high)}."
    )


def validation(record: GrowthRecord) -> Prose:
    """Return the paragraphs on how the model did on hidden counts, and where a plain rule wins."""
    if not record.validation:
        return Prose(
            "The stored test of the model belongs to other tables than these, so how well it does "
            "here is not known. The command `mappa growth validate` tests it."
        )
    held = [
        f"With {TESTS[s.test]}, {n.percent(s.cover90, 0)} of {n.count(s.cases)} hidden counts were "
        f"inside the 90% interval and {n.percent(s.cover50, 0)} inside the 50% interval."
        for s in record.validation
        if s.test in {"left_out", "since"}
    ]
    ahead = [s for s in record.validation if s.test == "ahead_nation"]
    if ahead:
        held.append(
            f"Of forecasts up to {n.cardinal(max(s.horizon for s in ahead))} years ahead, at least "
            f"{n.percent(min(s.cover90 for s in ahead), 0)} were inside, at every horizon."
        )
    optimistic = (
        "About a dozen settings of the model were compared on these same counts, so the scores are "
        "somewhat too good."
    )
    return Prose("\n\n".join([" ".join(held), *_benchmarks(record.validation), optimistic]))


def _benchmarks(scores: tuple[Score, ...]) -> list[str]:
    """Say where the model beats a plain rule, loses to one, or differs from none."""
    found = [(s, rule, gain) for s in scores for rule, gain in s.benchmarks.items()]
    if not found:
        return []
    better = sum(gain["gain_high"] < 0 for _, _, gain in found)
    worse = [(s, rule) for s, rule, gain in found if gain["gain_low"] > 0]
    gains = [abs(gain["gain"]) for _, _, gain in found]
    text = (
        f"The model's middle value was compared with a plain rule in {n.count(len(found))} tests. "
        f"It was clearly better in {n.some(better)} and clearly worse in {n.some(len(worse))}. "
        f"Mean errors differ by {n.percent(min(gains))} to {n.percent(max(gains))}."
    )
    lost = [
        f"It was worse than {BENCHMARKS[rule]} in this test: {TESTS[s.test]}." for s, rule in worse
    ]
    use = (
        "That is little compared with the width of the intervals. Use the model for its intervals "
        "and for numbers that sum to the national total, not for a sharper middle value."
    )
    return [text, *lost, use]


def control(chart: pd.DataFrame, beside: pd.DataFrame, record: GrowthRecord) -> Prose:
    """Return what the control charts (:func:`mappa.growth.control_chart`) show.

    *chart* is that of an area's rate, *beside* that of its ratio to the national rate.
    """
    most = int(chart["points"].max()) if len(chart) else 0
    if most < FEWEST:
        are = "is" if most == 1 else "are"
        return Prose(
            f"No control limits are drawn for {record.force}: they need {n.cardinal(FEWEST)} "
            f"yearly counts on one basis, and there {are} {n.some(most)}."
        )
    text = (
        f"{_outside(chart, f'the rate of {record.force}')} A steady rise alone does this, because "
        "the limits allow only for the jumps from one year to the next. "
        f"{_outside(beside, 'its ratio to the national rate')} That takes out the national "
        "trend."
    )
    if most < FIRM:
        text += f" With fewer than {n.cardinal(FIRM)} counts the limits are provisional."
    return Prose(text)


def _outside(chart: pd.DataFrame, subject: str) -> str:
    limited = chart.dropna(subset="low")
    years = [str(day.year) for day in limited.index[limited["outside"]]]
    of = n.cardinal(len(limited))
    if not years:
        return f"In none of {of} years is {subject} outside its limits."
    return f"In {n.cardinal(len(years))} of {of} years {subject} is outside ({n.listing(years)})."


def printing(record: GrowthRecord) -> Prose:
    """Return by how much hidden counts lie from the estimates: printing may tell of growth."""
    found = [s for s in record.validation if s.test == "since"]
    if not found:
        return Prose("Whether printed areas had grown more is not tested for these tables.")
    bias, error = 100 * found[0].bias, 100 * found[0].bias_se
    if abs(bias) < 2 * error:
        return Prose(
            "The data cannot show whether areas that get printed had grown more. With nothing "
            f"known for four years, hidden counts lie {n.number(bias, 1, sign=True)} log points "
            f"(about percent) from the estimates, with a standard error of {n.number(error, 1)}."
        )
    more, low = ("more", "low") if bias > 0 else ("less", "high")
    return Prose(
        f"Areas that get printed had grown {more} than the model expects. With nothing known for "
        f"four years, hidden counts lie {n.number(bias, 1, sign=True)} log points (about percent) "
        f"from the estimates, with a standard error of {n.number(error, 1)}. An area that is never "
        f"printed cannot be checked in this way, so no estimate is corrected. If it has grown as "
        f"the printed areas have, its estimate is too {low} by about as much."
    )
