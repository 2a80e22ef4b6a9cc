"""A stand-in for the table of names, until it lands."""

from __future__ import annotations

import dataclasses
import re

from mappa.data.load import Data

_KNOWN = {"teesside": "Cleveland", "county durham": "Durham", "hampshire and isle of wight":
          "Hampshire", "greater london": "London"}  # fmt: skip
PARTS = {
    "metropolitan": "Metropolitan Police",
    "metropolitan police": "Metropolitan Police",
    "metropolitan police district": "Metropolitan Police",
    "met": "Metropolitan Police",
    "met police": "Metropolitan Police",
    "city of london": "City of London Police",
    "city of london police": "City of London Police",
}
_SUM = re.compile(r"(grand )?total|all areas|all forces|england|wales|national( total)?|sum|"
                  r"(the )?(north|south|east|west)( (east|west))?|east midlands|yorkshire and "
                  r"(the )?humber|east of england")  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Name:
    """What a name stands for: kind area, nation, part, sum or unknown, and the area's own name."""

    kind: str
    name: str = ""


def resolve(data: Data, written: str) -> Name:
    """Return what *written* stands for."""
    plain = " ".join(written.lower().replace("&", " and ").replace("-", " ").split())
    if plain == data.nation.lower().replace("&", "and"):
        return Name("nation", data.nation)
    if plain in PARTS and "London" in data.names:
        return Name("part", PARTS[plain])
    codes = dict(zip(data.areas["police_force_area_codes"], data.areas["area"], strict=True))
    for code, area in codes.items():
        if plain.upper() in code.split():
            return Name("area", area)
    by_name = {a.lower().replace("-", " "): a for a in data.names}
    by_name |= {n: a for n, a in _KNOWN.items() if a in data.names}
    short = re.sub(
        r"^heddlu |^mappa | (police|constabulary|police service|police force)$", "", plain
    )
    for text in (plain, short):
        if text in by_name:
            return Name("area", by_name[text])
    return Name("sum", written) if _SUM.fullmatch(plain) else Name("unknown")
