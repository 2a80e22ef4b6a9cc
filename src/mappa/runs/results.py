"""Results: the records that the notebooks show, gathered into tidy files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mappa.files import csv_text, json_text
from mappa.pages import cells

COLUMNS = ("force", "notebook", "key", "value", "unit")


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
        record = records[name] = cells.record(node) or {}
        sentences[name] = cells.sentence(node)
        rows += tidy_rows(force, name, record, cells.units(node))
    whole = {"force": force, "sentences": sentences, "records": records}
    return {"results.json": json_text(whole), "results.csv": csv_text(COLUMNS, rows)}


def tidy_rows(
    force: str, notebook: str, record: Mapping[str, Any], units: Mapping[str, str]
) -> list[tuple[Any, ...]]:
    """Return a row for each number and text of a record, nested keys joined by a full stop.

    The tables inside a record (lists, such as a series by year) stay in ``results.json``: their
    rows have no names of their own.
    """
    return [
        (force, notebook, name, value, units.get(name, units.get(name.split(".", 1)[0], "")))
        for name, value in _leaves("", record)
    ]


def _leaves(prefix: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{prefix}.{name}" if prefix else str(name), inner)
    elif isinstance(value, bool):
        yield prefix, "true" if value else "false"
    elif not isinstance(value, list):
        yield prefix, value
