"""What a written name means: an area, England and Wales, a part of an area, or a sum of areas.

The names besides the areas' own are in ``area_names.csv``, each with its source. Case, spacing,
``&`` and what a police force calls itself (Police, Constabulary, Heddlu) do not matter; the codes
of the Office for National Statistics are those of ``areas.csv``. Nothing is guessed.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mappa.data.load import Data

#: A statistical code of a police force area in England or Wales, or of a country or region.
CODE = re.compile(r"[EWK]\d{8}")
_FORCE = re.compile(
    r"^(?:heddlu|mappa|the)\s+|\s+(?:police(?: service| force)?|constabulary|mappa)$", re.IGNORECASE
)
#: What a table calls a sum: Total England and Wales, Wales (total).
_TOTAL = re.compile(r"^total\s+(?:(?:for|of)\s+)?|[\s(:,-]+total\)?$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Name:
    """What a name means.

    ``kind`` is ``area``, ``nation``, ``part`` (a force within an area), ``sum`` (of areas) or
    ``unknown``; ``name`` is its own, or the part's or sum's as the table writes it; ``area`` is the
    area that a question about it is answered for, empty for a sum and for what is unknown;
    ``remark`` is a sentence without its full stop, where the two are not the same.
    """

    kind: str
    name: str = ""
    area: str = dataclasses.field(default="", compare=False)
    remark: str = dataclasses.field(default="", compare=False)


def resolve(data: Data, written: str) -> Name:
    """Return what *written* means, by the tables alone."""
    text = plain(written)
    if text == plain(data.nation):
        return Name("nation", data.nation)
    own = _own(data)
    if found := own.get(text) or own.get(written.strip().upper()):
        return found
    forms = {text, plain(_FORCE.sub("", _FORCE.sub("", written.strip())))}
    for form in sorted(forms, key=len, reverse=True):
        if found := _table(data).get(form) or own.get(form):
            return found
    part = _TOTAL.sub("", written.strip())
    if part not in ("", written.strip()) and (name := resolve(data, part)).kind != "area":
        return name
    return Name("unknown")


def plain(written: str) -> str:
    """Return a name without what does not matter: case, hyphens, runs of spaces, ``&``."""
    spaced = re.sub(r"[-\u2010-\u2013_\s]+", " ", str(written).casefold().replace("&", " and "))
    return " ".join(spaced.split())


def known_names(data: Data) -> list[str]:
    """Return every name of an area, the areas' own first."""
    names = data.area_names
    return [*data.names, *names.loc[names["area"] != "", "name"]]


def remarks(data: Data) -> list[str]:
    """Return the remarks on the areas' names, each sentence once, without its full stop."""
    names = data.area_names
    return list(names.loc[names["area"] != "", "remark"].unique())


def _own(data: Data) -> dict[str, Name]:
    """Return each area by its plain name, its plain slug and its code."""
    columns = data.areas["area"].map(plain), data.areas["slug"].map(plain)
    written = (*columns, data.areas["police_force_area_codes"])
    return {
        text: Name("area", area, area)
        for texts in written
        for text, area in zip(texts, data.areas["area"], strict=True)
    }


def _table(data: Data) -> dict[str, Name]:
    own = {"area": "area", "part": "part", "sum": "name"}  # the column of what it is called
    return {
        plain(row["name"]): Name(row["kind"], row[own[row["kind"]]], row["area"], row["remark"])
        for row in data.area_names.to_dict("records")
    }
