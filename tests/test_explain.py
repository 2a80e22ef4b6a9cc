"""Every number of the record can be traced to formula, function, rows and sources."""

from __future__ import annotations

import dataclasses
import math

import pytest

from mappa.errors import UnknownName
from mappa.rates.explain import explain, resolve
from mappa.rates.record import RateRecord
from mappa.rates.traces import CHANGE, TRACES
from mappa.rates.verdict import assess
from mappa.words.rate_explain import lines


@pytest.fixture(scope="module")
def cumbria(figures):
    return assess(figures, "Cumbria", "2020-03-31")


def test_every_key_has_a_trace() -> None:
    assert set(TRACES) == {f.name for f in dataclasses.fields(RateRecord)}


def test_every_function_exists() -> None:
    for name, trace in TRACES.items():
        assert resolve(trace.function) is not None, name


def test_rate_is_traced_to_its_row(figures, cumbria) -> None:
    found = explain(figures, cumbria, "rate")
    assert found.worked.startswith("100,000 x 594 / 449,975 = 132.00")
    row = next(r for r in found.rows if r["table"] == "area_figures.csv")
    line = (figures.folder / "area_figures.csv").read_text().splitlines()[row["row"] - 1]
    assert line.startswith("Cumbria,2020-03-31,rso_count,594")
    named = {s for r in found.rows for s in r["sources"].split()}
    assert {s["source"] for s in found.sources} == named
    assert any("in-cumbria.com" in s["url"] for s in found.sources)
    assert "Garwood" in found.method_source


@pytest.mark.parametrize("name", ["rate", "national_rate", "pool_rate", "ratio", "people_gap",
                                  "comparator_rate", "margin_low", "z_overdispersed"])  # fmt: skip
def test_worked_formulas_give_the_value(figures, cumbria, name) -> None:
    left, _, right = explain(figures, cumbria, name).worked.partition(" = ")
    sums = left.replace(",", "").replace(" x ", " * ").replace("^", "**")
    value = eval(sums, {"ln": math.log, "sqrt": math.sqrt, "max": max})
    assert value == pytest.approx(float(right), rel=1e-5)


def test_every_key_explains_itself_in_words(figures, cumbria) -> None:
    for name in TRACES:
        told = lines(explain(figures, cumbria, name))
        assert told[0].startswith(f"{name}: ")
        assert any("formula" in line for line in told)


def test_nested_numbers(figures, cumbria) -> None:
    z = explain(figures, cumbria, "change.z_chance").value
    assert z["0.17"] == pytest.approx(-1.684, abs=1e-3)
    assert explain(figures, cumbria, "methods.0").formula == cumbria.methods[0].method
    assert explain(figures, cumbria, "sensitivity_tally.higher").value > 0
    rows = explain(figures, cumbria, "change.growth").rows
    assert {"594", "598"} <= {r["cells"].split("value ")[1].split(",")[0] for r in rows}
    known = {f.name for f in dataclasses.fields(cumbria.change)}
    assert set(CHANGE) <= known


@pytest.mark.parametrize("name", ["rates", "change.grwoth", "methods.99", "ratio.x"])
def test_unknown_keys_suggest(figures, cumbria, name) -> None:
    with pytest.raises(UnknownName) as caught:
        explain(figures, cumbria, name)
    assert caught.value.exit_status == 2


def test_an_area_without_a_count(figures) -> None:
    surrey = assess(figures, "Surrey", "2020-03-31")
    for name in ("count", "rate", "pool_rate", "missing.pool_rate", "comparator_count"):
        assert lines(explain(figures, surrey, name))
    assert explain(figures, surrey, "rate").value is None
