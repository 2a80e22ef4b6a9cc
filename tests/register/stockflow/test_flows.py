"""Flows between two dates, by hand for two cohorts."""

from __future__ import annotations

import numpy as np
import pytest

from mappa.register.stockflow.retention import Retention
from mappa.register.stockflow.runs import FLOWS, Flows, movements, telescope

PEOPLE = np.array([100.0, 50.0])
A = np.array([[0.9, 0.0], [0.8, 0.95]])
R = np.array([[0.9, 1.0], [0.7, 0.9]])
E = np.array([[0.5, 1.0], [0.6, 0.4]])
W = np.array([[0.8, 1.0], [0.6, 0.8]])


def named(flows: np.ndarray) -> dict[str, float]:
    return dict(zip(FLOWS, flows.tolist(), strict=True))


def change(there: np.ndarray) -> float:
    return float((PEOPLE * (there[1] - there[0])).sum())


def test_people_are_released_then_expire_then_are_reviewed_and_die() -> None:
    """Each flow leaves the factors before it as they were and those after it as they will be."""
    found = named(telescope(PEOPLE[:1], A[:, :1], R[:, :1], E[:, :1], W[:, :1]))
    assert found == pytest.approx(
        {
            "first_registrations": 0.0,
            "releases": 100 * 0.9 * 0.9 * 0.1 * 0.8,
            "expiries": 100 * 0.9 * 0.2 * 0.6 * 0.8,
            "deaths": 100 * 0.1 * 0.7 * 0.6 * 0.6,
            "reviews": 100 * 0.9 * 0.7 * 0.6 * 0.2,
        }
    )


def test_a_cohort_of_the_step_is_no_negative_death() -> None:
    """The second cohort is new: 50 x 0.95 x 0.9 x 0.8, of whom 0.4 are out at once in custody."""
    for f, entry, name in (
        (Retention(R, None, W), 50 * 0.95 * 0.9 * 0.8, "first_registrations"),
        (Retention(R, E, W), 50 * 0.95 * 0.9 * 0.4 * 0.8, "releases"),
    ):
        found = named(movements(PEOPLE, A, f))
        old = named(movements(PEOPLE[:1], A[:, :1], f_of_first(f)))
        assert found[name] - old[name] == pytest.approx(entry)
        assert found["deaths"] == pytest.approx(old["deaths"])
        net = found["first_registrations"] + found["releases"] - sum(list(found.values())[2:])
        assert net == pytest.approx(change(f.times(A)))
    assert named(movements(PEOPLE, A, Retention(R, None, W)))["releases"] == 0.0
    assert named(movements(PEOPLE, A, Retention(R, E, W)))["first_registrations"] == 0.0


def f_of_first(f: Retention) -> Retention:
    return Retention(*(None if part is None else part[:, :1] for part in (f.R, f.E, f.W)))


def test_factors_that_are_not_given_are_one() -> None:
    found = named(movements(PEOPLE, A, Retention(None, None, None)))
    assert found == pytest.approx(
        {
            "first_registrations": 47.5,
            "releases": 0.0,
            "expiries": 0.0,
            "deaths": 10.0,
            "reviews": 0.0,
        }
    )


def test_the_net_flow_is_entries_less_exits() -> None:
    assert Flows(10, 7, 5, 2, 1).net == 9


def test_flows_of_several_steps_are_the_sum_of_each() -> None:
    """Three dates: the two steps one after the other, a cohort entering in each."""
    rng = np.random.default_rng(2)
    A3 = np.array([[0.9, 0.0, 0.0], [0.8, 0.95, 0.0], [0.7, 0.9, 0.85]])
    f = Retention(*rng.uniform(0.3, 1.0, (3, 3, 3)))
    people = np.array([100.0, 50.0, 30.0])
    found = movements(people, A3, f)
    steps = [
        movements(people, A3[k : k + 2], Retention(*(p[k : k + 2] for p in (f.R, f.E, f.W))))
        for k in (0, 1)
    ]
    assert found == pytest.approx(steps[0] + steps[1])
    there = f.times(A3)
    entries, exits = found[:2].sum(), found[2:].sum()
    assert entries - exits == pytest.approx((people * (there[2] - there[0])).sum())
