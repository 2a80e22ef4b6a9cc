"""A report is the same on a machine without forks and sockets, and wherever its output goes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from runs_support import mappa, write_study

SUPPORT = Path(__file__).resolve().parents[1] / "support"
SOURCE = Path(__file__).resolve().parents[2] / "src"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="shows Linux as another system")

#: What a system is and how it writes what a command prints into a file or a pipe.
MACHINES = {
    "win32": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    "darwin": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},  # ASCII
}


def published(out: Path) -> dict[str, bytes]:
    files = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    kept = {n: p for n, p in files.items() if not n.startswith(".work") and n != "runs.json"}
    return {name: path.read_bytes() for name, path in kept.items()}


def run(folder: Path, notebooks: Path | None = None, machine: str = "") -> dict[str, bytes]:
    """Run a report for two forces with a cache of its own, and return what it publishes."""
    more = {"MAPPA_CACHE": str(folder / "cache")}
    if machine:
        path = f"{SUPPORT / 'other_machine'}:{SOURCE}"
        more |= {"PYTHONPATH": path, "OTHER_MACHINE": machine, **MACHINES[machine]}
    asked = ["report", "--force", "Cumbria", "--force", "Norfolk", "--out", folder / "out"]
    done = mappa(*asked, notebooks=notebooks, patience=1200, **more)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr and "Norfolk" in done.stderr
    return published(folder / "out")


@pytest.mark.parametrize("machine", MACHINES)
def test_a_small_study_has_the_same_bytes(tmp_path: Path, machine: str) -> None:
    notebooks = write_study(tmp_path / "nb")
    here = run(tmp_path / "here", notebooks)
    assert len(here) > 20 and run(tmp_path / machine, notebooks, machine) == here


@pytest.mark.slow
def test_the_study_itself_has_the_same_bytes(tmp_path: Path) -> None:
    here = run(tmp_path / "here")
    for machine in MACHINES:
        assert run(tmp_path / machine, machine=machine) == here
