"""What a written name stands for: an area, the nation, a part of an area, or a sum of areas.

The names beside the areas' own stand in ``area_names.csv``, each with its source. Case, spacing,
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
    """What a name stands for.

    ``kind`` is ``area``, ``nation``, ``part`` (a force within an area), ``sum``
    (of areas) or ``unknown``; ``name`` is the area's or nation's own, the part's or the sum's as
    the table writes it; ``area`` is the area that a question about it is answered for, empty for a
    sum and for what is unknown; ``remark`` is a sentence without its full stop, where the two are
    not the same.
    """

    kind: str
    name: str = ""
    area: str = dataclasses.field(default="", compare=False)
    remark: str = dataclasses.field(default="", compare=False)


def resolve(data: Data, written: str) -> Name:
    """Return what *written* stands for, by the tables alone."""
    text = plain(written)
    if text == plain(data.nation):
        return Name("nation", data.nation)
    found = _own(data, text) or _of_code(data, written.strip().upper())
    if found is not None:
        return found
    forms = {text, plain(_FORCE.sub("", _FORCE.sub("", written.strip())))}
    for form in sorted(forms, key=len, reverse=True):
        known = _table(data).get(form)
        if known is not None:
            return known
        own = _own(data, form)
        if own is not None:
            return own
    whole = _TOTAL.sub("", written.strip())
    if whole not in ("", written.strip()) and (name := resolve(data, whole)).kind != "area":
        return name
    return Name("unknown")


def plain(written: str) -> str:
    """Return a name without what does not matter: case, hyphens, runs of spaces, ``&``."""
    spaced = re.sub(r"[-\u2010-\u2013_\s]+", " ", str(written).casefold().replace("&", " and "))
    return " ".join(spaced.split())


def known_names(data: Data) -> list[str]:
    """Return every name that stands for an area, the areas' own first."""
    told = data.area_names
    return [*data.names, *told.loc[told["area"] != "", "name"]]


def remarks(data: Data) -> list[str]:
    """Return the remarks on the areas' names, each sentence once, without its full stop."""
    told = data.area_names
    return list(dict.fromkeys(told.loc[told["area"] != "", "remark"]))


def _own(data: Data, text: str) -> Name | None:
    for area, slug in zip(data.areas["area"], data.areas["slug"], strict=True):
        if text in {plain(area), plain(slug)}:
            return Name("area", area, area)
    return None


def _of_code(data: Data, code: str) -> Name | None:
    for area, codes in zip(data.areas["area"], data.areas["police_force_area_codes"], strict=True):
        if code == codes:
            return Name("area", area, area)
    return None


def _table(data: Data) -> dict[str, Name]:
    own = {"area": "area", "part": "part", "sum": "name"}  # the column of what it is called
    return {
        plain(row["name"]): Name(row["kind"], row[own[row["kind"]]], row["area"], row["remark"])
        for row in data.area_names.to_dict("records")
    }
