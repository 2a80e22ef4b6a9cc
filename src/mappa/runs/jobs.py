"""The two tasks that workers do, here or on a cluster: run a notebook, make a force's pages.

Both are functions of an importable module and of what they are given; they return bytes and
write nothing outside a temporary folder, so that only the run itself publishes and a cluster
needs no common disk.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
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
    """A notebook to be run for a force.

    Parameters
    ----------
    force, name: of the force and of the notebook.
    text: the notebook as JSON.
    parameters: all values to inject.
    data, source: digests of the tables and of the package that the answer must come from.
    data_folder: where the tables are on the machine that sends the job.
    timeout: the longest that a cell may take (seconds), or None.
    """

    force: str
    name: str
    text: str
    parameters: Mapping[str, Any]
    data: str
    source: str
    data_folder: str
    timeout: float | None = None


@dataclasses.dataclass(frozen=True)
class Executed:
    """An executed notebook as JSON text, or as far as it came and why no further."""

    text: str
    failure: execute.Failure | None
    seconds: float


@dataclasses.dataclass(frozen=True)
class PagesJob:
    """Pages to be made of a force: what its folder holds before, executed notebooks and results."""

    force: str
    slug: str
    files: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Pages:
    """The files of a force's folder, and what breaks the contract of a page."""

    files: dict[str, bytes]
    failure: execute.Failure | None
    seconds: float


class OtherMachine(MappaError):
    """A worker whose tables or package are not those of the run."""


def run_notebook(job: NotebookJob) -> Executed:
    """Run a notebook and check what it shows.

    Raises OtherMachine where the worker has other tables or another version of the package than
    the run that sent the job.
    """
    began = time.monotonic()
    _prepare(job)
    node, failure = execute.execute(job.text, job.parameters, timeout=job.timeout)
    if failure is None:
        problems = contract.notebook_faults(node)
        if problems:
            failure = execute.Failure("", "Contract", f"{job.name}: {problems[0]}")
    _same_inputs(job)  # nothing may have changed meanwhile either
    text = json.dumps(node, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return Executed(text, failure, time.monotonic() - began)


def _prepare(job: NotebookJob) -> None:
    name = _provisioner()
    if name:
        os.environ.setdefault("JUPYTER_DEFAULT_PROVISIONER_NAME", name)
    if Path(job.data_folder).is_dir():
        os.environ["MAPPA_DATA"] = job.data_folder
    _same_inputs(job)


@functools.cache
def _provisioner() -> str:
    """Return the name of the provisioner of warm kernels, or nothing where it is not installed."""
    from importlib.metadata import entry_points

    from warmkernels.provisioner import NAME

    return NAME if entry_points(group="jupyter_client.kernel_provisioners", name=NAME) else ""


def _same_inputs(job: NotebookJob) -> None:
    import socket

    where = socket.gethostname()
    if state.data_digest() != job.data:
        raise OtherMachine(f"The tables on {where} are not those of this run, or have changed.")
    if state.source_digest() != job.source:
        raise OtherMachine(f"The package on {where} is not that of this run, or has changed.")


def make_pages(job: PagesJob) -> Pages:
    """Make the pages of a force in a temporary folder and check their contract."""
    from mappa.pages.force import render_force

    began = time.monotonic()
    failure = None
    with tempfile.TemporaryDirectory(prefix="mappa-pages-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, job.slug)
        folder.mkdir()
        for name, text in job.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        render_force(folder)
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    for name, content in files.items():
        if name.endswith(".html"):
            problems = contract.faults(content.decode("utf-8"))
            if problems and failure is None:
                failure = execute.Failure("", "Contract", f"{name}: {problems[0]}")
    return Pages(files, failure, time.monotonic() - began)
