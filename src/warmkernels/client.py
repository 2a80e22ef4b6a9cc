"""The client of the fork server: a template owned by this process, and kernels from it."""

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: Names the socket of a template that a parent process owns.
SOCKET = "WARMKERNELS_SOCKET"
#: Names the modules that a template of this process's own imports.
PRELOAD = "WARMKERNELS_PRELOAD"
_LONGEST_PATH = 100  # bytes of a Unix socket's path, 104 on some systems
#: Seconds for the imports of the template on a busy machine, and for what it computes for all: a
#: kernel that did not wait would compute the same.
_PATIENCE = 900
_INLINE = "module://matplotlib_inline.backend_inline"


class Cold(OSError):
    """No warm kernel can be had; an ordinary one can."""


def possible() -> bool:
    """Tell whether kernels can be forked here: Linux, where forking after imports is sound.

    macOS's system libraries are not safe after a fork without exec, and Windows has no fork.
    """
    return sys.platform == "linux"


class Template:
    """A fork server and its socket, which live until :meth:`close` or the end of this process.

    It imports *modules* besides what every kernel does (by default those in the environment's
    :data:`PRELOAD`, parted by commas), and calls ``module:function`` (*call*), with *arguments*
    that JSON can carry, once before the first fork, to compute what kernels share. Raises Cold
    where kernels cannot be forked here, OSError where the server cannot be started.
    """

    def __init__(
        self, modules: Sequence[str] | None = None, call: str = "", arguments: Sequence[Any] = ()
    ) -> None:
        if not possible():
            raise Cold("kernels cannot be forked on this system")
        if modules is None:
            modules = [name for name in os.environ.get(PRELOAD, "").split(",") if name]
        wanted = json.dumps([list(modules), call, list(arguments)])
        self.folder = Path(tempfile.mkdtemp(prefix="warmkernels-"))  # mode 0700
        try:
            self.path = self.folder / "s"
            if len(os.fsencode(self.path)) > _LONGEST_PATH:
                raise Cold(f"{self.path} is too long for a socket")
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(self.path))
                self.path.chmod(0o600)
                listener.listen(128)
                self.process = _start_server(listener.fileno(), wanted)
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def close(self) -> None:
        """Stop the server and every kernel forked from it."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # still importing, perhaps
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _start_server(descriptor: int, wanted: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "MPLBACKEND": _INLINE,
        "OPENBLAS_NUM_THREADS": "1",  # threads do not survive a fork
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # its warning about frozen modules is no use here
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "warmkernels.server", str(descriptor), wanted],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        env=environment,
        start_new_session=True,  # an interrupt at the terminal is for the owner to handle
    )


_lock = threading.Lock()
_own: Template | None = None


def socket_path() -> Path:
    """Return the socket of the template that a parent owns, else of one that this process owns."""
    given = os.environ.get(SOCKET)
    if given:
        return Path(given)
    global _own
    with _lock:
        if _own is None or _own.process.poll() is not None:
            _own = Template()
            atexit.register(_own.close)
        return _own.path


class WarmProcess:
    """A forked kernel, with the methods of ``subprocess.Popen`` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection = connection
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while the kernel runs."""
        if self.returncode is None and select.select([self._connection], [], [], 0)[0]:
            self.returncode = self._read_status()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the kernel to end and return its exit status."""
        if self.returncode is None:
            if not select.select([self._connection], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            self.returncode = self._read_status()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the kernel's whole group, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _read_status(self) -> int:
        try:
            line = _read_line(self._connection)
            status = int(line.get("exit", 1))
        except (OSError, ValueError):
            status = -signal.SIGKILL  # the server is gone, and its kernels with it
        self._connection.close()
        return status


def launch(cmd: Sequence[str], **options: Any) -> WarmProcess:
    """Fork a kernel as its command *cmd* (``python -m ipykernel_launcher -f FILE ...``) starts it.

    Of *options*, those of ``subprocess.Popen``, env, cwd, stdout and stderr are used. Raises Cold
    where *cmd* is not this Python's own kernel or the template will not fork, and OSError where the
    template cannot be reached.
    """
    if not possible():
        raise Cold("kernels cannot be forked on this system")
    arguments = _kernel_arguments(cmd)
    environment = dict(options.get("env") or os.environ)
    environment["MPLBACKEND"] = environment.get("MPLBACKEND") or _INLINE
    environment["JPY_PARENT_PID"] = str(os.getpid())  # as for an ordinary kernel
    directory = str(options.get("cwd") or Path.cwd())
    request = {"argv": ["ipykernel_launcher", *arguments], "cwd": directory, "env": environment}
    line = json.dumps(request).encode() + b"\n"
    outputs = [_fd(options.get("stdout"), 1), _fd(options.get("stderr"), 2)]
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_PATIENCE)
        connection.connect(str(socket_path()))
        sent = socket.send_fds(connection, [line], outputs)
        connection.sendall(line[sent:])
        answer = _read_line(connection)
        if "pid" not in answer:
            raise Cold(str(answer.get("error", "the template gave no kernel")))
    except (OSError, ValueError) as error:
        connection.close()
        raise error if isinstance(error, OSError) else Cold(str(error)) from error
    return WarmProcess(connection, int(answer["pid"]))


def _kernel_arguments(cmd: Sequence[str]) -> list[str]:
    """Return what follows ``-m ipykernel_launcher``, if *cmd* starts this very Python."""
    try:
        at = list(cmd).index("ipykernel_launcher")
    except ValueError:
        raise Cold("not an IPython kernel") from None
    python = shutil.which(cmd[0])
    same = python is not None and Path(python).absolute() == Path(sys.executable).absolute()
    if not same or list(cmd[1:at]) not in (["-m"], ["-Xfrozen_modules=off", "-m"]):
        raise Cold("a kernel of another Python")
    return list(cmd[at + 1 :])


def _fd(stream: Any, default: int) -> int:
    if stream is None:
        return default
    return stream if isinstance(stream, int) else int(stream.fileno())


def _read_line(connection: socket.socket) -> dict[str, int | str]:
    data = b""
    while not data.endswith(b"\n"):
        more = connection.recv(1)  # byte by byte: the status may follow the pid at once
        if not more:
            raise Cold("the template has gone")
        data += more
    return dict(json.loads(data))
