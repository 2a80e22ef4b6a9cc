"""One notebook executed by papermill, its output the same bytes on every run."""

import dataclasses
import logging
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: importing nbformat takes 1.7 s longer where jsonschema finds this package, which builds a
#: grammar at import; nothing here validates internationalised addresses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

_LONGEST_SOCKET = 104  # bytes of a Unix socket's path, on the strictest systems
INJECTED = "injected-parameters"


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a notebook failed: under which heading, which error, and the first line of its text."""

    heading: str
    error: str
    line: str

    def __str__(self) -> str:
        return f"{self.heading}: {self.error}: {self.line}"


def execute(
    text: str, parameters: Mapping[str, Any], *, timeout: float | None = None
) -> tuple[Any, Failure | None]:
    """Run a notebook (JSON text) in a fresh kernel, with *parameters* injected after its own.

    *timeout* is the longest that one cell may take (seconds). Returns the executed notebook (an
    ``nbformat`` node) without times or random ids, and why it failed, if it did: a failed notebook
    is executed up to the failing cell.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory(prefix="mappa-run-", ignore_cleanup_errors=True) as scratch:
        source, target = Path(scratch, "in.ipynb"), Path(scratch, "out.ipynb")
        source.write_text(text, encoding="utf-8")
        failure = None
        begun: dict[str, Any] = {}
        try:
            node = papermill.execute_notebook(
                source,
                target,
                parameters=dict(parameters),
                progress_bar=False,
                request_save_on_cell_execute=False,  # written once, at the end
                autosave_cell_every=0,
                execution_timeout=timeout,
                record_timing=False,
                shutdown_kernel="immediate",
                # forty kernels at once would contend for one file of input history; the kernel's
                # own warnings (a parent that has gone) are not for whoever stopped a run
                extra_arguments=[
                    "--HistoryManager.enabled=False",
                    f"--IPKernelApp.log_level={logging.ERROR}",
                ],
                config=_kernel_config(scratch),
                on_cell_start=lambda cell, cell_index, **_: begun.__setitem__(cell.id, cell),
                # not papermill's cwd: that changes the directory of this whole process
                resources={"metadata": {"path": scratch}},
            )
        except PapermillExecutionError as error:
            node = nbformat.read(target, as_version=4)
            failure = Failure(_heading(node), error.ename, _first_line(error.evalue))
        except (CellTimeoutError, DeadKernelError) as error:
            node = nbformat.reads(text, as_version=4)
            last = max((n for n, cell in enumerate(node.cells) if cell.id in begun), default=-1)
            node.cells = [begun.get(cell.id, cell) for cell in node.cells[: last + 1]]
            failure = Failure(_heading(node), type(error).__name__, _first_line(str(error)))
    return _without_traces(node, parameters), failure


def _kernel_config(scratch: str) -> Any:
    """Put the kernel's connection into *scratch*, and on Unix sockets where their paths fit.

    Nobody else can listen in, and two kernels started at once cannot take each other's port.
    """
    from traitlets.config import Config

    manager = {"connection_file": str(Path(scratch, "kernel.json"))}
    if sys.platform == "linux" and len(os.fsencode(scratch)) + 16 < _LONGEST_SOCKET:
        manager["transport"] = "ipc"
    return Config(KernelManager=manager)


def _heading(node: Any) -> str:
    """Return the heading above the cell that failed, or above the last one."""
    heading = ""
    for cell in node.cells:
        if cell.cell_type == "code":
            if any(output.output_type == "error" for output in cell.outputs):
                break
        else:
            titles = re.findall(r"^#+ +(.+)$", cell.source, flags=re.MULTILINE)
            heading = titles[-1] if titles else heading
    return heading


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:300]


def _without_traces(node: Any, parameters: Mapping[str, Any]) -> Any:
    """Drop what differs from run to run: papermill's times and paths, random ids."""
    node.metadata["papermill"] = {"parameters": dict(sorted(parameters.items()))}
    for number, cell in enumerate(node.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
        elif "papermill-error-cell-tag" in cell.metadata.get("tags", []):
            cell["id"] = f"papermill-error-{number}"
    return node
