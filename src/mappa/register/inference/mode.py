"""The posterior mode, in coordinates in which the posterior is nearly normal.

The counts fix the level of the stock to half a percent, while the rates that make it are wide, so
that in the prior's coordinates the posterior is a thin bent sheet. Here the common level of the
four rates of registration is replaced by the log stock on the last date with a count: given that
stock and all else, linearity in the entrants gives the level in closed form. The density is the
same; the change of variables carries its Jacobian.
"""

import dataclasses

import numpy as np

from mappa.register.arrays import Array
from mappa.register.likelihood import EDGE, Density

#: The rates of registration that share the level; the first carries it.
RATES = ("kappa_custody", "kappa_other", "kappa_images", "kappa_caution")


class Coordinates:
    """A change of variables for a density: *y* (near normal) to *z* (whitened priors)."""

    def __init__(self, density: Density) -> None:
        self.density, self.model, self.size = density, density.model, density.size
        priors, targets = density.model.priors, density.targets
        self.at = np.array([priors.names.index(name) for name in RATES], dtype=np.intp)
        self.scale = priors.scale[self.at]
        self.log_stock = float(np.log(targets.stock.value[-1]))
        self.unit = float(targets.stock.sd[-1])
        # All other coordinates are the prior's own.
        self.same = np.ones(density.size, dtype=bool)
        self.same[self.at] = False

    def levelled(self, y: Array) -> tuple[Array, Array, float]:
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
            z, residuals, _ = self.levelled(y)
        return np.concatenate([residuals, z[self.at]])

    def log_target(self, y: Array) -> tuple[float, Array]:
        """Return the log density of *y*, and its *z*."""
        if not np.abs(y).max() < 2 * EDGE:
            return -np.inf, y
        with np.errstate(all="ignore"):
            z, residuals, jacobian = self.levelled(y)
            return self.density.value(residuals, z) + jacobian, z


@dataclasses.dataclass(frozen=True)
class Mode:
    """The mode *y* of a density and the covariance there, in near-normal coordinates."""

    space: Coordinates
    y: Array
    scatter: Array

    @property
    def z(self) -> Array:
        """The mode in the coordinates of the priors."""
        return self.space.levelled(self.y)[0]

    @property
    def covariance(self) -> Array:
        """The covariance in the coordinates of the priors, by the delta method."""
        at, steps = self.space.levelled, 1e-5 * np.eye(self.space.size)
        J = np.array([(at(self.y + s)[0] - at(self.y - s)[0]) / 2e-5 for s in steps]).T
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
    # The import takes a quarter of a second, and only a fit asks for it.
    from scipy.optimize import least_squares

    space = Coordinates(density)

    def whitened(y: Array) -> Array:
        """Return all that is squared in the log posterior, large where it is not defined."""
        found = np.concatenate([space.residuals(y), y[space.same]])
        return np.where(np.isfinite(found), found, 1e6)

    begin = np.zeros(space.size)
    found = least_squares(whitened, begin, method="lm", xtol=1e-8, ftol=1e-8, diff_step=1e-5)
    J = found.jac
    return Mode(space, found.x, np.linalg.inv(J.T @ J))
