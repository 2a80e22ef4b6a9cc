"""What the doors return of any counts by area: a ratio, how much areas differ, where one is."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mappa.rates.methods.rows import MethodRow
from mappa.records import Record, key


@dataclasses.dataclass(frozen=True)
class RatioRow(MethodRow):
    """The ratio of two rates, with the four numbers that it was made from."""

    counts: tuple[float, float, float, float] = key(
        "Count and people of the area, count and people of the rest", "people", default=(0, 0, 0, 0)
    )
    asked: str = key("Name of the method: score, exact or midp", default="score")


@dataclasses.dataclass(frozen=True)
class Between(Record):
    """How much areas differ by more than chance; ``table`` has a row for each area."""

    estimator: str = key("Estimator of tau")
    areas: int = key("Areas with a count", "areas")
    mean: float = key("Rate of a typical area: exp of the mean log rate", "as the table's rates")
    tau: float = key("SD of the areas' true log rates")
    tau_low: float = key("Lower limit of tau (Q-profile)")
    tau_high: float = key("Upper limit of tau (Q-profile)")
    Q: float = key("Cochran's Q")
    I2: float = key("Share of the variance that is between areas", "share")
    table: pd.DataFrame = key("The areas with z, p, expected_low, expected_high and verdict")


@dataclasses.dataclass(frozen=True)
class Standing(Record):
    """Where one area stands by what the others let expect of it: the rule of *unusual*."""

    area: str = key("Name of the area")
    rate: float | None = key("Its rate; None without a count", "as the table's rates")
    expected_low: float = key("Lower limit of its observed rate", "as the table's rates")
    expected_high: float = key("Upper limit of the same", "as the table's rates")
    z: float | None = key("Distance of its log rate from the others' mean, in their SDs")
    p_value: float | None = key("Two-sided p-value: t with k - 3 degrees of freedom")
    verdict: str = key("not unusual, unusual, very unusual, or no count")
    power_20: float = key("Chance that a true rate 20% above typical is found", "probability")
    power_50: float = key("Chance that a true rate 50% above typical is found", "probability")
