"""The posterior density: whitened priors and residuals, so that -2 log p is a sum of squares."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.files import digest
from mappa.register.arrays import Array, Parts
from mappa.register.inputs.build import build_inputs
from mappa.register.inputs.model_tables import PARAMETERS, VERSIONS, model_table
from mappa.register.inputs.parameters import parameter_table
from mappa.register.likelihood.targets import Targets, build_targets
from mappa.register.stockflow.stock import RegisterModel

#: Where the whitened priors are cut off: beyond it a normal has less than 1e-17 of its mass.
EDGE = 8.5


@dataclasses.dataclass(frozen=True)
class Expected:
    """What the model expects of the figures, in the order of the targets.

    Stock, whole register, its part without an end, and reviews (people) are in two parts;
    prisoners and the lifers among them are of sentences, which no rate of registration changes.
    """

    stock: Parts
    prison: Array
    ipp: Array
    register: Parts
    endless: Parts
    reviews: Parts

    def at(self, level: float = 1.0) -> tuple[Array, ...]:
        """Return what is expected of each group, all who register but the legacy times *level*."""
        shares = self.endless.at(level) / self.register.at(level)
        return self.stock.at(level), self.prison, self.ipp, shares, self.reviews.at(level)


class Density:
    """Log posterior of the model at whitened coordinates, up to a constant.

    Attributes
    ----------
    model, targets: what is compared.
    """

    def __init__(self, model: RegisterModel, targets: Targets) -> None:
        self.model, self.targets = model, targets
        stock, prison, ipp, shares, pairs = (group.dates for group in targets)
        self.dates = np.unique(np.concatenate([stock, pairs, pairs - 1, shares]))
        self.prison_dates = np.unique(np.concatenate([prison, ipp, shares]))
        self._stock = np.searchsorted(self.dates, stock)
        self._share = np.searchsorted(self.dates, shares)
        starts, ends = np.searchsorted(self.dates, pairs - 1), np.searchsorted(self.dates, pairs)
        self._pairs = tuple(zip(starts.tolist(), ends.tolist(), strict=True))
        self._prison, self._ipp, self._share_in = (
            np.searchsorted(self.prison_dates, dates) for dates in (prison, ipp, shares)
        )

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.model.size

    def __len__(self) -> int:
        """Return the number of residuals of the data."""
        return sum(map(len, self.targets))

    @property
    def sd(self) -> Array:
        """Standard deviations of the figures, in the order of the residuals (log, or a share)."""
        return np.concatenate([np.broadcast_to(g.sd, len(g)) for g in self.targets])

    def expected(self, z: Array) -> Expected:
        """Return what the model expects of each figure at whitened coordinates."""
        model = self.model
        values = model.values(z)
        drivers = model.drivers(values)
        run = model.run(values, self.dates, drivers=drivers, pairs=self._pairs)
        held = model.prisoners(values, drivers, self.prison_dates)
        now, inside = self._share, self._share_in
        return Expected(
            stock=run.stock_parts[self._stock],
            prison=held.prison[self._prison],
            ipp=held.life[self._ipp],
            register=run.stock_parts[now] + held.unreleased_parts[inside],
            endless=run.indefinite_parts[now] + held.indefinite_parts[inside],
            reviews=run.reviews_parts,
        )

    def compare(self, e: Expected, level: float = 1.0) -> Array:
        """Return standardised residuals from what is expected at *level*."""
        both = zip(self.targets, e.at(level), strict=True)
        return np.concatenate([group.residuals(expected) for group, expected in both])

    def residuals(self, z: Array) -> Array:
        """Return the standardised residuals of the data at *z* (without the prior's)."""
        return self.compare(self.expected(z))

    def log_posterior(self, z: Array) -> float:
        """Return -(residuals squared + z squared) / 2; minus infinity where undefined.

        The priors are cut off at :data:`EDGE` standard deviations.
        """
        if not _within(z):
            return -np.inf
        with np.errstate(all="ignore"):
            return self.value(self.residuals(z), z)

    def value(self, residuals: Array, z: Array) -> float:
        """Return the log posterior of *z*, whose residuals of the data are known."""
        if not _within(z):
            return -np.inf
        own = z[: self.size]  # the place of a version has no prior
        value = -0.5 * float(residuals @ residuals + own @ own)
        return value if np.isfinite(value) else -np.inf

    @property
    def digest(self) -> str:
        """SHA-256 of inputs, targets, priors and all versions: the same for each version."""
        arrays = [
            a.tobytes() for group in self.targets for a in (group.dates, group.value, group.sd)
        ]
        priors = self.model.priors
        table = repr((priors.names, priors.transform, sorted(priors.fixed.items())))
        switches = repr([dataclasses.astuple(v)[2:5] for v in priors.versions])
        numbers = [priors.centre.round(12).tobytes(), priors.scale.round(12).tobytes()]
        return digest([self.model.inputs.digest, table, switches, *numbers, *arrays])


def _within(z: Array) -> bool:
    return bool(np.abs(z).max() < EDGE)  # not where z is not a number


def density_of(data: Data, as_of: object, version: str = "") -> Density:
    """Return the density of a version of the model for a country and date.

    It sees nothing dated after *as_of*; the first version is the default.

    Every what-if of a page asks for it, so it is kept for the figures, the date and the priors.
    """
    table = model_table(data, PARAMETERS)
    versions = model_table(data, VERSIONS)
    return _density(data, pd.Timestamp(as_of), _Priors(table, versions), version)


class _Priors:
    """The tables of priors and versions as a key: equal where their text is equal."""

    def __init__(self, table: pd.DataFrame, versions: pd.DataFrame) -> None:
        self.table, self.versions = table, versions
        texts = (frame.to_csv(lineterminator="\n") for frame in (table, versions))
        self.text = "".join(texts)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Priors) and other.text == self.text


@functools.lru_cache(maxsize=16)
def _density(data: Data, day: pd.Timestamp, known: _Priors, version: str) -> Density:
    priors = parameter_table(known.table, known.versions, version)
    inputs = build_inputs(data, day)
    model = RegisterModel(inputs, priors)
    return Density(model, build_targets(data, inputs.as_of, priors.fixed))
