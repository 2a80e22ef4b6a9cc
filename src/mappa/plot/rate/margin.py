"""The ratio of a force's rate against the margin that would matter, both on one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, ORANGE, TEAL, canvas
from mappa.rates.gap import Gap
from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.rate import answer as words
from mappa.words.rate.missing import possessive

_HEADLINES = {
    "higher by more": "{whose} rate is more than {margin} higher",
    "lower by more": "{whose} rate is lower by more than {margin} allows",
    "within": "{whose} rate is within a margin of {margin}",
    "undecided": "Whether {whose} gap is beyond {margin} is undecided",
}
_TICKS = np.array([0.2, 0.25, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 2, 2.5, 3])


def margin(record: RateRecord, source: str) -> Exhibit:
    """Draw the ratio to the comparator with its interval, and the zone that would not matter.

    Parameters
    ----------
    record: the verdict record; where it has no ratio, the chart says why.
    source: the source line.
    """
    figure, axes = canvas(width=7.2, height=1.9)
    # A fixed layout draws in half the time: a slider redraws this chart.
    figure.set_layout_engine("none")
    axes.set_position((0.03, 0.27, 0.94, 0.7))
    _zone(axes, record)
    if record.gap is not None:
        _interval(axes, record.force, record.gap, _edge(record))
    else:
        axes.annotate(_why(record), (0, 0.3), ha="center", color=GREY, backgroundcolor="white")
    _frame(axes, record)
    gap = record.gap
    return Exhibit(
        name="margin",
        headline=headline(record),
        subtitle=(
            f"Ratio to the rate of {record.comparator_label}, people on the register per people "
            f"{record.denominator}, {n.day(record.as_of)}; the verdict rests on one-sided tests "
            "at 95%"
        ),
        alt=alt(record),
        source=source,
        data=pd.DataFrame(
            {
                "line": ["ratio", "zone that would not matter"],
                "value": [gap.ratio if gap else None, None],
                "from": [gap.ratio_low if gap else None, _ends(record)[0]],
                "to": [gap.ratio_high if gap else None, _ends(record)[1]],
            }
        ).astype({"value": float, "from": float, "to": float}),
        figure=figure,
    )


def headline(record: RateRecord) -> str:
    """Return the verdict in about ten words."""
    verdict = record.matter.margin_verdict if record.matter else ""
    form = _HEADLINES.get(verdict, "{whose} rate has nothing to be held against")
    return form.format(whose=possessive(record.force), margin=words.margin(record))


def alt(record: RateRecord) -> str:
    """Return the finding with its numbers."""
    zone = " to ".join(n.ratio(end) for end in _ends(record))
    if record.gap is None:
        return f"No ratio is drawn: {_why(record)}. The zone that would not matter is {zone}."
    return (
        f"The ratio of {possessive(record.force)} rate to that of {record.comparator_label} is "
        f"{n.ratio(record.gap.ratio)} "
        f"{n.interval(record.gap.ratio_low, record.gap.ratio_high, n.ratio, words.level(record))}. "
        f"The zone that would not matter is {zone}."
    )


def _why(record: RateRecord) -> str:
    return record.status or record.against.comparator_status or "there is nothing to compare with"


def _ends(record: RateRecord) -> tuple[float, float]:
    """Return the ends of the zone: symmetric on the log scale, as the tests take it."""
    return 1 / (1 + record.margin), 1 + record.margin


def _zone(axes: Axes, record: RateRecord) -> None:
    low, high = np.log(_ends(record))
    axes.axvspan(low, high, ymax=0.8, color=TEAL, alpha=0.25, linewidth=0)
    for edge in (low, high):
        axes.axvline(edge, ymax=0.8, color=TEAL, linewidth=1.4)
    axes.axvline(0, ymax=0.8, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate(
        f"within {words.margin(record)}: would not matter",
        (0, 0.83),
        ha="center",
        va="bottom",
        fontsize=9,
        color=GREY,
    )


def _interval(axes: Axes, force: str, gap: Gap, edge: float) -> None:
    low, middle, high = np.log(np.array([gap.ratio_low, gap.ratio, gap.ratio_high], float))
    axes.plot([low, high], [0.3, 0.3], color=DARK, solid_capstyle="butt")
    axes.scatter([middle], [0.3], s=70, color=ORANGE, edgecolor=DARK, zorder=3)
    label = f"{force} {n.ratio(gap.ratio)}"
    room = edge * (1 - 0.015 * len(label))  # a letter is about 1.5% of half the axis
    axes.annotate(
        label,
        (np.clip(middle, -room, room), 0.45),
        ha="center",
        va="bottom",
        fontweight="bold",
        color=DARK,
        bbox={"facecolor": "white", "alpha": 0.75, "pad": 1.5, "linewidth": 0},
    )


def _edge(record: RateRecord) -> float:
    """Return where the axis ends on both sides of 1, in logarithms."""
    gap = record.gap
    ends = [*_ends(record), *((gap.ratio_low, gap.ratio_high) if gap else ())]
    return max(1.2 * max(abs(float(np.log(e))) for e in ends if e), float(np.log(1.35)))


def _frame(axes: Axes, record: RateRecord) -> None:
    """Scale the axis in logarithms, labelled with ratios."""
    edge = _edge(record)
    axes.set_xlim(-edge, edge)
    axes.set_ylim(0, 1)
    shown = _TICKS[np.abs(np.log(_TICKS)) < edge]
    axes.set_xticks(np.log(shown), [f"{t:g}" for t in shown])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Ratio (log scale)")
