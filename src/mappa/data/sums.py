"""Rows that are sums of areas, and the forces that are parts of one area."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, TypeVar

import pandas as pd

from mappa.data.area_names import Name
from mappa.data.load import Data
from mappa.data.tables import Table
from mappa.errors import DataError

_TOTAL = re.compile(r"(grand )?total|all|sum", re.I)


class _Row(Protocol):
    @property
    def line(self) -> int: ...

    @property
    def name(self) -> Name: ...


Row = TypeVar("Row", bound=_Row)


def summands(name: Name, values: pd.Series, data: Data) -> pd.Series | None:
    """Return those of *values* (by area) that a sum is of; None where one of them is not known.

    A total is of the areas of its table, what is called national of all areas.
    """
    called = name.name.lower()
    if name.kind == "nation" or called.startswith("nation"):
        wanted = data.names
    elif _TOTAL.match(called):
        wanted = list(values.index)
    else:
        wanted = list(data.areas["area"][data.areas["country"].str.lower() == called])
    found = values.reindex(wanted)
    return None if found.empty or found.isna().any() else found


def pair_forces(
    table: Table, rows: Sequence[Row], figure: Callable[[Row], Hashable], data: Data
) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """Return the rows of no force alone, and the pairs of forces whose *figure* is an area's.

    Raises DataError for a force that stands twice, or alone.
    """
    pending: dict[Hashable, Row] = {}
    pairs: list[tuple[Row, Row]] = []
    for row in rows:
        if row.name.kind != "part":
            continue
        twin = pending.pop(figure(row), None)
        if twin is None:
            pending[figure(row)] = row
        elif twin.name == row.name:
            why = f"{row.name.name} stands twice (first in row {twin.line}); right: once"
            raise table.error(row.line, "area", why)
        else:
            pairs.append((twin, row))
    for row in pending.values():
        raise one_of_two(table, row.line, row.name, data)
    return [r for r in rows if r.name.kind != "part"], pairs


def one_of_two(table: Table, line: int, name: Name, data: Data) -> DataError:
    """Return the sentence on one force of an area alone, or on a county in one."""
    forces = data.area_names.query("kind == 'part' and area == @name.area")["part"].unique()
    other = " and the ".join(force for force in forces if force != name.name)
    if not other:
        why = f"{name.name} is only a part of {name.area}; right: a figure of {name.area}"
        return table.error(line, "area", why)
    return table.error(
        line,
        "area",
        f"the {name.name} is one of the two forces of {name.area}, the other is the {other}; "
        f"right: {name.area}, if the figure is for both, or the row of the {other} beside it so "
        "that the two can be added up",
    )
