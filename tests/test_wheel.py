"""The built wheel works outside the clone: data and notebooks are inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network: hatchling is among the tools of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def outside(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked as it would be installed, far from the clone."""
    folder = tmp_path_factory.mktemp("outside")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    (folder / "work").mkdir()
    return folder


def mappa(outside: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the unpacked package in an empty folder; the clone's own install stands behind it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAPPA_")}
    environment["PYTHONPATH"] = str(outside / "site")
    environment["MAPPA_CACHE"] = str(outside / "cache")
    return subprocess.run(
        [sys.executable, "-m", "mappa", *arguments],
        cwd=outside / "work",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_holds_what_a_clone_holds(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for folder in ("data", "notebooks"):
        for path in (root / folder).iterdir():
            if path.is_file():
                assert f"mappa/_shipped/{folder}/{path.name}" in inside
    assert not [n for n in inside if n.startswith(("tests", "benchmarks")) or "__pycache__" in n]


def test_a_rate_and_the_refusal_to_change_what_is_installed(outside: Path, root: Path) -> None:
    done = mappa(outside, "rate", "--force", "Cumbria")
    assert done.returncode == 0, done.stderr
    assert "Cumbria" in done.stdout
    new = outside / "work" / "new.csv"
    new.write_text(
        "area,date,measure,value,source,source_title\n"
        "Kent,2020-03-31,violent_count,300,made-up,A made-up report\n",
        encoding="utf-8",
    )
    done = mappa(outside, "add-figures", str(new), "--yes")
    assert done.returncode == 1
    assert "name your own copy with `mappa --data FOLDER`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_lands_in_the_current_folder(outside: Path) -> None:
    done = mappa(outside, "report", "--force", "Cumbria")
    assert done.returncode == 0, done.stderr
    assert (outside / "work" / "reports" / "cumbria" / "index.html").is_file()
