"""A small server that forks kernels from a process which has the imports already.

A cold kernel spends seconds on imports before its first cell; a fork has them at once, and is as
fresh: nothing but imports has happened in the template, and what its owner asked for.
Linux only; run by :class:`warmkernels.client.Template` as
``python -P -m warmkernels.server FD PRELOAD``.

The protocol, on a Unix socket that only this user can open: a client sends one line of JSON
(``argv``, ``cwd``, ``env``) with the descriptors of its stdout and stderr; the server answers
``{"pid": n}`` and, when the kernel ends, ``{"exit": status}``. Who closes the connection kills
the kernel's group; when stdin ends (the owner is gone) everything goes.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import random
import select
import selectors
import shutil
import signal
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipykernel.iostream import OutStream

#: What every kernel imports, besides the modules that the owner names. Never
#: ``matplotlib_inline.backend_inline``: it hooks itself into the running IPython, and here none
#: runs yet.
PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "psutil",
    "ipywidgets",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "pandas.io.formats.string",
)
#: The class of the kernels' output streams.
STREAM = "warmkernels.server.Stream"
_LONGEST = 1 << 20  # bytes of a request: an environment is a few thousand


def preload(modules: Sequence[str] = (), call: str = "", arguments: Sequence[Any] = ()) -> None:
    """Import what kernels need and compute what they share; a missing module is no error.

    *modules* are imported besides :data:`PRELOAD`; *call* is ``module:function`` of a pure
    function, to be called once, with *arguments*, before the first fork.
    """
    for name in (*PRELOAD, *modules):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if call:
        module, _, function = call.partition(":")
        # A warning given here must not be missing in a kernel that gives it again.
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(importlib.import_module(module), function)(*arguments)
    import pandas as pd

    pd.set_option("display.max_columns", 20)  # what pandas chooses when a kernel imports it


class Stream(OutStream):
    """The standard output of a kernel, which wakes the sending thread only to send something.

    ipykernel flushes both streams several times a cell, and each flush hands over to the thread
    that sends and waits for it: a fifth of what a kernel costs besides its cells. All that is sent
    goes through that one thread, so the order of what was written stays as it is.
    """

    def flush(self) -> None:
        """Send what has been written since the last flush, if anything was."""
        waiting = ("_buffers", "_flush_pending", "_subprocess_flush_pending")
        # Another ipykernel may name them otherwise: then every flush is carried out.
        if any(getattr(self, name, True) for name in waiting):
            super().flush()


class ForkServer:
    """Accept requests on *listener* until stdin ends."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.clients: dict[socket.socket, int] = {}  # connection -> pid of its kernel
        self.selector = selectors.DefaultSelector()
        self.wakeup, self._alarm = socket.socketpair()

    def serve(self) -> None:
        """Serve for ever; return when the owner has closed stdin."""
        for end in (self.wakeup, self._alarm):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._alarm.fileno(), warn_on_full_buffer=False)
        for watched in (self.listener, self.wakeup, sys.stdin):
            self.selector.register(watched, selectors.EVENT_READ)
        try:
            while self._turn():
                pass
        finally:
            signal.set_wakeup_fd(-1)  # what ends from here on wakes nobody
            for pid in self.clients.values():
                _kill(pid)

    def _turn(self) -> bool:
        for key, _ in self.selector.select():
            if key.fileobj is sys.stdin:
                return False
            if key.fileobj is self.wakeup:
                with contextlib.suppress(BlockingIOError):
                    self.wakeup.recv(4096)
                self._reap()
            elif key.fileobj is self.listener:
                self._accept()
            elif key.fileobj in self.clients:  # it has closed its end: nothing else is ever sent
                _kill(self._forget(key.fileobj))
        return True

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.settimeout(10)  # a client that connects and says nothing must not stop us
        fds: list[int] = []
        pid = 0
        try:
            line, fds = _read_request(connection)
            request = json.loads(line)
            _refuse_threads()
            pid = self._fork(request, fds, connection)
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        except (OSError, ValueError, KeyError, TypeError) as error:
            if pid:  # the client has gone meanwhile
                _kill(pid)
            with contextlib.suppress(OSError):
                connection.sendall(json.dumps({"error": str(error)}).encode() + b"\n")
            connection.close()
            return
        finally:
            for fd in fds:
                os.close(fd)
        self.clients[connection] = pid
        self.selector.register(connection, selectors.EVENT_READ)

    def _fork(self, request: Mapping[str, Any], fds: list[int], connection: socket.socket) -> int:
        argv, cwd, env = list(request["argv"]), str(request["cwd"]), dict(request["env"])
        server = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for end in (self.listener, self.wakeup, self._alarm, connection, *self.clients):
                end.close()
            self.selector.close()
            status = _become_kernel(argv, cwd, env, fds, server)
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for connection, child in list(self.clients.items()):
                if child == pid:
                    code = os.waitstatus_to_exitcode(status)
                    with contextlib.suppress(OSError):
                        connection.sendall(json.dumps({"exit": code}).encode() + b"\n")
                    self._forget(connection)
                    # what the kernel started stays in its group and goes with it
                    _kill_group(pid)

    def _forget(self, connection: socket.socket) -> int:
        self.selector.unregister(connection)
        connection.close()
        return self.clients.pop(connection)


def _read_request(connection: socket.socket) -> tuple[bytes, list[int]]:
    data, fds, _, _ = socket.recv_fds(connection, 65536, 2)
    while not data.endswith(b"\n"):
        more = connection.recv(65536)
        if not more or len(data) > _LONGEST:
            raise ValueError("the request is cut off")
        data += more
    return data, fds


def _refuse_threads() -> None:
    """A fork copies one thread and the locks of all: with others running it may hang."""
    count = len(list(Path("/proc/self/task").iterdir()))
    if count > 1:
        raise ValueError(f"the template runs {count} threads")


def _kill(pid: int) -> None:
    """Kill a kernel that has not been reaped, with its group if it leads one yet."""
    _kill_group(pid)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _become_kernel(
    argv: list[str], cwd: str, env: dict[str, str], fds: list[int], server: int
) -> int:
    """Turn a fork of the template into what a newly started kernel would be, and run it."""
    os.setsid()
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _die_with_parent()
    if os.getppid() != server:  # it had gone before this process could ask to go with it
        return 1
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    for target, fd in zip((1, 2), fds, strict=False):
        os.dup2(fd, target)
        os.close(fd)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    _reseed()
    atexit._clear()  # the template's own; the kernel's are run below
    gc.unfreeze()

    from ipykernel.kernelapp import IPKernelApp

    try:
        app = IPKernelApp.instance(parent_handle=server, outstream_class=STREAM)
        app.initialize(argv[1:])
        app.start()
        return 0
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(bool(error.code))
    finally:
        atexit._run_exitfuncs()


def _die_with_parent() -> None:
    """Be killed when the server is (PR_SET_PDEATHSIG); where that is refused, ipykernel polls."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _reseed() -> None:
    """Give each kernel its own random state: forks would all draw the same numbers."""
    import tempfile

    random.seed()
    tempfile._name_sequence = None  # type: ignore[attr-defined]
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


@contextlib.contextmanager
def _leaving_with_the_owner(folder: Path) -> Iterator[None]:
    """Look once a second, while this process is busy, whether its owner has gone; then go too.

    A timer and not a thread: while a thread runs nothing may be forked.
    """

    def look(*_: object) -> None:
        if select.select([sys.stdin], [], [], 0)[0]:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def main(descriptor: int, wanted: str) -> None:
    """Serve on an inherited listening socket; *wanted*: arguments of :func:`preload` as JSON."""
    listener = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)
    with _leaving_with_the_owner(Path(listener.getsockname()).parent):
        preload(*json.loads(wanted))
    gc.collect()
    gc.freeze()  # the collector must not touch, and so copy, the pages shared with the forks
    try:
        ForkServer(listener).serve()
    finally:  # the owner may have been killed, and then nobody else removes the socket's folder
        shutil.rmtree(Path(listener.getsockname()).parent, ignore_errors=True)


if __name__ == "__main__":
    # The module's own import, so that its classes are not those of __main__, which a kernel
    # replaces by the user's namespace.
    from warmkernels import server as forkserver

    forkserver.main(int(sys.argv[1]), sys.argv[2])
