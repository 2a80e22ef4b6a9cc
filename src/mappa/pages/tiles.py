"""A tile map: a square for each area, placed near where it lies. No boundaries are needed."""

from __future__ import annotations

import dataclasses

from mappa.data import Data
from mappa.plot.rate.tiles import tiles as place_tiles


@dataclasses.dataclass(frozen=True)
class Tile:
    """A square: row and column from the north-west corner, and the area's short name."""

    area: str
    row: int
    column: int
    code: str


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
