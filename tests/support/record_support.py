"""Records with some of their keys changed, whichever part holds them."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from mappa.records import Record

R = TypeVar("R", bound=Record)


def changed(record: R, **keys: Any) -> R:
    """Return *record* with the values of *keys*, which may be keys of its parts."""
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if field.metadata.get("part") is not None and value is not None:
            mine = {k: keys.pop(k) for k in list(keys) if k in type(value).declared()}
            record = dataclasses.replace(record, **{field.name: changed_own(value, mine)})  # type: ignore[type-var]
    return dataclasses.replace(record, **keys)  # type: ignore[type-var]


def changed_own(record: Any, keys: dict[str, Any]) -> Any:
    return dataclasses.replace(record, **keys) if keys else record
