"""Worker processes on this machine, behind the same ``submit`` as a cluster's executor.

Not ``concurrent.futures.ProcessPoolExecutor``: there one worker that dies breaks every task.
Here a thread owns each worker process, tells whose task died with it, and starts another.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any

#: Names the folder for what a run needs while it lasts; whoever ends last removes it.
SCRATCH = "MAPPA_SCRATCH"
_HEAD = struct.Struct(">Q")


class WorkerDied(Exception):
    """The process of a worker ended in the middle of a task (killed, or out of memory)."""


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def write_frame(stream: IO[bytes], value: Any) -> None:
    """Write one pickled object with its length."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_HEAD.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    """Read one pickled object; raise EOFError where the other end has gone."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    (size,) = _HEAD.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


class LocalPool:
    """Run functions of importable modules in *jobs* processes.

    Parameters
    ----------
    jobs: how many workers at most; each is started with its first task.
    environment: variables that the workers see besides this process's.
    """

    def __init__(self, jobs: int, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ | dict(environment or {})
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="mappa-worker")
        self._mine = threading.local()
        self._workers: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Call *function* in a worker and return the future of its result."""
        return self._threads.submit(self._call, function, arguments)

    def _call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        worker = self._worker()
        try:
            write_frame(worker.stdin, (function, arguments))  # type: ignore[arg-type]
            value, error = read_frame(worker.stdout)  # type: ignore[arg-type]
        except (EOFError, OSError):
            self._drop(worker)
            raise WorkerDied("the process that ran it was killed") from None
        if error is not None:
            raise error
        return value

    def _worker(self) -> subprocess.Popen[bytes]:
        worker: subprocess.Popen[bytes] | None = getattr(self._mine, "worker", None)
        if worker is not None and worker.poll() is None:
            return worker
        with self._lock:
            if self._closed:
                raise WorkerDied("the run was stopped")
            worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "mappa.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,  # an interrupt at the terminal is for the owner to handle
            )
            self._workers.add(worker)
        self._mine.worker = worker
        return worker

    def _drop(self, worker: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._workers.discard(worker)
        with contextlib.suppress(OSError):
            worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def close(self) -> None:
        """End every worker at once, and with each its kernel; tasks under way fail."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            with contextlib.suppress(OSError):
                worker.terminate()
        for worker in workers:
            try:
                worker.wait(timeout=5)
            except subprocess.TimeoutExpired:
                worker.kill()
        self._threads.shutdown(wait=True)
        for worker in workers:
            self._drop(worker)

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
