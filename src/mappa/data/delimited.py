"""Read a CSV: its encoding, its separator and its line ends are found, not asked for."""

from __future__ import annotations

import codecs
import collections
import csv
import io
import re

from mappa.data.sheets import Cell, Sheet, cell_of, check_size
from mappa.errors import DataError

_SEPARATORS = ",;\t|"


def read_delimited(content: bytes, name: str) -> Sheet:
    """Return a CSV as its one sheet, whatever its encoding, separator and line ends.

    Raises DataError in one sentence where it is no text or no well-formed CSV.
    """
    text, remarks = _decode(content, name)
    first = re.match(r'"?sep=(.)"?[^\S\r\n]*(?:\r\n|\r|\n|$)', text, re.I)
    if first:
        separator, text = first[1], text[first.end() :]
    else:
        separator = _separator(text)
    rows: dict[int, dict[int, Cell]] = {}
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for line, row in enumerate(reader, start=2 if first else 1):
            filled = {i: c for i, v in enumerate(row) if (c := cell_of(v)).text}
            if filled:
                rows[line] = filled
                cells += len(filled)
                check_size(name, name, len(rows), max(filled) + 1, cells)
    except csv.Error as error:
        raise DataError(f"{name} is not a well-formed CSV: {error}.") from None
    return Sheet(name, rows, delimited=True, remarks=remarks)


def _decode(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding, other = ("utf-16", "ascii") if wide else ("utf-8-sig", "cp1252")
    remarks: tuple[str, ...] = ()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = content.decode(other)
        except UnicodeDecodeError:
            raise DataError(f"{name} is not UTF-8 text: save it as CSV in UTF-8.") from None
        remarks = (f"{name} is not UTF-8: it was read as Windows-1252.",)
    control = len(re.findall(r"[\x00-\x08\x0e-\x1f]", text))
    if control > len(text) / 20 + 1:
        raise DataError(f"{name} is no CSV, ODS, XLS or XLSX.")
    return text, remarks


def _separator(text: str) -> str:
    """Return the separator by which most of the first rows have the same number of cells."""

    def agreement(separator: str) -> tuple[int, int]:
        widths: collections.Counter[int] = collections.Counter()
        reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator)
        try:
            for _, row in zip(range(40), reader, strict=False):
                if len(row) > 1:
                    widths[len(row)] += 1
        except csv.Error:
            return 0, 0
        return max(((n, width) for width, n in widths.items()), default=(0, 0))

    return max(_SEPARATORS, key=agreement)
