"""The built wheel works outside the clone: data and notebooks are inside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STRAYS = (
    "data/private-notes.csv",
    "data/.~lock.areas.csv#",
    "data/seals/draft.json",
    "notebooks/2-rate-Copy1.ipynb",
    "notebooks/.ipynb_checkpoints/2-rate-checkpoint.ipynb",
    "src/mappa/notes.txt",
    "src/mappa/data/new.xlsx",
)


def tracked(root: Path) -> list[str]:
    """Return the files that git knows."""
    asked = ["git", "-C", str(root), "ls-files", "-z"]
    listed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.split("\0") if name]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a used clone, without a network: hatchling is among the tests' tools."""
    folder = tmp_path_factory.mktemp("wheel")
    clone = folder / "clone"
    for name in (*tracked(root), *STRAYS):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        if name in STRAYS:
            (clone / name).write_text("nobody else's business", encoding="utf-8")
        else:
            shutil.copy(root / name, clone / name)
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(build, cwd=clone, check=True, capture_output=True)
    return next(folder.glob("mappa_study-*.whl"))


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


def test_the_source_distribution_holds_no_stray_either(wheel: Path) -> None:
    with tarfile.open(next(wheel.parent.glob("mappa_study-*.tar.gz"))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert inside & set(STRAYS) == set() and {"src/mappa/cache.py", "data/areas.csv"} <= inside


def test_it_holds_what_git_holds_and_no_stray(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {n for n in archive.namelist() if ".dist-info/" not in n}
    wanted = {
        name.removeprefix("src/") if name.startswith("src/") else f"mappa/_shipped/{name}"
        for name in tracked(root)
        if name.startswith(("src/", "data/", "notebooks/"))
    }
    assert inside == wanted


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
