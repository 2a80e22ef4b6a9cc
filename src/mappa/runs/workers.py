"""The workers of a run, on this machine or on a dask cluster, and what this machine's need.

Both take the same tasks by the same ``submit``: the lock of the folder, the template of the
kernels, the pool and its end are of this machine alone.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from mappa.errors import MappaError, UsageError

if TYPE_CHECKING:
    from mappa.runs.plan import Study

#: Gives a task to the workers of this machine or of a cluster.
Submit = Callable[[Callable[[], Any]], Future[Any]]
#: Seconds to wait for the scheduler of a cluster and for its first worker.
PATIENCE = 10.0
#: Open files that a run needs; macOS allows as many by default.
FILES = 256


class ClusterError(MappaError):
    """A cluster that cannot be reached or has no worker."""


class Stopped(BaseException):
    """The run was interrupted (exit status 128 plus the signal's number)."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number


@contextlib.contextmanager
def cluster(address: str) -> Iterator[tuple[Any, int]]:
    """Connect to a scheduler and yield its executor and how many tasks it runs at once.

    Its address is such as ``tcp://host:8786``, or the path of a scheduler file; for an empty one
    there is no executor, and one task at once.

    Raises UsageError where dask is not installed, ClusterError where no scheduler answers or it
    has no worker. Tasks are impure: a job that is identical to one of before runs again, and never
    returns what the cluster remembers. A task whose worker is killed is given to another worker.
    """
    if not address:
        yield None, 1
        return
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--dask needs dask: pip install dask distributed.") from None
    try:
        if address.endswith(".json"):
            client = Client(scheduler_file=address, timeout=PATIENCE)
        else:
            client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ClusterError(f"No dask scheduler answers at {address}: {first}.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ClusterError(f"The scheduler at {address} has no worker.") from None
        yield client.get_executor(pure=False), sum(client.nthreads().values())


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
def locked(out: Path, quiet: bool) -> Iterator[None]:
    """Hold the folder of the pages: a second run waits, and then finds what is up to date.

    The lock goes with the process that holds it, however that ends.
    """
    from filelock import FileLock, Timeout

    from mappa.runs.plan import WORK

    lock = FileLock(out / WORK / "lock")
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        if not quiet:
            print(f"Another run writes to {out}; waiting for it to end ...", file=sys.stderr)
        held = lock.acquire()
    with held:
        yield


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
def pool(
    jobs: int, study: "Study | None" = None, *, share: bool = False, cold: bool = False
) -> Iterator[Submit]:
    """Open a pool of *jobs* workers, with a template for their kernels, if they are not *cold*.

    The template imports what the notebooks of *study* do and reads the tables; where it is to
    *share*, it also computes what all forces share before its first fork, which takes longer.

    Yields what gives a task to a worker. A worker that is killed fails its own task
    (``pebble.ProcessExpired``), and another takes its place.
    """
    from pebble import ProcessPool

    from warmkernels import client as warm

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
                template = warm.Template(modules, "mappa.runs.plan:compute_shared", shared)
                stack.callback(template.close)
                environment[warm.SOCKET] = str(template.path)
        spawn = multiprocessing.get_context("spawn")
        opened = ProcessPool(jobs, initializer=_begin, initargs=(environment,), context=spawn)
        stack.callback(opened.join)
        stack.callback(opened.stop)
        # Its processes pass over an interrupt at the terminal, which is for their owner.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            assert opened.active  # asking starts it
        finally:
            signal.signal(signal.SIGINT, before)
        yield opened.schedule


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
