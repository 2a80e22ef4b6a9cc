"""Every mistake gets one sentence and a non-zero exit, and nothing half-written is left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from table_edits import line_of, spoil


def mappa(*args: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    where = ["--data", str(folder)] if folder else []
    return subprocess.run(
        [sys.executable, "-m", "mappa", *where, *args], capture_output=True, text=True, check=False
    )


def no_column(folder: Path) -> None:
    path = folder / "population.csv"
    path.write_text(path.read_text("utf-8").replace("population_10plus", "pop10", 1), "utf-8")


def repeated_row(folder: Path) -> None:
    path = folder / "area_figures.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[-1]]), "utf-8")


def count_above_population(folder: Path) -> None:
    row = line_of(folder, "area_figures", area="Cumbria", date="2020-03-31", measure="rso_count")
    spoil(folder, "area_figures", row, value="900000")


def text_in_a_number(folder: Path) -> None:
    spoil(folder, "national_figures", 9, value="about 18,000")


@pytest.mark.parametrize(
    ("hurt", "words"),
    [
        (no_column, "population.csv has no column 'population_10plus'"),
        (repeated_row, "repeats row"),
        (count_above_population, "more than the"),
        (text_in_a_number, "national_figures.csv, row 9, column value: 'about 18,000'"),
    ],
)
def test_spoilt_data_stop_the_report(
    data_copy: Path, tmp_path: Path, hurt: Callable[[Path], None], words: str
) -> None:
    hurt(data_copy)
    out = tmp_path / "reports"
    done = mappa("report", "--force", "Cumbria", "--out", str(out), folder=data_copy)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len([s for s in done.stderr.splitlines() if s.startswith("mappa: ")]) == 1
    assert not list(out.rglob("*.html")) and not list(out.rglob("*.ipynb"))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("rate", "--force", "Cumbira"), "did you mean 'Cumbria'?"),
        (("report", "--force", "Nowhere"), "There is no force called 'Nowhere'"),
        (("rate", "--force", "Cumbria", "--as-of", "2020-04-01"), "choose one of 2010-03-31,"),
        (("rate", "--force", "Cumbria", "--as-of", "soon"), "YYYY-MM-DD"),
        (("rate", "--force", "Cumbria", "--comparator", "rset"), "did you mean 'rest'?"),
        (("rate", "--force", "Cumbria", "--margin", "-1"), "margin"),
        (("growth", "--force", "Cumbrai"), "did you mean 'Cumbria'?"),
    ],
)
def test_unknown_names_exit_2_with_one_sentence(args: tuple[str, ...], words: str) -> None:
    done = mappa(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unwritable_output_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = mappa("report", "--force", "Cumbria", "--out", str(tmp_path / "file" / "reports"))
    assert done.returncode == 1
    assert "Cannot write" in done.stderr and "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text() == ""


def test_a_missing_data_folder_is_one_sentence(tmp_path: Path) -> None:
    done = mappa("check", folder=tmp_path / "nothing")
    assert done.returncode == 1
    assert "There is no folder" in done.stderr and "Traceback" not in done.stderr
