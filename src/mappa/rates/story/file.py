"""A reporter's own table of claims: area, date, measure, value."""

import dataclasses
import datetime as dt
from pathlib import Path

import pandas as pd

from mappa.data import Data, cells, figure_rows, measures, workbooks
from mappa.data.cells import CellError
from mappa.data.figure_rows import one_of_two
from mappa.data.tables import Layout, Table, find_table
from mappa.errors import DataError, MappaError, UnknownName
from mappa.rates.story.check import WORDS
from mappa.rates.story.claims import Claim

LAYOUT = Layout("claims", ("area", "date", "measure", "value"))
#: More than any story prints; each is recomputed.
MOST_CLAIMS = 1_000
_FIRST, _LAST = dt.date(1900, 1, 1), dt.date(2099, 12, 31)


def known_measures(data: Data) -> list[str]:
    """Return the measures that can be checked, from the dictionary."""
    return sorted({*WORDS, *measures.kinds(data.dictionary)})


@dataclasses.dataclass
class Claims:
    """The claims of a file, sentences on what was taken in reading them, and the rows refused."""

    claims: list[Claim]
    remarks: list[str]
    errors: list[MappaError]


def read_claims(data: Data, path: Path) -> Claims:
    """Return the claims of a table (CSV, ODS, XLS, XLSX).

    A bad row does not stop the others from being answered: its error is returned with them.

    Raises
    ------
    DataError: there is no table of claims in the file, or it is larger than any story.
    """
    table = find_table(workbooks.read_file(path), path.name, [LAYOUT])
    if len(table.lines) > MOST_CLAIMS:
        raise DataError(
            f"{path.name} has {len(table.lines):,} claims, and at most {MOST_CLAIMS:,} are "
            "checked at once: part the file."
        )
    known = known_measures(data)
    read = Claims([], list(table.remarks), [])
    for line in table.lines:
        try:
            claim, said = _claim(data, table, known, line)
        except MappaError as error:
            read.errors.append(error)
        else:
            read.claims.append(claim)
            read.remarks += said
    return read


def _claim(data: Data, table: Table, known: list[str], line: int) -> tuple[Claim, list[str]]:
    """Return a row's claim and what was taken; DataError with row and column."""
    name, remarks = figure_rows.read_name(table, line, data)
    if name.kind == "part":
        raise one_of_two(table, line, name, data)
    if name.kind == "sum":
        raise table.error(line, "area", f"{name.name} is a sum of areas, of which no claim is kept")
    column, early = "date", table.sheet.from_1904
    try:
        day = cells.read_date(table.cell(line, "date"), _FIRST, _LAST, from_1904=early)
        column = "measure"
        said = table.text(line, "measure")
        measure, taken = measures.named(said, known, "area_figures")
        column, cell = "value", table.cell(line, "value")
        kind = measures.kinds(data.dictionary).get(measure)
        if kind is None:
            text, noted = cell.text, ""
        else:
            reading = cells.read_number(cell, kind)
            text, noted = as_printed(cell.text, reading.text), reading.remark
    except (CellError, UnknownName) as error:
        raise table.error(line, column, str(error)) from None
    plain = measure not in WORDS and measure != said and said.lower() not in _SHORT
    pairs = (("date", day.remark), ("measure", taken if plain else ""), ("value", noted))
    remarks += [f"{table.file}, row {line}, column {c}: {r}." for c, r in pairs if r]
    shown = f"{said.lower()} of {name.name}, {day.text}"
    return Claim(f"row {line}", shown, name.name, pd.Timestamp(day.text), measure, text), remarks


_SHORT = {"count", "rate", "change", "change percent"}


def as_printed(cell: str, plain: str) -> str:
    """Return the number with the decimals that the cell shows: 132.0 is not printed as 132."""
    decimals = len(cell.partition(".")[2].rstrip(" %"))
    shown = len(plain.partition(".")[2])
    if not 0 < decimals <= 6 or decimals <= shown:
        return plain
    return f"{plain}{'' if shown else '.'}{'0' * (decimals - shown)}"
