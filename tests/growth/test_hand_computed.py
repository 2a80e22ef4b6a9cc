"""Values worked out by hand, each for a line that a mutation once changed unnoticed."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from mappa.data import Data
from mappa.growth import evidence as ev
from mappa.growth.change import log_variance, make_span
from mappa.growth.measures import KINDS, _caution, other_measures
from mappa.growth.trend import Trend


def test_the_variance_of_a_change_of_a_stock() -> None:
    """N0 + N1 - 2 s N0 over N0 N1: with a tenth leaving, 100 to 120 in a year is 40 of 12,000."""
    assert log_variance(100, 120, 1, 0.1) == pytest.approx(40 / 12_000)
    assert log_variance(100, 120, 2, 0.1) == pytest.approx((220 - 162) / 12_000)
    # Nobody stays: two independent counts, 1/N0 + 1/N1. Nobody leaves: only the arrivals.
    assert log_variance(100, 120, 1000, 0.5) == pytest.approx(1 / 100 + 1 / 120)
    assert log_variance(100, 120, 1, 0.0) == pytest.approx(20 / 12_000)


def row(date: str, value: float) -> pd.Series:
    return pd.Series(
        {"date": pd.Timestamp(date), "value": value, "basis": "all_levels", "quality": "printed"}
    )


def test_a_span_of_two_years_is_compound() -> None:
    """1,000 to 1,210 in two years is a tenth a year; the limits are exp(+-1.96 sqrt(variance))."""
    found = make_span("A", row("2018-03-31", 1000), row("2020-03-31", 1210), turnover=0.19)
    assert found.years == pytest.approx(2, abs=0.01)
    assert found.annual_growth == pytest.approx(0.1, abs=2e-4)
    assert (found.change, found.growth) == (210, pytest.approx(0.21))
    staying = 0.81**found.years
    sd = math.sqrt((2210 - 2000 * staying) / 1_210_000)
    assert found.growth_high == pytest.approx(1.21 * math.exp(1.959964 * sd) - 1)
    assert found.growth_low == pytest.approx(1.21 * math.exp(-1.959964 * sd) - 1)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-2.0, -0.001, "falling"),
        (0.001, 2.0, "rising"),
        (-1.0, 1.0, "cannot tell"),
        (-1.0, 0.0, "cannot tell"),
        (0.0, 1.0, "cannot tell"),
        (0.5, 0.9, "rising"),
        (-0.9, -0.5, "falling"),
    ],
)
def test_a_trend_rises_or_falls_where_its_interval_leaves_out_zero(
    low: float, high: float, verdict: str
) -> None:
    trend = Trend("people", "ar1", 9, (low + high) / 2, low, high, 0.95, None, 1.0)
    assert trend.verdict == verdict


def test_measures_are_rates_beside_the_nations(data: Data) -> None:
    """Every ratio is the area's value over base, over the nation's value over base."""
    found = [m for area in data.names for m in other_measures(data, area)]
    compared = [m for m in found if m.ratio is not None and m.base and m.national_value]
    assert len(compared) > 5
    for m in compared:
        kind = KINDS[m.measure]
        if kind.registered:
            base = float(data.national("rso_count")[m.date])
        else:
            base = float(data.people(m.date).sum())
        assert m.base is not None and m.national_value is not None
        assert m.ratio == pytest.approx((m.value / m.base) / (m.national_value / base))


def test_a_caution_tells_the_side() -> None:
    assert "above" in _caution(2.5, 0.001) and "below" in _caution(0.4, 0.001)
    assert _caution(2.0, 0.001) == _caution(0.5, 0.001) == _caution(2.5, 0.002) == ""
    assert _caution(None, 0.001) == _caution(2.5, None) == ""


def test_level_1_is_raised_by_its_prior_where_too_few_pairs_are_known(data: Data) -> None:
    """A count of level 1 stands for e^0.01 times as many people, with an SD of 1% and rounding."""
    collector = ev._Collector(data)
    counted = dict(collector.counted)
    rows = collector._of("rso_count", "level_1")
    rows = rows[rows["date"].isin(collector.dates)]
    collector.counted = {}  # no pair is known
    before = len(collector.rows)
    collector.level_1()
    made = collector.rows[before:]
    assert counted and len(made) == len(rows) > 0
    first = rows.iloc[0]
    i, t = collector.area[first["area"]], collector.index[first["date"]]
    own = math.log(float(first["value"]) / collector.people[t, i])
    assert made[0]["y"] == pytest.approx(own - float(collector.log_rate[t]) + 0.01)
    assert made[0]["sd"] == pytest.approx(math.hypot(0.01, ev.COUNT_SD["printed"]))
