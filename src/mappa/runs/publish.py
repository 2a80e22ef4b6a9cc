"""Writing: what is executed is staged, what is whole is published, what failed is kept apart."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mappa.errors import MappaError, OutputError
from mappa.files import json_text, write_atomically
from mappa.runs import state
from mappa.runs.plan import WORK, ForcePlan, Step

FAILED = "failed"


class FileHeld(MappaError):
    """A published file that cannot be replaced, since another program holds it; others can."""


def make_folder(out: Path) -> None:
    """Make the folder of the pages and its working folder, or tell in a sentence that it cannot.

    Raises OutputError (exit status 1); a folder made for nothing is taken away.
    """
    try:
        (out / WORK).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"Cannot write into {out}: {error.strerror}. Choose a folder that can be written "
            "with --out."
        ) from error
    write_atomically(out / WORK / "probe", "").unlink()


def tidy(out: Path) -> None:
    """Remove what a run that was killed left half-written; only for who holds the lock."""
    for folder in (out, out / WORK):
        for path in folder.rglob(".*.tmp") if folder.name == WORK else folder.glob(".*.tmp"):
            with contextlib.suppress(OSError):
                path.unlink()


def stage(plan: ForcePlan, step: Step, text: str) -> None:
    """Keep an executed notebook until its force is whole, for this run or the next."""
    work = plan.folder.parent / WORK / plan.slug
    name = f"{step.notebook.name}.ipynb"
    write_atomically(work / name, text)
    stamp = {"inputs": step.inputs, "files": {name: state.file_digest(text.encode())}}
    write_atomically(work / f"{step.notebook.name}.json", json_text(stamp))
    forget_failure(plan, name)


def keep_failure(plan: ForcePlan, name: str, content: str | bytes) -> Path:
    """Keep what failed apart from the pages and return where."""
    return write_atomically(plan.folder.parent / FAILED / plan.slug / name, content)


def forget_failure(plan: ForcePlan, name: str) -> None:
    """Remove a failed file of before, and the folders that are empty then."""
    path = plan.folder.parent / FAILED / plan.slug / name
    with contextlib.suppress(OSError):
        path.unlink()
    with contextlib.suppress(OSError):
        path.parent.rmdir()
        path.parent.parent.rmdir()


def run_record(plan: ForcePlan, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what ``run.json`` says of a force: from what, and digests of the files."""
    executed = {f"{step.notebook.name}.ipynb": step for step in plan.steps}
    digests = {name: state.file_digest(content) for name, content in sorted(files.items())}
    return {
        "force": plan.force,
        "slug": plan.slug,
        "steps": {
            step.notebook.name: {"inputs": step.inputs, "files": {name: digests[name]}}
            for name, step in executed.items()
        },
        "pages": {
            "inputs": plan.page_inputs,
            "files": {n: d for n, d in digests.items() if n not in executed},
        },
    }


def publish(plan: ForcePlan, files: Mapping[str, bytes]) -> None:
    """Publish all files of a force together.

    They are written in full beside the published ones first, which is where a full disk shows
    itself, and then renamed; ``run.json`` comes last. A reader sees whole files, and a run that
    is killed between two renames finds digests that do not match, and makes the force again.

    Raises OutputError; what was published before stays as it was.
    """
    ready = plan.folder.parent / WORK / plan.slug / "pages"
    shutil.rmtree(ready, ignore_errors=True)
    before = state.read_json(plan.folder / state.RUN_FILE)
    try:
        for name, content in files.items():
            write_atomically(ready / name, content)
        stamp = json_text(run_record(plan, files))
        write_atomically(ready / state.RUN_FILE, stamp)
    except OutputError:
        shutil.rmtree(ready, ignore_errors=True)
        raise
    try:
        plan.folder.mkdir(exist_ok=True)
        for name in [*files, state.RUN_FILE]:
            _replace(ready / name, plan.folder / name)
    except PermissionError as error:
        raise FileHeld(
            f"Cannot replace {error.filename}: if it is open in another program, such as Excel, "
            "close it there and run again."
        ) from error
    except OSError as error:
        raise OutputError(f"Cannot publish {plan.folder}: {error.strerror}.") from error
    _remove_old(plan.folder, before, files)
    shutil.rmtree(ready.parent, ignore_errors=True)


def _replace(fresh: Path, target: Path) -> None:
    """Put a file in its place; one that holds the same bytes is left alone, whoever has it open."""
    if target.is_file() and target.read_bytes() == fresh.read_bytes():
        fresh.unlink()
    else:
        fresh.replace(target)


def _remove_old(folder: Path, before: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Remove what an earlier run published here and this one did not; nothing of anybody else's."""
    entries = [*before.get("steps", {}).values(), before.get("pages", {})]
    for name in {n for entry in entries for n in entry.get("files", {})} - set(files):
        with contextlib.suppress(OSError):
            (folder / Path(name).name).unlink()
