"""The posterior mode and the Laplace approximation about it: seconds instead of a minute."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.optimize import least_squares

from mappa.data import Data
from mappa.register.arrays import Array
from mappa.register.inference.coordinates import Coordinates
from mappa.register.likelihood.density import Density, density_of


@dataclasses.dataclass(frozen=True)
class Mode:
    """The mode of a density and the normal approximation there, in near-normal coordinates.

    Attributes
    ----------
    y, scatter: mode and covariance in the coordinates of ``space``.
    z: the mode in the whitened priors' coordinates.
    """

    space: Coordinates
    y: Array
    scatter: Array

    @property
    def density(self) -> Density:
        """The density whose mode it is."""
        return self.space.density

    @property
    def z(self) -> Array:
        """The mode in the coordinates of the priors."""
        return self.space.to_z(self.y)[0]

    @property
    def covariance(self) -> Array:
        """The covariance in the coordinates of the priors, by the delta method."""
        steps = 1e-5 * np.eye(self.space.size)
        columns = [
            (self.space.to_z(self.y + step)[0] - self.space.to_z(self.y - step)[0]) / 2e-5
            for step in steps
        ]
        J = np.array(columns).T
        return np.asarray(J @ self.scatter @ J.T)

    def draws(self, count: int, seed: int) -> Array:
        """Return draws of the normal approximation (draw by coordinate of ``space``)."""
        rng = np.random.default_rng(seed)
        root = np.linalg.cholesky(self.scatter)
        return self.y + rng.standard_normal((count, len(self.y))) @ root.T


def mode_of(density: Density) -> Mode:
    """Find the mode by Levenberg-Marquardt on residuals and priors together.

    The covariance is the inverse of J'J (Gauss-Newton).
    """
    space = Coordinates(density)

    def whitened(y: Array) -> Array:
        found = np.concatenate([space.residuals(y), y[space.same]])
        return np.where(np.isfinite(found), found, 1e6)

    begin = np.zeros(space.size)
    found = least_squares(whitened, begin, method="lm", xtol=1e-8, ftol=1e-8, diff_step=1e-5)
    J = found.jac
    return Mode(space, found.x, np.linalg.inv(J.T @ J))


def fit_mode(data: Data, as_of: object, version: str = "") -> Mode:
    """Fit a version of a country's register up to *as_of* by its posterior mode."""
    return mode_of(density_of(data, as_of, version))
