"""The two tasks that workers do, here or on a cluster: run a notebook, make a force's pages.

Both are functions of an importable module and of what they are given; they return bytes and
write nothing outside a temporary folder, so that only the run itself publishes and a cluster
needs no common disk.
"""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mappa.errors import MappaError
from mappa.pages import contract
from mappa.runs import execute, state


@dataclasses.dataclass(frozen=True)
class NotebookJob:
    """A notebook to be run.

    Parameters
    ----------
    name: of the notebook.
    text: the notebook as JSON.
    parameters: all values to inject.
    data, source: digests of the tables and of the package that the answer must come from.
    data_folder: where the tables are on the machine that sends the job.
    timeout: the longest that a cell may take (seconds), or None.
    """

    name: str
    text: str
    parameters: Mapping[str, Any]
    data: str
    source: str
    data_folder: str
    timeout: float | None = None


@dataclasses.dataclass(frozen=True)
class PagesJob:
    """Pages to be made: the name of their folder, executed notebooks and results by file name."""

    slug: str
    files: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Done:
    """What a task brings back: files by name, and why they are not fit to be published."""

    files: dict[str, bytes]
    failure: execute.Failure | None
    seconds: float


class OtherMachine(MappaError):
    """A worker whose tables or package are not those of the run."""


def run_notebook(job: NotebookJob) -> Done:
    """Run a notebook and check what it shows.

    Raises OtherMachine where the worker has other tables or another version of the package than
    the run that sent the job, or they changed meanwhile.
    """
    from warmkernels import provisioner

    began = time.monotonic()
    provisioner.use()
    if Path(job.data_folder).is_dir():
        os.environ["MAPPA_DATA"] = job.data_folder
    node, failure = execute.execute(job.text, job.parameters, timeout=job.timeout)
    where = socket.gethostname()
    if state.data_digest() != job.data:
        raise OtherMachine(f"The tables on {where} are not those of this run, or have changed.")
    if state.source_digest() != job.source:
        raise OtherMachine(f"The package on {where} is not that of this run, or has changed.")
    if failure is None:
        failure = _breach(job.name, contract.notebook_faults(node))
    text = json.dumps(node, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return Done({f"{job.name}.ipynb": text.encode()}, failure, time.monotonic() - began)


def make_pages(job: PagesJob) -> Done:
    """Make the pages of a force in a temporary folder and check their contract."""
    from mappa.pages.force import render_force

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mappa-pages-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, job.slug)
        folder.mkdir()
        for name, text in job.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        render_force(folder)
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    pages = (name for name in files if name.endswith(".html"))
    breaches = (_breach(name, contract.faults(files[name].decode())) for name in pages)
    return Done(files, next(filter(None, breaches), None), time.monotonic() - began)


def _breach(name: str, problems: list[str]) -> execute.Failure | None:
    return execute.Failure("", "Contract", f"{name}: {problems[0]}") if problems else None
