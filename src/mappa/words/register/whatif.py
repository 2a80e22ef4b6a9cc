"""Words of a what-if: the quick one of a control being dragged, and the one with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from mappa.register.answers.record import Estimate
from mappa.register.answers.scenarios import SETTINGS, ScenarioPoint, ScenarioRecord
from mappa.register.answers.whatif import WhatIf
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import LEVEL, capital, cell, people
from mappa.words.tables import Table

NOTHING = Prose(
    "Nothing is supposed: every control stands where the law and the numbers are. Move one."
)


def supposed(settings: Mapping[str, float]) -> str:
    """Write what is supposed, in the order of the settings."""
    parts = []
    for s in SETTINGS:
        if s.name in settings:
            value = settings[s.name]
            if s.unit == "percent":
                parts.append(f"{s.meaning} of {n.percent(value / 100, 0, sign=True)}")
            elif math.isinf(value):
                parts.append(f"{s.meaning}: without end")
            else:
                parts.append(f"{s.meaning}: {value:g} {s.unit}")
    return n.listing(parts)


def changed(record: WhatIf) -> Prose:
    """Return what the scenario changes at its last date, and that no interval is given."""
    by = n.half_up(record.difference)
    whom = "those sentenced from then" if record.cohorts == "new" else "everyone"
    last = n.day(record.dates[-1])
    if by == 0:
        effect = f"changes nothing that shows by {last}"
    else:
        more = "more" if by > 0 else "fewer"
        who = f"one {more} person" if abs(by) == 1 else f"{n.count(float(abs(by)))} {more} people"
        effect = f"means {who} on the register on {last}"
    return Prose(
        f"Supposed for {whom} from {n.day(record.since)}: {supposed(record.settings)}. That "
        f"{effect}: {n.count(record.scenario[-1])} in place of {n.count(record.baseline[-1])}. "
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


def scenario_table(record: ScenarioRecord) -> Table:
    """Return baseline and scenario by date."""
    rows = [
        (
            n.day(p.date),
            f"{n.count(p.baseline)} ({n.count(p.baseline_low)} to {n.count(p.baseline_high)})",
            f"{n.count(p.scenario)} ({n.count(p.scenario_low)} to {n.count(p.scenario_high)})",
            f"{n.count(p.difference, sign=True)} ({n.count(p.difference_low, sign=True)} to "
            f"{n.count(p.difference_high, sign=True)})",
        )
        for p in record.points
    ]
    names = ["Date", "As it is", "Supposed", "Difference"]
    return Table(
        f"The stock of {record.nation} as it is and as supposed, in people ({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
    )


def _difference(point: ScenarioPoint) -> Estimate:
    median, low, high = point.difference, point.difference_low, point.difference_high
    return Estimate("difference", "", median, median, low, high)


def _nothing(point: ScenarioPoint) -> bool:
    """Whether a scenario changes nobody's place by a date, in any draw."""
    return not any(map(round, (point.difference, point.difference_low, point.difference_high)))


def whatifs_table(records: list[ScenarioRecord]) -> Table:
    """Return several scenarios by their last date."""
    rows = []
    for r in records:
        last = r.points[-1]
        e = _difference(last)
        whom = "new cohorts" if r.cohorts == "new" else "everyone"
        text = capital(n.listing(list(r.words)))
        change = "none by then" if _nothing(last) else cell(e)
        rows.append((text, f"{r.since:%B %Y}, {whom}", change))
    last = records[0].points[-1]
    names = ["Supposed", "From, for", "Change of the stock"]
    return Table(
        f"What-ifs: change of the stock of {records[0].nation} on {n.day(last.date)}, in people "
        f"({LEVEL} interval)",
        pd.DataFrame(rows, columns=names),
        (names[2],),
    )
