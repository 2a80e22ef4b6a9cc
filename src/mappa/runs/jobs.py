"""The two tasks that workers do, here or on a cluster: run a notebook, make a force's pages.

Both are functions of an importable module and of what they are given; they return bytes and
write nothing outside a temporary folder, so that only the run itself publishes and a cluster
needs no common disk.
"""

import dataclasses
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mappa.errors import MappaError
from mappa.files import csv_text, json_text
from mappa.pages import cells, contract
from mappa.runs import execute, state

#: The columns of the results of a force and of all forces.
COLUMNS = ("force", "notebook", "key", "value", "unit")


@dataclasses.dataclass(frozen=True)
class Done:
    """What a task brings back: files by name, and why they are not fit to be published."""

    files: dict[str, bytes]
    failure: execute.Failure | None
    seconds: float


class OtherMachine(MappaError):
    """A worker whose tables or package are not those of the run."""


def run_notebook(
    name: str,
    text: str,
    parameters: Mapping[str, Any],
    tables: str,
    source: str,
    folder: str,
    timeout: float | None = None,
) -> Done:
    """Run the notebook *name* (JSON *text*) with all its *parameters* and check what it shows.

    *tables* and *source* are digests of the tables and of the package that the answer must come
    from, *folder* is where the tables are on the machine that sends the task, and *timeout* the
    longest that a cell may take (seconds). Raises OtherMachine where the worker has other tables or
    another version of the package than the run that sent the task, or they changed meanwhile.
    """
    from warmkernels import provisioner

    began = time.monotonic()
    provisioner.use()
    if Path(folder).is_dir():
        os.environ["MAPPA_DATA"] = folder
    node, failure = execute.execute(text, parameters, timeout=timeout)
    where = socket.gethostname()
    if state.data_digest() != tables:
        raise OtherMachine(f"The tables on {where} are not those of this run, or have changed.")
    if state.source_digest() != source:
        raise OtherMachine(f"The package on {where} is not that of this run, or has changed.")
    if failure is None:
        failure = _breach(name, contract.notebook_faults(node))
    executed = json.dumps(node, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return Done({f"{name}.ipynb": executed.encode()}, failure, time.monotonic() - began)


def make_pages(force: str, slug: str, notebooks: Mapping[str, str]) -> Done:
    """Make the pages of a force in a temporary folder and check their contract.

    *slug* is the name of its folder, *notebooks* its executed notebooks (JSON text) by name.
    """
    from mappa.pages.force import render_force

    began = time.monotonic()
    written = {f"{name}.ipynb": text for name, text in notebooks.items()}
    with tempfile.TemporaryDirectory(prefix="mappa-pages-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, slug)
        folder.mkdir()
        for name, text in (written | gather(force, notebooks)).items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        render_force(folder)
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    pages = (name for name in files if name.endswith(".html"))
    breaches = (_breach(name, contract.faults(files[name].decode())) for name in pages)
    return Done(files, next(filter(None, breaches), None), time.monotonic() - began)


def _breach(name: str, problems: list[str]) -> execute.Failure | None:
    return execute.Failure("", "Contract", f"{name}: {problems[0]}") if problems else None


def gather(force: str, notebooks: Mapping[str, str]) -> dict[str, str]:
    """Return the results files of a force (``results.json``, ``results.csv``) by name.

    They gather the records that its executed *notebooks* (JSON text by name) show. The tables
    inside a record (lists, such as a series by year) are in ``results.json`` only: their rows have
    no names of their own.
    """
    records, sentences, rows = {}, {}, []
    for name, text in notebooks.items():
        node = json.loads(text)
        record = records[name] = cells.record(node) or {}
        sentences[name] = cells.sentence(node)
        units = cells.units(node)
        rows += [
            (force, name, key, value, units.get(key, units.get(key.split(".", 1)[0], "")))
            for key, value in _leaves("", record)
        ]
    content = {"force": force, "sentences": sentences, "records": records}
    return {"results.json": json_text(content), "results.csv": csv_text(COLUMNS, rows)}


def _leaves(prefix: str, value: Any) -> Iterable[tuple[str, Any]]:
    """Give each number and text of a record, nested keys joined by a full stop."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{prefix}.{name}" if prefix else str(name), inner)
    elif isinstance(value, bool):
        yield prefix, "true" if value else "false"
    elif not isinstance(value, list):
        yield prefix, value
