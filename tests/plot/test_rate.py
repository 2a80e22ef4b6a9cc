"""Charts: every exhibit says its finding with numbers, for every kind of force."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import reading
import seaborn
from chart_support import laid_out
from number_support import unknown_numbers

from mappa.data import Data
from mappa.errors import UsageError
from mappa.plot.exhibit import NARROW, Exhibit, exhibit
from mappa.plot.rate import funnel, rows, tiles
from mappa.plot.style import canvas
from mappa.rates import change, doors
from mappa.rates.assess import assess
from mappa.rates.record import RateRecord, estimated
from mappa.words import Prose

NAMES = ("funnel", "ranking", "tile-map", "comparators", "margin", "choices", "change")


def drawn(data: Data, record: RateRecord) -> dict[str, Exhibit | Prose]:
    """Return every chart of a record, by name."""
    stock = data.on(record.as_of, record.denominator)
    table = doors.placed(stock)
    made = (
        funnel.funnel(record, table),
        rows.ranking(record, table),
        tiles.tile_map(record, table, data.areas),
        rows.comparators(record),
        rows.margin_rows(record),
        rows.choices(record),
        rows.change(record, change.growth_table(data, record.as_of)),
    )
    return dict(zip(NAMES, made, strict=True))


@pytest.mark.parametrize("force", ["Cumbria", "London", "Surrey", "Thames Valley"])
def test_charts_of_a_force(data: Data, force: str) -> None:
    for name, shown in drawn(data, assess(data, force, "2020-03-31")).items():
        if isinstance(shown, Prose):
            assert force == "Surrey" and "a count is missing" in shown, name
            continue
        assert shown.name == name
        assert 3 <= len(shown.headline.split()) <= 16, shown.headline
        assert re.search(r"\d", shown.alt)
        assert 1 <= len(re.findall(r"[.](?:\s|$)", shown.alt)) <= 3
        assert len(shown.data) and "Office for National Statistics" in shown.source
        assert not shown.data.isna().all().any()
        assert force in shown.alt, name
        assert not reading.faults(shown.headline) and not reading.banned(shown.alt), name


def test_alt_texts_hold_numbers_of_the_record(data: Data) -> None:
    record = assess(data, "Cumbria", "2020-03-31")
    charts = drawn(data, record)
    for name in ("funnel", "comparators", "margin", "choices"):
        chart = charts[name]
        assert isinstance(chart, Exhibit)
        text = chart.alt.replace(" 6 ", " ").replace(f" {record.areas_counted} ", " ")
        assert unknown_numbers(text, record) == []


def test_headlines_say_what_is_drawn(data: Data) -> None:
    """Each claim of a headline is held to the data of its chart, for every counted area."""
    for force in data.counts("2020-03-31").index:
        record = assess(data, force, "2020-03-31")
        charts = {k: v for k, v in drawn(data, record).items() if isinstance(v, Exhibit)}
        mine = charts["funnel"].data.set_index("area").loc[force]
        low, rate, high = mine[["areas_low_95", "rate", "areas_high_95"]]
        side = "above" if rate > high else "below" if rate < low else "inside"
        assert f" is {side} the normal range" in charts["funnel"].headline
        ranks = charts["ranking"].data.set_index("area")["rate"]
        place = int(ranks.rank(ascending="lowest" in charts["ranking"].headline)[force])
        nth = charts["ranking"].headline.split(" the ")[1]
        assert int(re.match(r"\d+|", nth)[0] or 1) == place
        counted = charts["choices"].data["verdict"].value_counts()
        for verdict, count in counted.items():
            assert f"{count} are {verdict}" in charts["choices"].headline.replace(
                "ratios are", "are"
            ), charts["choices"].headline
        said = charts["comparators"].headline
        verdicts = set(charts["comparators"].data["verdict"])
        assert ("higher" in said) == ("higher" in verdicts)
        assert ("lower" in said) == ("lower" in verdicts)


def test_charts_fit_a_phone(data: Data) -> None:
    """Laid out at the width of a phone, no text of a chart leaves the picture."""
    for name, chart in drawn(data, assess(data, "Devon and Cornwall", "2020-03-31")).items():
        if not (isinstance(chart, Exhibit) and chart.phone):
            continue
        edge, texts = laid_out(chart, NARROW)
        assert [t for t, box in texts if not -2 < box.x0 < box.x1 < edge + 2] == [], name


def test_the_map_has_one_scale_with_its_key(data: Data) -> None:
    record = assess(data, "Cumbria", "2020-03-31")
    table = doors.placed(data.on("2020-03-31"))
    chart = tiles.tile_map(record, table, data.areas)
    assert isinstance(chart, Exhibit)
    texts = {t.get_text() for t in chart.figure.axes[0].texts}
    edges = tiles.shade_limits(list(table["rate"].dropna()))
    assert {f"{edge:.0f}" for edge in edges} <= texts and "–  no count" in texts


def test_an_estimate_is_drawn_open_and_named_as_one(data: Data) -> None:
    record = estimated(assess(data, "Kent", "2020-03-31"), 2000.0, 1800.0, 2200.0)
    chart = funnel.funnel(record, doors.placed(data.on("2020-03-31")))
    assert isinstance(chart, Exhibit)
    assert "Kent (estimate)" in {t.get_text() for t in chart.figure.axes[0].texts}
    assert "Kent" not in set(chart.data["area"])  # the data of the chart hold counts alone


def test_drawn_twice_gives_the_same_bytes(data: Data) -> None:
    record = assess(data, "Norfolk", "2020-03-31")
    first, second = (drawn(data, record) for _ in range(2))
    for name in ("funnel", "tile-map"):
        one, other = first[name], second[name]
        assert isinstance(one, Exhibit) and isinstance(other, Exhibit)
        assert one.svg() == other.svg()


def test_tiles_keep_places(data: Data) -> None:
    areas = data.areas
    spots = tiles.tiles(tuple(zip(areas["centroid_lat"], areas["centroid_lon"], strict=True)))
    assert len(set(spots)) == len(areas)
    at = dict(zip(areas["area"], spots, strict=True))
    assert at["Northumbria"][1] > at["Cumbria"][1] > at["London"][1] > at["Sussex"][1]
    assert at["Devon and Cornwall"][0] < at["London"][0] <= at["Kent"][0]
    assert at["Cumbria"][0] < at["Durham"][0]


def test_tiles_of_odd_countries() -> None:
    assert tiles.tiles(((50.0, 1.0),)) == ((0, 0),)
    row = tiles.tiles(tuple((50.0, float(x)) for x in range(5)))
    assert len(set(row)) == 5


def test_made_up_country_is_drawn(made_up_data: Data) -> None:
    settings = made_up_data.settings
    record = assess(made_up_data, settings["default_force"], settings["default_as_of"])
    for name, shown in drawn(made_up_data, record).items():
        assert isinstance(shown, Exhibit), name
        told = shown.alt + shown.headline + shown.source + shown.subtitle
        assert "Cumbria" not in told and "England" not in told


@pytest.mark.parametrize("as_of", ["2018-03-31", "2010-03-31"])
def test_a_date_with_few_counts(data: Data, as_of: str) -> None:
    for name, shown in drawn(data, assess(data, "Kent", as_of)).items():
        assert isinstance(shown, (Exhibit, Prose)), name
        if isinstance(shown, Exhibit):
            assert shown.svg()


def test_the_funnels_data_hold_its_lines(data: Data) -> None:
    """Areas with the lines at their own population, and the lines at a dozen others."""
    record, table = assess(data, "Cumbria", "2020-03-31"), doors.placed(data.on("2020-03-31"))
    chart = funnel.funnel(record, table, levels=(0.9, 0.99))
    assert isinstance(chart, Exhibit)
    is_line = chart.data["area"] == funnel.LINES
    points, lines = chart.data[~is_line], chart.data[is_line]
    assert (len(points), len(lines)) == (26, funnel.TABLED)
    mine = points.set_index("area").loc["Cumbria"]
    assert mine["chance_high_99"] > mine["chance_high_90"] > record.national_rate
    outside = (points["rate"] < points["chance_low_99"]) | (
        points["rate"] > points["chance_high_99"]
    )
    assert 15 < outside.sum() < 19
    assert set(points.loc[points["verdict"] == "unusual", "area"]) == {"Hertfordshire", "London"}
    with pytest.raises(UsageError, match=r"0.95"):
        funnel.funnel(record, table, levels=(0.5,))


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_chart_is_saved_whole_by_one_call(data: Data, tmp_path: Path, kind: str) -> None:
    chart = drawn(data, assess(data, "Cumbria", "2020-03-31"))["ranking"]
    assert isinstance(chart, Exhibit)
    before = chart.svg()
    first, second = (chart.save(tmp_path / f"{n}.{kind}").read_bytes() for n in "ab")
    starts = {"png": b"\x89PNG", "svg": b"<svg", "pdf": b"%PDF"}
    assert first == second and first.startswith(starts[kind])
    assert chart.svg() == before
    if kind == "svg":
        assert chart.headline.split()[0] in first.decode()
        assert "Not official statistics" in first.decode()


def test_any_axes_become_an_exhibit_and_another_ending_is_refused(tmp_path: Path) -> None:
    table = pd.DataFrame({"year": [1, 2], "offences": [3, 4]})
    _, axes = canvas()
    seaborn.lineplot(table, x="year", y="offences", ax=axes)
    shown = exhibit(
        axes, headline="Offences rose", alt="From 3 to 4.", source="Made up", data=table
    )
    assert "Offences rose" in shown._repr_html_() and 'download="chart.csv"' in shown._repr_html_()
    with pytest.raises(UsageError, match="saved as png, svg, pdf"):
        shown.save(tmp_path / "chart.docx")
