"""The Ministry's area tables: download them, read them by the words of their headers, check them.

The workbooks were never at hand when this was written: only their addresses and a description of
their layout (``official_tables.csv``). So nothing is guessed. The header is the row whose first
cell is Area; a column is known by its words, and where none or several fit, the table is refused
with the columns that were seen. The first real use is a check of this layout.
"""

from __future__ import annotations

import dataclasses
import os
import re
import time
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import pandas as pd

from mappa.data import workbooks
from mappa.data.add import Submission, build_submission
from mappa.data.load import Data
from mappa.errors import DataError, UnknownName, UsageError

#: Replaces scheme and host of every address: a mirror, or the tests' own server.
BASE_VARIABLE = "MAPPA_OFFICIAL_BASE"
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 10.0, 30.0, 120.0

#: The 43rd row (from 2023): it manages people of no area and has no population.
NO_AREA = re.compile(r"national security division", re.I)
_TOTAL = re.compile(r"(grand )?total|all areas|national( total)?", re.I)
_DASHES = {"-", "\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}"}
_NOTE = re.compile(r"[\[(]\s*(?:see\s+)?(?:notes?\s*)?\w{1,2}(?:\s*,\s*\w{1,2})*\s*[\])]", re.I)
_RAISED = re.compile("[¹²³⁰⁴-⁹]+")
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
    Wanted("total_count", r"total\s*mappa\s*offend", r"per\W*1|\brate|level|change|percent|%"),
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
    """

    name: str
    date: pd.Timestamp
    by_area: pd.DataFrame
    apart: float | None
    printed_total: float | None
    lines: dict[str, int]
    unused: tuple[str, ...]
    doubts: tuple[str, ...]


def addresses(data: Data, years: list[int]) -> pd.DataFrame:
    """Return the rows of official_tables.csv for *years* (all, where none is named).

    Raises UnknownName (exit status 2) for a year without an address.
    """
    table = data.official_tables
    known = [str(d.year) for d in table["stock_date"]]
    for year in years:
        if str(year) not in known:
            raise UnknownName("official table for the year", str(year), known)
    return table[table["stock_date"].dt.year.isin(years)] if years else table


def resolve(url: str) -> str:
    """Return the address to ask: *url*, with the mirror's scheme and host where one is named."""
    base = os.environ.get(BASE_VARIABLE)
    if not base:
        return url
    mirror, parts = urlsplit(base), urlsplit(url)
    if not mirror.scheme or not mirror.netloc:
        raise UsageError(f"{BASE_VARIABLE} must be an address such as https://mirror.example.")
    path = mirror.path.rstrip("/") + parts.path
    return urlunsplit((mirror.scheme, mirror.netloc, path, parts.query, ""))


def download(url: str) -> bytes:
    """Return the bytes at *url*.

    Raises DataError, one sentence, for a time-out, a refused connection, a redirect, a missing
    page or a file that is too large. A redirect is not followed: an address that has moved is
    looked at by a person before its figures are taken.
    """
    import requests

    address = resolve(url)
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        with requests.get(
            address, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, stream=True
        ) as answer:
            _check_status(answer.status_code, answer.headers.get("Location", ""), address)
            content = bytearray()
            for piece in answer.iter_content(65_536):
                content += piece
                if len(content) > workbooks.LARGEST_FILE:
                    raise DataError(f"{address} sends more than a table of areas needs.")
                if time.monotonic() > deadline:
                    raise requests.Timeout
    except requests.Timeout:
        raise DataError(f"{address} did not answer in time: try again later.") from None
    except requests.RequestException as error:
        raise DataError(f"{address} cannot be reached ({type(error).__name__}).") from None
    return bytes(content)


def _check_status(status: int, location: str, address: str) -> None:
    if 300 <= status < 400:
        raise DataError(
            f"{address} redirects to {location or 'no address'}: if the table is there now, "
            "put that address into official_tables.csv."
        )
    if status in {404, 410}:
        raise DataError(
            f"{address} has no table any more (status {status}): find its new address and put "
            "it into official_tables.csv."
        )
    if status != 200:
        raise DataError(f"{address} answers with status {status} in place of a workbook.")


def read_official(content: bytes, name: str, date: pd.Timestamp, data: Data) -> OfficialTable:
    """Read one of the Ministry's workbooks and check that its columns are what they seem.

    Parameters
    ----------
    content: the bytes of the workbook.
    name: its file name, for errors.
    date: the stock date it is for.
    figures: the study's figures: the areas and the populations to recognise.

    Raises
    ------
    DataError: one sentence; an unknown layout is told with the columns seen.
    """
    if workbooks.kind_of(content, name) == "csv":
        raise DataError(f"{name} is no workbook: the Ministry's area tables are XLS, XLSX or ODS.")
    cells = workbooks.read_sheets(content, name)[-1].cells
    top = _header_row(cells, name)
    _check_year(cells[:top], date, name)
    headers = [_clean(c) for c in cells[top]]
    where = _match_columns(headers, name)
    rows = _rows(cells, top, where, headers, name, data)
    table = _assemble(rows, where, headers, name, date, data)
    return dataclasses.replace(table, doubts=_verify(table, data))


def _clean(cell: str) -> str:
    """Return a header or name on one line, without notes such as [note 1], (2) or a raised 3."""
    return " ".join(_RAISED.sub("", _NOTE.sub(" ", " ".join(cell.split()))).split())


def _header_row(cells: list[list[str]], name: str) -> int:
    found = [i for i, row in enumerate(cells) if row and _clean(row[0]).lower() == "area"]
    if len(found) != 1:
        what = "no row" if not found else f"{len(found)} rows"
        raise DataError(
            f"{name} is laid out in an unknown way: its last sheet has {what} whose first cell "
            "is Area."
        )
    return found[0]


def _check_year(titles: list[list[str]], date: pd.Timestamp, name: str) -> None:
    """Refuse another year's table, where the lines above the header name years at all."""
    text = " ".join(c for row in titles for c in row)
    years = {int(y) for y in re.findall(r"\b(20\d\d)\b", text)}
    pairs = re.findall(r"\b20(\d\d)\s*[/\N{EN DASH}-]\s*(?:20)?(\d\d)\b", text)
    years |= {2000 + int(end) for start, end in pairs if int(end) == int(start) + 1}
    if years and date.year not in years:
        shown = ", ".join(map(str, sorted(years)))
        raise DataError(f"{name} names {shown} above its table, not {date.year}: has it moved?")


def _match_columns(headers: list[str], name: str) -> dict[str, int]:
    """Return measure to column. Refuse what is missing or ambiguous, with the columns seen."""
    seen = "; ".join(h for h in headers if h)
    where = {}
    for wanted in COLUMNS:
        fits = [
            i
            for i, h in enumerate(headers)
            if i and re.search(wanted.has, h, re.I) and not re.search(wanted.lacks, h, re.I)
        ]
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


def _rows(
    cells: list[list[str]],
    top: int,
    where: dict[str, int],
    headers: list[str],
    name: str,
    data: Data,
) -> dict[str, tuple[int, dict[str, float | None]]]:
    """Return the rows under the header by area, ``total`` and ``apart`` (row of the sheet, values).

    A line without anything in its number columns is a heading or a note.
    """
    found: dict[str, tuple[int, dict[str, float | None]]] = {}
    for line, row in enumerate(cells[top + 1 :], start=top + 2):
        title = _clean(row[0]) if row else ""
        texts = {m: row[i] if i < len(row) else "" for m, i in where.items()}
        if not title or not any(texts.values()):
            continue
        key = _row_key(title, line, name, data)
        if key in found:
            raise DataError(
                f"{name}, row {line}: {title!r} stands twice (first in row {found[key][0]})."
            )
        values = {
            m: _number(text, f"{name}, row {line} ({title}), column {headers[where[m]]!r}")
            for m, text in texts.items()
        }
        found[key] = (line, values)
    return found


def _row_key(title: str, line: int, name: str, data: Data) -> str:
    if NO_AREA.search(title):
        return "apart"
    plain = title.replace("&", "and")
    if plain.lower() == data.nation.lower() or _TOTAL.fullmatch(plain):
        return "total"
    try:
        return data.area(plain)
    except UnknownName as error:
        raise DataError(f"{name}, row {line}: {error}") from None


def _number(text: str, where: str) -> float | None:
    """Read a cell: a dash is zero, an empty cell is missing, anything else must be a number."""
    if text in _DASHES:
        return 0.0
    if not text:
        return None
    plain = text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) else text
    if not re.fullmatch(r"\d+(\.\d+)?", plain):
        raise DataError(f"{where}: {text!r} is not a number that this column can hold.")
    return float(plain)


def _assemble(
    rows: dict[str, tuple[int, dict[str, float | None]]],
    where: dict[str, int],
    headers: list[str],
    name: str,
    date: pd.Timestamp,
    data: Data,
) -> OfficialTable:
    missing = [a for a in data.names if a not in rows]
    if missing:
        raise DataError(
            f"{name} lists {len(data.names) - len(missing)} of the {len(data.names)} areas: "
            f"{missing[0]} is missing."
        )
    by_area = pd.DataFrame(
        {m: [rows[a][1][m] for a in data.names] for m in where},
        index=pd.Index(data.names, name="area"),
        dtype=float,
    )
    for column in where:
        whole = column != "rso_rate_per_100k"
        for area, value in by_area[column].items():
            if np.isnan(value) and column == "rso_count":
                raise DataError(f"{name}, row {rows[str(area)][0]} ({area}): the count is empty.")
            if whole and not np.isnan(value) and value != np.floor(value):
                raise DataError(
                    f"{name}, row {rows[str(area)][0]} ({area}): {value:g} in column "
                    f"{headers[where[column]]!r} is not a whole number."
                )
    used = {0, *where.values()}
    return OfficialTable(
        name=name,
        date=date,
        by_area=by_area,
        apart=rows["apart"][1]["rso_count"] if "apart" in rows else None,
        printed_total=rows["total"][1]["rso_count"] if "total" in rows else None,
        lines={a: rows[a][0] for a in data.names},
        unused=tuple(h for i, h in enumerate(headers) if h and i not in used),
        doubts=(),
    )


def _verify(table: OfficialTable, data: Data) -> tuple[str, ...]:
    """Let the columns vouch for each other; a column that seldom agrees was misread.

    Returns sentences on the single rows that do not agree.
    """
    t, doubts = table.by_area, list[str]()
    parts = ["rso_count", "violent_count", "category3_count"]
    if {*parts, "total_count"} <= set(t):
        off = t[parts].fillna(0).sum(axis=1) != t["total_count"]
        doubts += _agree(off, table.name, "categories 1 to 3 do not sum to the total")
    if {"rso_rate_per_100k", "population"} <= set(t):
        half = ROUNDING / 2
        low = t["rso_count"] / (t["population"] + half) * 1e5 - 0.5
        high = t["rso_count"] / (t["population"] - half) * 1e5 + 0.5
        off = ~t["rso_rate_per_100k"].between(low - 1e-9, high + 1e-9)
        doubts += _agree(off, table.name, "count over population is not the rate")
    if "population" in t:
        fit = population_fit(table, data)
        if fit["median"].min() > 0.02:
            raise DataError(
                f"{table.name}: its population column is like no mid-year of population.csv."
            )
    if table.printed_total is not None:
        summed = t["rso_count"].sum()
        if table.printed_total not in {summed, summed + (table.apart or 0)}:
            raise DataError(
                f"{table.name}: its areas sum to {summed:,.0f}, its total row says "
                f"{table.printed_total:,.0f}."
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
        if table.date not in data.national("rso_count").index:
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
