"""The posterior density: whitened priors and residuals, so that -2 log p is a sum of squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mappa.figures import Figures
from mappa.files import digest
from mappa.register.inputs import build_inputs
from mappa.register.model import RegisterModel
from mappa.register.parameters import parameter_table
from mappa.register.tables import PARAMETERS, model_table
from mappa.register.targets import Targets, build_targets

Array = NDArray[np.float64]


class Density:
    """Log posterior of the model at whitened coordinates, up to a constant.

    Attributes
    ----------
    model, targets: what is compared.
    """

    def __init__(self, model: RegisterModel, targets: Targets) -> None:
        self.model, self.targets = model, targets
        self.dates = targets.dates
        place = {round(float(d), 6): i for i, d in enumerate(self.dates)}

        def at(dates: Array) -> NDArray[np.intp]:
            return np.array([place[round(float(d), 6)] for d in dates], dtype=np.intp)

        self._stock, self._prison = at(targets.stock_dates), at(targets.prison_dates)
        self._ipp = at(np.array([targets.ipp_date])) if np.isfinite(targets.ipp_date) else None
        self._share = (
            at(np.array([targets.indefinite_date]))
            if np.isfinite(targets.indefinite_date)
            else None
        )
        ends, starts = at(targets.review_dates), at(targets.review_dates - 1)
        self._pairs = tuple(zip(starts.tolist(), ends.tolist(), strict=True))
        self._logs = (np.log(targets.stock), np.log(targets.prison), np.log(targets.reviews))

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
        parts = [
            (np.log(run.stock[self._stock]) - self._logs[0]) / t.stock_sd,
            (np.log(run.prison[self._prison]) - self._logs[1]) / t.prison_sd,
        ]
        if self._ipp is not None:
            parts.append((np.log(run.life_prison[self._ipp]) - np.log(t.ipp)) / t.ipp_sd)
        if self._share is not None:
            share = run.register_indefinite[self._share] / run.register[self._share]
            parts.append((share - t.indefinite) / t.indefinite_sd)
        if t.reviews.size:
            parts.append((np.log(np.maximum(run.reviews, 1e-9)) - self._logs[2]) / t.review_sd)
        return np.concatenate(parts)

    def log_posterior(self, z: Array) -> float:
        """Return -(residuals squared + z squared) / 2; minus infinity where undefined."""
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
    """Return the density for a country and date; sees nothing dated after *as_of*."""
    priors = parameter_table(model_table(figures, PARAMETERS))
    inputs = build_inputs(figures, as_of)  # type: ignore[arg-type]
    model = RegisterModel(inputs, priors)
    return Density(model, build_targets(figures, inputs.as_of, priors.fixed))
