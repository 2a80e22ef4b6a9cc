"""The walk of the latent inflow: knots, steps and the multiplier, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from toy_register import points, toy_inputs

from mappa.register.stockflow.cohorts import CUSTODY, DISPOSALS, Grid, Latent, latent_walk

GRID = Grid(2000.0, 144)
FIXED = {"knot_years": 3.0, "walk_known": 0.06, "walk_thin": 0.1}


def test_the_walk_is_zero_in_the_base_year_and_wider_where_nothing_is_counted() -> None:
    """Knots 2000, 2003, ..., 2012, the base year 2005 nearest to 2006; custody is known to 2010.

    So the step from 2006 to 2009 is known; those before 2004 and after 2011 are thin.
    """
    found = latent_walk(toy_inputs(), GRID, 2012.0, FIXED)
    assert found.knots == pytest.approx([2000, 2003, 2006, 2009, 2012])
    sd = np.sqrt(3) * np.array([0.1, 0.1, 0.06, 0.1])
    assert found.steps == pytest.approx(sd)
    # At a knot the log multiplier is the sum of the steps between it and 2006.
    paths = np.array(
        [
            [-sd[0], -sd[1], 0, 0],
            [0, -sd[1], 0, 0],
            [0, 0, 0, 0],
            [0, 0, sd[2], 0],
            [0, 0, sd[2], sd[3]],
        ]
    )
    for step in range(4):
        expected = np.interp(GRID.times, found.knots, paths[:, step])
        assert found.weights[:, step] == pytest.approx(expected)


def test_the_known_steps_begin_a_year_before_the_base_year_and_end_a_year_after_custody() -> None:
    inputs = toy_inputs(custody=points((2000.0, 400.0), (2011.0, 900.0)))
    found = latent_walk(inputs, GRID, 2012.0, FIXED | {"knot_years": 2.0})
    assert found.knots == pytest.approx(np.arange(2000, 2013, 2))
    assert found.steps == pytest.approx(np.sqrt(2) * np.array([0.1, 0.1, *[0.06] * 4]))
    short = latent_walk(inputs, GRID, 2001.0, FIXED)
    assert short.knots == pytest.approx([2000, 2000.5, 2001])  # two steps at least


def test_custody_enters_as_published_from_its_year_on() -> None:
    latent = Latent(np.array([0.0]), np.array([1.0]), np.array([[0.5], [1.0], [1.5]]))
    found = latent.multiplier(np.array([2.0]), np.array([2003.0, 2004.0, 2005.0]), 2004.0)
    assert found.shape == (len(DISPOSALS), 3)
    assert found[0] == pytest.approx(np.exp([1.0, 2.0, 3.0]))
    assert found[CUSTODY] == pytest.approx([math.e, 1.0, 1.0])
    assert found[-1] == pytest.approx(found[0])
