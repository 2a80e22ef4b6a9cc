"""Where data and notebooks are: a folder the user names, the clone, or what the wheel carries."""

from __future__ import annotations

import os
from pathlib import Path

from mappa.errors import DataError

_PACKAGE = Path(__file__).resolve().parents[1]
_CLONE = _PACKAGE.parents[1]


def in_clone() -> bool:
    """Tell whether the package runs from a clone (an editable install) or from a wheel."""
    return (_CLONE / "pyproject.toml").is_file() and (_CLONE / "data").is_dir()


def _place(variable: str, name: str) -> Path:
    chosen = os.environ.get(variable)
    if chosen:
        folder = Path(chosen)
        if not folder.is_dir():
            raise DataError(f"{variable} names {chosen}, which is not a folder.")
        return folder
    return _CLONE / name if in_clone() else _PACKAGE / "_shipped" / name


def data_folder() -> Path:
    """Return the folder of the tables: ``MAPPA_DATA``, else the clone's, else the wheel's."""
    return _place("MAPPA_DATA", "data")


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: ``MAPPA_NOTEBOOKS``, the clone's or the wheel's."""
    return _place("MAPPA_NOTEBOOKS", "notebooks")


def cache_folder() -> Path:
    """Return the folder for what is computed once: ``MAPPA_CACHE``, the clone's or the user's."""
    chosen = os.environ.get("MAPPA_CACHE")
    if chosen:
        return Path(chosen)
    if in_clone():
        return _CLONE / ".cache"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "mappa"
