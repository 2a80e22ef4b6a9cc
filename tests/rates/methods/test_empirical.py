"""Empirical Bayes: reference values, the gamma posterior, limits of what is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special, stats

from mappa.data import Data
from mappa.rates import forces
from mappa.rates.methods import empirical

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def found(data: Data) -> forces.Forces:
    f = forces.forces(data.on(AS_OF))
    assert f is not None
    return f


def test_empirical_bayes_of_reference(found: forces.Forces) -> None:
    assert (round(found.prior.a, 2), round(found.prior.b, 2)) == (28.33, 26.53)
    i = found.areas.index("Cumbria")
    count, expected = found.counts[i], float(found.expected[i])
    rate = 1e5 * found.national
    rates_ = [rate * float(v) for v in empirical.shrunken(found.prior, count, expected)]
    assert [round(v, 1) for v in rates_] == [131.8, 121.6, 142.4]
    assert round(empirical.own_weight(found.prior, expected), 3) == 0.953
    nation = empirical.exceedance(found.prior, count, expected, 1.1, other_count=None)
    assert round(nation, 2) == 0.52
    own = 61_841 / 51_802_696 / found.national
    rest = empirical.exceedance(found.prior, count, expected, 1.1 * own, other_count=61_841)
    assert rest == pytest.approx(
        empirical.exceedance(found.prior, count, expected, 1.1 * own, other_count=None), abs=1e-3
    )
    vague = empirical.Prior(1e-6, 1e-6)
    flat = empirical.exceedance(vague, count, expected, 1.1 * own, other_count=61_841)
    assert flat == pytest.approx(0.551, abs=0.006)


def test_exceedance_of_a_modelled_comparator_tends_to_the_known_one(found: forces.Forces) -> None:
    args = found.prior, 594.0, 537.66, 1.1
    known = empirical.exceedance(*args, other_count=None)
    assert empirical.exceedance_modelled(*args, 1e-6) == pytest.approx(known, abs=1e-4)
    assert empirical.exceedance_modelled(*args, 0.3) < known


def test_ranks_of_reference(found: forces.Forces) -> None:
    assert found.ranks.loc["Cumbria"].tolist() == [11, 26, 7, 17]
    assert found.ranks_all.loc["Cumbria"].tolist() == [16, 42, 9, 24]


def test_areas_that_are_all_alike_tell_nothing_apart() -> None:
    """The gamma is a point at the common ratio, 1.2, whatever the area's own count."""
    expected = np.array([100, 200, 300, 400])
    prior = empirical.fit_prior(expected * 1.2, expected)
    assert prior.a == pytest.approx(empirical.MOST)
    assert empirical.shrunken(prior, 90, 100)[0] == pytest.approx(1.2, abs=1e-3)


@pytest.mark.parametrize("scale", [1.0, 0.02])
def test_the_fit_is_where_the_likelihood_is_flat(scale: float) -> None:
    """Both scores of the negative binomial are zero, whatever the common ratio (here about 6)."""
    counts, expected = np.array([50, 150, 210, 430, 90]), np.array([10.0, 20, 30, 95, 14]) * scale
    prior = empirical.fit_prior(counts, expected)

    def scores(at: NDArray[np.float64]) -> list[float]:
        a, b = at
        share = b / (b + expected)
        of_a = special.digamma(a + counts) - special.digamma(a) + np.log(share)
        return [of_a.sum(), (a - (a + counts) * share).sum()]

    exact = optimize.root(scores, [prior.a, prior.b], tol=1e-12).x
    assert [prior.a, prior.b] == pytest.approx(exact, rel=2e-6)
    assert scores(exact) == pytest.approx([0, 0], abs=1e-8)


def test_a_fit_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    empirical.fit_prior([50, 150, 210, 430], [100, 200, 300, 400])
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("confidence", [0.90, 0.95])
def test_the_posterior_is_gamma(confidence: float) -> None:
    """Prior gamma(2, 1), 3 people where 4 are expected: gamma(5, 5), its mean 1."""
    prior, tail = empirical.Prior(2.0, 1.0), (1 - confidence) / 2
    found = empirical.shrunken(prior, [3], [4], confidence)
    limits = stats.gamma.ppf([tail, 1 - tail], 5, scale=1 / 5)
    assert np.ravel(found) == pytest.approx([1.0, *limits])
    assert empirical.own_weight(prior, 4.0) == pytest.approx(0.8)
    default = np.ravel(empirical.shrunken(prior, 3, 4))
    assert (list(default) == list(np.ravel(found))) == (confidence == 0.95)


def test_the_chance_of_exceeding_a_threshold() -> None:
    prior, at = empirical.Prior(2.0, 1.0), (3, 4, 1.3)
    known = stats.gamma.sf(1.3, 5, scale=1 / 5)
    assert empirical.exceedance(prior, *at, other_count=None) == pytest.approx(known)
    counted = stats.f.sf(1.3, 10, 20)  # gamma(5, 5) over gamma(10, 10)
    assert empirical.exceedance(prior, *at, other_count=10) == pytest.approx(counted)
    assert empirical.exceedance_modelled(prior, *at, 0.0) == pytest.approx(known)
    # With an error of the log rate: the mean of the known one over a normal (Gauss-Hermite).
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    mixed = stats.gamma.sf(1.3 * np.exp(0.2 * nodes), 5, scale=1 / 5) @ weights
    mixed /= np.sqrt(2 * np.pi)
    assert empirical.exceedance_modelled(prior, *at, 0.2) == pytest.approx(mixed, rel=1e-6)


def test_ranks_of_areas_that_are_far_apart_are_certain() -> None:
    prior, counts, expected = empirical.Prior(1.0, 1.0), [4e6, 1e6, 9e6], [2e6, 2e6, 2e6]
    theta = empirical.ratio_draws(prior, counts, expected, draws=50)
    found = empirical.rank_draws(theta, ("a", "b", "c"))
    expected_ranks = {name: [2, 3, 1] for name in ("rank", "low", "high")} | {"of": [3, 3, 3]}
    assert found.to_dict("list") == expected_ranks
    assert list(found.columns) == ["rank", "of", "low", "high"]
    assert list(found.index) == ["a", "b", "c"]


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_ranks_are_of_draws_of_the_posterior(confidence: float) -> None:
    """The uncounted are drawn from the prior and scaled to meet the pool's count."""
    prior, counts, expected = empirical.Prior(4.0, 2.0), [5, 9, 2], [3.0, 4.0, 5.0]
    rng = np.random.default_rng(8)
    own = rng.gamma(4 + np.array(counts), 1 / (2 + np.array(expected)), size=(40, 3))
    pool = rng.gamma(4.0, 1 / 2, size=(40, 2))
    pool *= (30 / (pool @ [6.0, 7.0]))[:, None]
    place = stats.rankdata(-np.hstack([own, pool]), axis=1)[:, :3]
    tail = (1 - confidence) / 2
    low, middle, high = np.quantile(place, [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf")
    theta = empirical.ratio_draws(
        prior, counts, expected, pool_expected=[6.0, 7.0], pool_count=30, draws=40, seed=8
    )
    found = empirical.rank_draws(theta, ("a", "b", "c"), confidence)
    assert (found[["low", "rank", "high"]].T.to_numpy() == [low, middle, high]).all()
    assert set(found["of"]) == {5}


def test_ranks_of_95_per_cent_are_drawn_where_nothing_is_said() -> None:
    args = empirical.Prior(4.0, 2.0), [5, 9, 2], [3.0, 4.0, 5.0]
    theta = empirical.ratio_draws(*args, draws=300)
    assert np.array_equal(theta, empirical.ratio_draws(*args, draws=300, seed=empirical.SEED))
    assert empirical.rank_draws(theta, ("a",)).equals(empirical.rank_draws(theta, ("a",), 0.95))
