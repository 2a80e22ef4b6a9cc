"""The Ministry's area tables: download them, read them by the words of their headers, check them.

The workbooks were never at hand when this was written: only their addresses and a description of
their layout (``official_tables.csv``). So nothing is guessed. The header is the row with a cell
Area; a column is known by its words, and where none or several fit, the table is refused
with the columns that were seen. The first real use is a check of this layout.
"""

import dataclasses
import os
import re
import time
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import pandas as pd

from mappa.data import cells, denominators, measures, workbooks
from mappa.data.area_names import Name
from mappa.data.cells import CellError, Kind, NoFigure, Reading
from mappa.data.figure_rows import Row, pair_forces, read_name, summands
from mappa.data.load import Data
from mappa.data.official_header import find_official
from mappa.data.sheets import LARGEST_FILE
from mappa.data.submission import Submission, build_submission
from mappa.data.tables import Table
from mappa.errors import DataError, UsageError, one_of
from mappa.printed import PER

#: Replaces scheme and host of every address: a mirror, or the tests' own server.
BASE_VARIABLE = "MAPPA_OFFICIAL_BASE"
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 10.0, 30.0, 120.0
#: The Ministry's server is said to answer only who names itself.
HEADERS = {"User-Agent": "mappa (research on MAPPA area tables)"}
#: The 43rd row (from 2023): it manages people of no area and has no population.
NO_AREA = re.compile(r"national security division", re.I)
#: A misread column disagrees almost everywhere, a misprint in a row or two.
AGREEMENT = 0.9
#: Populations are rounded to the nearest 100.
ROUNDING = 100


def addresses(data: Data, years: list[int]) -> pd.DataFrame:
    """Return the rows of official_tables.csv for *years* (all, where none is named).

    Raises UnknownName (exit status 2) for a year without an address.
    """
    table = data.official_tables
    known = [str(d.year) for d in table["stock_date"]]
    for year in years:
        one_of("official table for the year", str(year), known)
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
    page or a file that is too large. A redirect is not followed: a person looks at an address that
    has moved before its figures are taken.
    """
    import requests

    address = resolve(url)
    deadline = time.monotonic() + WHOLE_SECONDS
    limits = CONNECT_SECONDS, READ_SECONDS
    try:
        with requests.get(
            address, headers=HEADERS, timeout=limits, allow_redirects=False, stream=True
        ) as answer:
            _check_status(answer.status_code, answer.headers.get("Location", ""), address)
            content = bytearray()
            for piece in answer.iter_content(65_536):
                content += piece
                if len(content) > LARGEST_FILE:
                    raise DataError(f"{address} sends more than a table of areas needs.")
                if time.monotonic() > deadline:
                    raise requests.Timeout
    except requests.Timeout:
        raise DataError(f"{address} did not answer in time: try again later.") from None
    except requests.RequestException as error:
        raise DataError(f"{address} cannot be reached ({type(error).__name__}).") from None
    return bytes(content)


def _check_status(status: int, location: str, address: str) -> None:
    if status == 200:
        return
    why = f"answers with status {status} in place of a workbook"
    if 300 <= status < 400:
        why = f"redirects to {location or 'no address'}: if the table is there now, put that "
        why += "address into official_tables.csv"
    elif status in {404, 410}:
        why = f"has no table any more (status {status}): find its new address and put it into "
        why += "official_tables.csv"
    raise DataError(f"{address} {why}.")


@dataclasses.dataclass(frozen=True)
class OfficialTable:
    """A table as read from the file *name* for a stock date.

    *by_area* has a row for each area of the study, in its order; columns are the measures found.
    *apart* are people on the register whom the table gives to no area (missing: none); *unused* are
    headers that no measure was known by; *doubts* are sentences on rows whose figures do not agree.
    """

    name: str
    date: pd.Timestamp
    by_area: pd.DataFrame
    apart: float | None
    unused: tuple[str, ...]
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]


def read_official(content: bytes, name: str, date: pd.Timestamp, data: Data) -> OfficialTable:
    """Read one of the Ministry's tables and check that its columns are what they seem.

    *content* is the bytes of the workbook or CSV *name*, for the stock date *date*. Raises
    DataError, one sentence; that on an unknown layout names the columns seen.
    """
    table, titles = find_official(workbooks.read_sheets(content, name), date, name)
    rows, remarks = _rows(table, titles, data)
    rows, summed = _sum_parts(table, rows, data)
    figures = pd.DataFrame([row.cells for row in rows], [row.name.name for row in rows])
    figures = figures.replace("", np.nan).astype(float)
    kinds = pd.Series([row.name.kind for row in rows], figures.index)
    areas = figures[kinds == "area"]
    if missing := [a for a in data.names if a not in areas.index]:
        listed = f"{len(data.names) - len(missing)} of the {len(data.names)} areas"
        raise DataError(f"{name} lists {listed}: {missing[0]} is missing.")
    by_area = areas.loc[data.names].rename_axis("area")
    apart = next(iter(figures.loc[kinds == "apart", "rso_count"]), None)
    printed = zip(rows, figures["rso_count"], strict=True)
    for row, total in ((r, n) for r, n in printed if r.name.kind in {"sum", "nation"}):
        parts = summands(row.name, by_area["rso_count"], data)
        if np.isnan(total) or parts is None:
            continue
        if total not in {parts.sum(), parts.sum() + (apart or 0) * (len(parts) == len(by_area))}:
            column = titles[table.columns["rso_count"]]
            raise DataError(
                f"{name}, row {row.line} ({row.name.name}), column {column!r}: its areas "
                f"sum to {parts.sum():,.0f}, its total row says {total:,.0f}; right: the sum of "
                "its areas, or no such row."
            )
    used = table.columns.values()
    return OfficialTable(
        name=name,
        date=date,
        by_area=by_area,
        apart=apart,
        unused=tuple(t for place, t in titles.items() if t and place not in used),
        doubts=_verify(by_area, name, data),
        remarks=(*table.remarks, *remarks, *summed),
    )


def _rows(table: Table, titles: dict[int, str], data: Data) -> tuple[list[Row], list[str]]:
    """Return the rows under the header that have any number, and what was taken in reading them."""
    kinds = measures.kinds(data.dictionary)
    kinds["population"] = Kind("a whole number of people, 1 or more", True, 1, None, "people")
    rows: list[Row] = []
    remarks: list[str] = []
    for line in table.lines:
        title = cells.without_notes(table.cell(line, "area"))[0]
        if NO_AREA.search(title):
            name, taken = Name("apart", title), list[str]()
        else:
            name, taken = read_name(table, line, data)
        here = f"{table.file}, row {line}"
        if twin := next((r for r in rows if r.name == name and name.kind != "sum"), None):
            raise DataError(f"{here}: {title!r} stands twice (first in row {twin.line}).")
        row = Row(line, name, {})
        for measure, place in table.columns.items():
            if measure != "area":
                column = repr(titles[place])
                reading = _value(table, row, measure, kinds[measure], column)
                row.cells[measure], said = reading.text, reading.remark
                taken += [f"{here} ({title}), column {column}: {said}."] * bool(said)
        rows.append(row)
        hidden = [f"{here} ({title}) is hidden in the sheet and was read."]
        remarks += [*taken, *hidden * (line in table.sheet.hidden)]
    return rows, remarks


def _value(table: Table, row: Row, measure: str, kind: Kind, column: str) -> Reading:
    """Read a cell: a dash is zero, an empty cell or a sign for not available is missing."""
    cell, name = table.cell(row.line, measure), row.name
    is_area = name.kind in {"area", "part"}
    if not cell.text:
        if is_area and measure == "rso_count":
            raise DataError(f"{table.file}, row {row.line} ({name.name}): the count is empty.")
        return Reading("")
    loose = kind if is_area else dataclasses.replace(kind, low=0, high=None)
    try:
        return cells.read_number(cell, loose)
    except NoFigure as sign:
        if sign.sign in cells.DASHES:
            return Reading("0" if is_area or name.kind == "apart" else "")
        said = f"{sign.sign} {sign.means}, and no figure was read"
        return Reading("", said if is_area else "")
    except CellError as error:
        raise table.error(row.line, column, f"{error} ({name.name})") from None


def _sum_parts(table: Table, rows: list[Row], data: Data) -> tuple[list[Row], list[str]]:
    """Sum the two forces of London; their rates are not added up."""
    others, pairs = pair_forces(table, rows, data)
    remarks = []
    for twins in pairs:
        area, given = twins[0].name.area, [twin.cells for twin in twins]
        values = {m: [each[m] for each in given] for m in given[0]}
        both = {m: f"{sum(map(float, two))}" if all(two) else "" for m, two in values.items()}
        both["rso_rate_per_100k"] = ""
        others.append(Row(twins[0].line, Name("area", area, area), both))
        said = f"{' and '.join(t.name.name for t in twins)} were summed to {area}"
        remarks.append(f"{table.file}: {said}; their rates were not added up.")
    return others, remarks


def _verify(t: pd.DataFrame, name: str, data: Data) -> tuple[str, ...]:
    """Compare the columns with each other; return sentences on single rows that do not agree."""
    off: dict[str, pd.Series] = {}
    parts = ["rso_count", "violent_count", "category3_count"]
    if {*parts, "total_count"} <= set(t):
        known = t[[*parts, "total_count"]].dropna()
        summed = known[parts].sum(axis=1)
        off["categories 1 to 3 do not sum to the total"] = summed != known["total_count"]
    if {"rso_rate_per_100k", "population"} <= set(t):
        half, rate = ROUNDING / 2, t["rso_rate_per_100k"]
        low = t["rso_count"] / (t["population"] + half) * PER - 0.5
        high = t["rso_count"] / (t["population"] - half) * PER + 0.5
        agrees = rate.between(low - 1e-9, high + 1e-9)[rate.notna() & low.notna()]
        off["count over population is not the rate"] = ~agrees
    for what, areas in off.items():
        if areas.mean() > 1 - AGREEMENT:
            raise DataError(
                f"{name}: {what} in {areas.sum()} of {len(areas)} areas: its columns are not what "
                "they seem."
            )
    if "population" in t and _population_fit(t["population"], data)["median"].min() > 0.02:
        raise DataError(f"{name}: its population column is like no mid-year of population.csv.")
    return tuple(
        f"{name}: {what} in {area}." for what, bad in off.items() for area in bad.index[bad]
    )


def _population_fit(printed: pd.Series, data: Data) -> pd.DataFrame:
    """Compare a table's population column (by area) with each mid-year of the study.

    Returns a row for each mid-year: ``median`` (of the absolute relative difference over the
    areas) and ``met`` (areas that agree within the table's rounding).
    """
    ours = data.ten_plus.reindex(printed.index)
    off = ours.rsub(printed, axis=0).abs()
    return pd.DataFrame({"median": (off / ours).median(), "met": (off <= ROUNDING / 2).sum()})


def to_submission(tables: list[tuple[OfficialTable, str]], data: Data) -> Submission:
    """Turn tables (each with its address) into rows to add.

    Every measure that the study has by area goes in, on all levels. Where no national count is
    known for the date, the sum of the areas becomes it; where no denominator is known, the
    mid-year that the table's own population column fits.
    """
    rows = [row for table, url in tables for row in _rows_to_add(table, url, data)]
    name = tables[0][0].name if len(tables) == 1 else f"{len(tables)} official tables"
    frame = pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype=str).fillna("")
    submission = build_submission(name, frame, data)
    fitted = []
    for table, _ in tables:
        if "population" in table.by_area and table.date not in set(data.denominators["stock_date"]):
            fit = _population_fit(table.by_area["population"], data)
            year = int(fit["median"].idxmin())
            evidence = f"population column of the official table: {fit['met'][year]} of "
            evidence += f"{len(table.by_area)} areas agree within its rounding"
            fitted.append(denominators.row(f"{table.date:%Y-%m-%d}", year, evidence, "fitted"))
    more = {"denominators": pd.DataFrame(fitted, dtype=str)}
    return dataclasses.replace(submission, rows={**submission.rows, **more})


def _rows_to_add(table: OfficialTable, url: str, data: Data) -> list[dict[str, str]]:
    day, publisher = f"{table.date:%Y-%m-%d}", data.settings.get("publisher", "official publisher")
    source = {
        "source": f"official-area-table-{table.date.year}",
        "source_title": f"Area table at {day}, {publisher}",
        "source_url": url,
        "source_kind": "official",
        "quality": "official",
        "date": day,
    }
    figures = table.by_area.drop(columns=["population", "total_count"], errors="ignore")
    rows = [
        {**source, "area": area, "measure": measure, "value": _as_printed(measure, value)}
        for (area, measure), value in figures.stack().dropna().items()
    ]
    counts = figures["rso_count"]
    if counts.notna().all() and table.date not in data.national("rso_count").index:
        note = f"sum of the {len(counts)} areas of the table"
        if table.apart:
            note += f"; {table.apart:.0f} whom it gives to no area are left out"
        total = {"area": data.nation, "measure": "rso_count", "value": f"{counts.sum():.0f}"}
        rows.append({**source, **total, "note": note})
    return rows


def _as_printed(measure: object, value: float) -> str:
    """Write a value as the table shows it: a rate stored unrounded is printed as a whole number."""
    if measure == "rso_rate_per_100k" and round(value, 1) != value:
        return f"{np.floor(value + 0.5):.0f}"
    return f"{value:g}" if value != np.floor(value) else f"{value:.0f}"
