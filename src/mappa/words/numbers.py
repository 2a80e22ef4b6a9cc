"""How numbers are written: the only place where a sentence or table rounds.

Counts have commas, rates one decimal, ratios three significant figures, percentages one decimal;
a minus sign is the typographic one, and an interval is in brackets with its level.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mappa.printed import half_up as half_up
from mappa.printed import in_words

MINUS = "\N{MINUS SIGN}"
#: The fixed words of a probability, each up to its cut (as EpiNow2 cuts).
_LIKELY = (
    (0.05, "very unlikely"),
    (0.40, "unlikely"),
    (0.60, "about as likely as not"),
    (0.95, "likely"),
    (1.01, "very likely"),
)
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number(value: float | None, decimals: int = 0, *, sign: bool = False) -> str:
    """Write a number with thousands separators, or ``not known`` where it is missing."""
    if value is None or not math.isfinite(value):
        return "not known"
    rounded = half_up(value, decimals)
    text = f"{abs(rounded):,}"
    if rounded < 0:
        return MINUS + text
    return ("+" + text) if sign and rounded > 0 else text


def count(value: float | None, *, sign: bool = False) -> str:
    """Write a count of people."""
    return number(value, 0, sign=sign)


def change(value: float | None) -> str:
    """Write a change in people with its sign: +57."""
    return count(value, sign=True)


def growth(share: float | None) -> str:
    """Write growth with its sign: +3.6%."""
    return percent(share, sign=True)


def moved(change: float) -> str:
    """Write rose, fell or did not change."""
    return "rose" if change > 0 else "fell" if change < 0 else "did not change"


def moved_by(share: float | None) -> str:
    """Write growth as a verb: rose by 3.6%, fell by 0.7%."""
    if share is None:
        return "changed by an amount not known"
    return f"{moved(share)} by {percent(abs(share))}" if share else moved(share)


def smaller(people: float) -> str:
    """Write by how many people something would have been smaller, or larger where negative."""
    return f"{count(abs(people))} {'larger' if people < 0 else 'smaller'}"


def rate(value: float | None) -> str:
    """Write a rate per 100,000 people, one decimal."""
    return number(value, 1)


def plain_rate(value: float | None) -> str:
    """Write a rate as people print it: 132, and with one decimal below 20."""
    return number(value, 0 if value is None or value >= 20 else 1)


def ratio(value: float | None) -> str:
    """Write a ratio, three decimals below 10."""
    return number(value, 3 if value is None or abs(value) < 10 else 1)


def percent(share: float | None, decimals: int = 1, *, sign: bool = False) -> str:
    """Write a share (0.036) as a percentage (3.6%)."""
    if share is None or not math.isfinite(share):
        return "not known"
    return number(100 * share, decimals, sign=sign) + "%"


def chosen_share(value: float) -> str:
    """Write a chosen share as a percentage with no more decimals than it has: 10%, 7.5%."""
    return percent(value, 0 if round(100 * value, 6) % 1 == 0 else 1)


def probability(p: float | None) -> str:
    """Write a p-value or probability to two significant figures, never as zero."""
    if p is None or not math.isfinite(p):
        return "not known"
    if p < 0.0001:
        return "below 0.0001"
    if p > 0.9999:
        return "above 0.9999"
    decimals = max(2, 1 - math.floor(math.log10(min(p, 1 - p) if 0 < p < 1 else 1)))
    return number(p, decimals)


def p_value(p: float | None) -> str:
    """Write a p-value with its letter: p = 0.015, p below 0.0001."""
    text = probability(p)
    return f"p {text}" if text.startswith(("below", "above")) else f"p = {text}"


def likely(p: float) -> str:
    """Return the fixed word of a probability."""
    return next(word for cut, word in _LIKELY if p < cut)


def apart(low: float | None, high: float | None, decimals: int = 0) -> str:
    """Write the interval of a ratio as percentages: ``2% to 20% above``."""
    if high is None:
        return f"{percent((low or 0) - 1, decimals)} or more above"
    sizes = [abs((end or 0) - 1) for end in (low, high)]
    if min(sizes) < 0.005:  # 0% is no gap
        decimals = 1
    down, up = (percent(size, decimals) for size in sizes)
    if (low or 0) >= 1:
        return f"{down} to {up} above"
    if high <= 1:
        return f"{up} to {down} below"
    return f"anything from {down} below to {up} above"


def interval(low: float | None, high: float | None, write: Any = rate, level: str = "95%") -> str:
    """Write ``(95% interval 121.6 to 143.1)``."""
    return f"({level} interval {write(low)} to {write(high)})"


def day(value: Any) -> str:
    """Write a date as 31 March 2020."""
    return in_words(pd.Timestamp(value))


def people(value: float | None) -> str:
    """Write a count of people with its noun: one person, 57 people."""
    if value is not None and abs(half_up(value)) == 1:
        return "one person" if value > 0 else "minus one person"
    return f"{count(value)} people"


def cardinal(value: int) -> str:
    """Write a small whole number in letters, as prose does below ten."""
    return _SMALL[value] if 0 <= value < 10 else count(value)


def some(value: int) -> str:
    """Write a whole number in letters, or ``none``."""
    return cardinal(value) if value else "none"


def things(value: int, noun: str, plural: str = "") -> str:
    """Write how many there are of something: one version, five versions."""
    return f"{cardinal(value)} {noun if value == 1 else plural or noun + 's'}"


def ordinal(value: int) -> str:
    """Write 1st, 2nd, 3rd, 11th."""
    last = 0 if value % 100 in {11, 12, 13} else value % 10
    return f"{value}" + {1: "st", 2: "nd", 3: "rd"}.get(last, "th")


def listing(items: Sequence[str], last: str = "and") -> str:
    """Write a list: a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
