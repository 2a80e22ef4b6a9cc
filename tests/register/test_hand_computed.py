"""Values worked out by hand, each for a line that a mutation once changed unnoticed."""

from __future__ import annotations

import numpy as np
import pytest

from mappa.data import Data
from mappa.register.effects.attribution import (
    MOMENTUM_FIXED,
    MOMENTUM_INDEFINITE,
    attribute,
    shapley,
)
from mappa.register.effects.references import Reference
from mappa.register.inputs.build import build_inputs
from mappa.register.inputs.parameters import priors_of
from mappa.register.stockflow.cohorts import DISPOSALS, DRIVERS, Drivers
from mappa.register.stockflow.kernels import CLASSES, INDEFINITE_CLASSES
from mappa.register.stockflow.lengths import base_lengths
from mappa.register.stockflow.stock import RegisterModel

AS_OF = "2020-03-31"
FLOW = 1200 / len(DISPOSALS)  # people a year into each disposal


@pytest.fixture(scope="module")
def model(data: Data) -> RegisterModel:
    return RegisterModel(build_inputs(data, AS_OF), priors_of(data), horizon=60)


def steady(model: RegisterModel, life: float) -> Drivers:
    """1,200 people a year, even over the disposals, of those in custody *life* for life."""
    size = model.grid.size
    return Drivers(
        total=np.full(size, 1200.0),
        latent=np.ones(size),
        mix=np.full((len(DISPOSALS), size), 1 / len(DISPOSALS)),
        life=np.full(size, life),
        threshold_length=np.zeros(size),
        release_length=np.zeros(size),
        served=np.full(size, 0.5),
    )


def test_the_unreleased_are_the_determinate_the_lifers_and_those_for_images(
    model: RegisterModel,
) -> None:
    """Nobody dies: a steady flow f released at rate r leaves f/r (1 - exp(-r t)) inside."""
    values = dict(model.values(np.zeros(model.size)), excess_mortality=1e-12, kappa_custody=1.0)
    today = np.array([model.today + 60])
    span = model.grid.size / (12 * model.grid.per_month)
    found = {life: model.prisoners(values, steady(model, life), today) for life in (0.0, 0.3, 1.0)}
    behind = model.inputs.initial_prisoners * np.exp(-span / values["legacy_wait"])

    def inside(rate: float) -> float:
        return FLOW / rate * (1 - np.exp(-rate * span))

    images, lifers = inside(1 / values["images_served"]), inside(values["life_release"])
    assert found[1.0].unreleased.at()[0] - behind == pytest.approx(images + lifers, rel=2e-3)
    for life, prisoners in found.items():
        # Those for images are on the register's other side only: no sexual offence, no prison.
        assert prisoners.unreleased.at()[0] - prisoners.prison[0] == pytest.approx(images, rel=2e-3)
        assert prisoners.life[0] == pytest.approx(life * lifers, rel=2e-3)
    determinate = found[0.0].prison[0] - behind
    mixed = found[0.3].prison[0] - behind
    assert mixed == pytest.approx(0.7 * determinate + 0.3 * lifers, rel=2e-3)


def test_momentum_is_what_the_stock_does_with_every_driver_held(model: RegisterModel) -> None:
    """Its lasting part is that of the indefinite classes and of the initial cohort's."""
    z = np.random.default_rng(3).normal(0, 0.4, model.size)
    dates = np.array([model.today - 1, model.today])
    against = Reference(model.today - 10)
    shares = attribute(model, model.values(z), dates, against)
    window, after = against.cohorts(model.grid)
    held = model.drivers(model.values(z)).frozen(set(DRIVERS), window, after)
    values = model.values(z)
    run = model.run(values, dates, drivers=held)
    growth = np.diff(run.classes, axis=1)[:, 0]
    endless = [CLASSES.index(name) for name in INDEFINITE_CLASSES]
    initial = model.initial_stock(values, dates, model.law)
    here = 1 - values["absent"]
    of_initial = float(initial[0, 1] - initial[0, 0]) * here
    momentum = shares[MOMENTUM_INDEFINITE] + shares[MOMENTUM_FIXED]
    assert momentum == pytest.approx(float(growth.sum()), rel=1e-9)
    assert of_initial < -1  # it is no small matter
    assert shares[MOMENTUM_INDEFINITE] == pytest.approx(
        float(growth[endless].sum()) + of_initial, rel=1e-9
    )
    grown = np.diff(model.run(values, dates).stock)[0]
    assert sum(shares.values()) == pytest.approx(grown)


def test_the_gloves_game() -> None:
    """One left glove, two right ones: 2/3, 1/6, 1/6 (Shapley's value of a textbook game)."""
    worth = {
        frozenset(group): float("l" in group and len(group) > 1)
        for group in ("", "l", "r", "s", "lr", "ls", "rs", "lrs")
    }
    assert shapley(worth, ("l", "r", "s")) == pytest.approx({"l": 2 / 3, "r": 1 / 6, "s": 1 / 6})


def lengths_of(share_long: float) -> tuple[float, float]:
    """Return the shares below 12 and below 48 months of bands at 6, 12 and 60 months."""
    found = base_lengths(
        np.array([6.0, 12.0, 60.0]), np.array([10.0, 20.0, 50.0, 20.0]), share_long, 48.0, 40.0
    )
    return float(found.share_below(np.log(12.0))), float(found.share_below(np.log(48.0)))


def test_the_share_above_the_threshold_stays_within_its_band() -> None:
    """Three in ten are below 12 months and two in ten above 60: the rest is all that can move."""
    assert lengths_of(0.35) == pytest.approx((0.3, 0.65))
    # Beyond what the bands allow a millionth is left on either side, so that log length is proper.
    assert lengths_of(0.95) == pytest.approx((0.3, 0.3 + 1e-6), abs=1e-9)
    assert lengths_of(0.05) == pytest.approx((0.3, 0.8 - 1e-6), abs=1e-9)


def test_lengths_meet_a_mean_within_reach_exactly() -> None:
    edges, counts = np.array([6.0, 12.0, 60.0]), np.array([10.0, 20.0, 50.0, 20.0])
    found = base_lengths(edges, counts, 0.35, 48.0, 38.0)
    assert found.mean == pytest.approx(38.0)
