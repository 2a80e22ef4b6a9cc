"""The change on the year in sentences: the one text, for every page that reports it."""

import pandas as pd

from mappa.rates.change import YearChange
from mappa.words import Prose
from mappa.words import numbers as n

_VERDICT = {
    "not unusual": "not unusual among areas",
    "outside 95%": "outside the range of 95% of areas",
    "outside 99.8%": "outside the range of 99.8% of areas",
}


def change(c: YearChange | None, nation: str, day: str | pd.Timestamp) -> Prose:
    """Say whether the change on the year to *day* is out of line, with and without outliers."""
    if c is not None and c.doubt is not None and c.status:
        return Prose(
            f"A change of {n.percent(c.doubt.growth, 0, sign=True)} has been printed. It implies "
            f"{n.count(c.doubt.value)} on {n.day(c.doubt.date)}, which is probably too low, so the "
            "change on the year is not known."
        )
    if c is None or c.status or c.count_before is None or c.change is None:
        why = c.status if c is not None and c.status else "there is no count for the date"
        return Prose(f"The change on the year is not known: {why}.")
    text = (
        f"From {n.day(c.before)} to {n.day(day)} the count {_moved(c)}. In {nation} it "
        f"{n.moved_by(c.national_growth)}."
    )
    if c.quality_before == "derived":
        text += " The earlier count follows from a printed change and is not printed itself."
    return Prose(f"{text}\n\n{_spread(c)}\n\n{_chance(c)}")


def long_run(c: YearChange | None, nation: str) -> Prose:
    """Say what the area and England and Wales have grown by a year since the first known count."""
    if c is None or c.compound is None:
        return Prose("")
    return Prose(
        f"Since {n.day(c.first)}, when it was {n.count(c.first_count)}, the count grew by "
        f"{n.percent(c.compound)} a year. In {nation} it grew by "
        f"{n.percent(c.national_compound)} a year."
    )


def _moved(c: YearChange) -> str:
    change, before = c.change or 0, c.count_before or 0
    if change == 0:
        return f"did not change from {n.count(before)}"
    ends = f"from {n.count(before)} to {n.count(before + change)}"
    size = n.growth(c.growth)
    return f"rose {ends} ({size})" if change > 0 else f"fell {ends} ({size})"


def _chance(c: YearChange) -> str:
    scores = c.z_chance or {}
    low, high = (n.percent(float(share)) for share in list(scores)[:: len(scores) - 1])
    ends = " and ".join(n.number(z, 2, sign=True) for z in scores.values())
    return (
        "Most people are in both counts, so the two counts are not independent. If between "
        f"{low} and {high} leave in a year, chance alone gives z between {ends}. The lower share "
        "is the national outflow; the higher is assumed."
    )


def _spread(c: YearChange) -> str:
    if c.z_without is None:
        return "Too few areas have counts of both years to say how much their growth differs."
    found = f"{_VERDICT[str(c.verdict)]} (z = {n.number(c.z_without, 2, sign=True)})."
    if not c.outliers:
        return f"Compared with the growth of {c.areas} areas, the change is {found}"
    again = n.number(c.z_with, 2, sign=True)
    names, have = n.listing(c.outliers), "has" if len(c.outliers) == 1 else "have"
    text = (
        f"Growth on the year is known for {c.areas} areas. {names} {have} growth more than five "
        f"robust standard deviations from the median and {have} been left out. Compared with the "
        f"others, the change is {found}"
    )
    if c.verdict == c.verdict_with:
        return f"{text} With every area the answer is the same (z = {again})."
    return f"{text} With every area it is {_VERDICT[str(c.verdict_with)]} (z = {again})."
