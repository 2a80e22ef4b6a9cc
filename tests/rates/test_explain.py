"""Every number of the record can be traced to formula, function, rows and sources."""

from __future__ import annotations

import math
import pkgutil

import pytest

from mappa.data import Data
from mappa.errors import UnknownName
from mappa.rates.assess import assess
from mappa.rates.explain import explain
from mappa.rates.record import RateRecord
from mappa.words.rate.tables import lines


@pytest.fixture(scope="module")
def cumbria(data: Data) -> RateRecord:
    return assess(data, "Cumbria", "2020-03-31")


def test_every_key_says_how_it_is_computed() -> None:
    for name, told in RateRecord.declared().items():
        assert told["meaning"] and told["by"], name


def test_every_function_exists() -> None:
    for name, told in RateRecord.declared().items():
        assert pkgutil.resolve_name(f"mappa.{told['by']}") is not None, name


def test_rate_is_traced_to_its_row(data: Data, cumbria: RateRecord) -> None:
    found = explain(data, cumbria, "rate")
    assert found.worked.startswith("100,000 x 594 / 449,975 = 132.00")
    row = next(r for r in found.rows if r.table == "area_figures.csv")
    line = (data.folder / "area_figures.csv").read_text().splitlines()[row.row - 1]
    assert line.startswith("Cumbria,2020-03-31,rso_count,594")
    named = {s for r in found.rows for s in r.sources.split()}
    assert {s.source for s in found.sources} == named
    assert any("in-cumbria.com" in s.url for s in found.sources)
    assert "Garwood" in found.method_source


@pytest.mark.parametrize("name", ["rate", "national_rate", "pool_rate", "ratio", "people_gap",
                                  "comparator_rate", "margin_low"])  # fmt: skip
def test_worked_formulas_give_the_value(data: Data, cumbria: RateRecord, name: str) -> None:
    left, _, right = explain(data, cumbria, name).worked.partition(" = ")
    sums = left.replace(",", "").replace(" x ", " * ").replace("^", "**")
    value = eval(sums, {"ln": math.log, "sqrt": math.sqrt, "max": max})
    assert value == pytest.approx(float(right), rel=1e-5)


def test_every_key_explains_itself_in_words(data: Data, cumbria: RateRecord) -> None:
    for name in RateRecord.declared():
        told = lines(explain(data, cumbria, name))
        assert told[0].startswith(f"{name}: ")
        assert any("formula" in line for line in told)


def test_nested_numbers(data: Data, cumbria: RateRecord) -> None:
    z = explain(data, cumbria, "change.z_chance").value
    assert z["0.2"] == pytest.approx(-1.56, abs=5e-3)
    assert explain(data, cumbria, "methods.0").formula == cumbria.methods[0].method
    assert explain(data, cumbria, "sensitivity_tally.higher").value > 0
    rows = explain(data, cumbria, "change.growth").rows
    assert {"594", "598"} <= {r.cells.split("value ")[1].split(",")[0] for r in rows}


@pytest.mark.parametrize("name", ["rates", "change.grwoth", "methods.99", "ratio.x"])
def test_unknown_keys_suggest(data: Data, cumbria: RateRecord, name: str) -> None:
    with pytest.raises(UnknownName) as caught:
        explain(data, cumbria, name)
    assert caught.value.exit_status == 2


def test_an_area_without_a_count(data: Data) -> None:
    surrey = assess(data, "Surrey", "2020-03-31")
    for name in ("count", "rate", "pool_rate", "missing.pool_rate", "comparator_count"):
        assert lines(explain(data, surrey, name))
    assert explain(data, surrey, "rate").value is None
