"""The people of the register's first day, by hand at single dates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_register import DEATHS, TERMS, toy_inputs, toy_values

from mappa.register.stockflow.cohorts import Grid
from mappa.register.stockflow.initial_cohort import InitialCohort, held, initial_cohort
from mappa.register.stockflow.kernels import Kernels, Law

GRID = Grid(2000.0, 144)
DATES = np.array([2001.0, 2004.5, 2007.5, 2009.0, 2012.0])
SINCE = DATES - 2000
LATER = dataclasses.replace(TERMS, review_wait=2.0)


def cohort(law: Law = Law(TERMS), **changes: float) -> InitialCohort:
    return initial_cohort(toy_inputs(), toy_values(**changes), Kernels(GRID, DATES), law)


def test_groups_survival_and_release() -> None:
    """300 outside, of them 35 in a hundred indefinite; 100 prisoners, of them 80."""
    found = cohort()
    assert found.people[:, 0] == pytest.approx([105, 195, 80, 20])
    alive, out = np.exp(-1.5 * DEATHS * SINCE), 1 - np.exp(-SINCE / 2)
    one = np.ones(5)
    assert np.array([alive] * 4) == pytest.approx(found.A)
    assert pytest.approx(np.array([one, one, out, out])) == found.E
    assert found.before_review == pytest.approx(found.people * found.A * found.E * found.R)
    assert found.stock == pytest.approx(found.before_review * found.W)
    inside = held(toy_inputs(), toy_values(), Kernels(GRID, DATES))
    assert inside == pytest.approx(100 * alive * (1 - out))


def test_fixed_terms_run_out_evenly_between_the_two_less_what_has_gone() -> None:
    """Outside 5 to 10 years less 1.5: from 3.5 to 8.5; prisoners 7 to 10: from 5.5 to 8.5."""
    found = cohort()
    assert found.R[0].tolist() == found.R[2].tolist() == [1.0] * 5
    assert found.R[1] == pytest.approx([1, 0.8, 0.2, 0, 0])
    assert found.R[3] == pytest.approx([1, 1, 1 - 2 / 3, 0, 0])


def test_terms_that_are_over_or_alike_run_out_in_a_tenth_of_a_year() -> None:
    same = dataclasses.replace(TERMS, other=6.0, middle=6.0, short=2.0)
    found = cohort(Law(same), legacy_elapsed=1.51)
    assert found.R[1] == pytest.approx([1, 1 - (4.5 - 4.49) / 0.1, 0, 0, 0])
    # From the shorter to the longer term, whichever is named first.
    turned = cohort(Law(dataclasses.replace(TERMS, other=10.0, middle=5.0)))
    assert turned.R[1] == pytest.approx(cohort().R[1])
    gone = cohort(legacy_elapsed=6.0)
    assert gone.R[1] == pytest.approx(1 - np.minimum(SINCE / 4, 1))


def test_an_indefinite_term_that_ends_under_another_law() -> None:
    ended = cohort(Law(dataclasses.replace(TERMS, long=6.0)))
    on = np.where(SINCE + 1.5 < 6, 1.0, 0.2 * np.exp(-(SINCE + 1.5 - 6) / 4))
    assert ended.R[0] == pytest.approx(on)
    assert ended.R[2] == pytest.approx(on)


def asking(wait: float, until: float, review_wait: float, since: float = -np.inf) -> float:
    """Return the mean years by the integral of 1 - exp(-(u - first) / wait) from the begin."""
    first = 2000 + review_wait
    begin = max(first, 2008.0, since)
    if until <= begin:
        return 0.0
    if wait == 0:
        return until - begin
    u = np.linspace(begin, until, 20_001)
    return float(np.trapezoid(1 - np.exp(-(u - first) / wait), u))


def test_who_may_ask_for_review_and_for_how_long() -> None:
    """Nobody before 2008; those outside after 6 years, prisoners one by one after release."""
    found = cohort()
    for wait, row in ((0.0, 0), (2.0, 2)):
        years = np.array([asking(wait, date, 6) for date in DATES])
        assert found.W[row] == pytest.approx(np.exp(-0.1 * years), rel=1e-7)
    assert found.W[1].tolist() == found.W[3].tolist() == [1.0] * 5
    assert found.W[0, 1] == 1.0 > found.W[0, 3]


def test_a_later_law_for_everyone_is_summed_in_two_parts() -> None:
    # Under the first law reviews may be asked for after 11 years only, in 2011.
    first = dataclasses.replace(TERMS, review_wait=11.0)
    found = cohort(Law(first, LATER, 2008.5, everyone=True))
    for wait, row in ((0.0, 0), (2.0, 2)):
        years = [
            asking(wait, min(d, 2008.5), 11) + asking(wait, max(d, 2008.5), 2, 2008.5)
            for d in DATES
        ]
        assert found.W[row] == pytest.approx(np.exp(-0.1 * np.array(years)), rel=1e-7)
    # Those who were soon released, half a year after their sentence on average, too.
    soon = cohort(legacy_wait=0.5)
    waited = np.array([asking(0.5, date, 6) for date in DATES])
    assert soon.W[2] == pytest.approx(np.exp(-0.1 * waited), rel=1e-7)
    # For new cohorts only it does not touch those of the first day.
    new = cohort(Law(first, LATER, 2008.5))
    assert np.array([cohort(Law(first)).W]) == pytest.approx(new.W[None])
