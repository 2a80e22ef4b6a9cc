"""Records: frozen sets of numbers from which the table, the sentence and the alt text are made.

A record documents its own keys, so that the JSON of a command, ``mappa explain`` and the pages
describe a number in the same words.
"""

import dataclasses
import datetime as dt
import functools
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Self

import pandas as pd

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
    words = {"meaning": meaning, "unit": unit, "formula": formula, "by": by}
    return dataclasses.field(metadata={**words, "rests_on": rests_on, "rounded": rounded}, **field)


def part(**field: Any) -> Any:
    """Declare a record within a record, whose keys become keys of the outer one.

    A part may be ``None`` (what cannot be known has no record): its keys are then ``None``.
    """
    return dataclasses.field(metadata={"part": True}, **field)


def plain(value: Any) -> Any:
    """Return *value* as JSON can hold it: unrounded numbers, ISO dates, ``None`` for missing."""
    if isinstance(value, Record):
        return value.as_dict()
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):  # a numpy array or scalar
        return plain(value.tolist())
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if pd.isna(value) or value in (math.inf, -math.inf):
        return None
    if isinstance(value, float):
        return value
    return value.isoformat()[:10] if isinstance(value, dt.date) else str(value)


def restored(kind: Any, value: Any) -> Any:
    """Return what :func:`plain` made of a value of type *kind* as that value again.

    For records of records, tuples, lists, mappings, dates, numbers, texts and ``None``: what stored
    results and executed notebooks hold. Raises TypeError where a record lacks a key.
    """
    if value is None:
        return None
    if dataclasses.is_dataclass(kind):
        return _restored_record(kind, value)
    arguments, origin = typing.get_args(kind), typing.get_origin(kind)
    if origin in (tuple, list):
        return origin(restored(arguments[0], element) for element in value)
    if origin in (dict, Mapping):
        return value
    if arguments:  # such as float | None
        return restored(_present(kind), value)
    if isinstance(kind, type) and issubclass(kind, dt.date):
        return kind.fromisoformat(value)
    return kind(value) if kind in (float, pd.DataFrame) else value


def _restored_record(kind: Any, value: Mapping[str, Any]) -> Any:
    made: dict[str, Any] = {}
    for f in dataclasses.fields(kind):
        hint = _hints(kind)[f.name]
        if "part" not in f.metadata:
            made |= {f.name: restored(hint, value[f.name])} if f.name in value else {}
        elif any(value.get(name) is not None for name in _present(hint).declared()):
            made[f.name] = _restored_record(_present(hint), value)
    return kind(**made)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _present(kind: Any) -> Any:
    """Return X of ``X | None``, and any other type as it is."""
    choices = typing.get_args(kind)
    return next(k for k in choices if k is not type(None)) if type(None) in choices else kind


class Record:
    """Base of the frozen dataclasses that carry results."""

    def flat(self) -> dict[str, Any]:
        """Return the value under each documented key, those of the parts included."""
        kind: Any = type(self)
        found: dict[str, Any] = {}
        for f in dataclasses.fields(kind):
            value = getattr(self, f.name)
            if "part" not in f.metadata:
                found[f.name] = value
            elif value is not None:
                found |= value.flat()
            else:
                found |= dict.fromkeys(_present(_hints(kind)[f.name]).declared())
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain, unrounded JSON values under its documented keys."""
        return {name: plain(value) for name, value in self.flat().items()}

    @classmethod
    def to_frame(cls, rows: Iterable[Any]) -> pd.DataFrame:
        """Return records of this kind as a frame, a row each: numbers as float, NaN for missing."""
        kind: Any = cls
        made = pd.DataFrame([vars(row) for row in rows], columns=list(_hints(kind)))
        numbers = [name for name, hint in _hints(kind).items() if _present(hint) is float]
        return made.astype(dict.fromkeys(numbers, float))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> tuple[Self, ...]:
        """Return the rows of a frame as records of this kind: ``None`` for missing."""
        kind: Any = cls
        values = frame[list(_hints(kind))].astype(object)
        return tuple(cls(**row) for row in values.where(values.notna(), None).to_dict("records"))

    @classmethod
    def declared(cls) -> dict[str, Mapping[str, Any]]:
        """Return what :func:`key` declares of each key, in order, those of the parts included."""
        kind: Any = cls
        found: dict[str, Mapping[str, Any]] = {}
        for f in dataclasses.fields(kind):
            inner = "part" in f.metadata
            found |= _present(_hints(kind)[f.name]).declared() if inner else {f.name: f.metadata}
        return found

    @classmethod
    def key_table(cls) -> list[dict[str, str]]:
        """Return a row (key, unit, meaning) for each key, in order."""
        return [
            {"key": name, "unit": said.get("unit", ""), "meaning": said.get("meaning", "")}
            for name, said in cls.declared().items()
        ]

    @classmethod
    def units(cls) -> dict[str, str]:
        """Return the unit of each key that has one."""
        return {row["key"]: row["unit"] for row in cls.key_table() if row["unit"]}

    def in_lines(self) -> str:
        """Return every number and text by name, a line each; of a table within, its length."""
        known = {k: v for k, v in self.as_dict().items() if v is not None and v != ""}
        width = max(map(len, known), default=0)
        shown = {
            k: f"{len(v)} entries" if isinstance(v, list | dict) else v for k, v in known.items()
        }
        return "\n".join(f"{k:<{width}}  {v}" for k, v in shown.items())

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the record in a notebook; runs gather the JSON and the units from here."""
        data = {"text/plain": self.in_lines(), RECORD_MIME: self.as_dict()}
        return data, {RECORD_MIME: {"units": self.units()}}


def table(rows: Iterable[Record]) -> pd.DataFrame:
    """Return a row for each record and a column for each of its keys; numbers stay numbers."""
    return pd.DataFrame([row.as_dict() for row in rows])


@dataclasses.dataclass(frozen=True)
class Dated(Record):
    """A number of a date, with its interval."""

    date: pd.Timestamp = key("The date", "date")
    value: float | None = key("The value")
    low: float | None = key("Its lower limit", default=None)
    high: float | None = key("Its upper limit", default=None)
