"""The posterior mode and the Laplace approximation about it: seconds instead of a minute."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from mappa.figures import Figures
from mappa.register.density import Density, density_of

Array = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Mode:
    """The mode *z* of a density and the covariance of the normal approximation there."""

    density: Density
    z: Array
    covariance: Array

    def draws(self, count: int, seed: int) -> Array:
        """Return draws of the normal approximation (draw by coordinate)."""
        rng = np.random.default_rng(seed)
        root = np.linalg.cholesky(self.covariance)
        return self.z + rng.standard_normal((count, len(self.z))) @ root.T


def mode_of(density: Density, start: Array | None = None) -> Mode:
    """Find the mode by Levenberg-Marquardt on the whitened residuals.

    The covariance is the inverse of J'J of residuals and priors together (Gauss-Newton).
    """

    def whitened(z: Array) -> Array:
        return np.concatenate([density.residuals(z), z])

    begin = np.zeros(density.size) if start is None else start
    found = least_squares(whitened, begin, method="lm", xtol=1e-8, ftol=1e-8, diff_step=1e-5)
    J = found.jac
    return Mode(density, found.x, np.linalg.inv(J.T @ J))


def fit_mode(figures: Figures, as_of: object) -> Mode:
    """Fit a country's register up to *as_of* by its posterior mode."""
    return mode_of(density_of(figures, as_of))
