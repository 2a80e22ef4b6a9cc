"""A worker process: reads tasks from stdin, answers on stdout, ends when its owner does."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import threading
from typing import Any, BinaryIO

from mappa.runs.pool import SCRATCH, read_frame, write_frame


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the tasks; a task prints to stderr and its stdin is empty."""
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return tasks, answers


def _listen(stream: BinaryIO, tasks: queue.Queue[Any]) -> None:
    """Queue the tasks; when the owner has gone, go at once, whatever is under way.

    Closing this process's sockets lets the fork server kill the kernel; a cold kernel notices by
    itself, within a second, that its parent has gone.
    """
    try:
        while True:
            tasks.put(read_frame(stream))
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)


def _stop(*_: object) -> None:
    """End, whatever is under way, and leave nothing in the run's scratch folder."""
    scratch = os.environ.get(SCRATCH)
    if scratch:
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Work until the owner closes the pipe."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stream, answers = _private_streams()
    tasks: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_listen, args=(stream, tasks), daemon=True).start()
    while True:
        function, arguments = tasks.get()
        try:
            answer: tuple[Any, Exception | None] = function(*arguments), None
        except Exception as error:
            answer = None, _portable(error)
        try:
            write_frame(answers, answer)
        except OSError:
            _stop()


def _portable(error: Exception) -> Exception:
    """Return *error* if it survives pickling, else its text as a RuntimeError."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()
