"""The files beside a brief page: its charts as PNG and SVG, their data as CSV, figures as XLSX."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mappa.files import fixed_zip, unzipped
from mappa.plot.svg import framed, png
from mappa.words.brief import Figure

_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
#: Heads of the sheet of figures.
COLUMNS = ("figure", "value", "low", "high", "confidence", "unit", "national value")


def chart_files(stem: str, charts: Sequence[Mapping[str, str]]) -> dict[str, bytes]:
    """Return the charts' files by name, each ``stem-chart.png``, ``.svg`` and ``.csv``.

    Parameters
    ----------
    charts: payloads of exhibits (:meth:`mappa.plot.exhibit.Exhibit.payload`).
    """
    files = {}
    for chart in charts:
        name = f"{stem}-{chart['name']}"
        picture = framed(chart["svg"], chart["headline"], chart["subtitle"], chart["source"])
        files[f"{name}.png"] = png(picture)
        files[f"{name}.svg"] = picture.encode()
        files[f"{name}.csv"] = chart["csv"].encode()
    return files


def workbook(figures: Sequence[Figure], notes: Sequence[tuple[str, str]]) -> bytes:
    """Return a workbook of two sheets, the figures unrounded and the notes, without a time in it.

    Parameters
    ----------
    notes: pairs of a head and a text: what is counted, sources, licence, version.
    """
    rows = [[f.name, f.value, f.low, f.high, f.confidence, f.unit, f.national] for f in figures]
    return book({"figures": [COLUMNS, *rows], "notes": notes}, widths=(60, 20))


def book(sheets: Mapping[str, Sequence[Sequence[Any]]], widths: Sequence[int]) -> bytes:
    """Return a workbook, the same bytes for the same rows; each sheet's first row stays in view.

    Parameters
    ----------
    sheets: rows by name of the sheet. widths: of each sheet's first column, in characters.
    """
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for (name, rows), width in zip(sheets.items(), widths, strict=True):
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append([_text(cell) if isinstance(cell, str) else cell for cell in row])
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = width
    stream = io.BytesIO()
    made.save(stream)
    parts = unzipped(stream.getvalue())
    core = "docProps/core.xml"
    parts[core] = _TIMES.sub(rb"\g<1>1980-01-01T00:00:00Z", parts[core])
    return fixed_zip(parts)


def _text(value: str) -> str:
    """Return a text that a spreadsheet takes for no formula."""
    return f"'{value}" if value[:1] in set("=+-@") else value
