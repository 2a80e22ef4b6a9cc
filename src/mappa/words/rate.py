"""The rate's record in sentences: pure functions of the record."""

from __future__ import annotations

from typing import Any

from mappa.words import numbers as n
from mappa.words.prose import Prose


def sentence(record: Any) -> Prose:
    """Return the one sentence of the answer."""
    r = record
    if r.count is None:
        return Prose(
            f"No count of people on the register is published here for {r.force} on "
            f"{n.day(r.as_of)}; the national rate was {n.rate(r.national_rate)} per 100,000 people."
        )
    text = (
        f"On {n.day(r.as_of)} {r.force} had {n.rate(r.rate)} people on the register per 100,000 "
        f"people {r.denominator} {n.interval(r.rate_low, r.rate_high)}"
    )
    if r.ratio is None:
        return Prose(text + ".")
    return Prose(
        text + f", {n.ratio(r.ratio)} times the rate of the rest of {r.nation} "
        f"{n.interval(r.ratio_low, r.ratio_high, n.ratio)}."
    )
