"""Baseline against scenario: drawn fast enough to be dragged, and with intervals."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import StrMethodFormatter

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, ORANGE, canvas, label_end
from mappa.register.answers.scenarios import ScenarioRecord
from mappa.register.answers.whatif import WhatIf
from mappa.words import numbers as n
from mappa.words.register import whatif as words
from mappa.words.register.common import capital


def whatif(record: WhatIf) -> Exhibit:
    """Draw the two lines with their ends named."""
    figure, axes = canvas(width=7.2, height=3.4)
    # A fixed layout draws in half the time.
    figure.set_layout_engine("none")
    axes.set_position((0.11, 0.1, 0.66, 0.86))
    years = [d.year + (d.month - 0.5) / 12 for d in record.dates]
    top = max(*record.baseline, *record.scenario)
    axes.plot(years, record.baseline, color=DARK)
    axes.plot(years, record.scenario, color=ORANGE, linestyle="--")
    apart = 0.035 * top
    middle = (record.baseline[-1] + record.scenario[-1]) / 2
    up = 1 if record.difference > 0 else -1
    away = max(abs(record.difference) / 2, apart)
    for text, side, color in (("as it is", -up, DARK), ("supposed", up, ORANGE)):
        value = record.scenario[-1] if side == up else record.baseline[-1]
        axes.annotate(
            f"{text} {n.count(value)}",
            (years[-1], middle + side * away),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=color,
            fontweight="bold",
            annotation_clip=False,
        )
    axes.set_ylim(0, 1.12 * top)
    axes.set_xlim(years[0], years[-1])
    ticks = [y for y in range(int(years[0]) + 1, int(years[-1]) + 1) if y % 5 == 0]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    marks = [v for v in axes.get_yticks() if 0 <= v <= 1.12 * top]
    axes.set_yticks(marks, [n.count(v) for v in marks])
    return Exhibit(
        name="what-if",
        headline=f"Supposed: {n.count(record.difference, sign=True)} people by "
        f"{record.dates[-1]:%B %Y}",
        subtitle=f"People on the register, {record.nation}, as it is and as supposed from "
        f"{n.day(record.since)}; the middle of the posterior",
        alt=str(words.changed(record)),
        source=f"Register model of this study, figures up to {n.day(record.as_of)}.",
        data=pd.DataFrame(
            {
                "date": [f"{d:%Y-%m-%d}" for d in record.dates],
                "as it is": record.baseline,
                "supposed": record.scenario,
            }
        ).round(0),
        figure=figure,
    )


def scenario(record: ScenarioRecord) -> Exhibit:
    """Draw baseline and scenario with their bands."""
    frame = pd.DataFrame([vars(p) for p in record.points])
    x = [d.year + (d.month - 0.5) / 12 for d in frame["date"]]
    figure, axes = canvas(height=4.0)
    for name, color, style in (("baseline", DARK, "-"), ("scenario", ORANGE, "--")):
        axes.fill_between(
            x, frame[f"{name}_low"], frame[f"{name}_high"], color=color, alpha=0.16, lw=0
        )
        axes.plot(x, frame[name], color=color, ls=style)
    last = frame.iloc[-1]
    gap = 0.04 * max(last["baseline"], last["scenario"])
    up = gap if last["scenario"] >= last["baseline"] else -gap
    near = abs(last["scenario"] - last["baseline"]) < 2 * gap
    label_end(axes, x[-1], last["baseline"] - (up if near else 0), "as it is", DARK)
    label_end(axes, x[-1], last["scenario"] + (up if near else 0), "supposed", ORANGE)
    axes.set_ylim(0, frame[["baseline_high", "scenario_high"]].to_numpy().max() * 1.08)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_ylabel("People")
    return Exhibit(
        name="scenario",
        headline=(
            f"Supposed: {n.count(last['difference'], sign=True)} people by {last['date']:%B %Y}"
        ),
        subtitle=(
            f"{capital(n.listing(list(record.words)))}, from {record.since:%B %Y}; "
            f"{record.nation}; bands: 90% intervals"
        ),
        alt=str(words.scenario(record)),
        source=(
            f"Register model of this study, figures up to {n.day(record.as_of)}; the posterior is "
            "not fitted again."
        ),
        data=frame.round(1),
        figure=figure,
    )
