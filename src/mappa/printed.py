"""Printed numbers and days: how official tables round, and what a number says of the one behind it.

The Ministry of Justice rounds half up, to the decimals it prints. Nothing else in the package
rounds a number that is shown or compared with a printed one.
"""

import datetime as dt
import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

#: Rates are printed for this many people.
PER = 100_000

#: Digits below the last printed one that a sum of binary floats may have lost.
_NOISE = 9


def in_words(day: dt.date) -> str:
    """Return a day as 31 March 2020."""
    return f"{day.day} {day:%B} {day.year}"


def half_up(value: float, decimals: int = 0) -> Decimal:
    """Round half away from zero, as official tables do (Python's own rounding is half to even).

    What floats lose far below the last digit does not count: 0.285 is 0.29, and so is
    0.28499999999999998, which is the same number worked out by another way.
    """
    meant = Decimal(repr(round(float(value), decimals + _NOISE)))
    return meant.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def rounded(values: Sequence[float]) -> list[int]:
    """Round *values* so that they sum to their rounded sum (the largest remainders go up).

    Source: the method of Hamilton, M. L. Balinski and H. P. Young (1982), "Fair representation",
    Yale, chapter 3.
    """
    below = [math.floor(v) for v in values]
    short = int(half_up(math.fsum(values))) - sum(below)
    order = sorted(range(len(values)), key=lambda i: below[i] - values[i])
    return [b + (i in order[:short]) for i, b in enumerate(below)]


def decimals(printed: str | float) -> int:
    """Return with how many decimals a number is printed: 2 for ``"4.10"``, 1 for the float 4.1."""
    if not isinstance(printed, str):
        exponent = Decimal(repr(float(printed))).normalize().as_tuple().exponent
        return max(0, -int(exponent))
    return len(printed.partition(".")[2])


def rounds_to(value: float, printed: str | float) -> bool:
    """Return whether *value* is printed as *printed*, with the decimals shown there."""
    return half_up(value, decimals(printed)) == Decimal(str(printed))


def behind(printed: float, decimals: int = 0) -> tuple[float, float]:
    """Return the least value that is printed so, and the least that is printed higher."""
    half = 0.5 * 10.0**-decimals
    return printed - half, printed + half


def counts_behind(rate: float, people: float, decimals: int = 0) -> tuple[int, int]:
    """Return the least and greatest whole count whose rate is printed as *rate*.

    Parameters
    ----------
    rate: the printed rate, per 100,000 people.
    people: the denominator, people.
    decimals: with which it was printed.
    """
    low, high = (math.ceil(edge / PER * people - 1e-9) for edge in behind(rate, decimals))
    return max(low, 0), high - 1
