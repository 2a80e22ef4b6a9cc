"""The change on the year by hand: a few areas, one of them known by a printed percentage alone."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.rates import change

DAY, BEFORE, FIRST = (pd.Timestamp(f"{year}-03-31") for year in (2020, 2019, 2017))
COUNTS = {
    "Cumbria": (500, 520),
    "Kent": (1000, 1030),
    "Essex": (1500, 1530),
    "Norfolk": (800, 830),
    "Suffolk": (700, 710),
    "Durham": (600, 640),
}
NATION = {FIRST: 50_000.0, BEFORE: 60_000.0, DAY: 62_400.0}


def figures(data: Data, rows: list[dict[str, Any]], nation: dict[Any, float] = NATION) -> Data:
    """Return the data with these figures of areas and of the nation only."""
    plain = {"measure": "rso_count", "basis": "all_levels", "quality": "printed", "note": ""}
    table = pd.DataFrame([plain | {"sources": "s", "preferred": True} | row for row in rows])
    template = data.national_figures[data.national_figures["measure"] == "rso_count"].iloc[[0]]
    national = pd.concat(
        [template.assign(date=day, value=value, preferred=True) for day, value in nation.items()]
    )
    digest = str(hash((table.to_csv(), national.to_csv())))
    return dataclasses.replace(
        data, area_figures=table, national_figures=national, digest=f"toy{digest}"
    )


def counted(*more: dict[str, Any], without: str = "") -> list[dict[str, Any]]:
    rows = [
        {"area": area, "date": day, "value": float(value)}
        for area, pair in COUNTS.items()
        if area != without
        for day, value in zip((BEFORE, DAY), pair, strict=True)
    ]
    return [*rows, *more]


#: Surrey rose by 40% to 1,400; no count of the year before is printed.
PRINTED = (
    {"area": "Surrey", "date": DAY, "value": 1400.0},
    {"area": "Surrey", "date": DAY, "value": 40.0, "measure": "rso_change_pct"},
)


@pytest.fixture(scope="module")
def toy(data: Data) -> Data:
    return figures(data, counted(*PRINTED))


def logs() -> dict[str, float]:
    return {area: math.log(b / a) for area, (a, b) in COUNTS.items()} | {"Surrey": math.log(1.4)}


def test_growth_is_of_two_counts_or_of_a_printed_percentage(toy: Data) -> None:
    table = change.growth_table(toy, DAY)
    assert table["growth"].to_dict() == pytest.approx(logs())
    assert set(table["known"].drop("Surrey")) == {"both counts"}
    assert table.loc["Surrey", "known"] == "printed percentage"
    assert table.loc["Surrey", "before"] == pytest.approx(1000)
    values = np.array(list(logs().values()))
    robust = 1.4826 * np.median(abs(values - np.median(values)))
    sds = (values - np.median(values)) / robust
    assert table["robust_sds"].to_dict() == pytest.approx(dict(zip(logs(), sds, strict=True)))
    assert table.index[table["outlier"]].tolist() == ["Surrey"]


def test_a_percentage_beside_a_count_on_another_basis_is_not_used(data: Data) -> None:
    other = {"area": "Surrey", "date": BEFORE, "value": 900.0, "basis": "level_1"}
    table = change.growth_table(figures(data, counted(*PRINTED, other)), DAY)
    assert "Surrey" not in table.index


@pytest.mark.parametrize(
    "doubtful", [{"basis": "level_1"}, {"preferred": False}, {"quality": "date_inferred"}]
)
def test_a_count_that_is_not_sure_makes_no_growth(data: Data, doubtful: dict[str, Any]) -> None:
    rows = counted(
        {"area": "Cumbria", "date": BEFORE, "value": 500.0} | doubtful, without="Cumbria"
    )
    found = figures(data, [*rows, {"area": "Cumbria", "date": DAY, "value": 520.0}])
    assert change.sure_counts(found, DAY)["Cumbria"] == 520
    assert "Cumbria" not in change.growth_table(found, DAY).index
    status = change.year_change(found, "Cumbria", DAY).status
    assert status == "no count a year earlier was made in the same way"


def test_with_equal_growth_there_is_no_outlier(data: Data) -> None:
    rows = [
        {"area": area, "date": day, "value": value}
        for area in COUNTS
        for day, value in ((BEFORE, 1000.0), (DAY, 1040.0))
    ]
    table = change.growth_table(figures(data, rows), DAY)
    assert table["robust_sds"].tolist() == [0.0] * 6
    assert not table["outlier"].any()


def test_an_outlying_percentage_is_a_doubt_and_two_counts_are_none(data: Data, toy: Data) -> None:
    found = change.doubt(toy, "Surrey", DAY)
    assert found is not None
    assert (found.area, found.date, found.value) == ("Surrey", BEFORE, pytest.approx(1000))
    assert found.growth == pytest.approx(0.4)
    assert found.robust_sds == change.growth_table(toy, DAY).loc["Surrey", "robust_sds"] > 5
    assert change.doubt(toy, "Kent", DAY) is change.doubt(toy, "London", DAY) is None
    both = counted(*PRINTED, {"area": "Surrey", "date": BEFORE, "value": 1000.0})
    assert change.growth_table(figures(data, both), DAY).loc["Surrey", "outlier"]
    assert change.doubt(figures(data, both), "Surrey", DAY) is None


def test_the_spread_of_growth_meets_paule_and_mandels_equation(toy: Data) -> None:
    """Sum of squares over 2 x / N0 + tau^2 is the number of areas; none where chance suffices."""
    table = change.growth_table(toy, DAY)
    for turnover in (change.TURNOVER, 0.02):
        tau = change.growth_spread(table, 0.03, turnover)
        squares = (table["growth"] - 0.03) ** 2 / (2 * turnover / table["before"] + tau**2)
        assert squares.sum() == pytest.approx(len(table))
    assert change.growth_spread(table, 0.03) == change.growth_spread(table, 0.03, change.TURNOVER)
    calm = table[~table["outlier"]]
    assert change.growth_spread(calm, float(calm["growth"].mean()), 0.5) == 0.0


def test_the_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert change.year_before(pd.Timestamp("2020-02-29")) == pd.Timestamp("2019-02-28")


def test_z_by_chance_alone() -> None:
    """100 to 110 against growth of 4% at a turnover of 23%: 6 over sqrt(0.5 x 100)."""
    assert change.change_z(100, 110, 0.04, 0.23) == pytest.approx(6 / math.sqrt(50))


def test_the_nations_year_with_and_without_the_outlier(toy: Data) -> None:
    found = change.nation_year(toy, DAY)
    assert found is not None
    table = change.growth_table(toy, DAY)
    assert found.growth == pytest.approx(math.log(1.04))
    assert found.growth_without == pytest.approx(math.log((62_400 - 1400) / (60_000 - 1000)))
    assert found.spread == change.growth_spread(table, found.growth)
    calm = table[~table["outlier"]]
    assert found.spread_without == change.growth_spread(calm, found.growth_without)
    assert (found.areas, found.outliers) == (7, ("Surrey",))


def test_a_year_of_too_few_areas_or_without_a_national_count(data: Data) -> None:
    rows = counted()
    four = [row for row in rows if row["area"] not in ("Durham", "Suffolk")]
    assert change.nation_year(figures(data, four), DAY) is None
    found = change.year_change(figures(data, four), "Kent", DAY)
    assert (found.status, found.change) == ("", 30)
    for name in ("z_with", "z_without", "verdict", "verdict_with", "areas", "spread_with"):
        assert getattr(found, name) is None
    assert found.spread_without is found.national_growth_without is None
    assert found.outliers == []
    five = [row for row in rows if row["area"] != "Durham"]
    assert change.nation_year(figures(data, five), DAY) is not None
    alone = figures(data, rows, {DAY: 62_400.0})
    assert change.nation_year(alone, DAY) is None
    assert change.year_change(alone, "Kent", DAY).status == "no national count a year before"


def test_the_change_of_an_area(toy: Data) -> None:
    """Kent: 1,000 to 1,030 beside a nation that grew by 4%."""
    found, nation = change.year_change(toy, "Kent", DAY), change.nation_year(toy, DAY)
    assert nation is not None
    assert (found.status, found.before, found.quality_before) == ("", "2019-03-31", "printed")
    assert (found.count_before, found.change, found.growth) == (1000, 30, pytest.approx(0.03))
    assert found.national_growth == pytest.approx(0.04)
    assert found.national_growth_without == pytest.approx(61_000 / 59_000 - 1)
    assert found.z_chance == {
        f"{x:g}": pytest.approx(-10 / math.sqrt((2 * x + 0.04) * 1000)) for x in change.TURNOVERS
    }
    for z, growth, spread in (
        (found.z_with, nation.growth, found.spread_with),
        (found.z_without, nation.growth_without, found.spread_without),
    ):
        assert spread is not None
        sd = math.sqrt(2 * change.TURNOVER / 1000 + spread**2)
        assert z == pytest.approx((math.log(1.03) - growth) / sd)
    assert (found.spread_with, found.spread_without) == (nation.spread, nation.spread_without)
    assert (found.areas, found.outliers) == (7, ["Surrey"])
    assert found.verdict == found.verdict_with == "not unusual"
    assert found.doubt is None
    assert found.first is found.compound is None


def test_how_the_earlier_count_is_known_is_read_of_the_area_and_its_day(data: Data) -> None:
    own = (
        {"area": "Kent", "date": DAY, "value": 1030.0},
        {"area": "Kent", "date": BEFORE, "value": 1000.0, "quality": "derived"},
    )
    found = change.year_change(figures(data, counted(*own, without="Kent")), "Kent", DAY)
    assert found.quality_before == "derived"


def test_verdicts_are_of_their_own_z(data: Data) -> None:
    """Durham rises by a third: beyond all others, and beyond 95% with itself in the spread."""
    rows = counted({"area": "Durham", "date": DAY, "value": 800.0}, without="Durham")
    found = change.year_change(
        figures(data, [*rows, {"area": "Durham", "date": BEFORE, "value": 600.0}]), "Durham", DAY
    )
    assert found.outliers == ["Durham"]
    assert found.z_with is not None and found.z_without is not None
    assert found.verdict == change.words_of_z(found.z_without) == "outside 99.8%"
    assert found.verdict_with == change.words_of_z(found.z_with) == "outside 95%"


@pytest.mark.parametrize(
    ("z", "words"),
    [(0, "not unusual"), (1.95, "not unusual"), (-1.97, "outside 95%"), (3.08, "outside 95%"),
     (3.1, "outside 99.8%"), (-4, "outside 99.8%")],
)  # fmt: skip
def test_words_of_z(z: float, words: str) -> None:
    assert change.words_of_z(z) == words


def test_growth_since_the_first_known_count(data: Data) -> None:
    """400 in 2017 to 520 in 2020, three years; the nation 50,000 to 62,400."""
    first = {"area": "Cumbria", "date": FIRST, "value": 400.0}
    found = change.year_change(figures(data, counted(first)), "Cumbria", DAY)
    assert (found.first, found.first_count) == ("2017-03-31", 400)
    assert found.compound == pytest.approx(1.3 ** (1 / 3) - 1)
    assert found.national_compound == pytest.approx(1.248 ** (1 / 3) - 1)
    doubtful = {"area": "Kent", "date": FIRST, "value": 900.0}
    for change_of in ({"basis": "level_1"}, {"preferred": False}, {"quality": "date_inferred"}):
        other = change.year_change(figures(data, counted(doubtful | change_of)), "Kent", DAY)
        assert other.first is None  # one year back is too little
    assert change.year_change(figures(data, counted(first)), "Essex", DAY).compound is None
    # A count of a date without a national one is no start.
    odd = {"area": "Kent", "date": pd.Timestamp("2016-03-31"), "value": 900.0}
    assert change.year_change(figures(data, counted(odd)), "Kent", DAY).first is None


def test_two_years_are_the_least_for_compound_growth(data: Data) -> None:
    two = {"area": "Kent", "date": pd.Timestamp("2018-03-31"), "value": 900.0}
    nation = NATION | {pd.Timestamp("2018-03-31"): 55_000.0}
    found = change.year_change(figures(data, counted(two), nation), "Kent", DAY)
    assert found.compound == pytest.approx((1030 / 900) ** 0.5 - 1)


def test_an_area_without_a_count_keeps_its_doubt_and_its_past(data: Data) -> None:
    found = change.year_change(figures(data, counted()), "Surrey", DAY)
    assert found.status == "there is no reliable count for the date"
    printed = change.year_change(figures(data, counted(*PRINTED)), "Surrey", DAY)
    assert printed.status == "no count a year earlier was made in the same way"
    assert printed.doubt is not None
    first = {"area": "Surrey", "date": FIRST, "value": 1000.0}
    known = change.year_change(figures(data, counted(*PRINTED, first)), "Surrey", DAY)
    assert known.first_count == 1000
    missing = change.year_change(
        figures(data, counted(*PRINTED, first), {DAY: 62_400.0, FIRST: 50_000.0}), "Surrey", DAY
    )
    assert missing.compound == pytest.approx(1.4 ** (1 / 3) - 1)


def test_the_root_of_the_spread_is_found_up_to_ten() -> None:
    """A frame whose areas differ without measure: tau^2 = 9 for growths of 3 and -3."""
    table = pd.DataFrame({"growth": [3.0, -3.0], "before": [1e12, 1e12]})
    assert change.growth_spread(table, 0.0) == pytest.approx(3.0)
