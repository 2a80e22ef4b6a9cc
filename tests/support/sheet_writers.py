"""Write tables as CSV, ODS, XLS and XLSX, as the programs that people use write them."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[object]]

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def write_sheets(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """Write the sheets to *path*, in the format that its ending names (CSV: the last sheet)."""
    writers = {".csv": _csv, ".ods": _ods, ".xls": _xls, ".xlsx": _xlsx}
    writers[path.suffix](path, sheets)
    return path


def _csv(path: Path, sheets: Mapping[str, Rows]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(list(sheets.values())[-1])


def _xlsx(path: Path, sheets: Mapping[str, Rows]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    book.save(path)


def _xls(path: Path, sheets: Mapping[str, Rows]) -> None:
    import xlwt

    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell != "":
                    sheet.write(i, j, cell)
    book.save(str(path))


def _ods(path: Path, sheets: Mapping[str, Rows]) -> None:
    write_ods(path, "".join(ods_table(name, rows) for name, rows in sheets.items()))


def ods_table(name: str, rows: Rows) -> str:
    """Return a sheet of an ODS as its XML."""
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
    )
    return f'<table:table table:name="{escape(name)}">{lines}</table:table>'


def write_ods(path: Path, tables: str) -> Path:
    """Write an ODS around the XML of its sheets."""
    names = {"office": "office:1.0", "table": "table:1.0", "text": "text:1.0"}
    spaces = "".join(f' xmlns:{k}="{_NS}{v}"' for k, v in names.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} '
        f'office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _SPREADSHEET, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
    return path


def _ods_cell(cell: object) -> str:
    if cell == "" or cell is None:
        return "<table:table-cell/>"
    text = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(cell).split("\n"))
    if isinstance(cell, dt.date):
        kind = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, int | float):
        kind = f'office:value-type="float" office:value="{cell}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}>{text}</table:table-cell>"
