"""What is the same for every force is computed once: kept results show the same bytes."""

from __future__ import annotations

import pandas as pd
import pytest

from mappa.forecasts import backtest as origins
from mappa.forecasts.backtest import RollingOrigins, rolling_origins
from mappa.forecasts.scores import SealScore, seal_scores
from mappa.plot.cached import StoredExhibit
from mappa.plot.exhibit import Exhibit
from mappa.records import restored
from mappa.register.answers import build as show
from mappa.studies.growth import growth
from mappa.studies.register import register

AS_OF = "2020-03-31"
NATIONAL = ("attribution", "accounting", "impulse", "stock", "contraction", "inputs")
CHARTS = (*NATIONAL, "seal", "forecast")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and a way to forget what this process remembers."""
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path))
    rolling_origins.cache_clear()
    yield tmp_path
    rolling_origins.cache_clear()


def kept_files(cache):
    return sorted(p for p in cache.rglob("*") if p.suffix in (".json", ".npz"))


def shown(study):
    parts = [study.what_ifs, study.origins_table, study.seals]
    parts += [getattr(study, f"{name}_chart") for name in CHARTS]
    return [(part._repr_html_(), repr(part)) for part in parts]


def test_a_page_of_kept_results_is_the_page_that_computed_them(cache, data):
    first = shown(register("Cumbria", AS_OF, data=data))
    rolling_origins.cache_clear()
    made = kept_files(cache)
    again = register("Cumbria", AS_OF, data=data)
    assert shown(again) == first
    assert kept_files(cache) == made and len(made) >= len(CHARTS)
    chart = again.attribution_chart
    assert isinstance(chart, StoredExhibit) and "drawn" not in vars(chart)  # it was not drawn
    assert chart.figure is chart.drawn.figure and repr(chart).startswith("Exhibit(")


def test_another_force_finds_what_the_first_one_computed(cache, data):
    first = shown(register("Cumbria", AS_OF, data=data))
    made = kept_files(cache)
    assert shown(register("Kent", AS_OF, data=data)) == first
    assert kept_files(cache) == made


def test_another_date_finds_nothing_of_it(cache, data):
    one, other = (register("Cumbria", day, data=data) for day in (AS_OF, "2019-03-31"))
    assert one.inputs_chart._repr_html_() != other.inputs_chart._repr_html_()


def of_the_nation(force, data):
    growing = growth(force, AS_OF, data=data, nation="benchmark")
    return [growing.nation_chart, growing.yearly_chart, growing.contribution_chart]


def test_growth_keeps_the_charts_that_are_the_same_for_two_forces(cache, data):
    first = [chart._repr_html_() for chart in of_the_nation("Kent", data)]
    made = kept_files(cache)
    again = of_the_nation("Surrey", data)  # neither has a count, so no bar is its own
    assert [chart._repr_html_() for chart in again] == first and kept_files(cache) == made
    assert not any("drawn" in vars(chart) for chart in again)
    assert [chart.drawn._repr_html_() for chart in again] == first  # drawn, they are the same


def test_a_force_that_the_chart_marks_has_a_chart_of_its_own(cache, data):
    parts = growth("Cumbria", AS_OF, data=data, nation="benchmark").record.contribution.parts
    assert "Cumbria" in {part.area for part in parts} and not {"Kent", "Surrey"} & {
        part.area for part in parts
    }
    one, other = (of_the_nation(force, data)[2] for force in ("Cumbria", "Kent"))
    assert type(one) is Exhibit and type(other) is not Exhibit
    assert one._repr_html_() != other._repr_html_()


def test_what_a_kept_chart_says_of_itself_hangs_on_no_setting_of_pandas(cache, data):
    with pd.option_context("display.width", 20, "display.max_columns", 2):
        narrow = repr(register("Cumbria", AS_OF, data=data).inputs_chart)
    chart = register("Cumbria", AS_OF, data=data).inputs_chart
    assert narrow == repr(chart) == repr(chart.drawn)


def test_records_come_back_as_they_were(cache, data):
    known = data.until(AS_OF)
    computed = origins._rolling(known, origins.HORIZON)
    assert restored(RollingOrigins, computed.as_dict()) == computed
    assert rolling_origins(known) == computed
    for _ in range(2):
        for score in seal_scores(data):
            assert restored(SealScore, score.as_dict()) == score


def test_no_national_chart_names_the_force(data):
    record = show.build(data, "Cumbria", AS_OF)
    study = register("Cumbria", AS_OF, data=data)
    for name in NATIONAL:
        chart = getattr(study, f"{name}_chart")
        assert record.force not in chart.headline + chart.alt + chart.subtitle + chart.source
