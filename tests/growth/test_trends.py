"""Trends of the yearly increase: cases of R, closed forms, what is too little."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inline_snapshot import snapshot
from scipy import stats

from mappa.errors import UsageError
from mappa.growth import trends

PEERS = Path(__file__).parents[1] / "rates" / "peer_cases.csv"
with PEERS.open(encoding="utf-8", newline="") as file:
    CASES = [c for c in csv.DictReader(file) if c["case"].startswith("trend_")]


def yearly(people: list[float | None], percent: list[float] | None = None) -> pd.DataFrame:
    known = [np.nan if v is None else v for v in people]
    columns = {"people": known, "percent": percent or known, "time": np.arange(len(known))}
    return pd.DataFrame(columns)


def row_of(found: pd.DataFrame, model: str, scale: str = "people") -> pd.Series:
    return found.set_index(["scale", "model"]).loc[(scale, model)]


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_a_peers_trend(case: dict[str, str]) -> None:
    """Version 1.1.0 gave the AR(1) slope of the Nile an error of 5.25 where R has 4.52."""
    expected, tolerance = json.loads(case["expected values"]), json.loads(case["tolerance"])
    model = "ar1" if "ar1" in case["case"] else "hac"
    row = row_of(trends.trend(yearly(json.loads(case["inputs"])["y"])), model)
    t = stats.t.ppf(0.975, row["years"] - (3 if model == "ar1" else 2))
    error = (row["high"] - row["low"]) / 2 / t
    found = {"slope": row["slope"], "se": error, "rho": row["autocorrelation"]}
    for name, value in expected.items():
        allowed = tolerance.get(name, tolerance.get("*"))
        assert found[name] == pytest.approx(value, **allowed), name


Y = [50.0, 44.0, 47.0, 41.0, 30.0, 33.0, 27.0, 24.0]


def test_newey_and_west_with_one_lag() -> None:
    """Slope by least squares; error by squares of x e and half their products with the last."""
    row = row_of(trends.trend(yearly(Y)), "hac")
    x = np.arange(8) - 3.5
    slope = x @ Y / (x @ x)
    e = Y - np.mean(Y) - slope * x
    # The matrix of both coefficients is diagonal in x centred; Bartlett's weight is one half.
    u = x * e
    error = np.sqrt(u @ u + 2 * 0.5 * u[1:] @ u[:-1]) / (x @ x)
    half = stats.t.ppf(0.975, 6) * error
    assert (row["slope"], row["low"], row["high"]) == pytest.approx(
        (slope, slope - half, slope + half)
    )
    assert (row["years"], row["level"], row["verdict"]) == (8, 0.95, "falling")
    assert row["autocorrelation"] is None or np.isnan(row["autocorrelation"])
    assert row["mean"] == pytest.approx(37.0)


def test_iterated_least_squares_meets_its_own_equations() -> None:
    """GLSAR: the slope of y(t) - rho y(t - 1) on x(t) - rho x(t - 1), on five degrees less two."""
    row = row_of(trends.trend(yearly(Y)), "glsar")
    rho = row["autocorrelation"]
    y, x = np.array(Y), np.arange(8.0)
    X = np.column_stack([np.full(7, 1 - rho), x[1:] - rho * x[:-1]])
    target = y[1:] - rho * y[:-1]
    coefficients = np.linalg.lstsq(X, target, rcond=None)[0]
    assert row["slope"] == pytest.approx(coefficients[1], rel=1e-6)
    left = target - X @ coefficients
    error = np.sqrt(left @ left / 5 * np.linalg.inv(X.T @ X)[1, 1])
    half = stats.t.ppf(0.975, 8 - 3) * error
    assert row["high"] - row["slope"] == pytest.approx(half, rel=1e-4)


def test_the_unit_is_that_of_the_scale() -> None:
    """Ten times the people: ten times slope, limits and mean; percent has its own column."""
    one = trends.trend(yearly(Y, [v / 10 for v in Y]))
    assert list(one.columns) == [*trends.Trend.declared(), "verdict"]
    assert [tuple(r) for r in one[["scale", "model"]].to_numpy()] == [
        (scale, model) for scale in ("people", "percent") for model in ("ar1", "glsar", "hac")
    ]
    for model in trends.MODELS:
        people, percent = row_of(one, model), row_of(one, model, "percent")
        for name in ("slope", "low", "high", "mean"):
            assert people[name] == pytest.approx(10 * percent[name], rel=1e-4)
    assert list(trends.MODELS.values()) == snapshot(
        [
            "time trend with AR(1) errors, maximum likelihood (SARIMAX)",
            "time trend with AR(1) errors, iterated least squares (GLSAR)",
            "time trend by least squares, Newey-West errors (HAC, one lag)",
        ]
    )


def test_a_fit_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    trends.trend(yearly(Y))
    assert capfd.readouterr().out == ""


def test_a_year_that_is_missing_is_left_out() -> None:
    gap: list[float | None] = [*Y[:3], None, *Y[4:], 20.0]
    found = trends.trend(yearly(gap))
    row = row_of(found, "hac")
    x = np.array([0, 1, 2, 4, 5, 6, 7, 8])
    y = np.array([v for v in gap if v is not None])
    assert row["slope"] == pytest.approx(np.polyfit(x, y, 1)[0])
    assert row["mean"] == pytest.approx(y.mean())
    assert set(found["years"]) == {8}


def test_seven_years_are_the_fewest() -> None:
    assert len(trends.trend(yearly(Y[:7]))) == 6
    few = trends.trend(yearly(Y[:6]))
    assert few.empty and list(few.columns) == [*trends.Trend.declared(), "verdict"]
    assert trends.trend(yearly([*Y[:6], None, None])).empty


@pytest.mark.parametrize("name", ["people", "percent", "time"])
def test_a_table_without_a_column_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"yearly increases has no column '{name}'"):
        trends.trend(yearly(Y).drop(columns=name))


def test_increases_are_of_the_last_basis_and_skip_no_year() -> None:
    days = [f"{year}-03-31" for year in (2012, 2013, 2015, 2016, 2017, 2019, 2020)]
    series = pd.DataFrame(
        {
            "date": pd.to_datetime(days),
            "value": [80, 90, 100, 110, 121, 130, 143],
            "basis": ["other", "other", *["all_levels"] * 5],
            "quality": "printed",
            "preferred": True,
        }
    )
    found = trends.increases(series)
    assert [f"{d:%Y}" for d in found.index] == ["2016", "2017", "2018", "2019", "2020"]
    assert found.index.name == "date"
    tenth = 100 * np.log(1.1)
    assert found["people"].to_numpy() == pytest.approx(
        np.array([10, 11, np.nan, np.nan, 13]), nan_ok=True
    )
    assert found["percent"].to_numpy() == pytest.approx(
        np.array([tenth, tenth, np.nan, np.nan, tenth]), nan_ok=True
    )
    assert found["time"].tolist() == [-2, -1, 0, 1, 2]
    with pytest.raises(UsageError, match=r"^A series without a count has no increases\.$"):
        trends.increases(series.iloc[:0])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-2.0, -0.001, "falling"),
        (0.001, 2.0, "rising"),
        (-1.0, 0.0, "cannot tell"),
        (0.0, 1.0, "cannot tell"),
        (0.5, 0.9, "rising"),
        (-0.9, -0.5, "falling"),
    ],
)
def test_a_trend_rises_or_falls_where_its_interval_leaves_out_zero(
    low: float, high: float, verdict: str
) -> None:
    trend = trends.Trend("people", "hac", 8, (low + high) / 2, low, high, 0.95, None, 0.0)
    assert trend.verdict == verdict
