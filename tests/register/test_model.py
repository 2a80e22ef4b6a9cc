"""The stock run against closed forms and invariants."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import attribute, shapley
from mappa.register.effects.references import Reference, references
from mappa.register.inputs.build import build_inputs
from mappa.register.inputs.parameters import priors_of
from mappa.register.law.terms import terms_of_law
from mappa.register.stockflow.cohorts import CUSTODY, DISPOSALS, DRIVERS, Drivers
from mappa.register.stockflow.kernels import CLASSES, Law
from mappa.register.stockflow.stock import IMAGES_CUSTODY, RegisterModel

AS_OF = "2020-03-31"


@pytest.fixture(scope="module")
def priors(data):
    return priors_of(data)


@pytest.fixture(scope="module")
def model(data, priors):
    return RegisterModel(build_inputs(data, AS_OF), priors, horizon=20)


@pytest.fixture(scope="module")
def z(model):
    return np.random.default_rng(3).normal(0, 0.4, model.size)


def steady(model, **changes):
    """Constant drivers: 1,200 people a year, even over the disposals."""
    size = model.grid.size
    drivers = Drivers(
        total=np.full(size, 1200.0),
        latent=np.ones(size),
        mix=np.full((len(DISPOSALS), size), 1 / len(DISPOSALS)),
        life=np.full(size, 0.05),
        threshold_length=np.full(size, 0.1),
        release_length=np.full(size, 0.1),
        served=np.full(size, 0.6),
    )
    return dataclasses.replace(drivers, **changes)


def alive_by_hand(model, ratio, lag):
    """Survival from the life table by a plain sum, independent of the model's code."""
    rate = model.inputs.death_rate

    def cumulative(age):
        whole = int(age)
        total = sum(rate[min(a, len(rate) - 1)] for a in range(whole))
        return total + (age - whole) * rate[min(whole, len(rate) - 1)]

    return sum(
        w * np.exp(-ratio * (cumulative(a + lag) - cumulative(a)))
        for a, w in zip(model.inputs.ages, model.inputs.age_weights, strict=True)
    )


@pytest.mark.parametrize("name", ["other", "suspended", "images_other", "caution"])
def test_constant_inflow_gives_inflow_times_expected_time(data, priors, name):
    model = RegisterModel(build_inputs(data, AS_OF), priors, horizon=20)
    # As many stay on in each year of conviction: the orders imposed do not shape them.
    model.base = dataclasses.replace(model.base, orders=np.ones(model.grid.size))
    values = dict(model.values(np.zeros(model.size)))
    drivers, date = steady(model), np.array([model.today + 20])
    run = model.run(values, date, drivers=drivers)
    t, e, years = model.law.terms, values["extension"], values["extension_years"]
    terms = {
        "other": [(1 - model.young, t.other), (model.young, t.other * t.young_factor)],
        "images_other": [(1.0, t.other)],
        "caution": [
            (1 - model.caution_young, t.caution),
            (model.caution_young, t.caution * t.young_factor),
        ],
        "suspended": [
            (1 - values["suspended_middle"], t.short),
            (values["suspended_middle"], t.middle),
        ],
    }[name]
    flow = 1200 / len(DISPOSALS) / 12
    # The whole life of the register is longer than any cohort's time on it but for the tails.
    lags = (np.arange(model.grid.size) + 0.5) / 12
    expected = 0.0
    for lag in lags:
        now = terms
        if name == "caution" and model.grid.start + model.grid.size / 12 - lag < 2004 + 4 / 12:
            now = [(w, q * t.caution_before / t.caution) for w, q in terms]
        held = sum(w * (1 if lag < q else e * np.exp(-(lag - q) / years)) for w, q in now)
        expected += flow * alive_by_hand(model, values["excess_mortality"], lag) * held
    here = 1 - values["absent"]
    got = run.classes[CLASSES.index(name), 0]
    assert got == pytest.approx(expected * here, rel=1e-8)


@pytest.mark.parametrize(("per_month", "tolerance"), [(1, 5e-4), (4, 7e-5)])
def test_prisoners_are_inflow_times_expected_time_served(data, priors, per_month, tolerance):
    # The error is that of the midpoint rule where many short sentences end within a month.
    inputs = build_inputs(data, AS_OF)
    model = RegisterModel(inputs, priors, horizon=60, per_month=per_month)
    values = dict(model.values(np.zeros(model.size)), excess_mortality=1e-12, kappa_custody=1.0)
    drivers = steady(model, life=np.zeros(model.grid.size))
    held = model.prisoners(values, drivers, np.array([model.today + 60]))
    lengths = model.lengths(values)
    stretch = np.exp(0.1)
    above = stretch * lengths.sum_above(48 / stretch)
    share = 1 - lengths.share_below(np.log(48) - 0.1)
    below = stretch * lengths.mean - above
    short, served = values["served_short"], 0.6
    months = (below + 48 * share) * short + (above - 48 * share) * served
    behind = model.inputs.initial_prisoners * np.exp(
        -(model.grid.months / 12) / values["legacy_wait"]
    )
    expected = 1200 / len(DISPOSALS) * months / 12
    assert held.prison[0] - behind == pytest.approx(expected, rel=tolerance)


def test_the_share_above_a_limit_follows_from_the_bands_and_the_mean(model):
    lengths = model.lengths(dict(model.values(np.zeros(model.size))))
    inputs = model.inputs
    below = np.cumsum(inputs.band_counts)[:3] / inputs.band_counts.sum()
    assert lengths.share_below(np.log(inputs.band_edges)) == pytest.approx(below)
    assert lengths.sum_above(0.0) == pytest.approx(lengths.mean)
    # By numbers: the mean of a fine sample of quantiles.
    u = (np.arange(200_000) + 0.5) / 200_000
    sample = np.exp(np.interp(u, lengths.cdf, lengths.knots))
    assert lengths.mean == pytest.approx(sample.mean(), rel=1e-4)
    assert lengths.sum_above(30.0) == pytest.approx(sample[sample >= 30].sum() / 200_000, rel=1e-4)


def test_a_law_that_is_followed_by_itself_changes_nothing(model, z):
    dates = np.arange(1999.25, model.today + 10)
    values = model.values(z)
    drivers = model.drivers(values)
    plain = model.run(values, dates, drivers=drivers)
    same = Law(model.law.terms, later=model.law.terms, since=2050.0)
    again = model.run(values, dates, drivers=drivers, law=same)
    assert again.classes == pytest.approx(plain.classes, rel=1e-12)


def test_the_stock_is_linear_in_volume_but_for_the_legacy(model, z):
    dates = np.array([2005.25, 2020.25])
    values = model.values(z)
    drivers = model.drivers(values)
    one = model.run(values, dates, drivers=drivers)
    double = dataclasses.replace(drivers, total=2 * drivers.total)
    two = model.run(values, dates, drivers=double)
    assert two.classes[:-1] == pytest.approx(2 * one.classes[:-1])
    assert two.classes[-1] == pytest.approx(one.classes[-1])


def test_doubling_entrants_and_legacy_doubles_the_stock(model, z):
    dates = np.array([1999.25, 2020.25])
    values, drivers = dict(model.values(z)), model.drivers(model.values(z))
    one = model.run(values, dates, drivers=drivers).stock
    inputs = dataclasses.replace(model.inputs, initial_prisoners=2 * model.inputs.initial_prisoners)
    other = RegisterModel(inputs, model.priors, horizon=20)
    values["legacy_community"] *= 2
    double = dataclasses.replace(drivers, total=2 * drivers.total)
    assert other.run(values, dates, drivers=double).stock == pytest.approx(2 * one)


@pytest.mark.parametrize("year", [1999.25, 2005.25, 2013.25, 2020.25])
def test_flows_meet_the_change_of_the_stock(model, z, year):
    flows = model.flows(model.values(z), year - 1, year)
    start, end = model.run(model.values(z), np.array([year - 1, year])).stock
    assert flows.net == pytest.approx(end - start, abs=1e-9 * end)
    assert min(flows.first_registrations, flows.releases, flows.deaths) > 0
    assert min(flows.expiries, flows.reviews) >= 0


def test_reviews_by_year_agree_with_the_flows(model, z):
    values = model.values(z)
    drivers = model.drivers(values)
    dates = np.array([2018.25, 2019.25])
    run = model.run(values, dates, drivers=drivers, pairs=((0, 1),))
    assert run.reviews.at()[0] == pytest.approx(
        model.flows(model.values(z), 2018.25, 2019.25).reviews, rel=5e-3
    )


def test_longer_sentences_cannot_raise_the_count_through_the_limits_before_a_term_ends(model, z):
    since = 2010.25
    values, drivers, times = model.values(z), model.drivers(model.values(z)), model.grid.times
    dates = since + np.arange(1, 15) - 1 / 12
    base = model.run(values, dates, drivers=drivers).stock
    crossed = cf.longer(drivers, since, times, release=False)
    no_review = {**values, "review_rate": 0.0}
    gain = model.run(values, dates, drivers=crossed).stock - base
    # To the last digit but one: the sum is the same, its parts are not.
    assert np.abs(gain[: int(model.law.terms.short)]).max() < 1e-10
    assert gain[-1] > 0
    waited = cf.longer(drivers, since, times, threshold=False)
    base = model.run(no_review, dates, drivers=drivers).stock
    delay = model.run(no_review, dates, drivers=waited).stock - base
    assert delay.max() <= 1e-9
    assert delay[4] < -10


def test_delay_moves_no_one_off_the_whole_register(model, z):
    values = {**model.values(z), "review_rate": 0.0, "absent": 0.0}
    drivers, times = model.drivers(model.values(z)), model.grid.times
    waited = cf.longer(drivers, 2010.25, times, threshold=False)
    dates = np.arange(2011.25, 2021)

    def whole(d):
        run = model.run(values, dates, drivers=d)
        return run.stock + model.prisoners(values, d, dates).unreleased.at()

    assert whole(waited) == pytest.approx(whole(drivers), abs=1e-6)


def test_the_caution_rule_changes_nothing_before_two_years_are_over(data, priors):
    model = RegisterModel(build_inputs(data, AS_OF), priors)
    model.caution_young = 0.0  # the halved term of the young would end a year earlier
    z = np.zeros(model.size)
    dates = model.grid.start + np.arange(12, model.grid.months + 1) / 12
    kept = Law(model.law.terms.with_(caution=model.law.terms.caution_before))
    change = (
        model.run(model.values(z), dates, law=kept).stock - model.run(model.values(z), dates).stock
    )
    before = dates <= 2006 + 4 / 12 + 1e-9
    assert np.abs(change[before]).max() == 0.0
    assert change[~before].min() > 0


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("extension", 1),
        ("kappa_other", 1),
        ("excess_mortality", -1),
        ("review_rate", -1),
        ("served_long", -1),
        ("served_short", -1),
    ],
)
def test_the_stock_moves_the_right_way(model, z, name, sign):
    i = model.priors.names.index(name)
    up = z.copy()
    up[i] += 0.5
    date = np.array([2020.25])
    assert (
        sign * (model.run(model.values(up), date).stock - model.run(model.values(z), date).stock)[0]
        > 0
    )


@pytest.mark.parametrize("name", ["caution", "other", "short", "middle"])
def test_longer_terms_raise_the_stock(model, z, name):
    longer = model.law.terms.with_(**{name: getattr(model.law.terms, name) + 1})
    date = np.array([2020.25])
    assert (
        model.run(model.values(z), date, law=Law(longer)).stock
        > model.run(model.values(z), date).stock
    ).all()


def test_halving_the_step_changes_almost_nothing(data, priors, model, z):
    fine = RegisterModel(build_inputs(data, AS_OF), priors, horizon=20, per_month=2)
    dates = np.arange(2000.25, 2020.5)
    assert fine.run(fine.values(z), dates).stock == pytest.approx(
        model.run(model.values(z), dates).stock, rel=1e-4
    )


def test_frozen_inputs_settle(data, priors):
    model = RegisterModel(build_inputs(data, AS_OF), priors, horizon=140)
    window, after = Reference(model.today).cohorts(model.grid)
    drivers = model.drivers(model.values(np.zeros(model.size))).frozen(set(DRIVERS), window, after)
    values = model.values(np.zeros(model.size))
    dates = model.today + np.array([0.0, 30.0, 100.0, 140.0])
    stock = model.run(values, dates, drivers=drivers).stock
    assert stock[1] > stock[0]
    assert stock[3] == pytest.approx(stock[2], rel=1e-6)


def test_a_law_that_changes_nothing_equals_the_baseline_to_the_last_digit(model, z):
    dates = np.arange(2015.25, 2030)
    terms = model.law.terms
    for everyone in (False, True):
        same = Law(terms, later=terms.with_(middle=terms.middle), since=2012.25, everyone=everyone)
        stock = model.run(model.values(z), dates, law=same).classes
        never = Law(terms, later=terms, since=2100.0)
        plain = model.run(model.values(z), dates, law=never).classes
        # A review wait that begins anew on a day is summed in two parts.
        assert stock == pytest.approx(plain, rel=1e-12)


def test_shapley_of_a_worked_example():
    """Three players: the glove game (two left gloves, one right): 1/6, 1/6, 4/6."""
    players = ("left", "other", "right")
    worth = {
        frozenset(group): float("right" in group and len(group) > 1)
        for size in range(4)
        for group in itertools.combinations(players, size)
    }
    got = shapley(worth, players)
    assert got == pytest.approx({"left": 1 / 6, "other": 1 / 6, "right": 4 / 6})


@pytest.mark.parametrize("back", [5, 10, 15, 20])
def test_shapley_sums_to_the_growth(model, z, back):
    dates = np.array([2019.25, 2020.25])
    shares = attribute(model, model.values(z), dates, Reference(2020.25 - back))
    run = model.run(model.values(z), dates)
    assert sum(shares.values()) == pytest.approx(run.stock[1] - run.stock[0], abs=1e-6)


def test_a_driver_without_effect_gets_nothing(model, z):
    shares = attribute(model, model.values(z), np.array([2019.25, 2020.25]), Reference(2015.25))
    assert shares["threshold"] == pytest.approx(0.0, abs=1e-9)  # before year 7
    assert shares["served"] == pytest.approx(0.0, abs=1e-9)  # no figure after 2011


def test_counterfactual_terms_are_those_of_the_law(data):
    terms = terms_of_law(data.notification_rules)
    assert (terms.caution_before, terms.caution, terms.other) == (5, 2, 5)
    assert (terms.short, terms.middle, terms.long) == (7, 10, np.inf)
    assert (terms.short_limit, terms.threshold) == (6, 30)
    assert (terms.young_factor, terms.review_wait) == (0.5, 15)
    laws = {c.name: c.terms for c in cf.counterfactuals(terms)}
    assert laws["long_as_middle"].long == 10
    assert laws["long_as_wait"].long == 15
    assert (laws["fixed_as_other"].short, laws["fixed_as_other"].middle) == (5, 5)
    assert laws["caution_as_before"].caution == 5


def test_references_span_the_change_of_the_law():
    found = references(2020.25, 1997 + 8 / 12)
    assert [r.label for r in found] == ["2009/10", "2014/15", "2004/05", "1999/00"]
    assert references(2020.25, 1997 + 8 / 12, "2003-04")[0].label == "2003/04"


def test_entrants_add_up(model, z):
    drivers = model.drivers(model.values(z))
    assert drivers.entrants().sum(axis=0) == pytest.approx(
        (drivers.mix * drivers.latent).sum(axis=0) * drivers.total
    )
    assert DISPOSALS[CUSTODY] == "custody"
    assert DISPOSALS[IMAGES_CUSTODY] == "images_custody"


def test_the_stock_is_the_product_of_its_factors(model, z):
    values, dates = model.values(z), np.array([2005.25, 2015.25, 2020.25])
    n, A, R, E, W, initial = dataclasses.astuple(model.factors(values, dates))
    product = (n[:, None] * A * R * E * W).sum(axis=(0, 2))
    run = model.run(values, dates)
    assert (1 - values["absent"]) * (product + initial) == pytest.approx(run.stock, rel=1e-12)
    assert run.by_class.sum(axis=1).to_numpy() == pytest.approx(run.stock)
    assert list(run.by_class.index) == list(dates)


def test_a_law_with_a_term_replaced_is_that_of_other_terms(model):
    assert model.law.replace(long=15).terms == model.law.terms.with_(long=15)
