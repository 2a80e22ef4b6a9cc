"""The rate's notebook and commands, as a user runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from mappa.commands import _register_all, app
from mappa.plot.exhibit import Exhibit

ROOT = Path(__file__).resolve().parents[2]
BOOK = nbformat.read(ROOT / "notebooks" / "2-rate.ipynb", as_version=4)


def run_cells(monkeypatch, data: Path, draw: bool = False, **settings) -> dict[str, str]:
    """Run the notebook's cells in this process; return what each shows.

    Charts give their words and data, or with *draw* their HTML.
    """
    monkeypatch.setenv("MAPPA_DATA", str(data))
    space: dict = {}
    shown = {}
    for cell in BOOK.cells:
        if cell.cell_type != "code":
            continue
        *body, last = cell.source.strip().splitlines()
        if "parameters" in cell.metadata.get("tags", []):
            exec(cell.source, space)
            space.update(settings)
            continue
        exec("\n".join(body), space)
        value = eval(last, space)
        if isinstance(value, Exhibit) and not draw:
            words = [value.headline, value.subtitle, value.alt, value.source]
            shown[last] = " ".join([*words, value.data.to_csv(index=False)])
        else:
            shown[last] = value._repr_html_() if hasattr(value, "_repr_html_") else value
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
        ("Cumbria", "2020-03-31", "Whether the difference is larger than 10% cannot be settled."),
        ("Surrey", "2020-03-31", "No count of people on the register in Surrey"),
        ("Norfolk", "2021-03-31", "It is more than 10% higher."),
    ],
)
def test_the_notebook_runs(monkeypatch, force, as_of, says) -> None:
    shown = run_cells(monkeypatch, ROOT / "data", draw=force == "Surrey", force=force, as_of=as_of)
    assert says in shown["study.sentence"]
    assert ("<figure" in shown["study.funnel"]) == (force == "Surrey")
    assert shown["study.record"].force == force
    for name, html in shown.items():
        if isinstance(html, str):
            assert html.strip(), name
            assert "None" not in re.sub(r'base64,[^"]*', "", html), name


def test_every_number_follows_altered_counts(monkeypatch, data_copy) -> None:
    path = data_copy / "area_figures.csv"
    before = "Cumbria,2020-03-31,rso_count,594,"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, "Cumbria,2020-03-31,rso_count,777,"))
    shown = run_cells(monkeypatch, data_copy, force="Cumbria", as_of="2020-03-31")
    told = " ".join(v for v in shown.values() if isinstance(v, str))
    told = re.sub(r'base64,[^"]*', "", told)
    assert "777 people on the register, 172.7 per 100,000" in told
    assert "does not hold" in shown["study.story"]  # the story's 594 no longer meets the table
    assert len(re.findall(r"(?<![\d.,])594(?![\d.])", told)) == 1  # what the story printed


def test_the_made_up_country_runs_with_its_own_defaults(monkeypatch, made_up) -> None:
    shown = run_cells(
        monkeypatch, made_up, force="Upper Marsh", as_of="2018-03-31", comparator="similar"
    )
    told = re.sub(r'base64,[^"]*', "", " ".join(v for v in shown.values() if isinstance(v, str)))
    assert "Upper Marsh" in told
    assert not re.search("Cumbria|England|London|Ministry", told)


def mappa(*args: str):
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
    assert plain.startswith("On 31 March 2020 Cumbria had 594 people on the register")


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


def test_story_and_explain_commands(tmp_path) -> None:
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
def test_papermill_runs_it_plainly(tmp_path, force) -> None:
    out = tmp_path / "out.ipynb"
    subprocess.run(
        [sys.executable, "-m", "papermill", str(ROOT / "notebooks" / "2-rate.ipynb"), str(out),
         "-p", "force", force],
        check=True, cwd=ROOT,
    )  # fmt: skip
    assert out.is_file()
