"""Attribution of growth in a small register against all 128 coalitions, one run each."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from toy_register import TERMS, toy_inputs, toy_model

from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import (
    LATENT,
    MOMENTUM_FIXED,
    MOMENTUM_INDEFINITE,
    PUBLISHED,
    attribute,
    owen,
)
from mappa.register.effects.references import Reference
from mappa.register.law.terms import Terms
from mappa.register.stockflow.cohorts import DRIVERS
from mappa.register.stockflow.kernels import CLASSES, INDEFINITE_CLASSES, Law

DATES = np.array([2010.0, 2011.0])


@pytest.mark.parametrize("terms", [TERMS, TERMS.with_(long=6.0)])
def test_growth_is_shared_out_as_all_coalitions_have_it(terms: Terms) -> None:
    model = toy_model(inputs=dataclasses.replace(toy_inputs(), terms=terms))
    against = Reference(2002.0)
    values = model.values(np.linspace(-0.01, 0.01, model.size))
    values |= {f"walk_{k}": 0.5 * k for k in range(1, len(model.latent.steps) + 1)}
    window, after = against.cohorts(model.grid)
    drivers, worth = model.drivers(values), {}
    for size in range(len(DRIVERS) + 1):
        for moving in itertools.combinations(DRIVERS, size):
            held = drivers.frozen(set(DRIVERS) - set(moving), window, after)
            stock = model.run(values, DATES, drivers=held).stock
            worth[frozenset(moving)] = float(stock[1] - stock[0])
    found = attribute(model, values, DATES, against)
    drivers_of = {name: found[name] for name in DRIVERS}
    assert drivers_of == pytest.approx(owen(worth, LATENT, PUBLISHED), rel=1e-6, abs=1e-9)
    assert sum(found.values()) == pytest.approx(worth[frozenset(DRIVERS)])
    momentum = found[MOMENTUM_INDEFINITE] + found[MOMENTUM_FIXED]
    assert momentum == pytest.approx(worth[frozenset()])
    assert abs(found["threshold"]) > 1e-3  # every driver moves something
    # Momentum of those who stay for good, the initial cohort's among them.
    still = model.run(values, DATES, drivers=drivers.frozen(set(DRIVERS), window, after))
    names = [CLASSES.index(name) for name in INDEFINITE_CLASSES]
    initial = model.initial_stock(values, DATES, model.law)[0] * (1 - values["absent"])
    lasting = np.diff(still.by_class.iloc[:, names].sum(axis=1))[0] + initial[1] - initial[0]
    assert found[MOMENTUM_INDEFINITE] == pytest.approx(lasting)


def test_an_impulse_is_the_difference_of_two_runs() -> None:
    model = toy_model(horizon=4)
    values = model.values(np.zeros(model.size))
    drivers = model.drivers(values)
    longer = cf.longer(drivers, 2001.0, model.grid.times)
    dates = 2001.0 + np.array([1, 3, 5, 10, 14], float)
    for law in (None, Law(TERMS.with_(short=6.0))):
        found = cf.impulse(model, values, drivers, 2001.0, longer, law)
        after, before = (
            model.run(values, dates, drivers=d, law=law).stock for d in (longer, drivers)
        )
        assert found == pytest.approx(after - before)
