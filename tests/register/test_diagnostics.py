"""R-hat and effective sample sizes against chains whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from mappa.register.posterior import diagnostics as dg


def autoregressive(rho, chains=4, draws=4000, seed=5):
    rng = np.random.default_rng(seed)
    x = np.empty((chains, draws))
    x[:, 0] = rng.standard_normal(chains)
    for t in range(1, draws):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(chains)
    return x


def test_independent_draws_count_fully():
    x = autoregressive(0.0)
    # Monte Carlo error of the estimate is some percent.
    assert dg.bulk_ess(x) == pytest.approx(16000, rel=0.1)
    assert dg.rhat(x) < 1.002


@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_autoregressive_chains(rho):
    x = autoregressive(rho)
    assert dg.bulk_ess(x) == pytest.approx(16000 * (1 - rho) / (1 + rho), rel=0.15)
    assert dg.tail_ess(x) < 16000


def test_chains_that_disagree_are_found():
    x = autoregressive(0.0)
    x[0] += 1
    assert dg.rhat(x) > 1.05
    spread = autoregressive(0.0)
    spread[0] *= 3  # the same centre, another width: the folded R-hat sees it
    assert dg.rhat(spread) > 1.05


def test_a_constant_is_no_error():
    assert dg.rhat(np.ones((2, 100))) == 1.0
