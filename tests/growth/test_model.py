"""The model of the areas' shares against dense algebra, for two areas and three years."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mappa.growth import model
from mappa.growth.model import Evidence  # type: ignore[attr-defined]

T, A = 3, 2
WIDTH = A + 1
#: A count of each area in the first year, one in the last, and a printed change of the second.
ROWS = pd.DataFrame(
    {
        "i": [0, 1, 0, 1],
        "t": [0, 0, 2, 1],
        "s": [-1, -1, -1, 0],
        "y": [0.1, -0.2, 0.3, 0.05],
        "sd": [0.02, 0.03, 0.02, 0.04],
        "df": [30.0, 30.0, 4.0, 4.0],
    }
)


@pytest.fixture()
def evidence() -> Evidence:
    return Evidence(
        areas=("a", "b"),
        dates=tuple(pd.Timestamp(f"{year}-03-31") for year in (2018, 2019, 2020)),
        people=np.array([[1000.0, 3000.0], [1100.0, 3100.0], [1200.0, 3000.0]]),
        nation=np.full(T, 100.0),
        nation_sd=np.array([0.001, 0.01, 0.002]),
        rows=ROWS,
    )


@pytest.fixture()
def problem(evidence: Evidence) -> model._Problem:
    return model._Problem(evidence)


def state(**changes: Any) -> model._State:
    fields: dict[str, Any] = {
        "x": np.zeros((T, WIDTH)),
        "step_weight": np.array([[0.5, 1.5], [2.0, 0.7]]),
        "data_weight": np.array([1.0, 0.8, 1.2, 0.5]),
        "sigma": 0.06,
        "tau": 0.25,
        "mu": 0.1,
        "nu": 4.0,
    }
    return model._State(**(fields | changes))


def forms() -> np.ndarray:
    """Return each piece of evidence as a row over the states: x and d of its year, or a change."""
    h = np.zeros((len(ROWS), T * WIDTH))
    for k, (i, t, s) in enumerate(ROWS[["i", "t", "s"]].to_numpy()):
        h[k, t * WIDTH + i] = 1
        if s < 0:
            h[k, t * WIDTH + A] = 1
        else:
            h[k, s * WIDTH + i] = -1
    return h


def dense(e: Evidence, z: model._State, m: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return precision, right side and SDs of the evidence, term by term of the module's text."""
    P, b = np.zeros((T * WIDTH, T * WIDTH)), np.zeros(T * WIDTH)
    sizes = e.people.mean(axis=0)
    scale = (sizes / np.sqrt(sizes.prod())) ** -0.5
    for t in range(T):
        P[t * WIDTH + A, t * WIDTH + A] += e.nation_sd[t] ** -2
        at = slice(t * WIDTH, t * WIDTH + A)
        share = e.people[t] / e.people[t].sum() * np.exp(m[t]) * (1 + v[t] / 2)
        P[at, at] += np.outer(share, share) / 0.002**2
        b[at] += share * (1 - share.sum() + share @ m[t]) / 0.002**2
    for i in range(A):
        P[i, i] += z.tau**-2
        b[i] += z.mu / z.tau**2
        for t in range(T - 1):
            h = np.zeros(T * WIDTH)
            h[t * WIDTH + i], h[(t + 1) * WIDTH + i] = -1, 1
            P += np.outer(h, h) * z.step_weight[t, i] / (z.sigma * scale[i]) ** 2
    sd2 = ROWS["sd"].to_numpy() ** 2
    sd2[3] += e.nation_sd[1] ** 2 + e.nation_sd[0] ** 2  # a change of a count of the nation's two
    for h, weight, y, variance in zip(forms(), z.data_weight, ROWS["y"], sd2, strict=True):
        P += np.outer(h, h) * weight / variance
        b += h * y * weight / variance
    return P, b, np.sqrt(sd2), scale


def lower(banded: np.ndarray) -> np.ndarray:
    """Return the dense matrix of a lower band."""
    n = banded.shape[1]
    found = np.zeros((n, n))
    for k in range(banded.shape[0]):
        found += np.diag(banded[k, : n - k], -k)
    return found


M, V = np.array([[0.1, -0.1], [0.2, 0.0], [0.0, 0.1]]), np.array([[0.01, 0.02]] * 3)


@pytest.mark.parametrize(("m", "v"), [(np.zeros((T, A)), np.zeros((T, A))), (M, V)])
def test_the_banded_system_is_the_dense_one(
    evidence: Evidence, problem: model._Problem, m: np.ndarray, v: np.ndarray
) -> None:
    problem.linearise(m, v)
    P, b, sd, scale = dense(evidence, state(), m, v)
    factor, right = problem.system(state())
    L = lower(factor)
    assert pytest.approx(P, rel=1e-9) == L @ L.T
    assert right == pytest.approx(b)
    assert problem.sd == pytest.approx(sd)
    assert problem.scale == pytest.approx(scale)
    again = problem.system(state())[0]  # the fixed part is not written over
    assert again == pytest.approx(factor)


def test_states_are_drawn_from_the_normal(evidence: Evidence, problem: model._Problem) -> None:
    P, b, *_ = dense(evidence, state(), np.zeros((T, A)), np.zeros((T, A)))
    draw = model._draw_states(problem, state(), np.random.default_rng(3))
    noise = np.random.default_rng(3).standard_normal(T * WIDTH)
    expected = np.linalg.solve(P, b) + np.linalg.solve(np.linalg.cholesky(P).T, noise)
    assert draw == pytest.approx(expected.reshape(T, WIDTH), rel=1e-6)


def test_residuals_are_what_the_forms_leave(problem: model._Problem) -> None:
    x = np.arange(T * WIDTH, dtype=float).reshape(T, WIDTH)
    assert problem.residuals(x) == pytest.approx(ROWS["y"] - forms() @ x.ravel())


def test_a_system_that_is_no_precision_is_refused(problem: model._Problem) -> None:
    with pytest.raises(FloatingPointError, match="not positive definite"):
        problem.system(state(data_weight=np.full(4, -1e9)))


def test_a_step_of_em_meets_its_equations(evidence: Evidence, problem: model._Problem) -> None:
    """Expected squares under the normal of all states; nu is held at 3."""
    begin = state(
        step_weight=np.ones((T - 1, A)), data_weight=np.ones(4), sigma=0.05, tau=0.2, mu=0.0
    )
    P, b, sd, scale = dense(evidence, begin, np.zeros((T, A)), np.zeros((T, A)))
    z = model._expect(problem, 1)
    cov = np.linalg.inv(P)
    x = (cov @ b).reshape(T, WIDTH)
    places = np.arange(T * WIDTH).reshape(T, WIDTH)[:, :A]
    v = cov[places, places]
    step2 = np.diff(x[:, :A], axis=0) ** 2 + v[1:] + v[:-1] - 2 * cov[places[1:], places[:-1]]
    weight = 4 / (3 + step2 / (0.05 * scale) ** 2)
    assert z.x == pytest.approx(x, rel=1e-6)
    assert z.step_weight == pytest.approx(weight, rel=1e-6)
    assert z.sigma == pytest.approx(math.sqrt((weight * step2 / scale**2).mean()), rel=1e-6)
    assert z.mu == pytest.approx(x[0, :A].mean(), rel=1e-6)
    tau2 = ((x[0, :A] - x[0, :A].mean()) ** 2 + v[0]).mean()
    assert z.tau == pytest.approx(math.sqrt(tau2), rel=1e-6)
    h = forms()
    error2 = (ROWS["y"] - h @ x.ravel()) ** 2 + np.einsum("kp,pq,kq->k", h, cov, h)
    assert z.data_weight == pytest.approx((ROWS["df"] + 1) / (ROWS["df"] + error2 / sd**2))
    assert z.nu == 3.0
    # The nation is then linear at the new mean.
    P2, b2, *_ = dense(evidence, z, x[:, :A], v)
    factor, right = problem.system(z)
    L = lower(factor)
    assert pytest.approx(P2, rel=1e-6) == L @ L.T
    assert right == pytest.approx(b2, rel=1e-6)


class Means:
    """Random numbers that are none: each draw is a number that its distribution fixes."""

    def __init__(self) -> None:
        self.chances = np.zeros(0)

    def standard_normal(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.zeros(shape)

    def gamma(self, shape: Any, scale: Any = 1.0) -> Any:
        return shape * np.asarray(scale)

    def normal(self, mean: float, sd: float) -> float:
        return mean + sd

    def choice(self, values: np.ndarray, p: np.ndarray) -> float:
        self.chances = p
        return float(values[4])


def test_a_sweep_draws_each_from_its_conditional(
    evidence: Evidence, problem: model._Problem
) -> None:
    rng, z, old = Means(), state(), state()
    P, b, sd, scale = dense(evidence, old, np.zeros((T, A)), np.zeros((T, A)))
    model._sweep(problem, z, cast(np.random.Generator, rng))
    x = np.linalg.solve(P, b).reshape(T, WIDTH)
    assert z.x == pytest.approx(x, rel=1e-6)
    step = np.diff(x[:, :A], axis=0) / scale
    # The degrees of freedom by the likelihood of t times the prior Gamma(2, 0.1).
    log = [
        stats.t.logpdf(step / old.sigma, nu).sum() + stats.gamma.logpdf(nu, 2, scale=10)
        for nu in model.NU
    ]
    chances = np.exp(np.array(log) - max(log))
    assert rng.chances == pytest.approx(chances / chances.sum(), rel=1e-6)
    assert z.nu == model.NU[4]
    weight = (z.nu + 1) / (z.nu + (step / old.sigma) ** 2)
    assert z.step_weight == pytest.approx(weight, rel=1e-6)
    assert z.sigma**2 == pytest.approx((weight * step**2).sum() / step.size, rel=1e-6)
    assert z.mu == pytest.approx(x[0, :A].mean() + old.tau / math.sqrt(A), rel=1e-6)
    assert z.tau**2 == pytest.approx(((x[0, :A] - z.mu) ** 2).sum() / (A - 1), rel=1e-6)
    scaled = (ROWS["y"] - forms() @ x.ravel()) / sd
    assert z.data_weight == pytest.approx((ROWS["df"] + 1) / (ROWS["df"] + scaled**2), rel=1e-6)


def test_a_fit_keeps_each_sweep_after_the_warm_up_and_every_draw_sums(evidence: Evidence) -> None:
    calls: list[None] = []
    found = model.fit(
        evidence, draws=3, warm_up=2, sweeps=4, seed=5, progress=lambda: calls.append(None)
    )
    assert len(calls) == 2 + 3
    problem, rng = model._Problem(evidence), np.random.default_rng(5)
    z = model._expect(problem, 4)
    kept = []
    for sweep in range(5):
        model._sweep(problem, z, rng)
        if sweep >= 2:
            kept.append((z.x.copy(), z.sigma, z.tau, z.mu, z.nu))
    x = np.array([k[0][:, :A] for k in kept])
    over = np.log((evidence.shares * np.exp(x)).sum(axis=2, keepdims=True))
    assert found.x == pytest.approx(x - over)
    assert found.d == pytest.approx(np.array([k[0][:, A] for k in kept]))
    for j, name in enumerate(("sigma", "tau", "mu", "nu"), 1):
        assert getattr(found, name) == pytest.approx([k[j] for k in kept])
    assert found.scale == pytest.approx(problem.scale)
    # Each draw's areas make up the nation exactly.
    assert (evidence.shares * np.exp(found.x)).sum(axis=2) == pytest.approx(1.0, rel=1e-12)


def test_the_same_seed_gives_the_same_draws(evidence: Evidence) -> None:
    one, two = (model.fit(evidence, draws=4, warm_up=1, sweeps=2) for _ in range(2))
    assert (one.x == two.x).all()
    other = model.fit(evidence, draws=4, warm_up=1, sweeps=2, seed=model.SEED + 1)
    assert (one.x != other.x).any()
