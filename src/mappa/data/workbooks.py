"""Read tables from CSV, ODS, XLS and XLSX as cells of text; the content tells which it is."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import math
import zipfile
from pathlib import Path
from typing import Any

from mappa.errors import DataError

#: More than any table of areas needs; a larger file is something else.
LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 200_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A sheet: its name and its cells as text, a list for each row; an empty cell is ``""``."""

    name: str
    cells: list[list[str]]


def kind_of(content: bytes, name: str) -> str:
    """Tell ``csv``, ``xls``, ``xlsx`` or ``ods`` by the content; *name* is used in the error.

    A file's ending may lie, and a server may send a page where a workbook was asked for.
    """
    if len(content) > LARGEST_FILE:
        raise DataError(f"{name} has {len(content):,} bytes: a table of areas needs far fewer.")
    if content.startswith(_OLE):
        return "xls"
    if content.startswith(b"PK"):
        return _kind_of_zip(content, name)
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        raise DataError(f"{name} is a web page, not a workbook or a CSV.")
    if not content.strip() or b"\0" in content:
        raise DataError(f"{name} is no CSV, ODS, XLS or XLSX.")
    return "csv"


def _kind_of_zip(content: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            members = set(archive.namelist())
            mimetype = archive.read("mimetype") if "mimetype" in members else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise DataError(f"{name} is damaged: it begins like a workbook, but breaks off.") from None
    if unpacked > LARGEST_UNPACKED:
        raise DataError(f"{name} unpacks to {unpacked:,} bytes: that is no table of areas.")
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if "xl/workbook.xml" in members:
        return "xlsx"
    raise DataError(f"{name} is an archive, but not an ODS or XLSX workbook.")


def read_sheets(content: bytes, name: str) -> list[Sheet]:
    """Return the sheets of a table file, a CSV as a single one.

    Parameters
    ----------
    content: the bytes of the file.
    name: its name, used in errors.

    Raises
    ------
    DataError: one sentence where the content is no such table or is damaged.
    """
    kind = kind_of(content, name)
    if kind == "csv":
        return [Sheet(name, _csv_cells(content, name))]
    try:
        return _xls_sheets(content) if kind == "xls" else _frames(content, kind)
    # The readers raise errors of many kinds on a damaged file; all mean the same here.
    except Exception as error:
        raise DataError(
            f"{name} cannot be read as {kind.upper()} ({type(error).__name__}): is it damaged?"
        ) from error


def _frames(content: bytes, kind: str) -> list[Sheet]:
    import pandas as pd

    frames = pd.read_excel(
        io.BytesIO(content),
        sheet_name=None,
        header=None,
        dtype=object,
        keep_default_na=False,
        na_values=[],
        engine={"xlsx": "openpyxl", "ods": "odf"}[kind],
    )
    return [
        Sheet(str(title), [[cell_text(v) for v in row] for row in frame.itertuples(index=False)])
        for title, frame in frames.items()
    ]


def _xls_sheets(content: bytes) -> list[Sheet]:
    """Read with xlrd itself: pandas is giving up its own use of it."""
    import xlrd

    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())

    def text(cell: Any) -> str:
        if cell.ctype == xlrd.XL_CELL_DATE:
            return cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return "#error"
        return cell_text(bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value)

    return [Sheet(s.name, [[text(c) for c in row] for row in s.get_rows()]) for s in book.sheets()]


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
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from error


def _csv_cells(content: bytes, name: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{name} is not UTF-8 text: save it as CSV in UTF-8.") from None
    try:
        return [[c.strip() for c in row] for row in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error as error:
        raise DataError(f"{name} is not a well-formed CSV: {error}.") from None


def cell_text(value: Any) -> str:
    """Write a cell of a workbook as a CSV would hold it: 12 (not 12.0), 2020-03-31, true."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.strftime("%Y-%m-%d") if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value).strip()
    return "" if text == "NaT" else text
