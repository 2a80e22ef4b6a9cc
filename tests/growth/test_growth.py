"""Growth: series, spans on one basis, contributions, other measures, trends, words, command."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from mappa.data import Data
from mappa.errors import DataError, UsageError
from mappa.forecasts import national_draws
from mappa.growth import (
    change,
    estimates,
    measures,
    national,
    series,
    trends,
    validation,
)  # fmt: skip
from mappa.growth.record import BENCHMARK_NATION, GrowthRecord, answer
from mappa.plot.growth import area as area_charts
from mappa.plot.growth import charts
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.growth import model, tables
from mappa.words.growth import nation as nw
from mappa.words.tables import Table

D = pd.Timestamp("2020-03-31")
BEFORE = pd.Timestamp("2019-03-31")


def opened(data: Data, force: str, as_of: Any = D, horizon: int = 4) -> GrowthRecord:
    """Return the record as the notebook makes it, the nation from the combined forecast."""
    return answer(data, force, as_of, horizon, national_draws.nation_ahead(data, as_of, horizon))


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path_factory.getbasetemp() / "growth_cache"))


def known_measures(data: Data, area: str) -> tuple[measures.Measure, ...]:
    return measures.Measure.from_frame(measures.other_measures(data, area))


# Spans and bases.


def test_published_growth_of_the_nation_and_of_a_force(data: Data) -> None:
    whole = change.span(series.counts(data, data.nation), BEFORE, D)
    assert (whole.change, round(100 * whole.growth, 3)) == (2141, 3.551)
    own = change.compare(data, "Cumbria", BEFORE, D)
    assert own.span is not None and own.span.change == -4
    long = change.compound(data.until(D), "Cumbria", D)
    assert long.span is not None and long.national is not None
    assert (long.span.from_value, long.span.to_value, long.span.years) == (321, 594, 9)
    assert round(100 * long.span.annual_growth, 1) == 7.1
    assert round(100 * long.national.annual_growth, 1) == 6.0


def test_variance_is_the_known_one_for_a_year_and_of_independent_counts_in_the_long_run() -> None:
    n0, g, x = 1000.0, 0.04, 0.17
    one = change.log_variance(n0, n0 * (1 + g), 1, x)
    assert one * n0 * n0 * (1 + g) == pytest.approx((2 * x + g) * n0)
    apart = change.log_variance(n0, 1500, 200, x)
    assert apart == pytest.approx(1 / n0 + 1 / 1500, rel=1e-9)
    assert change.log_variance(n0, n0, 1, 0) == 0


def test_no_pair_of_counts_crosses_a_basis(data: Data) -> None:
    pairs = 0
    for area in data.names:
        known = series.counts(data, area)
        by_date = {d: set(rows["basis"]) for d, rows in known.groupby("date")}
        for first, second in itertools.combinations(sorted(by_date), 2):
            found = change.area_span(data, area, first, second)
            common = (by_date[first] & by_date[second]) - {"basis_not_known"}
            assert (found is None) == (not common), (area, first, second)
            if found is not None:
                pairs += 1
                assert found.basis in common
        for found in change.Span.from_frame(change.spans(known, area)):
            assert found.basis in by_date[found.start] & by_date[found.end]
    assert pairs > 300


@pytest.mark.parametrize("area", ["Hampshire", "South Wales", "West Midlands", "Suffolk"])
def test_growth_on_the_year_is_refused_across_a_basis(data: Data, area: str) -> None:
    found = change.compare(data, area, BEFORE, D)
    assert found.span is None
    assert found.status


def test_a_break_of_the_nation_is_not_crossed_by_nation_or_area(data: Data) -> None:
    with pytest.raises(UsageError, match="the way of counting the area changes"):
        change.span(series.counts(data, data.nation), "2008-03-31", "2009-03-31")
    dorset = series.counts(data, "Dorset")
    with pytest.raises(UsageError, match="counted otherwise on 31 March 2003"):
        change.span(dorset, "2003-03-31", "2020-03-31")
    assert change.span(dorset, "2003-03-31", "2008-03-31").basis == "earlier_returns"


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2020-03-31", "2019-03-31", "is not before"),
        ("2019-03-31", "2020-02-30", "is not a date"),
        ("2018-03-31", "2020-03-31", "No count of Cumbria is known for 31 March 2018"),
    ],
)
def test_a_span_that_cannot_be_is_refused_in_one_sentence(
    data: Data, start: str, end: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        change.span(series.counts(data, "Cumbria"), start, end, "Cumbria")


def test_series_keeps_every_value_and_fills_no_gap(data: Data) -> None:
    for area in ("Cumbria", "Suffolk", "Surrey"):
        known = series.counts(data, area)
        assert sorted(known["value"]) == sorted(data.series(area, "rso_count")["value"])
    kinds = {b.kind for b in series.breaks(data)}
    assert kinds == {"basis", "law", "revision"}
    bases = [b.date.year for b in series.breaks(data) if b.kind == "basis"]
    assert bases == [1998, 2000, 2002, 2009]
    rates = series.known_rates(data.until(D))
    whole = rates.pop(data.nation).dropna()
    assert rates["Surrey"].isna().all() and rates.loc[D].notna().sum() == 26
    assert pd.Timestamp("2012-03-31") not in whole.index
    assert rates.loc[D, "Cumbria"] == pytest.approx(132.007, abs=0.001)


# The nation's year, contributions, other measures.


def test_what_a_printed_percentage_covers(data: Data) -> None:
    span = change.span(series.counts(data, data.nation), BEFORE, D)
    printed = national.printed(span)
    assert (printed.percent, printed.low, printed.high) == (4, 0.035, 0.045)
    assert printed.low <= span.growth < printed.high
    assert printed.people_low <= 2141 < printed.people_high
    fallen = national.printed(dataclasses.replace(span, growth=-0.0249))
    assert (fallen.percent, fallen.low, fallen.high) == (-2, -0.025, -0.015)


def test_count_growth_is_rate_growth_times_population_growth(data: Data) -> None:
    span = change.span(series.counts(data, data.nation), BEFORE, D)
    found = national.rate_growth(data, span)
    assert found is not None
    assert (1 + found.rate_growth) * (1 + found.people_growth) == pytest.approx(1 + span.growth)
    assert found.rate_now == pytest.approx(119.487, abs=0.001)


def test_growth_of_rates_across_a_census_is_marked(data: Data) -> None:
    remark = "From 31 March 2022 on, rates divide by populations based on a later census"
    for day, times in (("2021-03-31", 0), ("2022-03-31", 1), ("2025-03-31", 1)):
        record = answer(data, "Cumbria", day, 0)
        assert str(nw.nation(record)).count(remark) == times
        rates = series.known_rates(data.until(day))
        chart = charts.multiples(rates[data.names], rates[data.nation].dropna(), record)
        assert (chart.subtitle.count(remark), chart.alt.count(remark)) == (times, times)


def test_a_day_without_counts_of_areas_says_so_once(data: Data) -> None:
    said = nw.contribution(answer(data, "Cumbria", "2025-03-31", 0))
    assert said == (
        "The national change is not divided among areas. "
        "No area's change in the year to 31 March 2025 is known or printed."
    )


def test_categories_sum_to_their_totals(data: Data) -> None:
    rows = national.categories(data.until("2021-03-31"))
    assert len(rows) == 8
    assert rows[["category1", "category2", "category3"]].sum(axis=1).equals(rows["total"])
    assert rows[["share1", "share2", "share3"]].sum(axis=1).to_list() == pytest.approx([1] * 8)


def test_contributions_sum_to_the_national_change_and_name_the_outlier(data: Data) -> None:
    found = national.contribution(data, D)
    assert sum(p.change for p in found.parts) == 2141
    assert found.parts[-1].area == national.POOL
    assert found.outliers == ("Thames Valley",)
    assert round(100 * (found.growth_without or 0), 1) == 2.7
    assert sum(p.share for p in found.parts) == pytest.approx(1)
    outlier = next(p for p in found.parts if p.outlier)
    assert outlier.change_low < outlier.change < outlier.change_high
    assert 0.25 < outlier.share < 0.27
    assert not {"Hampshire", "South Wales", "West Midlands", "Suffolk"} & {
        p.area for p in found.parts
    }
    nothing = national.contribution(data, pd.Timestamp("2013-03-31"))
    assert nothing.parts == () and "No national count" in nothing.status


def test_contributions_of_another_country_sum_too(made_up_data: Data) -> None:
    found = national.contribution(made_up_data, pd.Timestamp("2017-03-31"))
    assert found.change is not None
    assert sum(p.change for p in found.parts) == pytest.approx(found.change, abs=1e-9)


def test_breaches_of_a_force_beside_the_nation(data: Data) -> None:
    found = known_measures(data.until(D), "Cumbria")
    breach = next(m for m in found if m.measure == "notification_breaches" and m.date == D)
    assert (breach.value, breach.base, breach.national_value) == (21, 594, 2559)
    assert breach.p_value == pytest.approx(0.58, abs=0.01) and breach.caution == ""
    assert breach.rate == pytest.approx(100 * 21 / 594)
    assert breach.low == pytest.approx(100 * 12.9993 / 594, rel=1e-4)
    assert breach.high == pytest.approx(100 * 32.1007 / 594, rel=1e-4)
    violent = next(m for m in found if m.measure == "violent_count" and m.date == D)
    assert violent.base == data.people(D)["Cumbria"]


@pytest.mark.parametrize("area", ["Hampshire", "Thames Valley"])
def test_an_area_that_counts_another_event_is_cautioned_about(data: Data, area: str) -> None:
    found = known_measures(data.until(D), area)
    breach = next(m for m in found if m.measure == "notification_breaches")
    assert breach.ratio is not None and breach.ratio > 2
    assert "another event" in breach.caution


def test_a_measure_without_a_count_has_no_rate(data: Data) -> None:
    found = known_measures(data, "Essex")
    none = [m for m in found if m.value == 0]
    assert none and none[0].rate == 0 and none[0].low == 0 and (none[0].high or 0) > 0
    t = data.area_figures
    less = dataclasses.replace(data, area_figures=t[t["measure"] != "rso_count"], digest="less")
    found = known_measures(less, "Cumbria")
    assert all(m.rate is None for m in found if m.per_name == "registered offenders")


# Trends and the nation's path.


def _with_nation(data: Data, counts: pd.Series) -> Data:
    """Return the figures with another series of national counts."""
    t = data.national_figures
    rows = t[(t["measure"] == "rso_count") & t["preferred"]].iloc[[0]]
    rows = pd.concat([rows] * len(counts), ignore_index=True)
    rows = rows.assign(
        date=list(counts.index), value=counts.to_numpy(), basis="snapshot_31_march", quality="exact"
    )
    others = t[t["measure"] != "rso_count"]
    table = pd.concat([others, rows], ignore_index=True)
    return dataclasses.replace(
        data, national_figures=table, digest=f"{data.digest}:{hash(tuple(counts))}"
    )


def test_trend_models_find_a_slope_that_is_there_and_leave_a_gap(data: Data) -> None:
    rng = np.random.default_rng(3)
    dates = pd.date_range("1990-03-31", periods=34, freq=pd.DateOffset(years=1))
    increase = 3000 - 40 * np.arange(33) + rng.normal(0, 60, 33)
    counts = pd.Series(np.cumsum([20000, *increase]), index=dates).drop(dates[10])
    found = trends.national_trends(_with_nation(data, counts))
    assert len(found) == 6
    for t in found:
        if t.scale == "people":
            # Three standard errors of least squares with these years and this noise are 3.3.
            assert t.verdict == "falling" and abs(t.slope + 40) < 4
            assert t.years == 31  # the missing year takes two increases with it


def test_too_few_years_have_no_trend(data: Data) -> None:
    assert trends.national_trends(data.until("2014-03-31")) == ()


def test_growth_slows_in_percent_but_not_to_be_told_in_people(data: Data) -> None:
    found = {(t.scale, t.model): t for t in trends.national_trends(data.until(D))}
    assert found["people", "ar1"].verdict == "cannot tell"
    assert found["percent", "ar1"].verdict == "falling"
    assert all(t.years == 9 for t in found.values())


def test_benchmark_path_continues_a_steady_growth_without_error(data: Data) -> None:
    dates = pd.date_range("2009-03-31", periods=12, freq=pd.DateOffset(years=1))
    counts = pd.Series(10000 * 1.05 ** np.arange(12), index=dates)
    steady = _with_nation(data, counts)
    path = national.benchmark_path(steady, dates[-1], 4, 200, 1)
    assert path.shape == (200, 4)
    assert path == pytest.approx(np.tile(counts.iloc[-1] * 1.05 ** np.arange(1, 5), (200, 1)))


def test_benchmark_path_is_as_wide_as_its_past_errors_and_sees_nothing_later(
    data: Data,
) -> None:
    known = national.history(data.until(D))
    scale, number = national.error_scale(known, 4)
    assert number >= 5 and (np.diff(scale) >= 0).all()
    errors = national.past_errors(known, 1)[0]
    assert scale[0] == pytest.approx(math.sqrt(np.mean(np.square(errors))))
    one = national.benchmark_path(data, D, 4, 500, 1)
    two = national.benchmark_path(data.until(D), D, 4, 500, 1)
    assert (one == two).all()


# The record and its words.


@pytest.fixture(scope="module")
def cumbria(data: Data) -> GrowthRecord:
    return opened(data, "Cumbria")


@pytest.fixture(scope="module")
def surrey(data: Data) -> GrowthRecord:
    return opened(data, "surrey")


def test_estimates_are_never_mixed_with_counts(cumbria: GrowthRecord, surrey: GrowthRecord) -> None:
    for record in (cumbria, surrey):
        counted = {p.date for p in record.series if p.kind == "count" and p.basis == "all_levels"}
        modelled = [p for p in record.series if p.kind != "count"]
        assert not counted & {p.date for p in modelled}
        assert all(not p.preferred and p.basis == "model" for p in modelled)
        assert all(p.date <= D for p in record.series if p.kind != "forecast")
        assert [p.date.year for p in record.series if p.kind == "forecast"] == [
            2021, 2022, 2023, 2024,
        ]  # fmt: skip
    assert len([p for p in surrey.series if p.kind == "estimate"]) == 11


def _values(value: Any) -> list[float]:
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, (int, float)):
        return [float(value)]
    if isinstance(value, dict):
        return [v for item in value.values() for v in _values(item)]
    if isinstance(value, list):
        return [float(len(value)), *(v for item in value for v in _values(item))]
    return []


def _unknown_numbers(text: str, record: GrowthRecord) -> list[str]:
    """Return the numbers of a text that do not stand in its record, rounded as words round."""
    values = _values(record.as_dict())
    parts = record.contribution.parts[:-1]
    values += [len(parts), sum(p.change for p in parts)]
    values += [sum(p.kind == "estimate" for p in record.series)]
    known = set()
    for v in values:
        for shown in (v, 100 * v):
            for decimals in (0, 1, 2):
                known.add(n.number(abs(shown), decimals))
        known |= set(re.findall(r"[\d.]+", n.probability(abs(v))))
    text = re.sub(r"\d{1,2} [A-Z][a-z]+ \d{4}|\b(?:19|20)\d\d\b|aged 10|\d+% interval", "", text)
    text = re.sub(r"31 March|level \d|category \d|per 100,000|95%|50%|90%", "", text)
    return [t for t in re.findall(r"\d[\d,]*(?:\.\d+)?", text) if t.rstrip(",") not in known]


PARAGRAPHS = (
    *(words.answer, words.year, words.long_run, nw.nation, nw.history, nw.slowing),
    *(nw.contribution, words.measures, model.estimate, model.validation, model.printing),
)


@pytest.mark.parametrize("force", ["Cumbria", "Thames Valley", "Surrey", "Northumbria"])
def test_every_number_in_the_prose_is_in_the_record(data: Data, force: str) -> None:
    record = opened(data, force)
    for paragraph in PARAGRAPHS:
        text = paragraph(record)
        assert _unknown_numbers(text, record) == [], (paragraph, text)
        assert "nan" not in text and "None" not in text and "risk" not in text


def test_another_country_reads_from_its_own_tables(made_up_data: Data) -> None:
    f = made_up_data
    hidden = next(a for a in f.names if a not in f.counts("2018-03-31"))
    for force in (str(f.settings["default_force"]), hidden):
        record = opened(f, force, f.day(), 2)
        for paragraph in PARAGRAPHS:
            text = paragraph(record)
            assert _unknown_numbers(text, record) == [], (paragraph, text)
        told = " ".join(paragraph(record) for paragraph in PARAGRAPHS)
        assert f.nation in told
        assert "England" not in told and "62,435" not in told and "Thames" not in told
        for exhibit in (charts.nation(record), charts.yearly(record), area_charts.force(record)):
            assert "England" not in exhibit.alt + exhibit.headline + exhibit.subtitle


TABLES = (
    *(tables.series, tables.nation, tables.periods, tables.trends, tables.categories),
    *(tables.orders, tables.measures, tables.validation),
)


@pytest.mark.parametrize("as_of", ["2010-03-31", "2020-03-31"])
def test_tables_hold_numbers_and_show_none_that_is_missing(data: Data, as_of: str) -> None:
    record = opened(data, "Cumbria", as_of)
    for table in TABLES:
        shown = table(record)
        html = shown._repr_html_()
        assert "nan" not in html and "None" not in html
        if isinstance(shown, Table) and len(shown.frame):
            assert "<caption>" in html
            assert shown.frame.select_dtypes("number").shape[1] > 1, table


def test_the_estimates_table_says_by_how_much_its_medians_miss_the_nation(data: Data) -> None:
    record = opened(data, "Cumbria")
    found = estimates.area_estimates(data, D)
    found = found[found["date"] == D].set_index("area").assign(count=data.counts(D))
    shown = tables.estimates(found, record)
    assert isinstance(shown, Table)
    less = 62_435 - found["median"].sum()
    assert f"fall short of the 62,435 of England and Wales by {less:.0f} people" in shown.note
    more = tables.estimates(found.assign(median=1.01 * found["median"]), record)
    assert isinstance(more, Table) and "exceed the 62,435" in more.note
    assert shown.frame["Count"].count() == 26


def test_printed_areas_had_grown_more_is_computed_from_the_kept_validation(
    data: Data, cumbria: GrowthRecord
) -> None:
    cases = validation.kept(data)
    assert cases is not None
    since = cases[cases["test"] == "since"]
    missed = np.log(since["value"] / since["median"])
    found = next(s for s in cumbria.validation if s.test == "since")
    assert found.bias == pytest.approx(missed.mean()) and found.bias > 2 * found.bias_se
    assert f"lie +{100 * missed.mean():.1f} log points" in model.printing(cumbria)
    calm = dataclasses.replace(found, bias=0.01, bias_se=0.02)
    told = model.printing(dataclasses.replace(cumbria, validation=(calm,)))
    assert told.startswith("The data cannot show whether")
    assert "not tested" in model.printing(dataclasses.replace(cumbria, validation=()))


# The command and the notebook.


def _run(*words_: str) -> Any:
    import typer

    from mappa.commands import growth as command

    app = typer.Typer()
    app.add_typer(command.group, name="growth")

    @app.command()
    def other() -> None:
        """Another command, so that `growth` keeps its name."""

    return CliRunner().invoke(app, ["growth", *words_])


def test_json_of_the_command_has_the_documented_keys() -> None:
    result = _run("--force", "Cumbria", "--as-of", "2020-03-31", "--horizon", "4", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert {"series", "change", "compound", "contribution", "other_measures"} <= set(found)
    row = found["series"][0]
    assert {"date", "value", "low", "high", "kind", "basis", "source"} <= set(row)
    assert {r["kind"] for r in found["series"]} == {"count", "estimate", "forecast"}
    assert found["change"]["span"]["change"] == -4
    documented = {r["key"] for r in GrowthRecord.key_table() if r["meaning"]}
    assert set(found) == documented


def test_one_span_by_the_command() -> None:
    result = _run("--force", "Cumbria", "--from", "2019-03-31", "--to", "2020-03-31", "--json")
    assert json.loads(result.output)["span"]["to_value"] == 594
    result = _run("--force", "Cumbria", "--from", "2011-03-31", "--to", "2020-03-31")
    assert "rose from 321 to 594" in result.output
    result = _run("--force", "England and Wales", "--from", "2019-03-31", "--to", "2020-03-31")
    assert "+3.6%" in result.output


@pytest.mark.parametrize(
    "options",
    [
        ("--force", "Hampshire", "--from", "2019-03-31", "--to", "2020-03-31"),
        ("--force", "Cumbria", "--from", "2019-03-31"),
        ("--force", "Cumbira"),
        ("--force", "Cumbria", "--horizon", "6"),
        ("--force", "Cumbria", "--as-of", "2012-03-31"),
    ],
)
def test_a_wrong_wish_is_told_in_one_sentence(options: tuple[str, ...]) -> None:
    result = _run(*options)
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_status == 2
    assert str(result.exception).count(". ") == 0


@pytest.mark.parametrize("force", ["Cleveland", "Surrey"])
def test_the_notebook_s_cells_run_for_any_force(
    root: Path, data: Data, force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat

    book = nbformat.read(root / "notebooks" / "1-growth.ipynb", as_version=4)
    cells = [c for c in book.cells if c.cell_type == "code"]
    tags = [t for c in cells for t in c.metadata.get("tags", [])]
    named = {"parameters", "answer", "answer-figure", "record"}
    assert [t for t in tags if t in named] == ["parameters", "answer", "answer-figure", "record"]
    assert len(cells) <= 30
    shown: list[Any] = []
    scope: dict[str, Any] = {"display": lambda *parts: shown.extend(parts)}
    for cell in cells:
        assert cell.source.count("\n") < 13 and "def " not in cell.source
        *steps, last = ast.parse(cell.source).body
        exec(compile(ast.Module(steps, []), cell.id, "exec"), scope)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), cell.id, "eval"), scope))
        else:
            exec(compile(ast.Module([last], []), cell.id, "exec"), scope)
        if "parameters" in cell.metadata.get("tags", []):
            scope["force"] = force
    assert len(shown) > 30
    for part in shown:
        rich = hasattr(part, "_repr_html_") or hasattr(part, "_repr_mimebundle_")
        assert part is None or isinstance(part, str) or rich


def test_the_nation_falls_back_only_where_too_little_is_known(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws, name = national_draws.nation_ahead(data, "2010-03-31", 2, "register")
    assert draws is None and name == BENCHMARK_NATION

    def broken(*_: object) -> None:
        raise DataError("The posterior is broken.")

    monkeypatch.setattr(national_draws, "national_draws", broken)
    with pytest.raises(DataError, match="broken"):
        national_draws.nation_ahead(data, "2020-03-31", 2, "register")
