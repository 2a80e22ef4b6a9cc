"""Writing: what is executed is staged, complete forces are published, failures are set apart."""

import contextlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mappa.errors import MappaError, OutputError
from mappa.files import digest, json_text, write_atomically
from mappa.runs import state
from mappa.runs.plan import WORK, ForcePlan, Step

FAILED = "failed"


class FileHeld(MappaError):
    """A published file that cannot be replaced, since another program holds it; others can."""


def make_folder(out: Path) -> None:
    """Make the folder of the pages and its working folder.

    Raises OutputError (exit status 1) where they cannot be written.
    """
    try:
        (out / WORK).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        right = "Choose a folder that can be written with --out."
        raise OutputError(f"Cannot write into {out}: {error.strerror}. {right}") from error
    write_atomically(out / WORK / "probe", "").unlink()


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def tidy(out: Path) -> None:
    """Remove the temporary files of a run that was killed; only for the holder of the lock."""
    _unlink((*out.glob(".*.tmp"), *(out / WORK).rglob(".*.tmp")))


def stage(plan: ForcePlan, step: Step, content: bytes) -> None:
    """Store an executed notebook until its force is complete, for this run or the next."""
    path = plan.folder.parent / WORK / plan.slug / step.path.name
    write_atomically(path, content)
    write_atomically(path.with_suffix(".json"), json_text(_made(step.inputs, {path.name: content})))


def keep_failures(plan: ForcePlan, files: Mapping[str, bytes]) -> None:
    """Store what failed apart from the pages."""
    for name, content in files.items():
        write_atomically(plan.folder.parent / FAILED / plan.slug / name, content)


def forget_failures(plan: ForcePlan, files: Mapping[str, bytes]) -> None:
    """Remove files that failed before, and the folders that are empty then."""
    folder = plan.folder.parent / FAILED / plan.slug
    _unlink(folder / name for name in files)
    with contextlib.suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()


def _made(inputs: state.Inputs, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what :func:`mappa.runs.state.why` reads: what *files* were made from, and digests."""
    digests = {name: digest([content]) for name, content in sorted(files.items())}
    return {"inputs": inputs, "files": digests}


def publish(plan: ForcePlan, files: Mapping[str, bytes]) -> None:
    """Publish all files of a force together.

    They are first written in full in the working folder, where a full disk shows itself, and then
    renamed; ``run.json`` comes last. A reader sees complete files, and a run that is killed between
    two renames finds digests that do not match, and makes the force again.

    Raises OutputError; what was published before stays as it was.
    """
    ready = plan.folder.parent / WORK / plan.slug / "pages"
    shutil.rmtree(ready, ignore_errors=True)
    before = state.read_json(plan.folder / state.RUN_FILE)
    pages, steps = dict(files), {}
    for step in plan.steps:
        name = step.path.name
        steps[step.notebook.name] = _made(step.inputs, {name: pages.pop(name)})
    made = {"steps": steps, "pages": _made(plan.page_inputs, pages)}
    record = json_text({"force": plan.force, "slug": plan.slug, **made})
    written = {**files, state.RUN_FILE: record.encode()}
    try:
        for name, content in written.items():
            write_atomically(ready / name, content)
    except OutputError:
        shutil.rmtree(ready, ignore_errors=True)
        raise
    try:
        plan.folder.mkdir(exist_ok=True)
        for name, content in written.items():
            target = plan.folder / name
            # equal bytes are left alone, whichever program has the file open
            if not target.is_file() or target.read_bytes() != content:
                (ready / name).replace(target)
    except PermissionError as error:
        raise FileHeld(
            f"Cannot replace {error.filename}: if it is open in another program, such as Excel, "
            "close it there and run again."
        ) from error
    except OSError as error:
        raise OutputError(f"Cannot publish {plan.folder}: {error.strerror}.") from error
    _remove(plan.folder, before, set(files))
    shutil.rmtree(ready.parent, ignore_errors=True)


def withdraw(folder: Path) -> None:
    """Remove all that earlier runs published in *folder*: no notebook makes it any more."""
    _remove(folder, state.read_json(folder / state.RUN_FILE), set())
    _unlink([folder / state.RUN_FILE])
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove(folder: Path, before: Mapping[str, Any], now: set[str]) -> None:
    """Remove what an earlier run published and this one did not; nobody else's files."""
    entries = [*before.get("steps", {}).values(), before.get("pages", {})]
    names = {name for entry in entries for name in entry.get("files", {})}
    _unlink(folder / Path(name).name for name in names - now)
