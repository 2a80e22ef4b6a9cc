"""Every notebook of the folder, by papermill with each of its options, and for every area."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from papermill.cli import papermill as command
from runs_support import mappa_command, mappa_environment

from mappa.data import load
from mappa.pages import cells
from mappa.runs import notebooks

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def papermill(*arguments: object) -> str:
    """Return what the command `papermill` prints."""
    done = CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def settings(path: Path) -> dict[str, Any]:
    """Return a value for each parameter of a notebook: a force's is another, others stand."""
    found = {name: p.default for name, p in notebooks.read(path).parameters.items()}
    return found | ({"force": "Kent"} if "force" in found else {})


def injected(path: Path) -> dict[str, Any]:
    """Return the values that papermill wrote into a notebook."""
    nb = nbformat.read(path, as_version=4)
    (cell,) = [c for c in nb.cells if "injected-parameters" in c.metadata.get("tags", [])]
    values: dict[str, Any] = {}
    exec(cell.source, values)  # plain assignments that papermill wrote
    return {k: v for k, v in values.items() if k != "__builtins__"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_papermill_tells_the_parameters_with_their_types(path: Path) -> None:
    told = papermill("--help-notebook", path)
    assert "Unknown type" not in told
    for name, parameter in notebooks.read(path).parameters.items():
        assert f"{name}: {type(parameter.default).__name__}" in told


@pytest.mark.parametrize("option", ["-p", "-y", "-f", "-b"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_papermill_takes_parameters_in_each_way(path: Path, option: str, tmp_path: Path) -> None:
    values, out = settings(path), tmp_path / "out.ipynb"
    if not values:
        pytest.skip("it has no parameters")
    text = json.dumps(values)  # JSON is YAML
    (tmp_path / "settings.yaml").write_text(text, encoding="utf-8")
    given = {
        "-p": [word for k, v in values.items() for word in ("-p", k, v)],
        "-y": ["-y", text],
        "-f": ["-f", tmp_path / "settings.yaml"],
        "-b": ["-b", base64.b64encode(text.encode()).decode()],
    }[option]
    papermill("--prepare-only", path, out, *given)
    assert injected(out) == values
    assert all(not c.get("outputs") for c in nbformat.read(out, as_version=4).cells)


@pytest.mark.kernels
def test_papermill_runs_with_a_file_of_parameters(tmp_path: Path) -> None:
    file, out = tmp_path / "settings.yaml", tmp_path / "out.ipynb"
    file.write_text("force: Norfolk\nmargin: 0.2\n", encoding="utf-8")
    papermill("--no-progress-bar", FOLDER / "2-rate.ipynb", out, "-f", file)
    record = cells.record(json.loads(out.read_text(encoding="utf-8")))
    assert record is not None and (record["force"], record["margin"]) == ("Norfolk", 0.2)


@pytest.mark.slow
@pytest.mark.parametrize("country", ["the study's", "made up"])
def test_every_notebook_runs_for_every_area(country: str, made_up: Path, tmp_path: Path) -> None:
    data = load(made_up if country == "made up" else None)
    command = mappa_command("--data", data.folder, "report", "--all", "--out", tmp_path / "reports")
    done = subprocess.run(command, env=mappa_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    study = notebooks.find(FOLDER)
    for notebook in study:
        for area in data.names if notebook.by_area else [None]:
            slug = data.slug(area) if area else cells.EVERY_AREA
            for ending in ("html", "ipynb"):
                assert (tmp_path / "reports" / slug / f"{notebook.name}.{ending}").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if not p.stem[0].isdigit()], ids=lambda p: p.stem
)
def test_what_is_no_part_of_a_report_runs_too(path: Path, tmp_path: Path) -> None:
    papermill("--no-progress-bar", "--cwd", FOLDER, path, tmp_path / "out.ipynb")
