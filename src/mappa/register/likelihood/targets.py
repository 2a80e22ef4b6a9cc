"""What the model is held to: published stocks, prisoners, reviews, the indefinite share.

Each target has a relative or absolute standard deviation from the table of parameters: how far a
right model may stand from the figure, because the figure or the model is rough. Counts on another
definition (the whole register of 2021) are left out.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import TooLittleKnown
from mappa.register.arrays import Array
from mappa.register.law.periods import decimal_end, middle, until

#: Bases of the national stock that the model describes.
BASES = ("act_1997", "police_computer", "mappa_returns", "snapshot_31_march")


@dataclasses.dataclass(frozen=True)
class Group:
    """Published figures of one kind, and how far a right model may stand from them.

    Attributes
    ----------
    dates: decimal years; ``value``: the figures (people, or a share).
    sd: standard deviations, one of each figure or one of all.
    ratio: whether they are of the log of the figure, and not of the figure itself.
    """

    dates: Array
    value: Array
    sd: Array
    ratio: bool = True

    def __len__(self) -> int:
        return len(self.value)

    def residuals(self, expected: Array) -> Array:
        """Return how far the figures are from what is expected of them, in *sd*."""
        off = np.log(expected / self.value) if self.ratio else expected - self.value
        return off / self.sd

    def moved(self, expected: Array, by: Array) -> Group:
        """Return other figures: what is expected, moved *by* so much (a log, or a share)."""
        value = expected * np.exp(by) if self.ratio else np.clip(expected + by, 0.001, 0.999)
        return dataclasses.replace(self, value=value)


class Targets(NamedTuple):
    """The figures up to a date, in the order of the residuals.

    The register's stock, prisoners, lifers among them (IPP), the indefinite share of the whole
    register, and removals on review in the year to a date.
    """

    stock: Group
    prison: Group
    ipp: Group
    shares: Group
    reviews: Group


def _stock_sd(basis: str, quality: str, year: int, fixed: dict[str, float]) -> float:
    if basis in {"act_1997", "police_computer"}:
        return fixed["error_early"]
    if basis == "mappa_returns":
        return fixed["error_returns"] if year < 2007 else fixed["error_returns_late"]
    return fixed["error_exact"] if quality in {"exact", "official"} else fixed["error_printed"]


def _stocks(data: Data, as_of: pd.Timestamp, fixed: dict[str, float]) -> Group:
    t = data.national_figures
    rows = t[
        (t["measure"] == "rso_count")
        & t["preferred"]
        & t["category"].isin(["", "all"])
        & t["basis"].isin(BASES)
        & (t["date"] <= as_of)
    ].sort_values("date")
    if len(rows) < 4:
        raise TooLittleKnown(
            f"national_figures.csv has {len(rows)} counts of the register up to {as_of:%Y-%m-%d}: "
            "the register model needs four or more."
        )
    sd = [
        _stock_sd(b, q, d.year, fixed)
        for b, q, d in zip(rows["basis"], rows["quality"], rows["date"], strict=True)
    ]
    dates = np.array([decimal_end(day) for day in rows["date"]])
    return Group(dates, rows["value"].to_numpy(dtype=float), np.array(sd))


def _prison(data: Data, as_of: pd.Timestamp) -> pd.Series:
    """Return the prisoners on one definition (all sentenced), the last count of each year."""
    t = data.sentencing
    rows = t[(t["measure"] == "prison_population_sexual") & (t["group"] == "all sentenced")]
    rows = until(rows, "year", as_of)
    # A bare year is taken at its middle; a month or a day at its end.
    at = [
        middle(text) if len(text) == 4 else decimal_end(last)
        for text, last in zip(rows["year"], rows["last"], strict=True)
    ]
    rows = rows.assign(t=np.round(np.array(at) * 12) / 12).sort_values(["t", "value"])
    return rows.groupby(rows["last"].dt.year).last().set_index("t")["value"]


def _review_flows(data: Data, as_of: pd.Timestamp) -> pd.Series:
    """Return yearly reviews granted in the whole country, by the decimal end of the year."""
    t = data.outflow
    granted = t["measure"].str.contains("revoked|granted")
    months = t["period"].str.extract(r"^(?P<first>.{7})/(?P<last>.{7})$")
    start, end = (pd.to_datetime(months[name]) for name in ("first", "last"))
    end += pd.offsets.MonthEnd(0)
    year = ((end - start).dt.days - 365).abs() <= 3
    whole = t["basis"].isin(["england_and_wales", "forces_that_answered"])
    rows = t.assign(t=end)[granted & whole & year & (end <= as_of)].sort_values("value")
    return rows.groupby(rows["t"].map(decimal_end))["value"].mean()


def _indefinite(data: Data, as_of: pd.Timestamp) -> pd.Series:
    """Return the indefinite share of the whole register by date, where both counts are printed."""
    t = data.profile
    rows = t[t["population"].str.contains("whole register") & (t["measure"] == "count")]
    rows = until(rows, "date", as_of)
    counts = rows.pivot(index="last", columns="group", values="value")
    counts = counts.reindex(columns=["all", "indefinite (life)"]).dropna()
    counts.index = counts.index.map(decimal_end)
    return counts["indefinite (life)"] / counts["all"]


def _ipp(data: Data, as_of: pd.Timestamp) -> pd.Series:
    t = data.sentencing
    rows = until(t[t["measure"] == "ipp_prison_population_sexual"], "year", as_of)
    return rows.set_index(rows["last"].map(decimal_end))["value"].sort_index()


def build_targets(data: Data, as_of: str | pd.Timestamp, fixed: dict[str, float]) -> Targets:
    """Return what the model is held to, up to and including *as_of*.

    Raises
    ------
    TooLittleKnown: fewer than four counts of the register by then.
    """
    day = pd.Timestamp(as_of)

    def group(series: pd.Series, sd: Array | float, ratio: bool = True) -> Group:
        at, value = (part.to_numpy(dtype=float) for part in (series.index, series))
        return Group(at, value, np.atleast_1d(sd), ratio)

    prison = _prison(data, day)
    return Targets(
        stock=_stocks(data, day, fixed),
        prison=group(prison, np.full(len(prison), fixed["error_prison"])),
        ipp=group(_ipp(data, day), fixed["error_ipp"]),
        shares=group(_indefinite(data, day), fixed["error_indefinite"], ratio=False),
        reviews=group(_review_flows(data, day), fixed["error_reviews"]),
    )
