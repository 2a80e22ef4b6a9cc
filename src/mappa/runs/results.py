"""Results: the records that the notebooks show in tidy files, and the record of the run itself."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappa.files import csv_text, json_text, write_atomically
from mappa.pages import cells
from mappa.versions import versions

if TYPE_CHECKING:
    from mappa.runs.plan import Study
    from mappa.runs.report import ForceRun

COLUMNS = ("force", "notebook", "key", "value", "unit")
RUNS = "runs.json"
NATIONAL = "results.csv"


def gather(force: str, notebooks: Mapping[str, str]) -> dict[str, str]:
    """Return the results files of a force (``results.json``, ``results.csv``) by name.

    The tables inside a record (lists, such as a series by year) are in ``results.json`` only: their
    rows have no names of their own.

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


def write_runs(study: Study, forces: Sequence[ForceRun], seconds: float, how: str) -> Path:
    """Write ``runs.json``: versions, digests, seconds and errors of the run.

    Forces that were not part of this run keep their earlier entry.
    """
    from mappa.runs import state

    path = study.out / RUNS
    entries = {e.get("slug"): e for e in state.read_json(path).get("forces", [])}
    for force in forces:
        before = entries.get(force.plan.slug, {})
        entries[force.plan.slug] = {
            "force": force.plan.force,
            "slug": force.plan.slug,
            "state": force.state,
            "reason": force.plan.reason,
            "digests": {s.notebook.name: state.inputs_digest(s.inputs) for s in force.plan.steps},
            "seconds": before.get("seconds", {}) | force.seconds,
            "errors": {
                name: {"heading": f.heading, "error": f.error, "line": f.line}
                for name, f in force.failures.items()
            },
        }
    order = [study.data.slug(name) for name in study.data.names]
    content = {
        "workers": how,
        "seconds": round(seconds, 3),
        "versions": versions(),
        "data": study.tables,
        "source": study.source,
        "pages": study.pages,
        "settings": {name: study.settings[name] for name in sorted(study.settings)},
        "forces": [entries[slug] for slug in dict.fromkeys((*order, *entries)) if slug in entries],
    }
    return write_atomically(path, json_text(content))


def write_national(study: Study) -> Path:
    """Gather the results of every force that is up to date into one tidy table.

    A force whose pages come from other tables or settings is left out: the rows of the table
    belong together.
    """
    from mappa.runs.plan import plan

    lines = [",".join(COLUMNS)]
    for each in plan(study, study.data.names):
        path = each.folder / "results.csv"
        if each.current and path.is_file():
            lines += path.read_text(encoding="utf-8").splitlines()[1:]
    path, content = study.out / NATIONAL, ("\n".join(lines) + "\n").encode()
    if path.is_file() and path.read_bytes() == content:
        return path  # another program may have it open, which is no reason to fail
    return write_atomically(path, content)


def failure_table(forces: Sequence[ForceRun]) -> str:
    """Return a line for each failure: force, notebook, heading, error, first line."""
    rows = [
        (force.plan.force, name, f.heading or "-", f.error, f.line)
        for force in forces
        for name, f in force.failures.items()
    ]
    if not rows:
        return ""
    rows.insert(0, ("force", "notebook", "under the heading", "error", "first line"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def count_states(forces: Sequence[ForceRun]) -> str:
    """Return ``40 published, 1 up to date, 1 failed``."""
    counts = collections.Counter(force.state for force in forces)
    return ", ".join(f"{n} {what}" for what, n in counts.items())
