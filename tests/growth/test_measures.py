"""Other measures as rates: exact limits, the nation's rate, and who counts another event."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from inline_snapshot import snapshot
from scipy import stats

from mappa.data import Data
from mappa.growth.measures import KINDS, Measure, caution, other_measures
from mappa.rates.methods.intervals import exact_limits

DAY = pd.Timestamp("2020-03-31")


def with_value(data: Data, measure: str, value: float, national: float | None = 1000.0) -> Data:
    """Return the data with one value of a measure of Cumbria, and of the nation, on a day."""
    mine = data.area_figures.iloc[[0]].assign(
        area="Cumbria", date=DAY, measure=measure, value=value, preferred=True, note="noted",
        quality="printed", sources="a source",
    )  # fmt: skip
    figures = data.area_figures[data.area_figures["measure"] != measure]
    kind = KINDS[measure]
    nation = data.national_figures
    nation = nation[nation["measure"] != kind.national]
    if national is not None:
        row = nation.iloc[[0]].assign(
            date=DAY, measure=kind.national, value=national, preferred=True
        )
        nation = pd.concat([nation, row])
    return dataclasses.replace(
        data,
        area_figures=pd.concat([figures, mine]),
        national_figures=nation,
        digest=f"{measure}{value}{national}",
    )


def only(data: Data, measure: str) -> pd.Series:
    found = other_measures(data, "Cumbria")
    return found[found["measure"] == measure].iloc[0]


def test_kinds_are_named() -> None:
    assert {name: kind.label for name, kind in KINDS.items()} == snapshot(
        {
            "notification_breaches": "people cautioned or convicted for breach of notification",
            "revocations_granted": "lifetime notifications revoked on application",
            "violent_count": "violent offenders (category 2)",
            "level2_placements": "placements at level 2",
            "level3_placements": "placements at level 3",
        }
    )
    assert {name: (kind.registered, kind.per) for name, kind in KINDS.items()} == {
        "notification_breaches": (True, 100),
        "revocations_granted": (True, 1000),
        "violent_count": (False, 100_000),
        "level2_placements": (True, 100),
        "level3_placements": (True, 100),
    }


def test_a_measure_of_registered_offenders(data: Data) -> None:
    """59 breaches of 594 people, 1,000 of the nation's 62,435."""
    row = only(with_value(data, "notification_breaches", 59.0), "notification_breaches")
    assert list(row.index) == list(Measure.declared())
    assert (row["value"], row["base"], row["per"]) == (59, 594, 100)
    assert row["rate"] == pytest.approx(5900 / 594)
    low, high = exact_limits(59)
    assert (row["low"], row["high"]) == pytest.approx((100 * low / 594, 100 * high / 594))
    assert (row["national_value"], row["national_rate"]) == (1000, pytest.approx(1e5 / 62_435))
    assert row["ratio"] == pytest.approx(59 / 594 / (1000 / 62_435))
    expected = 594 * 1000 / 62_435
    assert row["p_value"] == pytest.approx(2 * stats.poisson.sf(58, expected), rel=1e-6)
    assert "above" in row["caution"]
    assert row["per_name"] == "registered offenders"
    assert (row["quality"], row["source"], row["note"]) == ("printed", "a source", "noted")
    assert (row["label"], row["date"]) == (KINDS["notification_breaches"].label, DAY)


def test_a_measure_of_people(data: Data) -> None:
    """900 violent offenders of 449,975 people, 100,000 of the nation's 52,252,671."""
    changed = with_value(data, "violent_count", 900.0, national=100_000.0)
    row = only(changed, "violent_count")
    assert (row["base"], row["per_name"]) == (449_975, "people aged 10 and over")
    assert row["rate"] == pytest.approx(9e7 / 449_975)
    assert row["ratio"] == pytest.approx(900 / 449_975 / (100_000 / 52_252_671))
    expected = 449_975 * 100_000 / 52_252_671
    assert row["p_value"] == pytest.approx(
        min(1, 2 * min(stats.poisson.cdf(900, expected), stats.poisson.sf(899, expected))), rel=1e-6
    )


@pytest.mark.parametrize("national", [None, 0.0])
def test_without_a_national_value_there_is_no_ratio(data: Data, national: float | None) -> None:
    row = only(with_value(data, "level2_placements", 5.0, national), "level2_placements")
    assert row["rate"] == pytest.approx(500 / 594)
    assert math.isnan(row["ratio"]) and math.isnan(row["p_value"])
    assert row["caution"] == ""


def test_without_a_base_there_is_no_rate(data: Data) -> None:
    """Surrey has no count; on a day without denominators there are no people."""
    changed = with_value(data, "level2_placements", 5.0)
    figures = changed.area_figures
    moved = figures["measure"] == "level2_placements"
    surrey = dataclasses.replace(
        changed, area_figures=figures.assign(area=figures["area"].mask(moved, "Surrey")), digest="s"
    )
    row = other_measures(surrey, "Surrey").iloc[0]
    assert math.isnan(row["base"]) and math.isnan(row["rate"]) and math.isnan(row["ratio"])
    violent = with_value(data, "violent_count", 900.0)
    figures = violent.area_figures
    old = figures["measure"] == "violent_count"
    early = figures.assign(date=figures["date"].mask(old, pd.Timestamp("1990-03-31")))
    undated = dataclasses.replace(violent, area_figures=early, digest="e")
    assert math.isnan(only(undated, "violent_count")["base"])


def test_measures_come_in_their_order_and_the_latest_value_first(data: Data) -> None:
    figures = data.area_figures[data.area_figures["area"] == "Cumbria"]
    found = other_measures(data, "Cumbria")
    names = list(found["measure"].unique())
    assert names == [name for name in KINDS if name in names] != sorted(names)
    for name, rows in found.groupby("measure"):
        assert name in KINDS
        assert rows["date"].is_monotonic_decreasing
        assert len(rows) <= (figures["measure"] == name).sum()


@pytest.mark.parametrize(
    ("ratio", "p", "side"),
    [
        (2.5, 0.001, "above"),
        (0.4, 0.001, "below"),
        (2.0, 0.001, ""),
        (0.5, 0.001, ""),
        (2.5, 0.002, ""),
        (np.nan, 0.001, ""),
        (2.5, np.nan, ""),
    ],
)
def test_a_rate_that_chance_cannot_make_is_cautioned_about(
    ratio: float, p: float, side: str
) -> None:
    said = f"so far {side} that the area may count another event"
    assert caution(ratio, p) == (said if side else "")
