"""Estimates and forecasts: evidence, the model's algebra, kept fits, validation, no look ahead."""

from __future__ import annotations

import dataclasses
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from mappa.data import Data, load
from mappa.errors import UsageError
from mappa.growth import estimates, model, validation
from mappa.growth import evidence as ev
from mappa.growth import national as nation

D = pd.Timestamp("2020-03-31")
LATEST = pd.Timestamp("2021-03-31")
SHORT = {"draws": 500, "warm_up": 150, "sweeps": 12}


@pytest.fixture(scope="session")
def data(data: Data) -> Data:
    """The figures that were known when what is kept was made."""
    return data.until("2021-03-31")


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path_factory.getbasetemp() / "growth_cache"))


@pytest.fixture(scope="module")
def evidence(data: Data) -> ev.Evidence:
    return ev.collect(data)


@pytest.fixture(scope="module")
def posterior(evidence: ev.Evidence) -> model.Posterior:
    return model.fit(evidence, **SHORT)


def _row(evidence: ev.Evidence, kind: str, area: str, date: str) -> pd.DataFrame:
    i, t = evidence.areas.index(area), evidence.dates.index(pd.Timestamp(date))
    rows = evidence.rows
    return rows[(rows["kind"] == kind) & (rows["i"] == i) & (rows["t"] == t)]


# Evidence.


def test_every_kind_of_evidence_is_found_once(evidence: ev.Evidence) -> None:
    assert evidence.rows["kind"].value_counts().to_dict() == {
        "count": 133,
        "early": 26,
        "rate": 12,
        "other_date": 8,
        "change": 3,
        "level_1": 3,
        "derived": 1,
    }
    assert len(evidence.dates) == 12 and len(evidence.areas) == 42
    assert not evidence.rows.duplicated(["kind", "i", "t"]).any()


def test_a_count_is_a_log_rate_ratio(data: Data, evidence: ev.Evidence) -> None:
    row = _row(evidence, "count", "Cumbria", "2020-03-31").iloc[0]
    assert row["y"] == pytest.approx(math.log(132.0073 / 119.4867), abs=1e-5)
    assert (row["sd"], row["df"]) == (0.002, ev.NEAR_NORMAL)
    softer = _row(evidence, "count", "West Yorkshire", "2017-03-31").iloc[0]
    assert (softer["sd"], softer["df"]) == (ev.COUNT_SD["police"], ev.HEAVY)  # force data


def test_a_printed_change_that_crosses_a_basis_or_adds_nothing_is_left_out(
    evidence: ev.Evidence,
) -> None:
    assert len(_row(evidence, "change", "Thames Valley", "2020-03-31")) == 1
    assert len(_row(evidence, "change", "Hampshire", "2020-03-31")) == 0  # from level 1 only
    assert len(_row(evidence, "change", "Essex", "2020-03-31")) == 0  # both counts are known
    assert len(_row(evidence, "other_date", "Suffolk", "2012-03-31")) == 0  # repeats the count
    assert len(_row(evidence, "other_date", "Greater Manchester", "2017-03-31")) == 0  # custody
    assert len(_row(evidence, "derived", "Suffolk", "2011-03-31")) == 1


def test_the_year_without_a_national_count_is_interpolated_with_its_own_error(
    data: Data, evidence: ev.Evidence
) -> None:
    t = evidence.dates.index(pd.Timestamp("2012-03-31"))
    assert evidence.nation_sd[t] == ev.INTERPOLATED_SD
    assert (np.delete(evidence.nation_sd, t) == ev.NATION_SD).all()
    low, high = (data.national("rso_count")[f"{y}-03-31"] for y in (2011, 2013))
    assert low < evidence.nation[t] < high
    assert evidence.nation[t] == pytest.approx(math.sqrt(low * high), rel=1e-3)


@pytest.mark.parametrize(("value", "half"), [(132, 0.5), (125.2, 0.05), (1.65, 0.005)])
def test_half_a_unit_of_what_is_printed(value: float, half: float) -> None:
    assert ev.half_width(value) == pytest.approx(half)


def test_the_key_of_a_fit_is_the_same_on_every_machine(
    evidence: ev.Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)

    def noisy(values: np.ndarray) -> np.ndarray:
        """Move values by up to a hundred units in the last place, as another library may."""
        return np.asarray(values * (1 + 2.2e-14 * rng.uniform(-1, 1, values.shape)))

    kept = evidence.digest
    monkeypatch.setattr(os, "linesep", "\r\n")
    rows = evidence.rows.assign(
        y=noisy(evidence.rows["y"].to_numpy()), sd=noisy(evidence.rows["sd"].to_numpy())
    )
    other = dataclasses.replace(
        evidence,
        rows=rows,
        people=noisy(evidence.people),
        nation=noisy(evidence.nation),
        nation_sd=noisy(evidence.nation_sd),
    )
    assert other.digest == kept
    moved = dataclasses.replace(evidence, nation=evidence.nation + 0.01)
    assert moved.digest != kept


def test_hiding_a_cell_hides_all_that_touches_it(evidence: ev.Evidence) -> None:
    i = evidence.areas.index("Suffolk")
    t = evidence.dates.index(pd.Timestamp("2012-03-31"))
    less = evidence.without({(i, t)})
    # The count of 2012 and that of 2011, which is derived from it.
    assert len(evidence.rows) - len(less.rows) == 2
    assert evidence.without(set()).digest == evidence.digest != less.digest


# The model.


def test_the_banded_precision_is_that_of_the_model(evidence: ev.Evidence) -> None:
    """Rebuild precision and right side densely, term by term, and compare."""
    p = model._Problem(evidence)
    rng = np.random.default_rng(1)
    T, A = p.T, p.A
    z = model._begin(p)
    z.step_weight, z.data_weight = rng.gamma(2, 0.5, (T - 1, A)), rng.gamma(2, 0.5, p.y.size)
    m, v = rng.normal(0, 0.2, (T, A)), rng.gamma(2, 0.005, (T, A))
    p.linearise(m, v)
    factor, rhs = p.system(z)
    Q, b = np.zeros((p.n, p.n)), np.zeros(p.n)
    at = np.arange(p.n).reshape(T, A + 1)

    def term(states: list[int], signs: list[float], y: float, weight: float) -> None:
        Q[np.ix_(states, states)] += weight * np.outer(signs, signs)
        b[states] += weight * y * np.array(signs)

    for k, row in enumerate(evidence.rows.itertuples()):
        weight = z.data_weight[k] / p.sd[k] ** 2
        if row.s >= 0:
            term([at[row.t, row.i], at[row.s, row.i]], [1, -1], row.y, weight)
        else:
            term([at[row.t, row.i], at[row.t, A]], [1, 1], row.y, weight)
    for t in range(T):
        term([at[t, A]], [1], 0, evidence.nation_sd[t] ** -2)
        g = evidence.shares[t] * np.exp(m[t]) * (1 + v[t] / 2)
        term(list(at[t, :A]), list(g), 1 - g.sum() + g @ m[t], model.CONSTRAINT_SD**-2)
        for i in range(A):
            if t == 0:
                term([at[0, i]], [1], z.mu, z.tau**-2)
            else:
                weight = z.step_weight[t - 1, i] / (z.sigma * p.scale[i]) ** 2
                term([at[t, i], at[t - 1, i]], [1, -1], 0, weight)
    L = np.zeros_like(Q)
    for offset in range(p.width + 1):
        L[np.arange(offset, p.n), np.arange(p.n - offset)] = factor[offset, : p.n - offset]
    assert pytest.approx(Q, rel=1e-8, abs=1e-4) == L @ L.T
    assert rhs == pytest.approx(b, rel=1e-8, abs=1e-6)


def test_draws_sum_to_the_nation(evidence: ev.Evidence, posterior: model.Posterior) -> None:
    total = (evidence.shares * np.exp(posterior.x)).sum(axis=2)
    assert total == pytest.approx(np.ones(total.shape), abs=1e-9)
    assert posterior.scale[evidence.areas.index("London")] < 1 < posterior.scale.max()


def test_the_scales_are_those_of_the_reference(posterior: model.Posterior) -> None:
    assert 0.021 < np.median(posterior.sigma) < 0.031
    assert 0.13 < np.median(posterior.tau) < 0.19
    assert posterior.nu.min() >= 3 and np.median(posterior.nu) <= 4


def test_the_same_seed_gives_the_same_draws(evidence: ev.Evidence) -> None:
    one, two = (model.fit(evidence, draws=3, warm_up=2, sweeps=2, seed=5) for _ in range(2))
    assert (one.x == two.x).all()


def test_hidden_states_of_a_simulated_country_are_covered(evidence: ev.Evidence) -> None:
    """Simulate the model itself; intervals must hold the truth as often as they say."""
    rng = np.random.default_rng(11)
    T, A = evidence.people.shape
    scale = model._Problem(evidence).scale
    x = np.cumsum(
        np.vstack([rng.normal(0, 0.16, (1, A)), 0.025 * scale * rng.standard_t(4, (T - 1, A))]),
        axis=0,
    )
    x -= np.log((evidence.shares * np.exp(x)).sum(axis=1, keepdims=True))
    seen = rng.random((T, A)) < 0.4
    rows = [
        {"kind": "count", "i": i, "t": t, "s": -1, "y": x[t, i] + rng.normal(0, 0.002)}
        | {"sd": 0.002, "df": 30.0, "cells": ((i, t),)}
        for t, i in zip(*np.nonzero(seen), strict=True)
    ]
    found = model.fit(dataclasses.replace(evidence, rows=pd.DataFrame(rows)), **SHORT)
    low, high = np.quantile(found.x, [0.05, 0.95], axis=0)
    covered = ((low <= x) & (x <= high))[~seen].mean()
    # About 300 hidden states in 42 chains; three standard errors are some 6 points.
    assert 0.84 < covered < 0.96
    assert np.median(found.x, axis=0)[seen] == pytest.approx(x[seen], abs=0.02)


# Kept fits, forecasts, no look ahead.


def test_the_kept_estimates_are_those_of_the_command(data: Data, evidence: ev.Evidence) -> None:
    """A shorter run of the same model agrees with the kept one within Monte Carlo error."""
    kept = estimates.read_kept(data.folder / "estimates.csv", data.dictionary)
    assert kept is not None
    mine = kept[kept["fit"] == estimates.key_of(evidence)].reset_index(drop=True)
    again = estimates.fit_table(evidence, draws=2500, warm_up=150)
    assert list(again["area"]) == list(mine["area"]) and list(again["date"]) == list(mine["date"])
    assert again["q500"].to_numpy() == pytest.approx(mine["q500"].to_numpy(), abs=0.06)
    assert np.abs(again["q500"] - mine["q500"]).mean() < 0.005
    for end in ("q050", "q950"):
        assert np.abs(again[end] - mine[end]).mean() < 0.02


def test_every_date_from_the_studys_on_has_kept_estimates(data_copy: Path) -> None:
    """Whatever the line ends of the tables: the key is made of what they say."""
    for path in data_copy.glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    everything = load(data_copy)
    days = [d for d in everything.dates if d >= everything.day()]
    assert days[-1] == pd.Timestamp("2025-03-31")
    for day in days:
        assert estimates.is_kept(everything, day), day
    latest = estimates.stored_estimates(everything, days[-1])
    assert latest is not None
    ends = latest[["low90", "median", "high90"]].to_numpy()
    assert (np.diff(ends, axis=1) > 0).all()
    assert latest["median"].sum() == pytest.approx(73_047, rel=0.015)


def test_the_kept_estimates_of_2025_are_those_of_the_command() -> None:
    day = pd.Timestamp("2025-03-31")
    kept = estimates.quantile_table(load(), day)
    again = estimates.fit_table(ev.collect_until(load(), day), draws=1500, warm_up=150)
    assert list(again["fit"]) == list(kept["fit"])
    assert np.abs(again["q500"] - kept["q500"]).mean() < 0.008


def test_a_printed_one_in_n_is_evidence_where_nothing_closer_is_known() -> None:
    everything = load()
    collected = ev.collect(everything)
    row = _row(collected, "rate", "Cumbria", "2023-03-31").iloc[0]
    t, whole = collected.dates.index(pd.Timestamp("2023-03-31")), collected.nation
    rate = math.log(630 / collected.people[t, row.i]) - math.log(
        whole[t] / collected.people[t].sum()
    )
    assert row["y"] == pytest.approx(rate)  # one in 719 is 628 to 632 people
    assert row["sd"] == pytest.approx(math.hypot(2.5 / 630 / math.sqrt(3), 0.002))
    assert row["df"] == ev.NEAR_NORMAL
    assert len(_row(collected, "rate", "Surrey", "2024-03-31")) == 0  # Hertfordshire's figure
    assert len(_row(collected, "rate", "Durham", "2023-03-31")) == 0  # its count is known
    assert not collected.rows.duplicated(["kind", "i", "t"]).any()
    for area, day, low, high in (
        ("Avon and Somerset", "2023-03-31", 1771, 1786),
        ("Cheshire", "2023-03-31", 1418, 1427),
        ("Cumbria", "2023-03-31", 628, 632),
        ("Hertfordshire", "2024-03-31", 832, 841),
        ("London", "2024-03-31", 7075, 7152),
        ("Thames Valley", "2024-03-31", 2103, 2124),
    ):
        found = estimates.stored_estimate(everything, area, day)
        assert found is not None and low <= found[0] <= high, area


def test_people_are_linked_across_the_census_and_counts_stay_what_they_are() -> None:
    everything = load()
    days = ev.stock_dates(everything)
    linked = ev.linked_people(everything, days)
    raw = np.array([everything.people(d).to_numpy(float) for d in days])
    stop = days.index(pd.Timestamp("2022-03-31"))
    assert (linked[:stop] == raw[:stop]).all()
    steps = np.diff(np.log(linked), axis=0)
    assert steps[stop - 1] == pytest.approx(steps[stop - 2], abs=1e-12)
    assert steps[stop:] == pytest.approx(np.diff(np.log(raw), axis=0)[stop:], abs=1e-12)
    assert np.abs(np.log(raw[stop] / linked[stop])).max() > 0.04  # what the census moved
    # The estimate of a counted area is its count, before and after.
    found = estimates.stored_estimate(everything, "Durham", "2024-03-31")
    assert found is not None and found[0] == pytest.approx(1123, rel=0.005)


def test_later_counts_left_out_lie_inside_the_intervals_of_the_model() -> None:
    everything = load()
    chosen = [p for p in validation.plan(everything) if p[0] == "left_out" and p[1][1] == 12]  # type: ignore[index]
    cases = validation.run(everything, chosen[::3], draws=300, warm_up=100)
    assert set(cases["date"]) == {pd.Timestamp("2022-03-31")} and len(cases) == 5
    inside = (cases["low90"] <= cases["value"]) & (cases["value"] <= cases["high90"])
    assert inside.sum() >= 4


@pytest.mark.parametrize(
    ("area", "date", "median", "low", "high"),
    [
        ("Surrey", "2020-03-31", 975, 723, 1318),
        ("Kent", "2020-03-31", 1998, 1786, 2173),
        ("Avon and Somerset", "2020-03-31", 1721, 1590, 1796),
        ("South Wales", "2020-03-31", 1684, 1535, 1766),
        ("Merseyside", "2020-03-31", 1857, 1703, 1942),
        ("Thames Valley", "2019-03-31", 1414, 1398, 1430),
    ],
)
def test_estimates_are_those_of_an_independent_run(
    data: Data, area: str, date: str, median: float, low: float, high: float
) -> None:
    frame = estimates.area_estimates(data, LATEST)
    row = frame[(frame["area"] == area) & (frame["date"] == pd.Timestamp(date))].iloc[0]
    assert row["median"] == pytest.approx(median, rel=0.02)
    assert (row["low90"], row["high90"]) == pytest.approx((low, high), rel=0.035)


def test_estimates_sum_to_the_nation(data: Data) -> None:
    frame = estimates.area_estimates(data, D)
    total = frame.groupby("date")["median"].sum()
    nation_ = data.national("rso_count")
    for day in total.index.intersection(nation_.index):
        assert total[day] == pytest.approx(nation_[day], rel=0.015)
    ordered = frame[["low90", "low50", "median", "high50", "high90"]].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()


def test_nothing_dated_later_changes_a_forecast(data: Data) -> None:
    t, w = data.area_figures, data.national_figures
    later = dataclasses.replace(
        data,
        area_figures=t.assign(value=t["value"].where(t["date"] <= D, t["value"] * 2)),
        national_figures=w.assign(value=w["value"].where(w["date"] <= D, w["value"] * 3)),
        digest="later",
    )
    one = estimates.area_forecasts(data, D, 3, areas=["Cumbria", "Surrey"])
    two = estimates.area_forecasts(later, D, 3, areas=["Cumbria", "Surrey"])
    assert estimates.as_csv(one) == estimates.as_csv(two)
    assert ev.collect(later.until(D)).digest == ev.collect(data.until(D)).digest
    assert ev.collect(later).digest != ev.collect(data).digest


def test_a_forecast_follows_the_path_of_the_nation_that_it_is_given(data: Data) -> None:
    path = np.full((400, 2), 70_000.0)
    drawn, areas, dates = estimates.forecast_draws(data, D, 2, path)
    assert drawn.shape == (400, 2, 42) and areas == data.names
    assert [d.year for d in dates] == [2021, 2022]
    assert drawn.sum(axis=2) == pytest.approx(path)
    short = estimates.shortfall(data, D, 2, path)
    assert short == pytest.approx(1 - np.median(drawn[:, -1], axis=0).sum() / 70_000)
    assert 0 < short < 0.01
    double, *_ = estimates.forecast_draws(data, D, 2, 2 * path, areas=["Kent"])
    assert double[:, :, 0] == pytest.approx(2 * drawn[:, :, areas.index("Kent")])
    wide = estimates.area_forecasts(data, D, 5, areas=["Kent"])
    width = np.log(wide["high90"] / wide["low90"]).to_numpy()
    assert (np.diff(width) > 0).all() and len(wide) == 5


@pytest.mark.parametrize(
    ("horizon", "path", "message"),
    [
        (6, None, "not one of 1 to 5"),
        (0, None, "not one of 1 to 5"),
        (2, np.ones((10, 3)), "must have 2 columns"),
        (2, -np.ones((10, 2)), "above zero"),
    ],
)
def test_a_wrong_horizon_or_path_is_refused(
    data: Data, horizon: int, path: np.ndarray | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        estimates.area_forecasts(data, D, horizon, path)


def test_a_distribution_is_read_back_from_its_quantiles() -> None:
    z = norm.ppf(estimates.PROBABILITIES)
    scores = np.linspace(-4, 4, 41)
    back = estimates.quantile_function(2 + 0.3 * z, scores)
    assert back == pytest.approx(2 + 0.3 * scores)


def test_other_figures_are_fitted_anew_and_cached(
    made_up_data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = made_up_data
    day = pd.Timestamp("2017-03-31")
    frame = estimates.area_estimates(f, day)
    assert len(frame) == 42 * 8
    estimates.quantile_table.cache_clear()
    monkeypatch.setattr(estimates, "fit_table", None)  # must not be needed again
    again = estimates.area_estimates(f, day)
    assert again["median"].to_numpy() == pytest.approx(frame["median"].to_numpy(), rel=1e-4)
    counts = f.counts(day)
    shown = frame[frame["date"] == day].set_index("area")["median"].reindex(counts.index)
    assert shown.to_numpy() == pytest.approx(counts.to_numpy(), rel=0.02)


# Validation.


def test_left_out_counts_fall_inside_their_intervals_as_often_as_said(data: Data) -> None:
    cases = validation.kept(data)
    assert cases is not None
    score = validation.score(cases).set_index(["test", "horizon"])
    left = score.loc[("left_out", 0)]
    assert left["cases"] == 128 and left["areas"] == 33
    assert 0.85 <= left["cover90"] <= 0.95 and 0.42 <= left["cover50"] <= 0.58
    assert (score["cover90"] >= 0.85).all() and (score["cover50"] >= 0.45).all()
    assert left["last_ratio_gain_high"] < 0  # better than the last rate ratio carried forward


def test_the_kept_validation_is_that_of_the_command(data: Data) -> None:
    """Rerun three fits of the plan, shorter, and find the kept cases again."""
    plan = validation.plan(data)
    assert [sum(t == test for t, _ in plan) for test in ("left_out", "since", "ahead")] == [
        128, 29, 8,
    ]  # fmt: skip
    chosen = [plan[40], plan[140], plan[-3]]
    again = validation.run(data, chosen, draws=400, warm_up=120)
    kept = validation.kept(data)
    assert kept is not None
    keys = ["test", "area", "date", "origin"]
    both = again.merge(kept, on=keys, suffixes=("", "_kept"))
    assert len(both) == len(again) > 60
    assert both["value"].to_numpy() == pytest.approx(both["value_kept"].to_numpy(), rel=1e-4)
    rules = both.dropna(subset=["last_ratio"])
    assert rules["last_ratio"].to_numpy() == pytest.approx(rules["last_ratio_kept"], rel=0.01)
    for end in ("median", "low90", "high90"):
        gap = np.abs(np.log(both[end] / both[f"{end}_kept"]))
        assert gap.mean() < 0.02, end


def test_plain_rules_give_what_they_say(data: Data) -> None:
    truth = validation._truth(data)
    i = truth.evidence.areas.index("Cumbria")
    T = {d.year: t for t, d in enumerate(truth.evidence.dates)}
    usable = [T[2012], T[2020]]
    hidden = ~np.isin(np.arange(len(T)), usable)[:, None]
    found = {rule: guess[:, i] for rule, guess in truth.rules(hidden).items()}
    whole = data.national("rso_count")
    grown = truth.evidence.nation[T[2019]] / truth.evidence.nation[T[2012]]
    assert truth.evidence.nation[T[2019]] == pytest.approx(whole[pd.Timestamp("2019-03-31")])
    assert found["national_growth"][T[2019]] == pytest.approx(350 * grown)
    x = np.interp(T[2019], usable, truth.x[usable, i])
    expected = truth.evidence.expected[T[2019], i]
    assert found["interpolated"][T[2019]] == pytest.approx(expected * math.exp(x))
    last = truth.x[T[2012], i]
    assert found["last_ratio"][T[2019]] == pytest.approx(expected * math.exp(last))
    assert math.isnan(found["last_ratio"][T[2011]]) and math.isnan(
        found["national_growth"][T[2011]]
    )
    assert math.isnan(found["interpolated"][T[2021]])


def test_scores_by_hand() -> None:
    rows = [
        {"test": "left_out", "horizon": 0, "area": a, "value": v, "median": 100.0, "low50": 95.0}
        | {"high50": 105.0, "low90": 90.0, "high90": 110.0, "last_ratio": 100.0}
        | {"interpolated": np.nan, "national_growth": v}
        for a, v in (("A", 100.0), ("A", 107.0), ("B", 120.0), ("B", 92.0))
    ]
    found = validation.score(pd.DataFrame(rows)).iloc[0]
    assert (found["cover50"], found["cover90"]) == (0.25, 0.75)
    width = math.log(110 / 90)
    assert found["width90"] == pytest.approx(width)
    assert found["score90"] == pytest.approx(width + 20 * math.log(120 / 110) / 4)
    assert found["last_ratio_gain"] == 0 and math.isnan(found["interpolated_gain"])
    assert found["national_growth_gain"] == pytest.approx(found["mean_error"])
    # Deviations by area are +.5 and -.5 of cover90: sqrt(2 (.25 + .25)) / 4.
    assert found["cover90_se"] == pytest.approx(math.sqrt(2 * 0.5) / 4)


def test_the_benchmark_nation_is_the_path_of_the_validation(data: Data) -> None:
    kept = validation.kept(data)
    assert kept is not None
    rows = kept[(kept["origin"] == D) & (kept["horizon"] == 1)].set_index(["test", "area"])
    path = nation.benchmark_path(data, D, 1, validation.DRAWS, model.SEED)
    grown = np.median(path[:, 0]) / data.national("rso_count")[LATEST]
    given, forecast = (rows.loc[(t, "Cleveland"), "last_ratio"] for t in ("ahead", "ahead_nation"))
    assert forecast / given == pytest.approx(grown, rel=1e-3)
