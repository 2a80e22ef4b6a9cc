"""The combined forecast: a mean of quantiles, paths in the register's order, honest scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.forecasts.backtest import rolling_origins
from mappa.forecasts.benchmarks import (
    COMBINED,
    MEMBERS,
    benchmarks,
    combine,
    combined_draws,
    forecast_record,
    spreads,
)
from mappa.forecasts.national_draws import NationalDraws, jump_off, sealed_forecasts
from mappa.forecasts.scoring import LEVELS

ORIGIN = pd.Timestamp("2020-03-31")


@pytest.fixture(scope="session")
def data(data: Data) -> Data:
    """The figures that were known when what is kept was made."""
    return data.until("2021-03-31")


def register_draws(n: int = 2000, horizon: int = 3, seed: int = 1) -> np.ndarray:
    """Draws whose order changes from year to year, as a model's do."""
    steps = np.random.default_rng(seed).normal(1500, 600, (n, horizon))
    return np.asarray(62435 + np.cumsum(steps, axis=1))


def test_the_combined_quantile_is_the_mean_of_four(data: Data) -> None:
    draws = register_draws()
    ours = forecast_record("register", "x", ORIGIN, 2, quantiles=np.quantile(draws[:, 1], LEVELS))
    others = [b for b in benchmarks(data, ORIGIN, 2) if b.horizon == 2]
    found = combine(ours, others)
    members = {b.method: b.quantiles for b in others if b.method in MEMBERS}
    assert set(members) == {"random_walk_drift", "ets_damped", "arima_021"}
    mean = (np.array(ours.quantiles) + sum(np.array(q) for q in members.values())) / 4
    assert found.quantiles == pytest.approx(mean)
    assert found.status == "ok" and found.method == "combined"
    short = combine(ours, [b for b in others if b.method != "arima_021"])
    assert short.status == "1 of its methods cannot be used"


def test_paths_have_the_combined_quantiles_and_the_registers_ranks(data: Data) -> None:
    draws = register_draws()
    paths = combined_draws(data, ORIGIN, draws)
    made = spreads(data, ORIGIN, 3)
    for h in range(3):
        assert (np.argsort(paths[:, h]) == np.argsort(draws[:, h])).all()
        others = [made[name].quantiles(LEVELS)[h] for name in MEMBERS]  # type: ignore[union-attr]
        mean = np.mean([np.quantile(draws[:, h], LEVELS), *others], axis=0)
        assert np.quantile(paths[:, h], LEVELS) == pytest.approx(mean, rel=2e-3)
    # A draw that is high stays high: the ranks of neighbouring years are correlated.
    assert np.corrcoef(paths[:, 1], paths[:, 2])[0, 1] > 0.7


def test_the_model_starts_from_the_last_count(data: Data) -> None:
    modelled = np.array([62711.0, 61000.0])
    assert jump_off(data, ORIGIN, modelled) * modelled == pytest.approx(62435)
    # No count that year.
    assert (jump_off(data, pd.Timestamp("2012-03-31"), modelled) == 1).all()


def test_rolling_origins_hold_the_combined_forecast_against_the_register(data: Data) -> None:
    """Near an audit of one version of the model with its own code: 943, 817, 4 of 8, 30 of 30."""
    rolling = rolling_origins(data)
    found = rolling.comparison
    assert found is not None
    assert rolling.register_status == "ok"
    assert (found.cases, found.origins, found.better, found.covered) == (30, 8, 3, 30)
    assert found.register == pytest.approx(966, abs=2)
    assert found.combined == pytest.approx(833, abs=2)
    assert found.difference == pytest.approx(found.combined - found.register)
    assert found.low < found.difference < 0 < found.high


def test_a_seal_holds_the_combined_forecast_its_parts_and_areas_along_it(data: Data) -> None:
    draws = register_draws()
    nation = [
        NationalDraws(combined_draws(data, ORIGIN, draws), COMBINED, "combined"),
        NationalDraws(draws, "register", "register"),
    ]
    rows, methods = sealed_forecasts(data, ORIGIN, 3, nation)
    of_nation = rows[rows["scope"] == "nation"]
    assert {"combined", "register", *MEMBERS} <= set(of_nation["method"])
    assert set(rows["method"]) == set(methods)
    areas = rows[rows["method"] == "growth_model"]
    assert set(areas["place"]) == set(data.names)
    last = areas[(areas["level"] == 0.5) & (areas["date"] == areas["date"].max())]["value"].sum()
    assert last == pytest.approx(np.median(nation[0].draws[:, -1]), rel=0.02)
