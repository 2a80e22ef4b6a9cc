"""How the register's estimates are written, in sentences and in cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def ends(e: Estimate) -> str:
    """Write the interval of an estimate of people, its level said before."""
    return f"{n.count(e.low)} to {n.count(e.high)}"


def cell(e: Estimate, *, sign: bool = True) -> str:
    """Write an estimate for the cell of a table."""
    ends = f"{n.count(e.low, sign=sign)} to {n.count(e.high, sign=sign)}"
    return f"{n.count(e.median, sign=sign)} ({ends})"


def mean_cell(e: Estimate, printed: int) -> str:
    """Write a mean, rounded so that its column sums, with its interval, for a cell."""
    ends_ = f"{n.count(e.low, sign=True)} to {n.count(e.high, sign=True)}"
    return f"{n.count(printed, sign=True)} ({ends_})"


def rounded(values: Sequence[float]) -> list[int]:
    """Round *values* so that they sum to their rounded sum (the largest remainders go up).

    Source: the method of Hamilton, M. L. Balinski and H. P. Young (1982), "Fair representation",
    Yale, chapter 3.
    """
    below = [math.floor(v) for v in values]
    short = int(n.half_up(math.fsum(values))) - sum(below)
    order = sorted(range(len(values)), key=lambda i: below[i] - values[i])
    return [b + (i in order[:short]) for i, b in enumerate(below)]


def negative(e: Estimate) -> Estimate:
    """Return the estimate of the quantity with the other sign."""
    return Estimate(e.name, e.label, -e.mean, -e.median, -e.high, -e.low)


def year_of(record: RegisterRecord) -> str:
    """Write the year that is explained."""
    return f"the year to {n.day(record.accounting.end)}"


def main_attribution(record: RegisterRecord) -> Attribution:
    """Return the Shapley table of the reference year of the answer."""
    return record.attribution[0]


def withheld(record: RegisterRecord) -> Prose:
    """Say why the effect of sentences cannot be given for a date long after they end."""
    return Prose(
        f"How much of this came from longer sentences cannot be said for {year_of(record)}. "
        f"Sentence lengths are published only up to March {record.lengths_until}, and numbers of "
        "sentences are older still."
    )
