"""The model of a small register against a plain sum over cohorts, and its invariants."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from toy_register import DEATHS, TERMS, points, toy_drivers, toy_inputs, toy_model, toy_values

from mappa.errors import UsageError
from mappa.register.law.terms import Terms
from mappa.register.stockflow.cohorts import CUSTODY, DISPOSALS, Drivers
from mappa.register.stockflow.kernels import CLASSES, Law
from mappa.register.stockflow.lengths import base_lengths
from mappa.register.stockflow.stock import IMAGES_CUSTODY, RegisterModel

DATES = np.array([2003.5, 2009.0, 2012.0])
VALUES = toy_values()


@pytest.fixture()
def model() -> RegisterModel:
    return toy_model()


@pytest.fixture()
def drivers(model: RegisterModel) -> Drivers:
    return toy_drivers(model.grid.size)


def by_hand(model: RegisterModel, d: Drivers, terms: Terms = TERMS) -> dict[str, np.ndarray]:
    """Return people by class and date: a plain sum over cohorts, one at a time."""
    v, found = VALUES, {name: np.zeros(len(DATES)) for name in (*CLASSES, "prison", "recalled")}
    found |= {
        name: np.zeros(len(DATES)) for name in ("life_inside", "images_inside", "long_inside")
    }
    lengths = model.lengths(v)
    short_share = v["images_short"], 1 - v["images_short"] - v["images_long"], v["images_long"]
    for i, time in enumerate(model.grid.times):
        n = d.total[i] * d.latent[:, i] * d.mix[:, i] / 12
        threshold = math.log(terms.threshold) - d.threshold_length[i]
        below_threshold = float(lengths.share_below(threshold))
        below_short = float(lengths.share_below(math.log(6) - d.threshold_length[i]))
        # The mean length of those at the threshold and more, and when they are out.
        cut = terms.threshold / math.exp(d.threshold_length[i])
        mean = float(lengths.sum_above(cut)) / (1 - below_threshold)
        months = mean * math.exp(d.release_length[i])
        wait = (min(months, 48) * 0.5 + max(months - 48, 0) * d.served[i]) / 12
        orders = model.base.orders[i]
        for j, date in enumerate(DATES):
            lag = date - time
            if lag < 0:
                continue
            alive = math.exp(-1.5 * DEATHS * lag)

            def on(
                term: float, young: float = 0.0, lag: float = lag, orders: float = orders
            ) -> float:
                stay = v["extension"] * orders
                return sum(
                    share * (1.0 if lag < t else stay * math.exp(-(lag - t) / 4))
                    for share, t in ((1 - young, term), (young, term / 2))
                )

            inside = 24 if 12 * lag < 24 else 0  # months of 48 that are served
            length = 24 * lag if inside else 48 + (12 * lag - 24) / d.served[i]
            out = float(lengths.share_below(math.log(length) - d.release_length[i]))
            over = float(lengths.share_below(math.log(12 * lag) - d.release_length[i]))
            reviewed = math.exp(
                -v["review_rate"] * max(date - max(time + wait + terms.review_wait, 2008.0), 0)
            )
            endless = reviewed if math.isinf(terms.long) else on(terms.long)
            caution = on(2, 0.5) if i >= 36 else on(5, 0.5)
            suspended = 0.25 * on(7) + 0.75 * on(10)
            images_out = 1 - math.exp(-lag / 0.6)
            life_out = 1 - math.exp(-0.06 * lag)
            fixed, life = n[CUSTODY] * (1 - d.life[i]), n[CUSTODY] * d.life[i]
            people = {
                "caution": n[0] * caution,
                "other": n[1] * on(5, 0.2),
                "suspended": n[2] * suspended,
                "custody_short": fixed * on(7) * min(out, below_short),
                "custody_middle": fixed
                * on(10)
                * (min(out, below_threshold) - min(out, below_short)),
                "custody_long": fixed * (out - min(out, below_threshold)) * endless,
                "life": life * life_out * reviewed,
                "images_caution": n[4] * caution,
                "images_other": n[5] * on(5),
                "images_suspended": n[6] * suspended,
                "images_short": n[7] * short_share[0] * on(7) * images_out,
                "images_middle": n[7] * short_share[1] * on(10) * images_out,
                "images_long": n[7] * short_share[2] * images_out * endless,
                "prison": fixed * (1 - out),
                "recalled": v["recalled"] * fixed * max(out - over, 0),
                "life_inside": life * (1 - life_out),
                "images_inside": n[IMAGES_CUSTODY] * (1 - images_out),
                "long_inside": fixed * min(1 - out, 1 - below_threshold),
            }
            for name, value in people.items():
                found[name][j] += alive * value
    return found


@pytest.mark.parametrize("long", [np.inf, 6.0])
def test_every_class_is_a_plain_sum_over_cohorts(
    model: RegisterModel, drivers: Drivers, long: float
) -> None:
    """Where long sentences end after six years nobody asks for review."""
    terms = dataclasses.replace(TERMS, long=long)
    setting = model.setting(VALUES, drivers, DATES, Law(terms))
    expected = by_hand(model, drivers, terms)
    for name, people, f in zip(CLASSES, setting.people, model.retention(setting), strict=True):
        assert f.times(setting.A) @ people == pytest.approx(expected[name], rel=1e-9), name


def test_prisoners_are_a_plain_sum_over_cohorts(model: RegisterModel, drivers: Drivers) -> None:
    found, e = model.prisoners(VALUES, drivers, DATES), by_hand(model, drivers)
    behind = 100 * np.exp(-1.5 * DEATHS * (DATES - 2000)) * np.exp(-(DATES - 2000) / 2)
    counted = (e["prison"] + e["recalled"] + e["life_inside"]) / 0.8
    assert found.prison == pytest.approx(counted + behind)
    assert found.life == pytest.approx(e["life_inside"] / 0.8)
    unreleased = e["prison"] + e["life_inside"] + e["images_inside"]
    assert found.unreleased.at() == pytest.approx(unreleased + behind)
    assert found.unreleased.legacy == pytest.approx(behind)
    endless = e["long_inside"] + e["life_inside"] + 0.1 * e["images_inside"]
    assert found.indefinite.at() == pytest.approx(endless + 0.8 * behind)


def test_the_initial_stock_is_indefinite_and_fixed(model: RegisterModel) -> None:
    found = model.initial_stock(VALUES, np.array([2001.0]), model.law)[:, 0]
    alive, out = np.exp(-1.5 * DEATHS), 1 - np.exp(-0.5)
    assert found == pytest.approx(
        [(105 + 80 * out) * alive, (195 + 20 * out) * alive], rel=1e-9
    )  # nobody's term is over and no review has begun


@pytest.mark.parametrize("everyone", [False, True])
def test_a_later_law_holds_for_new_cohorts_or_from_a_day_on(
    model: RegisterModel, drivers: Drivers, everyone: bool
) -> None:
    """Cautions of 4 years from July 2005 on; what both laws share does not move."""
    later, since = dataclasses.replace(TERMS, caution=4.0), 2005.5
    plain = model.setting(VALUES, drivers, DATES, model.law)
    changed = model.setting(VALUES, drivers, DATES, Law(TERMS, later, since, everyone))
    other = model.setting(VALUES, drivers, DATES, Law(later))
    old, new, mixed = ([f.times(s.A) for f in model.retention(s)] for s in (plain, other, changed))
    caution = CLASSES.index("caution")
    where = DATES[:, None] > since if everyone else model.grid.times >= since
    assert mixed[caution] == pytest.approx(np.where(where, new[caution], old[caution]))
    assert (old[caution] != new[caution]).any()
    other_class = CLASSES.index("custody_long")
    assert mixed[other_class] == pytest.approx(old[other_class])


def test_a_shorter_wait_that_a_later_law_gives_is_seen(
    model: RegisterModel, drivers: Drivers
) -> None:
    later = dataclasses.replace(TERMS, review_wait=1.0)
    setting = model.setting(VALUES, drivers, DATES, Law(TERMS, later, 2009.5, everyone=True))
    W = model.retention(setting)[CLASSES.index("life")].W
    assert W is not None
    i = 84  # sentenced in January 2007, at most four years inside: not yet under the first law
    assert W[1, i] == 1.0 > W[2, i]


def test_who_enters_each_class(model: RegisterModel, drivers: Drivers) -> None:
    people = dict(zip(CLASSES, model.people(VALUES, drivers), strict=True))
    n = drivers.entrants() / 12
    for name in ("caution", "other", "suspended", "images_caution", "images_other"):
        assert people[name] == pytest.approx(n[DISPOSALS.index(name)])
    for name in ("custody_short", "custody_middle", "custody_long"):
        assert people[name] == pytest.approx(n[CUSTODY] * (1 - drivers.life))
    assert people["life"] == pytest.approx(n[CUSTODY] * drivers.life)
    shares = [people[f"images_{name}"] / n[IMAGES_CUSTODY] for name in ("short", "middle", "long")]
    assert pytest.approx(np.tile([0.3, 0.6, 0.1], (len(n[0]), 1))) == np.array(shares).T
    crowded = model.people(toy_values(images_short=0.95), drivers)
    assert crowded[CLASSES.index("images_middle")].max() == 0.0


def test_values_and_names_of_the_coordinates(model: RegisterModel) -> None:
    assert (model.today, model.grid.start, model.grid.months) == (2012.0, 2000.0, 144)
    steps = len(model.latent.steps)
    assert model.size == len(model.names) == len(model.priors) + steps == len(VALUES) - 1 + steps
    assert model.names[-1] == f"walk_{steps}" and model.names[-steps] == "walk_1"
    found = model.values(np.zeros(model.size))
    assert {name: found[name] for name in VALUES} == pytest.approx(VALUES)
    assert (model.young, model.caution_young) == (0.2, 0.5)
    # A place beyond the coordinates is that of another version.
    other = model.values(np.append(np.zeros(model.size), 1.0))
    assert (other["recalled"], other["counted_from"]) == (0.0, 1990.0)


def test_shares_of_the_young_are_supposed_where_none_is_published() -> None:
    inputs = toy_inputs(young_share=points(), caution_young_share=points())
    model = toy_model(inputs=inputs)
    assert (model.young, model.caution_young) == (VALUES["young_share"], 0.25)


def test_lengths_are_those_of_the_base_year(model: RegisterModel) -> None:
    """In 2005 the average is 30 months; the share above the threshold is a parameter."""
    inputs = model.inputs
    for share in (0.45, 0.5, 0.45):
        made = model.lengths(toy_values(share_long=share))
        by = base_lengths(inputs.band_edges, inputs.band_counts, share, 30.0, 30.0)
        assert made.cdf == pytest.approx(by.cdf, abs=2e-4)
        assert 1 - made.share_below(np.log(30.0)) == pytest.approx(share)


def test_the_volume_walks_on_from_the_date() -> None:
    model = toy_model(horizon=3)
    found = model.walk_on(np.array([0.1, -0.3]))
    assert found == pytest.approx(np.interp(model.grid.times, [2012, 2013, 2014], [0, 0.1, -0.2]))
    assert found[0] == 0.0 and found[-1] == pytest.approx(-0.2)


def test_survival_follows_the_excess_mortality(model: RegisterModel) -> None:
    for ratio in (1.5, 2.0, 1.5):
        alive = model.alive(toy_values(excess_mortality=ratio))
        assert alive == pytest.approx(np.exp(-ratio * DEATHS * model.grid.lags))


def test_kernels_of_dates_are_made_once(model: RegisterModel) -> None:
    first = model.at(DATES)
    assert model.at(DATES.copy()) is first
    for year in np.linspace(2001, 2002, 40):
        assert model.at(np.array([year])).dates.tolist() == [year]
    assert model.at(DATES) is not first  # at most some dozens are held


def test_two_years_are_the_least() -> None:
    inputs = toy_inputs()
    model = toy_model()
    short = dataclasses.replace(inputs, as_of=inputs.terms.start + np.timedelta64(600, "D"))
    with pytest.raises(UsageError, match="choose a date after 2002"):
        RegisterModel(short, model.priors)
    assert RegisterModel(short, model.priors, horizon=1).grid.months > 24
