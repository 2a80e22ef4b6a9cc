"""The hierarchical model of every area's share of the nation, fitted by Gibbs sampling.

    start   x[i, 0] ~ N(mu, tau^2)
    step    x[i, t] = x[i, t-1] + e,  e ~ t_nu(0, sigma s_i),  s_i = (people of i / typical)^(-1/2)
    nation  sum_i w[i, t] exp(x[i, t]) = 1 with SD 0.002, w the population shares
    data    y = h'x + d + error, see :mod:`mappa.growth.evidence`

The t distributions are normals with gamma weights (Carlin, Polson and Stoffer, JASA 87 (1992)
493-500), so all x are drawn at once from a normal whose precision is banded when states are
ordered by year (Rue, JRSS B 63 (2001) 325-338). The nation is a linear constraint at the mean of a
short EM run, which leaves totals a fraction of a percent off; every draw is then made to sum.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_solve_banded, lapack
from scipy.special import gammaln

from mappa.growth.evidence import Evidence

CONSTRAINT_SD = 0.002
#: Grid of the degrees of freedom of the steps; the prior is Gamma(2, 0.1) cut at 3, below which a
#: step has no variance worth the name (Juarez and Steel, JBES 28 (2010) 52-66).
NU = np.array([3, 3.5, 4, 5, 6, 8, 10, 15, 20, 30, 50], dtype=float)
SEED = 20200331


@dataclasses.dataclass(frozen=True)
class Posterior:
    """Draws of the posterior.

    Attributes
    ----------
    x: log rate ratios, shape (draws, T, A).
    d: error of the log national counts, shape (draws, T); matters where one was interpolated.
    sigma, tau, mu, nu: shape (draws,).
    scale: s_i, the size scaling of the steps, shape (A,).
    """

    x: np.ndarray
    d: np.ndarray
    sigma: np.ndarray
    tau: np.ndarray
    mu: np.ndarray
    nu: np.ndarray
    scale: np.ndarray


@dataclasses.dataclass
class _State:
    """Everything that changes from one sweep to the next."""

    x: np.ndarray  # (T, A + 1); the last column is d
    step_weight: np.ndarray  # (T - 1, A)
    data_weight: np.ndarray  # (n,)
    sigma: float
    tau: float
    mu: float
    nu: float


class _Problem:
    """The evidence as a banded normal system; states are numbered t (A + 1) + i, d comes last.

    A year's d only enters evidence of that year, so the half width of the band is A + 1: printed
    changes carry the error of an interpolated nation in their own.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.T, self.A = evidence.people.shape
        self.width = self.A + 1
        self.n = self.T * self.width
        self.shares = evidence.shares
        people = evidence.people.mean(axis=0)
        self.scale = (people / math.exp(np.log(people).mean())) ** -0.5
        rows = evidence.rows
        self.y, self.df = rows["y"].to_numpy(float), rows["df"].to_numpy(float)
        i, t, s = (rows[c].to_numpy(int) for c in ("i", "t", "s"))
        nation = evidence.nation_sd**2
        both = np.where(s >= 0, nation[t] + nation[s], 0.0)
        self.sd = np.sqrt(rows["sd"].to_numpy(float) ** 2 + both)
        # Three places of each form: x now, x before, d; the state after the last is always zero.
        none = self.n
        self.places = np.stack(
            [
                t * self.width + i,
                np.where(s >= 0, s * self.width + i, none),
                np.where(s >= 0, none, t * self.width + self.A),
            ]
        )
        self.signs = np.array([1.0, -1.0, 1.0])
        self._index()
        self.d_precision = np.zeros((self.width + 1, self.n), order="F")
        self.d_precision[0, self.states[:, self.A]] = evidence.nation_sd**-2.0
        self.linearise(np.zeros((self.T, self.A)), np.zeros((self.T, self.A)))

    def _index(self) -> None:
        """Where each pair of states of each piece and step goes in the band, with which sign."""
        rows, columns, owner, sign = [], [], [], []
        for a, p in enumerate(self.places):
            for b, q in enumerate(self.places):
                k = np.nonzero((p >= q) & (p < self.n) & (q < self.n))[0]
                rows.append(p[k] - q[k])
                columns.append(q[k])
                owner.append(k)
                sign.append(np.full(k.size, self.signs[a] * self.signs[b]))
        self.states = np.arange(self.n).reshape(self.T, self.width)
        before = self.states[:-1, : self.A].ravel()
        zero = np.zeros(before.size, dtype=int)
        rows += [zero, zero, zero + self.width]
        columns += [before, before + self.width, before]
        self.owner, self.sign = np.concatenate(owner), np.concatenate(sign)
        flat = np.concatenate(columns) * (self.width + 1) + np.concatenate(rows)
        self.used, self.position = np.unique(flat, return_inverse=True)

    def linearise(self, m: np.ndarray, v: np.ndarray) -> None:
        """Put the nation into the system, linear at mean *m* and variance *v*, shape (T, A)."""
        g = self.shares * np.exp(m) * (1 + v / 2)
        target = 1 - g.sum(axis=1) + (g * m).sum(axis=1)
        weight = CONSTRAINT_SD**-2.0
        ab = self.d_precision.copy(order="F")
        rhs = np.zeros((self.T, self.width))
        for t in range(self.T):
            first = t * self.width
            for k in range(self.A):
                ab[: self.A - k, first + k] += weight * g[t, k] * g[t, k:]
            rhs[t, : self.A] = weight * target[t] * g[t]
        self.fixed_ab, self.fixed_rhs = ab, rhs.ravel()

    def system(self, z: _State) -> tuple[np.ndarray, np.ndarray]:
        """Return Cholesky factor (lower band) and right side of the normal of all states."""
        w = z.data_weight / self.sd**2
        step = (z.step_weight / (z.sigma * self.scale) ** 2).ravel()
        weights = np.concatenate([self.sign * w[self.owner], step, step, -step])
        ab = self.fixed_ab.copy(order="F")
        flat = ab.T.reshape(-1)  # a view: the array lies in columns
        flat[self.used] += np.bincount(self.position, weights)
        ab[0, : self.A] += z.tau**-2.0
        value = (self.signs[:, None] * (w * self.y)).ravel()
        spread = np.bincount(self.places.ravel(), value, minlength=self.n + 1)
        rhs: np.ndarray = self.fixed_rhs + spread[: self.n]
        rhs[: self.A] += z.mu / z.tau**2
        factor, info = lapack.dpbtrf(ab, lower=1, overwrite_ab=1)
        if info != 0:
            raise FloatingPointError("The precision of the states is not positive definite.")
        return factor, rhs

    def residuals(self, x: np.ndarray) -> np.ndarray:
        """Return y less its form of the states *x*, shape (n,)."""
        flat = np.append(x.ravel(), 0.0)
        return np.asarray(self.y - self.signs @ flat[self.places])


def _draw_states(p: _Problem, z: _State, rng: np.random.Generator) -> np.ndarray:
    factor, rhs = p.system(z)
    half, _ = lapack.dtbtrs(factor, rhs, uplo="L", trans="N")
    noise = half.reshape(p.n, 1) + rng.standard_normal((p.n, 1))
    draw, _ = lapack.dtbtrs(factor, noise, uplo="L", trans="T")
    return np.asarray(draw).reshape(p.T, p.width)


def _begin(p: _Problem) -> _State:
    return _State(
        x=np.zeros((p.T, p.width)),
        step_weight=np.ones((p.T - 1, p.A)),
        data_weight=np.ones(p.y.size),
        sigma=0.05,
        tau=0.2,
        mu=0.0,
        nu=3.0,
    )


def _expect(p: _Problem, sweeps: int) -> _State:
    """Run EM for the scales (nu held), moving the nation's linear form to the mean each time."""
    z = _begin(p)
    identity = np.eye(p.n)
    for _ in range(sweeps):
        factor, rhs = p.system(z)
        cov = cho_solve_banded((factor, True), identity)
        mean = cov @ rhs
        z.x = mean.reshape(p.T, p.width)
        states = p.states[:, : p.A]
        v = cov[states, states]
        cross = cov[states[1:], states[:-1]]
        step2 = np.diff(z.x[:, : p.A], axis=0) ** 2 + v[1:] + v[:-1] - 2 * cross
        z.step_weight = (z.nu + 1) / (z.nu + step2 / (z.sigma * p.scale) ** 2)
        z.sigma = math.sqrt((z.step_weight * step2 / p.scale**2).mean())
        z.mu = float(z.x[0, : p.A].mean())
        z.tau = math.sqrt(((z.x[0, : p.A] - z.mu) ** 2 + v[0]).mean())
        padded = np.pad(cov, ((0, 1), (0, 1)))
        form = np.einsum(
            "a,b,abk->k", p.signs, p.signs, padded[p.places[:, None], p.places[None, :]]
        )
        error2 = p.residuals(z.x) ** 2 + form
        z.data_weight = (p.df + 1) / (p.df + error2 / p.sd**2)
        p.linearise(z.x[:, : p.A], v)
    return z


def _sweep(p: _Problem, z: _State, rng: np.random.Generator) -> None:
    """Draw everything once."""
    z.x = _draw_states(p, z, rng)
    x = z.x[:, : p.A]
    step = np.diff(x, axis=0) / p.scale
    # The degrees of freedom are drawn with the weights integrated out: it mixes better.
    log = _log_t(step / z.sigma, NU) + np.log(NU) - 0.1 * NU
    z.nu = float(rng.choice(NU, p=np.exp(log - log.max()) / np.exp(log - log.max()).sum()))
    z.step_weight = rng.gamma((z.nu + 1) / 2, 2 / (z.nu + (step / z.sigma) ** 2))
    squares = float((z.step_weight * step**2).sum())
    z.sigma = math.sqrt(squares / 2 / rng.gamma(step.size / 2))
    z.mu = float(rng.normal(x[0].mean(), z.tau / math.sqrt(p.A)))
    squares = float(((x[0] - z.mu) ** 2).sum())
    z.tau = math.sqrt(squares / 2 / rng.gamma((p.A - 1) / 2))
    scaled = p.residuals(z.x) / p.sd
    z.data_weight = rng.gamma((p.df + 1) / 2, 2 / (p.df + scaled**2))


def _log_t(z: np.ndarray, nu: np.ndarray) -> np.ndarray:
    """Return the log likelihood of standardised steps for each number of degrees of freedom."""
    constant = gammaln((nu + 1) / 2) - gammaln(nu / 2) - np.log(nu) / 2
    squares = np.log1p((z.ravel() ** 2)[:, None] / nu).sum(axis=0)
    return np.asarray(z.size * constant - (nu + 1) / 2 * squares)


def fit(
    evidence: Evidence,
    *,
    draws: int = 1500,
    warm_up: int = 300,
    sweeps: int = 15,
    seed: int = SEED,
    progress: Callable[[], object] | None = None,
) -> Posterior:
    """Fit the model and return its draws.

    Parameters
    ----------
    evidence: what is known; see :func:`mappa.growth.evidence.collect`.
    draws: number of draws kept.
    warm_up: number of sweeps before the first.
    sweeps: number of EM steps that find where the nation's constraint is made linear.
    seed: of the random numbers; the same seed gives the same draws.
    progress: called once a sweep.
    """
    p = _Problem(evidence)
    z = _expect(p, sweeps)
    rng = np.random.default_rng(seed)
    kept = np.empty((draws, p.T, p.width))
    scalars = np.empty((draws, 4))
    for sweep in range(-warm_up, draws):
        _sweep(p, z, rng)
        if sweep >= 0:
            kept[sweep] = z.x
            scalars[sweep] = z.sigma, z.tau, z.mu, z.nu
        if progress is not None:
            progress()
    sigma, tau, mu, nu = scalars.T
    # The linear constraint leaves totals a fraction of a percent off: every draw sums exactly.
    x = kept[:, :, : p.A] - np.log((p.shares * np.exp(kept[:, :, : p.A])).sum(axis=2))[..., None]
    return Posterior(x, kept[:, :, p.A], sigma, tau, mu, nu, p.scale)
