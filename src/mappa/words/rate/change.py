"""The change on the year in sentences: the one text, for every page that tells it."""

from __future__ import annotations

import pandas as pd

from mappa.rates.change import YearChange
from mappa.words import numbers as n
from mappa.words.prose import Prose

_VERDICT = {
    "not unusual": "not unusual among areas",
    "outside 95%": "outside the range of 95% of areas",
    "outside 99.8%": "outside the range of 99.8% of areas",
}


def change(c: YearChange | None, nation: str, day: str | pd.Timestamp) -> Prose:
    """Say whether the change on the year to *day* is out of line, with and without outliers."""
    if c is None or c.status or c.count_before is None or c.change is None:
        why = c.status if c is not None and c.status else "there is no count for the date"
        return Prose(f"The change on the year cannot be told: {why}.")
    text = (
        f"From {n.day(c.before)} to {n.day(day)} the count {_moved(c.change)}, from "
        f"{n.count(c.count_before)} to {n.count(c.count_before + c.change)} "
        f"({n.percent(c.growth, sign=True)}), while {nation} changed by "
        f"{n.percent(c.national_growth, sign=True)}."
    )
    if c.quality_before == "derived":
        text += " The earlier count is implied by a printed change, not printed itself."
    return Prose(f"{text} {_chance(c)} {_spread(c)}")


def long_run(c: YearChange | None, nation: str) -> Prose:
    """Say what the area and the nation have grown by a year since the first known count."""
    if c is None or c.compound is None:
        return Prose("")
    return Prose(
        f"Since {n.day(c.first)}, from {n.count(c.first_count)} people, it grew by "
        f"{n.percent(c.compound)} a year, {nation} by {n.percent(c.national_compound)}."
    )


def _moved(change: int) -> str:
    if change == 0:
        return "did not change"
    return f"{'rose' if change > 0 else 'fell'} by {n.people(abs(change))}"


def _chance(c: YearChange) -> str:
    scores = c.z_chance or {}
    low, high = (n.percent(float(share)) for share in list(scores)[:: len(scores) - 1])
    told = n.listing([n.number(z, 2, sign=True) for z in scores.values()])
    return (
        "Most of the same people are counted twice, so the two counts are not independent: if "
        f"from {low} (the nation's outflow, a floor) to {high} (an assumption) of the people leave "
        f"in a year, chance alone gives z = {told}."
    )


def _spread(c: YearChange) -> str:
    if c.z_without is None:
        return "How much areas’ growth differs cannot be told for the year."
    words = _VERDICT[str(c.verdict)]
    score = n.number(c.z_without, 2, sign=True)
    if not c.outliers:
        return f"With the spread of {c.areas} areas’ growth it is {words} (z = {score})."
    kept = n.number(c.z_with, 2, sign=True)
    same = "the same" if c.verdict == c.verdict_with else _VERDICT[str(c.verdict_with)]
    them = "it" if len(c.outliers) == 1 else "them"
    return (
        f"With the spread of areas’ growth it is {words} (z = {score}, {n.listing(c.outliers)} "
        f"left out as beyond five robust standard deviations); with {them} kept it is {same} "
        f"(z = {kept})."
    )
