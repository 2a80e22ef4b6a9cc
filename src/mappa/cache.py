"""Results that are the same for every force: computed once, stored by what they follow from.

``Store(places.cache_folder()).once("between-forces", [data.digest, as_of], compute)`` returns the
stored result where the same parts were given before to the same code, else computes and stores it.
Several kernels that ask at once compute it once. Results are JSON or numpy arrays, never pickles:
a folder that others can write to must not be able to run code. Each file begins with a digest of
the rest, so that a damaged one is noticed and made anew.
"""

import ast
import functools
import io
import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mappa.errors import OutputError
from mappa.files import digest, write_atomically

_PACKAGE = Path(__file__).resolve().parent
_DIGITS = 64


Parts = Iterable[bytes | str]
Arrays = dict[str, Any]


def _dump_arrays(arrays: Arrays) -> bytes:
    import numpy as np

    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def _load_arrays(data: bytes) -> Arrays:
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _dump_json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False).encode()


#: How results of a kind become bytes and come back, by the ending of their files.
_KINDS: dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    ".json": (_dump_json, json.loads),
    ".npz": (_dump_arrays, _load_arrays),
}


class Store:
    """A folder of results, each under a name and the digest of what it follows from.

    The folder is made when needed. Deleting it is always safe.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def once(
        self, name: str, parts: Parts, compute: Callable[[], Any], *, code: Iterable[str] = ()
    ) -> Any:
        """Return what *compute* returns for these *parts*, as it comes back from JSON.

        So the first caller and the second see the same: tuples have become lists, and keys texts;
        floats are stored to the last bit.

        Parameters
        ----------
        name: of the result, in plain lower-case letters and hyphens.
        parts: all that the result follows from: the digest of the tables, dates, settings, seeds.
            Texts made of computed numbers must be rounded well above their last digit, or another
            processor finds another key.
        compute: makes the result, of dictionaries, lists, texts, numbers and None. The code of
            its module and of all that this imports is a part of its own (:func:`code_digest`).
        code: names of further modules that the result follows from.
        """
        return self._once(name, parts, compute, code, ".json")

    def once_arrays(
        self, name: str, parts: Parts, compute: Callable[[], Arrays], *, code: Iterable[str] = ()
    ) -> Arrays:
        """Return numpy arrays by name; see :meth:`once`. Arrays of objects are refused."""
        found: Arrays = self._once(name, parts, compute, code, ".npz")
        return found

    def _once(
        self, name: str, parts: Parts, compute: Callable[[], Any], code: Iterable[str], kind: str
    ) -> Any:
        dump, load = _KINDS[kind]
        made_by = getattr(compute, "func", compute).__module__  # of a partial, the function's
        key = digest([name, *parts, code_digest(made_by, *code)])
        path = self.folder / f"{name}-{key[:32]}{kind}"
        if (found := _read(path, key, load)) is not None:
            return found[0]
        data = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            from filelock import FileLock

            with FileLock(path.with_suffix(".lock")):
                # whoever held the lock may have computed it
                if (found := _read(path, key, load)) is not None:
                    return found[0]
                data = dump(compute())
                write_atomically(path, digest([key, data]).encode() + b"\n" + data)
        except (OSError, OutputError):
            pass  # no folder to store it in: slower, and no less right
        return load(dump(compute()) if data is None else data)


def code_digest(*modules: str) -> str:
    """Return a digest of the source of *modules* and of all of mappa that they import.

    Imports are read from the source, wherever in a file they are, and followed from module to
    module. A stored result thus holds until the code that made it changes, and an edit of a page or
    a sentence reruns no model. Line ends do not count; libraries, styles and templates are not
    seen. *modules* are dotted names, such as ``"mappa.growth.model"``; a package means what its
    ``__init__`` imports, and a name outside mappa counts for nothing.
    """
    found = code_reached(*modules)
    return digest(part for name in sorted(found) for part in (name, found[name]))


def code_reached(*modules: str) -> dict[str, str]:
    """Return the modules of mappa that *modules* import, with themselves, and their digests."""
    reached: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        first, *rest = name.split(".")
        if name in reached or first != _PACKAGE.name:
            continue
        place = _PACKAGE.joinpath(*rest)
        for path in filter(Path.is_file, (place / "__init__.py", place.with_suffix(".py"))):
            reached[name], imported = _read_module(name, path, path.stat().st_mtime_ns)
            waiting += imported
    return reached


def imports(source: str) -> set[str]:
    """Return the modules, and names that may be modules, which *source* imports anywhere.

    ``from mappa.data import places`` may import a module, or a name from one.
    """
    with _PARSING:
        nodes = list(ast.walk(ast.parse(source)))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


#: Python 3.11 may fail (SystemError) where several threads parse source at once.
_PARSING = threading.Lock()


@functools.lru_cache(maxsize=1024)
def _read_module(name: str, path: Path, changed: int) -> tuple[str, tuple[str, ...]]:
    """Return the digest of a module's source and all names that it may import."""
    text = path.read_text(encoding="utf-8")
    found = imports(text)
    return digest([text]), tuple(n for n in found if n != name and n.startswith(_PACKAGE.name))


def _read(path: Path, key: str, load: Callable[[bytes], Any]) -> tuple[Any] | None:
    """Return the stored result in a tuple, or None where there is none or it is spoilt."""
    try:
        stored = path.read_bytes()
        seal, data = stored[:_DIGITS], stored[_DIGITS + 1 :]
        return (load(data),) if seal == digest([key, data]).encode() else None
    except (OSError, ValueError, KeyError, EOFError):
        return None
