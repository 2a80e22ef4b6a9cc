"""A cheap substitute for the residuals: its gradient proposes moves, the exact density judges them.

The residual vector is a full quadratic of the coordinates, with cubic terms in those that act
most unevenly, fitted by least squares to exact runs. Any frozen surrogate leaves the target
unchanged, because each proposal is accepted with the exact density (the leapfrog map of any
potential preserves volume and is its own inverse: R. M. Neal 2011, "MCMC using Hamiltonian
dynamics", in Handbook of Markov Chain Monte Carlo, section 5.5).
"""

import dataclasses
import itertools

import numpy as np
from numpy.typing import NDArray

from mappa.register.arrays import Array
from mappa.register.inference.mode import Coordinates

#: Energy above the median of the points at which a point's weight is halved.
SOFT = 20.0
#: Coordinates whose cubic terms are fitted, where the model has them.
CUBIC = (
    *("kappa_other", "kappa_caution", "legacy_wait", "legacy_community_indefinite"),
    *("suspended_first", "extension", "share_long", "images_short"),
)


@dataclasses.dataclass(frozen=True)
class Potential:
    """Half the sum of squares of the surrogate's residuals and the priors' coordinates.

    The polynomial is multiplied out in whitened coordinates once, because a trajectory asks for
    its gradient a dozen times.
    """

    constant: Array
    linear: Array
    quadratic: Array
    cubic: Array
    shift: Array
    turn: Array
    prior: Array
    prior_turn: Array

    def gradient(self, w: Array) -> Array:
        """Return the gradient at *w*."""
        twice = (self.quadratic @ w).reshape(self.linear.shape)
        s = self.shift + self.turn @ w
        cube = (self.cubic @ np.outer(s, s).ravel()).reshape(-1, len(s))
        r = self.constant + (self.linear + twice) @ w + cube @ s
        slope = r @ (self.linear + 2 * twice) + 3 * (r @ cube) @ self.turn
        return np.asarray(slope + (self.prior + self.prior_turn @ w) @ self.prior_turn)


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

    def potential(self, mean: Array, root: Array) -> Potential:
        """Return the energy in whitened coordinates ``w``, where ``y = mean + root w``."""
        x, T = (mean - self.centre) / self.scale, root / self.scale[:, None]
        turned = np.einsum("rij,jb->rib", self.quadratic, T)
        linear = self.linear @ T + 2 * np.einsum("i,rib->rb", x, turned)
        size, d = linear.shape
        return Potential(
            constant=self.constant
            + self.linear @ x
            + np.einsum("rij,i,j->r", self.quadratic, x, x),
            linear=linear,
            # Flat, so that one product of matrix and vector serves all residuals.
            quadratic=np.einsum("ia,rib->rab", T, turned).reshape(size * d, d),
            cubic=self.cubic.reshape(size * len(self.chosen), -1),
            shift=x[self.chosen],
            turn=T[self.chosen],
            prior=mean[self.same],
            prior_turn=root[self.same],
        )


def fit_surrogate(space: Coordinates, points: Array, centre: Array, scale: Array) -> Surrogate:
    """Fit the polynomial to exact residuals at *points* (point by coordinate)."""
    names = space.model.names
    chosen = np.array([names.index(n) for n in CUBIC if n in names], dtype=np.intp)
    exact = np.array([space.residuals(p) for p in points])
    good = np.isfinite(exact).all(axis=1)
    x = (points[good] - centre) / scale
    i, j = np.triu_indices(x.shape[1])
    size, d, k = exact.shape[1], x.shape[1], len(chosen)
    triples = list(itertools.combinations_with_replacement(range(k), 3))
    a, b, c = np.array(triples, dtype=np.intp).reshape(-1, 3).T
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
    quadratic = np.zeros((size, d, d))
    half = found[1 + d : 1 + d + len(i)].T / 2
    quadratic[:, i, j] += half
    quadratic[:, j, i] += half
    cubic = np.zeros((size, k, k, k))
    parts = found[1 + d + len(i) :].T
    for n, triple in enumerate(triples):
        orders = set(itertools.permutations(triple, 3))
        for order in orders:
            cubic[(slice(None), *order)] = parts[:, n] / len(orders)
    linear = found[1 : 1 + d].T
    return Surrogate(centre, scale, found[0], linear, quadratic, cubic, chosen, space.same)
