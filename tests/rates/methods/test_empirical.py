"""Empirical Bayes: reference values, the gamma posterior, limits of what is known."""

from __future__ import annotations

import numpy as np
import pytest

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
    i = found.where("Cumbria")
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
    i = found.where("Cumbria")
    among, everyone = found.ranks, found.ranks_all
    assert (among.middle[i], among.low[i], among.high[i], among.of) == (11, 7, 17, 26)
    assert (everyone.middle[i], everyone.low[i], everyone.high[i], everyone.of) == (16, 9, 24, 42)


def test_areas_that_are_all_alike_tell_nothing_apart() -> None:
    people = np.array([1e5, 2e5, 3e5, 4e5, 5e5, 6e5])
    prior = empirical.fit_prior(people * 0.001, people * 0.001)
    mean, _, _ = empirical.shrunken(prior, 90, 100)
    assert mean == pytest.approx(1, abs=1e-3)
