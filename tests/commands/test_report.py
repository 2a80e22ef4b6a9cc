"""`mappa report` and `mappa list` as a user types them, up to the moment a kernel would start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from runs_support import mappa, notebook, write_study

from mappa.commands import report
from mappa.data import Data


@pytest.fixture()
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "nb")


def fails(tmp_path: Path, study: Path, *arguments: str | Path, status: int) -> str:
    """Run the command; it must fail in one sentence and write nothing."""
    done = mappa(*arguments, notebooks=study)
    assert done.returncode == status, done.stderr
    assert done.stdout == "" and done.stderr.startswith("mappa: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert {p.name for p in tmp_path.iterdir()} <= {"nb", "file"}
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--force", "Cumbira"], "no force called 'Cumbira': did you mean 'Cumbria'?"),
        (["--set", "magrin=1"], "no parameter called 'magrin': did you mean 'margin'?"),
        (["--set", "margin=wide"], "margin = 'wide' is not allowed: margin is a number"),
        (["--set", "margin"], "'margin' is not name=value"),
        (["--as-of", "31/3/20x"], "'31/3/20x' is not a date"),
        (["--as-of", "2019-06-30"], "2019-06-30 cannot be asked for: choose one of 2010-03-31"),
        (["--all", "--force", "Kent"], "Give --force or --all, not both."),
        (["--margin", "abc"], "Invalid value for '--margin'"),
        (["--fource", "Kent"], "No such option: --fource (Possible options: --force"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2_and_nothing_is_written(
    tmp_path: Path, study: Path, arguments: list[str], said: str
) -> None:
    told = fails(tmp_path, study, "report", *arguments, "--out", tmp_path / "out", status=2)
    assert said in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--margin", "-0.1"], "The margin must be above 0 and below 1"),
        (["--denominator", "everyone"], "no denominator called 'everyone'"),
        (["--set", "horizon=6"], "horizon = 6 is not allowed: use 0 to 5."),
        (["--set", "nation=registr"], "no nation called 'registr': did you mean 'register'?"),
    ],
)
def test_a_value_that_a_study_would_refuse_is_refused_before_a_kernel_starts(
    tmp_path: Path, root: Path, arguments: list[str], said: str
) -> None:
    told = fails(
        tmp_path, root / "notebooks", "report", "--all", *arguments, "--out", "x", status=2
    )
    assert said in told


def test_an_output_folder_that_cannot_be_written_is_one_sentence_and_exit_1(
    tmp_path: Path, study: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "reports"
    told = fails(tmp_path, study, "report", "--out", out, status=1)
    assert f"Cannot write into {out}: Not a directory. Choose a folder" in told


def test_a_folder_without_notebooks_or_with_a_spoilt_one_is_one_sentence(
    tmp_path: Path, study: Path
) -> None:
    out = tmp_path / "out"
    empty = study / "empty"
    empty.mkdir()
    told = fails(tmp_path, empty, "report", "--out", out, status=1)
    assert f"No notebook such as 1-growth.ipynb is in {empty}." in told
    (study / "2-rate.ipynb").write_text("{")
    assert "2-rate.ipynb is not a notebook." in fails(
        tmp_path, study, "report", "--out", out, status=1
    )
    spoilt = notebook("Rate", parameters="force = ['Kent']")
    (study / "2-rate.ipynb").write_text(json.dumps(spoilt))
    assert "2-rate.ipynb, parameters cell, line 1: gives force a value that is not plain" in fails(
        tmp_path, study, "report", "--out", out, status=1
    )
    spoilt["cells"].append(spoilt["cells"][1])
    (study / "2-rate.ipynb").write_text(json.dumps(spoilt))
    assert "2-rate.ipynb has 2 cells with the tag `parameters`" in fails(
        tmp_path, study, "report", "--out", out, status=1
    )


def test_a_cluster_that_does_not_answer_is_one_sentence(tmp_path: Path, study: Path) -> None:
    arguments = ("report", "--out", tmp_path / "out", "--dask", "tcp://127.0.0.1:9", "--quiet")
    done = mappa(*arguments, notebooks=study)
    assert done.returncode == 1
    assert "mappa: No dask scheduler answers at tcp://127.0.0.1:9" in done.stderr


def test_lists_what_would_run_and_the_parameters(tmp_path: Path, study: Path, data: Data) -> None:
    done = mappa("list", "--out", tmp_path / "out", notebooks=study)
    lines = done.stdout.splitlines()
    assert len(lines) == len(data.names) + 1
    assert "would run 1-growth, 2-rate, 3-register: not run yet" in lines[0]
    assert lines[-1] == f"0 of {len(data.names)} up to date; {len(data.names)} would run."
    assert not (tmp_path / "out").exists()  # listing writes nothing
    done = mappa("list", "--force", "Kent", "--json", "--out", tmp_path / "out", notebooks=study)
    (row,) = json.loads(done.stdout)
    assert row["up_to_date"] is False and row["notebooks"]["2-rate"] == "not run yet"
    done = mappa("list", "--parameters", "--json", notebooks=study)
    assert {
        "notebook": "2-rate",
        "name": "margin",
        "type": "a number",
        "default": 0.1,
        "help": "differences smaller than this are called similar",
        "choices": [],
        "limits": None,
    } in json.loads(done.stdout)


def test_helps_without_importing_what_is_heavy() -> None:
    code = (
        "import sys; sys.argv = ['mappa', '--help']\n"
        "from mappa.commands import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'nbformat', 'papermill'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True
    )
    assert done.stderr.strip() == "[]"
    assert "report" in done.stdout and "list" in done.stdout


def test_the_studys_own_notebooks_declare_what_the_command_offers(root: Path) -> None:
    from mappa.runs import notebooks, plan

    found = notebooks.find(root / "notebooks")
    for book in found:
        if "force" in book.parameters:
            assert "as_of" in book.parameters, book.name
        assert all(p.help for p in book.parameters.values()), book.name
    shared, day = plan.open_study(None, {"as_of": "2019-03-31"}, Path("unused")).shared()
    assert day == "2019-03-31"
    assert {f"mappa.{name}.shared" for name in ("growth", "rates", "forecasts")} <= set(shared)


OTHERS = ("Cumbria", "Kent", "Surrey")


@pytest.mark.slow
def test_the_studys_own_notebooks_give_the_same_bytes_in_warm_and_in_cold_kernels(
    tmp_path: Path, root: Path
) -> None:
    """Whatever a forked kernel does otherwise than a new one would show in an output."""
    others = [part for force in OTHERS for part in ("--force", force)]
    ways = {"cold": ["--cold"], "warm": [], "shared": others}  # with many forces all share work
    assert len(OTHERS) == report.FEW  # and Norfolk
    for out, extra in ways.items():
        arguments = ["report", "--force", "Norfolk", "--out", tmp_path / out, "--quiet", *extra]
        done = mappa(*arguments)
        assert done.returncode == 0, done.stderr
    cold, warm, shared = (
        {p.name: p.read_bytes() for p in (tmp_path / out / "norfolk").iterdir()} for out in ways
    )
    assert warm == cold and len(warm) == 25
    assert shared == cold
