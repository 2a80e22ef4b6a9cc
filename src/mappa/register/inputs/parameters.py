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

from mappa.errors import DataError
from mappa.register.arrays import Array

#: Half the width of a central 90% interval of the standard normal.
Z90 = 1.6448536269514722
TRANSFORMS = ("log", "logit", "natural", "positive", "fixed")


@dataclasses.dataclass(frozen=True)
class ParameterTable:
    """Names, centres and scales of the sampled parameters, and the fixed numbers.

    Attributes
    ----------
    names: the sampled parameters, in the order of their coordinates.
    transform, centre, scale: of each, on the transformed scale.
    fixed: name to value of what is not sampled.
    frame: the table as read.
    """

    names: tuple[str, ...]
    transform: tuple[str, ...]
    centre: Array
    scale: Array
    fixed: dict[str, float]
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.names)

    def values(self, z: Array) -> dict[str, float]:
        """Return each parameter's value (its own unit) at the whitened coordinates *z*."""
        x = self.centre + self.scale * z
        return dict(
            zip(self.names, map(_inverse, self.transform, x.tolist()), strict=True), **self.fixed
        )

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


def parameter_table(frame: pd.DataFrame) -> ParameterTable:
    """Build the table of priors.

    Raises
    ------
    DataError: a range that is empty or does not hold its median.
    """
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
    )
