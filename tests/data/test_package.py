"""The description of the tables is that of the dictionary, and fits the files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from frictionless import Package

from mappa.data import Data, load, schema
from mappa.errors import DataError


def test_the_shipped_description_is_that_of_the_dictionary(data: Data) -> None:
    shipped = (data.folder / schema.PACKAGE).read_text(encoding="utf-8")
    assert shipped == schema.package_text(data)


def test_frictionless_finds_the_package_valid_and_a_wrong_cell_in_it(
    data: Data, data_copy: Path
) -> None:
    report = Package(str(data.folder / schema.PACKAGE)).validate()
    assert report.valid, report.flatten(["type", "rowNumber", "note"])
    areas = data_copy / "areas.csv"
    areas.write_text(areas.read_text(encoding="utf-8").replace(",police_force_area,", ",x,", 1))
    wrong = Package(str(data_copy / schema.PACKAGE)).get_resource("areas").validate()
    assert {error[0] for error in wrong.flatten(["type"])} == {"constraint-error", "hash-count"}


def test_fields_are_the_columns_of_the_files(data: Data) -> None:
    described = json.loads(schema.package_text(data))
    assert described["profile"] == "tabular-data-package"
    assert len(described["resources"]) >= 25
    for resource in described["resources"]:
        with (data.folder / resource["path"]).open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert set(names) == set(header), resource["name"]
        assert set(resource["schema"].get("primaryKey", [])) <= set(names)


def test_types_bounds_and_codes_are_carried_over(data: Data) -> None:
    resources = {r["name"]: r["schema"] for r in json.loads(schema.package_text(data))["resources"]}
    fields = {f["name"]: f for f in resources["population"]["fields"]}
    assert fields["mid_year"]["type"] == "integer"
    assert fields["mid_year"]["constraints"] == {"required": True, "minimum": 1981, "maximum": 2099}
    assert resources["population"]["primaryKey"] == ["area", "mid_year"]
    assert "primaryKey" not in resources["national-figures"]  # a category may be empty
    codes = {f["name"]: f for f in resources["areas"]["fields"]}
    assert codes["basis"]["constraints"]["enum"] == ["police_force_area"]


def test_an_answer_loads_neither_charts_nor_notebooks() -> None:
    code = """
import sys
from mappa.commands import main
sys.argv[1:] = ["rate"]
main()
assert not {"matplotlib", "papermill"} & {*sys.modules}
"""
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def _spoil(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("true", "perhaps", 1), "utf-8")


def test_a_changed_table_is_refused(data_copy: Path) -> None:
    _spoil(data_copy, "area_figures")
    with pytest.raises(DataError, match=r"area_figures\.csv, row \d+, column preferred"):
        load(data_copy)


def test_a_changed_dictionary_has_every_table_checked(data_copy: Path) -> None:
    path = data_copy / schema.DICTIONARY
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("lat,number,no,yes,-90,90", "lat,number,no,yes,-90,0"))
    assert path.read_text(encoding="utf-8") != text
    with pytest.raises(DataError, match=r"areas\.csv, row 2, column centroid_lat"):
        load(data_copy)


def test_the_package_is_not_written_for_a_table_that_is_wrong(data_copy: Path) -> None:
    path = data_copy / schema.PACKAGE
    before = path.read_bytes()
    _spoil(data_copy, "area_figures")
    done = subprocess.run(
        [sys.executable, "-m", "mappa", "--data", str(data_copy), "check", "--package"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and "'perhaps' is not true or false" in done.stderr
    assert path.read_bytes() == before
