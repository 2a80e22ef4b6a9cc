"""Baseline against scenario at the middle of the posterior, drawn fast enough to be dragged."""

from __future__ import annotations

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, ORANGE, canvas
from mappa.register.answers.whatif import WhatIf
from mappa.words import numbers as n
from mappa.words.register import whatif as words


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
