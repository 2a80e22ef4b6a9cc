"""Read any spreadsheet or CSV as cells: the one reader of tables that every command uses.

What a sheet shows and what it stores may differ, and the difference changes figures: a cell that
shows 4% stores 0.04, a raised note mark runs into the number before it, a formula that was never
calculated has no value. So a cell keeps its text together with what kind of cell it is. Sheets are
sparse (only cells that hold something) and limited in size before anything is expanded.
"""

from __future__ import annotations

import codecs
import collections
import csv
import dataclasses
import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mappa.errors import DataError

#: More than any table of areas needs; a larger file is something else.
LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 50_000_000
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 50_000, 1_000, 200_000
#: A cell that is longer is no note on a figure.
LONGEST_CELL = 5_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


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
    formats: whether number formats are known, so that 4% does not come as 0.04.
    remarks: what was assumed in reading, in whole sentences.
    """

    name: str
    rows: dict[int, dict[int, Cell]]
    visible: bool = True
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    from_1904: bool = False
    delimited: bool = False
    formats: bool = True
    remarks: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> Cell:
        """Return a cell; an empty one where nothing stands."""
        return self.rows.get(row, {}).get(column, EMPTY)


def kind_of(content: bytes, name: str) -> str:
    """Tell ``csv``, ``xls``, ``xlsx`` or ``ods`` by the content; *name* is used in the error.

    A file's ending may lie, and a server may send a page where a workbook was asked for.
    """
    if len(content) > LARGEST_FILE:
        raise DataError(f"{name} has {len(content):,} bytes: a table of areas needs far fewer.")
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _locked(name)
        return "xls"
    if content.startswith(b"PK"):
        return _kind_of_zip(content, name)
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        raise DataError(
            f"{name} is a web page, not a workbook or a CSV, whatever its ending says; right: a "
            "CSV, ODS, XLS or XLSX file."
        )
    if not content.strip():
        raise DataError(f"{name} is empty: it is no CSV, ODS, XLS or XLSX with a table.")
    return "csv"


def _locked(name: str) -> DataError:
    return DataError(f"{name} is encrypted: save it without a password first.")


def _kind_of_zip(content: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            members = set(archive.namelist())
            if any(member.flag_bits & 1 for member in archive.infolist()):
                raise _locked(name)
            if unpacked > LARGEST_UNPACKED:
                raise DataError(f"{name} unpacks to {unpacked:,} bytes: that is no table of areas.")
            mimetype = archive.read("mimetype") if "mimetype" in members else b""
            manifest = "META-INF/manifest.xml"
            if manifest in members and b"encryption-data" in archive.read(manifest):
                raise _locked(name)
    except DataError:
        raise
    # The archive reader raises errors of many kinds on a damaged file.
    except Exception:
        raise DataError(f"{name} is damaged: it begins like a workbook, but breaks off.") from None
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if "xl/workbook.xml" in members:
        return "xlsx"
    raise DataError(f"{name} is an archive, but not an ODS or XLSX workbook.")


def read_file(path: Path) -> list[Sheet]:
    """Return the sheets of a file; see :func:`read_sheets`."""
    return read_sheets(read_bytes(path), path.name)


def read_bytes(path: Path) -> bytes:
    """Return the content of a table file; DataError in one sentence where it cannot be read."""
    try:
        if path.is_dir():
            raise DataError(f"{path} is a folder: name a CSV, ODS, XLS or XLSX file.")
        if path.stat().st_size > LARGEST_FILE:
            raise DataError(f"{path.name} has more than {LARGEST_FILE:,} bytes.")
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"Cannot read {path}: {reason}.") from error


def read_sheets(content: bytes, name: str) -> list[Sheet]:
    """Return the sheets of a table file, a CSV as a single one; sheets of charts are left out.

    Parameters
    ----------
    content: the bytes of the file.
    name: its name, used in errors.

    Raises
    ------
    DataError: one sentence where the content is no such table, is damaged, is encrypted or is
        larger than any table of areas.
    """
    from mappa.data.opendocument import read_opendocument

    kind = kind_of(content, name)
    if kind == "csv":
        return [_csv_sheet(content, name)]
    readers = {"xlsx": _xlsx_sheets, "xls": _xls_sheets, "ods": read_opendocument}
    try:
        return list(readers[kind](content, name))
    except DataError:
        raise
    # The readers raise errors of many kinds on a damaged file (that of XLS even a panic, which
    # is no Exception); all mean the same here.
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        if type(error).__name__ == "PasswordError" or "assword" in str(error)[:200]:
            raise _locked(name) from None
        raise DataError(
            f"{name} cannot be read as {kind.upper()} ({type(error).__name__}): is it damaged?"
        ) from None


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


# XLSX ----------------------------------------------------------------------------------------


def _xlsx_sheets(content: bytes, name: str) -> Iterator[Sheet]:
    """Read with openpyxl, which keeps number formats, raised characters and hidden rows."""
    import warnings

    import openpyxl

    calculated = _count_cells(content, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which are not read
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)
        written = openpyxl.load_workbook(io.BytesIO(content)) if calculated else None
    for sheet in book.worksheets:
        formulas = written[sheet.title] if written is not None else None
        yield _xlsx_sheet(sheet, formulas, name, book.epoch.year == 1904)


def _count_cells(content: bytes, name: str) -> bool:
    """Hold the sheets of an XLSX to the limits before they are built; tell of any formulas.

    What a sheet states as its dimension is not believed: its cells are counted.
    """
    formulas = False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", member):
                continue
            rows = cells = 0
            tail = b""
            with archive.open(member) as stream:
                while piece := stream.read(1 << 20):
                    text = tail + piece
                    cut = text.rfind(b"<")
                    tail, text = text[cut:], text[:cut]
                    rows += len(re.findall(rb"<(?:\w+:)?row[ />]", text))
                    cells += len(re.findall(rb"<(?:\w+:)?c[ />]", text))
                    formulas |= re.search(rb"<(?:\w+:)?f[ />]", text) is not None
                    check_size(name, Path(member).stem, rows, 1, cells)
    return formulas


def _xlsx_sheet(sheet: Any, formulas: Any, name: str, from_1904: bool) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {}
    filled = 0
    # The sparse cells themselves: iterating over rows would fill a million empty ones first.
    for (row, column), source in sorted(sheet._cells.items()):
        cell = _xlsx_cell(source, formulas)
        if cell.text or cell.raised:
            rows.setdefault(row, {})[column - 1] = cell
            filled += 1
    check_size(name, sheet.title, len(rows), max((max(r) + 1 for r in rows.values()), default=0), 0)
    hidden = frozenset(r for r, d in sheet.row_dimensions.items() if d.hidden and r in rows)
    merged = tuple((m.min_row, m.min_col - 1, m.max_row, m.max_col - 1) for m in sheet.merged_cells)
    visible = sheet.sheet_state == "visible"
    return Sheet(str(sheet.title), rows, visible, hidden, merged, from_1904)


def _xlsx_cell(cell: Any, formulas: Any) -> Cell:
    from openpyxl.cell.rich_text import CellRichText, TextBlock

    value = cell.value
    if value is None:
        formula = formulas[cell.coordinate].value if formulas is not None else None
        is_formula = isinstance(formula, str) and formula.startswith("=")
        return Cell(str(formula), "formula") if is_formula else EMPTY
    if isinstance(value, CellRichText):
        plain, raised = "", ""
        for run in value:
            up = isinstance(run, TextBlock) and run.font.vertAlign == "superscript"
            plain, raised = (plain, raised + str(run)) if up else (plain + str(run), raised)
        return Cell(_clean(_unescape(plain)), "text", raised.strip())
    if cell.data_type == "e":
        return Cell(str(value), "error")
    if isinstance(value, str):
        value = _unescape(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and "%" in re.sub(r'"[^"]*"|\\.', "", str(cell.number_format)):
        return percent(float(value))
    return cell_of(value)


def _unescape(text: str) -> str:
    """Undo the format's own way of writing a character, such as _x0031_ for 1."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


# XLS -----------------------------------------------------------------------------------------


def _xls_sheets(content: bytes, name: str) -> Iterator[Sheet]:
    """Read with calamine. It keeps no number formats, so 4% comes as 0.04."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        rows = {}
        for line, values in enumerate(sheet.iter_rows(), start=(sheet.start or (0, 0))[0] + 1):
            cells = {i: cell_of(v) for i, v in enumerate(values)}
            filled = {i: c for i, c in cells.items() if c.text}
            if filled:
                rows[line] = filled
        widest = max((max(r) + 1 for r in rows.values()), default=0)
        check_size(name, about.name, len(rows), widest, sum(map(len, rows.values())))
        merged = tuple((a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in sheet.merged_cell_ranges or ())
        visible = about.visible == SheetVisibleEnum.Visible
        yield Sheet(about.name, rows, visible, merged=merged, formats=False)


# CSV -----------------------------------------------------------------------------------------


def _csv_sheet(content: bytes, name: str) -> Sheet:
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
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    remarks: tuple[str, ...] = ()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252" if encoding != "utf-16" else "ascii")
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


# Cells -----------------------------------------------------------------------------------------


def _clean(text: str) -> str:
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
    return Cell(_clean(str(value)))
