"""How the register's estimates are written, in sentences and in cells."""

from __future__ import annotations

import functools
from collections.abc import Callable

from mappa.register.answers.record import Attribution, Estimate, RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose

LEVEL = "90%"


def people(e: Estimate, *, sign: bool = False) -> str:
    """Write an estimate of people with its interval in brackets."""
    return f"{n.count(e.median, sign=sign)} ({limits(e, sign=sign)})"


def limits(e: Estimate, *, sign: bool = False) -> str:
    """Write the interval of an estimate of people with its level."""
    return f"{LEVEL} interval {n.count(e.low, sign=sign)} to {n.count(e.high, sign=sign)}"


def signed_ends(e: Estimate) -> str:
    """Write the interval of a change of people, its level said before."""
    return f"{n.count(e.low, sign=True)} to {n.count(e.high, sign=True)}"


def year_of(record: RegisterRecord) -> str:
    """Write the year that is explained."""
    return f"the year to {n.day(record.accounting.end)}"


def main_attribution(record: RegisterRecord) -> Attribution:
    """Return the Shapley table of the reference year of the answer."""
    return record.attribution[0]


def implied(record: RegisterRecord, a: Attribution) -> str:
    """Write the rise that published sentences alone imply.

    As printed it is the model's rise as printed, less the latent inflow as printed.
    """
    return n.count(float(n.half_up(record.accounting.net.mean) - n.half_up(a.latent.mean)))


def withheld(record: RegisterRecord) -> Prose:
    """Say why the effect of sentences cannot be given for a date long after they end."""
    return Prose(
        f"How much of this came from longer sentences cannot be said for {year_of(record)}. "
        f"Sentence lengths are published only up to March {record.lengths_until}, and the numbers "
        "sentenced end earlier still."
    )


def attributed(say: Callable[[RegisterRecord], Prose]) -> Callable[[RegisterRecord], Prose]:
    """Mark words about the effect of sentences: for a date long after them they say why not."""

    @functools.wraps(say)
    def said(record: RegisterRecord) -> Prose:
        return say(record) if record.attributed else withheld(record)

    return said
