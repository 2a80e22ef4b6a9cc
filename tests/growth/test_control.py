"""The control chart: a worked example, segments, gaps, few points, and what it says of areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.errors import UnknownName, UsageError
from mappa.growth import answer, control_chart, counts, known_rates
from mappa.growth.control import D2, FEWEST
from mappa.plot.exhibit import Exhibit
from mappa.plot.growth import area as area_charts
from mappa.words.growth import model

COUNTS = [100, 120, 90, 110, 80, 100, 100, 100]
DAY = "2020-03-31"


def yearly(values: Sequence[float], people: float = 10_000) -> pd.DataFrame:
    days = pd.date_range("2011-03-31", periods=len(values), freq=pd.DateOffset(years=1))
    return pd.DataFrame({"date": days, "value": values, "people": people})


def test_a_chart_worked_by_hand() -> None:
    """U is 800 in 80,000; s is .001; z runs 0, 2, -1, 1, -2, 0, 0, 0; the mean range is 12 / 7."""
    chart = control_chart(yearly(COUNTS), per=1)
    reach = 3 * 0.001 * (12 / 7) / 1.128379
    assert chart["centre"].tolist() == pytest.approx([0.01] * 8)
    assert chart["inflation"].iloc[0] == pytest.approx(12 / 7 / 1.128379, rel=1e-6)
    assert chart["low"].tolist() == pytest.approx([0.01 - reach] * 8, rel=1e-6)
    assert chart["high"].tolist() == pytest.approx([0.01 + reach] * 8, rel=1e-6)
    assert not chart["outside"].any() and set(chart["points"]) == {8}


def test_limits_are_wider_where_there_are_fewer_people_and_not_below_zero() -> None:
    rows = yearly(COUNTS).assign(people=[10_000] * 7 + [2_500], value=[*COUNTS[:7], 25])
    chart = control_chart(rows, per=1)
    reach = (chart["high"] - chart["centre"]).to_numpy()
    assert reach[7] == pytest.approx(2 * reach[0])
    tiny = control_chart(yearly([1, 0, 3, 0, 2, 0, 1, 5]))
    assert (tiny["low"] == 0).all()


def test_a_jump_is_outside() -> None:
    chart = control_chart(yearly([100, 102, 99, 101, 100, 98, 101, 100, 99, 180]))
    assert chart.index[chart["outside"]].year.tolist() == [2020]


def test_counts_that_are_poisson_have_no_inflation() -> None:
    values = np.random.default_rng(5).poisson(400, 4000).astype(float)
    days = pd.date_range("1700-01-01", periods=4000, freq="D")
    chart = control_chart(pd.DataFrame({"date": days, "value": values, "people": 1e4}))
    assert chart["inflation"].iloc[0] == pytest.approx(1, abs=0.03)
    # Three standard deviations leave out 0.27%; 4,000 draws give 11, give or take 3.
    assert 2 <= chart["outside"].sum() <= 24


def test_a_change_of_basis_starts_a_segment_and_a_gap_gives_no_range() -> None:
    first = yearly(COUNTS).assign(basis="a")
    second = yearly([200.0] * 8).assign(basis="b")
    second["date"] += pd.DateOffset(years=8)
    chart = control_chart(pd.concat([first, second]))
    assert chart["segment"].tolist() == [1] * 8 + [2] * 8
    alone = control_chart(first)
    assert chart["high"].iloc[:8].tolist() == pytest.approx(alone["high"].tolist())
    assert chart["centre"].iloc[-1] == pytest.approx(2000)
    # Without 2014 and its two ranges (3 and 2) the ranges of the others are left, about a new mean.
    gap = control_chart(pd.concat([first, second.head(1).assign(basis="a")]).drop(index=[3]))
    z = (gap["value"] / 1e4 - gap["centre"] / 1e5) / np.sqrt(gap["centre"] / 1e5 / 1e4)
    known = z[[d for d in z.index if d.year != 2014]].diff().abs()
    far = gap.index.to_series().diff().dt.days > 370
    assert gap["inflation"].iloc[0] == pytest.approx(known[~far].mean() / D2)


def test_people_estimated_anew_start_a_segment(data: Data) -> None:
    day = pd.Timestamp("2019-03-31")
    rows = pd.concat([yearly(COUNTS), yearly(COUNTS).assign(people=20_000.0)])
    rows["date"] = pd.date_range("2011-03-31", periods=16, freq=pd.DateOffset(years=1))
    chart = control_chart(rows, people_anew=day)
    assert chart["segment"].tolist() == [1] * 8 + [2] * 8 and not chart["outside"].any()
    assert set(control_chart(rows, people_anew=pd.Timestamp("2001-03-31"))["segment"]) == {1}
    # The populations of the tables break with the census, and the chart says so.
    record = answer(data, "Durham", "2024-03-31", 0)
    own = counts(data.until("2024-03-31"), "Durham")
    cut = control_chart(own, people_anew=record.population_break)
    beside = cut.assign(outside=False)
    drawn = area_charts.control(cut, beside, record)
    assert isinstance(drawn, Exhibit)
    assert cut.index[cut["segment"].diff() == 1][-1] == pd.Timestamp("2022-03-31")
    for text in (drawn.subtitle, drawn.alt):
        assert "From 31 March 2022 on, rates divide by populations based on a later census" in text
    assert answer(data, "Durham", DAY, 0).population_break is None


def test_few_points_have_no_limits_and_none_an_empty_chart() -> None:
    few = control_chart(yearly(COUNTS[: FEWEST - 1]))
    assert few[["low", "high"]].isna().all().all() and not few["outside"].any()
    assert few["centre"].notna().all()
    assert control_chart(yearly(COUNTS).assign(value=np.nan)).empty


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (yearly(COUNTS).drop(columns="people"), "no column called 'people'"),
        (yearly([-1.0] * 8), "must not be negative"),
        (yearly(COUNTS, people=0), "people must be above zero"),
        (pd.concat([yearly(COUNTS)] * 2), "is twice"),
    ],
)
def test_rows_that_cannot_be_charted_are_refused(rows: pd.DataFrame, said: str) -> None:
    with pytest.raises((UnknownName, UsageError), match=said):
        control_chart(rows)


def of_area(data: Data, area: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    known = data.until(DAY)
    own = counts(known, area)
    expected = own["people"] * own["date"].map(known_rates(known)[known.nation]) / 1e5
    return control_chart(own), control_chart(own.assign(people=expected), per=1)


def test_an_area_with_a_count_for_most_years(data: Data) -> None:
    chart, beside = of_area(data, "Cleveland")
    assert len(chart) >= FEWEST and chart["low"].notna().all()
    assert beside["rate"].iloc[-1] == pytest.approx(
        data.counts(DAY)["Cleveland"] / data.people(DAY)["Cleveland"] / (62_435 / 52_252_671)
    )
    record = answer(data, "Cleveland", DAY, 0)
    drawn = area_charts.control(chart, beside, record)
    assert isinstance(drawn, Exhibit)
    told = model.control(chart, beside, record)
    years = chart.index[chart["outside"]].year
    assert all(str(year) in told for year in years) and "provisional" in told


@pytest.mark.parametrize(("area", "said"), [("Cumbria", "there are four"), ("Surrey", "are none")])
def test_an_area_with_few_counts_is_told_so(data: Data, area: str, said: str) -> None:
    chart, beside = of_area(data, area)
    record = answer(data, area, DAY, 0)
    assert said in model.control(chart, beside, record)
    if area == "Surrey":
        assert said in str(area_charts.control(chart, beside, record))


def test_level_1_is_a_segment_of_its_own(data: Data) -> None:
    chart, _ = of_area(data, "Hampshire")
    assert chart["segment"].tolist() == [1, 1, 2, 3]
