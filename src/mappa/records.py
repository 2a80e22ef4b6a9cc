"""Records: frozen sets of numbers from which the table, the sentence and the alt text are made.

A record documents its own keys, so that the JSON of a command, ``mappa explain`` and the pages
describe a number in the same words.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
import typing
from collections.abc import Mapping
from typing import Any

RECORD_MIME = "application/vnd.mappa.record+json"


def key(
    meaning: str,
    unit: str = "",
    *,
    formula: str = "",
    by: str = "",
    rests_on: tuple[str, ...] = (),
    rounded: str = "",
    **field: Any,
) -> Any:
    """Declare a documented field of a record: a ``dataclasses.field`` that says what it is.

    Parameters
    ----------
    meaning, unit: in words. formula: how it is computed from other keys or the tables.
    by: the function that computes it, as a dotted name below ``mappa``.
    rests_on: names of the groups of rows that it follows from.
    rounded: how words round it; empty where they do not.
    field: arguments of ``dataclasses.field``.
    """
    told = {"meaning": meaning, "unit": unit, "formula": formula, "by": by}
    return dataclasses.field(metadata={**told, "rests_on": rests_on, "rounded": rounded}, **field)


def part(**field: Any) -> Any:
    """Declare a record within a record: its keys stand flat among those of the whole.

    A part may be ``None`` (what cannot be known has no record): its keys are then ``None``.
    """
    return dataclasses.field(metadata={"part": True}, **field)


def plain(value: Any) -> Any:
    """Return *value* as JSON can hold it: unrounded numbers, ISO dates, ``None`` for missing."""
    if isinstance(value, Record):
        return value.as_dict()
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10] if value == value else None  # NaT is not equal to itself
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "to_dict") and hasattr(value, "columns"):  # a data frame
        return [plain(row) for row in value.to_dict("records")]
    if hasattr(value, "tolist"):  # a numpy array or scalar
        return plain(value.tolist())
    try:
        if value != value:  # a missing value of another library
            return None
    except TypeError:  # pandas.NA refuses to be compared
        return None
    return str(value)


def restored(kind: Any, value: Any) -> Any:
    """Return what :func:`plain` made of a value of type *kind* as that value again.

    For records of records, tuples, dates, numbers, texts and ``None``: what kept results hold.
    """
    if dataclasses.is_dataclass(kind) and value is not None:
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: restored(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        return tuple(restored(arguments[0], part) for part in value)
    if arguments and value is not None:  # such as float | None
        return restored(next(a for a in arguments if a is not type(None)), value)
    if kind is dt.date and value is not None:
        return dt.date.fromisoformat(value)
    return float(value) if kind is float and value is not None else value


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _kind(record: type[Record], name: str) -> type[Record]:
    """Return the type of a part: the record in ``Part`` or ``Part | None``."""
    hint = _hints(record)[name]  # type: ignore[arg-type]
    kinds: tuple[Any, ...] = typing.get_args(hint) or (hint,)
    found: type[Record] = next(k for k in kinds if k is not type(None))
    return found


class Record:
    """Base of the frozen dataclasses that carry results."""

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain, unrounded JSON values under its documented keys."""
        told: dict[str, Any] = {}
        for f in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if not f.metadata.get("part"):
                told[f.name] = plain(value)
            elif value is not None:
                told |= value.as_dict()
            else:
                told |= dict.fromkeys(_kind(type(self), f.name).declared())
        return told

    @classmethod
    def declared(cls) -> dict[str, Mapping[str, Any]]:
        """Return what :func:`key` declares of each key, in order, those of the parts included."""
        found: dict[str, Mapping[str, Any]] = {}
        for f in dataclasses.fields(cls):  # type: ignore[arg-type]
            if f.metadata.get("part"):
                found |= _kind(cls, f.name).declared()
            else:
                found[f.name] = f.metadata
        return found

    def value_of(self, name: str) -> Any:
        """Return the value under a documented key, of the record itself or of one of its parts."""
        for f in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if f.name == name and not f.metadata.get("part"):
                return value
            if f.metadata.get("part") and name in _kind(type(self), f.name).declared():
                return None if value is None else value.value_of(name)
        raise KeyError(name)

    @classmethod
    def key_table(cls) -> list[dict[str, str]]:
        """Return a row (key, unit, meaning) for each key, in order."""
        return [
            {"key": name, "unit": told.get("unit", ""), "meaning": told.get("meaning", "")}
            for name, told in cls.declared().items()
        ]

    @classmethod
    def units(cls) -> dict[str, str]:
        """Return the unit of each key that has one."""
        return {row["key"]: row["unit"] for row in cls.key_table() if row["unit"]}

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the record in a notebook; runs gather the JSON and the units from here."""
        data = {
            "text/plain": f"{type(self).__name__} of {len(self.as_dict())} keys",
            RECORD_MIME: self.as_dict(),
        }
        return data, {RECORD_MIME: {"units": self.units()}}
