"""Functions of the time since sentence, by hand for one cohort at a time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_register import LENGTHS, TERMS, toy_drivers

from mappa.register.stockflow import kernels
from mappa.register.stockflow.cohorts import Grid
from mappa.register.stockflow.kernels import Kernels, Law

GRID = Grid(2000.0, 144)


def test_hazard_sums_the_life_table_and_holds_its_last_rate() -> None:
    """From 0.5: half of the first year and so on; beyond the table 0.3 a year."""
    found = kernels.hazard(np.array([1.0, 10.0]), np.array([0.5, 2.0]), np.array([0.1, 0.2, 0.3]))
    assert found[0] == pytest.approx([0.05 + 0.1, 0.05 + 0.2 + 0.3 + 7.5 * 0.3])
    assert found[1] == pytest.approx([0.3, 0.3 + 9 * 0.3])


def test_survival_is_mixed_over_ages() -> None:
    cumulative = np.array([[0.1, 0.2], [0.3, 0.6]])
    found = kernels.survival(cumulative, np.array([0.25, 0.75]), 2.0)
    assert found == pytest.approx(
        [0.25 * np.exp(-0.2) + 0.75 * np.exp(-0.6), 0.25 * np.exp(-0.4) + 0.75 * np.exp(-1.2)]
    )


def test_a_term_is_over_on_its_last_day_and_some_stay_on() -> None:
    lags = np.array([0.0, 4.99, 5.0, 7.0])
    found = kernels.on_register(lags, 5.0, 0.2, 4.0)
    assert found == pytest.approx([1.0, 1.0, 0.2, 0.2 * np.exp(-0.5)])
    assert list(kernels.on_register(lags, np.inf, 0.2, 4.0)) == [1.0] * 4


def test_a_function_of_the_lag_is_spread_over_dates_and_cohorts() -> None:
    """After one month the first cohort is in, after three all are, the last for half a month."""
    k = Kernels(Grid(2000.0, 3), np.array([2000 + 1 / 12, 2000.25]))
    assert k.by_lag(np.array([0.5, 0.4, 0.3])).tolist() == [[0.5, 0, 0], [0.3, 0.4, 0.5]]
    assert k.months[1] == pytest.approx([2.5, 1.5, 0.5])
    assert k.months[0, 0] == pytest.approx(0.5)
    assert 0 < k.months[0, 2] < 1e-6  # not yet sentenced
    assert k.initial_hazard is None


def test_half_of_48_months_is_served_and_another_share_of_the_rest() -> None:
    """Out by 20 months is who had less than 40; by 30 months who had less than 48 + 6 / 0.6."""
    k = Kernels(GRID, np.array([2012.0]))
    drivers = toy_drivers(GRID.size)
    found = k.released(drivers, LENGTHS, 0.5)
    assert found.shape == (1, GRID.size)
    for months in (10, 23, 24, 30, 47):
        i = GRID.size - 1 - months
        lag, served = months + 0.5, drivers.served[i]
        length = lag / 0.5 if lag < 24 else 48 + (lag - 24) / served
        share = LENGTHS.share_below(np.log(length) - drivers.release_length[i])
        assert found[0, i] == pytest.approx(float(share))


def test_the_mean_wait_is_that_of_the_mean_length_above_the_threshold() -> None:
    drivers = toy_drivers(3, threshold_length=np.array([0.0, 0.5, 1.0]))
    found = kernels.mean_wait(drivers, LENGTHS, 30.0, 0.5)
    for i in range(3):
        stretch = np.exp(drivers.threshold_length[i])
        cut = 30 / stretch  # in months of the base year, within 6 to 96
        above = LENGTHS.sum_above(cut) / (1 - LENGTHS.share_below(np.log(cut)))
        months = float(above) * np.exp(drivers.release_length[i])
        served = min(months, 48) * 0.5 + max(months - 48, 0) * drivers.served[i]
        assert found[i] == pytest.approx(served / 12)


def test_the_wait_is_finite_where_nobody_is_above_the_threshold() -> None:
    short = toy_drivers(1, threshold_length=np.array([-3.0]))
    assert np.isfinite(kernels.mean_wait(short, LENGTHS, 30.0, 0.5)).all()


LATER = dataclasses.replace(TERMS, review_wait=2.0, review_start=TERMS.review_start)
DATES = np.array([2007.5, 2009.0, 2012.0])


def eligible(law: Law, wait: float = 0.5) -> np.ndarray:
    k = Kernels(GRID, DATES)
    return k.eligible(np.full(GRID.size, wait), law, np.arange(3), 60)


def years_by_hand(first: float, wait: float, until: float, since: float = -np.inf) -> float:
    """Return the years from the last of: wait over, reviews begun (2008), the law changed."""
    return max(until - max(first + wait, 2008.0, since), 0.0)


@pytest.mark.parametrize("cohort", [0, 20, 59])
def test_years_in_which_review_may_be_asked_for(cohort: int) -> None:
    first = 2000 + (cohort + 0.5) / 12 + 0.5
    for row, date in enumerate(DATES):
        plain = years_by_hand(first, 6, date)
        assert eligible(Law(TERMS))[row, cohort] == pytest.approx(plain)
        # For everyone from 2010: the old wait until then, the new one after it.
        both = years_by_hand(first, 6, min(date, 2010)) + years_by_hand(
            first, 2, max(date, 2010), 2010
        )
        law = Law(TERMS, LATER, 2010.0, everyone=True)
        assert eligible(law)[row, cohort] == pytest.approx(both)
        # For new cohorts from April 2001 only.
        law = Law(TERMS, LATER, 2001.25)
        wait = 2 if cohort >= 15 else 6
        assert eligible(law)[row, cohort] == pytest.approx(years_by_hand(first, wait, date))


def test_reviews_begin_on_their_day() -> None:
    assert kernels.review_start(TERMS) == 2008.0
