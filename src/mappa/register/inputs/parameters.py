"""The model's own tables, and its parameters: priors, transforms, whitened coordinates.

Each row of ``data/register_parameters.csv`` gives the prior median and its central 90% range.
On the scale of ``transform`` the prior is normal, so that with *z* standard normal the value is
``inverse(centre + sd z)``: all coordinates have the same prior and a sampler needs no tuning by
hand (Papaspiliopoulos, Roberts and Skold 2007, "A general framework for the parametrization of
hierarchical models", Statistical Science 22).
"""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from mappa.data import Data, places, schema
from mappa.errors import DataError, UnknownName
from mappa.register.arrays import Array

PARAMETERS, ASSUMPTIONS, VERSIONS = "register_parameters", "assumptions", "register_versions"
#: Half the width of a central 90% interval of the standard normal.
Z90 = 1.6448536269514722


def shipped_folder() -> Path:
    """Return the study's own data folder, whatever folder the user reads figures from."""
    package = Path(places.__file__).resolve().parents[1]
    clone = package.parents[1] / "data"
    return clone if places.in_clone() else package / "_shipped" / "data"


def model_table(data: Data, name: str) -> pd.DataFrame:
    """Return a table of the model, validated against the dictionary.

    The folder of *data* may bring its own; otherwise the study's is used, because a prior is
    the model's, not the country's.

    Raises DataError: the table is missing or breaks its schema (file, row, column, rule).
    """
    return _read(*_file(data, name))


def _file(data: Data, name: str) -> tuple[Path, int]:
    """Return the path of a table of the model and when it was last changed."""
    own = data.folder / f"{name}.csv"
    path = own if own.is_file() else shipped_folder() / f"{name}.csv"
    return path, path.stat().st_mtime_ns if path.is_file() else 0


@functools.lru_cache(maxsize=8)
def _read(path: Path, stamp: int) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"{path.name} is missing: the register model needs it.")
    return schema.read_table(path, schema.read_dictionary(path.parent))


@dataclasses.dataclass(frozen=True)
class Version:
    """A version of the model: what is switched on (a row of ``data/register_versions.csv``).

    Attributes
    ----------
    counted_from: decimal year from which custody enters as published, not times the latent
        inflow; infinite: in no year.
    recalls: whether those held on recall are part of the prison count.
    served_trend: whether time served for sexual offences has a trend of its own.
    """

    name: str
    label: str
    counted_from: float
    recalls: bool
    served_trend: bool
    words: str

    def uses(self, parameter: str) -> bool:
        """Return whether a parameter does anything in this version."""
        return {"recalled": self.recalls, "served_trend": self.served_trend}.get(parameter, True)

    def switch(self, values: dict[str, float]) -> dict[str, float]:
        """Return parameter values with what is switched off at nothing."""
        used = {name: value if self.uses(name) else 0.0 for name, value in values.items()}
        return {**used, "counted_from": self.counted_from}


#: To the scale where a prior is normal, and back, by the name of the transform; others do nothing.
_FORWARD: dict[str, Callable[[float], float]] = {
    "log": np.log,
    "logit": lambda value: np.log(value / (1 - value)),
}
_INVERSE: dict[str, Callable[[float], float]] = {
    "log": np.exp,
    "logit": lambda x: 1 / (1 + np.exp(-x)),
    "positive": lambda x: max(x, 0.0),
}


def _inverse(transform: str, x: float) -> float:
    return float(_INVERSE.get(transform, float)(x))


@dataclasses.dataclass(frozen=True, eq=False)
class ParameterTable:
    """Names, centres and scales of the sampled parameters, and the fixed numbers.

    Attributes
    ----------
    names: the sampled parameters, in the order of their coordinates.
    transform, centre, scale: of each, on the transformed scale.
    fixed: name to value of what is not sampled.
    frame: the table as read.
    versions: of the model; ``version`` is the place of the one that is in use.
    """

    names: tuple[str, ...]
    transform: tuple[str, ...]
    centre: Array
    scale: Array
    fixed: dict[str, float]
    frame: pd.DataFrame
    versions: tuple[Version, ...]
    version: int

    def __len__(self) -> int:
        return len(self.names)

    def values(self, z: Array, version: int | None = None) -> dict[str, float]:
        """Return each parameter's value (its own unit) at the whitened coordinates *z*.

        *version* is the place of another version than the one in use.
        """
        x = self.centre + self.scale * z
        values = dict(
            zip(self.names, map(_inverse, self.transform, x.tolist()), strict=True), **self.fixed
        )
        return self.versions[self.version if version is None else version].switch(values)

    def column(self, name: str, z: Array) -> Array:
        """Return one parameter's values at many draws (draw by coordinate)."""
        i = self.names.index(name)
        x = self.centre[i] + self.scale[i] * z[:, i]
        return np.array([_inverse(self.transform[i], v) for v in x.tolist()])


def priors_of(data: Data, version: str = "") -> ParameterTable:
    """Return the priors of a *version* of the model (the first by default), made once.

    Raises
    ------
    DataError: a range that is empty or does not hold its median.
    UnknownName: a version that is not in the table.
    """
    return _priors(_file(data, PARAMETERS), _file(data, VERSIONS), version)


@functools.lru_cache(maxsize=32)
def _priors(
    parameters: tuple[Path, int], versions: tuple[Path, int], version: str
) -> ParameterTable:
    frame = _read(*parameters)
    rows = _read(*versions).rename(columns={"version": "name"}).fillna({"counted_from": np.inf})
    names = rows["name"].tolist()
    if version and version not in names:
        raise UnknownName("version of the register model", version, names)
    is_fixed = frame["transform"] == "fixed"
    sampled, fixed = frame[~is_fixed], frame[is_fixed]
    for row, r in sampled.iterrows():
        if not r["low"] < r["median"] < r["high"]:
            raise DataError(
                f"register_parameters.csv, row {row}, column median: {r['median']:g} is not "
                f"between {r['low']:g} and {r['high']:g}."
            )
    priors = sampled[["transform", "median", "low", "high"]].itertuples(index=False)
    ends = np.array([[_FORWARD.get(how, float)(v) for v in three] for how, *three in priors])
    fields = [field.name for field in dataclasses.fields(Version)]
    return ParameterTable(
        names=tuple(sampled["parameter"]),
        transform=tuple(sampled["transform"]),
        centre=ends[:, 0],
        scale=(ends[:, 2] - ends[:, 1]) / (2 * Z90),
        fixed=fixed.set_index("parameter")["median"].astype(float).to_dict(),
        frame=frame,
        versions=tuple(Version(**row) for row in rows[fields].to_dict("records")),
        version=names.index(version) if version else 0,
    )
