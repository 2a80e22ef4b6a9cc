"""Any process of a run, killed at any moment: whole pages, nothing left, and the next run ends."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_support import Fault
from runs_support import mappa_command, mappa_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def parent(pid: int) -> int:
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
        )
    except OSError:
        return 0


def is_server(pid: int) -> bool:
    return "warmkernels.server" in command_line(pid) and not is_kernel(pid)


def is_kernel(pid: int) -> bool:
    forked = "warmkernels.server" in command_line(parent(pid))
    return forked or "ipykernel_launcher" in command_line(pid)


def is_worker(pid: int) -> bool:
    return "multiprocessing.spawn" in command_line(pid)


KINDS: dict[str, Callable[[int], bool]] = {
    "server": is_server,
    "worker": is_worker,
    "kernel": is_kernel,
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_whichever_process_is_killed(tmp_path: Path, kind: str, seed: int) -> None:
    chance = random.Random(f"{kind} {seed}")
    fault = Fault(tmp_path)
    (tmp_path / "go").touch()
    process = fault.start()
    found: list[int] = []

    def running() -> bool:
        found[:] = [pid for pid in fault.processes() if KINDS[kind](pid)]
        return bool(found) or process.poll() is not None

    fault.wait_for(running)
    time.sleep(chance.uniform(0, 3))
    if running() and found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(found), signal.SIGKILL)
    _, told = process.communicate(timeout=240)
    assert process.returncode in (0, 1) and "Traceback" not in told, told
    fault.assert_nothing_is_left()
    published = (p.parent.name for p in fault.out.glob("*/run.json"))
    fault.assert_whole(*published, failed=process.returncode == 1)
    done = fault.finish()
    assert done.returncode == 0, done.stderr
    fault.assert_whole("cumbria", "kent")
    fault.assert_nothing_is_left()


def test_a_disk_that_takes_no_large_file(tmp_path: Path) -> None:
    """A limit on the size of a file stands for a full disk, of pages and of the cache."""
    resource = pytest.importorskip("resource")
    fault = Fault(tmp_path)
    (tmp_path / "go").touch()
    done = subprocess.run(
        mappa_command(*fault.arguments),
        env=mappa_environment(**fault.more, MAPPA_CACHE=str(tmp_path / "cache")),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "File too large" in done.stderr, done.stderr
    fault.assert_nothing_is_left()
    assert not list(fault.out.glob("*/*.html"))
    assert fault.finish().returncode == 0
    fault.assert_whole("cumbria", "kent")
