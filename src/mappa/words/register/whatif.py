"""The sentences of a what-if under the hand: pure functions of its record."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mappa.register.answers.scenarios import SETTINGS
from mappa.register.answers.whatif import WhatIf
from mappa.words import numbers as n
from mappa.words.prose import Prose

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
