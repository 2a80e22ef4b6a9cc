"""Horizontal rows: one labelled row each with a mark or a bar, an interval and words beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mappa.plot.style import DARK, GREY, LIGHT, canvas

INK = "#1A1A1A"
#: Ticks of a log axis of ratios.
RATIOS = (0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3, 4, 6)


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a chart.

    ``value`` and its interval ``low`` to ``high`` have the unit of the axis; ``tick`` is a second
    value, drawn as a short stroke; ``zone`` a box behind the mark. ``text`` is written beyond the
    interval, or before it with ``text_left``. ``bold`` marks the row that the chart is about;
    ``hollow`` a row that is not one of its kind (a pool, an estimate); ``hatch`` fills a bar.
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
    tick: float | None = None
    zone: tuple[float, float] | None = None
    text_left: bool = False


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
    write: Callable[[float], str] | None = None,
) -> tuple[Figure, Axes]:
    """Draw *rows* from top to bottom and return the figure (inches) and its axes.

    Parameters
    ----------
    xlabel: what the axis shows, in its unit.
    bars: draw a bar from zero instead of a mark; stems: a thin line from zero to the mark.
    reference, dashed: values of a vertical line, solid and dashed.
    ratios: a log axis with plain ticks, and room for the text beside the intervals.
    limits: ends of the axis; by default those of the rows.
    step: height of a row (inches). write: how tick labels of the axis are written.
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
        label.set_fontweight("bold" if row.bold else "normal")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel(xlabel, fontsize=fontsize, loc="right")
    if ratios:
        _ratio_axis(axes, rows)
    if limits is not None:
        axes.set_xlim(*limits)
    if write is not None:
        axes.xaxis.set_major_formatter(lambda value, _: write(value))
    return figure, axes


def _draw(axes: Axes, y: float, row: Row, *, bars: bool, stems: bool) -> None:
    if row.zone is not None:
        low, high = row.zone
        edge, line = (DARK, 1.8) if row.bold else (LIGHT, 0.8)
        axes.barh(
            y, high - low, left=low, height=0.62, color="#DCE6EF", edgecolor=edge, linewidth=line
        )
    if bars:
        face = "white" if row.hatch or row.hollow else row.color
        axes.barh(y, row.value, height=0.62, color=face, edgecolor=row.color, hatch=row.hatch)
    if stems:
        axes.plot([0, row.value], [y, y], color=LIGHT, linewidth=1, zorder=1)
    if row.low is not None and row.high is not None:
        # On a bar a white line behind keeps the interval visible.
        for color, width in (("white", 3.4), (GREY, 1.4)) if bars else ((row.color, 2.4),):
            axes.plot([row.low, row.high], [y, y], color=color, linewidth=width, zorder=4)
    if not bars:
        size, face = (64 if row.bold else 36), ("white" if row.hollow else row.color)
        axes.scatter(
            [row.value],
            [y],
            marker=row.marker,
            s=size,
            facecolor=face,
            edgecolor=row.color,
            zorder=5,
        )
    if row.tick is not None:
        axes.scatter([row.tick], [y], s=70, marker="|", color=INK, zorder=6)
    if row.text:
        _write(axes, y, row, start=[0.0] if bars else [])


def _write(axes: Axes, y: float, row: Row, *, start: list[float]) -> None:
    """Write the text beyond all that the row holds, and beyond the *start* of a bar."""
    held = (row.value, row.low, row.high, *(row.zone or ()), *start)
    ends = [v for v in held if v is not None]
    axes.annotate(
        row.text, (min(ends) if row.text_left else max(ends), y),
        xytext=(-7 if row.text_left else 7, 0), textcoords="offset points", va="center",
        ha="right" if row.text_left else "left", fontsize=9, zorder=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
        fontweight="bold" if row.bold else "normal",
    )  # fmt: skip


def _ratio_axis(axes: Axes, rows: Sequence[Row]) -> None:
    held = [v for r in rows for v in (r.value, r.low, r.high, *(r.zone or ())) if v is not None]
    axes.set_xscale("log")
    low, high = min([*held, 0.97]) / 1.03, max([*held, 1.03])
    room = (high / low) ** (0.1 + 0.02 * max(len(row.text) for row in rows))
    left = any(row.text_left for row in rows)
    axes.set_xlim(low / room if left else low, high * room)
    shown = [s for s in RATIOS if low <= s <= high * 1.1]
    axes.set_xticks(shown, [f"{s:g}" for s in shown], minor=False)
    axes.set_xticks([], minor=True)
