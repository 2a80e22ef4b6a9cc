"""A run on this machine: the lock of its folder, the template, the workers, and their end."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from pebble import ProcessPool

from mappa.errors import UsageError
from mappa.runs.plan import WORK, Study
from mappa.runs.report import Submit
from warmkernels import client as warm

#: Open files that a run needs; macOS allows as many by default.
FILES = 256


class Stopped(BaseException):
    """The run was interrupted (exit status 128 plus the signal's number)."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let an interrupt, a hang-up and a request to end unwind the run, so that nothing is left."""
    numbers = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:  # the second one must not cut the tidying short
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def locked(out: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder of the pages: a second run waits, and then finds what is up to date.

    The lock goes with the process that holds it, however that ends.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(out / WORK / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"Another run writes to {out}; waiting for it to end ...")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def allow_files() -> None:
    """Let this process open as many files as the system lets it.

    Raises UsageError where that is too few for kernels, which die of it in many words.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES and (hard < 0 or hard > soft):
        soft = FILES if hard < 0 else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if 0 <= soft < FILES:
        raise UsageError(
            f"This process may open {soft} files, and kernels need {FILES}: allow more, such as "
            f"by `ulimit -n {4 * FILES}`."
        )


@contextlib.contextmanager
def workers(
    jobs: int, study: Study | None = None, *, share: bool = False, cold: bool = False
) -> Iterator[Submit]:
    """Open the pool of this machine, with a template for its kernels where that can be.

    Parameters
    ----------
    jobs: how many workers.
    study: whose notebooks' modules the template imports.
    share: whether the template computes what all forces share before its first fork; otherwise it
        only reads the tables, which starts sooner.
    cold: start ordinary kernels.

    Yields
    ------
    What gives a function and its arguments to a worker. A worker that is killed fails its own
    task (``pebble.ProcessExpired``), and another takes its place.
    """
    scratch = tempfile.mkdtemp(prefix="mappa-")
    environment = {"TMPDIR": scratch, "JUPYTER_PREFER_ENV_PATH": "1"}
    environment |= {n: os.environ.get(n, "1") for n in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        if cold:
            environment[warm.SOCKET] = "none"
        else:
            modules = study.modules() if study else []
            shared = study.shared() if study and share else ([], "")
            with contextlib.suppress(OSError):
                template = stack.enter_context(
                    warm.Template(modules, "mappa.runs.plan:compute_shared", shared)
                )
                environment[warm.SOCKET] = str(template.path)
        pool = ProcessPool(
            jobs,
            initializer=_begin,
            initargs=(environment,),
            context=multiprocessing.get_context("spawn"),
        )
        stack.callback(pool.join)
        stack.callback(pool.stop)
        with _uninterrupted():
            assert pool.active  # asking starts it
        yield lambda function, *arguments: pool.schedule(function, args=arguments)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that pass over an interrupt at the terminal: it is for their owner."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(environment: Mapping[str, str]) -> None:
    """Prepare a worker: its environment, nothing printed among the answers, its end."""
    os.environ.update(environment)
    tempfile.tempdir = None
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_the_owner, daemon=True).start()


def _end_with_the_owner() -> None:
    """When the owner has gone, go at once, whatever is under way.

    Closing this process's sockets lets the fork server kill the kernel; a cold kernel notices by
    itself, within a second, that its parent has gone.
    """
    owner = multiprocessing.parent_process()
    if owner is not None:
        owner.join()
        _end()


def _end(*_: object) -> None:
    """End, whatever is under way, and leave nothing in the run's scratch folder."""
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os._exit(1)
