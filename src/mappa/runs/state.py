"""What an output was made from, and whether it still is what a run would make.

A notebook's output follows from the notebook, its parameters, the tables, the modules that it
imports and the versions of what computes and draws. All of them are stored next to it in
``run.json``; a later run that finds the same ones, and the files unaltered, has nothing to do.
"""

import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mappa.cache import code_digest
from mappa.data import places
from mappa.files import digest, digest_files
from mappa.pages import cells
from mappa.versions import versions

#: What an output follows from, as JSON that can be compared.
Inputs = dict[str, str | Mapping[str, Any]]

RUN_FILE = "run.json"
_PACKAGE = Path(__file__).resolve().parents[1]

_REASONS = {
    "notebook": "the notebook changed",
    "data": "the tables changed",
    "source": "the package's source changed",
    "notebooks": "a notebook was run again",
}


def data_digest() -> str:
    """Return the digest of every file in the folder of the tables."""
    return _digest(places.data_folder())


def source_digest() -> str:
    """Return the digest of the package, by which machines know whether theirs is the same."""
    return _digest(_PACKAGE)


def code_of_notebook(modules: Iterable[str]) -> str:
    """Return the digest of the modules that a notebook imports, with all that they import."""
    return code_digest("mappa.runs.execute", *modules)


def code_of_pages() -> str:
    """Return the digest of what makes pages of executed notebooks: modules, templates, styles."""
    styles = _digest(_PACKAGE / "pages", but=(".py",))
    return digest([code_digest("mappa.runs.jobs"), styles])


def _digest(folder: Path, but: tuple[str, ...] = ()) -> str:
    """Return the digest of the files in *folder*, without those that come and go."""

    def counts(path: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        return path.suffix not in (".pyc", ".tmp", *but) and not hidden and path.is_file()

    return digest_files(filter(counts, folder.rglob("*")), folder)


def notebook_inputs(text: str, parameters: Mapping[str, Any], data: str, source: str) -> Inputs:
    """Return what the output of a notebook follows from."""
    return {
        "notebook": _cells_digest(text),
        "parameters": dict(sorted(parameters.items())),
        "data": data,
        "source": source,
        "versions": versions(),
    }


@functools.lru_cache(maxsize=32)  # the same few notebooks are asked for with every force
def _cells_digest(text: str) -> str:
    """Return the digest of a notebook's cells, but not of ids and outputs, which tools change."""
    parts = [
        [cell["cell_type"], sorted(cells.tags(cell)), "".join(cell["source"])]
        for cell in json.loads(text)["cells"]
    ]
    return digest([json.dumps(parts)])


def inputs_digest(inputs: Inputs) -> str:
    """Return one digest of inputs."""
    return digest([json.dumps(inputs, sort_keys=True)])


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; empty where there is none or it is damaged."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def why(inputs: Inputs, stored: Mapping[str, Any], folder: Path) -> str:
    """Say why an output in *folder* is not up to date, or return an empty text if it is.

    *inputs* is what it would be made from now, *stored* its entry in ``run.json``: its ``inputs``
    then, and ``files`` with their digests.
    """
    then = stored.get("inputs")
    if not then:
        return "not run yet"
    for name, now in inputs.items():
        old = then.get(name)
        if now == old:
            continue
        if isinstance(now, str) or name in _REASONS:
            return _REASONS[name]
        old = old or {}
        part = next(k for k in sorted({*now, *old}) if now.get(k) != old.get(k))
        return f"{part} is {now.get(part, 'no longer set')}, was {old.get(part, 'not set')}"
    for name, expected in stored.get("files", {}).items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if digest([path.read_bytes()]) != expected:
            return f"{name} was altered"
    return ""
