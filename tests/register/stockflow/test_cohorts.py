"""The grid of cohorts, and what drives them, by hand for single cohorts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_register import points, toy_drivers, toy_inputs, toy_values

from mappa.register.stockflow.cohorts import DRIVERS, Grid, base_of, drivers_of

GRID = Grid(2000.0, 144)


def at(year: float) -> int:
    """Return the cohort in whose step *year* lies."""
    return int((year - 2000) * 12)


def middle(cohort: int) -> float:
    return 2000 + (cohort + 0.5) / 12


def test_a_grid_of_half_months() -> None:
    grid = Grid(2000.0, 12, per_month=2)
    assert (grid.size, grid.step) == (24, pytest.approx(1 / 24))
    assert grid.times[[0, -1]] == pytest.approx([2000 + 0.5 / 24, 2001 - 0.5 / 24])
    assert grid.lags[[0, -1]] == pytest.approx([0.5 / 24, 1 - 0.5 / 24])
    assert grid.ends(np.array([2000 + 1 / 12, 2001.0])).tolist() == [1, 23]


def test_entrants_are_the_total_times_latent_times_mix() -> None:
    drivers = toy_drivers(3)
    found = drivers.entrants()
    assert found[1, 2] == pytest.approx(2000 * drivers.latent[1, 2] * drivers.mix[1, 2])
    assert found.shape == drivers.mix.shape


@pytest.mark.parametrize("name", DRIVERS)
def test_a_frozen_driver_holds_the_mean_of_its_reference_from_a_cohort_on(name: str) -> None:
    size = 6
    slopes = {
        field.name: np.broadcast_to(np.arange(1.0, 7.0), (8, size) if field.name in
                                    ("latent", "mix") else (size,))
        for field in dataclasses.fields(toy_drivers(size))
    }  # fmt: skip
    drivers = toy_drivers(size, **slopes)
    frozen = drivers.frozen({name}, slice(1, 3), 4)
    field = {
        "volume": "total", "threshold": "threshold_length", "delay": "release_length",
    }.get(name, name)  # fmt: skip
    for key in slopes:
        row = np.atleast_2d(getattr(frozen, key))[0]
        assert row.tolist() == ([1, 2, 3, 4, 2.5, 2.5] if key == field else [1, 2, 3, 4, 5, 6])


def test_each_disposal_is_frozen_at_its_own_mean() -> None:
    drivers = toy_drivers(4, mix=np.outer(np.arange(1.0, 9.0), [1.0, 3.0, 5.0, 7.0]))
    frozen = drivers.frozen({"mix"}, slice(0, 2), 3)
    assert frozen.mix[:, 3] == pytest.approx(2 * np.arange(1.0, 9.0))
    assert drivers.mix[0, 3] == 7.0  # a copy


def test_inputs_on_the_grid() -> None:
    base = base_of(toy_inputs(), GRID)
    i, early, late = at(2006.0), at(2001.0), at(2011.5)
    t = middle(i)
    share = (t - 2000) / 10
    assert base.custody[i] == pytest.approx(400 + 500 * share)
    assert base.other[i] == pytest.approx(600 + 500 * share)
    assert base.life[i] == pytest.approx((20 + 70 * share) / (400 + 500 * share))
    assert base.images_custody[i] == pytest.approx(50 + 50 * share)
    assert base.images_other[i] == pytest.approx(150 + 150 * share)
    assert base.cautions[i] == pytest.approx(300 - 200 * share)
    assert base.images_cautions[i] == pytest.approx(40 + 40 * share)
    # The share suspended rises in a straight line from the start to its first figure in 2005.
    assert base.ramp[[early, i]] == pytest.approx([(middle(early) - 2000) / 5, 1.0])
    assert base.suspended is not None and base.images_suspended is not None
    assert base.suspended[i] == pytest.approx(0.2 + 0.2 * (t - 2005) / 4)
    assert base.images_suspended[i] == pytest.approx(0.3 + 0.2 * (t - 2005) / 4)
    assert base.stretch[i] == pytest.approx(np.log(24 + 12 * (t - 2002) / 6))
    # Before its first figure, in 2002, the average length moves with its known part.
    part = 20 + 10 * (middle(early) - 2000) / 4
    assert base.stretch[early] == pytest.approx(np.log(24 * part / 25))
    assert base.before[[early, i]] == pytest.approx([2002 - middle(early), 0.0])
    assert base.after[[i, late]] == pytest.approx([0.0, middle(late) - 2008])
    assert base.served[i] == pytest.approx((0.4 + 0.2 * (t - 2002) / 6) / 0.5)
    assert base.years[[early, i, late]] == pytest.approx([0.0, t - 2005, middle(late) - 2005])
    assert base.orders[i] == pytest.approx((0.5 + (t - 2004.5) / 4) / 2)
    assert base.early == 36  # the months of 2000 to 2002


def test_after_the_date_the_years_since_the_base_year_are_held() -> None:
    base = base_of(toy_inputs(), Grid(2000.0, 168))
    assert base.years[-1] == pytest.approx(7.0)


def test_inputs_that_are_not_published_or_out_of_bounds() -> None:
    changed = {name: points() for name in ("suspended_share", "images_suspended_share", "orders")}
    base = base_of(
        toy_inputs(
            custody=points((2000.0, 990.0)),
            life=points((2000.0, 800.0)),
            sentenced=points((2000.0, 1000.0)),
            images=points((2000.0, 10.0)),
            **changed,
        ),
        GRID,
    )
    # Custody is at most 98 in a hundred sentences, life half of custody, others none at least.
    assert (base.custody[0], base.other[0]) == (pytest.approx(980), pytest.approx(20))
    assert (base.life[0], base.images_other[0]) == (0.5, 0.0)
    assert base.suspended is base.images_suspended is None
    assert base.orders.tolist() == [1.0] * GRID.size
    assert base.ramp[-1] == pytest.approx(middle(143) / 12 - 2000 / 12)


def test_people_registered_by_disposal() -> None:
    base = base_of(toy_inputs(), GRID)
    latent = np.full((8, GRID.size), 1.25)
    values = toy_values()
    found = drivers_of(base, values, latent, 30.0)
    for i, scope in ((at(2001.0), 0.7), (35, 0.7), (36, 1.0), (at(2006.0), 1.0)):
        suspended = 0.1 + (float(base.suspended[i]) - 0.1) * base.ramp[i]
        of_images = 0.1 + (float(base.images_suspended[i]) - 0.1) * base.ramp[i]
        other, images = 0.5 * scope * base.other[i], 0.9 * scope * base.images_other[i]
        people = [
            0.6 * scope * base.cautions[i],
            other * (1 - suspended),
            other * suspended,
            0.8 * base.custody[i],
            0.6 * scope * base.images_cautions[i],
            images * (1 - of_images),
            images * of_images,
            0.9 * base.images_custody[i],
        ]
        assert found.total[i] == pytest.approx(sum(people))
        assert found.mix[:, i] * found.total[i] == pytest.approx(people)
    assert (found.latent is latent) and (found.life is base.life)


def test_lengths_and_the_share_served() -> None:
    base = base_of(toy_inputs(), GRID)
    values = toy_values()
    found = drivers_of(base, values, np.ones((8, GRID.size)), 30.0)
    stretch = base.stretch - 0.02 * base.before + 0.01 * base.after - np.log(30)
    assert found.threshold_length == pytest.approx(stretch)
    assert found.release_length == pytest.approx(stretch)
    assert found.served == pytest.approx(0.6 * base.served * np.exp(0.03 * base.years))
    for share, held in ((0.001, 0.05), (5.0, 0.98)):
        clipped = drivers_of(base, toy_values(served_long=share), found.latent, 30.0).served
        assert clipped == pytest.approx(held)


def test_a_future_walk_multiplies_the_volume_only() -> None:
    base = base_of(toy_inputs(), GRID)
    args = base, toy_values(), np.ones((8, GRID.size)), 30.0
    plain, doubled = drivers_of(*args), drivers_of(*args, np.full(GRID.size, np.log(2)))
    assert doubled.total == pytest.approx(2 * plain.total)
    assert doubled.mix == pytest.approx(plain.mix)


def test_without_a_figure_the_share_suspended_is_the_first() -> None:
    base = base_of(toy_inputs(suspended_share=points()), GRID)
    found = drivers_of(base, toy_values(), np.ones((8, GRID.size)), 30.0)
    people = found.mix[:, -1] * found.total[-1]
    assert people[2] == pytest.approx(0.1 * (people[1] + people[2]))
