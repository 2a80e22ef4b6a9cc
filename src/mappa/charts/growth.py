"""Charts of growth: the nation with its breaks, the area indexed against it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.ticker import StrMethodFormatter

from mappa.charts.exhibit import Exhibit
from mappa.charts.style import DARK, GREY, LIGHT, ORANGE, canvas, label_end
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.words import growth as words
from mappa.words import numbers as n

_MARKS = {
    "act_1997": "D",
    "police_computer": "v",
    "mappa_returns": "s",
    "snapshot_31_march": "o",
    "all_levels": "o",
    "level_1": "s",
    "other_date": "^",
    "basis_not_known": "X",
}


def _frame(points: tuple[Point, ...]) -> pd.DataFrame:
    return pd.DataFrame([vars(p) for p in points])


def _years(axes: Any) -> None:
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylim(bottom=0)


def nation(record: GrowthRecord) -> Exhibit:
    """Draw every official national value, one mark and line for each basis."""
    frame = _frame(record.national_series)
    figure, axes = canvas(height=4.4)
    top = frame["value"].max()
    for basis, rows in frame[frame["preferred"]].groupby("basis", sort=False):
        axes.plot(
            rows["date"], rows["value"], color=DARK, marker=_MARKS[basis], markersize=5, lw=1.5
        )
        last = rows.iloc[0]
        axes.annotate(
            words.basis_name(basis),
            (last["date"], last["value"]),
            xytext=(-2, 9),
            textcoords="offset points",
            fontsize=8,
            color=GREY,
        )
    others = frame[~frame["preferred"]]
    axes.plot(others["date"], others["value"], ls="", marker="x", color=ORANGE, markersize=6)
    for stop in record.breaks:
        if stop.kind != "revision":
            axes.axvline(stop.date, color=LIGHT, lw=1, ls=":" if stop.kind == "law" else "-")
    axes.set_ylim(0, top * 1.12)
    _years(axes)
    end = frame[frame["preferred"]].iloc[-1]
    label_end(axes, end["date"], end["value"], n.count(end["value"]), DARK)
    return Exhibit(
        name="nation",
        headline=words.nation_headline(record),
        subtitle=f"People registered, {record.nation}, by date; lines do not cross a break",
        alt=words.nation_alt(record),
        source=words.source_line(record),
        data=frame[["date", "value", "basis", "quality", "preferred", "source"]],
        figure=figure,
    )
