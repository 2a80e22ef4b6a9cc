"""Sheets as sparse cells, their limits of size, and the two formats read by hand: CSV and ODS.

What a sheet shows and what it stores may differ, and the difference changes figures: a cell that
shows 4% stores 0.04, a raised note mark runs into the number before it, a formula that was never
calculated has no value. So a cell has its text together with what kind of cell it is. Sheets hold
only the cells that hold something, and are limited before anything is expanded.
"""

import codecs
import collections
import contextlib
import csv
import dataclasses
import datetime as dt
import io
import itertools
import math
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from mappa.errors import DataError

#: More than any table of areas needs; a larger file is something else.
LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 50_000_000
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 25_000, 1_000, 100_000
#: A cell that is longer is no note on a figure.
LONGEST_CELL = 5_000

_SEPARATORS = ",;\t|"
_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT, _OFFICE = f"{{{_NS}table:1.0}}", f"{{{_NS}text:1.0}}", f"{{{_NS}office:1.0}}"
_STYLE = f"{{{_NS}style:1.0}}"


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something.

    Its text is as a CSV would hold it (12, not 12.0; 2020-03-31; 4% where a percent cell shows it),
    its kind ``text``, ``number``, ``percent``, ``date``, ``truth``, ``error`` or ``formula`` (one
    without a saved value; its text is the formula). Raised characters are note marks and no part of
    the text.
    """

    text: str
    kind: str = "text"
    raised: str = ""


EMPTY = Cell("")
#: Cells by row and column.
Rows = dict[int, dict[int, Cell]]


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A sheet: its cells by row (from 1, as in the file) and column (from 0).

    *hidden* are its hidden rows, *merged* its merged ranges (first row, first column, last row,
    last column). *from_1904*: serial days count from 1904 (old Macintosh workbooks) and not from
    1900. *delimited*: it is a CSV, where a cell too many may have moved the others. *remarks* say
    in sentences what was assumed in reading.
    """

    name: str
    rows: Rows
    visible: bool = True
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    from_1904: bool = False
    delimited: bool = False
    remarks: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> Cell:
        """Return a cell; an empty one where there is nothing."""
        return self.rows.get(row, {}).get(column, EMPTY)


def check_size(name: str, sheet: str, rows: int, columns: int, cells: int) -> None:
    """Refuse a sheet larger than any table of areas, by the rows, columns and cells it fills."""
    fills = ((rows, MOST_ROWS, "rows"), (columns, MOST_COLUMNS, "columns"))
    for number, most, what in (*fills, (cells, MOST_CELLS, "cells")):
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


# CSV -------------------------------------------------------------------------------------------


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
    rows: Rows = {}
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
    remarks = {"cp1252": (f"{name} is not UTF-8: it was read as Windows-1252.",)}
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            break
    else:
        raise DataError(f"{name} is not UTF-8 text: save it as CSV in UTF-8.")
    control = len(re.findall(r"[\x00-\x08\x0e-\x1f]", text))
    if control > len(text) / 20 + 1:
        raise DataError(f"{name} is no CSV, ODS, XLS or XLSX.")
    return text, remarks.get(encoding, ())


def _separator(text: str) -> str:
    """Return the separator by which most of the first rows have the same number of cells."""

    def agreement(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator)
        try:
            first = itertools.islice(reader, 40)
            widths = collections.Counter(len(row) for row in first if len(row) > 1)
        except csv.Error:
            return 0, 0
        return max(((n, width) for width, n in widths.items()), default=(0, 0))

    return max(_SEPARATORS, key=agreement)


# ODS -------------------------------------------------------------------------------------------


def read_opendocument(content: bytes, name: str) -> Iterator[Sheet]:
    """Yield the sheets of an ODS workbook.

    Read by hand, because the libraries lose what changes figures: pandas and calamine return a
    percent cell as its fraction, expand a repeated row before anyone can ask how often it is
    repeated (a file of 900 bytes may mean 17 billion cells), and drop hidden rows, merged cells and
    formulas that were never calculated. Raises DataError where a sheet is larger than any table of
    areas, before it is expanded.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    raised = _styles_with(root, f"{_STYLE}text-properties", f"{_STYLE}text-position", "super")
    hidden = _styles_with(root, f"{_STYLE}table-properties", f"{_TABLE}display", "false")
    for table in root.iter(f"{_TABLE}table"):
        visible = table.get(f"{_TABLE}style-name", "") not in hidden
        yield _sheet(table, visible, raised, name)


def _styles_with(root: Element, properties: str, attribute: str, begins: str) -> set[str]:
    return {
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        for found in style.iter(properties)
        if found.get(attribute, "").startswith(begins)
    }


def _sheet(table: Element, visible: bool, raised: set[str], name: str) -> Sheet:
    title = table.get(f"{_TABLE}name", "")
    where = f"{name}, sheet {title!r}"
    rows: Rows = {}
    hidden: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    line, filled = 1, 0
    for element in table.iter(f"{_TABLE}table-row"):
        times = _repeats(element, "number-rows-repeated")
        held: dict[int, Cell] = {}
        column = 0
        for part in element:
            if part.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                continue
            cell, repeats = _cell(part, raised), _repeats(part, "number-columns-repeated")
            if cell.text or cell.raised:
                if len(held) + repeats > MOST_COLUMNS:
                    raise _too_large(where, line, times, repeats)
                held.update((i, cell) for i in range(column, column + repeats))
            down, across = (_repeats(part, f"number-{a}-spanned") for a in ("rows", "columns"))
            if down > 1 or across > 1:
                merged.append((line, column, line + down - 1, column + across - 1))
            column += repeats
        if held:
            filled += times * len(held)
            if times > MOST_ROWS or filled > MOST_CELLS:
                raise _too_large(where, line, times, len(held))
            check_size(name, title, len(rows) + times, max(held) + 1, filled)
            further = range(line, line + times)
            rows |= dict.fromkeys(further, held)
            if element.get(f"{_TABLE}visibility", "visible") != "visible":
                hidden |= set(further)
        line += times
    return Sheet(title, rows, visible, frozenset(hidden), tuple(merged))


def _too_large(where: str, line: int, times: int, width: int) -> DataError:
    return DataError(
        f"{where}, rows {line:,} to {line + times - 1:,}, fill {width:,} columns, "
        f"{times * width:,} cells, and at most {MOST_CELLS:,} are read; right: a sheet that holds "
        "the table alone."
    )


def _repeats(element: Element, attribute: str) -> int:
    return max(1, int(element.get(f"{_TABLE}{attribute}", "1")))


def _cell(element: Element, raised: set[str]) -> Cell:
    kind = element.get(f"{_OFFICE}value-type", "")
    value = element.get(f"{_OFFICE}value", "")
    plain, up = _shown(element, raised)
    formula = element.get(f"{_TABLE}formula", "")
    if plain.startswith(("#", "Err:")) and formula:
        return Cell(plain, "error")
    if formula and not kind:
        return Cell("=" + formula.partition("=")[2], "formula")
    if kind == "percentage":
        return percent(float(value))
    if kind in {"float", "currency"}:
        return cell_of(float(value))
    if kind == "date":
        day = element.get(f"{_OFFICE}date-value", "").replace("T", " ")
        return Cell(day.removesuffix(" 00:00:00"), "date")
    if kind == "boolean":
        return cell_of(element.get(f"{_OFFICE}boolean-value") == "true")
    if not plain.strip() and not up:
        return EMPTY
    return Cell(cell_of(plain).text, "text", up.strip())


def _shown(element: Element, raised: set[str]) -> tuple[str, str]:
    """Return the text of a cell's paragraphs and its raised characters; comments are no text."""
    plain: list[str] = []
    up: list[str] = []

    def walk(part: Element, to: list[str]) -> None:
        if part.tag == f"{_TEXT}s":
            to.append(" " * min(int(part.get(f"{_TEXT}c", "1")), 10))
        elif part.tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            to.append(" ")
        to.append(part.text or "")
        for child in part:
            walk(child, up if child.get(f"{_TEXT}style-name", "") in raised else to)
            to.append(child.tail or "")

    for paragraph in (p for p in element if p.tag == f"{_TEXT}p"):
        plain += ["\n"] * bool(plain)
        walk(paragraph, plain)
    return "".join(plain), "".join(up)
