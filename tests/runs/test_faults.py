"""A run that is killed, interrupted or doubled leaves whole pages, no process and no scratch."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from fault_support import Fault

pytestmark = [
    pytest.mark.kernels,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGKILL, -9),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow),
    ],
)
def test_a_run_ended_by_a_signal_leaves_whole_pages_and_the_next_one_does_the_rest(
    tmp_path: Path, number: int, status: int
) -> None:
    fault = Fault(tmp_path)
    process = fault.start()
    fault.wait_for_kent()
    fault.wait_for(lambda: (fault.out / "cumbria" / "run.json").exists())
    assert len(fault.processes()) >= 4  # the run, its template, workers and a kernel
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == status
    if number != signal.SIGKILL:
        assert told.splitlines()[-1].startswith("mappa: Stopped; published pages are complete")
        assert json.loads((fault.out / "runs.json").read_text())["forces"][1]["state"] == "not run"
    fault.assert_nothing_is_left()
    fault.assert_whole("cumbria")
    began = len(list(tmp_path.glob("began-*")))
    done = fault.finish()
    assert done.returncode == 0, done.stderr
    assert "Cumbria: up to date" in done.stderr and "Kent: published" in done.stderr
    assert len(list(tmp_path.glob("began-*"))) == began + 1
    fault.assert_whole("cumbria", "kent")
    fault.assert_nothing_is_left()


def test_an_interrupt_before_anything_is_whole_leaves_nothing(tmp_path: Path) -> None:
    fault = Fault(tmp_path, forces=["Kent"])
    process = fault.start()
    fault.wait_for(fault.processes)
    fault.wait_for((fault.out / ".work" / "lock").exists)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and told.splitlines()[-1].startswith("mappa: Stopped;")
    fault.assert_nothing_is_left()
    fault.assert_whole()


@pytest.mark.slow
def test_two_runs_at_once_wait_for_each_other_and_execute_each_notebook_once(
    tmp_path: Path,
) -> None:
    fault = Fault(tmp_path)
    first = fault.start()
    fault.wait_for_kent()
    second = fault.start()
    assert "Another run writes to" in second.stderr.readline()
    (tmp_path / "go").touch()
    for process in (first, second):
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0
    assert told.count("up to date") == 2
    assert len(list(tmp_path.glob("began-*"))) == 2
    fault.assert_whole("cumbria", "kent")
    fault.assert_nothing_is_left()


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.3, 1.5, 3, 5, 7, 9])
def test_killed_at_any_moment_only_whole_pages_are_there(tmp_path: Path, delay: float) -> None:
    fault = Fault(tmp_path)
    (tmp_path / "go").touch()
    process = fault.start()
    time.sleep(delay)
    process.kill()
    process.communicate(timeout=30)
    fault.assert_nothing_is_left()
    if fault.out.exists():
        folders = {p.name for p in fault.out.iterdir() if p.is_dir()} - {".work"}
        fault.assert_whole(*folders)
    done = fault.finish()
    assert done.returncode == 0, done.stderr
    fault.assert_whole("cumbria", "kent")


def test_cold_kernels_go_with_a_run_that_is_killed(tmp_path: Path) -> None:
    fault = Fault(tmp_path, forces=["Kent"], extra=["--cold"])
    process = fault.start()
    fault.wait_for_kent()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    fault.assert_nothing_is_left()
