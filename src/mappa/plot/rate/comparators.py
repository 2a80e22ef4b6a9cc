"""The comparator chart and the margin chart: the ratio, its interval and what it means."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, LIGHT, PLUM, TEAL, canvas
from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.rate.answer import level
from mappa.words.rate.answer import share as margin_text
from mappa.words.rate.tables import comparisons, margins

#: Verdict -> colour, marker: never by colour alone.
LOOK = {"higher": (PLUM, "^"), "similar": (DARK, "o"), "lower": (TEAL, "v")}


def comparators(record: RateRecord, labels: dict[str, str], source: str) -> Exhibit:
    """Draw the ratio to each comparator with its interval; where the sign turns is visible.

    Parameters
    ----------
    labels: name of a comparator -> its words, in the order of the chart.
    """
    rows = comparisons(record, labels)
    figure, axes = canvas(width=7.2, height=1.3 + 0.52 * len(rows))
    axes.axvline(1, color=GREY, linewidth=1.2)
    for i, row in enumerate(rows.itertuples()):
        y = len(rows) - 1 - i
        color, marker = LOOK[row.verdict]
        axes.plot([row.ratio_low, row.ratio_high], [y, y], color=color, linewidth=2.4)
        axes.scatter([row.ratio], [y], marker=marker, s=70, color=color, zorder=3)
        left = row.verdict == "lower"
        axes.annotate(
            f"{n.ratio(row.ratio)}, {row.verdict}", (row.ratio_low if left else row.ratio_high, y),
            xytext=(-7 if left else 7, 0), textcoords="offset points", va="center",
            ha="right" if left else "left", fontweight="bold", fontsize=9,
        )  # fmt: skip
    names = [textwrap.fill(label, 30) for label in rows["label"]][::-1]
    axes.set_yticks(range(len(rows)), names, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    ends = float(rows["ratio_low"].min()), float(rows["ratio_high"].max())
    _log_ratio(axes, *ends, room=1.3, left="lower" in set(rows["verdict"]))
    axes.set_xlabel(f"Ratio of the rates with {level(record)} interval (log scale)")
    return Exhibit(
        name="comparators",
        headline=comparator_headline(record, rows),
        subtitle=(
            f"Rate of {record.force} over the comparator’s, per people {record.denominator}, "
            f"{n.day(record.as_of)}"
        ),
        alt=comparator_alt(record, rows),
        source=source,
        data=rows[["label", "ratio", "ratio_low", "ratio_high", "p_value", "verdict"]].round(
            {"ratio": 3, "ratio_low": 3, "ratio_high": 3, "p_value": 4}
        ),
        figure=figure,
    )


def comparator_headline(record: RateRecord, rows: pd.DataFrame) -> str:
    """Return the message: whether the sign turns with the comparator."""
    said = set(rows["verdict"])
    if {"higher", "lower"} <= said:
        return f"{record.force} is higher or lower: the comparator decides"
    if len(said) > 1:
        word = (said - {"similar"}).pop()
        return f"{record.force} is {word} or similar: the comparator decides"
    return f"{record.force} is {said.pop()} whichever comparator is chosen"


def comparator_alt(record: RateRecord, rows: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    low, high = rows.loc[rows["ratio"].idxmin()], rows.loc[rows["ratio"].idxmax()]
    if len(rows) == 1:
        return (
            f"The rate of {record.force} is {n.ratio(low['ratio'])} times that of {low['label']}: "
            f"{low['verdict']}."
        )
    return (
        f"Ratios of {record.force} to {len(rows)} comparators run from {n.ratio(low['ratio'])} "
        f"({low['label']}, {low['verdict']}) to {n.ratio(high['ratio'])} ({high['label']}, "
        f"{high['verdict']})."
    )


def _log_ratio(axes: Any, low: float, high: float, room: float, left: bool = False) -> None:
    """Set a log axis of ratios with plain ticks, and room for the labels beside the intervals."""
    axes.set_xscale("log")
    low, high = min(low, 0.97) / 1.03, max(high, 1.03)
    span = high / low
    axes.set_xlim(low / span ** (0.32 if left else 0), high * span ** (0.32 * room))
    steps = [0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3, 4, 6]
    shown = [s for s in steps if low <= s <= high * 1.1]
    axes.set_xticks(shown, [f"{s:g}" for s in shown], minor=False)
    axes.set_xticks([], minor=True)


def margin(record: RateRecord, source: str) -> Exhibit:
    """Draw the ratio's interval against the zone of several margins, the chosen one marked."""
    rows = margins(record)
    figure, axes = canvas(width=7.2, height=1.5 + 0.42 * len(rows))
    low, high = float(rows["low90"].iloc[0]), float(rows["high90"].iloc[0])
    for i, row in enumerate(rows.itertuples()):
        y = len(rows) - 1 - i
        axes.barh(
            y, row.zone_high - row.zone_low, left=row.zone_low, height=0.62, color="#DCE6EF",
            edgecolor=DARK if row.chosen else LIGHT, linewidth=1.8 if row.chosen else 0.8,
        )  # fmt: skip
        axes.plot([low, high], [y, y], color=PLUM, linewidth=2.4)
        axes.scatter([row.ratio], [y], color=PLUM, s=40, zorder=3)
        axes.annotate(
            row.verdict, (max(high, row.zone_high), y), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=9.5, fontweight="bold" if row.chosen else "normal",
        )  # fmt: skip
    axes.axvline(1, color=GREY, linewidth=1)
    names = [
        f"margin {n.percent(m, 0 if round(100 * m, 6) % 1 == 0 else 1)}" for m in rows["margin"]
    ]
    axes.set_yticks(range(len(rows)), names[::-1])
    for text, chosen in zip(axes.get_yticklabels(), rows["chosen"].iloc[::-1], strict=True):
        text.set_fontweight("bold" if chosen else "normal")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    ends = (float(min(low, rows["zone_low"].min())), float(max(high, rows["zone_high"].max())))
    _log_ratio(axes, *ends, room=1.1)
    axes.set_xlabel(
        f"Ratio to {record.comparator_label} (log scale); box: differences that do not matter;\n"
        "line: 90% interval, whose ends are the one-sided 95% tests",
        fontsize=9,
    )
    return Exhibit(
        name="margin",
        headline=margin_headline(record),
        subtitle=f"{record.force} and margins fixed beforehand, {n.day(record.as_of)}",
        alt=(
            f"The ratio of {record.force} to {record.comparator_label} is {n.ratio(record.ratio)} "
            f"(90% interval {n.ratio(low)} to {n.ratio(high)}); at the margin of "
            f"{margin_text(record.margin)} the verdict is: {record.margin_verdict}."
        ),
        source=source,
        data=rows[["margin", "zone_low", "zone_high", "ratio", "low90", "high90", "verdict"]].round(
            3
        ),
        figure=figure,
    )


def margin_headline(record: RateRecord) -> str:
    """Return the message: the verdict at the chosen margin."""
    told = {
        "higher by more": f"{record.force} is higher by more than {margin_text(record.margin)}",
        "lower by more": f"{record.force} is below by more than {margin_text(record.margin)}",
        "within": f"{record.force} differs by less than {margin_text(record.margin)}",
    }
    return told.get(
        str(record.margin_verdict),
        f"Whether {record.force} differs by more than {margin_text(record.margin)} is undecided",
    )
