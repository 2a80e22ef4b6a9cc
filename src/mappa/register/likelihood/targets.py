"""What the model is held to: published stocks, prisoners, reviews, the indefinite share.

Each target has a relative or absolute standard deviation from the table of parameters: how far a
right model may stand from the figure, because the figure or the model is rough. Counts on another
definition (the whole register of 2021) are left out.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import TooLittleKnown
from mappa.register.arrays import Array
from mappa.register.law import periods
from mappa.register.model.stock import decimal_end

#: Bases of the national stock that the model describes.
BASES = ("act_1997", "police_computer", "mappa_returns", "snapshot_31_march")


@dataclasses.dataclass(frozen=True)
class Targets:
    """Figures up to a date, with the standard deviations of their residuals.

    ``stock_*`` and ``prison_*`` are on the log scale; ``review_*`` are flows of a year to a date,
    log scale; ``share_*`` is the indefinite share of the
    whole register.
    """

    stock_dates: Array
    stock: Array
    stock_sd: Array
    prison_dates: Array
    prison: Array
    prison_sd: Array
    ipp_dates: Array
    ipp: Array
    ipp_sd: float
    share_dates: Array
    shares: Array
    share_sd: float
    review_dates: Array
    reviews: Array
    review_sd: float


def _stock_sd(basis: str, quality: str, year: int, fixed: dict[str, float]) -> float:
    if basis in {"act_1997", "police_computer"}:
        return fixed["error_early"]
    if basis == "mappa_returns":
        return fixed["error_returns"] if year < 2007 else fixed["error_returns_late"]
    return fixed["error_exact"] if quality in {"exact", "official"} else fixed["error_printed"]


def _stocks(data: Data, as_of: pd.Timestamp, fixed: dict[str, float]) -> pd.DataFrame:
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
    return rows.assign(sd=sd, t=[decimal_end(d) for d in rows["date"]])


def _prison(data: Data, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the prisoners on one definition (all sentenced), the last count of each year."""
    t = data.sentencing
    rows = t[(t["measure"] == "prison_population_sexual") & (t["group"] == "all sentenced")]
    found = []
    for text, value in zip(rows["year"], rows["value"], strict=True):
        ends = periods.bounds(text)
        if ends is None or ends[1] > as_of:
            continue
        # A bare year is taken at its middle; a month or a day at its end.
        at = periods.middle(text) if len(text) == 4 else decimal_end(ends[1])
        found.append((ends[1].year, round(at * 12) / 12, float(value)))
    frame = pd.DataFrame(sorted(found), columns=["year", "t", "value"])
    return frame.groupby("year", as_index=False).last()


def _review_flows(data: Data, as_of: pd.Timestamp) -> list[tuple[float, float]]:
    """Return yearly reviews granted in the whole country, by the decimal end of the year."""
    found: dict[float, list[float]] = {}
    for _, r in data.outflow.iterrows():
        granted = "revoked" in r["measure"] or "granted" in r["measure"]
        whole = r["basis"] in {"england_and_wales", "forces_that_answered"}
        parts = r["period"].split("/")
        if not (granted and whole and len(parts) == 2 and len(parts[1]) == 7):
            continue
        end = pd.Timestamp(parts[1]) + pd.offsets.MonthEnd(0)
        start = pd.Timestamp(parts[0]) if len(parts[0]) == 7 else None
        if start is None or end > as_of or abs((end - start).days - 365) > 3:
            continue
        found.setdefault(decimal_end(end), []).append(float(r["value"]))
    return sorted((t, float(np.mean(np.sort(v)))) for t, v in found.items())


def _indefinite(data: Data, as_of: pd.Timestamp) -> list[tuple[float, float]]:
    """Return dates and indefinite shares of the whole register, where both counts are printed."""
    t = data.profile
    found: list[tuple[float, float]] = []
    whole = t[t["population"].str.contains("whole register") & (t["measure"] == "count")]
    for date, rows in sorted(whole.groupby("date"), key=lambda item: str(item[0])):
        value = rows.set_index("group")["value"]
        ends = periods.bounds(str(date))
        if {"all", "indefinite (life)"} <= set(value.index) and ends and ends[1] <= as_of:
            share = float(value["indefinite (life)"] / value["all"])
            found.append((decimal_end(ends[1]), share))
    return found


def _ipp(data: Data, as_of: pd.Timestamp) -> list[tuple[float, float]]:
    t = data.sentencing
    found: list[tuple[float, float]] = []
    for _, r in t[t["measure"] == "ipp_prison_population_sexual"].iterrows():
        ends = periods.bounds(r["year"])
        if ends is not None and ends[1] <= as_of:
            found.append((decimal_end(ends[1]), float(r["value"])))
    return sorted(found)


def _columns(pairs: list[tuple[float, float]]) -> tuple[Array, Array]:
    table = np.array(pairs, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def build_targets(data: Data, as_of: str | pd.Timestamp, fixed: dict[str, float]) -> Targets:
    """Return what the model is held to, up to and including *as_of*.

    Raises
    ------
    TooLittleKnown: fewer than four counts of the register by then.
    """
    day = pd.Timestamp(as_of)
    stocks, prison = _stocks(data, day, fixed), _prison(data, day)
    ipp_dates, ipp = _columns(_ipp(data, day))
    share_dates, shares = _columns(_indefinite(data, day))
    review_dates, reviews = _columns(_review_flows(data, day))
    return Targets(
        stock_dates=stocks["t"].to_numpy(dtype=float),
        stock=stocks["value"].to_numpy(dtype=float),
        stock_sd=stocks["sd"].to_numpy(dtype=float),
        prison_dates=prison["t"].to_numpy(dtype=float),
        prison=prison["value"].to_numpy(dtype=float),
        prison_sd=np.full(len(prison), fixed["error_prison"]),
        ipp_dates=ipp_dates,
        ipp=ipp,
        ipp_sd=fixed["error_ipp"],
        review_dates=review_dates,
        reviews=reviews,
        review_sd=fixed["error_reviews"],
        share_dates=share_dates,
        shares=shares,
        share_sd=fixed["error_indefinite"],
    )
