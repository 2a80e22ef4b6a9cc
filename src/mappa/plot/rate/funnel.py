"""Funnel plot: rates against population, with limits by chance and by the spread of areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.labels import place_labels
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, TEAL, canvas
from mappa.rates.methods import funnel as limits
from mappa.rates.record import RateRecord
from mappa.words import numbers as n

_DASH = {0.95: (0, (5, 2)), 0.998: "-"}


def funnel(record: RateRecord, league: pd.DataFrame, source: str) -> Exhibit:
    """Draw the funnel of a date with the force marked and the uncounted areas as one pool.

    Parameters
    ----------
    record: the verdict record. league: a row for each area. source: the source line.
    """
    known = league[league["count"].notna()]
    figure, axes = canvas(width=7.2, height=4.8)
    top = float(max(known["population"].max(), record.pool_population if record.pool_count else 0))
    grid = np.geomspace(0.8 * known["population"].min(), 1.3 * top, 300)
    _limits(axes, record, grid)
    axes.axhline(record.national_rate, color=GREY, linewidth=1.2)
    others = known[known["area"] != record.force]
    axes.scatter(
        others["population"], others["rate"], s=26, facecolor="white", edgecolor=DARK, zorder=3
    )
    _force_and_pool(axes, record, known)
    _named(axes, record, known)
    axes.set_xscale("log")
    axes.set_xlim(grid[0], grid[-1])
    highest = float(known["rate_high"].max())
    if record.tau is not None:
        expected = grid[0] * record.national_rate / 1e5
        highest = max(
            highest,
            float(limits.additive_limits(expected, record.tau, record.national_rate, 0.998)[1]),
        )
    axes.set_ylim(0, 1.08 * highest)
    axes.set_xlabel(f"People {record.denominator} (log scale)")
    axes.set_ylabel("People on the register per 100,000")
    _ticks(axes, grid)
    return Exhibit(
        name="funnel",
        headline=headline(record, known),
        subtitle=(
            f"People on the register per 100,000 people {record.denominator}, areas of "
            f"{record.nation} with a count, {n.day(record.as_of)}"
        ),
        alt=alt(record, known),
        source=source,
        data=known[["area", "population", "count", "rate", "rate_low", "rate_high", "z", "verdict"]]
        .round({"rate": 1, "rate_low": 1, "rate_high": 1, "z": 2})
        .reset_index(drop=True),
        figure=figure,
    )


def headline(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the message: how many stand outside which limits."""
    if record.tau is None:
        return f"Too few areas have a count to tell how much they differ ({len(known)})"
    chance, spread = outside(record, known)
    return f"By chance alone {chance} of {len(known)} areas stand out, with their spread {spread}"


def outside(record: RateRecord, known: pd.DataFrame) -> tuple[int, int]:
    """Return how many areas stand outside the 95% limits by chance alone, and with the spread."""
    expected = known["population"] * record.national_rate / 1e5
    low, high = limits.poisson_limits(expected, 0.95)
    beyond = (known["count"] < low) | (known["count"] > high)
    return int(beyond.sum()), int((known["verdict"].str.startswith("outside")).sum())


def alt(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    if record.count is None:
        first = f"Funnel plot of {len(known)} areas; {record.force} has no count and no point."
    else:
        first = (
            f"Funnel plot of {len(known)} areas: {record.force} has {n.rate(record.rate)} per "
            f"100,000 where the national rate is {n.rate(record.national_rate)}."
        )
    if record.tau is None:
        return first
    chance, spread = outside(record, known)
    return (
        f"{first} By chance alone {chance} areas stand outside the 95% limits; with the spread "
        f"between areas {spread} {'does' if spread == 1 else 'do'}."
    )


def _limits(axes: Any, record: RateRecord, grid: np.ndarray) -> None:
    average = record.national_rate
    expected = grid * average / 1e5
    ends = []
    for confidence, dash in _DASH.items():
        low, high = limits.convention_lines(expected, average, confidence)
        for line in (low, high):
            axes.plot(grid, line, color=TEAL, linewidth=1.4, linestyle=dash)
        if record.tau is not None:
            wide = limits.additive_limits(expected, record.tau, average, confidence)
            for line in wide:
                axes.plot(grid, line, color=PLUM, linewidth=1.4, linestyle=dash)
            ends.append((wide[1][-1], f"{n.percent(confidence, 1 if confidence > 0.99 else 0)}"))
    inside = grid[-1] / 1.02
    for y, text in ends:
        axes.annotate(
            f"{text}, spread of areas", (inside, y), xytext=(0, 3), textcoords="offset points",
            ha="right", va="bottom", color=PLUM, fontsize=8,
        )  # fmt: skip
    told = "dashes 95%, line 99.8%"
    middle = f"line in the middle: the nation, {n.rate(average)}"
    axes.text(
        0.02, 0.03, f"{middle}; limits ({told}): by chance alone\nbeside it, with the spread of "
        "areas further out", transform=axes.transAxes,
        color=GREY, fontsize=8, va="bottom",
    )  # fmt: skip


def _force_and_pool(axes: Any, record: RateRecord, known: pd.DataFrame) -> None:
    if record.rate is not None:
        axes.scatter(
            [record.population], [record.rate], s=80, color=ORANGE, edgecolor=DARK, zorder=5
        )
    if record.pool_rate is not None and record.areas > len(known):
        axes.scatter(
            [record.pool_population], [record.pool_rate], s=60, marker="D", facecolor="white",
            edgecolor=GREY, linewidth=1.6, zorder=4,
        )  # fmt: skip


def _named(axes: Any, record: RateRecord, known: pd.DataFrame) -> None:
    """Name the force, the pool, the extremes and what stands outside the wide limits."""
    marks: list[tuple[float, float, str, str]] = []
    if record.rate is not None:
        marks.append((record.population, record.rate, record.force, "bold"))
    missing = record.areas - len(known)
    if record.pool_rate is not None and missing:
        marks.append(
            (record.pool_population, record.pool_rate, f"{missing} without a count, together", "")
        )
    far = known[known["verdict"].str.startswith("outside")]
    ends = known.sort_values("rate").iloc[[0, -1]]
    big = known.sort_values("population").iloc[[-1]]
    for _, row in pd.concat([far, ends, big]).drop_duplicates("area").iterrows():
        if row["area"] != record.force:
            marks.append((row["population"], row["rate"], row["area"], ""))
    place_labels(axes, marks)


def _ticks(axes: Any, grid: np.ndarray) -> None:
    choices = [m * 10.0**p for p in range(3, 9) for m in (1, 2, 5)]
    shown = [t for t in choices if grid[0] <= t <= grid[-1]]
    axes.set_xticks(shown, [n.count(t) for t in shown], minor=False)
    axes.set_xticks([], minor=True)
