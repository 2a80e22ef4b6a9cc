"""A tile map: a square for each area, placed near where it lies. No boundaries are needed."""

from __future__ import annotations

import dataclasses

from mappa.data import Data
from mappa.plot.rate.tiles import short_names
from mappa.plot.rate.tiles import tiles as place_tiles


@dataclasses.dataclass(frozen=True)
class Tile:
    """A square: row and column from the north-west corner, and the area's short name."""

    area: str
    row: int
    column: int
    code: str


def tiles(data: Data) -> tuple[Tile, ...]:
    """Return the tiles of the areas, from north-west to south-east, as the charts place them."""
    table = data.areas
    places = place_tiles(tuple(zip(table["centroid_lat"], table["centroid_lon"], strict=True)))
    north = max(row for _, row in places)
    codes = short_names(list(table["area"]))
    found = [
        Tile(area, north - row, column, codes[area])
        for area, (column, row) in zip(table["area"], places, strict=True)
    ]
    return tuple(sorted(found, key=lambda t: (t.row, t.column)))
