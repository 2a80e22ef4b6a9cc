"""Tile map: one equal tile for each area, placed from the centroids; no boundaries are needed."""

import functools
import itertools
import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from scipy.optimize import linear_sum_assignment

from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.rows import source_line, when
from mappa.plot.style import DARK, GREY, INK, ORANGE, canvas
from mappa.rates.record import RateRecord
from mappa.words import Prose, capital
from mappa.words import numbers as n

#: Light to dark blue, ending in the palette's first colour; the rate is in every tile.
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
    cells = 1.35 * len(points)
    height, width = max(np.ptp(lat), 1e-9), max(np.ptp(lon), 1e-9)
    columns = max(1, round(np.sqrt(cells * np.clip(width / height, 0.4, 2.5))))
    rows = int(np.ceil(cells / columns))
    x, y = _even(lon) * (columns - 1), _even(lat) * (rows - 1)
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
    limits = pd.Series(rates).quantile(shares).dropna()
    return sorted({5.0 * math.floor(v / 5 + 0.5) for v in limits})


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return a code of three letters for each name, all different.

    The initials of three words, the first two letters and the second word's initial, or the first
    letters of one word; where that is taken, another letter of the name.
    """
    codes: dict[str, str] = {}
    for name in names:
        words = [w for w in name.replace("-", " ").split() if w.lower() not in {"and", "of", "the"}]
        letters = [c for c in name if c.isalpha()] or ["x"]
        first = "".join(letters[:3])
        if len(words) > 1:
            first = words[0][:2] + words[1][0] if len(words) == 2 else "".join(w[0] for w in words)
        candidates = (first[:3], *(first[:2] + c for c in letters[2:]), *map(str, range(100, 1000)))
        codes[name] = next(c for c in map(str.capitalize, candidates) if c not in codes.values())
    return codes


def scale(limits: Sequence[float]) -> list[str]:
    """Return the range of each shade in words, from the lowest."""
    write = [n.count(v) for v in limits]
    if not write:
        return []
    between = [f"{a} to below {b}" for a, b in itertools.pairwise(write)]
    return [f"below {write[0]}", *between, f"{write[-1]} and above"]


class _Name(Text):
    """An area's name that is drawn as its code where the picture is narrow."""

    def __init__(self, *at: Any, code: str, **look: Any) -> None:
        super().__init__(*at, **look)
        self._both = self.get_text(), code

    def draw(self, renderer: Any) -> None:
        """Draw the name or, on a picture under five inches, the code."""
        wide = self.get_figure(root=True).get_figwidth() >= 5  # type: ignore[union-attr]
        self.set_text(self._both[0 if wide else 1])
        super().draw(renderer)


def tile_map(record: RateRecord, table: pd.DataFrame, areas: pd.DataFrame) -> Exhibit | Prose:
    """Draw a tile for each area with its rate, hatched where there is no count.

    *table* is ``rates.areas(...)``, an area a row; *areas* has their centroids.
    """
    known = table[table["count"].notna()]
    if len(known) < 2:
        return Prose("Too few areas have a count to map.")
    spots = tiles(tuple(zip(areas["centroid_lat"], areas["centroid_lon"], strict=True)))
    place = dict(zip(areas["area"], spots, strict=True))
    across, up = (1 + max(spot[i] for spot in spots) for i in (0, 1))
    figure, axes = canvas(width=min(9.0, 0.9 * across + 0.3), height=0.78 * up + 1.0)
    edges, codes = shade_limits(list(known["rate"])), short_names(areas["area"])
    for area, rate in table["rate"].items():
        name = str(area)
        _tile(axes, place[name], name, codes[name], rate, edges, mine=name == record.force)
    _key(axes, edges, across)
    axes.set_xlim(-0.55, across - 0.45)
    axes.set_ylim(-1.7, up - 0.45)
    axes.axis("off")
    low, high = known.loc[known["rate"].idxmin()], known.loc[known["rate"].idxmax()]
    ends = n.count(low["rate"]), n.count(high["rate"])
    mine = "has no count" if record.own is None else f"has {n.rate(record.own.rate)}"
    shown = table[["count", "people", "rate"]]
    return Exhibit(
        name="tile-map",
        headline=f"Rates run from {ends[0]} in {low.name} to {ends[1]} in {high.name}",
        subtitle=(
            f"{capital(record.noun)} per 100,000 {record.whom}{when(record)}; a tile "
            "for each area, roughly where it is"
        ),
        alt=(
            f"Tile map of {record.areas} areas, {record.areas - len(known)} of them without a "
            f"count. Rates per 100,000 run from {n.rate(low['rate'])} in {low.name} to "
            f"{n.rate(high['rate'])} in {high.name}; {record.force} {mine}."
        ),
        source=source_line(record),
        data=shown.round({"rate": 1}).rename_axis("area").reset_index(),
        figure=figure,
    )


def _tile(
    axes: Axes, spot: tuple[int, int], name: str, code: str, rate: float, edges: list[float],
    *, mine: bool,
) -> None:  # fmt: skip
    (column, row), known = spot, bool(np.isfinite(rate))
    shade = int(np.searchsorted(edges, rate, side="right"))
    fill, ink = (SHADES[shade] if known else "white"), ("white" if known and shade >= 3 else INK)
    box = Rectangle(
        (column - 0.47, row - 0.47), 0.94, 0.94, facecolor=fill,
        edgecolor=ORANGE if mine else GREY, linewidth=3.2 if mine else 0.6,
        linestyle="-" if known or mine else ":", zorder=3 if mine else 2,
    )  # fmt: skip
    axes.add_patch(box)
    look: dict[str, Any] = {"ha": "center", "va": "center", "color": ink, "zorder": 5}
    label = "\n".join(textwrap.wrap(name, 12, break_long_words=False))
    axes.add_artist(
        _Name(
            column, row + 0.13, label, code=code, linespacing=0.95,
            fontsize=7 if len(name) < 14 or "\n" in label else 6,
            fontweight="bold" if mine else "normal", **look,
        )
    )  # fmt: skip
    axes.text(column, row - 0.28, n.count(rate) if known else "–", fontsize=9, **look)


def _key(axes: Axes, edges: Sequence[float], across: int) -> None:
    """Draw the colour scale under the map, its limits written between the shades."""
    step = 0.75 * across / (len(edges) + 1)
    for i in range(len(edges) + 1):
        left = -0.47 + i * step
        axes.add_patch(Rectangle((left, -1.15), step, 0.3, facecolor=SHADES[i], edgecolor=GREY))
        if i:
            axes.text(left, -1.22, n.count(edges[i - 1]), ha="center", va="top", fontsize=8)
    axes.text(across - 0.5, -1.0, "–  no count", ha="right", va="center", fontsize=8, color=INK)
