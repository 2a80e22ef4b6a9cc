"""Results that are the same for every force: computed once, kept by what they follow from.

``Store(places.cache_folder()).once("between-forces", [figures.digest, as_of], compute)`` returns
the stored result where the same parts were given before, else computes and stores it. Several
kernels that ask at once compute it once. Results are JSON or numpy arrays, never pickles: a
folder that others can write to must not be able to run code.
"""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from mappa.errors import OutputError
from mappa.files import digest, digest_files, write_atomically

T = TypeVar("T")


class Store:
    """A folder of results, each under a name and the digest of what it follows from.

    Parameters
    ----------
    folder: where results are kept; made when needed. Deleting it is always safe.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def once(
        self,
        name: str,
        parts: Iterable[bytes | str],
        compute: Callable[[], Any],
        *,
        code: Iterable[Any] = (),
    ) -> Any:
        """Return what *compute* returns for these *parts*, as JSON keeps it.

        Parameters
        ----------
        name: of the result, in plain lower-case letters and hyphens.
        parts: all that the result follows from: the digest of the figures, dates, settings, seeds.
        compute: makes the result, of dictionaries, lists, texts, numbers and None.
        code: modules whose source the result follows from; a change of them computes it anew.

        Returns
        -------
        The result as it comes back from JSON, whether it was computed now or before, so that the
        first caller and the second see the same (tuples have become lists, keys texts). Floats
        are kept to the last bit.
        """
        return self._once(name, ".json", parts, code, compute, _dump_json, _load_json)

    def once_arrays(
        self,
        name: str,
        parts: Iterable[bytes | str],
        compute: Callable[[], dict[str, Any]],
        *,
        code: Iterable[Any] = (),
    ) -> dict[str, Any]:
        """Return numpy arrays by name; see :meth:`once`. Arrays of objects are refused."""
        found: dict[str, Any] = self._once(
            name, ".npz", parts, code, compute, _dump_arrays, _load_arrays
        )
        return found

    def _once(
        self,
        name: str,
        suffix: str,
        parts: Iterable[bytes | str],
        code: Iterable[Any],
        compute: Callable[[], T],
        dump: Callable[[T], bytes],
        load: Callable[[bytes], T],
    ) -> T:
        key = digest([name, *parts, *map(source_digest, code)])
        path = self.folder / f"{name}-{key[:32]}{suffix}"
        found = _read(path, load)
        if found is not None:
            return found[0]
        data = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            from filelock import FileLock

            with FileLock(path.with_suffix(".lock")):
                found = _read(path, load)  # whoever held the lock may have computed it
                if found is not None:
                    return found[0]
                data = dump(compute())
                write_atomically(path, data)
        except (OSError, OutputError):
            pass  # no folder to keep it in: slower, and no less right
        return load(dump(compute()) if data is None else data)


def source_digest(module: Any) -> str:
    """Return the digest of a module's source, or of all files of a package."""
    return _source_digest(str(module.__file__))


@functools.cache
def _source_digest(file: str) -> str:
    path = Path(file)
    if path.name == "__init__.py":
        return digest_files(path.parent.rglob("*.py"), path.parent)
    return digest_files([path], path.parent)


def _read(path: Path, load: Callable[[bytes], T]) -> tuple[T] | None:
    """Return the stored result in a tuple, or None where there is none or it is spoilt."""
    try:
        return (load(path.read_bytes()),)
    except (OSError, ValueError, KeyError, EOFError):
        return None


def _dump_json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False).encode()


def _load_json(data: bytes) -> Any:
    return json.loads(data)


def _dump_arrays(arrays: dict[str, Any]) -> bytes:
    import numpy as np

    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def _load_arrays(data: bytes) -> dict[str, Any]:
    import zipfile

    import numpy as np

    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error
