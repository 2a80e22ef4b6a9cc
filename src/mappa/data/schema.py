"""The schema of the tables, built from ``data/dictionary.csv``: what is documented is enforced.

Every error is one sentence that names file, row (line of the file), column and rule.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from mappa.errors import DataError

DICTIONARY_COLUMNS = (
    "table",
    "column",
    "type",
    "key",
    "required",
    "minimum",
    "maximum",
    "allowed",
    "unit",
    "meaning",
    "missing",
)
_PATTERNS = {
    "slug": r"[a-z0-9]+(?:-[a-z0-9]+)*",
    "slug_": r"[a-z0-9]+(?:_[a-z0-9]+)*",
    "url": r"https?://\S+",
}
#: How the text of a number may look, and what it is called.
_NUMBERS = {
    "integer": (r"-?\d+", "a whole number"),
    "number": (r"-?(?:\d+\.?\d*|\.\d+)(?:[eE]-?\d+)?", "a number"),
}
#: What makes a cell of a table of figures: at most one of its values is preferred.
CELLS = {
    "area_figures": ("area", "date", "measure", "basis"),
    "national_figures": ("date", "measure", "category"),
}
_TYPES = {"text", "date", "integer", "number", "boolean", "code", "area", "area_or_nation"}
_TYPES |= {"sources", *_PATTERNS}
# A name that steps out of its folder or opens a tag has no place in a file name or an address.
_PRINTED = r"^[^\x00-\x08\x0b-\x1f\x7f]*\Z"


def read_text_table(path: Path) -> pd.DataFrame:
    """Read a CSV as text, every cell as written.

    Returns a frame of strings whose index is the line of the file (2 for the first row).
    Raises DataError where the file is missing, is not UTF-8 or has rows of another width.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, None)
            if not header:
                raise DataError(f"{path.name} is empty: its first line must name the columns.")
            doubled = sorted({c for c in header if header.count(c) > 1})
            if doubled:
                raise DataError(f"{path.name} names column {doubled[0]!r} twice in its header.")
            rows, lines = [], []
            for row in reader:
                if not row:
                    continue
                if len(row) != len(header):
                    raise DataError(
                        f"{path.name}, row {reader.line_num}: {len(row)} cells where the header "
                        f"has {len(header)}; quote a cell that holds a comma."
                    )
                rows.append(row)
                lines.append(reader.line_num)
    except FileNotFoundError:
        raise DataError(f"{path.name} is missing from {path.parent}.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path.name} is not UTF-8 text: save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise DataError(f"{path.name} is not a well-formed CSV: {error}.") from None
    return pd.DataFrame(rows, columns=header, index=pd.Index(lines, name="row"), dtype=str)


def read_dictionary(folder: Path) -> pd.DataFrame:
    """Read the data dictionary, a row for each column of each table."""
    frame = read_text_table(folder / "dictionary.csv")
    for column in DICTIONARY_COLUMNS:
        if column not in frame:
            raise DataError(f"dictionary.csv has no column {column!r}.")
    for row, kind in frame["type"].items():
        if kind not in _TYPES:
            raise DataError(f"dictionary.csv, row {row}, column type: {kind!r} is no known type.")
    return frame


def rules(table: str, dictionary: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the dictionary that describe the columns of a table, in their order."""
    return dictionary[dictionary["table"] == table]


def keys(table: str, dictionary: pd.DataFrame) -> list[str]:
    """Return the columns that together name a row of a table."""
    described = rules(table, dictionary)
    return list(described.loc[described["key"] == "yes", "column"])


def _parse(table: str, rule: Any, cells: pd.Series) -> pd.Series:
    """Turn the text of a column into its type, naming the first cell that does not fit."""
    kind = rule["type"]
    empty = cells == ""
    if rule["required"] == "yes":
        refuse(table, cells, empty, "must not be empty")
    if kind in _NUMBERS:
        pattern, wanted = _NUMBERS[kind]
        refuse(table, cells, ~empty & ~cells.str.fullmatch(pattern), f"{{!r}} is not {wanted}")
        numbers = pd.to_numeric(cells.where(~empty))
        return numbers.astype("int64") if kind == "integer" and not empty.any() else numbers
    if kind == "date":
        dates = pd.to_datetime(cells.where(~empty), format="%Y-%m-%d", errors="coerce")
        bad = ~empty & (dates.isna() | ~cells.str.fullmatch(r"\d{4}-\d\d-\d\d"))
        refuse(table, cells, bad, "{!r} is not a date (YYYY-MM-DD)")
        return dates
    if kind == "boolean":
        refuse(table, cells, ~cells.isin(["true", "false"]), "{!r} is not true or false")
        return cells == "true"
    return cells.astype(str)  # an empty table has columns of no type


def fail(table: str, row: Any, column: Any, rule: str) -> None:
    """Raise the one sentence about a cell."""
    raise DataError(f"{table}.csv, row {row}, column {column}: {rule}.")


def refuse(table: str, cells: pd.Series, bad: Any, rule: str) -> None:
    """Raise the one sentence about the first *bad* cell of a column, if any.

    *rule* may hold a place ``{!r}`` for what the cell holds.
    """
    for row, cell in cells[bad][:1].items():
        fail(table, row, cells.name, rule.format(cell))


def _column(rule: Any) -> pa.Column:
    checks: list[pa.Check] = []
    kind = rule["type"]
    convert = pd.Timestamp if kind == "date" else float
    if low := rule["minimum"]:
        checks.append(pa.Check.ge(convert(low), error=f"is below {low}"))
    if high := rule["maximum"]:
        checks.append(pa.Check.le(convert(high), error=f"is above {high}"))
    if rule["allowed"]:
        allowed = rule["allowed"].split("|")
        checks.append(pa.Check.isin(allowed, error="is not one of " + ", ".join(allowed)))
    if kind in _PATTERNS:
        said = {"url": "is not a web address"}.get(kind, "is not a plain lower-case name")
        checks.append(pa.Check.str_matches(rf"^(?:{_PATTERNS[kind]})?\Z", error=said))
    if kind not in {*_NUMBERS, "date", "boolean"}:
        checks.append(pa.Check.str_matches(_PRINTED, error="holds a control character"))
    return pa.Column(None, checks=checks, nullable=rule["required"] != "yes")


def build_schema(rules: pd.DataFrame) -> pa.DataFrameSchema:
    """Return the pandera schema of a table from its rows of the dictionary."""
    return pa.DataFrameSchema({rule["column"]: _column(rule) for _, rule in rules.iterrows()})


def _check_measures(table: str, frame: pd.DataFrame, dictionary: pd.DataFrame) -> None:
    """Hold each figure to the type and range of its measure (rows ``measures`` of dictionary)."""
    if table not in {"area_figures", "national_figures"}:
        return
    rules = dictionary[dictionary["table"] == "measures"].set_index("column")
    measure, value = frame["measure"], frame["value"]
    low, high = (measure.map(rules[c].astype(float)) for c in ("minimum", "maximum"))
    part = measure.map(rules["type"] == "integer").eq(True) & (value % 1 != 0)
    bad = (value < low) | (value > high) | part
    if bad.any():
        row = frame.index[bad][0]
        kind = "number" if rules.at[measure[row], "type"] == "number" else "whole number"
        fail(
            table,
            row,
            "value",
            f"{value[row]:g} is no {measure[row]}, a {kind} of {low[row]:g} to {high[row]:g}",
        )


def validate_table(table: str, raw: pd.DataFrame, dictionary: pd.DataFrame) -> pd.DataFrame:
    """Return *raw* typed and validated against the dictionary.

    Parameters
    ----------
    table: name of the table, without ``.csv``.
    raw: the cells as text, indexed by line (see :func:`read_text_table`).
    dictionary: the data dictionary.

    Raises
    ------
    DataError: the first rule that is broken, with file, row and column.
    """
    described = rules(table, dictionary)
    if described.empty:
        raise DataError(f"{table}.csv is not described in dictionary.csv.")
    wanted = list(described["column"])
    for column in wanted:
        if column not in raw:
            raise DataError(
                f"{table}.csv has no column {column!r}: its header must name " + ", ".join(wanted)
            )
    for column in raw.columns:
        if column not in wanted:
            raise DataError(f"{table}.csv has a column {column!r} that dictionary.csv lacks.")
    frame = pd.DataFrame(
        {
            rule["column"]: _parse(table, rule, raw[rule["column"]])
            for _, rule in described.iterrows()
        },
        index=raw.index,
    )
    try:
        build_schema(described).validate(frame, lazy=True)
    except SchemaErrors as errors:
        case = errors.failure_cases.sort_values("index").iloc[0]
        value = case["failure_case"]
        shown = f"{value:g}" if isinstance(value, float) else str(value)[:80]
        fail(table, case["index"], case["column"], f"{shown!r} {case['check']}")
    _check_measures(table, frame, dictionary)
    named = keys(table, dictionary)
    if named:
        # Several sources may give one cell; what counts as a repeat is the same key and value.
        doubled = frame.duplicated(named, keep="first")
        if doubled.any():
            row = frame.index[doubled][0]
            twin = frame.index[(frame[named] == frame.loc[row, named]).all(axis=1)][0]
            raise DataError(
                f"{table}.csv, row {row}: repeats row {twin} (the same {', '.join(named)}); "
                "one of them must go."
            )
    return frame
