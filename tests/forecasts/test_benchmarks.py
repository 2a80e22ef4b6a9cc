"""Benchmarks against worked examples, and blindness to what came later."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mappa.data import Data
from mappa.errors import UsageError
from mappa.forecasts import benchmarks as bm
from mappa.forecasts.scoring import LEVELS

ORIGIN = "2020-03-31"


@pytest.fixture(scope="session")
def data(data: Data) -> Data:
    """The figures that were known when what is kept was made."""
    return data.until("2021-03-31")


def yearly(values: list[float | None], start: int = 2000) -> pd.Series:
    return pd.Series(
        [np.nan if v is None else v for v in values],
        index=range(start, start + len(values)),
        dtype=float,
    )


def spread(found: bm.Spread | str) -> bm.Spread:
    assert not isinstance(found, str), found
    return found


def means(found: bm.Spread | str) -> list[float]:
    return spread(found).mean.tolist()


def test_five_year_drift_by_hand() -> None:
    series = yearly([0, 100, 160, 220, 250, 270, 300])
    assert means(bm.five_year_drift(series, 2)) == [340, 380]  # (300 - 100) / 5 = 40


def test_five_year_drift_reaches_back_past_a_missing_year() -> None:
    series = yearly([60, None, 160, 220, 250, 270, 300])
    assert means(bm.five_year_drift(series, 1)) == [340]  # (300 - 60) / 6 = 40


def test_last_growth_by_hand_and_over_a_gap() -> None:
    assert means(bm.last_growth(yearly([100, 110]), 2)) == pytest.approx([121, 133.1])
    assert means(bm.last_growth(yearly([100, None, 121]), 1)) == pytest.approx([133.1])


def test_random_walk_with_drift_by_hand() -> None:
    found = spread(bm.random_walk_drift(yearly([0, 1, 4, 6]), 2))
    # Changes 1, 3, 2: drift 2, variance (1 + 1 + 0) / 2 = 1; error variance h + h^2 / 3.
    assert found.mean.tolist() == [8, 10]
    assert found.sd == pytest.approx(np.sqrt([1 + 1 / 3, 2 + 4 / 3]))
    assert found.df == 2


def test_random_walk_counts_the_years_of_a_gap() -> None:
    first = spread(bm.random_walk_drift(yearly([0, 1, None, 6]), 1))
    # Changes 1 over 1 year, 5 over 2: drift 2; ((1-2)^2/1 + (5-4)^2/2) / 1 = 1.5.
    assert first.mean.tolist() == [8]
    assert first.sd == pytest.approx(np.sqrt(1.5 * (1 + 1 / 3)))


def test_state_space_models_continue_a_straight_line() -> None:
    rng = np.random.default_rng(4)
    series = yearly((1000 + 50 * np.arange(18) + rng.normal(0, 2, 18)).tolist())
    for method in (bm.arima_021, bm.ets_damped):
        found = spread(method(series, 3))
        assert found.mean == pytest.approx([1900, 1950, 2000], abs=25)
        assert found.sd is not None and found.sd[0] < found.sd[2]


def test_arima_meets_double_differences_when_theta_is_zero() -> None:
    # With second differences that alternate, the forecast is a straight line ahead in any case.
    found = bm.arima_021(yearly([10, 14, 17, 22, 25, 30, 33, 38, 41, 46]), 3)
    steps = np.diff(means(found))
    assert steps[0] == pytest.approx(steps[1], rel=1e-6)


def test_too_few_counts_say_so(data: Data) -> None:
    short = yearly([10, 12])
    assert bm.five_year_drift(short, 1) == "no count is five years old"
    assert bm.random_walk_drift(short, 1) == "fewer than three counts"
    assert bm.arima_021(short, 1) == "fewer than 6 counts"
    assert bm.ets_damped(short, 1) == "fewer than 8 counts"


def test_the_missing_year_stays_missing(data: Data) -> None:
    series = bm.national_series(data)
    assert np.isnan(series[2012])
    assert series.index[0] == 2002
    assert list(series.index) == list(range(2002, 2022))


def test_reference_forecasts_from_march_2020(data: Data) -> None:
    value = {
        (f.method, f.date.year): f for f in bm.benchmarks(data, ORIGIN, 5) if f.value is not None
    }
    assert len(value) == 25
    assert value["five_year_drift", 2021].value == pytest.approx(62435 + (62435 - 49466) / 5)
    assert value["last_growth", 2021].value == pytest.approx(62435**2 / 60294)
    assert value["random_walk_drift", 2021].value == pytest.approx(62435 + (62435 - 18513) / 18)
    # Independent of our fit: the drift's interval from the published formula.
    walk = value["random_walk_drift", 2021]
    assert walk.low is not None and walk.high is not None and walk.quantiles is not None
    assert walk.high - walk.value == pytest.approx(walk.value - walk.low)
    assert walk.quantiles[11] == pytest.approx(walk.value)
    for method in ("arima_021", "ets_damped"):
        assert 63500 < value[method, 2021].value < 65500


def test_rows_after_the_origin_change_no_byte(data: Data) -> None:
    before = bm.benchmarks(data, ORIGIN, 4)
    later = data.national_figures.iloc[[-1]].assign(
        date=pd.Timestamp("2022-03-31"), measure="rso_count", value=1.0, category="", preferred=True
    )
    more = dataclasses.replace(
        data,
        national_figures=pd.concat([data.national_figures, later]),
        digest="other",
    )
    assert [f.as_dict() for f in bm.benchmarks(more, ORIGIN, 4)] == [f.as_dict() for f in before]
    cut = bm.benchmarks(data.until(ORIGIN), ORIGIN, 4)
    assert [f.as_dict() for f in cut] == [f.as_dict() for f in before]


def test_made_up_country_is_forecast_from_its_own_counts(made_up_data: Data) -> None:
    counts = made_up_data.national("rso_count")
    (first, *_) = bm.benchmarks(made_up_data, "2018-03-31", 1)
    drift = (counts["2018-03-31"] - counts["2013-03-31"]) / 5
    assert first.value == pytest.approx(counts["2018-03-31"] + drift)


@pytest.mark.parametrize("origin", ["2012-03-31", "2019-12-31"])
def test_no_forecast_from_a_day_without_a_count(data: Data, origin: str) -> None:
    with pytest.raises(UsageError, match=f"no national count on {origin}"):
        bm.benchmarks(data, origin, 1)


@pytest.mark.parametrize("horizon", [0, -1, 21])
def test_impossible_horizons_name_what_is_allowed(data: Data, horizon: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 20"):
        bm.benchmarks(data, ORIGIN, horizon)


def test_student_interval_is_wider_than_the_normal(data: Data) -> None:
    walk = spread(bm.random_walk_drift(yearly([0, 1, 4, 6, 9]), 1))
    quantiles = walk.quantiles(LEVELS)
    assert quantiles is not None and walk.sd is not None
    record = bm.forecast_record("walk", "", pd.Timestamp(ORIGIN), 1, quantiles=quantiles[0])
    assert record.high is not None
    assert record.high - walk.mean[0] > stats.norm.ppf(0.95) * walk.sd[0]
