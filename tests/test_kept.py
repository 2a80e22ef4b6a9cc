"""What is the same for every force is computed once: kept results show the same bytes."""

from __future__ import annotations

import pytest

from mappa.charts.exhibit import Exhibit
from mappa.records import restored
from mappa.register import origins, show
from mappa.register.forecast_scores import SealScore, seal_scores
from mappa.register.origins import RollingOrigins, rolling_origins
from mappa.studies.register import register

AS_OF = "2020-03-31"
NATIONAL = ("attribution", "accounting", "impulse", "stock", "contraction", "inputs")
CHARTS = (*NATIONAL, "settle", "seal")


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


def test_a_page_of_kept_results_is_the_page_that_computed_them(cache, figures):
    first = shown(register("Cumbria", AS_OF, figures=figures))
    rolling_origins.cache_clear()
    made = kept_files(cache)
    again = register("Cumbria", AS_OF, figures=figures)
    assert shown(again) == first
    assert kept_files(cache) == made and len(made) >= len(CHARTS)
    chart = again.attribution_chart
    assert isinstance(chart, Exhibit) and "_drawn" not in vars(chart)  # it was not drawn
    assert chart.figure is chart.figure and repr(chart).startswith("Exhibit(")


def test_another_force_finds_what_the_first_one_computed(cache, figures):
    first = shown(register("Cumbria", AS_OF, figures=figures))
    made = kept_files(cache)
    assert shown(register("Kent", AS_OF, figures=figures)) == first
    assert kept_files(cache) == made


def test_another_date_finds_nothing_of_it(cache, figures):
    one, other = (register("Cumbria", day, figures=figures) for day in (AS_OF, "2019-03-31"))
    assert one.inputs_chart._repr_html_() != other.inputs_chart._repr_html_()


def test_records_come_back_as_they_were(cache, figures):
    known = figures.until(AS_OF)
    computed = origins._rolling(known, origins.HORIZON)
    assert restored(RollingOrigins, computed.as_dict()) == computed
    assert rolling_origins(known) == computed
    for _ in range(2):
        for score in seal_scores(figures):
            assert restored(SealScore, score.as_dict()) == score


def test_no_national_chart_names_the_force(figures):
    record = show.build(figures, "Cumbria", AS_OF)
    study = register("Cumbria", AS_OF, figures=figures)
    for name in NATIONAL:
        chart = getattr(study, f"{name}_chart")
        assert record.force not in chart.headline + chart.alt + chart.subtitle + chart.source
