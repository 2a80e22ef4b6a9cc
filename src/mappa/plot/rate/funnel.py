"""Funnel plot: rates against population, with limits by chance and by the spread of areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mappa.errors import UsageError
from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.labels import place_labels
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, TEAL, canvas
from mappa.printed import PER
from mappa.rates.methods import between
from mappa.rates.methods import funnel as limits
from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.rate.answer import share

_DASHES = ((0, (1, 2)), (0, (8, 2, 1, 2)), (0, (5, 2)), "-")
#: Populations at which the lines are given in the data of the chart.
TABLED = 12


def lines(
    record: RateRecord,
    table: pd.DataFrame,
    people: np.ndarray | pd.Series,
    levels: Sequence[float] = limits.LEVELS,
) -> pd.DataFrame:
    """Return the lines of the funnel at *people*, two columns each: rates per 100,000.

    ``chance_low_95`` and ``chance_high_95``: by the convention of public health, so that a rate is
    outside exactly when its own exact interval leaves the national rate out. ``areas_low_95`` and
    ``areas_high_95``: the 95% prediction interval of an observed rate from all counted areas.

    Raises
    ------
    UsageError: a level that is not 90, 95, 99 or 99.8% (exit status 2).
    """
    if unknown := set(levels) - set(limits.ALLOWED):
        allowed = ", ".join(f"{a:g}" for a in limits.ALLOWED)
        raise UsageError(f"A level of the funnel is one of {allowed}: not {min(unknown):g}.")
    size = np.asarray(people, float)
    expected = size * record.national_rate / PER
    counted = table[table["count"].notna()]
    found = {}
    for level in levels:
        name = f"{100 * level:g}"
        ends = limits.chance_limits(expected, level)
        for side, end in zip(("low", "high"), ends, strict=True):
            found[f"chance_{side}_{name}"] = record.national_rate * end / expected
        if record.spread is not None:
            others = between.spread(counted["count"], counted["population"])
            ends = between.predict(others, size).limits(level)
            for side, end in zip(("low", "high"), ends, strict=True):
                found[f"areas_{side}_{name}"] = PER * end
    return pd.DataFrame(found)


def funnel(
    record: RateRecord,
    table: pd.DataFrame,
    source: str,
    levels: Sequence[float] = limits.LEVELS,
) -> Exhibit:
    """Draw the funnel of a date with the force marked and the uncounted areas as one pool.

    Parameters
    ----------
    record: the verdict record. table: a row for each area. source: the source line.
    levels: control levels of the lines, some of 0.90, 0.95, 0.99 and 0.998.

    The chart's data hold the areas, each with the height of the lines at its own population, and
    below them the lines at a dozen populations.
    """
    known = table[table["count"].notna()].reset_index(drop=True)
    figure, axes = canvas(width=7.2, height=4.8)
    top = float(max(known["population"].max(), record.pool_population if record.pool_count else 0))
    grid = np.geomspace(0.8 * known["population"].min(), 1.3 * top, 300)
    drawn = lines(record, known, grid, levels)
    _draw_lines(axes, grid, drawn, sorted(levels))
    axes.axhline(record.national_rate, color=GREY, linewidth=1.2)
    _points(axes, record, known)
    _named(axes, record, known)
    axes.set_xscale("log")
    axes.set_xlim(grid[0], grid[-1])
    wide = drawn.filter(like="areas_high").iloc[0]
    axes.set_ylim(0, 1.08 * max(float(known["rate_high"].max()), *wide))
    axes.set_xlabel(f"People {record.denominator} (log scale)")
    axes.set_ylabel("People on the register per 100,000")
    axes.text(0.02, 0.03, _key(record, sorted(levels)), transform=axes.transAxes, color=GREY,
              fontsize=8, va="bottom")  # fmt: skip
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
        data=_data(record, known, grid, levels),
        figure=figure,
    )


def _data(
    record: RateRecord, known: pd.DataFrame, grid: np.ndarray, levels: Sequence[float]
) -> pd.DataFrame:
    columns = ["area", "population", "count", "rate", "rate_low", "rate_high", "z", "verdict"]
    points = pd.concat([known[columns], lines(record, known, known["population"], levels)], axis=1)
    some = np.geomspace(grid[0], grid[-1], TABLED).round()
    line = lines(record, known, some, levels).assign(
        area="lines of the funnel", population=some, verdict=""
    )
    return pd.concat([points, line], ignore_index=True).round(
        {c: 2 if c == "z" else 1 for c in points.columns if c not in ("area", "verdict")}
    )


def headline(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the message: how many are outside which limits."""
    if record.spread is None:
        return f"Too few areas have a count to say how much they differ ({len(known)})"
    chance, spread = outside(record, known)
    return (
        f"By chance alone {chance} of {len(known)} areas look unusual, allowing for their spread "
        f"{spread}"
    )


def outside(record: RateRecord, known: pd.DataFrame) -> tuple[int, int]:
    """Return how many areas are outside the 95% limits by chance alone, and how many unusual."""
    expected = known["population"] * record.national_rate / PER
    low, high = limits.chance_limits(expected, 0.95)
    beyond = (known["count"] < low) | (known["count"] > high)
    return int(beyond.sum()), int(_unusual(known).sum())


def _unusual(known: pd.DataFrame) -> pd.Series:
    return known["verdict"].isin((between.UNUSUAL, between.VERY_UNUSUAL))


def alt(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    if record.own is None:
        first = f"Funnel plot of {len(known)} areas; {record.force} has no count and no point."
    else:
        first = (
            f"Funnel plot of {len(known)} areas: {record.force} has {n.rate(record.own.rate)} per "
            f"100,000 where the national rate is {n.rate(record.national_rate)}."
        )
    if record.spread is None:
        return first
    chance, spread = outside(record, known)
    return (
        f"{first} By chance alone {chance} areas are outside the 95% limits; from the spread of "
        f"the other areas {spread} {'is' if spread == 1 else 'are'} unusual."
    )


def _draw_lines(axes: Axes, grid: np.ndarray, drawn: pd.DataFrame, levels: Sequence[float]) -> None:
    for level, dash in zip(levels, _DASHES[-len(levels) :], strict=True):
        for column in drawn.filter(regex=f"_{100 * level:g}$"):
            color = TEAL if column.startswith("chance") else PLUM
            axes.plot(grid, drawn[column], color=color, linewidth=1.4, linestyle=dash)
        upper = f"areas_high_{100 * level:g}"
        if upper in drawn:
            axes.annotate(
                f"{share(level)}, spread of all areas", (grid[-1] / 1.02, drawn[upper].iloc[-1]),
                xytext=(0, 3), textcoords="offset points", ha="right", va="bottom", color=PLUM,
                fontsize=8,
            )  # fmt: skip


def _key(record: RateRecord, levels: Sequence[float]) -> str:
    named = n.listing([share(level) for level in levels])
    return (
        f"line in the middle: the nation, {n.rate(record.national_rate)}; limits ({named}): by "
        "chance alone beside it,\nwith the spread of all areas further out; filled: unusual among "
        "the other areas"
    )


def _points(axes: Axes, record: RateRecord, known: pd.DataFrame) -> None:
    """Draw the areas, filled where unusual by the rule, the force in its colour and the pool."""
    fill = np.where(_unusual(known), PLUM, "white")
    axes.scatter(known["population"], known["rate"], s=26, c=fill, edgecolor=DARK, zorder=3)
    if record.own is not None:
        axes.scatter(
            [record.population], [record.own.rate], s=80, color=ORANGE, edgecolor=DARK, zorder=5
        )
    if record.pool_rate is not None and record.areas > len(known):
        axes.scatter(
            [record.pool_population], [record.pool_rate], s=60, marker="D", facecolor="white",
            edgecolor=GREY, linewidth=1.6, zorder=4,
        )  # fmt: skip


def _named(axes: Axes, record: RateRecord, known: pd.DataFrame) -> None:
    """Name the force, the pool, the extremes and what is unusual."""
    marks: list[tuple[float, float, str, str]] = []
    if record.own is not None:
        marks.append((record.population, record.own.rate, record.force, "bold"))
    missing = record.areas - len(known)
    if record.pool_rate is not None and missing:
        marks.append(
            (record.pool_population, record.pool_rate, f"{missing} without a count, together", "")
        )
    ends = known.sort_values("rate").iloc[[0, -1]]
    big = known.sort_values("population").iloc[[-1]]
    for _, row in pd.concat([known[_unusual(known)], ends, big]).drop_duplicates("area").iterrows():
        if row["area"] != record.force:
            marks.append((row["population"], row["rate"], row["area"], ""))
    place_labels(axes, marks)


def _ticks(axes: Axes, grid: np.ndarray) -> None:
    choices = [m * 10.0**p for p in range(3, 9) for m in (1, 2, 5)]
    shown = [t for t in choices if grid[0] <= t <= grid[-1]]
    axes.set_xticks(shown, [n.count(t) for t in shown], minor=False)
    axes.set_xticks([], minor=True)
