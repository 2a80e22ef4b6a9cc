"""The control chart of an area's yearly rate, and of its ratio to the nation's."""

from __future__ import annotations

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from mappa.growth.record import GrowthRecord
from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, ORANGE, canvas
from mappa.words import numbers as n
from mappa.words.growth import checks
from mappa.words.growth.charts import SOURCE
from mappa.words.population import break_remark
from mappa.words.prose import Prose


def control(chart: pd.DataFrame, beside: pd.DataFrame, record: GrowthRecord) -> Exhibit | Prose:
    """Draw the rate and its ratio to the nation's by date, with their control limits.

    Parameters
    ----------
    chart, beside: as :func:`mappa.growth.control_chart` gives them, per 100,000 people and per
        person expected. Without a count a sentence stands for the chart.
    """
    if chart.empty:
        return checks.control(chart, beside, record)
    figure, panels = canvas(1, 2, height=3.6)
    titles = ("Rate per\n100,000 people", f"Ratio to\n{record.nation}")
    for axes, table, title in zip(panels, (chart, beside), titles, strict=True):
        draw(axes, table)
        axes.set_title(title, loc="left", color=GREY, fontsize=9.5)
    limited = int(beside["low"].notna().sum())
    outside = [int(table["outside"].sum()) for table in (chart, beside)]
    head = (
        f"{record.force} is apart from the nation’s course in "
        f"{n.cardinal(outside[1]) if outside[1] else 'none'} of {n.cardinal(limited)} years"
        if limited
        else f"{record.force} has too few counts for control limits"
    )
    first, last, stop = chart.index[0], chart.index[-1], record.population_break
    remark = break_remark(stop if stop and first < stop <= last else None)
    return Exhibit(
        name="control",
        headline=head,
        subtitle=(
            f"Counts of {n.day(first)} to {n.day(last)}; dashed: limits of three standard "
            "deviations from yearly jumps; filled: outside; a line breaks where the basis or the "
            f"populations change. {remark}"
        ).rstrip(". "),
        alt=(
            f"The rate of {record.force} goes from {n.rate(chart['rate'].iloc[0])} to "
            f"{n.rate(chart['rate'].iloc[-1])} per 100,000. "
            + (
                f"Outside the limits are {n.cardinal(outside[0])} years of the rate and "
                f"{n.cardinal(outside[1])} of its ratio to the nation's."
                if limited
                else "There are no limits."
            )
            + f" {remark}"
        ).rstrip(),
        source=SOURCE,
        data=pd.concat(
            [chart, beside.add_prefix("ratio_").drop(columns="ratio_segment")], axis=1
        ).reset_index(),
        figure=figure,
        phone=True,
    )


def draw(axes: Axes, table: pd.DataFrame) -> None:
    """Draw a control chart on *axes*, each segment apart."""
    for _, part in table.groupby("segment"):
        axes.plot(part.index, part["rate"], color=DARK, lw=1.2)
        for name, style in (("centre", "-"), ("low", "--"), ("high", "--")):
            axes.plot(part.index, part[name], color=GREY, lw=1, ls=style)
    fill = table["outside"].map({True: ORANGE, False: "white"})
    axes.scatter(table.index, table["rate"], s=34, c=fill, edgecolor=DARK, zorder=3)
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=4))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes.set_ylim(0, 1.1 * float(table[["rate", "high"]].max().max()))
