"""What is the same for every force is computed once: kept results show the same bytes."""

from __future__ import annotations

import pandas as pd
import pytest

from mappa.forecasts.backtest import RollingOrigins, rolling_origins
from mappa.forecasts.scores import SealScore, seal_scores
from mappa.growth import answer
from mappa.plot.cached import StoredExhibit, kept
from mappa.plot.growth import charts as growth_charts
from mappa.plot.register import charts
from mappa.records import restored
from mappa.register.answers.build import build
from mappa.register.answers.scenarios import build as scenario

AS_OF = "2020-03-31"
NATIONAL = ("attribution", "accounting", "impulse", "stock", "contraction", "inputs")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and a way to forget what this process remembers."""
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path))
    rolling_origins.cache_clear()
    yield tmp_path
    rolling_origins.cache_clear()


def kept_files(cache):
    return sorted(p for p in cache.rglob("*") if p.suffix in (".json", ".npz"))


def drawn(force, data, day=AS_OF):
    record = build(data, force, day)
    return {name: kept(getattr(charts, name), record, force="") for name in NATIONAL}


def shown(force, data):
    supposed = scenario(data, AS_OF, {"threshold_months": 48}, draws=10)
    parts = [repr(supposed), repr(rolling_origins(data)), repr(seal_scores(data))]
    return parts + [(c._repr_html_(), repr(c)) for c in drawn(force, data).values()]


def test_a_page_of_kept_results_is_the_page_that_computed_them(cache, data):
    first = shown("Cumbria", data)
    rolling_origins.cache_clear()
    made = kept_files(cache)
    assert shown("Cumbria", data) == first
    assert kept_files(cache) == made and len(made) >= len(NATIONAL)
    chart = drawn("Cumbria", data)["attribution"]
    assert chart._repr_html_() and "drawn" not in vars(chart)  # it was not drawn
    assert isinstance(chart, StoredExhibit)
    assert chart.figure is chart.drawn.figure and repr(chart).startswith("Exhibit(")


def test_another_force_finds_what_the_first_one_computed(cache, data):
    first = shown("Cumbria", data)
    made = kept_files(cache)
    assert shown("Kent", data) == first
    assert kept_files(cache) == made


@pytest.mark.slow
def test_another_date_finds_nothing_of_it(cache, data):
    one, other = (drawn("Cumbria", data, day)["inputs"] for day in (AS_OF, "2019-03-31"))
    assert one._repr_html_() != other._repr_html_()


def of_the_nation(force, data):
    record = answer(data, force, AS_OF).of_the_nation()
    return [
        kept(draw, record)
        for draw in (growth_charts.nation, growth_charts.yearly, growth_charts.contribution)
    ]


def test_growth_keeps_the_charts_that_are_the_same_for_two_forces(cache, data):
    first = [chart._repr_html_() for chart in of_the_nation("Kent", data)]
    made = kept_files(cache)
    again = of_the_nation("Surrey", data)  # neither has a count, so no bar is its own
    assert [chart._repr_html_() for chart in again] == first and kept_files(cache) == made
    assert not any("drawn" in vars(chart) for chart in again)
    assert [chart.drawn._repr_html_() for chart in again] == first  # drawn, they are the same


def test_a_chart_of_the_nation_names_no_area_but_those_of_its_numbers(data):
    record = answer(data, "Cumbria", AS_OF)
    marked, plain = (
        growth_charts.contribution(record),
        growth_charts.contribution(record.of_the_nation()),
    )
    assert marked.svg() != plain.svg() and marked.data.equals(plain.data)


def test_what_a_kept_chart_says_of_itself_hangs_on_no_setting_of_pandas(cache, data):
    with pd.option_context("display.width", 20, "display.max_columns", 2):
        narrow = repr(drawn("Cumbria", data)["inputs"])
    chart = drawn("Cumbria", data)["inputs"]
    assert narrow == repr(chart) == repr(chart.drawn)


def test_records_come_back_as_they_were(data):
    computed = rolling_origins(data.until(AS_OF))
    assert restored(RollingOrigins, computed.as_dict()) == computed
    for score in seal_scores(data):
        assert restored(SealScore, score.as_dict()) == score


def test_no_national_chart_names_the_force(data):
    for chart in drawn("Cumbria", data).values():
        assert "Cumbria" not in chart.headline + chart.alt + chart.subtitle + chart.source
