"""Runs of a small register: people by class, reviews, and the year's flows, by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from toy_register import DEATHS, TERMS, toy_drivers, toy_model, toy_values

from mappa.register.arrays import Parts
from mappa.register.stockflow.cohorts import CUSTODY, Drivers
from mappa.register.stockflow.initial_cohort import initial_cohort
from mappa.register.stockflow.kernels import CLASSES, INDEFINITE_CLASSES, Law
from mappa.register.stockflow.runs import removals
from mappa.register.stockflow.stock import RegisterModel

DATES = np.array([2009.0, 2010.0, 2012.0])
HERE = 0.95


@pytest.fixture()
def model() -> RegisterModel:
    return toy_model()


@pytest.fixture()
def drivers(model: RegisterModel) -> Drivers:
    return toy_drivers(model.grid.size)


@pytest.fixture()
def values(model: RegisterModel) -> dict[str, float]:
    return model.values(np.zeros(model.size))


def test_people_by_class_are_those_of_the_factors_who_are_here(
    model: RegisterModel, drivers: Drivers, values: dict[str, float]
) -> None:
    run = model.run(values, DATES, drivers=drivers)
    setting = model.setting(values, drivers, DATES, model.law)
    initial = initial_cohort(model.inputs, values, setting.k, model.law)
    expected = {
        name: f.times(setting.A) @ people * HERE
        for name, people, f in zip(CLASSES, setting.people, model.retention(setting), strict=True)
    }
    expected["initial_cohort"] = initial.stock.sum(axis=0) * HERE
    for name, people in expected.items():
        assert run.by_class[name].to_numpy() == pytest.approx(people), name
    assert run.stock == pytest.approx(sum(expected.values()))
    assert run.dates.tolist() == DATES.tolist()
    endless = sum(expected[name] for name in INDEFINITE_CLASSES)
    legacy = (initial.stock[0] + initial.stock[2]) * HERE
    assert run.indefinite.at() == pytest.approx(endless + legacy)
    assert run.indefinite.cohorts == pytest.approx(endless)
    assert run.stock_parts.legacy == pytest.approx(expected["initial_cohort"])
    assert run.stock_parts.at(2.0) == pytest.approx(2 * run.stock - expected["initial_cohort"])
    assert model.run(values, DATES, drivers=drivers, law=model.law).stock == pytest.approx(
        run.stock
    )


def test_reviews_between_two_dates_fall_on_the_mean_of_those_there(
    model: RegisterModel, drivers: Drivers, values: dict[str, float]
) -> None:
    run = model.run(values, DATES, drivers=drivers, pairs=((0, 1), (1, 2)))
    setting = model.setting(values, drivers, DATES, model.law)
    for n, (first, last) in enumerate(((0, 1), (1, 2))):
        total = 0.0
        for people, f in zip(setting.people, model.retention(setting), strict=True):
            if f.W is not None:
                there = f.before_review(setting.A) * people
                total += float(((there[first] + there[last]) / 2 * (f.W[first] - f.W[last])).sum())
        initial = initial_cohort(model.inputs, values, setting.k, model.law)
        before, W = initial.before_review, initial.W
        mean = (before[:, first] + before[:, last]) / 2
        legacy = float((mean * (W[:, first] - W[:, last])).sum()) * HERE
        assert run.reviews.cohorts[n] == pytest.approx(total * HERE)
        assert run.reviews.legacy[n] == pytest.approx(legacy)
        assert run.reviews.at()[n] == pytest.approx(total * HERE + legacy)
    none = model.run(values, DATES, drivers=drivers)
    assert none.reviews.at().size == 0


def test_removals_are_the_fall_of_w_on_the_mean() -> None:
    there, W = np.array([[10.0, 4.0], [6.0, 2.0]]), np.array([[1.0, 0.9], [0.8, 0.5]])
    assert removals(there, W) == pytest.approx(8 * 0.2 + 3 * 0.4)


def test_drivers_follow_values_walk_and_future(values: dict[str, float]) -> None:
    model = toy_model(horizon=2)
    steps = {name: 0.5 for name in values if name.startswith("walk_") and name[5:].isdigit()}
    plain, walked = model.drivers(values), model.drivers(values | steps)
    assert len(steps) == len(model.latent.steps)
    factor = np.exp(model.latent.weights @ np.full(len(steps), 0.5))
    assert walked.latent[0] == pytest.approx(factor)
    counted = model.grid.times >= values["counted_from"]
    assert walked.latent[CUSTODY] == pytest.approx(np.where(counted, 1.0, factor))
    assert plain.latent == pytest.approx(1.0)
    ahead = model.drivers(values, np.array([0.2, 0.1]))
    rise = np.interp(model.grid.times, [2012, 2013, 2014], [0, 0.2, 0.3])
    assert ahead.total == pytest.approx(plain.total * np.exp(rise))
    run = model.run(values, np.array([2014.0]), future=np.array([0.2, 0.1]))
    assert run.stock > model.run(values, np.array([2014.0])).stock
    by = model.run(values, np.array([2014.0]), drivers=ahead)
    assert run.stock == pytest.approx(by.stock)


def test_the_years_flows(model: RegisterModel, drivers: Drivers, values: dict[str, float]) -> None:
    """Entries are the year's cohorts who do not go to prison; what is left meets the stock."""
    flows = model.flows(values, 2010.0, 2011.0, drivers=drivers)
    start, end = model.run(values, np.array([2010.0, 2011.0]), drivers=drivers).stock
    assert flows.net == pytest.approx(end - start)
    people = dict(zip(CLASSES, model.people(values, drivers), strict=True))
    year = slice(120, 132)
    outside = ("caution", "other", "suspended", "images_caution", "images_other")
    entered = sum(people[name][year].sum() for name in (*outside, "images_suspended"))
    alive = math.exp(-1.5 * DEATHS / 24)  # half a month
    assert flows.first_registrations == pytest.approx(entered * alive * HERE)
    quiet = model.flows(values | {"review_rate": 0.0}, 2010.0, 2011.0, drivers=drivers)
    assert quiet.reviews == 0.0 < flows.reviews
    immortal = model.flows(values | {"excess_mortality": 0.0}, 2010.0, 2011.0, drivers=drivers)
    assert immortal.deaths == pytest.approx(0.0, abs=1e-9)
    # Two in a hundred die in a year, half as many again on the register.
    assert flows.deaths == pytest.approx(0.03 * (start + end) / 2, rel=0.02)
    start, end = model.run(values, np.array([2010.0, 2011.0])).stock
    assert model.flows(values, 2010.0, 2011.0).net == pytest.approx(end - start)


def test_the_law_of_the_flows(model: RegisterModel, drivers: Drivers) -> None:
    """Were nobody registered after a term, more would expire."""
    values = toy_values(extension=0.0) | dict.fromkeys(model.names[-len(model.latent.steps) :], 0.0)
    short = dataclasses.replace(model.law.terms, other=1.0)
    plain = model.flows(values, 2010.0, 2011.0, drivers=drivers)
    other = model.flows(values, 2010.0, 2011.0, drivers=drivers, law=Law(short))
    start, end = model.run(
        values, np.array([2010.0, 2011.0]), drivers=drivers, law=Law(short)
    ).stock
    assert other.net == pytest.approx(end - start)
    assert other.first_registrations == pytest.approx(plain.first_registrations)


def test_parts_are_scaled_by_entrants_only() -> None:
    parts = Parts(np.array([2.0, 3.0]), np.array([1.0, 1.0])) + Parts(np.ones(2), np.zeros(2))
    assert parts.at(2.0).tolist() == [7.0, 9.0]
    assert parts[np.array([1])].at(1.0).tolist() == [5.0]


@pytest.mark.parametrize("law", [None, Law(TERMS.with_(long=6.0))])
def test_the_factors_make_up_the_stock(
    model: RegisterModel, values: dict[str, float], law: Law | None
) -> None:
    """People times alive, registered, released and not removed: the community by class."""
    f = model.factors(values, DATES, law)
    run = model.run(values, DATES, law=law)
    product = (f.n[:, None, :] * f.A * f.R * f.E * f.W).sum(axis=2)
    assert product * HERE == pytest.approx(run.by_class[list(CLASSES)].to_numpy().T)
    assert f.initial * HERE == pytest.approx(run.by_class["initial_cohort"].to_numpy())
