"""Charts: every exhibit says its finding with numbers, for every kind of force."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import seaborn
from number_support import unknown_numbers

from mappa.data import Data
from mappa.errors import UsageError
from mappa.plot.exhibit import Exhibit, exhibit
from mappa.plot.rate.funnel import TABLED
from mappa.plot.rate.tiles import tiles
from mappa.plot.style import canvas
from mappa.studies.rate import RateStudy, rate
from mappa.words.prose import Prose

NAMES = ("funnel", "caterpillar", "tile_map", "comparators", "margins", "choices", "change_chart")


def exhibits(study: RateStudy) -> dict[str, object]:
    return {name: getattr(study, name) for name in NAMES}


@pytest.mark.parametrize("force", ["Cumbria", "London", "Surrey"])
def test_exhibits_of_a_force(data: Data, force: str) -> None:
    study = rate(force, "2020-03-31", data=data)
    for name, shown in exhibits(study).items():
        if isinstance(shown, Prose):
            assert force == "Surrey" and "cannot be" in shown, name
            continue
        assert isinstance(shown, Exhibit)
        assert 3 <= len(shown.headline.split()) <= 16, shown.headline
        assert re.search(r"\d", shown.alt)
        assert 1 <= len(re.findall(r"[.](?:\s|$)", shown.alt)) <= 3
        assert len(shown.data) and "Office for National Statistics" in shown.source
        assert not shown.data.isna().all().any()
        assert force in shown.alt, name


def test_alt_texts_hold_numbers_of_the_record(data: Data) -> None:
    study = rate("Cumbria", "2020-03-31", data=data)
    for name in ("comparators", "margins", "choices"):
        assert unknown_numbers(getattr(study, name).alt.replace(" 6 ", " "), study.record) == []


def test_drawn_twice_gives_the_same_bytes(data: Data) -> None:
    first, second = (rate("Norfolk", "2020-03-31", data=data) for _ in range(2))
    assert first.funnel.svg() == second.funnel.svg()
    assert first.tile_map.svg() == second.tile_map.svg()


def test_tiles_keep_places(data: Data) -> None:
    areas = data.areas
    spots = tiles(tuple(zip(areas["centroid_lat"], areas["centroid_lon"], strict=True)))
    assert len(set(spots)) == len(areas)
    at = dict(zip(areas["area"], spots, strict=True))
    assert at["Northumbria"][1] > at["Cumbria"][1] > at["London"][1] > at["Sussex"][1]
    assert at["Devon and Cornwall"][0] < at["London"][0] <= at["Kent"][0]
    assert at["Cumbria"][0] < at["Durham"][0]


def test_tiles_of_odd_countries() -> None:
    assert tiles(((50.0, 1.0),)) == ((0, 0),)
    row = tiles(tuple((50.0, float(x)) for x in range(5)))
    assert len(set(row)) == 5


def test_made_up_country_is_drawn(made_up_data: Data) -> None:
    study = rate(data=made_up_data)
    for name, shown in exhibits(study).items():
        assert isinstance(shown, Exhibit), name
        assert "Cumbria" not in shown.alt + shown.headline + shown.source + shown.subtitle
        assert "England" not in shown.alt + shown.headline + shown.source + shown.subtitle
    assert "No simulation study is kept" in study.simulation
    assert isinstance(study.power, Prose)


def test_a_date_with_few_counts(data: Data) -> None:
    for name, shown in exhibits(rate("Kent", "2018-03-31", data=data)).items():
        assert isinstance(shown, (Exhibit, Prose)), name


def test_the_funnels_data_hold_its_lines(data: Data) -> None:
    """Areas with the lines at their own population, and the lines at a dozen others."""
    study = rate("Cumbria", "2020-03-31", levels=(0.9, 0.99), data=data)
    table = study.funnel.data
    is_line = table["area"] == "lines of the funnel"
    points, lines = table[~is_line], table[is_line]
    assert (len(points), len(lines)) == (26, TABLED)
    mine = points.set_index("area").loc["Cumbria"]
    assert mine["chance_high_99"] > mine["chance_high_90"] > study.record.national_rate
    outside = (points["rate"] < points["chance_low_99"]) | (
        points["rate"] > points["chance_high_99"]
    )
    assert 15 < outside.sum() < 19
    assert set(points.loc[points["verdict"] == "unusual", "area"]) == {"Hertfordshire", "London"}
    with pytest.raises(UsageError, match=r"0.95"):
        _ = rate("Cumbria", "2020-03-31", levels=(0.5,), data=data).funnel


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_chart_is_saved_whole_by_one_call(data: Data, tmp_path: Path, kind: str) -> None:
    chart = rate("Cumbria", "2020-03-31", data=data).caterpillar
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
