"""A run on this machine: the lock of its folder, the template, the workers, and their end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from mappa.runs import pool
from mappa.runs.plan import WORK
from warmkernels import client as warm


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


@contextlib.contextmanager
def workers(jobs: int, *, cold: bool = False, share: Sequence[str] = ()) -> Iterator[Any]:
    """Open the pool of this machine, with a template for its kernels where that can be.

    Parameters
    ----------
    jobs: how many workers.
    cold: start ordinary kernels.
    share: of what the template computes what every force shares (see :class:`.warm.Template`).
    """
    scratch = Path(tempfile.mkdtemp(prefix="mappa-"))
    environment = {"TMPDIR": str(scratch), pool.SCRATCH: str(scratch)}
    environment |= {n: os.environ.get(n, "1") for n in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        if cold:
            environment[warm.SOCKET] = "none"
        else:
            with contextlib.suppress(OSError):
                template = stack.enter_context(warm.Template(share))
                environment[warm.SOCKET] = str(template.path)
        yield stack.enter_context(pool.LocalPool(jobs, environment))
