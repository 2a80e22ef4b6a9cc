"""Scores against closed forms and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from closed_forms import crps_normal
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mappa.forecasts import scoring


def test_levels_are_symmetric_and_hold_the_ends_of_the_90_percent_interval() -> None:
    levels = np.array(scoring.LEVELS)
    assert len(levels) == 23
    np.testing.assert_allclose(levels + levels[::-1], 1)
    assert {0.05, 0.5, 0.95} <= set(scoring.LEVELS)


@pytest.mark.parametrize("z", [-2.5, -1.0, 0.0, 0.7, 3.0])
def test_quantile_crps_is_near_the_closed_form(z: float) -> None:
    # 23 levels cut the tails: within 2% of the normal's exact score over this range.
    q = stats.norm.ppf(scoring.LEVELS, 100, 10)
    y = 100 + 10 * z
    assert scoring.crps_quantiles(q, y) == pytest.approx(crps_normal(100, 10, y), rel=0.02)


def test_quantile_crps_of_a_point_mass_is_the_absolute_error() -> None:
    assert scoring.crps_quantiles(np.full(23, 40.0), 31.0) == pytest.approx(9.0)


def test_interval_score_by_hand() -> None:
    assert scoring.interval_score(10, 20, 15) == 10
    assert scoring.interval_score(10, 20, 7, 0.9) == pytest.approx(10 + 20 * 3)
    assert scoring.interval_score(10, 20, 26, 0.5) == pytest.approx(10 + 4 * 6)


@settings(max_examples=25, deadline=None)
@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 30))
def test_no_other_forecast_beats_the_truth_on_average(
    truth: float, other: float, sd: float
) -> None:
    # Properness: the expected CRPS under N(truth, sd) is least at the truth itself.
    ys = stats.norm.ppf(np.linspace(0.01, 0.99, 99), truth, sd)
    own = np.mean([crps_normal(truth, sd, y) for y in ys])
    wrong = np.mean([crps_normal(other, sd, y) for y in ys])
    assert own <= wrong + 1e-9


def test_central_interval_and_quantiles_of_draws() -> None:
    draws = np.arange(1001, dtype=float)
    q = scoring.quantiles_of(draws)
    assert scoring.central(q, 0.90) == pytest.approx((50, 950))
    assert scoring.at_level(q, 0.5) == pytest.approx(500)


@pytest.mark.parametrize("z", [-1.2, 0.0, 0.4])
def test_the_integral_transform_is_the_normals_own_and_stops_at_the_last_level(z: float) -> None:
    q = stats.norm.ppf(scoring.LEVELS, 100, 10)
    assert scoring.pit(q, 100 + 10 * z) == pytest.approx(stats.norm.cdf(z), abs=0.003)
    assert (scoring.pit(q, 0), scoring.pit(q, 999)) == (0.01, 0.99)
