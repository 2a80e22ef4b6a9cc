"""Tile map: one equal tile for each area, placed from the centroids; no boundaries are needed."""

from __future__ import annotations

import functools
import math
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from scipy.optimize import linear_sum_assignment

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, canvas
from mappa.rates.record import RateRecord
from mappa.words import numbers as n

#: Light to dark blue, ending in the palette's first colour; the rate stands in every tile.
SHADES = ("#E3ECF4", "#B4CCE0", "#7FA3C4", "#41719F", DARK)


@functools.lru_cache(maxsize=16)
def tiles(centroids: tuple[tuple[float, float], ...]) -> tuple[tuple[int, int], ...]:
    """Return column and row (from the south-west) of a tile for each (latitude, longitude).

    The country is stretched so that areas spread evenly, and the areas are given to the cells of a
    grid about a third larger than needed so that the sum of squared distances is least
    (Hungarian algorithm: Kuhn, 1955).
    """
    points = np.asarray(centroids, float)
    lat, lon = points[:, 0], points[:, 1] * np.cos(np.radians(points[:, 0].mean()))
    count = len(points)
    cells = 1.35 * count
    height = max(np.ptp(lat), 1e-9)
    width = max(np.ptp(lon), 1e-9)
    columns = max(1, round(np.sqrt(cells * np.clip(width / height, 0.4, 2.5))))
    rows = int(np.ceil(cells / columns))
    x = _even(lon) * (columns - 1)
    y = _even(lat) * (rows - 1)
    cell = np.array([(c, r) for r in range(rows) for c in range(columns)])
    cost = (x[:, None] - cell[:, 0]) ** 2 + (y[:, None] - cell[:, 1]) ** 2
    _, chosen = linear_sum_assignment(cost)
    found = cell[chosen]
    return tuple((int(c), int(r)) for c, r in found - found.min(axis=0))


def _even(values: np.ndarray) -> np.ndarray:
    """Return values from 0 to 1: half by place, half by rank, so that crowded parts open up."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(len(values) - 1, 1)
    place = (values - values.min()) / max(np.ptp(values), 1e-9)
    return (ranks + place) / 2


def shade_limits(rates: Sequence[float]) -> list[float]:
    """Return the limits between the shades of the map: quantiles, rounded to fives.

    A limit that two shades would share is given once, so there may be fewer shades.
    """
    shares = [i / len(SHADES) for i in range(1, len(SHADES))]
    return sorted(
        {5.0 * math.floor(v / 5 + 0.5) for v in pd.Series(rates).quantile(shares).dropna()}
    )


def tile_map(record: RateRecord, table: pd.DataFrame, areas: pd.DataFrame, source: str) -> Exhibit:
    """Draw a tile for each area with its rate, hatched where there is no count.

    Parameters
    ----------
    areas: the table of areas with their centroids, in the order of the file.
    """
    place = dict(
        zip(
            areas["area"],
            tiles(tuple(zip(areas["centroid_lat"], areas["centroid_lon"], strict=True))),
            strict=True,
        )
    )
    across = 1 + max(c for c, _ in place.values())
    up = 1 + max(r for _, r in place.values())
    figure, axes = canvas(width=min(9.0, 0.9 * across + 0.3), height=0.78 * up + 0.3)
    known = table[table["rate"].notna()]
    edges = np.array(shade_limits(list(known["rate"])))
    for row in table.itertuples():
        _tile(axes, place[row.area], row.area, row.rate, edges, row.area == record.force)
    axes.set_xlim(-0.55, across - 0.45)
    axes.set_ylim(-0.55, up - 0.45)
    axes.set_aspect(0.86)
    axes.axis("off")
    data = table[["area", "count", "population", "rate"]].round({"rate": 1})
    return Exhibit(
        name="tile-map",
        headline=headline(record, known),
        subtitle=(
            f"People on the register per 100,000 people {record.denominator}, {record.nation}, "
            f"{n.day(record.as_of)}; a tile for each area roughly where it lies, darker is higher, "
            "hatched: no count"
        ),
        alt=alt(record, known),
        source=source,
        data=data.reset_index(drop=True),
        figure=figure,
    )


def _tile(
    axes: object, spot: tuple[int, int], name: str, rate: float, edges: np.ndarray, mine: bool
) -> None:
    column, row = spot
    known = bool(np.isfinite(rate))
    shade = int(np.searchsorted(edges, rate, side="right")) if known else 0
    box = Rectangle(
        (column - 0.47, row - 0.47), 0.94, 0.94,
        facecolor=SHADES[shade] if known else "white",
        edgecolor=ORANGE if mine else (GREY if known else LIGHT), linewidth=3.2 if mine else 0.6,
        hatch=None if known else "////", zorder=3 if mine else 2,
    )  # fmt: skip
    axes.add_patch(box)  # type: ignore[attr-defined]
    ink = "white" if known and shade >= 3 else "#1A1A1A"
    label = "\n".join(textwrap.wrap(name, 12, break_long_words=False))
    size = 6.8 if len(name) < 13 or "\n" in label else 5.9
    paper = None if known else {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axes.text(  # type: ignore[attr-defined]
        column, row + 0.1, label, ha="center", va="center", fontsize=size, color=ink, zorder=5,
        linespacing=0.95, fontweight="bold" if mine else "normal", bbox=paper,
    )  # fmt: skip
    axes.text(  # type: ignore[attr-defined]
        column, row - 0.3, n.count(rate) if known else "no count", ha="center", va="center",
        fontsize=9 if known else 6.8, color=ink, fontweight="bold" if known else "normal",
        zorder=5, bbox=paper,
    )  # fmt: skip


def headline(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the message: from where to where the rates run."""
    low, high = known.loc[known["rate"].idxmin()], known.loc[known["rate"].idxmax()]
    return (
        f"Rates run from {n.count(low['rate'])} in {low['area']} to {n.count(high['rate'])} in "
        f"{high['area']}"
    )


def alt(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    mine = (
        f"{record.force} has {n.rate(record.own.rate)}"
        if record.own is not None
        else f"{record.force} has no count"
    )
    missing = record.areas - len(known)
    low, high = known.loc[known["rate"].idxmin()], known.loc[known["rate"].idxmax()]
    return (
        f"Tile map of {record.areas} areas, {missing} of them without a count. Rates per 100,000 "
        f"run from {n.rate(low['rate'])} in {low['area']} to {n.rate(high['rate'])} in "
        f"{high['area']}; {mine}."
    )
