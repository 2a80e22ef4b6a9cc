"""Describe the tables as a Frictionless data package, from the dictionary alone.

The specification is that of https://specs.frictionlessdata.io (data package, tabular data resource
and table schema, version 1).
"""

import json
from typing import Any

import pandas as pd

from mappa.data import schema
from mappa.data.load import Data

_TYPES = {"date": "date", "integer": "integer", "number": "number", "boolean": "boolean"}


def describe(data: Data) -> dict[str, Any]:
    """Return the descriptor of every table of *data* that is a file and in the dictionary.

    Each is validated first, as its digest says that it was. Foreign keys are left out where a
    cell may hold several names or none. Raises DataError for a table that breaks its schema.
    """
    tables = [
        str(table)
        for table in data.dictionary["table"].unique()
        if (data.folder / f"{table}.csv").is_file()
    ]
    columns = [{"name": column, "type": "string"} for column in schema.DICTIONARY_COLUMNS]
    dictionary = _file(data, schema.DICTIONARY, {"fields": columns})  # of which no row tells
    return {
        "profile": "tabular-data-package",
        "name": "mappa",
        "title": f"Registered sexual offenders of {data.nation}, with what they are compared with",
        "resources": [*(_resource(table, data) for table in tables), dictionary],
    }


def text(data: Data) -> str:
    """Return the descriptor as the JSON that is written."""
    return json.dumps(describe(data), indent=1, ensure_ascii=False) + "\n"


def _resource(table: str, data: Data) -> dict[str, Any]:
    raw = schema.read_text_table(data.folder / f"{table}.csv")
    schema.validate_table(table, raw, data.dictionary)
    rules = schema.rules(table, data.dictionary)
    fields = {"fields": [_field(rule) for _, rule in rules.iterrows()], "missingValues": [""]}
    keys = schema.keys(table, data.dictionary)
    if keys and (rules.set_index("column").loc[keys, "required"] == "yes").all():
        fields["primaryKey"] = keys
    return _file(data, f"{table}.csv", fields)


def _file(data: Data, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": path.removesuffix(".csv").replace("_", "-"),
        "path": path,
        "hash": schema.file_hash(data.folder / path),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": fields,
    }


def _field(rule: pd.Series) -> dict[str, Any]:
    kind = _TYPES.get(rule["type"], "string")
    constraints: dict[str, Any] = {}
    if rule["required"] == "yes":
        constraints["required"] = True
    for bound in ("minimum", "maximum"):
        if rule[bound]:
            constraints[bound] = rule[bound] if kind == "date" else float(rule[bound])
    if rule["allowed"] and kind == "string":
        constraints["enum"] = rule["allowed"].split("|")
    field = {"name": rule["column"], "type": kind, "description": rule["meaning"]}
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if rule["unit"]:
        field["unit"] = rule["unit"]
    return field | ({"constraints": constraints} if constraints else {})
