"""A run, with real kernels, over a small study: what is run, published, told and left alone."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from runs_support import notebook, write_study

from mappa.data import Data
from mappa.errors import OutputError, UnknownName, UsageError
from mappa.files import write_atomically
from mappa.runs import notebooks, plan, publish, report, state, workers
from mappa.runs.execute import execute

pytestmark = pytest.mark.kernels

FORCES = ["Cumbria", "Kent"]


@pytest.fixture(scope="module")
def pool() -> Iterator[Any]:
    # ipykernel captures nothing in a process that it takes for a test
    said = os.environ.pop("PYTEST_CURRENT_TEST", None)
    with workers.pool(2) as submit:
        if said:
            os.environ["PYTEST_CURRENT_TEST"] = said
        yield submit


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("notebooks"))


def study_of(data: Data, folder: Path, out: Path, **settings: Any) -> plan.Study:
    publish.make_folder(out)
    return plan.Study(data, tuple(notebooks.find(folder)), settings, out)


def run_it(
    study: plan.Study,
    pool: Any,
    forces: Sequence[str] = FORCES,
    *,
    again: bool = False,
    **options: Any,
) -> report.Run:
    plans = plan.plan(study, forces, again=again)
    run = report.Run(study, plans, report.Progress(0, len(plans), quiet=True), 2, **options)
    with run.recorded("test"):
        run.run(pool)
    return run


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and plan.WORK not in p.parts
    }


@pytest.fixture(scope="module")
def published(
    data: Data, study_folder: Path, tmp_path_factory: pytest.TempPathFactory, pool: Any
) -> tuple[plan.Study, report.Run]:
    out = tmp_path_factory.mktemp("out") / "reports"
    study = study_of(data, study_folder, out)
    return study, run_it(study, pool)


def states(run: report.Run) -> dict[str, str]:
    return {force.plan.force: force.state for force in run.forces}


def test_publishes_pages_executed_notebooks_and_results(
    published: tuple[plan.Study, report.Run],
) -> None:
    study, run = published
    assert states(run) == {"Cumbria": report.PUBLISHED, "Kent": report.PUBLISHED}
    wanted = {f"{n}.{e}" for n in ("1-growth", "2-rate", "3-register") for e in ("html", "ipynb")}
    wanted |= {"index.html", "results.json", "results.csv", "run.json"}
    for slug in ("cumbria", "kent"):
        files = wanted | {f"{slug}-figures.xlsx"}
        assert {p.name for p in (study.out / slug).iterdir()} == files
    people = f"{study.data.people('2020-03-31')['Kent']:,.0f} people live in Kent."
    whole = json.loads((study.out / "kent" / "results.json").read_text())
    assert whole["sentences"]["2-rate"] == people
    assert people in (study.out / "kent" / "2-rate.html").read_text()


def test_gathers_a_national_table_and_writes_down_the_run(
    published: tuple[plan.Study, report.Run],
) -> None:
    study, _ = published
    rows = list(csv.DictReader((study.out / "results.csv").open()))
    people = study.data.people("2020-03-31")
    found = {r["force"]: float(r["value"]) for r in rows if r["key"] == "people"}
    assert found == {name: float(people[name]) for name in FORCES}
    runs = json.loads((study.out / "runs.json").read_text())
    assert [f["slug"] for f in runs["forces"]] == ["cumbria", "kent"]
    assert runs["data"] == state.data_digest() and runs["versions"]["pandas"]
    assert all(set(f["seconds"]) == {"1-growth", "2-rate", "3-register", "pages"}
               for f in runs["forces"])  # fmt: skip


def test_an_executed_notebook_is_that_of_plain_papermill_in_a_cold_kernel(
    published: tuple[plan.Study, report.Run], tmp_path: Path
) -> None:
    import nbformat
    import papermill

    study, _ = published
    source = study.notebooks[1]
    (tmp_path / "in.ipynb").write_text(source.text)
    cold = papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", {"force": "Kent"}, progress_bar=False
    )
    warm = nbformat.read(study.out / "kent" / "2-rate.ipynb", as_version=4)
    shown = [[c.get("outputs") for c in node.cells if c.id != "injected-parameters"
              and "injected-parameters" not in c.metadata.get("tags", [])]
             for node in (cold, warm)]  # fmt: skip
    assert shown[0] == shown[1]
    assert cold.metadata.language_info == warm.metadata.language_info


def test_an_executed_notebook_has_no_trace_of_when_or_where_it_ran(
    published: tuple[plan.Study, report.Run],
) -> None:
    study, _ = published
    text = (study.out / "kent" / "1-growth.ipynb").read_text()
    node = json.loads(text)
    assert "start_time" not in text and "duration" not in text and "/tmp" not in text
    assert node["metadata"]["papermill"] == {
        "parameters": {"as_of": "2020-03-31", "force": "Kent", "margin": 0.1}
    }
    assert [c["id"] for c in node["cells"]][:3] == ["title", "settings", "injected-parameters"]


def test_a_second_run_does_nothing_and_again_gives_the_same_bytes(
    published: tuple[plan.Study, report.Run], pool: Any
) -> None:
    study, _ = published
    before = tree(study.out)
    assert states(run_it(study, None)) == dict.fromkeys(FORCES, report.UP_TO_DATE)
    run = run_it(study, pool, ["Kent"], again=True)
    assert states(run) == {"Kent": report.PUBLISHED}
    after = tree(study.out)
    before.pop("runs.json"), after.pop("runs.json")  # it holds seconds
    assert after == before


def test_says_why_what_is_not_up_to_date_is_not(
    published: tuple[plan.Study, report.Run],
    data: Data,
    study_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study, _ = published

    def reason(force: str = "Kent", **changes: Any) -> tuple[dict[str, str], str]:
        settings = changes.pop("settings", {})
        other = dataclasses.replace(study, settings=settings, **changes)
        (only,) = plan.plan(other, [force])
        return {s.notebook.name: s.reason for s in only.steps}, only.pages_reason

    everything = ("1-growth", "2-rate", "3-register")
    assert reason() == (dict.fromkeys(everything, ""), "")
    assert reason("Surrey")[0] == dict.fromkeys(everything, "not run yet")
    said = "margin is 0.2, was 0.1"
    assert reason(settings={"margin": "0.2"})[0] == dict.fromkeys(everything, said)
    assert reason(tables="x")[0]["2-rate"] == "the tables changed"
    assert reason(pages="x") == (dict.fromkeys(everything, ""), "the package's source changed")
    one = dataclasses.replace(
        study.notebooks[1], text=json.dumps(notebook("Rate", "print('more')"))
    )
    changed = reason(notebooks=(study.notebooks[0], one, study.notebooks[2]))
    assert changed[0] == {"1-growth": "", "2-rate": "the notebook changed", "3-register": ""}
    assert changed[1] == "a notebook was run again"
    with monkeypatch.context() as other:
        other.setattr(state, "code_of_notebook", lambda modules: "x")
        assert reason()[0]["2-rate"] == "the package's source changed"
    monkeypatch.setattr(state, "versions", lambda *_: {"pandas": "99"})
    assert "pandas is 99, was" in reason()[0]["1-growth"] or reason()[0]["1-growth"]


def test_outputs_kept_in_the_notebook_by_jupyterlab_change_nothing(study_folder: Path) -> None:
    text = (study_folder / "2-rate.ipynb").read_text()
    node = json.loads(text)
    node["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    node["cells"][2]["execution_count"] = 3
    node["metadata"]["language_info"] = {"name": "python", "version": "3.99"}
    same = [state.notebook_inputs(t, {}, "", "") for t in (text, json.dumps(node))]
    assert same[0] == same[1]


def test_a_page_that_was_altered_or_lost_is_made_again_without_a_kernel(
    published: tuple[plan.Study, report.Run], pool: Any
) -> None:
    study, _ = published
    page = study.out / "kent" / "2-rate.html"
    whole = page.read_bytes()
    spoilt: list[tuple[Callable[[], object], str]] = [
        (lambda: page.write_bytes(whole[:100]), "was altered"),
        (page.unlink, "missing"),
    ]
    for spoil, said in spoilt:
        spoil()
        (only,) = plan.plan(study, ["Kent"])
        assert said in only.pages_reason and not any(s.reason for s in only.steps)
        run_it(study, pool, ["Kent"])
        assert page.read_bytes() == whole


def test_what_was_executed_before_a_stop_is_not_run_again(
    data: Data, tmp_path: Path, pool: Any
) -> None:
    folder = write_study(tmp_path / "nb", register=["raise SystemExit('no more')"])
    study = study_of(data, folder, tmp_path / "out")
    assert states(run_it(study, pool, ["Kent"])) == {"Kent": report.FAILED}
    assert not (tmp_path / "out" / "kent").exists()
    write_study(folder)
    study = study_of(data, folder, tmp_path / "out")
    (only,) = plan.plan(study, ["Kent"])
    assert [bool(s.reason) for s in only.steps] == [False, False, True]
    run = run_it(study, pool, ["Kent"])
    assert states(run) == {"Kent": report.PUBLISHED}
    assert set(run.forces[0].seconds) == {"3-register", "pages"}
    assert not (tmp_path / "out" / publish.FAILED).exists()


FAILS = "if force == 'Kent':\n    raise ValueError('a count\\nof nothing')"


def test_a_failed_notebook_is_kept_apart_and_the_other_forces_go_on(
    data: Data, tmp_path: Path, pool: Any
) -> None:
    study = study_of(data, write_study(tmp_path / "nb", rate=[FAILS]), tmp_path / "out")
    run = run_it(study, pool, ["Kent", "Surrey"])
    assert states(run) == {"Kent": report.FAILED, "Surrey": report.PUBLISHED}
    assert not (study.out / "kent").exists()
    kept = json.loads((study.out / publish.FAILED / "kent" / "2-rate.ipynb").read_text())
    assert any(o["output_type"] == "error" for c in kept["cells"] for o in c.get("outputs", []))
    table = report.failure_table(run.forces)
    assert table.splitlines()[1].split("  ")[0] == "Kent"
    for part in ("2-rate", "Rate", "ValueError", "a count"):
        assert part in table.splitlines()[1]
    assert "of nothing" not in table
    runs = json.loads((study.out / "runs.json").read_text())
    assert runs["forces"][0]["errors"] == {
        "2-rate": {"heading": "Rate", "error": "ValueError", "line": "a count"}
    }
    assert {r["force"] for r in csv.DictReader((study.out / "results.csv").open())} == {"Surrey"}


def test_pages_of_before_stay_as_they_were_when_a_notebook_fails(
    data: Data, tmp_path: Path, pool: Any
) -> None:
    folder = write_study(tmp_path / "nb")
    study = study_of(data, folder, tmp_path / "out")
    run_it(study, pool, ["Kent"])
    before = tree(study.out / "kent")
    write_study(folder, rate=[FAILS], growth=["print('new')"])
    study = study_of(data, folder, tmp_path / "out")
    assert states(run_it(study, pool, ["Kent"])) == {"Kent": report.FAILED}
    assert tree(study.out / "kent") == before


def test_stop_begins_no_other_force_after_a_failure(data: Data, tmp_path: Path, pool: Any) -> None:
    study = study_of(data, write_study(tmp_path / "nb", growth=[FAILS]), tmp_path / "out")
    run = run_it(study, pool, ["Kent", "Surrey", "Sussex"], keep_going=False)
    assert list(states(run).values()) == [report.FAILED, report.NOT_RUN, report.NOT_RUN]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Prose(f'The rate is {float(\"nan\")} per 100,000.')", "the text says 'nan'"),
        ("HTML('<img src=\"data:,x\">')", "a picture has no alt text"),
    ],
)
def test_a_success_with_degraded_content_is_a_failure(
    data: Data, tmp_path: Path, pool: Any, cell: str, said: str
) -> None:
    study = study_of(data, write_study(tmp_path / "nb", rate=[cell]), tmp_path / "out")
    run = run_it(study, pool, ["Kent"])
    line = "".join(f.line for f in run.forces[0].failures.values())
    assert said in line
    assert states(run) == {"Kent": report.FAILED} and not (study.out / "kent").exists()
    assert (study.out / publish.FAILED / "kent" / "2-rate.html").is_file()


def test_a_dead_kernel_and_a_cell_without_end_are_failures_with_what_was_done_before(
    tmp_path: Path,
) -> None:
    text = json.dumps(notebook("Rate", "import os\nos._exit(3)"))
    node, failure = execute(text, {"force": "Kent"})
    assert failure.error == "DeadKernelError" and failure.heading == "Rate"
    assert any(c.get("outputs") for c in node.cells)
    text = json.dumps(notebook("Rate", "import time\ntime.sleep(60)"))
    node, failure = execute(text, {"force": "Kent"}, timeout=1)
    assert failure.error == "CellTimeoutError" and "1 seconds" in failure.line


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_worker_that_is_killed_fails_its_force_only(
    data: Data, tmp_path: Path, pool: Any
) -> None:
    kill = (
        "import os, signal\n"
        "if force == 'Kent':\n"
        "    pid = int(os.environ['JPY_PARENT_PID'])\n"
        "    os.kill(pid, signal.SIGKILL)\n"
        "    import time\n"
        "    time.sleep(30)"
    )
    study = study_of(data, write_study(tmp_path / "nb", rate=[kill]), tmp_path / "out")
    run = run_it(study, pool, ["Kent", "Surrey"])
    assert states(run) == {"Kent": report.FAILED, "Surrey": report.PUBLISHED}
    assert run.forces[0].failures["2-rate"].error == "WorkerDied"


def test_a_full_disk_stops_the_run_and_leaves_only_whole_pages(
    data: Data, tmp_path: Path, pool: Any, monkeypatch: pytest.MonkeyPatch, study_folder: Path
) -> None:
    study = study_of(data, study_folder, tmp_path / "out")
    run_it(study, pool, ["Kent"])
    before = tree(study.out / "kent")
    real = write_atomically

    def full(path: Path, content: str | bytes) -> object:
        if Path(path).name == "3-register.html":
            raise OutputError(f"Cannot write {path}: No space left on device.")
        return real(path, content)

    monkeypatch.setattr(publish, "write_atomically", full)
    changed = dataclasses.replace(study, settings={"margin": "0.3"})
    with pytest.raises(OutputError, match="No space left"):
        run_it(changed, pool, ["Kent"])
    assert tree(study.out / "kent") == before
    monkeypatch.setattr(publish, "write_atomically", real)
    run = run_it(changed, pool, ["Kent"])
    assert set(run.forces[0].seconds) == {"pages"}  # the notebooks had been executed


def test_a_file_that_another_program_holds_fails_its_force_only(
    data: Data, tmp_path: Path, pool: Any, monkeypatch: pytest.MonkeyPatch, study_folder: Path
) -> None:
    real = Path.replace

    def held(path: Path, target: Path) -> Path:
        if Path(target).parent.name == "kent" and Path(target).suffix == ".csv":
            raise PermissionError(13, "The file is used by another process", str(target))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", held)
    run = run_it(study_of(data, study_folder, tmp_path / "out"), pool, ["Kent", "Surrey"])
    assert states(run) == {"Kent": report.FAILED, "Surrey": report.PUBLISHED}
    assert "close it there and run again" in run.forces[0].failures["pages"].line


def test_a_made_up_country_runs_with_its_own_names_and_date(
    made_up: Path,
    made_up_data: Data,
    study_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAPPA_DATA", str(made_up))
    said = os.environ.pop("PYTEST_CURRENT_TEST", None)
    study = study_of(made_up_data, study_folder, tmp_path / "out")
    force = made_up_data.names[3]
    with workers.pool(2) as own:
        os.environ["PYTEST_CURRENT_TEST"] = said or ""
        assert states(run_it(study, own, [force])) == {force: report.PUBLISHED}
    folder = study.out / made_up_data.slug(force)
    people = made_up_data.people(made_up_data.settings["default_as_of"])[force]
    assert f"{people:,.0f} people live in {force}." in (folder / "index.html").read_text()


def test_refuses_before_any_kernel_what_is_no_parameter_date_or_force(
    data: Data, study_folder: Path
) -> None:
    def values(**settings: Any) -> dict[str, Any]:
        found = tuple(notebooks.find(study_folder))
        return plan.Study(data, found, settings, Path("x")).values("Kent")

    assert values()["2-rate"] == {"force": "Kent", "as_of": "2020-03-31", "margin": 0.1}
    assert values(as_of="study") == values()  # one date, one key, however it is named
    assert values(margin="0.2")["2-rate"]["margin"] == 0.2
    with pytest.raises(UnknownName, match="did you mean 'margin'"):
        values(magrin="1")
    with pytest.raises(UsageError, match="margin is a number"):
        values(margin="wide")
    with pytest.raises(UsageError, match="1999-01-01 cannot be asked for"):
        values(as_of="1999-01-01")
    with pytest.raises(UsageError, match="--force"):
        values(force="Kent")
    assert plan.choose_forces(data, ["kent", "Cumbria", "KENT"], False) == ["Cumbria", "Kent"]
    assert plan.choose_forces(data, [], True) == data.names
    with pytest.raises(UsageError, match="not both"):
        plan.choose_forces(data, ["Kent"], True)
