"""A waterfall: parts in people that sum, from top to bottom, each beginning where the last ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from mappa.plot.style import GREY, LIGHT, canvas
from mappa.printed import rounded
from mappa.register.answers.record import Estimate
from mappa.words import numbers as n


@dataclasses.dataclass(frozen=True)
class Step:
    """A step of a waterfall in people, or a bar from zero that says where the steps have come."""

    label: str
    value: float
    printed: int
    color: str
    low: float | None = None
    high: float | None = None
    hatch: str = ""
    total: bool = False


def steps_of(parts: Sequence[tuple[str, Estimate]], colors: Sequence[str]) -> list[Step]:
    """Return parts as steps, their means rounded so that they sum."""
    printed = rounded([e.mean for _, e in parts])
    return [
        Step(label, e.mean, m, color, e.low, e.high)
        for (label, e), m, color in zip(parts, printed, colors, strict=True)
    ]


def waterfall(steps: Sequence[Step]) -> Figure:
    """Draw steps from top to bottom, each named above its bar: no column of labels to fit."""
    figure, axes = canvas(height=0.7 + 0.52 * len(steps))
    axes.axvline(0, color=GREY, lw=1)
    reached = 0.0
    for y, step in enumerate(steps):
        start = 0.0 if step.total else reached
        face = "white" if step.hatch else step.color
        axes.barh(
            y, step.value, left=start, height=0.4, color=face, edgecolor=step.color,
            hatch=step.hatch,
        )  # fmt: skip
        if step.low is not None and step.high is not None:
            for color, width in (("white", 3.4), (GREY, 1.4)):
                axes.plot([start + step.low, start + step.high], [y, y], color=color, lw=width)
        axes.text(
            0, y - 0.24, f"{step.label}: {n.count(step.printed, sign=True)}",
            transform=axes.get_yaxis_transform(), va="bottom", fontsize=9, zorder=6,
            fontweight="bold" if step.total else "normal",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
        reached = start + step.value
        if y < len(steps) - 1:
            axes.plot([reached, reached], [y + 0.2, y + 0.8], color=LIGHT, lw=1, zorder=1)
    axes.set_ylim(len(steps) - 0.6, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("People")
    return figure


def data_of(steps: Sequence[Step]) -> pd.DataFrame:
    """Return what is drawn, a row for each bar, in people."""
    table = [(s.label, s.value, s.low, s.high) for s in steps]
    return pd.DataFrame(table, columns=["Part", "People", "90% low", "90% high"]).round(1)
