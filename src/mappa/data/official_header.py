"""Find the header of one of the Ministry's tables and know its columns by their words."""

import dataclasses
import re

import pandas as pd

from mappa.data import cells
from mappa.data.sheets import Cell, Sheet
from mappa.data.tables import Table, name_of_column
from mappa.errors import DataError

#: What no header of a count of people has.
_NOT_A_STOCK = (
    r"per\W*1|per\W*head|\brate|caution|convict|breach|level|impos|revo|change|percent|%|order"
    r"|recall|return|custody|total|notif|prevent|proportion|growth"
)
_COUNT = r"regist\w*\s*sex\w*\s*offend|\brsos?\b|cat(?:egory)?\s*1\b"
_TOTAL = r"total\s*mappa\W*(?:eligible)?\s*offend"
_OTHERS = r"violent|dangerous|cat(?:egory)?\s*[23]\b|total|level|change|percent"
_BREACHES = r"(?:caution|convict).*breach|breach.*notif"
#: The words that the header of a measure has, and those of which it has none.
COLUMNS = {
    "rso_count": (_COUNT, _NOT_A_STOCK),
    "violent_count": (r"violent|cat(?:egory)?\s*2\b", _NOT_A_STOCK),
    "category3_count": (r"dangerous|cat(?:egory)?\s*3\b", _NOT_A_STOCK),
    "total_count": (_TOTAL, r"per\W*1|\brate|level|change|percent|%"),
    "rso_rate_per_100k": (r"per\s*100\W?000|per\s*100k", _OTHERS),
    "population": (r"population", r"per\W|\brate|percent|change"),
    "notification_breaches": (_BREACHES, r"order|per\W*1|\brate|percent|level"),
}


@dataclasses.dataclass(frozen=True)
class Header:
    """Where the table begins: the rows of its header, the place of the areas, the titles."""

    sheet: Sheet
    top: int
    bottom: int
    area: int
    titles: dict[int, str]
    remarks: tuple[str, ...]


def find_official(
    sheets: list[Sheet], date: pd.Timestamp, name: str
) -> tuple[Table, dict[int, str]]:
    """Return the table of areas, its columns by measure, and the title of every column by place.

    Raises DataError where no visible sheet has one header that names areas and a count of
    offenders, or a measure could be several of its columns.
    """
    header = _find_header(sheets, date, name)
    sheet, where = header.sheet, _match_columns(header.titles, name)
    columns = {"area": header.area, **where}
    lines = tuple(
        line
        for line in sheet.rows
        if line > header.bottom
        and cells.without_notes(sheet.at(line, header.area))[0]
        and any(sheet.at(line, place).text for place in where.values())
    )
    remarks = [*sheet.remarks, *header.remarks]
    if others := ", ".join(repr(s.name) for s in sheets if s.name != sheet.name):
        remarks.append(f"{name}: the sheet {sheet.name!r} was read; aside: {others}.")
    table = Table(name, "official", sheet, header.bottom, columns, lines, tuple(remarks))
    return table, header.titles


def _find_header(sheets: list[Sheet], date: pd.Timestamp, name: str) -> Header:
    """Return the one header of a visible sheet that names areas and a count of offenders."""
    found = [
        _joined(sheet, row, place, name)
        for sheet in sheets
        for row, named in sheet.rows.items()
        for place, cell in named.items()
        if sheet.visible and len(named) > 2 and name_of_column(cell) == "area"
    ]
    counted = [h for h in found if any(_fits("rso_count", t) for t in h.titles.values())]
    if not found:
        raise DataError(
            f"{name} is laid out in an unknown way: its sheets have no row with a cell Area."
        )
    if len(counted) > 1:
        counted = [h for h in counted if not _other_years(h, date)] or counted
    if len(counted) > 1:
        where = " and ".join(f"{h.sheet.name!r} (row {h.bottom})" for h in counted)
        raise DataError(f"{name} has several tables of areas, in {where}: keep the one meant.")
    header = counted[0] if counted else found[-1]
    if other := _other_years(header, date):
        raise DataError(f"{name}, {other}, not {date.year}: has it moved?")
    return header


def _joined(sheet: Sheet, row: int, area: int, name: str) -> Header:
    """Join the rows of a header: a merged cell belongs to every column that it spans."""
    joined = [m for m in sheet.merged if m[0] < row and m[2] == row - 1 and m[3] > m[1]]
    tall = [m[2] for m in sheet.merged if m[0] == row and m[1] <= area <= m[3]]
    top, bottom = min([row, *(m[0] for m in joined)]), max([row, *tall])
    titles, remarks = {}, []
    for place in sorted({p for r in range(top, bottom + 1) for p in sheet.rows.get(r, {})}):
        words = []
        for line in range(top, bottom + 1):
            text, notes = cells.header_words(_spanned(sheet, line, place))
            if text and text not in words:
                words.append(text)
            if notes:
                remarks.append(f"{name}, row {line}: {notes} was taken off the header {text}.")
        titles[place] = ": ".join(words)
    if top < bottom:
        remarks.insert(0, f"{name}: the headers of rows {top} to {bottom} were joined.")
    return Header(sheet, top, bottom, area, titles, tuple(dict.fromkeys(remarks)))


def _spanned(sheet: Sheet, row: int, place: int) -> Cell:
    for first, left, last, right in sheet.merged:
        if first <= row <= last and left <= place <= right:
            return sheet.at(first, left)
    return sheet.at(row, place)


def _other_years(header: Header, date: pd.Timestamp) -> str:
    """Name another year's table by the lines above the header, but not by a day of publication."""
    shown: dict[int, int] = {}
    for row, found in header.sheet.rows.items():
        text = re.sub(
            r"publish\w*\D{0,20}(\d{1,2}\w* )?([a-z]+ )?20\d\d",
            "",
            " ".join(c.text for c in found.values()) if row < header.top else "",
            flags=re.I,
        )
        pairs = re.findall(r"\b20(\d\d)\s*[/\N{EN DASH}-]\s*(?:20)?(\d\d)\b", text)
        ends = [2000 + int(b) for a, b in pairs if int(b) == int(a) + 1]
        stocks = re.findall(r"(?:march|ending|ended)\s+(20\d\d)\b", text, re.I)
        years = [int(y) for y in stocks] or ends or re.findall(r"\b(20\d\d)\b", text)
        shown |= {int(y): row for y in years}
    if not shown or date.year in shown:
        return ""
    return f"row {min(shown.values())}, names {', '.join(map(str, sorted(shown)))} above its table"


def _fits(measure: str, title: str) -> bool:
    """Return whether a title is the column wanted; the total of a category is its count."""
    title = re.sub(r":\s*total$", "", title, flags=re.I)
    has, lacks = (re.search(words, title, re.I) for words in COLUMNS[measure])
    return bool(has) and not lacks


def _match_columns(titles: dict[int, str], name: str) -> dict[str, int]:
    """Return measure to column. Refuse what is missing or ambiguous, with the columns seen."""
    fits = {m: [place for place, t in titles.items() if _fits(m, t)] for m in COLUMNS}
    where = {measure: places[0] for measure, places in fits.items() if places}
    faults = [f"{len(p)} columns that could be {m}" for m, p in fits.items() if len(p) > 1]
    if not fits["rso_count"]:
        faults.append("no column that could be rso_count")
    if doubled := [m for m, i in where.items() if list(where.values()).count(i) > 1]:
        faults.append(f"one column that could be {' or '.join(doubled)}")
    for fault in faults:
        seen = "; ".join(filter(None, titles.values()))
        raise DataError(f"{name} has {fault}; columns seen: {seen}.")
    return where
