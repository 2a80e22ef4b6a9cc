"""What an output was made from, and whether it still is what a run would make.

A notebook's output follows from the notebook, its parameters, the tables, the modules that it
imports and the versions of what computes and draws. All of them are stored beside it in
``run.json``; a later run that finds the same ones, and the files unaltered, has nothing to do.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mappa.cache import code_digest
from mappa.data import places
from mappa.files import digest, digest_files
from mappa.versions import RENDER, versions

RUN_FILE = "run.json"
_PACKAGE = Path(__file__).resolve().parents[1]
_PASSING = (".pyc", ".tmp")  # endings of files that come and go
_SETTLED = 2_000_000_000  # nanoseconds after which a file's times tell whether it has changed

_SAID = {
    "notebook": "the notebook changed",
    "data": "the tables changed",
    "source": "the package's source changed",
    "notebooks": "a notebook was run again",
}


def data_digest() -> str:
    """Return the digest of every file in the folder of the tables."""
    folder = places.data_folder()
    return _digest(_files(folder), folder)


def source_digest() -> str:
    """Return the digest of the whole package, by which machines tell whether theirs is the same."""
    return _digest(_files(_PACKAGE), _PACKAGE)


def code_of_notebook(modules: Iterable[str]) -> str:
    """Return the digest of the modules that a notebook imports, with all that they import."""
    return code_digest("mappa.runs.execute", *modules)


def code_of_pages() -> str:
    """Return the digest of what makes pages of executed notebooks: modules, templates, styles."""
    pages = _PACKAGE / "pages"
    styles = [path for path in _files(pages) if path.suffix != ".py"]
    return digest([code_digest("mappa.runs.jobs", "mappa.runs.results"), _digest(styles, pages)])


def _files(folder: Path) -> list[Path]:
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = [n for n in folders if n != "__pycache__" and not n.startswith(".")]
        found += [
            Path(where, n) for n in names if not n.startswith(".") and not n.endswith(_PASSING)
        ]
    return found


def _digest(paths: Iterable[Path], root: Path) -> str:
    """Return the digest of files, read again only where their size, times or places have changed.

    A worker asks twice for each notebook. A file that changed a moment ago may change once more
    within the same tick of the clock, so nothing that young is taken from memory.
    """
    stats = []
    for path in sorted(paths):
        with contextlib.suppress(FileNotFoundError):  # a link that leads nowhere
            stats.append((path, path.stat()))
    stamps = tuple((str(p), s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for p, s in stats)
    youngest = max((max(s.st_ctime_ns, s.st_mtime_ns) for _, s in stats), default=0)
    if time.time_ns() - youngest < _SETTLED:
        return digest_files([path for path, _ in stats], root)
    return _remembered(stamps, root)


@functools.lru_cache(maxsize=8)
def _remembered(stamps: tuple[tuple[Any, ...], ...], root: Path) -> str:
    return digest_files([Path(stamp[0]) for stamp in stamps], root)


def notebook_inputs(text: str, parameters: Mapping[str, Any], data: str, source: str) -> dict:
    """Return what the output of a notebook follows from, as JSON that can be compared."""
    return {
        "notebook": _cells_digest(text),
        "parameters": {name: parameters[name] for name in sorted(parameters)},
        "data": data,
        "source": source,
        "versions": versions(),
    }


def page_inputs(notebooks: Mapping[str, str], data: str, pages: str) -> dict:
    """Return what the pages of a force follow from; *notebooks* are digests by name."""
    return {
        "notebooks": dict(sorted(notebooks.items())),
        "data": data,
        "source": pages,
        "versions": versions(RENDER),
    }


@functools.lru_cache(maxsize=32)  # the same few notebooks are asked for with every force
def _cells_digest(text: str) -> str:
    """Return the digest of a notebook's cells: opening and saving it in JupyterLab changes none.

    Ids are left out: tools that strip outputs give every cell another one.
    """
    cells = json.loads(text)["cells"]
    kept = [
        [
            cell["cell_type"],
            sorted(cell.get("metadata", {}).get("tags", [])),
            "".join(cell["source"]),
        ]
        for cell in cells
    ]
    return digest([json.dumps(kept)])


def inputs_digest(inputs: Mapping[str, Any]) -> str:
    """Return one digest of inputs."""
    return digest([json.dumps(inputs, sort_keys=True)])


def file_digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; empty where there is none or it is spoilt."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def why(inputs: Mapping[str, Any], stored: Mapping[str, Any], folder: Path) -> str:
    """Say why an output is not up to date, or return an empty text if it is.

    Parameters
    ----------
    inputs: what it would be made from now.
    stored: its entry in ``run.json``: ``inputs`` and ``files`` with their digests.
    folder: where the files are.
    """
    if not stored.get("inputs"):
        return "not run yet"
    changed = _changes(inputs, stored["inputs"])
    if changed:
        return changed
    for name, expected in stored.get("files", {}).items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if file_digest(path.read_bytes()) != expected:
            return f"{name} was altered"
    return ""


def _changes(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    for name in now:
        if now[name] == then.get(name):
            continue
        if name in ("parameters", "versions"):
            new, old = now[name], then.get(name) or {}
            parts = [k for k in sorted({*new, *old}) if new.get(k) != old.get(k)]
            if parts:
                k = parts[0]
                return f"{k} is {new.get(k, 'no longer set')}, was {old.get(k, 'not set')}"
        return _SAID.get(name, f"{name} changed")
    return ""
