"""A cheap stand-in for the residuals, whose gradient proposes moves that the exact density judges.

The residual vector is a full quadratic of the coordinates, with cubic terms in those that act
most unevenly, fitted by least squares to exact runs. Any frozen surrogate leaves the target
unchanged, because each proposal is accepted with the exact density (the leapfrog map of any
potential keeps volume and is its own inverse: R. M. Neal 2011, "MCMC using Hamiltonian dynamics",
in Handbook of Markov Chain Monte Carlo, section 5.5).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mappa.register.arrays import Array
from mappa.register.coordinates import Coordinates

#: Energy above the median of the points at which a point's weight is halved.
SOFT = 20.0
#: Coordinates whose cubic terms are fitted, where the model has them.
CUBIC = (
    "kappa_other",
    "kappa_caution",
    "scope_before",
    "legacy_wait",
    "extension",
    "share_long",
    "review_rate",
    "life_release",
)


@dataclasses.dataclass(frozen=True)
class Surrogate:
    """Polynomial residuals about a centre: ``r = c + L x + x'Qx + C[x, x, x]``, scaled x."""

    centre: Array
    scale: Array
    constant: Array
    linear: Array
    quadratic: Array
    cubic: Array
    chosen: NDArray[np.intp]
    same: NDArray[np.bool_]

    def residuals(self, z: Array) -> tuple[Array, Array]:
        """Return the residuals at *z* and their derivatives (residual by coordinate)."""
        x = (z - self.centre) / self.scale
        s = x[self.chosen]
        twice = self.quadratic @ x
        cube = (self.cubic @ s) @ s
        r = self.constant + (self.linear + twice) @ x + cube @ s
        J = self.linear + 2 * twice
        J[:, self.chosen] += 3 * cube
        return r, J / self.scale

    def gradient(self, z: Array) -> Array:
        """Return the gradient of half the sum of squares of residuals and prior coordinates."""
        r, J = self.residuals(z)
        return np.asarray(r @ J + np.where(self.same, z, 0.0))


def fit_surrogate(space: Coordinates, points: Array, centre: Array, scale: Array) -> Surrogate:
    """Fit the polynomial to exact residuals at *points* (point by coordinate)."""
    names = space.model.names
    chosen = np.array([names.index(n) for n in CUBIC if n in names], dtype=np.intp)
    exact = np.array([space.residuals(p) for p in points])
    good = np.isfinite(exact).all(axis=1)
    x = (points[good] - centre) / scale
    i, j = np.triu_indices(x.shape[1])
    a, b, c = _triples(len(chosen))
    s = x[:, chosen]
    design = np.hstack([np.ones((len(x), 1)), x, x[:, i] * x[:, j], s[:, a] * s[:, b] * s[:, c]])
    # Points of low density are rough; weigh them down so that the bulk is met.
    energy = 0.5 * (exact[good] ** 2).sum(axis=1) + 0.5 * (points[good][:, space.same] ** 2).sum(
        axis=1
    )
    weight = 1 / (1 + np.maximum(energy - np.median(energy), 0.0) / SOFT)[:, None]
    X, Y = design * weight, exact[good] * weight
    gram = X.T @ X
    # Normal equations with a touch of ridge: ten times faster than a singular decomposition.
    gram[np.diag_indices_from(gram)] *= 1 + 1e-9
    found = np.linalg.solve(gram, X.T @ Y)
    size, d, k = exact.shape[1], x.shape[1], len(chosen)
    quadratic = np.zeros((size, d, d))
    half = found[1 + d : 1 + d + len(i)].T / 2
    quadratic[:, i, j] += half
    quadratic[:, j, i] += half
    cubic = np.zeros((size, k, k, k))
    parts = found[1 + d + len(i) :].T
    for n, (p, q, r) in enumerate(zip(a, b, c, strict=True)):
        orders = {(p, q, r), (p, r, q), (q, p, r), (q, r, p), (r, p, q), (r, q, p)}
        for order in orders:
            cubic[(slice(None), *order)] = parts[:, n] / len(orders)
    linear = found[1 : 1 + d].T
    return Surrogate(centre, scale, found[0], linear, quadratic, cubic, chosen, space.same)


def _triples(k: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    rows = [(a, b, c) for a in range(k) for b in range(a, k) for c in range(b, k)]
    a, b, c = np.array(rows, dtype=np.intp).reshape(-1, 3).T
    return a, b, c
