"""Where data and notebooks are: a folder the user names, the clone, or what the wheel carries."""

import contextlib
import os
import tempfile
from pathlib import Path

from mappa.errors import DataError

_PACKAGE = Path(__file__).resolve().parents[1]
_CLONE = _PACKAGE.parents[1]


def in_clone() -> bool:
    """Return whether the package runs from a clone (an editable install) or from a wheel."""
    return (_CLONE / "pyproject.toml").is_file() and (_CLONE / "data").is_dir()


def _place(variable: str, name: str) -> Path:
    chosen = os.environ.get(variable)
    if chosen:
        folder = Path(chosen)
        if not folder.is_dir():
            option = "--data or " if variable == "MAPPA_DATA" else ""
            raise DataError(f"There is no folder {chosen} (given by {option}{variable}).")
        return folder
    return _CLONE / name if in_clone() else _PACKAGE / "_shipped" / name


def data_folder() -> Path:
    """Return the folder of the tables: ``MAPPA_DATA``, else the clone's, else the wheel's."""
    return _place("MAPPA_DATA", "data")


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: ``MAPPA_NOTEBOOKS``, the clone's or the wheel's."""
    return _place("MAPPA_NOTEBOOKS", "notebooks")


def cache_folder() -> Path:
    """Return the folder for what is computed once: ``MAPPA_CACHE`` where it is set.

    Else the clone's, the user's or the system's temporary folder: the first that can be written.
    """
    chosen = os.environ.get("MAPPA_CACHE")
    if chosen:
        return Path(chosen)
    places = [_CLONE / ".cache"] if in_clone() else []
    base = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # a user without a home
        places.append((Path(base) if base else Path.home() / ".cache") / "mappa")
    places.append(Path(tempfile.gettempdir()) / "mappa-cache")
    return next((place for place in places if _can_be_written(place)), places[-1])


def _can_be_written(place: Path) -> bool:
    there = next(p for p in (place, *place.parents) if p.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
