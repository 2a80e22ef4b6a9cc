"""The posterior density: whitened priors and residuals, so that -2 log p is a sum of squares."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from mappa.figures import Figures
from mappa.files import digest
from mappa.register.arrays import Array
from mappa.register.inputs import build_inputs
from mappa.register.model import RegisterModel
from mappa.register.parameters import parameter_table
from mappa.register.tables import PARAMETERS, model_table
from mappa.register.targets import Targets, build_targets

#: Where the whitened priors are cut off: beyond it a normal has less than 1e-17 of its mass.
EDGE = 8.5


class Density:
    """Log posterior of the model at whitened coordinates, up to a constant.

    Attributes
    ----------
    model, targets: what is compared.
    """

    def __init__(self, model: RegisterModel, targets: Targets) -> None:
        self.model, self.targets = model, targets
        stock, pairs = targets.stock_dates, targets.review_dates
        self.dates = np.unique(np.concatenate([stock, pairs, pairs - 1, targets.share_dates]))
        self.prison_dates = np.unique(
            np.concatenate([targets.prison_dates, targets.ipp_dates, targets.share_dates])
        )
        self._stock = np.searchsorted(self.dates, stock)
        self._share = np.searchsorted(self.dates, targets.share_dates)
        starts, ends = np.searchsorted(self.dates, pairs - 1), np.searchsorted(self.dates, pairs)
        self._pairs = tuple(zip(starts.tolist(), ends.tolist(), strict=True))
        self._prison = np.searchsorted(self.prison_dates, targets.prison_dates)
        self._ipp = np.searchsorted(self.prison_dates, targets.ipp_dates)
        self._share_in = np.searchsorted(self.prison_dates, targets.share_dates)

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.model.size

    def residuals(self, z: Array) -> Array:
        """Return the standardised residuals of the data at *z* (without the prior's)."""
        t, model = self.targets, self.model
        values = model.values(z)
        drivers = model.drivers(z)
        run = model.run_values(values, drivers, self.dates, model.law, self._pairs)
        held = model.prisoners(values, drivers, self.prison_dates)
        register = run.stock[self._share] + held.unreleased[self._share_in]
        endless = run.indefinite[self._share] + held.unreleased_indefinite[self._share_in]
        parts = [
            np.log(run.stock[self._stock] / t.stock) / t.stock_sd,
            np.log(held.prison[self._prison] / t.prison) / t.prison_sd,
            np.log(held.life[self._ipp] / t.ipp) / t.ipp_sd,
            (endless / register - t.shares) / t.share_sd,
            np.log(run.reviews / t.reviews) / t.review_sd,
        ]
        return np.concatenate(parts)

    def log_posterior(self, z: Array) -> float:
        """Return -(residuals squared + z squared) / 2; minus infinity where undefined.

        The priors are cut off at :data:`EDGE` standard deviations.
        """
        if not np.abs(z).max() < EDGE:  # also where z is not a number
            return -np.inf
        with np.errstate(all="ignore"):
            r = self.residuals(z)
            value = -0.5 * float(r @ r + z @ z)
        return value if np.isfinite(value) else -np.inf

    @property
    def digest(self) -> str:
        """SHA-256 of all that the density depends on: inputs, targets and priors."""
        t = self.targets
        arrays = [
            np.atleast_1d(np.asarray(getattr(t, name), dtype=float)).tobytes()
            for name in t.__dataclass_fields__
        ]
        priors = self.model.priors
        table = repr((priors.names, priors.transform, sorted(priors.fixed.items())))
        numbers = [priors.centre.round(12).tobytes(), priors.scale.round(12).tobytes()]
        return digest([self.model.inputs.digest, table, *numbers, *arrays])


def density_of(figures: Figures, as_of: object) -> Density:
    """Return the density for a country and date; sees nothing dated after *as_of*.

    Every what-if of a page asks for it, so it is kept for the figures, the date and the priors.
    """
    table = model_table(figures, PARAMETERS)
    return _density(figures, pd.Timestamp(as_of), _Priors(table))


class _Priors:
    """The table of priors as a key: equal where its text is equal."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table, self.text = table, table.to_csv()

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Priors) and other.text == self.text


@functools.lru_cache(maxsize=8)
def _density(figures: Figures, day: pd.Timestamp, known: _Priors) -> Density:
    priors = parameter_table(known.table)
    inputs = build_inputs(figures, day)
    model = RegisterModel(inputs, priors)
    return Density(model, build_targets(figures, inputs.as_of, priors.fixed))
