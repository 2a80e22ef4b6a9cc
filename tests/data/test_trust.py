"""A table whose digest stands in the data package was checked; any other is checked when read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from mappa.data import Data, load, schema
from mappa.data.load import TABLES
from mappa.errors import DataError


@pytest.mark.parametrize("table", [*TABLES, "estimates", "origins", "posterior"])
def test_a_table_reads_alike_whether_it_is_checked_or_was(data: Data, table: str) -> None:
    path = data.folder / f"{table}.csv"
    raw = schema.read_text_table(path)
    checked = schema.validate_table(table, raw, data.dictionary)
    pd.testing.assert_frame_equal(schema.read_table(path, data.dictionary), checked)


def test_an_answer_from_the_shipped_tables_loads_no_validator() -> None:
    code = """
import sys
from mappa.commands import main
sys.argv[1:] = ["rate"]
main()
assert not {"pandera", "matplotlib", "papermill"} & {*sys.modules}
"""
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def _spoil(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("true", "perhaps", 1), "utf-8")


def test_a_changed_table_is_checked(data_copy: Path) -> None:
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


@pytest.mark.parametrize("package", ["", "[]", "{}", '{"resources": [{"path": "areas.csv"}]}'])
def test_a_package_that_tells_no_digests_vouches_for_nothing(data_copy: Path, package: str) -> None:
    (data_copy / schema.PACKAGE).write_text(package)
    _spoil(data_copy, "area_figures")
    with pytest.raises(DataError, match=r"area_figures\.csv"):
        load(data_copy)


def test_the_package_is_not_written_for_a_table_that_is_wrong(data_copy: Path) -> None:
    """Not even for one whose digest the package has, as after an edit by hand."""
    path = data_copy / schema.PACKAGE
    described = json.loads(path.read_text(encoding="utf-8"))
    _spoil(data_copy, "area_figures")
    for resource in described["resources"]:
        resource["hash"] = schema.file_hash(data_copy / resource["path"])
    forged = json.dumps(described)
    path.write_text(forged, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mappa", "--data", str(data_copy), "check", "--package"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and "'perhaps' is not true or false" in done.stderr
    assert path.read_text(encoding="utf-8") == forged
