"""The rate's notebook and commands, as a user runs them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from mappa.commands import _register_all, app
from mappa.plot.exhibit import Exhibit

ROOT = Path(__file__).resolve().parents[2]
BOOK = nbformat.read(ROOT / "notebooks" / "2-rate.ipynb", as_version=4)


def run_cells(
    monkeypatch: pytest.MonkeyPatch, data: Path, name: str = "2-rate", **settings: Any
) -> dict[str, Any]:
    """Run a notebook's cells in this process; return what each shows, by its last line.

    Charts give their words and data.
    """
    monkeypatch.setenv("MAPPA_DATA", str(data))
    space: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        *body, last = tree.body
        if "parameters" in cell.metadata.get("tags", []):
            exec(cell.source, space)
            space.update(settings)
            continue
        exec(compile(ast.Module(body, []), name, "exec"), space)
        value = eval(compile(ast.Expression(last.value), name, "eval"), space)
        if isinstance(value, Exhibit):
            words = [value.headline, value.subtitle, value.alt, value.source]
            value = " ".join([*words, value.data.to_csv(index=False)])
        shown[ast.unparse(last)] = value._repr_html_() if hasattr(value, "_repr_html_") else value
    return shown


def test_the_notebook_is_thin_and_tagged() -> None:
    code = [c for c in BOOK.cells if c.cell_type == "code"]
    assert len(code) <= 30
    tags = [t for c in BOOK.cells for t in c.metadata.get("tags", [])]
    assert tags[0] == "parameters" and tags[-1] == "record" and "answer" in tags
    for cell in BOOK.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 13
            assert "def " not in cell.source
            assert not cell.outputs and cell.execution_count is None
        else:  # narration holds no number of the data
            assert not re.search(r"\d{3}", cell.source)
    names = [line.split(": ")[0] for line in BOOK.cells[2].source.splitlines()]
    assert names == ["force", "as_of", "margin", "comparator", "denominator"]
    assert all("  # " in line for line in BOOK.cells[2].source.splitlines())


@pytest.mark.parametrize(
    ("force", "as_of", "says"),
    [
        ("Cumbria", "2020-03-31", "so whether the gap is more than 10% cannot be settled."),
        ("Surrey", "2020-03-31", "We have no count of registered sexual offenders in Surrey"),
        ("Norfolk", "2021-03-31", "clearly more than 10% above."),
        ("Kent", "2010-03-31", "We have no count of registered sexual offenders in Kent"),
    ],
)
def test_the_notebook_runs(
    monkeypatch: pytest.MonkeyPatch, force: str, as_of: str, says: str
) -> None:
    shown = run_cells(monkeypatch, ROOT / "data", force=force, as_of=as_of)
    assert says in shown["words.sentence(record)"]
    assert shown["record"].force == force
    for name, html in shown.items():
        if isinstance(html, str):
            assert html.strip(), name
            assert "None" not in html and "nan" not in html, name


def test_every_number_follows_altered_counts(
    monkeypatch: pytest.MonkeyPatch, data_copy: Path
) -> None:
    path = data_copy / "area_figures.csv"
    before = "Cumbria,2020-03-31,rso_count,594,"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, "Cumbria,2020-03-31,rso_count,777,"))
    settings = {"force": "Cumbria", "as_of": "2020-03-31"}
    shown = run_cells(monkeypatch, data_copy, **settings)
    told = " ".join(v for v in shown.values() if isinstance(v, str))
    assert "Cumbria had 777 registered sexual offenders. That is 172.7" in told
    assert not re.findall(r"(?<![\d.,])594(?![\d.])", told)
    story = run_cells(monkeypatch, data_copy, "5-story", **settings)["words.table(findings, d)"]
    assert "does not hold" in story  # the story's 594 no longer meets the table


def test_the_made_up_country_runs_with_its_own_defaults(
    monkeypatch: pytest.MonkeyPatch, made_up: Path
) -> None:
    shown = run_cells(
        monkeypatch, made_up, force="Upper Marsh", as_of="2018-03-31", comparator="similar"
    )
    told = " ".join(v for v in shown.values() if isinstance(v, str))
    assert "Upper Marsh" in told
    assert not re.search("Cumbria|England|London|Ministry", told)


def test_the_simulation_runs_once_for_all_areas_from_the_stored_study(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = run_cells(monkeypatch, ROOT / "data", "4-simulation")
    assert "We simulated 10,000 years" in shown["words.summary(found)"]
    assert "68%" in shown["rows.false_alarms(found)"]


def test_the_simulation_runs_anew_for_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run_cells(monkeypatch, ROOT / "data", "4-simulation", replications=100, seed=1)
    assert "We simulated 100 years" in shown["words.summary(found)"]


@pytest.mark.parametrize(("force", "says"), [("Norfolk", "edp24.co.uk"), ("Surrey", "no claim")])
def test_a_story_is_shown_only_where_it_is_about_the_area(
    monkeypatch: pytest.MonkeyPatch, force: str, says: str
) -> None:
    shown = run_cells(monkeypatch, ROOT / "data", "5-story", force=force)
    told = " ".join(shown.values())
    assert says in told and "class one" not in told and "Cumbria" not in told


def mappa(*args: str) -> Any:
    """Run a command in this process."""
    if not app.registered_commands:
        _register_all()
    return CliRunner().invoke(app, list(args))


def test_rate_command() -> None:
    done = mappa("rate", "--force", "Cumbria", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (told["count"], told["population"]) == (594, 449_975)
    assert round(told["ratio_low"], 4) == 1.02
    plain = mappa("rate", "--force", "Cumbria").stdout
    assert plain.startswith("On 31 March 2020 Cumbria had 132 registered sexual offenders for")


def test_rate_command_without_a_count_and_with_a_mistake() -> None:
    told = json.loads(mappa("rate", "--force", "Surrey", "--json").stdout)
    assert told["count"] is None and "no count" in told["status"]
    wrong = subprocess.run(
        [sys.executable, "-c", "from mappa.commands import main; main()", "rate", "--force",
         "Surey"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert wrong.returncode == 2
    assert wrong.stderr.strip() == (
        "mappa: There is no force called 'Surey': did you mean 'Surrey'?"
    )


def test_story_and_explain_commands(tmp_path: Path) -> None:
    claims = tmp_path / "claims.csv"
    claims.write_text("area,date,measure,value\nCumbria,2020-03-31,count,595\n")
    done = mappa("story", "--claims", str(claims), "--json")
    assert json.loads(done.stdout)[0]["verdict"] == "does not hold"
    assert "Of 20 claims six hold" in mappa("story", "--force", "Cumbria").stdout
    done = mappa("explain", "people_gap", "--force", "Cumbria")
    assert "worked     594 - 449,975 x" in done.stdout
    assert mappa("explain", "--list").stdout.startswith("force: Name of the area")
    assert mappa("explain").exception.exit_status == 2


@pytest.mark.slow
@pytest.mark.parametrize("force", ["Norfolk", "Surrey"])
def test_papermill_runs_it_plainly(tmp_path: Path, force: str) -> None:
    out = tmp_path / "out.ipynb"
    subprocess.run(
        [sys.executable, "-m", "papermill", str(ROOT / "notebooks" / "2-rate.ipynb"), str(out),
         "-p", "force", force],
        check=True, cwd=ROOT,
    )  # fmt: skip
    assert out.is_file()
