"""Horizontal rows: a label, a mark or bar, an interval and words each; and bars that sum."""

import dataclasses
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mappa.plot.style import DARK, GREY, LIGHT, THOUSANDS, canvas, note
from mappa.printed import rounded
from mappa.register.answers.record import Estimate
from mappa.words import numbers as n

#: Ticks of a log axis of ratios.
RATIOS = (0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3, 4, 6)


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a chart.

    ``value`` and its interval ``low`` to ``high`` have the unit of the axis; ``zone`` is a box
    behind the mark. ``text`` is written beyond the interval, or before it with ``text_left``.
    ``bold`` marks the row that the chart is about; ``hollow`` a row that is not one of its kind (a
    pool, an estimate); ``hatch`` fills a bar.
    """

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    text: str = ""
    color: str = DARK
    marker: str = "o"
    bold: bool = False
    hollow: bool = False
    hatch: str = ""
    zone: tuple[float, float] | None = None
    text_left: bool = False

    @property
    def held(self) -> list[float]:
        """All values that the row draws."""
        values = (self.value, self.low, self.high, *(self.zone or ()))
        return [v for v in values if v is not None]

    @property
    def weight(self) -> str:
        """Weight of its letters."""
        return "bold" if self.bold else "normal"


def rows_chart(
    rows: Sequence[Row],
    xlabel: str,
    *,
    bars: bool = False,
    stems: bool = False,
    reference: float | None = None,
    dashed: float | None = None,
    ratios: bool = False,
    limits: tuple[float, float] | None = None,
    step: float = 0.3,
    width: float = 7.2,
    fontsize: float = 9,
) -> tuple[Figure, Axes]:
    """Draw *rows* from top to bottom and return the figure (inches) and its axes.

    Parameters
    ----------
    xlabel: what the axis shows, in its unit.
    bars: draw a bar from zero instead of a mark; stems: a thin line from zero to the mark.
    reference, dashed: values of a vertical line, solid and dashed.
    ratios: a log axis with plain ticks, and room for the text next to the intervals.
    limits: ends of the axis; by default those of the rows. step: height of a row (inches).
    """
    figure, axes = canvas(width=width, height=1.3 + step * len(rows))
    if reference is not None:
        axes.axvline(reference, color=GREY, linewidth=1.2)
    if dashed is not None:
        axes.axvline(dashed, color=DARK, linewidth=1.2, linestyle=(0, (5, 2)))
    places = list(range(len(rows)))[::-1]
    for y, row in zip(places, rows, strict=True):
        _draw(axes, y, row, bars=bars, stems=stems)
    axes.set_yticks(places, [row.label for row in rows], fontsize=fontsize)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight(row.weight)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel(xlabel, fontsize=fontsize, loc="right")
    if ratios:
        _ratio_axis(axes, rows)
    if limits is not None:
        axes.set_xlim(*limits)
    return figure, axes


def _draw(axes: Axes, y: float, row: Row, *, bars: bool, stems: bool) -> None:
    if row.zone is not None:
        low, high = row.zone
        edge, line = (DARK, 1.8) if row.bold else (LIGHT, 0.8)
        box = axes.barh(y, high - low, left=low, height=0.62, color="#DCE6EF")
        box.patches[0].set(edgecolor=edge, linewidth=line)
    if bars:
        face = "white" if row.hatch or row.hollow else row.color
        axes.barh(y, row.value, height=0.62, color=face, edgecolor=row.color, hatch=row.hatch)
    if stems:
        axes.plot([0, row.value], [y, y], color=LIGHT, linewidth=1, zorder=1)
    if row.low is not None and row.high is not None:
        axes.plot([row.low, row.high], [y, y], color=row.color, linewidth=2.4, zorder=4)
    if not bars:
        size, face = (8 if row.bold else 6), ("white" if row.hollow else row.color)
        axes.plot(row.value, y, row.marker, color=row.color, mfc=face, ms=size, mew=1.5, zorder=5)
    if row.text:  # beyond all that the row draws
        ends, left = [*row.held, *([0.0] if bars else [])], row.text_left
        note(
            axes, row.text, (min(ends) if left else max(ends), y), (-7 if left else 7, 0),
            va="center", ha="right" if left else "left", fontsize=9, zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
            fontweight=row.weight,
        )  # fmt: skip


def _ratio_axis(axes: Axes, rows: Sequence[Row]) -> None:
    held = [v for row in rows for v in row.held]
    axes.set_xscale("log")
    low, high = min([*held, 0.97]) / 1.03, max([*held, 1.03])
    room = (high / low) ** (0.1 + 0.02 * max(len(row.text) for row in rows))
    left = any(row.text_left for row in rows)
    axes.set_xlim(low / room if left else low, high * room)
    shown = [s for s in RATIOS if low <= s <= high * 1.1]
    axes.set_xticks(shown, [f"{s:g}" for s in shown], minor=False)
    axes.set_xticks([], minor=True)


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
    """Draw steps in people from top to bottom, each beginning where the last ends.

    Each is named above its bar: there is no column of labels to fit.
    """
    figure, axes = canvas(height=0.7 + 0.52 * len(steps))
    axes.axvline(0, color=GREY, lw=1)
    reached = 0.0
    for y, step in enumerate(steps):
        start = 0.0 if step.total else reached
        look = {"color": "white" if step.hatch else step.color, "edgecolor": step.color}
        axes.barh(y, step.value, left=start, height=0.4, hatch=step.hatch, **look)
        if step.low is not None and step.high is not None:
            # A white line behind keeps the interval visible on its bar.
            for color, width in (("white", 3.4), (GREY, 1.4)):
                axes.plot([start + step.low, start + step.high], [y, y], color=color, lw=width)
        axes.text(
            0, y - 0.24, f"{step.label}: {n.change(step.printed)}",
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
    axes.xaxis.set_major_formatter(THOUSANDS)
    axes.set_xlabel("People")
    return figure


def data_of(steps: Sequence[Step]) -> pd.DataFrame:
    """Return what is drawn, a row for each bar, in people."""
    table = [(s.label, s.value, s.low, s.high) for s in steps]
    return pd.DataFrame(table, columns=["Part", "People", "90% low", "90% high"]).round(1)
