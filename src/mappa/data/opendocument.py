"""Read ODS workbooks as sparse cells.

Written by hand, because the libraries lose what changes figures: pandas and calamine return a
percent cell as its fraction, expand a repeated row before anyone can ask how often it is repeated
(a file of 900 bytes may mean 17 billion cells), and drop hidden rows, merged cells and formulas
that were never calculated.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from mappa.data.sheets import (
    EMPTY,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Sheet,
    cell_of,
    check_size,
    percent,
)
from mappa.errors import DataError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT, _OFFICE = f"{{{_NS}table:1.0}}", f"{{{_NS}text:1.0}}", f"{{{_NS}office:1.0}}"
_STYLE = f"{{{_NS}style:1.0}}"


def read_opendocument(content: bytes, name: str) -> Iterator[Sheet]:
    """Yield the sheets of an ODS workbook.

    Raises DataError where a sheet is larger than any table of areas, before it is expanded.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    raised = _styles_with(root, f"{_STYLE}text-properties", f"{_STYLE}text-position", "super")
    hidden = _styles_with(root, f"{_STYLE}table-properties", f"{_TABLE}display", "false")
    for table in root.iter(f"{_TABLE}table"):
        title = table.get(f"{_TABLE}name", "")
        visible = table.get(f"{_TABLE}style-name", "") not in hidden
        yield _sheet(table, title, visible, raised, name)


def _styles_with(root: Element, properties: str, attribute: str, begins: str) -> set[str]:
    return {
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        for found in style.iter(properties)
        if found.get(attribute, "").startswith(begins)
    }


def _sheet(table: Element, title: str, visible: bool, raised: set[str], name: str) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {}
    hidden: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    line, filled = 1, 0
    for element in table.iter(f"{_TABLE}table-row"):
        times = _repeats(element, "number-rows-repeated")
        where = f"{name}, sheet {title!r}"
        cells, spans = _row(element, raised, line, times, where)
        if cells:
            filled += times * len(cells)
            if times > MOST_ROWS or filled > MOST_CELLS:
                raise _too_large(where, line, times, len(cells))
            check_size(name, title, len(rows) + times, max(cells) + 1, filled)
            for further in range(line, line + times):
                rows[further] = cells
                if element.get(f"{_TABLE}visibility", "visible") != "visible":
                    hidden.add(further)
        merged += spans
        line += times
    return Sheet(title, rows, visible, frozenset(hidden), tuple(merged))


def _too_large(where: str, line: int, times: int, width: int) -> DataError:
    return DataError(
        f"{where}, rows {line:,} to {line + times - 1:,}, fill {width:,} columns, "
        f"{times * width:,} cells, and at most {MOST_CELLS:,} are read; right: a sheet that holds "
        "the table alone."
    )


def _row(
    element: Element, raised: set[str], line: int, times: int, where: str
) -> tuple[dict[int, Cell], list[tuple[int, int, int, int]]]:
    """Return the cells of a row that hold something, and the ranges that are merged from it."""
    cells: dict[int, Cell] = {}
    spans = []
    column = 0
    for part in element:
        if part.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        repeats = _repeats(part, "number-columns-repeated")
        cell = _cell(part, raised)
        if cell.text or cell.raised:
            if len(cells) + repeats > MOST_COLUMNS:
                raise _too_large(where, line, times, repeats)
            cells.update((i, cell) for i in range(column, column + repeats))
        down = _repeats(part, "number-rows-spanned")
        across = _repeats(part, "number-columns-spanned")
        if down > 1 or across > 1:
            spans.append((line, column, line + down - 1, column + across - 1))
        column += repeats
    return cells, spans


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

    paragraphs = [p for p in element if p.tag == f"{_TEXT}p"]
    for i, paragraph in enumerate(paragraphs):
        if i:
            plain.append("\n")
        walk(paragraph, plain)
    return "".join(plain), "".join(up)
