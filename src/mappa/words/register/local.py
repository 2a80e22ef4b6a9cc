"""Words of the local reading: the nation's dynamics beside what a force's stock did."""

from __future__ import annotations

from mappa.register.answers.local import LocalReading
from mappa.words import numbers
from mappa.words.forecasts.answer import interval
from mappa.words.prose import Prose
from mappa.words.register.common import capital


def local_sentence(reading: LocalReading) -> Prose:
    """Say what the nation's dynamics would have done to the force's stock, and what it did."""
    if reading.status != "read":
        text = f"What the nation's growth would have done here cannot be said: {reading.status}."
        if reading.count_end is not None:
            text += (
                f" That one is {numbers.count(reading.count_end)} on {numbers.day(reading.end)}."
            )
        return Prose(text)
    low, high, end = reading.low or 0.0, reading.high or 0.0, reading.count_end or 0.0
    side = "higher than" if end > high else "lower than" if end < low else "within"
    what = "chance alone would explain" if side != "within" else "what chance alone would explain"
    return Prose(
        f"Had people entered and left the register in {reading.force} at the rates of "
        f"{reading.nation}, the {numbers.count(reading.count_start)} of "
        f"{numbers.day(reading.start)} would have become {numbers.count(reading.expected)} on "
        f"{numbers.day(reading.end)} {interval(reading.low, reading.high)}. The count was "
        f"{numbers.count(reading.count_end)}, {side} {what}.{_derived(reading)} It assumes the "
        "nation's mix of sentences and no net moves across the border; the interval is that of "
        "random arrivals and departures only."
    )


def _derived(reading: LocalReading) -> str:
    soft = [
        f"the count of {numbers.day(day)} is {quality.replace('_', ' ')}"
        for day, quality in (
            (reading.start, reading.quality_start),
            (reading.end, reading.quality_end),
        )
        if quality not in {None, "printed", "official"}
    ]
    return f" ({capital(numbers.listing(soft))}, not printed.)" if soft else ""
