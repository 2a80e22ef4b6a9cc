"""The schema of the tables, built from ``data/dictionary.csv``: what is documented is enforced.

Every error is one sentence that names file, row (line of the file), column and rule.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mappa.errors import DataError
from mappa.files import json_text

if TYPE_CHECKING:
    from mappa.data.load import Data

#: The description of the tables for other programs; it holds the digest of each file.
PACKAGE = "datapackage.json"
DICTIONARY = "dictionary.csv"
_RULES = ("type", "key", "required", "minimum", "maximum", "allowed", "unit", "meaning", "missing")
DICTIONARY_COLUMNS = ("table", "column", *_RULES)
#: How the text of a type must look, and what it is called then.
_FORMS = {
    "integer": (r"-?\d+", "a whole number"),
    "number": (r"-?(?:\d+\.?\d*|\.\d+)(?:[eE]-?\d+)?", "a number"),
    "date": (r"\d{4}-\d\d-\d\d", "a date (YYYY-MM-DD)"),
    "boolean": (r"true|false", "true or false"),
    "slug": (r"[a-z0-9]+(?:-[a-z0-9]+)*", "a plain lower-case name"),
    "slug_": (r"[a-z0-9]+(?:_[a-z0-9]+)*", "a plain lower-case name"),
    "url": (r"https?://\S+", "a web address"),
}
#: The types of the dictionary in a data package; any other is text.
_JSON_TYPES = {"date": "date", "integer": "integer", "number": "number", "boolean": "boolean"}
Json = dict[str, object]
#: What makes a cell of a table of figures: at most one of its values is preferred.
CELLS = {
    "area_figures": ("area", "date", "measure", "basis"),
    "national_figures": ("date", "measure", "category"),
}
_TYPES = {"text", "code", "area", "area_or_nation", "sources", *_FORMS}
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"


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
                if row and len(row) != len(header):
                    raise DataError(
                        f"{path.name}, row {reader.line_num}: {len(row)} cells where the header "
                        f"has {len(header)}; quote a cell that holds a comma."
                    )
                if row:
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
    frame = read_text_table(folder / DICTIONARY)
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


def _column(table: str, rule: pd.Series, cells: pd.Series) -> pd.Series:
    """Return the text of a column in its type; DataError for the first cell that breaks a rule."""
    cells = cells.astype(str)  # a column without a cell has no type
    kind, given = rule["type"], cells != ""
    form, wanted = _FORMS.get(kind, ("(?s:.*)", ""))
    wrong = f"{{!r}} is not {wanted}"
    if rule["required"] == "yes":
        refuse(table, cells, ~given, "must not be empty")
    refuse(table, cells, given & ~cells.str.fullmatch(form), wrong)
    values = cells == "true" if kind == "boolean" else cells
    convert: Callable[[str], Any] = float
    if kind in {"integer", "number"}:
        values = pd.to_numeric(cells.where(given))
        if kind == "integer" and given.all():
            values = values.astype("int64")
    elif kind == "date":
        convert = pd.Timestamp
        values = pd.to_datetime(cells.where(given), format="%Y-%m-%d", errors="coerce")
        refuse(table, cells, given & values.isna(), wrong)
    if low := rule["minimum"]:
        refuse(table, cells, values < convert(low), f"{{!r}} is below {low}")
    if high := rule["maximum"]:
        refuse(table, cells, values > convert(high), f"{{!r}} is above {high}")
    if rule["allowed"]:
        allowed = rule["allowed"].split("|")
        said = f"{{!r}} is not one of {', '.join(allowed)}"
        refuse(table, cells, ~values.isin(allowed), said)
    refuse(table, cells, cells.str.contains(_CONTROL), "{!r} holds a control character")
    return values


def refuse(table: str, cells: pd.Series, bad: Any, rule: str) -> None:
    """Raise the one sentence about the first *bad* cell, if any: ``{!r}`` in *rule* is its text."""
    for row, cell in cells[bad][:1].items():
        shown = cell[:80] if isinstance(cell, str) else cell
        raise DataError(f"{table}.csv, row {row}, column {cells.name}: {rule.format(shown)}.")


def _check_measures(table: str, frame: pd.DataFrame, dictionary: pd.DataFrame) -> None:
    """Hold each figure to the type and range of its measure (rows ``measures`` of dictionary)."""
    if table not in CELLS:
        return
    rules = dictionary[dictionary["table"] == "measures"].set_index("column")
    measure, value = frame["measure"], frame["value"]
    low, high = (measure.map(rules[c].astype(float)) for c in ("minimum", "maximum"))
    part = measure.map(rules["type"] == "integer").eq(True) & (value % 1 != 0)
    bad = (value < low) | (value > high) | part
    for row in frame.index[bad][:1]:
        kind = "number" if rules.at[measure[row], "type"] == "number" else "whole number"
        wanted = f"{measure[row]}, a {kind} of {low[row]:g} to {high[row]:g}"
        refuse(table, value, value.index == row, f"{{:g}} is no {wanted}")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file as a data package writes it."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def read_table(path: Path, dictionary: pd.DataFrame, table: str = "") -> pd.DataFrame:
    """Read a table, typed and held to the dictionary; *table* where its file has another name.

    Raises DataError as :func:`read_text_table` and :func:`validate_table` do.
    """
    return validate_table(table or path.stem, read_text_table(path), dictionary)


def validate_table(table: str, raw: pd.DataFrame, dictionary: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of *table* typed and validated against the dictionary.

    *raw* has them as text, indexed by line (see :func:`read_text_table`). Raises DataError for the
    first rule that is broken, with file, row and column.
    """
    described = {rule["column"]: rule for _, rule in rules(table, dictionary).iterrows()}
    if not described:
        raise DataError(f"{table}.csv is not described in dictionary.csv.")
    for column in described:
        if column not in raw:
            wanted = f"its header must name {', '.join(described)}"
            raise DataError(f"{table}.csv has no column {column!r}: {wanted}")
    for column in raw.columns:
        if column not in described:
            raise DataError(f"{table}.csv has a column {column!r} that dictionary.csv lacks.")
    columns = {column: _column(table, rule, raw[column]) for column, rule in described.items()}
    frame = pd.DataFrame(columns, index=raw.index)
    _check_measures(table, frame, dictionary)
    # Several sources may give one cell; what counts as a repeat is the same key and value.
    if named := keys(table, dictionary):
        for row in frame.index[frame.duplicated(named)][:1]:
            twin = frame.index[(frame[named] == frame.loc[row, named]).all(axis=1)][0]
            raise DataError(
                f"{table}.csv, row {row}: repeats row {twin} (the same {', '.join(named)}); "
                "one of them must go."
            )
    return frame


# Described for other programs --------------------------------------------------------------------


def package_text(data: Data) -> str:
    """Return the descriptor, as JSON, of every table that is a file and in the dictionary.

    It is a Frictionless data package (https://specs.frictionlessdata.io, version 1). Each table is
    validated first, as its digest says that it was. Foreign keys are left out where a cell may hold
    several names or none. Raises DataError for a table that breaks its schema.
    """
    columns = [{"name": column, "type": "string"} for column in DICTIONARY_COLUMNS]
    resources = []
    for table in map(str, data.dictionary["table"].unique()):
        if (data.folder / f"{table}.csv").is_file():
            read_table(data.folder / f"{table}.csv", data.dictionary)
            described, named = rules(table, data.dictionary), keys(table, data.dictionary)
            fields: Json = {"fields": [_field(rule) for _, rule in described.iterrows()]}
            fields["missingValues"] = [""]
            if named and (described.set_index("column").loc[named, "required"] == "yes").all():
                fields["primaryKey"] = named
            resources.append(_file(data, f"{table}.csv", fields))
    resources.append(_file(data, DICTIONARY, {"fields": columns}))  # which no row describes
    package = {
        "profile": "tabular-data-package",
        "name": "mappa",
        "title": f"Registered sexual offenders of {data.nation}, with what they are compared with",
        "resources": resources,
    }
    return json_text(package)


def _file(data: Data, path: str, fields: Json) -> Json:
    return {
        "name": path.removesuffix(".csv").replace("_", "-"),
        "path": path,
        "hash": file_hash(data.folder / path),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": fields,
    }


def _field(rule: pd.Series) -> Json:
    kind = _JSON_TYPES.get(rule["type"], "string")
    constraints: Json = {"required": True} if rule["required"] == "yes" else {}
    bounds = {name: rule[name] for name in ("minimum", "maximum") if rule[name]}
    constraints |= {n: bound if kind == "date" else float(bound) for n, bound in bounds.items()}
    if rule["allowed"] and kind == "string":
        constraints["enum"] = rule["allowed"].split("|")
    field: Json = {"name": rule["column"], "type": kind, "description": rule["meaning"]}
    field |= {"trueValues": ["true"], "falseValues": ["false"]} if kind == "boolean" else {}
    field |= {"unit": rule["unit"]} if rule["unit"] else {}
    return field | ({"constraints": constraints} if constraints else {})


# Tables held to each other ----------------------------------------------------------------------


def check_references(data: Data, tables: Iterable[str]) -> None:
    """Hold the tables to each other: areas, sources, one preferred value of a cell, the people.

    Raises DataError in one sentence with the table, row and column of the first misfit.
    """
    areas, known = data.areas["area"], set(data.sources["source"])
    refuse("areas", areas, areas == data.nation, "{!r} is the nation, not an area")
    slugs = data.areas["slug"]
    refuse("areas", slugs, slugs.duplicated(), "{!r} stands twice")
    named = {"area": {*areas, ""}, "area_or_nation": {*areas, data.nation, ""}}
    rules = data.dictionary[data.dictionary["type"].isin({"sources", *named})]
    for rule in rules[rules["table"].isin(list(tables))].to_dict("records"):
        cells = getattr(data, rule["table"])[rule["column"]].drop_duplicates()
        if rule["type"] == "sources":
            each = cells.str.split().explode().dropna()
            refuse(rule["table"], each, ~each.isin(known), "{!r} is not in sources.csv")
        else:
            strange = ~cells.isin(named[rule["type"]])
            refuse(rule["table"], cells, strange, "{!r} is not in areas.csv")
    for table, cell in CELLS.items():
        chosen = getattr(data, table).query("preferred")
        second = chosen.duplicated(list(cell))
        refuse(table, chosen["preferred"], second, "a second preferred value of its cell")
    counts = data.area_figures.query("measure == 'rso_count'")
    places = zip(counts["area"], counts["date"].dt.year - 1, strict=True)
    everyone = data.population.set_index(["area", "mid_year"])["population_all"]
    people = everyone.reindex(list(places)).set_axis(counts.index)
    for row in counts.index[counts["value"] > people][:1]:
        rule = f"{{:.0f}} people on the register in {counts.at[row, 'area']} are more than the "
        rule += f"{people[row]:.0f} who live there"
        refuse("area_figures", counts["value"], counts.index == row, rule)
