"""The change on the year in sentences."""

from __future__ import annotations

from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose

_VERDICT = {
    "not unusual": "not unusual among areas",
    "outside 95%": "outside the range of 95% of areas",
    "outside 99.8%": "outside the range of 99.8% of areas",
}


def change(record: RateRecord) -> Prose:
    """Say whether the change on the year is out of line, with and without the outliers."""
    c = record.change
    if c is None or c.status or c.count_before is None:
        why = c.status if c is not None and c.status else "there is no count for the date"
        return Prose(f"The change on the year cannot be told: {why}.{_long_run(record)}")
    moved = _moved(c.change or 0)
    text = (
        f"From {n.day(c.before)} to {n.day(record.as_of)} the count {moved}, from "
        f"{n.count(c.count_before)} to {n.count(record.count)} ({n.percent(c.growth, sign=True)}), "
        f"while {record.nation} changed by {n.percent(c.national_growth, sign=True)}."
    )
    if c.quality_before == "derived":
        text += " The earlier count is implied by a printed change, not printed itself."
    return Prose(f"{text} {_chance(record)}{_spread(record)}{_long_run(record)}")


def _moved(change: int) -> str:
    if change == 0:
        return "did not change"
    return f"{'rose' if change > 0 else 'fell'} by {n.people(abs(change))}"


def _chance(record: RateRecord) -> str:
    c = record.change
    assert c is not None and c.z_chance
    shares, values = list(c.z_chance), list(c.z_chance.values())
    named = n.listing([n.percent(float(s), 0) for s in shares])
    scores = n.listing([n.number(z, 2, sign=True) for z in values])
    return (
        "Most of the same people are counted twice, so the two counts are not independent: with a "
        f"yearly turnover of {named} chance alone gives z = {scores}."
    )


def _spread(record: RateRecord) -> str:
    c = record.change
    assert c is not None
    if c.z_without is None:
        return " How much areas’ growth differs cannot be told for the year."
    words = _VERDICT[str(c.verdict)]
    score = n.number(c.z_without, 2, sign=True)
    if not c.outliers:
        return f" With the spread of {c.areas} areas’ growth it is {words} (z = {score})."
    kept = n.number(c.z_with, 2, sign=True)
    same = "the same" if c.verdict == c.verdict_with else _VERDICT[str(c.verdict_with)]
    return (
        f" With the spread of areas’ growth it is {words} (z = {score}, "
        f"{n.listing(c.outliers)} left out as beyond five robust standard deviations); with "
        f"{'it' if len(c.outliers) == 1 else 'them'} kept it is {same} (z = {kept})."
    )


def _long_run(record: RateRecord) -> str:
    c = record.change
    if c is None or c.compound is None:
        return ""
    return (
        f" Since {n.day(c.first)}, from {n.count(c.first_count)} people, it grew by "
        f"{n.percent(c.compound)} a year, {record.nation} by {n.percent(c.national_compound)}."
    )
