"""Funnel plot: rates against population, with limits by chance and by the spread of areas."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mappa.errors import UsageError
from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.rows import source_line, when
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, canvas, note
from mappa.printed import PER
from mappa.rates.methods import between
from mappa.rates.methods import funnel as limits
from mappa.rates.record import RateRecord
from mappa.words import Prose, capital
from mappa.words import numbers as n

#: Populations at which the lines are given in the data of the chart.
TABLED = 12
LINES = "lines of the funnel"
_BAND, _GREY = "#E3E6EA", {"color": GREY, "fontsize": 8.5}
_SAID = {
    "above": "{force} is above the normal range of areas",
    "below": "{force} is below the normal range of areas",
    "inside": "{force} is inside the normal range of areas",
}


def lines(
    record: RateRecord,
    table: pd.DataFrame,
    people: np.ndarray | pd.Series,
    levels: Sequence[float] = (0.95,),
) -> pd.DataFrame:
    """Return the lines of the funnel at *people*, two columns each: rates per 100,000.

    ``chance_low_95`` and ``chance_high_95``: by the convention of public health, so that a rate is
    outside exactly when its own exact interval leaves the national rate out. ``areas_low_95`` and
    ``areas_high_95``: the prediction interval of an observed rate from the counted areas but the
    record's own, so that its point is outside exactly when it is unusual.

    Raises
    ------
    UsageError: a level that is not 90, 95, 99 or 99.8% (exit status 2).
    """
    if unknown := set(levels) - set(limits.ALLOWED):
        allowed = ", ".join(f"{a:g}" for a in limits.ALLOWED)
        raise UsageError(f"A level of the funnel is one of {allowed}: not {min(unknown):g}.")
    size = np.asarray(people, float)
    expected = size * record.national_rate / PER
    others = table[table["count"].notna()].drop(index=record.force, errors="ignore")
    found = {}
    for level in levels:
        kinds = {"chance": (v * record.national_rate / expected for v in
                            limits.chance_limits(expected, level))}  # fmt: skip
        if record.spread is not None:
            spread = between.spread(others["count"], others["people"])
            kinds["areas"] = (PER * v for v in between.predict(spread, size).limits(level))
        for kind, ends in kinds.items():
            for side, end in zip(("low", "high"), ends, strict=True):
                found[f"{kind}_{side}_{100 * level:g}"] = end
    return pd.DataFrame(found)


def funnel(
    record: RateRecord, table: pd.DataFrame, levels: Sequence[float] = (0.95,)
) -> Exhibit | Prose:
    """Draw the rates of all areas by their population, the record's own marked.

    Parameters
    ----------
    table: ``rates.areas(...)``, or ``rates.between(...).table`` to mark areas that are unusual.
    levels: control levels of the lines, some of 0.90, 0.95, 0.99 and 0.998; the band is the first.

    The chart's data hold the areas, each with the height of the lines at its own population, and
    below them the lines at a dozen populations. With fewer than two counts a sentence says so.
    """
    known = table[table["count"].notna()]
    if len(known) < 2:
        return Prose("Too few areas have a count to draw a funnel.")
    figure, axes = canvas(width=7.2, height=4.6)
    ends = known["people"].min() / 1.3, max(known["people"].max(), record.population) * 1.5
    grid = np.geomspace(*ends, 200)
    drawn = lines(record, table, grid, levels)
    _draw_lines(axes, grid, drawn)
    axes.axhline(record.national_rate, color=GREY, linewidth=1)
    national = f"{record.nation} {n.plain_rate(record.national_rate)}"
    note(axes, national, (grid[-1], record.national_rate), (-2, 8), ha="right", **_GREY)
    _points(axes, record, known)
    axes.set_xscale("log")
    axes.set_xlim(grid[0], grid[-1])
    wide = drawn.filter(regex=f"areas.*_{100 * levels[0]:g}$")
    heights = [*known["rate"], *wide.to_numpy().ravel()]
    axes.set_ylim(0.75 * min(heights), 1.12 * max(heights))
    axes.set_xlabel(f"{capital(record.whom)} (log scale)")
    shown = [t for p in range(9) for t in (10.0**p, 3 * 10.0**p) if grid[0] <= t <= grid[-1]]
    named = [n.count(t) if t < 1e6 else f"{t / 1e6:g} million" for t in shown]
    axes.set_xticks(shown, named, minor=False)
    axes.set_xticks([], minor=True)
    return Exhibit(
        name="funnel",
        headline=headline(record),
        subtitle=(
            f"{capital(record.noun)} per 100,000 {record.whom}"
            f"{when(record)}; band: where 95% of areas are expected; dotted lines: chance alone"
        ),
        alt=alt(record, known),
        source=source_line(record),
        data=_data(record, table, grid, levels),
        figure=figure,
    )


def _data(
    record: RateRecord, table: pd.DataFrame, grid: np.ndarray, levels: Sequence[float]
) -> pd.DataFrame:
    known = table[table["count"].notna()]
    shown = ["people", "count", "rate", "low", "high", "z", "verdict"]
    points = known[[c for c in shown if c in known]].rename_axis("area").reset_index()
    points = pd.concat([points, lines(record, table, points["people"], levels)], axis=1)
    some = np.geomspace(grid[0], grid[-1], TABLED).round()
    line = lines(record, table, some, levels).assign(area=LINES, people=some)
    numbers = points.select_dtypes("number").columns
    both = pd.concat([points, line], ignore_index=True)
    return both.round({c: 2 if c == "z" else 1 for c in numbers})


def side(record: RateRecord) -> str:
    """Return where the rate is by its normal range: above, below or inside."""
    assert record.own is not None and record.spread is not None
    if record.own.rate > record.spread.prediction_high:
        return "above"
    return "below" if record.own.rate < record.spread.prediction_low else "inside"


def headline(record: RateRecord) -> str:
    """Return the finding: the area inside or outside the range that other areas make normal."""
    if record.spread is None:
        return "Too few areas have a count to show a normal range"
    if record.own is None:
        low, high = record.spread.prediction_low, record.spread.prediction_high
        ends = f"{n.plain_rate(low)} to {n.plain_rate(high)}"
        return f"In an area like {record.force} a rate of {ends} would be expected"
    return _SAID[side(record)].format(force=record.force)


def alt(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    r = record
    if r.own is None:
        first = f"Funnel plot of {len(known)} areas. {r.force} has no count and no point."
    else:
        first = (
            f"Funnel plot of {len(known)} areas. {r.force} has {n.rate(r.own.rate)} per 100,000 "
            f"and {r.nation} {n.rate(r.national_rate)}."
        )
    if r.spread is None:
        return first
    return (
        f"{first} The other areas make {n.rate(r.spread.prediction_low)} to "
        f"{n.rate(r.spread.prediction_high)} the normal range for {r.force}."
    )


def _draw_lines(axes: Axes, grid: np.ndarray, drawn: pd.DataFrame) -> None:
    wide = drawn.filter(like="areas_")
    if not wide.empty:
        axes.fill_between(grid, wide.iloc[:, 0], wide.iloc[:, 1], color=_BAND, linewidth=0)
        for column in wide.columns[2:]:
            axes.plot(grid, wide[column], color=GREY, linewidth=0.8)
        note(axes, "normal range", (grid[-1], wide.iloc[-1, 1]), (-2, -4), va="top", ha="right",
             **_GREY)  # fmt: skip
    for column in drawn.filter(like="chance_"):
        axes.plot(grid, drawn[column], color=DARK, linewidth=1, linestyle=(0, (1, 2)))


def _unusual(known: pd.DataFrame) -> pd.Series:
    if "verdict" not in known:
        return pd.Series(False, index=known.index)
    return known["verdict"].isin((between.UNUSUAL, between.VERY_UNUSUAL))


def _points(axes: Axes, record: RateRecord, known: pd.DataFrame) -> None:
    """Draw the areas, filled where unusual, and name the record's own, the unusual and the ends."""
    fill = np.where(_unusual(known), PLUM, "white")
    axes.scatter(known["people"], known["rate"], s=26, c=fill, edgecolor=DARK, zorder=3)
    ends = known.sort_values("rate").iloc[[0, -1]]
    named = pd.concat([known[_unusual(known)], ends])
    marks = [(r.people, r.rate, str(r.Index), "normal") for r in named.itertuples()]
    marks = [m for m in dict.fromkeys(marks) if m[2] != record.force]
    if record.own is not None:
        mine = record.population, record.own.rate
        axes.scatter([mine[0]], [mine[1]], s=80, color=ORANGE, edgecolor=DARK, zorder=5)
        marks.append((*mine, record.force, "bold"))
    elif record.estimate is not None:
        e, size = record.estimate, record.population
        axes.plot([size] * 2, [e.estimated_rate_low, e.estimated_rate_high], color=ORANGE)
        axes.scatter([size], [e.estimated_rate], s=80, color="white", edgecolor=ORANGE, zorder=5)
        marks.append((size, e.estimated_rate, f"{record.force} (estimate)", "bold"))
    cut = np.quantile(known["people"], 0.6)
    for x, y, text, weight in marks:
        place, side = ((-7, 4), "right") if x > cut else ((7, 4), "left")
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}
        note(axes, text, (x, y), place, ha=side, fontsize=9, fontweight=weight, zorder=4, bbox=box)
