"""Charts of growth: each says its finding, holds to its data, and fits page and phone."""

from __future__ import annotations

import functools
import re

import pytest
import reading
from chart_support import collisions, laid_out

from mappa.data import Data
from mappa.growth import series
from mappa.growth.record import GrowthRecord
from mappa.growth.record import answer as build
from mappa.plot.exhibit import NARROW, Exhibit
from mappa.plot.growth import area, charts

D = "2020-03-31"
#: Kinds of areas: counted in both years, in one, with a doubtful change, later too, not at all.
FORCES = ("Cumbria", "London", "Thames Valley", "Dyfed-Powys", "Kent", "Suffolk")


@functools.cache
def _record(data: Data, force: str) -> GrowthRecord:
    return build(data, force, D)


@functools.cache
def _drawn(data: Data, force: str) -> dict[str, Exhibit]:
    """Return the charts of an area; those of the nation with the first."""
    record = _record(data, force)
    made = [area.force(record), area.indexed(record)]
    if force == FORCES[0]:
        made += [charts.nation(record), charts.yearly(record), charts.contribution(record)]
        rates = series.known_rates(data.until(D))
        made.append(charts.multiples(rates[data.names], rates[data.nation].dropna(), record))
    return {chart.name: chart for chart in made if chart is not None}


@pytest.mark.parametrize("force", FORCES)
def test_a_chart_has_words_and_data_of_its_own(data: Data, force: str) -> None:
    for name, chart in _drawn(data, force).items():
        assert 3 <= len(chart.headline.split()) <= 17, chart.headline
        assert reading.faults(chart.headline) == [] and reading.banned(chart.alt) == []
        assert reading.banned(chart.subtitle) == []
        assert re.search(r"\d", chart.alt) and chart.alt.count(". ") <= 3
        assert (len(chart.data) and not chart.data.isna().all().any()) or name == "multiples"
        assert chart.phone


@pytest.mark.parametrize("force", FORCES)
def test_labels_fit_the_page_and_a_phone_and_do_not_collide(data: Data, force: str) -> None:
    for name, chart in _drawn(data, force).items():
        for width in (7.2, NARROW):
            edge, texts = laid_out(chart, width)
            out = [t for t, box in texts if not -2 < box.x0 < box.x1 < edge + 2]
            assert out == [], (name, width)
            assert collisions(texts) == [], (name, width)


def test_headlines_of_an_area_say_what_is_drawn(data: Data) -> None:
    for force in FORCES:
        made = _drawn(data, force)
        rows = made["force"].data.set_index("date")
        day = rows[rows.index == D]
        said = made["force"].headline
        number = int(re.search(r"([\d,]+) registered", said)[1].replace(",", ""))
        kind = "estimate" if "estimated" in said else "count"
        assert number == round(day.loc[day["kind"] == kind, "value"].iloc[0]), said
        if change := re.search(r"([\d.]+)% (more|fewer) than a year before", said):
            counted = rows[(rows["kind"] == "count") & (rows["basis"] != "level_1")]["value"]
            share = number / counted["2019-03-31"] - 1
            assert (share > 0) == (change[2] == "more")
            assert float(change[1]) == pytest.approx(100 * abs(share), abs=0.05)
        if "indexed" not in made:
            continue
        said, last = made["indexed"].headline, made["indexed"].data.dropna().iloc[-1]
        own, nation = re.findall(r"(up|down) (\d+)%", said.lower())
        for (way, size), name in ((own, force), (nation, data.nation)):
            drawn = last[name] - 100
            assert int(size) == round(abs(drawn)) and (way == "up") == (drawn > 0), said


def test_national_headlines_say_what_is_drawn(data: Data) -> None:
    made = _drawn(data, FORCES[0])
    counts = made["nation"].data
    counts = counts[counts["preferred"] & (counts["basis"] == "snapshot_31_march")]["value"]
    rise = round(100 * (counts.iloc[-1] / counts.iloc[0] - 1))
    assert f"rose by {rise}% from 2009 to 2020" in made["nation"].headline
    percent = made["yearly"].data["percent"]
    assert percent.tail(3).mean() < percent.head(3).mean()
    assert "slowing" in made["yearly"].headline
    parts = made["contribution"].data.set_index("area")
    sure = parts.drop(index=["Thames Valley", parts.index[-1]])["change"].round()
    top = list(sure.index[sure == sure.max()])
    said = made["contribution"].headline
    assert said.startswith(f"{' and '.join(top)} added most, +{sure.max():.0f} each,")
    assert said.endswith("leaving out Thames Valley, whose figure is doubtful")
    assert parts["change"].sum() == pytest.approx(2141)
    rates = made["multiples"].data.set_index("area").drop(index=data.nation)
    counted, never = rates.iloc[:, -1].notna().sum(), rates.isna().all(axis=1).sum()
    assert f"{counted} of 42 areas" in made["multiples"].headline
    assert f"{never} have none in any year" in made["multiples"].headline


def test_a_doubted_figure_is_doubted_in_its_charts(data: Data) -> None:
    chart = _drawn(data, "Thames Valley")["force"]
    assert "doubtful" in chart.alt
    assert any("doubtful" in text for text, _ in laid_out(chart, NARROW)[1])
    parts = _drawn(data, FORCES[0])["contribution"]
    assert "Thames Valley (doubtful)" in {text for text, _ in laid_out(parts, NARROW)[1]}


def test_a_line_needs_three_counts(data: Data) -> None:
    assert area.indexed(_record(data, "Kent")) is None
    assert area.indexed(_record(data, "London")) is None


def test_an_area_of_which_nothing_is_known_has_an_empty_chart(data: Data) -> None:
    chart = area.force(build(data, "Surrey", "2010-03-31"))
    assert len(chart.data) == 0 and chart.headline.startswith("Neither a count nor an estimate")


def test_a_chart_is_drawn_the_same_every_time(data: Data) -> None:
    record = _record(data, "Cumbria")
    assert area.force(record).svg(NARROW) == area.force(record).svg(NARROW)
