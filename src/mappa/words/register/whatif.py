"""Words of a what-if: the quick one of a control being dragged, and the one with intervals."""

from __future__ import annotations

from mappa.register.answers.record import Estimate
from mappa.register.answers.scenarios import ScenarioPoint, ScenarioRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import people

NOTHING = Prose(
    "Nothing is supposed: every control stands where the law and the numbers are. Move one."
)


def changed(record: ScenarioRecord) -> Prose:
    """Return what the scenario changes at its last date, and that no interval is given."""
    last = record.points[-1]
    by = n.half_up(last.difference)
    whom = "those sentenced from then" if record.cohorts == "new" else "everyone"
    day = n.day(last.date)
    if by == 0:
        effect = f"changes nothing that shows by {day}"
    else:
        more = "more" if by > 0 else "fewer"
        who = f"one {more} person" if abs(by) == 1 else f"{n.count(float(abs(by)))} {more} people"
        effect = f"means {who} on the register on {day}"
    return Prose(
        f"Supposed for {whom} from {n.day(record.since)}: {n.listing(list(record.words))}. That "
        f"{effect}: {n.count(last.scenario)} in place of {n.count(last.baseline)}. "
        "This is the middle of the posterior; the button Intervals says how far it is known."
    )


def scenario(record: ScenarioRecord) -> Prose:
    """Return what a scenario does to the stock at its last date."""
    last = record.points[-1]
    whom = "those sentenced" if record.cohorts == "new" else "everyone"
    e = _difference(last)
    if _nothing(last):
        effect = f"does not change the stock of {record.nation} on {n.day(last.date)} "
        effect += f"({n.count(last.baseline)} people): whoever it touches would by then be where "
        effect += "they are without it"
    else:
        effect = f"changes the stock of {record.nation} on {n.day(last.date)} by "
        effect += f"{people(e, sign=True)} people, from {n.count(last.baseline)} to "
        effect += n.count(last.scenario)
    return Prose(
        f"Supposed for {whom} from {n.day(record.since)} on: {n.listing(list(record.words))}. That "
        f"{effect}. Sentences and everything else are taken to stay as they would have been."
    )


def _difference(point: ScenarioPoint) -> Estimate:
    median, low, high = point.difference, point.difference_low, point.difference_high
    if low is None or high is None:
        low = high = median
    return Estimate("difference", "", median, median, low, high)


def _nothing(point: ScenarioPoint) -> bool:
    """Whether a scenario changes nobody's place by a date, in any draw."""
    e = _difference(point)
    return not any(map(round, (e.median, e.low, e.high)))
