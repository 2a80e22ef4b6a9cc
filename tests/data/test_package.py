"""The description of the tables is that of the dictionary, and fits the files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from frictionless import Package

from mappa.data import Data, schema


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
