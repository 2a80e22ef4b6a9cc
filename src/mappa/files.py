"""Atomic writing and digests, used at the output end."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mappa.errors import OutputError


def write_atomically(path: Path | str, content: str | bytes) -> Path:
    """Write *content* to *path* so that a reader sees the old file or the whole new one.

    Raises
    ------
    OutputError: the folder cannot be made or written, or the disk is full; nothing is left behind.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        blocked = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "a file stands where a folder is needed" if blocked else error.strerror
        raise OutputError(
            f"Cannot write {target}: {reason or error}. Choose a folder that can be written."
        ) from error
    return target


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def digest(parts: Iterable[bytes | str]) -> str:
    """Return the SHA-256 (hex) of *parts* in order, each with its length, so none can run over."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8") if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "big"))
        sha.update(data)
    return sha.hexdigest()


def digest_files(paths: Iterable[Path], root: Path) -> str:
    """Return one digest of the names (relative to *root*) and contents of *paths*."""
    parts: list[bytes | str] = []
    for path in sorted(paths):
        parts += [path.relative_to(root).as_posix(), path.read_bytes()]
    return digest(parts)
