"""Rows that describe themselves: each method returns its value with all a reader must know of it.

The columns follow PHEindicatormethods (Public Health England): value, lower, upper, confidence,
statistic, method; with the p-value and the source of the method.
"""

import dataclasses

from mappa.records import Record, key


@dataclasses.dataclass(frozen=True)
class MethodRow(Record):
    """One number by one method."""

    statistic: str = key("What the value is")
    value: float | None = key("The value, unrounded", "as the statistic")
    lower: float | None = key("Lower limit", "as the statistic", default=None)
    upper: float | None = key("Upper limit", "as the statistic", default=None)
    confidence: float | None = key("Confidence of the limits", "share", default=None)
    p_value: float | None = key("Two-sided p-value where the method tests", "", default=None)
    method: str = key("How it is computed", default="")
    source: str = key("Where the method is published", default="")
    note: str = key("What a reader must know before using it", default="")


def normal_quantile(confidence: float) -> float:
    """Return z of a two-sided *confidence*: 1.96 for 0.95."""
    from scipy import stats

    return float(stats.norm.ppf((1 + confidence) / 2))
