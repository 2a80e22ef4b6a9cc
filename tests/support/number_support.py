"""Numbers of a text that its record does not hold."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

from mappa.words import numbers as n

#: Numbers that are words: levels, units, ages, fixed cuts of the sentences.
FIXED = {
    "1",
    "5",
    "20",
    "50",
    "95",
    "90",
    "99.8",
    "100,000",
    "10",
    "18",
    "80",
    "0.05",
    "0.002",
    "0.9999",
    "0.0001",
}


def flat(value: object) -> Iterator[float]:
    """Every number of a record, nested ones included."""
    if dataclasses.is_dataclass(value):
        for f in dataclasses.fields(value):
            yield from flat(getattr(value, f.name))
    elif isinstance(value, dict):
        for k, v in value.items():
            yield from flat(v)
            yield from flat(float(k)) if re.fullmatch(r"[\d.]+", str(k)) else ()
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from flat(v)
    elif isinstance(value, str):
        yield from (float(v) for v in re.findall(r"\d+(?:\.\d+)?", value))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def unknown_numbers(text: str, record: object, also: Iterable[float] = ()) -> list[str]:
    """Numbers of a text that are no rounding of a number of the record or *also*, dates apart."""
    text = re.sub(r"\d{1,2} (January|March|June|September|December) \d{4}", "", text)
    known = {v for x in (*flat(record), *also) for v in (abs(x), abs(x) * 100)}
    missing = []
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?", text):
        token = token.rstrip(",")
        decimals = len(token.partition(".")[2])
        if token in FIXED:
            continue
        value = float(token.replace(",", ""))
        if not any(abs(float(n.half_up(k, decimals)) - value) < 1e-9 for k in known):
            missing.append(token)
    return missing
