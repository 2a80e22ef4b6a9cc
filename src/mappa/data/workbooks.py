"""Read any spreadsheet or CSV as sheets: the one reader of files that every command uses.

XLSX are read with openpyxl, XLS with xlrd, ODS and CSV by hand (:mod:`mappa.data.sheets`).
"""

import collections
import dataclasses
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mappa.data import sheets
from mappa.data.sheets import EMPTY, LARGEST_FILE, Cell, Rows, Sheet, cell_of, check_size, clean
from mappa.errors import DataError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(content: bytes, name: str) -> str:
    """Return ``csv``, ``xls``, ``xlsx`` or ``ods`` by the content; *name* is used in the error.

    A file's ending may lie, and a server may send a page where a workbook was asked for.
    """
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
            if unpacked > sheets.LARGEST_UNPACKED:
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

    *name* is used in errors: DataError, one sentence, where the content is no such table, is
    damaged, is encrypted or is larger than any table of areas.
    """
    kind = kind_of(content, name)
    if kind == "csv":
        return [sheets.read_delimited(content, name)]
    readers = {"xlsx": _xlsx_sheets, "xls": _xls_sheets, "ods": sheets.read_opendocument}
    try:
        return list(readers[kind](content, name))
    except DataError:
        raise
    # The readers raise errors of many kinds on a damaged file; all mean the same here.
    except Exception as error:
        if "encrypted" in str(error)[:200]:
            raise _locked(name) from None
        raise DataError(
            f"{name} cannot be read as {kind.upper()} ({type(error).__name__}): is it damaged?"
        ) from None


def _filled(name: str, sheet: str, cells: Iterable[tuple[int, int, Cell]]) -> Rows:
    """Return the cells (row, column, cell) that hold something, within the limits of a sheet."""
    rows: Rows = {}
    for row, column, cell in cells:
        if cell.text or cell.raised:
            rows.setdefault(row, {})[column] = cell
    widest = max((max(row) + 1 for row in rows.values()), default=0)
    check_size(name, sheet, len(rows), widest, sum(map(len, rows.values())))
    return rows


# XLSX ----------------------------------------------------------------------------------------


def _xlsx_sheets(content: bytes, name: str) -> Iterator[Sheet]:
    """Read with openpyxl, which keeps number formats, raised characters and hidden rows."""
    import warnings

    import openpyxl

    calculated = _count_cells(content, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which are not read
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)
        # A second reading finds the formulas that have no saved value; few workbooks need it.
        bare = calculated and any(c.value is None for s in book for c in s._cells.values())
        written = openpyxl.load_workbook(io.BytesIO(content)) if bare else None
    for sheet in book.worksheets:
        formulas = written[sheet.title] if written is not None else None
        # The sparse cells themselves: iterating over rows would fill a million empty ones first.
        cells = ((r, c - 1, _xlsx_cell(s, formulas)) for (r, c), s in sorted(sheet._cells.items()))
        rows = _filled(name, sheet.title, cells)
        hidden = frozenset(r for r, d in sheet.row_dimensions.items() if d.hidden and r in rows)
        spans = sheet.merged_cells
        merged = tuple((m.min_row, m.min_col - 1, m.max_row, m.max_col - 1) for m in spans)
        visible = sheet.sheet_state == "visible"
        yield Sheet(str(sheet.title), rows, visible, hidden, merged, book.epoch.year == 1904)


def _count_cells(content: bytes, name: str) -> bool:
    """Hold an XLSX to the limits before its cells are built; return whether it has formulas."""
    formulas = False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.namelist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member):
                tags = re.finditer(rb"<(?:\w+:)?(row|c|f)[ />]", archive.read(member))
                held = collections.Counter(tag[1] for tag in tags)
                check_size(name, Path(member).stem, held[b"row"], 1, held[b"c"])
                formulas |= held[b"f"] > 0
    return formulas


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
        return Cell(clean(_unescape(plain)), "text", raised.strip())
    if cell.data_type == "e":
        return Cell(str(value), "error")
    if isinstance(value, str):
        value = _unescape(value)
    return _shown(value, str(cell.number_format))


def _unescape(text: str) -> str:
    """Undo the format's own way of writing a character, such as _x0031_ for 1."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


# XLS -----------------------------------------------------------------------------------------


def _xls_sheets(content: bytes, name: str) -> Iterator[Sheet]:
    """Read with xlrd, which keeps what openpyxl does.

    calamine is faster, but loses percent formats and errors, and a file of 5 kB with two bytes
    changed makes it ask for more memory than there is, which ends the process.
    """
    import xlrd

    book = xlrd.open_workbook(
        file_contents=content, logfile=io.StringIO(), formatting_info=True, ragged_rows=True
    )
    for sheet in book.sheets():
        cells = (
            (line + 1, place, _xls_cell(book, sheet, line, place))
            for line in range(sheet.nrows)
            for place in range(sheet.row_len(line))
        )
        rows = _filled(name, sheet.name, cells)
        hidden = frozenset(r + 1 for r, info in sheet.rowinfo_map.items() if info.hidden)
        merged = tuple((a + 1, left, b, right - 1) for a, b, left, right in sheet.merged_cells)
        yield Sheet(sheet.name, rows, sheet.visibility == 0, hidden, merged, book.datemode == 1)


def _xls_cell(book: Any, sheet: Any, line: int, place: int) -> Cell:
    import xlrd

    kind, value = sheet.cell_type(line, place), sheet.cell_value(line, place)
    if kind == xlrd.XL_CELL_DATE:
        value = xlrd.xldate_as_datetime(value, book.datemode)
    if kind == xlrd.XL_CELL_ERROR:
        return Cell(xlrd.error_text_from_code.get(value, "#error"), "error")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return cell_of(bool(value))
    if kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        style = book.xf_list[sheet.cell_xf_index(line, place)]
        shows = book.format_map[style.format_key].format_str
        return _shown(value, shows)
    plain, raised, up, begun = "", "", False, 0
    for start, font in [*sheet.rich_text_runlist_map.get((line, place), []), (len(value), None)]:
        piece = value[begun:start]
        plain, raised = (plain, raised + piece) if up else (plain + piece, raised)
        up, begun = font is not None and book.font_list[font].escapement == 1, start
    return dataclasses.replace(cell_of(plain), raised=raised.strip())


def _shown(value: Any, shows: str) -> Cell:
    """Return a value as its format shows it where that is something else: 4%, £4, March 2020."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", shows.lower())  # a quoted sign is only text
    if isinstance(value, dt.datetime) and value.day == 1 and "y" in bare and "d" not in bare:
        return Cell(f"{value:%B %Y}")  # whoever typed a month was given its first day
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell_of(value)
    if "%" in bare:
        return sheets.percent(float(value))
    money = re.search(r"[£€]|\$(?!-)", shows)
    return Cell(f"{money[0]}{cell_of(value).text}") if money else cell_of(value)
