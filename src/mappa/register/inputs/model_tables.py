"""The model's own tables: priors and the assumptions log, beside the figures in ``data/``."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd

from mappa.data import Data, places, schema
from mappa.errors import DataError

PARAMETERS = "register_parameters"
ASSUMPTIONS = "assumptions"
VERSIONS = "register_versions"


def shipped_folder() -> Path:
    """Return the study's own data folder, whatever folder the user reads figures from."""
    package = Path(places.__file__).resolve().parents[1]
    clone = package.parents[1] / "data"
    return clone if places.in_clone() else package / "_shipped" / "data"


def model_table(data: Data, name: str) -> pd.DataFrame:
    """Return a table of the model, validated against the dictionary.

    The folder of *figures* may bring its own; otherwise the study's is used, because a prior is
    the model's, not the country's.

    Raises
    ------
    DataError: the table is missing or breaks its schema (file, row, column, rule).
    """
    own = data.folder / f"{name}.csv"
    path = own if own.is_file() else shipped_folder() / f"{name}.csv"
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.lru_cache(maxsize=8)
def _read(path: Path, stamp: int) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"{path.name} is missing: the register model needs it.")
    dictionary = schema.read_dictionary(path.parent)
    return schema.read_table(path, dictionary)
