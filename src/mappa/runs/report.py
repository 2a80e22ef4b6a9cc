"""The run: tasks go to workers, what comes back is staged, published, told and recorded."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from pebble import ProcessExpired

from mappa.data import places
from mappa.errors import MappaError, OutputError
from mappa.runs import publish, summary
from mappa.runs.execute import Failure
from mappa.runs.jobs import (
    Executed,
    NotebookJob,
    OtherMachine,
    Pages,
    PagesJob,
    make_pages,
    run_notebook,
)
from mappa.runs.plan import ForcePlan, Step, Study
from mappa.runs.progress import Progress
from mappa.runs.results import gather

UP_TO_DATE, PUBLISHED, FAILED, NOT_RUN = "up to date", "published", "failed", "not run"


#: Gives a function and its job to the workers of this machine or of a cluster.
Submit = Callable[..., Future[Any]]


@dataclasses.dataclass
class ForceRun:
    """A force in the run: its plan and what became of it."""

    plan: ForcePlan
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    failures: dict[str, Failure] = dataclasses.field(default_factory=dict)
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    state: str = NOT_RUN

    @property
    def executed(self) -> bool:
        """Whether every notebook has come back, well or not."""
        return len(self.texts) + len(self.failures) == len(self.plan.steps)


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
        self._queue: deque[tuple[Callable[..., Any], Any, ForceRun, Step | None]] = deque()
        self._stopped = False

    def run(self, submit: Submit) -> None:
        """Run whatever is not up to date, and publish each force as soon as it is whole.

        Raises
        ------
        OutputError: the folder of the pages cannot be written any more; published pages are whole.
        OtherMachine: a worker has other tables or another version of the package.
        """
        for force in self.forces:
            self._begin(force)
        running: dict[Future[Any], tuple[ForceRun, Step | None]] = {}
        while running or (self._queue and not self._stopped):
            while self._queue and not self._stopped and len(running) < self.options.window:
                function, job, force, step = self._queue.popleft()
                running[submit(function, job)] = force, step
            # Windows lets no interrupt through while it waits without a limit.
            done, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                force, step = running.pop(future)
                self._take(force, step, future)

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
                force=plan.force,
                name=step.notebook.name,
                text=step.notebook.text,
                parameters=step.parameters,
                data=self.study.tables,
                source=self.study.source,
                data_folder=str(places.data_folder()),
                timeout=self.options.timeout,
            )
            self._queue.append((run_notebook, job, force, step))
        if force.executed:
            self._queue_pages(force)

    def _queue_pages(self, force: ForceRun) -> None:
        plan = force.plan
        files = {f"{name}.ipynb": text for name, text in sorted(force.texts.items())}
        files |= gather(plan.force, dict(sorted(force.texts.items())))
        job = PagesJob(plan.force, plan.slug, files)
        # before the notebooks that wait: a finished force is published at once
        self._queue.appendleft((make_pages, job, force, None))

    def _take(self, force: ForceRun, step: Step | None, future: Future[Any]) -> None:
        """Take what a task brought back."""
        self.progress.task_done()
        name = step.notebook.name if step else "pages"
        try:
            result: Executed | Pages = future.result()
        except OtherMachine:
            raise
        except ProcessExpired:
            self._fail(force, name, Failure("", "WorkerDied", "the process that ran it was killed"))
            return
        except Exception as error:
            first = (str(error).strip().splitlines() or [""])[0]
            kind = "Error" if isinstance(error, MappaError) else type(error).__name__
            self._fail(force, name, Failure("", kind, first))
            return
        force.seconds[name] = round(result.seconds, 3)
        if isinstance(result, Executed) and step:
            self._take_notebook(force, step, result)
        elif isinstance(result, Pages):
            self._take_pages(force, result)

    def _take_notebook(self, force: ForceRun, step: Step, result: Executed) -> None:
        name = step.notebook.name
        if result.failure:
            publish.keep_failure(force.plan, f"{name}.ipynb", result.text)
            self._fail(force, name, result.failure)
            return
        publish.stage(force.plan, step, result.text)
        force.texts[name] = result.text
        if force.executed and not force.failures:
            self._queue_pages(force)

    def _take_pages(self, force: ForceRun, result: Pages) -> None:
        if result.failure:
            for name, content in result.files.items():
                if name.endswith(".html"):
                    publish.keep_failure(force.plan, name, content)
            self._fail(force, "pages", result.failure)
            return
        for name in result.files:
            publish.forget_failure(force.plan, name)
        try:
            publish.publish(force.plan, result.files)
        except publish.FileHeld as error:
            self._fail(force, "pages", Failure("", "Error", str(error)))
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


def record(run: Run, seconds: float, how: str) -> None:
    """Write ``runs.json`` and the national table, also of a run that was cut short.

    Raises OutputError where they cannot be written.
    """
    summary.write_runs(run.study, run.forces, seconds, how)
    summary.write_national(run.study)


@contextlib.contextmanager
def recorded(run: Run, how: str) -> Any:
    """Record the run when it ends, however it ends; its own error is what is told."""
    began = time.monotonic()
    try:
        yield
    except BaseException:
        with contextlib.suppress(OutputError):
            record(run, time.monotonic() - began, how)
        raise
    record(run, time.monotonic() - began, how)
