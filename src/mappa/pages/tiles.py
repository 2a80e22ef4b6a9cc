"""A tile map: a square for each area, placed near where it lies. No boundaries are needed."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from mappa.figures import Figures

KM_PER_DEGREE = 111.2


@dataclasses.dataclass(frozen=True)
class Tile:
    """A square: row and column from the north-west corner, and the area's short name."""

    area: str
    row: int
    column: int
    code: str


def positions(points: npt.NDArray[np.float64], columns: int) -> npt.NDArray[np.int64]:
    """Return (row, column) for each point, all different, as near to its place as can be.

    Parameters
    ----------
    points: latitude and longitude in degrees, shape (n, 2).
    columns: width of the grid; its height follows from the shape of the country.

    The sum of squared distances between places and squares is least (assignment problem;
    Kuhn 1955, "The Hungarian method", Naval Research Logistics Quarterly 2, 83-97).
    """
    east = points[:, 1] * np.cos(np.radians(points[:, 0].mean())) * KM_PER_DEGREE
    south = -points[:, 0] * KM_PER_DEGREE
    # Ranks pull dense parts apart, distances keep the shape: half of each reads best.
    x = _spread(east) * (columns - 1)
    rows = int(np.ceil(columns * max(1.0, np.ptp(south) / max(np.ptp(east), 1.0))))
    rows = max(rows, int(np.ceil(len(points) / columns)) + 1)
    y = _spread(south) * (rows - 1)
    grid = np.array([(r, c) for r in range(rows) for c in range(columns)])
    cost = (y[:, None] - grid[None, :, 0]) ** 2 + (x[:, None] - grid[None, :, 1]) ** 2
    _, chosen = linear_sum_assignment(cost)
    squares = grid[chosen]
    return squares - np.array([squares[:, 0].min(), squares[:, 1].min()])


def _spread(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return *values* on 0 to 1, half by distance and half by rank."""
    distance = (values - values.min()) / max(float(np.ptp(values)), 1e-9)
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(len(values) - 1, 1)
    return 0.5 * distance + 0.5 * rank


def short_names(names: list[str]) -> dict[str, str]:
    """Return a code of three letters for each name, all different.

    The initials of three words, the first two letters and the second word's initial, or the first
    letters of one word; where that is taken, another letter of the name.
    """
    codes: dict[str, str] = {}
    for name in names:
        words = [w for w in name.replace("-", " ").split() if w.lower() not in {"and", "of", "the"}]
        letters = [c for c in name if c.isalpha()] or ["x"]
        if len(words) > 1:
            first = words[0][:2] + words[1][0] if len(words) == 2 else "".join(w[0] for w in words)
        else:
            first = "".join(letters[:3])
        candidates = [first[:3], *(first[:2] + c for c in letters[2:]), *map(str, range(100, 1000))]
        for candidate in candidates:
            code = candidate[:1].upper() + candidate[1:].lower()
            if code not in codes.values():
                codes[name] = code
                break
    return codes


@functools.lru_cache(maxsize=4)
def tiles(figures: Figures, columns: int = 8) -> tuple[Tile, ...]:
    """Return the tiles of the areas, from north-west to south-east."""
    table = figures.areas
    places = positions(table[["centroid_lat", "centroid_lon"]].to_numpy(dtype=float), columns)
    codes = short_names(list(table["area"]))
    found = [
        Tile(area, int(r), int(c), codes[area])
        for area, (r, c) in zip(table["area"], places, strict=True)
    ]
    return tuple(sorted(found, key=lambda t: (t.row, t.column)))
