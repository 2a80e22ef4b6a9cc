"""A reporter's own table of claims: area, date, measure, value."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mappa.data import Data, schema
from mappa.errors import DataError, UnknownName
from mappa.rates.story.check import WORDS, Claim

COLUMNS = ("area", "date", "measure", "value")
#: Everyday names of measures.
ALIASES = {
    "count": "rso_count",
    "rate": "rso_rate_per_100k",
    "change": "rso_change_count",
    "change percent": "rso_change_pct",
}


def measures(data: Data) -> list[str]:
    """Return the measures that can be checked, from the dictionary."""
    d = data.dictionary
    allowed: set[str] = set(WORDS)
    for table in ("area_figures", "national_figures"):
        cell = d[(d["table"] == table) & (d["column"] == "measure")]["allowed"].iloc[0]
        allowed |= set(cell.split("|"))
    return sorted(allowed)


def read_claims(data: Data, path: Path) -> list[Claim]:
    """Return the claims of a CSV with the columns area, date, measure and value.

    ``measure`` is one of the study's or count, rate, change, change percent. Further columns are
    left alone.

    Raises
    ------
    DataError: a column is missing, or a cell is not what it should be (file, row and column).
    """
    raw = schema.read_text_table(path)
    for column in COLUMNS:
        if column not in raw:
            raise DataError(
                f"{path.name} has no column {column!r}: its header must name "
                + ", ".join(COLUMNS)
                + "."
            )
    known = measures(data)
    return [_claim(data, path, known, int(line), row) for line, row in raw.iterrows()]


def _claim(data: Data, path: Path, known: list[str], line: int, row: pd.Series) -> Claim:
    def fail(column: str, why: str) -> DataError:
        return DataError(f"{path.name}, row {line}, column {column}: {why}")

    name, day = row["area"].strip(), row["date"].strip()
    try:
        area = data.nation if name.lower() == data.nation.lower() else data.area(name)
    except UnknownName as error:
        raise fail("area", str(error)) from None
    date = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")
    if pd.isna(date):
        raise fail("date", f"{day!r} is not a date (YYYY-MM-DD).")
    said = " ".join(row["measure"].strip().lower().split())
    measure = ALIASES.get(said, said)
    if measure not in known:
        raise fail("measure", str(UnknownName("measure", row["measure"], [*ALIASES, *known])))
    value = row["value"].strip()
    claim = Claim(f"row {line}", f"{said} of {area}, {day}", area, date, measure, value)
    if measure not in WORDS and claim.value is None:
        raise fail("value", f"{value!r} is not a number.")
    return claim
