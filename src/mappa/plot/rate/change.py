"""The change on the year: every area's growth beside the nation's, outliers named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, PLUM, canvas
from mappa.rates.record import RateRecord
from mappa.words import numbers as n


def change(record: RateRecord, table: pd.DataFrame, source: str) -> Exhibit:
    """Draw the growth of each area on the year.

    Parameters
    ----------
    table: a row for each area (see ``mappa.rates.change.growth_table``).
    """
    rows = table.assign(percent=100 * np.expm1(table["growth"])).sort_values("percent")
    figure, axes = canvas(width=7.2, height=1.5 + 0.2 * len(rows))
    c = record.change
    for i, (area, row) in enumerate(rows.iterrows()):
        mine, out = area == record.force, bool(row["outlier"])
        color = ORANGE if mine else PLUM if out else DARK
        axes.plot([0, row["percent"]], [i, i], color=LIGHT, linewidth=1, zorder=1)
        axes.scatter(
            [row["percent"]], [i], s=64 if mine else 34, color=color,
            edgecolor=DARK, marker="s" if mine else "X" if out else "o", zorder=3,
        )  # fmt: skip
        if out:
            axes.annotate(
                "left out by the outlier rule", (row["percent"], i), xytext=(-9, 0),
                textcoords="offset points", ha="right", va="center", color=PLUM, fontsize=8.5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=1)
    if c is not None and c.national_growth is not None:
        axes.axvline(100 * c.national_growth, color=DARK, linewidth=1.2, linestyle=(0, (5, 2)))
    axes.set_yticks(range(len(rows)), list(rows.index), fontsize=8.5)
    for text in axes.get_yticklabels():
        text.set_fontweight("bold" if text.get_text() == record.force else "normal")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Change of the count on the year, % (dashes: the nation)")
    return Exhibit(
        name="change",
        headline=headline(record, rows),
        subtitle=(
            f"People on the register, areas with both counts on one basis or a printed percentage, "
            f"year to {n.day(record.as_of)}"
        ),
        alt=alt(record, rows),
        source=source,
        data=rows.reset_index()[
            ["area", "before", "now", "known", "percent", "robust_sds", "outlier"]
        ].round({"before": 0, "percent": 1, "robust_sds": 1}),
        figure=figure,
    )


def headline(record: RateRecord, rows: pd.DataFrame) -> str:
    """Return the message: the force's change beside the nation's."""
    c = record.change
    if c is None or c.growth is None:
        return f"{len(rows)} areas’ change on the year; {record.force} has none to tell"
    return (
        f"{record.force} {n.percent(c.growth, sign=True)}, the nation "
        f"{n.percent(c.national_growth, sign=True)}: {c.verdict or 'spread not known'}"
    )


def alt(record: RateRecord, rows: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    low, high = rows.iloc[0], rows.iloc[-1]
    known = record.change is not None and record.change.growth is not None
    mine = headline(record, rows) if known else f"{record.force} has no change to tell"
    return (
        f"Changes on the year of {len(rows)} areas run from "
        f"{n.number(low['percent'], 1, sign=True)}% in {low.name} to "
        f"{n.number(high['percent'], 1, sign=True)}% in {high.name}. {mine}."
    )
