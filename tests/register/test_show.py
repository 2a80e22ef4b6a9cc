"""The record, the command and the notebook of the register question."""

from __future__ import annotations

import dataclasses
import json
import re

import nbformat
import pytest
from later_rows import append
from typer.testing import CliRunner

from mappa.commands import _register_all, app
from mappa.errors import UsageError
from mappa.forecasts.record import build
from mappa.register.effects.references import references
from mappa.studies.register import register
from mappa.words import numbers as n
from mappa.words.forecasts import answer as forecast_words
from mappa.words.register import answer as words

AS_OF = "2020-03-31"


def run(*args, data=None):
    if not app.registered_groups:
        _register_all()
    before = ["--data", str(data)] if data else []
    return CliRunner().invoke(app, [*before, "register", "show", *args])


@pytest.fixture(scope="module")
def record(data):
    return build(data, "Cumbria", AS_OF)


def test_json_has_what_is_promised(data):
    result = run("--as-of", AS_OF, "--horizon", "4", "--json")
    assert result.exit_code == 0, result.output
    r = json.loads(result.output)
    assert {p["kind"] for p in r["stock"]} == {"fitted", "forecast"}
    assert {"date", "kind", "median", "low", "high"} <= set(r["stock"][0])
    assert [p["date"] for p in r["stock"] if p["kind"] == "forecast"][-1] == "2024-03-31"
    for part in ("accounting", "attribution", "counterfactuals", "benchmarks", "diagnostics"):
        assert r[part], part
    assert isinstance(r["seed"], int)
    assert {"name", "date", "value"} <= set(r["benchmarks"][0])
    assert r["accounting"]["published_growth"] == 2141
    assert len(r["attribution"]) >= 3
    assert min(int(a["reference"][:4]) for a in r["attribution"]) < 2005


def test_rows_after_the_date_change_no_byte(data_copy):
    before = run("--json", "--as-of", AS_OF, data=data_copy).output
    append(data_copy)
    after = run("--json", "--as-of", AS_OF, data=data_copy).output
    assert after == before


def test_the_answer_gives_terms_lengths_volume_and_remainder(record):
    text = words.answer(record)
    main = record.attribution[0]
    for number in (
        n.count(2141),
        n.count(-record.counterfactuals[0].growth_difference.median),
        n.count(main.lengths.median, sign=True),
        n.count(main.entry.median, sign=True),
        n.count(record.accounting.remainder.median, sign=True),
    ):
        assert number in text


def all_numbers(value):
    if isinstance(value, dict):
        for v in value.values():
            yield from all_numbers(v)
    elif isinstance(value, list):
        for v in value:
            yield from all_numbers(v)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def test_every_count_in_the_words_is_in_the_record(record):
    known = set()
    for value in all_numbers(record.as_dict()):
        for v in (value, -value):
            known |= {n.count(abs(v)), n.percent(abs(v), 0).rstrip("%")}
    momentum = record.attribution[0]
    known.add(n.count(momentum.momentum_indefinite.median + momentum.momentum_fixed.median))
    parts = [words.answer, words.certainty, words.accounting, words.indefinite, words.long_run]
    for part in parts:
        for number in re.findall(r"\d[\d,]*(?:\.\d+)?", part(record)):
            plain = number.rstrip(",")
            if plain in {"90", "31", "2020", "2009", "10", "30", "80", "15", "7"}:
                continue  # levels, dates and terms
            assert plain in known, (part.__name__, plain)


def test_the_expectations_of_the_prototype(record):
    """Orders of magnitude found by an independent prototype with other inputs."""
    main, a = record.attribution[0], record.accounting
    assert main.reference == "2009/10"
    assert abs(main.lengths.median) < 0.1 * a.published_growth
    drivers = {d.name.rsplit(".", 1)[-1]: d.median for d in main.drivers}
    assert abs(drivers["threshold"]) < 60
    assert 300 < drivers["mix"] < 1100
    assert main.momentum_indefinite.median > 700
    assert 0.40 < record.indefinite_share.median < 0.54
    assert record.indefinite_growth.median > 0.75 * a.net.median
    ten = record.counterfactuals[0]
    assert -1300 < ten.growth_difference.median < -600
    assert 45_000 < ten.stock.median < 56_000
    assert 68_000 < record.long_run[1].median < 86_000
    assert a.remainder.low < 200 < a.remainder.high or abs(a.remainder.median) < 400


def test_longer_sentences_lower_then_raise(record):
    effect = {r["years"]: r["median"] for r in record.impulse if r["kind"] == "all"}
    crossing = {r["years"]: r["high"] for r in record.impulse if r["kind"] == "crossing"}
    assert effect[1] < 0
    assert effect[5] < effect[3] < effect[1]
    assert crossing[5] < 1e-6 < crossing[10]


def test_drivers_without_figures_are_hatched(record):
    assert "served" in record.attribution[0].hatched
    assert "life" in record.attribution[0].hatched
    assert "volume" not in record.attribution[0].hatched


@pytest.mark.parametrize(
    ("args", "words_"),
    [
        (["--reference", "1990/91"], "write a year to March from "),
        (["--reference", "soon"], "There is no reference year 'soon'"),
        (["--horizon", "99"], "it can be 0 to 10."),
        (["--as-of", "2020-05-01"], "No national count and population"),
        (["--force", "Cumbira"], "did you mean 'Cumbria'"),
    ],
)
def test_mistakes_get_one_sentence(args, words_):
    result = run(*args)
    assert result.exit_code != 0
    assert words_ in str(result.exception)
    assert isinstance(result.exception, UsageError)


def test_another_reference_comes_first(data):
    made = build(data, "Cumbria", AS_OF, reference="2007/08", draws=20)
    assert made.reference == "2007/08"
    assert made.attribution[0].reference == "2007/08"
    assert len(references(2020.25, 1997 + 8 / 12, "2007/08")) == 5


def test_study_has_every_part(data):
    study = register("Cumbria", AS_OF, data=data)
    for name in [
        "sentence",
        "certainty",
        "accounting",
        "accounting_table",
        "indefinite",
        "class_table",
        "attribution_table",
        "lengths",
        "counterfactual_table",
        "rule_result",
        "impulse_table",
        "long_run",
        "misfit",
        "told",
        "parameter_table",
        "assumptions",
        "status",
        "leaks",
        "terms_table",
        "local",
        "settle",
        "settle_table",
        "what_ifs",
        "benchmarks_table",
        "forecast",
    ]:
        assert getattr(study, name) is not None, name
    for name in [
        "attribution_chart",
        "accounting_chart",
        "stock_chart",
        "impulse_chart",
        "contraction_chart",
        "inputs_chart",
        "forecast_chart",
    ]:
        exhibit = getattr(study, name)
        assert exhibit.alt.endswith(".")
        assert len(exhibit.headline.split()) <= 14
        assert exhibit.svg().startswith("<svg")
    what_if = study.scenario(threshold_months=48, since="2010-04")
    assert what_if.chart.svg().startswith("<svg")
    assert what_if.sentence.startswith("Supposed for those sentenced from 1 April 2010 on")


def test_figures_published_later_are_counted(record):
    assert record.leaks
    assert forecast_words.published_later(record).endswith("could not have had them.")
    none = dataclasses.replace(record, leaks=())
    assert forecast_words.published_later(none) == (
        "Every figure used was published by 31 March 2020."
    )


def test_notebook_is_thin(root):
    book = nbformat.read(root / "notebooks" / "3-register.ipynb", as_version=4)
    tags = [t for c in book.cells for t in c.metadata.get("tags", [])]
    assert tags == ["parameters", "answer", "answer-figure", "record"]
    for c in book.cells:
        if c.cell_type == "code":
            assert len(c.source.splitlines()) <= 13
            assert "def " not in c.source
            assert not c.outputs
