"""Words of a what-if: the quick one of a control being dragged, and the one with intervals."""

from __future__ import annotations

from mappa.register.answers.record import Estimate
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose, capital
from mappa.words.register.common import limits

NOTHING = Prose(
    "Nothing is changed yet: every control is at the law and the numbers as they are. Move one."
)


def changed(record: ScenarioRecord) -> Prose:
    """Return what the scenario changes at its last date, and that no interval is given."""
    last = record.points[-1]
    return Prose(
        f"{_supposed(record)} {_effect(last)}, {n.count(last.scenario)} in place of "
        f"{n.count(last.baseline)}. This is the middle of the draws; the button Intervals shows "
        "how sure it is."
    )


def scenario(record: ScenarioRecord) -> Prose:
    """Return what a scenario does to the stock at its last date.

    The number under the law as it is is given, not that under the scenario: medians of both do
    not differ by the median of the differences.
    """
    last = record.points[-1]
    e = _difference(last)
    if _nothing(last):
        return Prose(
            f"{_supposed(record)} That changes nothing by {n.day(last.date)}: whoever it affects "
            f"would by then be where they are without it. {REST}"
        )
    size = -e if e.median < 0 else e
    return Prose(
        f"{_supposed(record)} {_effect(last)} ({limits(size)}). As things are there would be about "
        f"{n.count(last.baseline)}. {REST}"
    )


#: What a what-if leaves as it is.
REST = "Sentences and everything else stay as they would have been."


def _supposed(record: ScenarioRecord) -> str:
    whom = "those sentenced" if record.cohorts == "new" else "everyone"
    return f"{capital(n.listing(list(record.words)))}, for {whom} from {n.day(record.since)} on."


def _effect(last: ScenarioPoint) -> str:
    by, mean = n.half_up(last.difference), f"By {n.day(last.date)} that would mean"
    if by == 0:
        return f"{mean} no change in the number on the register"
    more = "more" if by > 0 else "fewer"
    if abs(by) == 1:
        return f"{mean} about one person {more} on the register"
    return f"{mean} about {n.count(abs(last.difference))} {more} people on the register"


def _difference(point: ScenarioPoint) -> Estimate:
    median, low, high = point.difference, point.difference_low, point.difference_high
    if low is None or high is None:
        low = high = median
    return Estimate("difference", "", median, median, low, high)


def _nothing(point: ScenarioPoint) -> bool:
    """Whether a scenario changes nobody's place by a date, in any draw."""
    e = _difference(point)
    return not any(map(round, (e.median, e.low, e.high)))
