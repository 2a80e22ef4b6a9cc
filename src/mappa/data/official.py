"""The Ministry's area tables: download them, read them by the words of their headers, check them.

The workbooks were never at hand when this was written: only their addresses and a description of
their layout (``official_tables.csv``). So nothing is guessed. The header is the row with a cell
Area; a column is known by its words, and where none or several fit, the table is refused
with the columns that were seen. The first real use is a check of this layout.
"""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd

from mappa.data import cells, measures, workbooks
from mappa.data.area_names import Name
from mappa.data.cells import CellError, Kind, NoFigure
from mappa.data.figure_rows import one_of_two, read_name
from mappa.data.load import Data
from mappa.data.submission import Submission, build_submission
from mappa.data.tables import Table, name_of_column
from mappa.data.workbooks import Cell, Sheet
from mappa.errors import DataError

#: The 43rd row (from 2023): it manages people of no area and has no population.
NO_AREA = re.compile(r"national security division", re.I)
_WHOLE = re.compile(r"(grand )?total|all|sum|nation", re.I)
#: A misread column disagrees almost everywhere, a misprint in a row or two.
AGREEMENT = 0.9
#: Populations are rounded to the nearest 100.
ROUNDING = 100


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A column to look for: a header has the words *has* and none of the words *lacks*."""

    measure: str
    has: str
    lacks: str


_NOT_A_STOCK = (
    r"per\W*1|per\W*head|\brate|caution|convict|breach|level|impos|revo|change|percent|%|order"
    r"|recall|return|custody|total|notif|prevent|proportion|growth"
)
COLUMNS = (
    Wanted(
        "rso_count",
        r"regist\w*\s*sex\w*\s*offend|\brsos?\b|cat(?:egory)?\s*1\b",
        _NOT_A_STOCK,
    ),
    Wanted("violent_count", r"violent|cat(?:egory)?\s*2\b", _NOT_A_STOCK),
    Wanted("category3_count", r"dangerous|cat(?:egory)?\s*3\b", _NOT_A_STOCK),
    Wanted(
        "total_count",
        r"total\s*mappa\W*(?:eligible)?\s*offend",
        r"per\W*1|\brate|level|change|percent|%",
    ),
    Wanted(
        "rso_rate_per_100k",
        r"per\s*100\W?000|per\s*100k",
        r"violent|dangerous|cat(?:egory)?\s*[23]\b|total|level|change|percent",
    ),
    Wanted("population", r"population", r"per\W|\brate|percent|change"),
    Wanted(
        "notification_breaches",
        r"(?:caution|convict).*breach|breach.*notif",
        r"order|per\W*1|\brate|percent|level",
    ),
)


@dataclasses.dataclass(frozen=True)
class OfficialTable:
    """A table as read: figures by area, and what stood beside them.

    Attributes
    ----------
    name: the file's name.
    date: the stock date.
    by_area: a row for each area of the study, in its order; columns are the measures found.
    apart: people on the register whom the table gives to no area (missing: none).
    printed_total: the count of the table's total row, or None.
    lines: the row of the sheet of each area.
    unused: headers that no measure was known by.
    doubts: sentences on single rows that do not meet each other.
    remarks: sentences on what was taken, left off and left out in reading.
    """

    name: str
    date: pd.Timestamp
    by_area: pd.DataFrame
    apart: float | None
    printed_total: float | None
    lines: dict[str, int]
    unused: tuple[str, ...]
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]


def read_official(content: bytes, name: str, date: pd.Timestamp, data: Data) -> OfficialTable:
    """Read one of the Ministry's tables and check that its columns are what they seem.

    Parameters
    ----------
    content: the bytes of the workbook or CSV.
    name: its file name, for errors.
    date: the stock date it is for.
    data: the study's tables: the areas and the populations to recognise.

    Raises
    ------
    DataError: one sentence; an unknown layout is told with the columns seen.
    """
    sheets = workbooks.read_sheets(content, name)
    header = _find(sheets, date, name)
    where = _match_columns(header.titles, name)
    places = {"area": header.area, **where}
    body = Table(name, "official", header.sheet, header.bottom, places, (), ())
    rows, remarks = _rows(body, header.titles, where, data)
    table = _assemble(name, date, rows, header, where, data)
    aside = [s.name for s in sheets if s.name != header.sheet.name]
    if aside:
        listed = ", ".join(map(repr, aside))
        remarks.insert(0, f"{name}: the sheet {header.sheet.name!r} was read; aside: {listed}.")
    remarks = [*header.sheet.remarks, *header.remarks, *remarks]
    return dataclasses.replace(table, doubts=_verify(table, data), remarks=tuple(remarks))


@dataclasses.dataclass(frozen=True)
class _Header:
    """Where the table begins: the rows of its header, the place of the areas, the titles."""

    sheet: Sheet
    top: int
    bottom: int
    area: int
    titles: dict[int, str]
    remarks: tuple[str, ...]


def _find(sheets: list[Sheet], date: pd.Timestamp, name: str) -> _Header:
    """Return the one header of a visible sheet that names areas and a count of offenders."""
    found = [h for s in sheets if s.visible for h in _headers(s, name)]
    counted = [h for h in found if any(_fits(COLUMNS[0], t) for t in h.titles.values())]
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


def _headers(sheet: Sheet, name: str) -> list[_Header]:
    return [
        _header(sheet, row, place, name)
        for row, found in sheet.rows.items()
        for place, cell in found.items()
        if name_of_column(cell) == "area" and len(found) > 2
    ]


def _header(sheet: Sheet, row: int, area: int, name: str) -> _Header:
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
    return _Header(sheet, top, bottom, area, titles, tuple(dict.fromkeys(remarks)))


def _spanned(sheet: Sheet, row: int, place: int) -> Cell:
    for first, left, last, right in sheet.merged:
        if first <= row <= last and left <= place <= right:
            return sheet.at(first, left)
    return sheet.at(row, place)


def _other_years(header: _Header, date: pd.Timestamp) -> str:
    """Tell of another year's table, by the lines above the header that name the stock's year.

    The date of publication is no date of the stock.
    """
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


def _fits(wanted: Wanted, title: str) -> bool:
    """Tell whether a title is the column wanted; the total of a category is its count."""
    title = re.sub(r":\s*total$", "", title, flags=re.I)
    return bool(re.search(wanted.has, title, re.I)) and not re.search(wanted.lacks, title, re.I)


def _match_columns(titles: dict[int, str], name: str) -> dict[str, int]:
    """Return measure to column. Refuse what is missing or ambiguous, with the columns seen."""
    seen = "; ".join(t for t in titles.values() if t)
    where: dict[str, int] = {}
    for wanted in COLUMNS:
        fits = [i for i, t in titles.items() if _fits(wanted, t)]
        if len(fits) > 1:
            raise DataError(
                f"{name} has {len(fits)} columns that could be {wanted.measure}; columns seen: "
                f"{seen}."
            )
        if fits:
            where[wanted.measure] = fits[0]
    if "rso_count" not in where:
        raise DataError(f"{name} has no column that could be rso_count; columns seen: {seen}.")
    doubled = [m for m, i in where.items() if list(where.values()).count(i) > 1]
    if doubled:
        raise DataError(
            f"{name} has one column that could be {' or '.join(doubled)}; columns seen: {seen}."
        )
    return where


@dataclasses.dataclass
class _Row:
    """A row of the table: its line, whose it is, and its values by measure."""

    line: int
    name: Name
    values: dict[str, float | None]


def _rows(
    table: Table, titles: dict[int, str], where: dict[str, int], data: Data
) -> tuple[list[_Row], list[str]]:
    """Return the rows under the header and what was taken in reading them.

    A line without anything in its number columns is a heading or a note.
    """
    kinds = measures.kinds(data.dictionary)
    kinds["population"] = Kind("a whole number of people, 1 or more", True, 1, None, "people")
    rows: list[_Row] = []
    remarks: list[str] = []
    for line in table.sheet.rows:
        title = cells.without_notes(table.cell(line, "area"))[0]
        filled = [m for m in where if table.cell(line, m).text]
        if line <= table.header or not title or not filled:
            continue
        if NO_AREA.search(title):
            name, taken = Name("apart", title), list[str]()
        else:
            name, taken = read_name(table, line, data)
        twin = next((r for r in rows if r.name == name and name.kind != "sum"), None)
        if twin:
            raise DataError(
                f"{table.file}, row {line}: {title!r} stands twice (first in row {twin.line})."
            )
        row = _Row(line, name, {})
        for measure in where:
            column = f"{titles[where[measure]]!r}"
            value, said = _value(table, line, measure, kinds[measure], name, column)
            row.values[measure] = value
            taken += [f"{table.file}, row {line} ({title}), column {column}: {said}."] * bool(said)
        rows.append(row)
        hidden = f"{table.file}, row {line} ({title}) is hidden in the sheet and was read."
        remarks += [*taken, *([hidden] if line in table.sheet.hidden else [])]
    return rows, remarks


def _value(
    table: Table, line: int, measure: str, kind: Kind, name: Name, column: str
) -> tuple[float | None, str]:
    """Read a cell: a dash is zero, an empty cell or a sign for not available is missing."""
    cell = table.cell(line, measure)
    if not cell.text:
        return None, ""
    is_area = name.kind in {"area", "part"}
    loose = kind if is_area else dataclasses.replace(kind, low=0, high=None)
    try:
        reading = cells.read_number(cell, loose)
    except NoFigure as sign:
        if sign.sign in cells.DASHES:
            return (0.0 if is_area or name.kind == "apart" else None), ""
        return None, f"{sign.sign} {sign.means}, and no figure was read" if is_area else ""
    except CellError as error:
        raise table.error(line, column, f"{error} ({name.name})") from None
    return float(reading.text), reading.remark


def _sum_parts(rows: list[_Row], table: str) -> list[_Row]:
    """Sum the two forces of London; their rates are not added up."""
    parts = [r for r in rows if r.name.kind == "part"]
    if not parts:
        return rows
    if len(parts) == 1:
        raise one_of_two(
            Table(table, "", Sheet("", {}), 0, {}, (), ()), parts[0].line, parts[0].name
        )
    values = {
        m: None
        if m == "rso_rate_per_100k" or None in (parts[0].values[m], parts[1].values[m])
        else sum(p.values[m] or 0 for p in parts)
        for m in parts[0].values
    }
    rest = [r for r in rows if r.name.kind != "part"]
    return [*rest, _Row(parts[0].line, Name("area", "London"), values)]


def _assemble(
    name: str,
    date: pd.Timestamp,
    rows: list[_Row],
    header: _Header,
    where: dict[str, int],
    data: Data,
) -> OfficialTable:
    rows = _sum_parts(rows, name)
    by_name = {r.name.name: r for r in rows if r.name.kind == "area"}
    missing = [a for a in data.names if a not in by_name]
    if missing:
        raise DataError(
            f"{name} lists {len(data.names) - len(missing)} of the {len(data.names)} areas: "
            f"{missing[0]} is missing."
        )
    by_area = pd.DataFrame(
        {m: [by_name[a].values[m] for a in data.names] for m in where},
        index=pd.Index(data.names, name="area"),
        dtype=float,
    )
    for area, row in by_name.items():
        if (
            row.values["rso_count"] is None
            and not header.sheet.at(row.line, where["rso_count"]).text
        ):
            raise DataError(f"{name}, row {row.line} ({area}): the count is empty.")
    apart = next((r.values["rso_count"] for r in rows if r.name.kind == "apart"), None)
    total = _check_sums(name, rows, by_area["rso_count"], apart or 0, header, data)
    used = {header.area, *where.values()}
    return OfficialTable(
        name=name,
        date=date,
        by_area=by_area,
        apart=apart,
        printed_total=total,
        lines={a: by_name[a].line for a in data.names},
        unused=tuple(t for i, t in header.titles.items() if t and i not in used),
        doubts=(),
        remarks=(),
    )


def _check_sums(
    name: str, rows: list[_Row], counts: pd.Series, apart: float, header: _Header, data: Data
) -> float | None:
    """Hold the rows of sums to their areas; return the count of the whole, if it is printed."""
    total = None
    country = data.areas.set_index("area")["country"].str.lower()
    for row in rows:
        printed = row.values["rso_count"]
        if row.name.kind not in {"sum", "nation"} or printed is None:
            continue
        within = country.index[country == row.name.name.lower()]
        whole = row.name.kind == "nation" or re.match(
            r"(grand )?total|all|sum|nation", row.name.name, re.I
        )
        if not len(within) and not whole:
            continue
        parts = counts[within] if len(within) else counts
        if parts.isna().any():
            continue
        if printed not in {parts.sum(), parts.sum() + (0 if len(within) else apart)}:
            raise DataError(
                f"{name}, row {row.line} ({row.name.name}), column "
                f"{header.titles[_match_columns(header.titles, name)['rso_count']]!r}: its areas "
                f"sum to {parts.sum():,.0f}, its total row says {printed:,.0f}; right: the sum of "
                "its areas, or no such row."
            )
        total = printed if whole else total
    return total


def _verify(table: OfficialTable, data: Data) -> tuple[str, ...]:
    """Let the columns vouch for each other; a column that seldom agrees was misread.

    Returns sentences on the single rows that do not agree.
    """
    t, doubts = table.by_area, list[str]()
    parts = ["rso_count", "violent_count", "category3_count"]
    if {*parts, "total_count"} <= set(t):
        known = t[[*parts, "total_count"]].dropna()
        off = known[parts].sum(axis=1) != known["total_count"]
        doubts += _agree(off, table.name, "categories 1 to 3 do not sum to the total")
    if {"rso_rate_per_100k", "population"} <= set(t):
        half = ROUNDING / 2
        low = t["rso_count"] / (t["population"] + half) * 1e5 - 0.5
        high = t["rso_count"] / (t["population"] - half) * 1e5 + 0.5
        known = t["rso_rate_per_100k"].notna() & low.notna()
        off = ~t["rso_rate_per_100k"].between(low - 1e-9, high + 1e-9)[known]
        doubts += _agree(off, table.name, "count over population is not the rate")
    if "population" in t:
        fit = population_fit(table, data)
        if fit["median"].min() > 0.02:
            raise DataError(
                f"{table.name}: its population column is like no mid-year of population.csv."
            )
    return tuple(doubts)


def _agree(off: pd.Series, name: str, what: str) -> list[str]:
    if off.mean() > 1 - AGREEMENT:
        raise DataError(
            f"{name}: {what} in {off.sum()} of {len(off)} areas: its columns are not what they "
            "seem."
        )
    return [f"{name}: {what} in {area}." for area in off.index[off]]


def population_fit(table: OfficialTable, data: Data) -> pd.DataFrame:
    """Compare the table's population column with each mid-year of the study.

    Returns a row for each mid-year: ``median`` (of the absolute relative difference over the
    areas) and ``met`` (areas that agree within the table's rounding).
    """
    printed = table.by_area["population"]
    rows = {}
    for year, people in data.population.groupby("mid_year"):
        ours = people.set_index("area")["population_10plus"].reindex(printed.index)
        off = (printed - ours).abs()
        rows[int(str(year))] = {
            "median": float((off / ours).median()),
            "met": int((off <= ROUNDING / 2).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def to_submission(tables: list[tuple[OfficialTable, str]], data: Data) -> Submission:
    """Turn tables (each with its address) into rows to add.

    Every measure that the study keeps by area goes in, on all levels. Where no national count is
    known for the date, the sum of the areas becomes it; where no denominator is known, the
    mid-year that the table's own population column fits.
    """
    rows: list[dict[str, str]] = []
    for table, url in tables:
        source = _source(table, url, data)
        rows += _area_rows(table, source)
        complete = table.by_area["rso_count"].notna().all()
        if complete and table.date not in data.national("rso_count").index:
            rows.append(_national_row(table, source, data))
    name = tables[0][0].name if len(tables) == 1 else f"{len(tables)} official tables"
    frame = pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype=str).fillna("")
    submission = build_submission(name, frame, data)
    known = set(data.denominators["stock_date"])
    fitted = [
        _denominator_row(t, data)
        for t, _ in tables
        if t.date not in known and "population" in t.by_area
    ]
    return dataclasses.replace(
        submission, rows={**submission.rows, "denominators": pd.DataFrame(fitted, dtype=str)}
    )


def _source(table: OfficialTable, url: str, data: Data) -> dict[str, str]:
    publisher = str(data.settings.get("publisher", "official publisher"))
    return {
        "source": f"official-area-table-{table.date.year}",
        "source_title": f"Area table at {table.date:%Y-%m-%d}, {publisher}",
        "source_url": url,
        "source_kind": "official",
        "quality": "official",
        "date": f"{table.date:%Y-%m-%d}",
    }


def _area_rows(table: OfficialTable, source: dict[str, str]) -> list[dict[str, str]]:
    kept = [m for m in table.by_area if m not in {"population", "total_count"}]
    return [
        {**source, "area": str(area), "measure": measure, "value": _as_printed(measure, value)}
        for area, values in table.by_area[kept].iterrows()
        for measure, value in values.items()
        if not np.isnan(value)
    ]


def _as_printed(measure: object, value: float) -> str:
    """Write a value as the table shows it: a rate stored unrounded is printed as a whole number."""
    if measure == "rso_rate_per_100k" and round(value, 1) != value:
        return f"{np.floor(value + 0.5):.0f}"
    return f"{value:g}" if value != np.floor(value) else f"{value:.0f}"


def _national_row(table: OfficialTable, source: dict[str, str], data: Data) -> dict[str, str]:
    note = f"sum of the {len(table.by_area)} areas of the table"
    if table.apart:
        note += f"; {table.apart:.0f} whom it gives to no area are left out"
    return {
        **source,
        "area": data.nation,
        "measure": "rso_count",
        "value": f"{table.by_area['rso_count'].sum():.0f}",
        "note": note,
    }


def _denominator_row(table: OfficialTable, data: Data) -> dict[str, str]:
    fit = population_fit(table, data)
    year = int(fit["median"].idxmin())
    return {
        "stock_date": f"{table.date:%Y-%m-%d}",
        "mid_year": str(year),
        "evidence": f"population column of the official table: {fit['met'][year]} of "
        f"{len(table.by_area)} areas agree within its rounding",
        "basis": "mid_year_before" if year == table.date.year - 1 else "other",
        "quality": "fitted",
        "source": "derived",
    }
