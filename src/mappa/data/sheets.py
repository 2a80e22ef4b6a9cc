"""Sheets as sparse cells: what every reader of files returns, and its limits of size.

What a sheet shows and what it stores may differ, and the difference changes figures: a cell that
shows 4% stores 0.04, a raised note mark runs into the number before it, a formula that was never
calculated has no value. So a cell keeps its text together with what kind of cell it is. Sheets hold
only the cells that hold something, and are limited before anything is expanded.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

from mappa.errors import DataError

#: More than any table of areas needs; a larger file is something else.
LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 50_000_000
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 25_000, 1_000, 100_000
#: A cell that is longer is no note on a figure.
LONGEST_CELL = 5_000


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something.

    Attributes
    ----------
    text: as a CSV would hold it (12, not 12.0; 2020-03-31; 4% where a percent cell shows it).
    kind: ``text``, ``number``, ``percent``, ``date``, ``truth``, ``error`` or ``formula`` (one
        without a saved value; its text is the formula).
    raised: the raised characters that stood in it, which are note marks and not part of the text.
    """

    text: str
    kind: str = "text"
    raised: str = ""


EMPTY = Cell("")


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A sheet: its cells by row (from 1, as in the file) and column (from 0).

    Attributes
    ----------
    visible: False for a hidden sheet.
    hidden: rows that are hidden.
    merged: merged ranges as first row, first column, last row, last column.
    from_1904: whether serial days count from 1904 (old Macintosh workbooks) and not from 1900.
    delimited: whether it is a CSV, where a cell too many may have moved the others.
    remarks: what was assumed in reading, in whole sentences.
    """

    name: str
    rows: dict[int, dict[int, Cell]]
    visible: bool = True
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    from_1904: bool = False
    delimited: bool = False
    remarks: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> Cell:
        """Return a cell; an empty one where nothing stands."""
        return self.rows.get(row, {}).get(column, EMPTY)


def check_size(name: str, sheet: str, rows: int, columns: int, cells: int) -> None:
    """Refuse a sheet larger than any table of areas, by the rows, columns and cells it fills."""
    for number, most, what in (
        (rows, MOST_ROWS, "rows"),
        (columns, MOST_COLUMNS, "columns"),
        (cells, MOST_CELLS, "cells"),
    ):
        if number > most:
            raise DataError(
                f"{name}, sheet {sheet!r}, fills {number:,} {what}, and at most {most:,} are read; "
                "right: a sheet that holds the table alone."
            )


def clean(text: str) -> str:
    """Return *text* without blanks around it; a no-break space is a blank."""
    return text.strip()[:LONGEST_CELL]


def percent(value: float) -> Cell:
    """Return the cell that shows *value* as a percentage: 0.04 is 4%."""
    return Cell(f"{cell_of(float(f'{value * 100:.12g}')).text}%", "percent")


def cell_of(value: Any) -> Cell:
    """Return a value as a CSV would hold it, with its kind: 12 (not 12.0), 2020-03-31, true."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return EMPTY
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE", "truth")
    if isinstance(value, int):
        return Cell(str(value), "number")
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 2**53
        return Cell(str(int(value)) if whole else repr(value), "number")
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return Cell(value.date().isoformat() if midnight else value.isoformat(sep=" "), "date")
    if isinstance(value, dt.date):
        return Cell(value.isoformat(), "date")
    return Cell(clean(str(value)))
