"""How much the answer is a choice: every comparator, denominator, date and method."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable

import pandas as pd
from scipy import stats

from mappa.data import Data
from mappa.data.load import DENOMINATORS
from mappa.rates import comparators, forces
from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import normal_quantile
from mappa.records import Record, key

#: Method -> what it allows for.
METHODS = {
    "score": "chance in both counts",
    "exact": "chance, exact limits and doubled exact p-value",
    "additive": "chance and the spread between forces",
}
HIGHER, LOWER, UNCLEAR = "higher", "lower", "not clearly different"
VERDICTS = (HIGHER, UNCLEAR, LOWER)
#: The method of the headline, by which the choices of comparator and denominator are counted.
PLAIN = "score"


@dataclasses.dataclass(frozen=True)
class Choice(Record):
    """The ratio under one combination of choices."""

    comparator: str = key("Name of the comparator")
    denominator: str = key("Whose number the count is divided by")
    date: str = key("Date of the stock", "date")
    method: str = key("score, exact or additive")
    ratio: float = key("Rate over the comparator's rate", "ratio")
    ratio_low: float = key("Lower limit", "ratio")
    ratio_high: float = key("Upper limit", "ratio")
    p_value: float = key("Two-sided p-value of no difference")
    verdict: str = key("higher, lower or not clearly different")


def verdict(low: float | None, high: float | None) -> str:
    """Return higher, lower or not clearly different from the limits of a ratio.

    An interval that holds 1 does not show that two rates are alike: that takes the test of the
    margin.
    """
    if low is not None and low > 1:
        return HIGHER
    return LOWER if high is not None and high < 1 else UNCLEAR


def ratio_to(force_count: float, people: float, against: comparators.Comparator) -> Ratio | None:
    """Return the ratio of a force to a comparator, or ``None`` where there is none."""
    if not against.known:
        return None
    if against.count is not None and against.people is not None:
        return Ratio(force_count, people, against.count, against.people)
    kind = "modelled" if against.log_se else "fixed"
    # A modelled rate stands in as a count over people of any size: only the quotient is used.
    scale = 1e9
    return Ratio(
        force_count, people, (against.rate or 0.0) * scale, scale, against.log_se or 0.0, kind
    )


def dates(data: Data, force: str) -> list[pd.Timestamp]:
    """Return the dates for which the force has a count and a rate can be formed."""
    return [d for d in data.dates if force in data.counts(d).index]


@functools.lru_cache(maxsize=128)
def grid(
    data: Data, force: str, until: pd.Timestamp, confidence: float = 0.95
) -> tuple[Choice, ...]:
    """Return the ratio of *force* under every combination, for every date up to *until*.

    Combinations that cannot be formed (no count of the comparator, fewer than five counts for the
    spread) are left out, not filled.
    """
    found = []
    for day in (d for d in dates(data, force) if d <= until):
        for denominator in DENOMINATORS:
            stock = data.on(day, denominator)
            count, people = float(stock.counts[force]), float(stock.people[force])
            between = forces.forces(stock)
            tau = between.about_national.tau if between else None
            for name in comparators.names(data):
                against = comparators.choose(stock, force, name)
                ratio = ratio_to(count, people, against)
                if ratio is None or not count:
                    continue
                for method in METHODS:
                    row = _by(method, ratio, tau, confidence)
                    if row is not None:
                        low, high, p = row
                        value = ratio.value or math.nan
                        named = (name, denominator, f"{day:%Y-%m-%d}", method)
                        found.append(Choice(*named, value, low, high, p, verdict(low, high)))
    return tuple(found)


def _by(
    method: str, ratio: Ratio, tau: float | None, confidence: float
) -> tuple[float, float, float] | None:
    if method in {"score", "exact"}:
        row = ratio.interval(confidence) if method == "score" else ratio.exact_interval(confidence)
        return _complete(row.lower, row.upper, row.p_value)
    if tau is None or not ratio.value:
        return None
    return additive(ratio, tau, confidence)


def additive(ratio: Ratio, tau: float, confidence: float) -> tuple[float, float, float]:
    """Return limits and p-value of the ratio with chance and the spread between forces in them."""
    value = ratio.value or math.nan
    other = ratio.log_se if ratio.kind != "counted" else 1 / math.sqrt(ratio.count2)
    se = math.sqrt(1 / ratio.count + other**2 + tau**2)
    half = normal_quantile(confidence) * se
    p = 2 * stats.norm.sf(abs(math.log(value)) / se)
    return value * math.exp(-half), value * math.exp(half), float(p)


def _complete(
    low: float | None, high: float | None, p: float | None
) -> tuple[float, float, float] | None:
    return None if low is None or high is None or p is None else (low, high, p)


def one_question(rows: Iterable[Choice], date: str) -> list[Choice]:
    """Return the rows of one question: one date and the plain method, by comparator, denominator.

    Another date is another question, and another method of the same interval no other answer.
    """
    return [r for r in rows if r.date == date and r.method == PLAIN]


def tally(rows: Iterable[Choice]) -> dict[str, int]:
    """Return how many rows say higher, not clearly different and lower."""
    said = [r.verdict for r in rows]
    return {v: said.count(v) for v in VERDICTS}
