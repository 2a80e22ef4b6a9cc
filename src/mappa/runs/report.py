"""The run: tasks go to workers, what comes back is staged, published, reported and recorded."""

import collections
import contextlib
import dataclasses
import functools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TextIO

from pebble import ProcessExpired

from mappa.data import places
from mappa.errors import MappaError, OutputError
from mappa.files import json_text, write_atomically
from mappa.runs import plan as planning
from mappa.runs import publish, state
from mappa.runs.execute import Failure
from mappa.runs.jobs import COLUMNS, Done, OtherMachine, make_pages, run_notebook
from mappa.runs.plan import ForcePlan, Step, Study
from mappa.runs.workers import Submit
from mappa.versions import versions

UP_TO_DATE, PUBLISHED, FAILED, NOT_RUN = "up to date", "published", "failed", "not run"
RUNS, NATIONAL = "runs.json", "results.csv"


class Progress:
    """Show how far a run is: a bar on a terminal, plain lines elsewhere, nothing where *quiet*.

    *total* is the number of tasks (notebooks and pages), *forces* that of forces.
    """

    def __init__(
        self, total: int, forces: int, *, quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        from tqdm import tqdm

        self._stream = stream or sys.stderr
        self._quiet, self._forces, self._done = quiet, forces, 0
        hidden = quiet or not total or not self._stream.isatty()
        shown = {"unit": "task", "leave": False, "dynamic_ncols": True, "disable": hidden}
        self._bar = tqdm(total=total, file=self._stream, **shown)
        self.task_done, self.close = self._bar.update, self._bar.close

    def force_done(self, force: str, what: str) -> None:
        """Write the line of a finished force, above the bar where there is one."""
        self._done += 1
        if not self._quiet:
            self._bar.write(f"[{self._done}/{self._forces}] {force}: {what}", file=self._stream)


@dataclasses.dataclass
class ForceRun:
    """A force in the run: its plan, its executed notebooks and what became of it."""

    plan: ForcePlan
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    failures: dict[str, Failure] = dataclasses.field(default_factory=dict)
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    state: str = NOT_RUN


class Run:
    """One run of a study over plans; :meth:`run` fills :attr:`forces`.

    *window* is the number of tasks under way at once, *timeout* the longest that a cell may take
    (seconds) or None; *keep_going* runs the other forces after one has failed.
    """

    def __init__(
        self,
        study: Study,
        plans: Sequence[ForcePlan],
        progress: Progress,
        window: int,
        *,
        keep_going: bool = True,
        timeout: float | None = None,
    ) -> None:
        self.study, self.progress, self.window = study, progress, window
        self.keep_going, self.timeout = keep_going, timeout
        self.forces = [ForceRun(plan) for plan in plans]
        # a task, its force, and the step that it is (None: the pages)
        self._queue: collections.deque[tuple[Callable[[], Done], ForceRun, Step | None]]
        self._queue = collections.deque()
        self._stopped = False

    def run(self, submit: Submit) -> None:
        """Run whatever is not up to date, and publish each force as soon as it is complete.

        Raises OutputError where the folder of the pages cannot be written any more (published pages
        are complete), OtherMachine where a worker has other tables or another package.
        """
        for force in self.forces:
            self._begin(force)
        running: dict[Future[Done], tuple[ForceRun, Step | None]] = {}
        while running or (self._queue and not self._stopped):
            while self._queue and not self._stopped and len(running) < self.window:
                task, force, step = self._queue.popleft()
                running[submit(task)] = force, step
            # Windows lets no interrupt through while it waits without a limit.
            done, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(*running.pop(future), future)

    def _begin(self, force: ForceRun) -> None:
        plan, study, folder = force.plan, self.study, str(places.data_folder())
        if plan.current:
            force.state = UP_TO_DATE
            self.progress.force_done(plan.force, UP_TO_DATE)
            return
        for step in plan.steps:
            name, text = step.notebook.name, step.notebook.text
            if step.reason:
                given = name, text, step.parameters, study.tables, study.source, folder
                task = functools.partial(run_notebook, *given, self.timeout)
                self._queue.append((task, force, step))
            else:
                force.texts[name] = step.path.read_text(encoding="utf-8")
                self.progress.task_done()
        self._queue_pages(force)

    def _queue_pages(self, force: ForceRun) -> None:
        """Queue the pages of a force whose notebooks have all been executed."""
        plan = force.plan
        if len(force.texts) == len(plan.steps):
            texts = {s.notebook.name: force.texts[s.notebook.name] for s in plan.steps}
            task = functools.partial(make_pages, plan.force, plan.slug, texts)
            # before the notebooks that wait: a finished force is published at once
            self._queue.appendleft((task, force, None))

    def _take(self, force: ForceRun, step: Step | None, future: Future[Done]) -> None:
        """Take what a task brought back."""
        self.progress.task_done()
        name = step.notebook.name if step else "pages"
        try:
            done = future.result()
        except OtherMachine:
            raise
        except Exception as error:
            self._fail(force, name, _failure(error))
            return
        force.seconds[name] = round(done.seconds, 3)
        if done.failure:
            pages = {n: c for n, c in done.files.items() if step or n.endswith(".html")}
            publish.keep_failures(force.plan, pages)
            self._fail(force, name, done.failure)
            return
        publish.forget_failures(force.plan, done.files)
        if step:
            (content,) = done.files.values()
            publish.stage(force.plan, step, content)
            force.texts[name] = content.decode()
            self._queue_pages(force)
            return
        try:
            publish.publish(force.plan, done.files)
        except publish.FileHeld as error:
            self._fail(force, name, _failure(error))
            return
        force.state = PUBLISHED
        self.progress.force_done(force.plan.force, f"published ({force.plan.reason})")

    def _fail(self, force: ForceRun, name: str, failure: Failure) -> None:
        force.failures[name] = failure
        if force.state != FAILED:
            force.state = FAILED
            self.progress.force_done(force.plan.force, f"FAILED in {name}: {failure}")
        self._stopped |= not self.keep_going

    @contextlib.contextmanager
    def recorded(self, how: str) -> Iterator[None]:
        """Write ``runs.json`` and the national table when the run ends, however it ends.

        Raises OutputError where they cannot be written; an error of the run itself goes first.
        """
        began = time.monotonic()
        failed = True
        try:
            yield
            failed = False
        finally:
            with contextlib.suppress(OutputError) if failed else contextlib.nullcontext():
                _write_runs(self.study, self.forces, time.monotonic() - began, how)
                _write_national(self.study)


def _failure(error: Exception) -> Failure:
    if isinstance(error, ProcessExpired):
        return Failure("", "WorkerDied", "the process that ran it was killed")
    kind = "Error" if isinstance(error, MappaError) else type(error).__name__
    return Failure("", kind, str(error).strip().partition("\n")[0])


def _write_runs(study: Study, forces: Sequence[ForceRun], seconds: float, how: str) -> None:
    """Write ``runs.json``; forces that were not part of this run retain their earlier entry."""
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
            "errors": {name: dataclasses.asdict(f) for name, f in force.failures.items()},
        }
    order = [study.data.slug(name) for name in study.data.names]
    content = {
        "workers": how,
        "seconds": round(seconds, 3),
        "versions": versions(),
        "data": study.tables,
        "source": study.source,
        "pages": study.pages,
        "settings": dict(sorted(study.settings.items())),
        "forces": [entries[slug] for slug in dict.fromkeys((*order, *entries)) if slug in entries],
    }
    write_atomically(path, json_text(content))


def _write_national(study: Study) -> None:
    """Gather the results of every force that is up to date into one tidy table.

    Pages from other tables or settings are left out: the rows of the table belong together.
    """
    lines = [",".join(COLUMNS)]
    for each in planning.plan(study, study.data.names):
        path = each.folder / "results.csv"
        if each.current and path.is_file():
            lines += path.read_text(encoding="utf-8").splitlines()[1:]
    path, content = study.out / NATIONAL, ("\n".join(lines) + "\n").encode()
    # Another program may have an equal file open, which is no reason to fail.
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)


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
