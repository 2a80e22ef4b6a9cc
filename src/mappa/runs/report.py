"""The run: tasks go to workers, what comes back is staged, published, reported and recorded."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from pebble import ProcessExpired

from mappa.data import places
from mappa.errors import MappaError, OutputError
from mappa.runs import publish, results
from mappa.runs.execute import Failure
from mappa.runs.jobs import Done, NotebookJob, OtherMachine, PagesJob, make_pages, run_notebook
from mappa.runs.plan import ForcePlan, Step, Study
from mappa.runs.progress import Progress

UP_TO_DATE, PUBLISHED, FAILED, NOT_RUN = "up to date", "published", "failed", "not run"

#: Gives a function and its job to the workers of this machine or of a cluster.
Submit = Callable[..., Future[Any]]


@dataclasses.dataclass
class ForceRun:
    """A force in the run: its plan, its executed notebooks and what became of it."""

    plan: ForcePlan
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    failures: dict[str, Failure] = dataclasses.field(default_factory=dict)
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    state: str = NOT_RUN


@dataclasses.dataclass(frozen=True)
class Options:
    """How a run goes on.

    Parameters
    ----------
    window: tasks under way at once.
    keep_going: run the other forces after one has failed.
    timeout: the longest that a cell may take (seconds), or None.
    """

    window: int
    keep_going: bool = True
    timeout: float | None = None


class Run:
    """One run of a study over plans; :meth:`run` fills :attr:`forces`."""

    def __init__(
        self, study: Study, plans: Sequence[ForcePlan], options: Options, progress: Progress
    ) -> None:
        self.study, self.options, self.progress = study, options, progress
        self.forces = [ForceRun(plan) for plan in plans]
        self._queue: deque[tuple[Callable[..., Done], Any, ForceRun, Step | None]] = deque()
        self._stopped = False

    def run(self, submit: Submit) -> None:
        """Run whatever is not up to date, and publish each force as soon as it is complete.

        Raises
        ------
        OutputError: the folder of the pages cannot be written any more; published pages are
            complete.
        OtherMachine: a worker has other tables or another version of the package.
        """
        for force in self.forces:
            self._begin(force)
        running: dict[Future[Done], tuple[ForceRun, Step | None]] = {}
        while running or (self._queue and not self._stopped):
            while self._queue and not self._stopped and len(running) < self.options.window:
                function, job, force, step = self._queue.popleft()
                running[submit(function, job)] = force, step
            # Windows lets no interrupt through while it waits without a limit.
            done, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(*running.pop(future), future)

    def _begin(self, force: ForceRun) -> None:
        plan = force.plan
        if plan.current:
            force.state = UP_TO_DATE
            self.progress.force_done(plan.force, UP_TO_DATE)
            return
        for step in plan.steps:
            if not step.reason:
                force.texts[step.notebook.name] = step.path.read_text(encoding="utf-8")
                self.progress.task_done()
                continue
            job = NotebookJob(
                name=step.notebook.name,
                text=step.notebook.text,
                parameters=step.parameters,
                data=self.study.tables,
                source=self.study.source,
                data_folder=str(places.data_folder()),
                timeout=self.options.timeout,
            )
            self._queue.append((run_notebook, job, force, step))
        self._queue_pages(force)

    def _queue_pages(self, force: ForceRun) -> None:
        """Queue the pages of a force whose notebooks have all been executed."""
        plan = force.plan
        if len(force.texts) < len(plan.steps):
            return
        texts = {s.notebook.name: force.texts[s.notebook.name] for s in plan.steps}
        files = {f"{name}.ipynb": text for name, text in texts.items()}
        job = PagesJob(plan.slug, files | results.gather(plan.force, texts))
        # before the notebooks that wait: a finished force is published at once
        self._queue.appendleft((make_pages, job, force, None))

    def _take(self, force: ForceRun, step: Step | None, future: Future[Done]) -> None:
        """Take what a task brought back."""
        self.progress.task_done()
        name = step.notebook.name if step else "pages"
        try:
            done = future.result()
        except OtherMachine:
            raise
        except ProcessExpired:
            self._fail(force, name, Failure("", "WorkerDied", "the process that ran it was killed"))
            return
        except Exception as error:
            first = str(error).strip().partition("\n")[0]
            kind = "Error" if isinstance(error, MappaError) else type(error).__name__
            self._fail(force, name, Failure("", kind, first))
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
            self._fail(force, name, Failure("", "Error", str(error)))
            return
        force.state = PUBLISHED
        self.progress.force_done(force.plan.force, f"published ({force.plan.reason})")

    def _fail(self, force: ForceRun, name: str, failure: Failure) -> None:
        force.failures[name] = failure
        if force.state != FAILED:
            force.state = FAILED
            self.progress.force_done(force.plan.force, f"FAILED in {name}: {failure}")
        if not self.options.keep_going:
            self._stopped = True

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
                results.write_runs(self.study, self.forces, time.monotonic() - began, how)
                results.write_national(self.study)
