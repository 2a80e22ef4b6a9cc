"""Results: the records that the notebooks show, gathered into tidy files.

Executed notebooks are taken as nbformat nodes or as plain JSON; both are dictionaries.
"""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from mappa.records import RECORD_MIME

COLUMNS = ("force", "notebook", "key", "value", "unit")


def record_of(node: Any) -> dict[str, Any] | None:
    """Return the record that an executed notebook shows last, or None."""
    found = None
    for cell in node["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(RECORD_MIME, found)
    return found


def units_of(node: Any) -> dict[str, str]:
    """Return the units that a record was shown with, by key."""
    found: dict[str, str] = {}
    for cell in node["cells"]:
        for output in cell.get("outputs", []):
            found = output.get("metadata", {}).get(RECORD_MIME, {}).get("units", found)
    return dict(found)


def sentence_of(node: Any) -> str:
    """Return the sentence of the answer: the record's, else what the cell tagged answer shows."""
    record = record_of(node) or {}
    if isinstance(record.get("sentence"), str):
        return str(record["sentence"])
    for cell in node["cells"]:
        if "answer" not in cell.get("metadata", {}).get("tags", []):
            continue
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain") or output.get("text", "")
            text = _unquoted("".join(text).strip())
            if text:
                return text
    return ""


def _unquoted(text: str) -> str:
    """Return the text that a notebook shows as its repr, with quotes and escapes."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text


def gather(force: str, notebooks: Mapping[str, str]) -> dict[str, str]:
    """Return the results files of a force (``results.json``, ``results.csv``) by name.

    Parameters
    ----------
    force: name of the force.
    notebooks: the executed notebooks as JSON text, by name.
    """
    records, sentences, rows = {}, {}, []
    for name, text in notebooks.items():
        node = json.loads(text)
        record = records[name] = record_of(node) or {}
        sentences[name] = sentence_of(node)
        rows += tidy_rows(force, name, record, units_of(node))
    whole = {"force": force, "sentences": sentences, "records": records}
    return {"results.json": json_text(whole), "results.csv": csv_text(rows)}


def tidy_rows(
    force: str, notebook: str, record: Mapping[str, Any], units: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return a row for each number and text of a record, nested keys joined by a full stop.

    The tables inside a record (lists, such as a series by year) stay in ``results.json``: their
    rows have no names of their own.
    """
    return [
        {
            "force": force,
            "notebook": notebook,
            "key": name,
            "value": value,
            "unit": units.get(name, units.get(name.split(".", 1)[0], "")),
        }
        for name, value in _leaves("", record)
    ]


def _leaves(prefix: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{prefix}.{name}" if prefix else str(name), inner)
    elif not isinstance(value, list):
        yield prefix, value


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return tidy rows as CSV; a text that a spreadsheet takes for a formula is disarmed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[c]) for c in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in set("=+-@\t\r"):
        return "'" + value
    return value


def json_text(value: Any) -> str:
    """Return *value* as the JSON of a file: indented, keys in their order, a last line end."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
