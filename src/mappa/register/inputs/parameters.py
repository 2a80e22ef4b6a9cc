"""Parameters of the model: priors, transforms and the whitened coordinates they are sampled in.

Each row of ``data/register_parameters.csv`` gives the prior median and its central 90% range.
On the scale of ``transform`` the prior is normal, so that with *z* standard normal the value is
``inverse(centre + sd z)``: all coordinates have the same prior and a sampler needs no tuning by
hand (Papaspiliopoulos, Roberts and Skold 2007, "A general framework for the parametrization of
hierarchical models", Statistical Science 22).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import DataError, UnknownName
from mappa.register.arrays import Array
from mappa.register.inputs.model_tables import PARAMETERS, VERSIONS, model_table

#: Half the width of a central 90% interval of the standard normal.
Z90 = 1.6448536269514722


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
        """Tell whether a parameter does anything in this version."""
        return {"recalled": self.recalls, "served_trend": self.served_trend}.get(parameter, True)

    def switch(self, values: dict[str, float]) -> dict[str, float]:
        """Return parameter values with what is switched off at nothing."""
        used = {name: value if self.uses(name) else 0.0 for name, value in values.items()}
        return {**used, "counted_from": self.counted_from}


def versions_of(frame: pd.DataFrame) -> tuple[Version, ...]:
    """Return the versions of the model, in the order of the table."""
    return tuple(
        Version(
            name=str(r["version"]),
            label=str(r["label"]),
            counted_from=float(r["counted_from"]) if pd.notna(r["counted_from"]) else np.inf,
            recalls=bool(r["recalls"]),
            served_trend=bool(r["served_trend"]),
            words=str(r["words"]),
        )
        for r in frame.to_dict("records")
    )


@dataclasses.dataclass(frozen=True)
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

    def coordinate(self, name: str, value: float) -> float:
        """Return the whitened coordinate at which parameter *name* has *value*."""
        i = self.names.index(name)
        return float((forward(self.transform[i], value) - self.centre[i]) / self.scale[i])


def forward(transform: str, value: float) -> float:
    """Return *value* on the scale where its prior is normal."""
    if transform == "log":
        return float(np.log(value))
    if transform == "logit":
        return float(np.log(value / (1 - value)))
    return float(value)


def _inverse(transform: str, x: float) -> float:
    if transform == "log":
        return float(np.exp(x))
    if transform == "logit":
        return float(1 / (1 + np.exp(-x)))
    if transform == "positive":
        return max(x, 0.0)
    return x


def parameter_table(
    frame: pd.DataFrame, versions: pd.DataFrame, version: str = ""
) -> ParameterTable:
    """Build the table of priors for a *version* of the model (the first by default).

    Raises
    ------
    DataError: a range that is empty or does not hold its median.
    UnknownName: a version that is not in the table.
    """
    known = versions_of(versions)
    names = [v.name for v in known]
    if version and version not in names:
        raise UnknownName("version of the register model", version, names)
    for row, r in frame.iterrows():
        if r["transform"] != "fixed" and not r["low"] < r["median"] < r["high"]:
            raise DataError(
                f"register_parameters.csv, row {row}, column median: {r['median']:g} is not "
                f"between {r['low']:g} and {r['high']:g}."
            )
    sampled = frame[frame["transform"] != "fixed"]
    fixed = frame[frame["transform"] == "fixed"]
    triples: Iterable[tuple[str, float, float, float]] = zip(
        sampled["transform"], sampled["median"], sampled["low"], sampled["high"], strict=True
    )
    ends = np.array([[forward(t, v) for v in (m, low, high)] for t, m, low, high in triples])
    return ParameterTable(
        names=tuple(sampled["parameter"]),
        transform=tuple(sampled["transform"]),
        centre=ends[:, 0],
        scale=(ends[:, 2] - ends[:, 1]) / (2 * Z90),
        fixed={k: float(v) for k, v in zip(fixed["parameter"], fixed["median"], strict=True)},
        frame=frame,
        versions=known,
        version=names.index(version) if version else 0,
    )


def priors_of(data: Data, version: str = "") -> ParameterTable:
    """Return the priors of a *version* of the model (the first by default)."""
    return parameter_table(model_table(data, PARAMETERS), model_table(data, VERSIONS), version)
