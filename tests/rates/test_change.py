"""The change on the year, the outlier rule, and the areas without a count."""

from __future__ import annotations

import pandas as pd
import pytest

from mappa.data import Data
from mappa.growth.national import contributions
from mappa.rates import change, missing
from mappa.rates.assess import assess
from mappa.register.answers.build import build
from mappa.register.inputs.parameters import model_table

DAY = pd.Timestamp("2020-03-31")


def test_chance_of_a_stock_of_reference() -> None:
    growth = 62_435 / 60_294 - 1
    z = [change.change_z(598, 594, growth, x) for x in (0.086, 0.10, 0.17, 0.20)]
    assert [round(v, 2) for v in z] == [-2.27, -2.13, -1.68, -1.56]


def test_turnover_is_the_outflow_of_the_register_model(data: Data) -> None:
    row = model_table(data, "assumptions").set_index("id").loc["turnover"]
    assert row["value"] == f"{change.TURNOVER:g} of the stock a year"
    assert row["range"] == " to ".join(f"{x:g}" for x in change.TURNOVERS)
    record = build(data, "Cumbria", DAY)
    flows = {f.name: f.median for f in record.accounting.flows}
    out = sum(flows[f"flow.{name}"] for name in ("expiries", "deaths", "reviews"))
    fitted = [p for p in record.stock if p.kind == "fitted"]
    assert out / fitted[-2].median == pytest.approx(change.TURNOVER, abs=0.003)


def test_doubt_travels_with_the_figure_known_only_by_an_outlying_percentage(data: Data) -> None:
    found = change.year_change(data, "Thames Valley", DAY).doubt
    assert found is not None
    assert (found.date, round(found.value), round(found.growth, 2)) == (
        pd.Timestamp("2019-03-31"), 1412, 0.39,
    )  # fmt: skip
    assert change.doubt(data, "Cleveland", "2021-03-31") is None  # both its counts are printed
    doubts = contributions(data, DAY)["doubt"].dropna()
    assert list(doubts.index) == ["Thames Valley"]


def test_outlier_rule_names_the_case(data: Data) -> None:
    year = change.nation_year(data, DAY)
    assert year.outliers == ("Thames Valley",)
    assert round(year.growth_without, 3) == 0.027 or round(year.growth_without, 4) == 0.0266
    assert year.spread == pytest.approx(0.074, abs=0.003)
    assert year.spread_without == pytest.approx(0.026, abs=0.003)
    table = change.growth_table(data, DAY)
    row = table.loc["Thames Valley"]
    assert (row["known"], round(row["before"])) == ("printed percentage", 1412)


def test_growth_never_crosses_a_basis(data: Data) -> None:
    table = change.growth_table(data, DAY)
    for area in ("Hampshire", "South Wales", "West Midlands", "Suffolk"):
        assert area not in table.index


def test_change_of_reference(data: Data) -> None:
    c = change.year_change(data, "Cumbria", DAY)
    assert (c.count_before, c.change, c.quality_before) == (598, -4, "derived")
    assert c.verdict == c.verdict_with == "not unusual"
    assert -1.2 < c.z_without < -0.8
    assert (round(c.compound, 3), round(c.national_compound, 3)) == (0.071, 0.060)
    cleveland = change.year_change(data, "Cleveland", "2021-03-31")
    assert cleveland.outliers == ["Cleveland"]
    assert cleveland.verdict == "outside 99.8%"


def test_what_is_known_without_a_count(data: Data) -> None:
    found = missing.what_is_known(data.on(DAY), "Staffordshire")
    assert (found.count_low, found.count_high) == (1307, 1316)
    assert [s.when for s in found.nearest] == ["before", "after"]
    surrey = missing.what_is_known(data.on(DAY), "Surrey")
    assert surrey.nearest == surrey.printed == []
    assert surrey.count_low is None
    assert round(surrey.pool_rate, 2) == 120.32


def test_a_missing_count_is_never_a_number(data: Data) -> None:
    record = assess(data, "Surrey", DAY)
    told = record.as_dict()
    for name in (
        "count",
        "rate",
        "ratio",
        "people_gap",
        "z_overdispersed",
        "rank",
        "margin_verdict",
    ):
        assert told[name] is None, name
    assert told["methods"] == [] and told["sensitivity_total"] == 0
    assert "no count" in record.status
