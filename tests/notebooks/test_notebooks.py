"""The three notebooks by plain papermill: on real figures, altered ones and a made-up country.

No number may be wired in: whatever a notebook says must follow its tables.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from made_up import AS_OF, DEFAULT_FORCE, NATION
from nbformat import NotebookNode
from table_edits import line_of, spoil

from mappa.data import Data
from mappa.data.load import STUDY as STUDY_DATE
from mappa.runs import notebooks

ROOT = Path(__file__).resolve().parents[2]
STUDY = ("1-growth", "2-rate", "3-register")


def papermill(name: str, out: Path, data: Path | None = None, **parameters: str) -> NotebookNode:
    """Run a notebook as a user does, with the command of papermill."""
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR"]
    command += [str(ROOT / "notebooks" / f"{name}.ipynb"), str(out)]
    for key, value in parameters.items():
        command += ["-p", key, value]
    environment = os.environ | {"MAPPA_CACHE": str(out.parent / "cache")}
    if data is not None:
        environment["MAPPA_DATA"] = str(data)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return nbformat.read(out, as_version=4)


def shown(notebook: NotebookNode) -> list[str]:
    """Return the HTML of every output, in order."""
    parts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error"
            parts.append(output.get("data", {}).get("text/html", ""))
    return parts


def prose(notebook: NotebookNode) -> str:
    """Return paragraphs, headlines and alt texts; tables and drawings are left out."""
    text = []
    for part in shown(notebook):
        text += re.findall(r'(?:alt|aria-label)="([^"]*)"', part)
        part = re.sub(r"<(table|svg|details)\b.*?</\1>", " ", part, flags=re.S)
        text.append(re.sub(r"<[^>]+>", " ", part))
    return re.sub(r"\s+", " ", html.unescape(" ".join(text)))


def record(notebook: NotebookNode) -> dict[str, object]:
    cell = next(c for c in notebook.cells if "record" in c.metadata.get("tags", []))
    found: dict[str, object] = cell.outputs[-1]["data"]["application/vnd.mappa.record+json"]
    return found


def test_plain_papermill_runs_for_another_force(tmp_path: Path, data: Data) -> None:
    notebook = papermill("2-rate", tmp_path / "out.ipynb", force="Norfolk")
    count = data.counts("2020-03-31")["Norfolk"]
    assert record(notebook)["count"] == count
    answer = next(c for c in notebook.cells if "answer" in c.metadata.get("tags", []))
    sentence = answer.outputs[0]["data"]["text/html"]
    assert "Norfolk" in sentence and "Cumbria" not in sentence


def test_study_toml_alone_moves_the_date_of_every_notebook(tmp_path: Path, data_copy: Path) -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        default = notebooks.read(path).parameters.get("as_of")
        assert default is None or default.default == STUDY_DATE, path.name
    settings = data_copy / "study.toml"
    moved = settings.read_text(encoding="utf-8").replace("2020-03-31", "2021-03-31")
    settings.write_text(moved, encoding="utf-8")
    assert record(papermill("2-rate", tmp_path / "o.ipynb", data_copy))["as_of"] == "2021-03-31"


@pytest.mark.parametrize("name", STUDY)
def test_a_made_up_country_speaks_only_of_itself(
    tmp_path: Path, made_up: Path, made_up_data: Data, data: Data, name: str
) -> None:
    notebook = papermill(name, tmp_path / "out.ipynb", made_up, force=DEFAULT_FORCE, as_of=AS_OF)
    text = prose(notebook)
    assert NATION in text
    for other in [data.nation, *data.names]:
        if other == "London":
            continue  # a capital may be named by the law; its counts may not
        assert not re.search(rf"\b{re.escape(other)}\b", text), other
    for value in real_numbers(data) - real_numbers(made_up_data) - {"100,000"}:  # a rate's base
        assert not re.search(rf"(?<![\d,.]){value}(?![\d,])", text), value
    nation = made_up_data.national("rso_count")
    growth = nation[AS_OF] - nation["2017-03-31"]
    wanted = {
        "1-growth": made_up_data.counts(AS_OF)[DEFAULT_FORCE],
        "2-rate": None,
        "3-register": growth,
    }[name]
    if wanted is not None:
        assert f"{wanted:,.0f}" in text


def real_numbers(data: Data) -> set[str]:
    """Large counts and populations, as prose writes them; smaller ones may meet by chance."""
    values = [*data.national_figures["value"], *data.population["population_10plus"]]
    return {f"{v:,.0f}" for v in values if v >= 10_000 and v == int(v)}


@pytest.mark.parametrize("name", STUDY)
def test_every_number_follows_altered_counts(
    tmp_path: Path, data_copy: Path, data: Data, name: str
) -> None:
    """Counts of the force and the nation are altered in a copy; the old ones must be gone."""
    force, nation = data.counts("2020-03-31")["Cumbria"], data.national("rso_count")
    for year in ("2019", "2020"):
        row = line_of(
            data_copy,
            "area_figures",
            area="Cumbria",
            date=f"{year}-03-31",
            measure="rso_count",
        )
        spoil(data_copy, "area_figures", row, value="777" if year == "2020" else "700")
        old = f"{nation[f'{year}-03-31']:.0f}"
        row = line_of(data_copy, "national_figures", measure="rso_count", value=old)
        spoil(data_copy, "national_figures", row, value="65432" if year == "2020" else "61234")
    notebook = papermill(name, tmp_path / "out.ipynb", data_copy, force="Cumbria")
    text = prose(notebook)
    for gone in (f"{nation['2020-03-31']:,.0f}", f"{nation['2019-03-31']:,.0f}", f"{force:.0f}"):
        assert not re.search(rf"(?<![\d,.]){gone}(?![\d,.]*\d)", text), gone
    rate = f"{777 / data.people('2020-03-31')['Cumbria'] * 1e5:.1f}"
    assert {"1-growth": "777", "2-rate": rate, "3-register": "4,198"}[name] in text


@pytest.mark.slow
@pytest.mark.parametrize("force", ["London", "Dyfed-Powys", "Surrey", "Thames Valley"])
@pytest.mark.parametrize("name", STUDY)
def test_notebooks_run_for_forces_of_every_kind(tmp_path: Path, name: str, force: str) -> None:
    notebook = papermill(name, tmp_path / "out.ipynb", force=force)
    assert force in prose(notebook)


@pytest.mark.slow
@pytest.mark.parametrize("force", ["Norfolk", "Cumbria"])
@pytest.mark.parametrize("name", STUDY)
def test_notebooks_run_for_the_last_year(tmp_path: Path, name: str, force: str) -> None:
    notebook = papermill(name, tmp_path / "out.ipynb", force=force, as_of="2021-03-31")
    assert force in prose(notebook)
