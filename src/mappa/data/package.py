"""Describe the tables as a Frictionless data package, from the dictionary alone.

The specification is that of https://specs.frictionlessdata.io (data package, tabular data resource
and table schema, version 1).
"""

import pandas as pd

from mappa.data import schema
from mappa.data.load import Data
from mappa.files import json_text

_TYPES = {"date": "date", "integer": "integer", "number": "number", "boolean": "boolean"}
Json = dict[str, object]


def text(data: Data) -> str:
    """Return the descriptor, as JSON, of every table that is a file and in the dictionary.

    Each is validated first, as its digest says that it was. Foreign keys are left out where a
    cell may hold several names or none. Raises DataError for a table that breaks its schema.
    """
    names = map(str, data.dictionary["table"].unique())
    tables = [name for name in names if (data.folder / f"{name}.csv").is_file()]
    columns = [{"name": column, "type": "string"} for column in schema.DICTIONARY_COLUMNS]
    dictionary = _file(data, schema.DICTIONARY, {"fields": columns})  # which no row describes
    package = {
        "profile": "tabular-data-package",
        "name": "mappa",
        "title": f"Registered sexual offenders of {data.nation}, with what they are compared with",
        "resources": [*(_resource(table, data) for table in tables), dictionary],
    }
    return json_text(package)


def _resource(table: str, data: Data) -> Json:
    raw = schema.read_text_table(data.folder / f"{table}.csv")
    schema.validate_table(table, raw, data.dictionary)
    rules = schema.rules(table, data.dictionary)
    fields: Json = {"fields": [_field(rule) for _, rule in rules.iterrows()], "missingValues": [""]}
    keys = schema.keys(table, data.dictionary)
    if keys and (rules.set_index("column").loc[keys, "required"] == "yes").all():
        fields["primaryKey"] = keys
    return _file(data, f"{table}.csv", fields)


def _file(data: Data, path: str, fields: Json) -> Json:
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


def _field(rule: pd.Series) -> Json:
    kind = _TYPES.get(rule["type"], "string")
    constraints: Json = {}
    if rule["required"] == "yes":
        constraints["required"] = True
    for bound in ("minimum", "maximum"):
        if rule[bound]:
            constraints[bound] = rule[bound] if kind == "date" else float(rule[bound])
    if rule["allowed"] and kind == "string":
        constraints["enum"] = rule["allowed"].split("|")
    field: Json = {"name": rule["column"], "type": kind, "description": rule["meaning"]}
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if rule["unit"]:
        field["unit"] = rule["unit"]
    return field | ({"constraints": constraints} if constraints else {})
