"""What a run leaves beside the pages: ``runs.json``, the national table, the table at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappa.files import json_text, write_atomically
from mappa.runs import results, state
from mappa.runs.plan import Study, plan
from mappa.versions import versions

if TYPE_CHECKING:
    from mappa.runs.report import ForceRun

RUNS = "runs.json"
NATIONAL = "results.csv"


def write_runs(study: Study, forces: Sequence[ForceRun], seconds: float, how: str) -> Path:
    """Write ``runs.json``: versions, digests, seconds and errors of the run.

    Forces that were not part of this run keep their entry of before.
    """
    path = study.out / RUNS
    entries = {e.get("slug"): e for e in state.read_json(path).get("forces", [])}
    entries |= {force.plan.slug: _entry(force, entries.get(force.plan.slug)) for force in forces}
    order = {study.data.slug(name): n for n, name in enumerate(study.data.names)}
    whole = {
        "workers": how,
        "seconds": round(seconds, 3),
        "versions": versions(),
        "data": study.tables,
        "source": study.source,
        "pages": study.pages,
        "settings": {name: study.settings[name] for name in sorted(study.settings)},
        "forces": [entries[slug] for slug in sorted(entries, key=lambda s: order.get(s, 10**6))],
    }
    return write_atomically(path, json_text(whole))


def _entry(force: ForceRun, before: dict[str, Any] | None) -> dict[str, Any]:
    seconds = (before or {}).get("seconds", {}) | force.seconds
    return {
        "force": force.plan.force,
        "slug": force.plan.slug,
        "state": force.state,
        "reason": force.plan.reason,
        "digests": {s.notebook.name: state.inputs_digest(s.inputs) for s in force.plan.steps},
        "seconds": seconds,
        "errors": {
            name: {"heading": f.heading, "error": f.error, "line": f.line}
            for name, f in force.failures.items()
        },
    }


def write_national(study: Study) -> Path:
    """Gather the results of every force that is up to date into one tidy table.

    A force whose pages come from other tables or settings is left out: the rows of the table
    belong together.
    """
    lines = [",".join(results.COLUMNS)]
    for each in plan(study, study.data.names):
        path = each.folder / "results.csv"
        if each.current and path.is_file():
            lines += path.read_text(encoding="utf-8").splitlines()[1:]
    path, content = study.out / NATIONAL, ("\n".join(lines) + "\n").encode()
    if path.is_file() and path.read_bytes() == content:
        return path  # it may be open in another program, which is no reason to fail
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
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=False)) + f"  {row[4]}"
        for row in rows
    )


def count_states(forces: Sequence[ForceRun]) -> str:
    """Return ``40 published, 1 up to date, 1 failed``."""
    counts: dict[str, int] = {}
    for force in forces:
        counts[force.state] = counts.get(force.state, 0) + 1
    return ", ".join(f"{n} {what}" for what, n in counts.items())
