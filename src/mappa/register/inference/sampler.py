"""Hamiltonian Monte Carlo on a surrogate's gradient with exact acceptance, in plain numpy.

The surrogate of the residual vector is a full quadratic of the coordinates, with cubic terms in
those that act most unevenly, fitted by least squares to exact runs. Any frozen surrogate leaves
the target unchanged, because each proposal is accepted with the exact density (the leapfrog map of
any potential preserves volume and is its own inverse).

Most moves are trajectories of some twelve leapfrog steps. One in eight has steps up to eight times
shorter, for places where the posterior is narrower than the surrogate knows, and one in eight is a
small random step that does not ask the surrogate: a chain that is where the surrogate is poor is
freed by one or the other. Each kind preserves the posterior, so that a mixture of them does
(L. Tierney 1994, "Markov chains for exploring posterior distributions", Annals of Statistics 22).

Blocks of draws are seeded by (seed, chain, block), so that a broken fit resumes where it stopped
and gives the same draws.

Source: R. M. Neal (2011), "MCMC using Hamiltonian dynamics", in Handbook of Markov Chain Monte
Carlo, section 5.5; C. E. Rasmussen (2003), "Gaussian processes to speed up hybrid Monte Carlo for
expensive Bayesian integrals".
"""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np

from mappa.register.arrays import Array
from mappa.register.inference.mode import Coordinates, Mode, mode_of
from mappa.register.likelihood import Density

#: Leapfrog step (within a fifth) and steps: one direction of the posterior is four to seven times
#: as narrow in places as over all, which a longer step does not follow.
STEP, STEPS = 0.20, (9, 14)
#: How much shorter than :data:`STEP` the steps of short trajectories are, and their share of all.
SHORT, SHORT_SHARE = (0.125, 0.6), 0.125
#: Small random steps, and their share of all.
SMALL, SMALL_SHARE = (0.02, 0.30), 0.125
#: Chains of a calibration run, their burn-in and their length.
FULL_CHAINS, FULL_BURN, FULL_LENGTH = 4, 500, 1000
#: A trajectory that left by so many standard deviations is refused unseen.
FAR = 1e3
#: Pilots: length of each of two chains, and points of the surrogate that is then fitted.
PILOTS = ((1000, 6000), (2500, 8000))
#: Sizes of the quick run: points of the surrogate, burn-in and length of each of two chains.
QUICK_POINTS, QUICK_BURN, QUICK_LENGTH = 1800, 100, 500
#: Energy above the median of the points at which a point's weight is halved.
SOFT = 20.0
#: Coordinates whose cubic terms are fitted, where the model has them.
CUBIC = (
    *("kappa_other", "kappa_caution", "legacy_wait", "legacy_community_indefinite"),
    *("suspended_first", "extension", "share_long", "images_short"),
)


@dataclasses.dataclass(frozen=True)
class Surrogate:
    """Half the sum of squares of polynomial residuals and of the priors' coordinates.

    In coordinates *w* whitened about the middle of the points, multiplied out once, because a
    trajectory asks for the gradient a dozen times: with ``s = turn w``, the coordinates that have
    cubic terms, the residuals are ``constant + linear w + w'quadratic w + cubic[s, s, s]``.
    """

    constant: Array
    linear: Array
    quadratic: Array
    cubic: Array
    turn: Array
    prior: Array
    prior_turn: Array

    def gradient(self, w: Array) -> Array:
        """Return the gradient at *w*."""
        twice = (self.quadratic @ w).reshape(self.linear.shape)
        s = self.turn @ w
        cube = (self.cubic @ np.outer(s, s).ravel()).reshape(-1, len(s))
        r = self.constant + (self.linear + twice) @ w + cube @ s
        slope = r @ (self.linear + 2 * twice) + 3 * (r @ cube) @ self.turn
        return np.asarray(slope + (self.prior + self.prior_turn @ w) @ self.prior_turn)


@dataclasses.dataclass(frozen=True)
class Tuned:
    """What the sampler needs: the coordinates, the surrogate, and the whitening of coordinates.

    A point is ``y = mean + root w``.
    """

    space: Coordinates
    surrogate: Surrogate
    mean: Array
    root: Array


def fit_surrogate(
    space: Coordinates, points: Array, mean: Array, scale: Array, root: Array
) -> Surrogate:
    """Fit the polynomial to exact residuals at *points* (point by coordinate)."""
    names = space.model.names
    chosen = np.array([names.index(n) for n in CUBIC if n in names], dtype=np.intp)
    exact = np.array([space.residuals(p) for p in points])
    good = np.isfinite(exact).all(axis=1)
    exact, points = exact[good], points[good]
    x = (points - mean) / scale
    i, j = np.triu_indices(x.shape[1])
    size, d, k = exact.shape[1], x.shape[1], len(chosen)
    triples = list(itertools.combinations_with_replacement(range(k), 3))
    a, b, c = np.array(triples, dtype=np.intp).reshape(-1, 3).T
    s = x[:, chosen]
    design = np.hstack([np.ones((len(x), 1)), x, x[:, i] * x[:, j], s[:, a] * s[:, b] * s[:, c]])
    # Points of low density are rough; weigh them down so that the bulk is met.
    energy = 0.5 * (exact**2).sum(axis=1) + 0.5 * (points[:, space.same] ** 2).sum(axis=1)
    weight = 1 / (1 + np.maximum(energy - np.median(energy), 0.0) / SOFT)[:, None]
    X, Y = design * weight, exact * weight
    gram = X.T @ X
    # Normal equations with a touch of ridge: ten times faster than a singular decomposition.
    gram[np.diag_indices_from(gram)] *= 1 + 1e-9
    found = np.linalg.solve(gram, X.T @ Y)
    constant, linear, squares, cubes = np.split(found, np.cumsum([1, d, len(i)]))
    quadratic = np.zeros((size, d, d))
    quadratic[:, i, j] += squares.T / 2
    quadratic[:, j, i] += squares.T / 2
    cubic = np.zeros((size, k, k, k))
    for n, triple in enumerate(triples):
        orders = set(itertools.permutations(triple, 3))
        for order in orders:
            cubic[(slice(None), *order)] = cubes[n] / len(orders)
    T = root / scale[:, None]
    turned = np.einsum("rij,jb->rib", quadratic, T)
    return Surrogate(
        constant=constant[0],
        linear=linear.T @ T,
        # Flat, so that one product of matrix and vector serves all residuals.
        quadratic=np.einsum("ia,rib->rab", T, turned).reshape(size * d, d),
        cubic=cubic.reshape(size * k, -1),
        turn=T[chosen],
        prior=mean[space.same],
        prior_turn=root[space.same],
    )


@dataclasses.dataclass(frozen=True)
class Block:
    """Draws of a block in both coordinates (draw by coordinate), and the share accepted."""

    y: Array
    z: Array
    accepted: float


def run_block(tuned: Tuned, start: Array, count: int, seed: tuple[int, ...]) -> Block:
    """Draw *count* times from *start*.

    Parameters
    ----------
    seed: numbers that seed this block: (seed, chain, block).
    """
    rng = np.random.default_rng(list(seed))
    root, mean = tuned.root, tuned.mean
    w: Array = np.linalg.solve(root, start - mean)
    y = start
    target, z = tuned.space.log_target(y)
    all_y, all_z = np.empty((2, count, len(y)))
    accepted = 0
    for n in range(count):
        momentum: Array = rng.standard_normal(len(y))
        kind = rng.random()
        if kind < SMALL_SHARE:  # a symmetric step: the surrogate has no say
            w2, p2 = w + _between(rng, SMALL) * momentum, momentum
        else:
            short = kind < SMALL_SHARE + SHORT_SHARE
            step = STEP * (_between(rng, SHORT) if short else rng.uniform(0.8, 1.2))
            steps = int(rng.integers(*STEPS, endpoint=True))
            w2, p2 = _leapfrog(tuned.surrogate.gradient, w, momentum, step, steps)
        chance = np.log(rng.random())
        if np.abs(w2).max() < FAR:
            y2 = mean + root @ w2
            target2, z2 = tuned.space.log_target(y2)
            with np.errstate(over="ignore"):
                gain = target2 - target - 0.5 * (p2 @ p2 - momentum @ momentum)
            if chance < gain:
                w, y, z, target = w2, y2, z2, target2
                accepted += 1
        all_y[n], all_z[n] = y, z
    return Block(all_y, all_z, accepted / count)


def _between(rng: np.random.Generator, ends: tuple[float, float]) -> float:
    """Return a number between *ends*, uniform on the log scale."""
    low, high = np.log(ends)
    return float(np.exp(rng.uniform(low, high)))


def _leapfrog(
    gradient: Callable[[Array], Array], w: Array, momentum: Array, step: float, steps: int
) -> tuple[Array, Array]:
    with np.errstate(over="ignore", invalid="ignore"):
        p = momentum - 0.5 * step * gradient(w)
        for i in range(steps):
            w = w + step * p
            if i < steps - 1:
                p = p - step * gradient(w)
        return w, p - 0.5 * step * gradient(w)


def tune(density: Density, seed: int, *, scale: float = 1.0) -> Tuned:
    """Find the mode, fit the surrogate about it, and improve it twice by pilot runs.

    The last pilot also gives the covariance that whitens. *scale* shortens all of it (for tests).
    """
    tuned = _from_mode(mode_of(density), max(900, int(2500 * scale)), seed)
    for n, (length, size) in enumerate(PILOTS):
        long, points = max(60, int(length * scale)), max(900, int(size * scale))
        pilots = [run_block(tuned, tuned.mean, long, (seed, 900 + n, c)) for c in range(2)]
        draws = np.concatenate([pilot.y[long // 10 :] for pilot in pilots])
        tuned = _from_draws(tuned.space, draws, points, (seed, 910 + n))
    return tuned


def _spread(draws: Array, mean: Array, seed: tuple[int, ...], low: float, high: float) -> Array:
    rng = np.random.default_rng(list(seed))
    return mean + (draws - mean) * rng.uniform(low, high, (len(draws), 1))


def _from_mode(mode: Mode, size: int, seed: int) -> Tuned:
    draws = mode.draws(size, seed)
    points = _spread(draws, mode.y, (seed, 1), 0.5, 1.4)
    sd, root = np.sqrt(np.diag(mode.scatter)), np.linalg.cholesky(mode.scatter)
    return Tuned(mode.space, fit_surrogate(mode.space, points, mode.y, sd, root), mode.y, root)


def _from_draws(space: Coordinates, draws: Array, size: int, seed: tuple[int, ...]) -> Tuned:
    mean, covariance = draws.mean(axis=0), np.cov(draws.T)
    # A short pilot knows the correlations less well than the widths.
    shrink = min(0.5, 34.0 / len(draws))
    covariance = (1 - shrink) * covariance + shrink * np.diag(np.diag(covariance))
    root = np.linalg.cholesky(covariance)
    rng = np.random.default_rng(list(seed))
    picked = draws[rng.integers(len(draws), size=3 * size // 4)]
    fresh = mean + rng.standard_normal((size - len(picked), len(mean))) @ root.T
    points = _spread(np.concatenate([picked, fresh]), mean, seed, 0.6, 1.3)
    return Tuned(space, fit_surrogate(space, points, mean, draws.std(axis=0), root), mean, root)


def short_run(density: Density, draws: int, seed: int) -> Array:
    """Return *draws* draws (in the priors' coordinates) of two short chains about the mode."""
    tuned = _from_mode(mode_of(density), QUICK_POINTS, seed)
    return _thinned_chains(tuned, [tuned.mean] * 2, QUICK_BURN, QUICK_LENGTH, draws, (seed, 700))


def full_run(density: Density, draws: int, seed: int) -> Array:
    """Return *draws* thinned draws of four chains made as those of a shipped fit, only shorter.

    The tuning and the dispersed starts are the same; draws are in the priors' coordinates.
    """
    tuned = tune(density, seed)
    starts = [dispersed(tuned, seed, c) for c in range(FULL_CHAINS)]
    return _thinned_chains(tuned, starts, FULL_BURN, FULL_LENGTH, draws, (seed, 710))


def _thinned_chains(
    tuned: Tuned, starts: list[Array], burn: int, length: int, draws: int, seed: tuple[int, int]
) -> Array:
    """Run a chain from each start and return *draws* of all, evenly spaced after the burn-in.

    The burn-in is seeded by *seed* and the chain, the draws by the number after it.
    """
    first, number = seed
    chains = []
    for c, start in enumerate(starts):
        burned = run_block(tuned, start, burn, (first, number, c)).y[-1]
        chains.append(run_block(tuned, burned, length, (first, number + 1, c)).z)
    every = np.concatenate(chains)
    return every[np.linspace(0, len(every) - 1, draws).round().astype(int)]


def dispersed(tuned: Tuned, seed: int, chain: int, spread: float = 1.2) -> Array:
    """Return a starting point, spread wider than the posterior, where the density is finite."""
    rng = np.random.default_rng([seed, 800, chain])
    for _ in range(100):
        start = tuned.mean + spread * tuned.root @ rng.standard_normal(len(tuned.mean))
        if np.isfinite(tuned.space.log_target(start)[0]):
            return start
    return tuned.mean
