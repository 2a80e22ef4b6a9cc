"""Show this package's modules the system that ``OTHER_MACHINE`` names, in every Python on the path.

On ``win32`` there are no forks, process groups, Unix sockets and POSIX signals, lines end in CR LF,
and an open file is not replaced; on ``darwin`` there are all, but forks are not safe.
"""

from __future__ import annotations

import builtins
import os
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

MACHINE = os.environ["OTHER_MACHINE"]
GONE = {
    "os": "fork forkpty setsid killpg getuid geteuid getpgid setpgid register_at_fork nice uname "
    "sched_getaffinity O_NOFOLLOW O_DIRECTORY waitpid WNOHANG",
    "signal": "SIGKILL SIGHUP SIGALRM SIGCHLD SIGPIPE SIGQUIT alarm setitimer pthread_sigmask",
    "socket": "AF_UNIX send_fds recv_fds SO_PEERCRED",
    "sys": "",
}
ABSENT = {"fcntl", "resource", "pwd", "grp", "termios", "pty"}


class Seen(types.ModuleType):
    """A module as the other system has it."""

    def __init__(self, real: types.ModuleType, gone: str, **other: object) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(real=real, gone=gone.split(), **other)

    def __getattr__(self, name: str) -> Any:
        if name in self.gone:
            raise AttributeError(f"{self.__name__} has no {name} on {MACHINE}")
        return getattr(self.real, name)


windows = MACHINE == "win32"
SEEN = {
    name: Seen(real, gone if windows else "", **({"platform": MACHINE} if real is sys else {}))
    for (name, gone), real in zip(GONE.items(), (os, signal, socket, sys), strict=True)
}
ordinary = builtins.__import__


def shown(name: str, globals: Any = None, *rest: Any, **more: Any) -> Any:
    """Import as the other system would, where a module of this package asks."""
    if str((globals or {}).get("__name__")).startswith(("mappa", "warmkernels")):
        if windows and name in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in SEEN:
            return SEEN[name]
    return ordinary(name, globals, *rest, **more)


builtins.__import__ = shown
if windows:
    os.linesep = "\r\n"
    replace = Path.replace

    def replace_what_is_closed(path: Path, target: Any) -> Path:
        """Refuse to move or replace a file that any process of this machine has open."""
        held = {str(Path(p).resolve()) for p in (path, target)}
        for link in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                found = str(link.readlink())
            except OSError:
                continue
            if found in held:
                raise PermissionError(13, "The file is used by another process", found)
        return replace(path, target)

    Path.replace = replace_what_is_closed  # type: ignore[method-assign, assignment]
