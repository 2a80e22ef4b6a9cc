"""Rows of a table that a test finds, spoils or adds."""

from __future__ import annotations

import csv
from pathlib import Path

from mappa.data.schema import read_text_table


def spoil(folder: Path, table: str, row: int, **cells: str) -> None:
    """Write other text into a row (numbered as a line of the file, the header being 1)."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    for column, text in cells.items():
        lines[row - 1][lines[0].index(column)] = text
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)


def line_of(folder: Path, table: str, **cells: str) -> int:
    frame = read_text_table(folder / f"{table}.csv")
    for column, text in cells.items():
        frame = frame[frame[column] == text]
    return int(frame.index[0])
