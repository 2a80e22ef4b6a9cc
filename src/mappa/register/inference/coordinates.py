"""Coordinates in which the posterior is nearly normal: the stock's level instead of one rate.

The counts fix the level of the stock to half a percent, while the rates that make it are wide, so
that in the prior's coordinates the posterior is a thin bent sheet. Here the common level of the
four rates of registration is replaced by the log stock on the last date with a count: given that
stock and all else, linearity in the entrants gives the level in closed form. The density is the
same; the change of variables carries its Jacobian.
"""

from __future__ import annotations

import numpy as np

from mappa.register.arrays import Array
from mappa.register.likelihood.density import EDGE, Density

#: The rates of registration that share the level; the first carries it.
RATES = ("kappa_custody", "kappa_other", "kappa_images", "kappa_caution")


class Coordinates:
    """A change of variables for a density: *y* (near normal) to *z* (whitened priors)."""

    def __init__(self, density: Density) -> None:
        self.density, self.model = density, density.model
        priors, targets = density.model.priors, density.targets
        self.at = np.array([priors.names.index(name) for name in RATES], dtype=np.intp)
        self.scale = priors.scale[self.at]
        self.log_stock = float(np.log(targets.stock.value[-1]))
        self.unit = float(targets.stock.sd[-1])
        # All other coordinates are the prior's own.
        self.same = np.ones(density.size, dtype=bool)
        self.same[self.at] = False

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.density.size

    def _levelled(self, y: Array) -> tuple[Array, Array, float]:
        """Return *z*, the residuals and the log Jacobian (up to a constant) at *y*.

        One run of the model serves all: the level multiplies all entrants. NaN where the legacy
        alone is more than the stock.
        """
        z = y.copy()
        z[self.at[0]] = 0.0
        expected = self.density.expected(z)
        entered, legacy = expected.stock.cohorts[-1], expected.stock.legacy[-1]
        stock = np.exp(self.log_stock + self.unit * y[self.at[0]])
        if not stock > legacy:
            return np.full_like(y, np.nan), np.full(len(self.density), np.nan), -np.inf
        times = (stock - legacy) / entered
        z[self.at] += np.log(times) / self.scale
        return z, self.density.compare(expected, times), float(np.log(stock / (stock - legacy)))

    def to_z(self, y: Array) -> tuple[Array, float]:
        """Return *z* and the log Jacobian (up to a constant) at *y*; NaN where there is none."""
        z, _, jacobian = self._levelled(y)
        return z, jacobian

    def from_z(self, z: Array) -> Array:
        """Return the *y* of a *z*."""
        stock = self.density.expected(z).stock
        y = z.copy()
        y[self.at] -= z[self.at[0]] * self.scale[0] / self.scale
        y[self.at[0]] = (np.log(stock.at(1.0)[-1]) - self.log_stock) / self.unit
        return y

    def residuals(self, y: Array) -> Array:
        """Return the data's residuals and the rates' prior coordinates, all standard normal."""
        with np.errstate(all="ignore"):
            z, residuals, _ = self._levelled(y)
        return np.concatenate([residuals, z[self.at]])

    def log_target(self, y: Array) -> tuple[float, Array, float]:
        """Return the log density of *y*, its *z* and the log posterior of that *z*."""
        if not np.abs(y).max() < 2 * EDGE:
            return -np.inf, y, -np.inf
        with np.errstate(all="ignore"):
            z, residuals, jacobian = self._levelled(y)
            value = self.density.value(residuals, z)
        return value + jacobian, z, value
