"""One chart of every combination of comparator, denominator, date and method.

A specification curve (Simonsohn, Simmons and Nelson, 2020, Nature Human Behaviour 4, 1208-1214):
above, the ratios in order; below, the choices behind each.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.comparators import LOOK
from mappa.plot.style import GREY, LIGHT, canvas
from mappa.rates.record import RateRecord
from mappa.words import numbers as n

_METHODS = {"score": "score interval", "exact": "exact", "additive": "with the spread of areas"}


def choices(record: RateRecord, labels: dict[str, str], source: str) -> Exhibit:
    """Draw every combination, sorted by its ratio.

    Parameters
    ----------
    labels: name of a comparator -> its words.
    """
    frame = pd.DataFrame([c.as_dict() for c in record.sensitivity])
    frame = frame.sort_values(["ratio", "method", "comparator"]).reset_index(drop=True)
    groups = _groups(frame, labels)
    rows = sum(len(g) for _, g in groups) + len(groups)
    figure, (top, below) = canvas(
        2, 1, width=7.2, height=3.0 + 0.165 * rows, sharex=True,
        height_ratios=[2.6, 0.165 * rows],
    )  # fmt: skip
    _curve(top, frame)
    _matrix(below, frame, groups)
    told = record.sensitivity_tally
    return Exhibit(
        name="choices",
        headline=headline(record),
        subtitle=(
            f"Ratio of {record.force} to a comparator under all {len(frame)} combinations of "
            f"comparator, denominator, date and method, up to {n.day(record.as_of)}"
        ),
        alt=(
            f"Of {len(frame)} combinations for {record.force} {told['higher']} say higher, "
            f"{told['similar']} similar and {told['lower']} lower; ratios run from "
            f"{n.ratio(float(frame['ratio'].min()))} to {n.ratio(float(frame['ratio'].max()))}."
        ),
        source=source,
        data=frame.round({"ratio": 3, "ratio_low": 3, "ratio_high": 3, "p_value": 4}),
        figure=figure,
    )


def headline(record: RateRecord) -> str:
    """Return the message: how the verdict divides over the combinations."""
    told = record.sensitivity_tally
    if told["higher"] and told["lower"]:
        return (
            f"Higher {told['higher']} times, lower {told['lower']}, similar {told['similar']}: the "
            "sign is a choice"
        )
    word = "higher" if told["higher"] else "lower"
    if told[word]:
        return f"{told[word]} combinations say {word}, {told['similar']} similar; no sign turns"
    return f"All {told['similar']} combinations say similar"


def _curve(axes: Any, frame: pd.DataFrame) -> None:
    axes.axhline(1, color=GREY, linewidth=1.2)
    for verdict, part in frame.groupby("verdict"):
        color, marker = LOOK[str(verdict)]
        axes.vlines(part.index, part["ratio_low"], part["ratio_high"], color=color, linewidth=0.9)
        axes.scatter(part.index, part["ratio"], marker=marker, s=14, color=color, zorder=3)
    axes.set_yscale("log")
    low, high = float(frame["ratio_low"].min()), float(frame["ratio_high"].max())
    shown = [t for t in (0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3) if low < t < high]
    axes.set_yticks(shown, [f"{t:g}" for t in shown], minor=False)
    axes.set_yticks([], minor=True)
    axes.set_ylabel("Ratio (log scale)")
    axes.tick_params(axis="x", length=0, labelbottom=False)
    for i, (verdict, (color, marker)) in enumerate(LOOK.items()):
        here = int((frame["verdict"] == verdict).sum())
        x = 0.02 + 0.25 * i
        axes.plot(
            [x], [1.04], marker=marker, color=color, markersize=6, transform=axes.transAxes,
            clip_on=False,
        )  # fmt: skip
        axes.text(
            x + 0.018, 1.04, f"{verdict} ({here})", transform=axes.transAxes, va="center",
            fontweight="bold", fontsize=9,
        )  # fmt: skip


#: A column of choices, and its values with their words.
Group = tuple[str, list[tuple[str, str]]]


def _groups(frame: pd.DataFrame, labels: dict[str, str]) -> list[Group]:
    """Return the columns of choices with their values and words, in reading order."""
    known = [(c, labels[c]) for c in labels if c in set(frame["comparator"])]
    kinds = [(d, f"people {d}" if d[0] == "a" else d) for d in frame["denominator"].unique()]
    kinds = sorted((d, "men aged 18 and over" if d.startswith("men") else w) for d, w in kinds)
    days = [(d, n.day(d)) for d in sorted(frame["date"].unique())]
    methods = [(m, w) for m, w in _METHODS.items() if m in set(frame["method"])]
    return [("comparator", known), ("denominator", kinds), ("date", days), ("method", methods)]


def _matrix(
    axes: Any, frame: pd.DataFrame, groups: list[tuple[str, list[tuple[str, str]]]]
) -> None:
    y, places, names = 0, [], []
    for column, values in groups:
        for value, words in values:
            here = frame[frame[column] == value]
            axes.axhline(-y, color=LIGHT, linewidth=0.4, zorder=1)
            for verdict, part in here.groupby("verdict"):
                color, _ = LOOK[str(verdict)]
                axes.scatter(part.index, [-y] * len(part), marker="|", s=26, color=color, zorder=2)
            places.append(-y)
            names.append(words)
            y += 1
        y += 1
    axes.set_yticks(places, names, fontsize=7.8)
    axes.tick_params(axis="both", length=0, labelbottom=False)
    axes.set_ylim(-y + 1.4, 0.7)
    axes.set_xlim(-1.5, len(frame) + 0.5)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("Combinations in order of their ratio")
