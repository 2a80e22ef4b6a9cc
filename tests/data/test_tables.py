"""The tables, their schema, and the sentences that a spoilt table gets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from table_edits import line_of, spoil

from mappa.data import Data, load
from mappa.data.area_names import resolve
from mappa.data.load import TABLES
from mappa.data.schema import read_text_table
from mappa.errors import DataError, UnknownName, UsageError


def test_published_figures_are_there(data: Data) -> None:
    assert len(data.areas) == 42
    counts = data.counts("2020-03-31")
    assert len(counts) == 26
    assert counts.sum() == 44_134
    assert data.people("2020-03-31").sum() == 52_252_671
    assert data.people("2020-03-31")["Cumbria"] == 449_975
    assert data.national("rso_count")["2020-03-31"] == 62_435
    assert len(data.counts("2019-03-31")) == 17
    assert len(data.counts("2019-03-31", basis="level_1")) == 3


def test_no_gap_is_filled(data: Data) -> None:
    assert "Surrey" not in data.counts("2020-03-31")
    assert pd.Timestamp("2012-03-31") not in data.dates
    assert data.series("Surrey").empty


def test_every_row_has_source_basis_and_quality(data: Data) -> None:
    for table in set(TABLES) - {"sources"}:
        frame = getattr(data, table)
        sources = frame["sources" if "sources" in frame else "source"]
        assert (sources != "").all(), table
        assert (frame["basis"] != "").all(), table
        assert (frame["quality"] != "").all(), table


def test_dictionary_describes_every_column_of_every_table(data: Data) -> None:
    for table in TABLES:
        described = data.dictionary[data.dictionary["table"] == table]
        header = read_text_table(data.folder / f"{table}.csv").columns
        assert list(described["column"]) == list(header), table
        assert (described["meaning"] != "").all(), table


def test_every_csv_in_data_is_described(data: Data) -> None:
    described = set(data.dictionary["table"]) | {"dictionary"}
    assert {p.stem for p in data.folder.glob("*.csv")} <= described


def test_no_source_is_unused_and_none_is_missing(data: Data) -> None:
    assert data.sources["source"].is_unique


def test_the_counts_end_in_march_2025(data: Data) -> None:
    assert data.area_figures["date"].max() <= pd.Timestamp("2025-03-31")
    assert data.national("rso_count").index.max() == pd.Timestamp("2025-03-31")
    assert data.national_rows("rso_projection", parts=True)["date"].max() == pd.Timestamp(
        "2029-12-31"
    )


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("dyfed powys", "Dyfed-Powys"),
        ("devon-and-cornwall", "Devon and Cornwall"),
        ("Devon & Cornwall", "Devon and Cornwall"),
        ("Teesside", "Cleveland"),
        ("County Durham", "Durham"),
        ("Durham Constabulary", "Durham"),
        ("Kent Police", "Kent"),
        ("Heddlu Gwent", "Gwent"),
        ("Heddlu De Cymru", "South Wales"),
        ("Hampshire & Isle of Wight Constabulary", "Hampshire"),
        ("E23000032", "Kent"),
        ("Metropolitan Police Service", "London"),
        ("City of London Police", "London"),
    ],
)
def test_areas_have_many_names(data: Data, written: str, area: str) -> None:
    assert data.area(written) == area
    found = resolve(data, written)
    assert found.kind in {"area", "part"} and found.area == area
    assert found.kind == "area" or (found.name.endswith("Police") and found.remark)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("England", "sum"),
        ("Wales", "sum"),
        ("Total", "sum"),
        ("Yorkshire & the Humber", "sum"),
        ("England & Wales", "nation"),
        ("Met", "part"),
        ("Metropolitan Police", "part"),
        ("Herefordshire", "part"),  # of West Mercia, not a misspelling of Hertfordshire
        ("E23000001", "unknown"),  # one of London's two
        ("Atlantis", "unknown"),
        ("", "unknown"),
    ],
)
def test_sums_and_parts_are_no_areas(data: Data, written: str, kind: str) -> None:
    assert resolve(data, written).kind == kind


def test_only_a_misspelling_gets_a_suggestion(data: Data) -> None:
    with pytest.raises(UnknownName, match=r"no force called 'Cumbira': did you mean 'Cumbria'\?"):
        data.area("Cumbira")
    with pytest.raises(UnknownName, match=r"did you mean 'Teesside'\?"):
        data.area("Teeside")
    for written in (
        "Total",
        "England",
        "England & Wales",
        "East Yorkshire",
        "E23000001",
        "Metro",
        "Kant Wales",
    ):
        with pytest.raises(UnknownName) as error:
            data.area(written)
        assert "did you mean" not in str(error.value)
    with pytest.raises(UnknownName, match="England is a sum of areas"):
        data.area("England")


def test_unknown_dates_are_told_with_the_known_ones(data: Data) -> None:
    with pytest.raises(UsageError, match="choose one of 2010-03-31, 2011-03-31, 2013-03-31"):
        data.date("2012-03-31")
    with pytest.raises(UsageError, match="write it as YYYY-MM-DD"):
        data.date("last spring")


def test_force_and_day_know_the_studys_own_and_refuse_nothing_at_all(data: Data) -> None:
    assert (data.force(), data.day()) == ("Cumbria", pd.Timestamp("2020-03-31"))
    assert data.force("surrey") == "Surrey"
    with pytest.raises(UnknownName):
        data.force("")
    with pytest.raises(UsageError):
        data.day("")


def test_a_stock_is_one_day_of_counts_and_people(data: Data) -> None:
    stock = data.on("2020-03-31")
    assert stock == data.on() and hash(stock) == hash(data.on())
    assert stock != data.on("2019-03-31") and stock != data.on(denominator="all ages")
    assert (stock.national_count, stock.national_people) == (62_435, 52_252_671)
    assert stock.mid_year == 2019
    assert stock.counts["Cumbria"] == 594 and len(stock.people) == 42
    assert len(stock.counted) == 26 and set(stock.uncounted) == set(data.names) - set(stock.counted)
    with pytest.raises(ValueError, match="read-only"):
        stock.counts["Cumbria"] = 0.0  # everyone shares it
    with pytest.raises(UnknownName):
        data.on(denominator="horses")


def test_rows_are_selected_in_one_place(data: Data) -> None:
    one = data.rows("rso_count", "Cumbria", "2020-03-31")
    assert list(one["value"]) == [594]
    every = data.rows(["rso_count", "rso_rate_per_100k"], basis=None, preferred=False)
    assert set(every["measure"]) == {"rso_count", "rso_rate_per_100k"}
    assert set(every["basis"]) > {"all_levels"} and not every["preferred"].all()
    assert list(data.national_rows("rso_count", "2020-03-31")["value"]) == [62_435]


def test_until_hides_what_came_later(data: Data) -> None:
    then = data.until("2019-03-31")
    assert then.area_figures["date"].max() == pd.Timestamp("2019-03-31")
    assert then.national_figures["date"].max() == pd.Timestamp("2019-03-31")
    assert then.population["mid_year"].max() == 2018
    assert then != data


@pytest.mark.parametrize(
    ("table", "cells", "sentence"),
    [
        ("area_figures", {"value": "about 9"}, r"column value: 'about 9' is not a number\."),
        ("area_figures", {"date": "31/03/2020"}, r"column date: '31/03/2020' is not a date"),
        ("area_figures", {"area": "Atlantis"}, r"column area: 'Atlantis' is not in areas\.csv\."),
        ("area_figures", {"basis": "guess"}, r"column basis: 'guess' is not one of all_levels,"),
        ("area_figures", {"sources": "nobody"}, r"column sources: 'nobody' is not in sources\.csv"),
        ("area_figures", {"value": ""}, r"column value: must not be empty\."),
        ("area_figures", {"value": "9999999"}, r"column value: '9999999' is above 1000000\."),
        (
            "population",
            {"population_10plus": "12.5"},
            r"column population_10plus: '12\.5' is not a whole number\.",
        ),
        ("population", {"population_all": "-5"}, r"column population_all: '-5' is below 1\."),
        ("areas", {"slug": "../etc"}, r"column slug: '\.\./etc' is not a plain lower-case name\."),
        ("sources", {"url": "javascript:x"}, r"column url: 'javascript:x' is not a web address\."),
        ("sources", {"title": "a\x07b"}, r"column title: .* holds a control character\."),
    ],
)
def test_a_spoilt_cell_is_named(
    data_copy: Path, table: str, cells: dict[str, str], sentence: str
) -> None:
    spoil(data_copy, table, 5, **cells)
    with pytest.raises(DataError, match=rf"^{table}\.csv, row 5, {sentence}") as error:
        load(data_copy)
    assert str(error.value).count(". ") == 0  # one sentence


def test_a_missing_column_is_named(data_copy: Path) -> None:
    path = data_copy / "area_figures.csv"
    path.write_text(path.read_text("utf-8").replace("quality", "grade", 1), "utf-8")
    with pytest.raises(DataError, match=r"area_figures\.csv has no column 'quality'"):
        load(data_copy)


def test_a_repeated_row_is_named(data_copy: Path) -> None:
    path = data_copy / "area_figures.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[10]]), "utf-8")
    with pytest.raises(DataError, match=rf"row {len(lines) + 1}: repeats row 11"):
        load(data_copy)


def test_a_ragged_row_is_named(data_copy: Path) -> None:
    path = data_copy / "sources.csv"
    path.write_text(path.read_text("utf-8") + "x,y\n", "utf-8")
    with pytest.raises(DataError, match=r"sources\.csv, row \d+: 2 cells where the header has 5"):
        load(data_copy)


def test_a_count_above_the_population_is_named(data_copy: Path) -> None:
    row = line_of(data_copy, "area_figures", area="Cumbria", date="2020-03-31", measure="rso_count")
    spoil(data_copy, "area_figures", row, value="594000")
    with pytest.raises(DataError, match=rf"row {row}, column value: 594000 people .* in Cumbria"):
        load(data_copy)


def test_two_preferred_values_are_refused(data_copy: Path) -> None:
    row = line_of(data_copy, "national_figures", value="59742")
    spoil(data_copy, "national_figures", row, preferred="true")
    with pytest.raises(DataError, match="a second preferred value of its cell"):
        load(data_copy)


@pytest.mark.parametrize("name", ["areas.csv", "dictionary.csv", "study.toml"])
def test_a_missing_file_is_named(data_copy: Path, name: str) -> None:
    (data_copy / name).unlink()
    with pytest.raises(DataError, match=f"{name} is missing"):
        load(data_copy)


def test_a_table_in_another_encoding_is_told(data_copy: Path) -> None:
    path = data_copy / "areas.csv"
    path.write_bytes(path.read_bytes() + "Ynys Môn,y,Wales,W,53,-4,b,q,s\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"areas\.csv is not UTF-8 text"):
        load(data_copy)


def test_the_made_up_country_loads(made_up_data: Data) -> None:
    assert len(made_up_data.areas) == 42
    assert made_up_data.nation == "Freedonia and Sylvania"
    assert len(made_up_data.counts("2018-03-31")) == 28
