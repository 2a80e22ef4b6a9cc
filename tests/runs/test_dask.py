"""The same tasks on a real dask.distributed cluster of several processes, a killed worker too."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from runs_support import mappa, mappa_environment, write_study

from mappa.data import Data

distributed = pytest.importorskip("distributed")

from mappa.growth import validation  # noqa: E402
from mappa.register.inference import fit as fits  # noqa: E402
from mappa.runs import notebooks, plan, publish, report  # noqa: E402
from mappa.runs.jobs import OtherMachine  # noqa: E402
from mappa.runs.workers import cluster  # noqa: E402

pytestmark = [pytest.mark.cluster, pytest.mark.kernels]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a scheduler with two workers in processes of their own."""
    kept = dict(os.environ)
    plain = mappa_environment()  # ipykernel behaves otherwise inside a test
    os.environ.clear()
    os.environ.update(plain)  # with what chooses the code of BLAS, or last digits differ
    try:
        local = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        )
    finally:
        os.environ.update(kept)
    with local:
        yield local.scheduler_address


def run_on(
    address: str, data: Data, folder: Path, out: Path, forces: list[str], **changes: Any
) -> report.Run:
    publish.make_folder(out)
    study = plan.Study(data, tuple(notebooks.find(folder)), {}, out, **changes)
    plans = plan.plan(study, forces)
    with cluster(address) as (executor, threads):
        progress = report.Progress(0, len(plans), quiet=True)
        run = report.Run(study, plans, progress, 2 * threads)
        with run.recorded("dask"):
            run.run(executor.submit)
    return run


def states(run: report.Run) -> list[str]:
    return [force.state for force in run.forces]


def test_a_cluster_publishes_the_same_bytes_as_this_machine(
    address: str, data: Data, tmp_path: Path
) -> None:
    study = write_study(tmp_path / "nb")
    done = mappa(
        "report", "--force", "Kent", "--out", tmp_path / "a", "--dask", address, notebooks=study
    )
    assert done.returncode == 0, done.stderr
    done = mappa("report", "--force", "Kent", "--out", tmp_path / "b", notebooks=study)
    assert done.returncode == 0, done.stderr
    here, there = (
        {p.name: p.read_bytes() for p in (tmp_path / x / "kent").iterdir()} for x in "ab"
    )
    assert here == there and len(here) == 11


def test_identical_jobs_run_again_and_are_not_remembered(
    address: str, data: Data, tmp_path: Path
) -> None:
    count = f"open({str(tmp_path / 'ran')!r}, 'a').write('x')"
    folder = write_study(tmp_path / "nb", rate=[count])
    for out in ("a", "b"):
        run = run_on(address, data, folder, tmp_path / out, ["Kent"])
        assert states(run) == [report.PUBLISHED]
    assert (tmp_path / "ran").read_text() == "xx"


def test_a_failing_notebook_fails_its_force_only(address: str, data: Data, tmp_path: Path) -> None:
    fails = "assert force != 'Kent', 'not Kent'"
    folder = write_study(tmp_path / "nb", rate=[fails])
    run = run_on(address, data, folder, tmp_path / "out", ["Kent", "Surrey"])
    assert states(run) == [report.FAILED, report.PUBLISHED]
    assert run.forces[0].failures["2-rate"].error == "AssertionError"


def test_a_worker_with_other_tables_is_refused(address: str, data: Data, tmp_path: Path) -> None:
    folder = write_study(tmp_path / "nb")
    with pytest.raises(OtherMachine, match=r"The tables on .* are not those of this run"):
        run_on(address, data, folder, tmp_path / "out", ["Kent"], tables="other")
    assert not (tmp_path / "out" / "kent").exists()


WAIT = """\
import os, pathlib, time
here = pathlib.Path({here!r})
(here / f"{{os.environ['JPY_PARENT_PID']}}-{{os.getpid()}}").touch()
while not (here / "go").exists():
    time.sleep(0.05)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_that_is_killed_in_mid_run_loses_nothing(
    address: str, data: Data, tmp_path: Path
) -> None:
    """Its kernel goes with it and the scheduler gives the task to another worker."""
    here = tmp_path / "here"
    here.mkdir()
    folder = write_study(tmp_path / "nb", rate=[WAIT.format(here=str(here))])
    killed: list[int] = []

    def kill() -> None:
        end = time.monotonic() + 90
        while not killed and time.monotonic() < end:
            for mark in here.glob("*-*"):
                worker, kernel = map(int, mark.name.split("-"))
                os.kill(worker, signal.SIGKILL)
                killed.append(kernel)
                break
            time.sleep(0.05)
        (here / "go").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    run = run_on(address, data, folder, tmp_path / "out", ["Kent"])
    killer.join()
    assert states(run) == [report.PUBLISHED]
    assert len(list(here.glob("*-*"))) == 2  # it was begun twice
    end = time.monotonic() + 20
    while Path(f"/proc/{killed[0]}").exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not Path(f"/proc/{killed[0]}").exists()


def test_the_simulation_and_the_validation_are_the_same_on_a_cluster(
    address: str, data: Data, tmp_path: Path
) -> None:
    written = []
    for more in ([], ["--dask", address]):
        out = tmp_path / f"simulation-{len(more)}.csv"
        done = mappa("simulate", "--replications", "100", "--out", out, *more)
        assert done.returncode == 0, done.stderr
        written.append(out.read_bytes())
    assert written[0] == written[1]
    chosen = validation.plan(data)[:2]
    small: dict[str, Any] = {"draws": 40, "warm_up": 10, "sweeps": 1}
    here = validation.run(data, chosen, **small)
    with cluster(address) as (executor, _):
        there = validation.run(data, chosen, executor=executor, **small)
    assert len(here) and here.equals(there)


def test_the_posterior_is_the_same_on_a_cluster(
    address: str, data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fits.Settings(
        seed=7, chains=2, burn=0, kept=40, judged=8, ship=4, processes=1, tuning=0.01, block=20
    )
    made: list[Any] = []
    for name in ("here", "there"):
        monkeypatch.setenv("MAPPA_CACHE", str(tmp_path / name))
        with cluster(address) if made else nullcontext((None, 1)) as (workers, _):
            made.append(fits.fit(data, "2020-03-31", settings, executor=workers))
        # The cluster is lent the tuned sampler, but none of the draws.
        for path in (tmp_path / "here").rglob("tuned.pickle"):
            there = tmp_path / "there" / path.relative_to(tmp_path / "here")
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())
    (draws, shown, told), (draws_there, shown_there, told_there) = made
    assert draws["walk_1"].nunique() > 1
    assert draws.equals(draws_there) and shown.equals(shown_there)
    assert told == told_there
