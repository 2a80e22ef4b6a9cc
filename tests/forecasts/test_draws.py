"""Draws of the nation ahead: what they know, and how they are named."""

from __future__ import annotations

import types

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.errors import UnknownName, UsageError
from mappa.forecasts import national_draws as nd
from mappa.register.inference import draws as posteriors

ORIGIN = pd.Timestamp("2020-03-31")


def test_benchmark_draws_are_blind_and_repeat(data: Data) -> None:
    first = nd.national_draws(data, ORIGIN, 3, "benchmark")
    again = nd.national_draws(data.until(ORIGIN), ORIGIN, 3, "benchmark")
    assert first.method == "growth_benchmark"
    np.testing.assert_array_equal(first.draws, again.draws)
    assert (np.diff(first.draws.std(axis=0)) > 0).all()


def test_register_draws_add_the_error_of_a_count(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}

    def made(known: Data, origin: pd.Timestamp, draws: int | None) -> object:
        seen["last"] = known.national_figures["date"].max()
        # Draws that miss the count by different amounts and grow alike.
        start = np.linspace(61000.0, 63000.0, 5000)
        names = ("stock.2020.25", "forecast.2021.25", "forecast.2022.25")
        shown = pd.DataFrame(dict.fromkeys(names, start * 64000 / 62435) | {names[0]: start})
        plan = types.SimpleNamespace(today=2020.25)
        return types.SimpleNamespace(plan=plan, shown=shown, status="sampled: draws shipped")

    monkeypatch.setattr(posteriors, "load", made)
    found = nd.national_draws(data, ORIGIN, 2, "register")
    assert found.label == "register model (sampled posterior)"
    assert seen["last"] <= ORIGIN
    table = pd.read_csv(data.folder / "register_parameters.csv").set_index("parameter")
    sd = table.loc["error_exact", "median"]
    # 10,000 draws: the standard deviation within five of its standard errors.
    assert np.log(found.draws / 64000).std() == pytest.approx(sd, rel=0.035)


def test_unknown_source_and_horizon(data: Data) -> None:
    with pytest.raises(UnknownName, match="did you mean 'register'"):
        nd.national_draws(data, ORIGIN, 3, "registr")
    with pytest.raises(UsageError, match="from 1 to 20"):
        nd.national_draws(data, ORIGIN, 0, "benchmark")


@pytest.mark.slow()
def test_mode_draws_widen_with_the_horizon_and_see_nothing_later(data: Data) -> None:
    origin = pd.Timestamp("2015-03-31")
    draws = nd.mode_draws(data, origin, 4)
    assert draws.shape == (5 * nd.FUTURES, 4)
    assert (np.diff(np.log(draws).std(axis=0)) > 0).all()
    cut = nd.mode_draws(data.until(origin), origin, 4)
    np.testing.assert_allclose(cut, draws, rtol=1e-12)
    last = data.national("rso_count")[origin]
    assert np.median(draws[:, 0]) == pytest.approx(last * 1.05, rel=0.05)
