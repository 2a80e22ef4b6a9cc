"""The study's own notebooks as pages: their parts are found, their size is within the budget."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output

from mappa.data import Data
from mappa.pages import cells, force, layout, national, site
from mappa.pages.contract import BUDGET, faults
from mappa.pages.notebook import render_notebook

ROOT = Path(__file__).resolve().parents[2]
#: Bytes of all pages of a site of all areas, and what is kept free of it.
SITE_BUDGET, MARGIN = 25_000_000, 0.05


@pytest.fixture(scope="module")
def stood_in() -> dict[str, Any]:
    """The real notebooks, not run: each code cell shows its own last line in place of an output."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            if cell.cell_type == "code":
                last = (cell.source.strip().splitlines() or [""])[-1]
                shown = {"text/html": f"<p>[{last.partition('  #')[0]}]</p>"}
                cell["outputs"] = [new_output("execute_result", data=shown, execution_count=1)]
        found[path.stem] = nb
    return found


def section(page: str, name: str) -> str:
    """Return the part of *page* under the heading of level 2 with the id *name*."""
    return re.split(r"<h2 ", page.partition(f'<h2 id="{name}">')[2])[0]


def test_the_story_check_is_found_in_the_real_notebook(stood_in) -> None:
    page = force.body_of(stood_in, "T")
    story = section(page, "story-check")
    assert "[study.story]" in story and "[study.story_summary]" in story
    assert page.count("[study.story]") == 1 and "[study.gap]" in section(page, "rate")
    assert "[study.gap]" not in story


def test_a_force_page_opens_with_the_real_answers_and_figure(stood_in) -> None:
    page = force.body_of(stood_in, "T")
    opening = page.partition("<h2 ")[0]
    assert opening.count("[study.sentence]") == len(stood_in)
    assert re.search(r"\[study\.(funnel|caterpillar)\]", opening)
    assert "[study.record]" not in page


def test_every_national_part_is_found_in_the_real_notebook(stood_in: dict[str, Any]) -> None:
    found = national.national_cells(stood_in["1-growth"])
    shown = " ".join(c.outputs[0]["data"]["text/html"] for c in found if c.cell_type == "code")
    assert "[study.history]" in shown and "[study.trend_table]" in shown
    assert "[study.force_chart]" not in shown and "[study.year]" not in shown
    assert sum(c.cell_type == "markdown" for c in found) > 2


def test_the_national_page_takes_the_register_from_the_real_notebook(
    stood_in: dict[str, Any], tmp_path: Path
) -> None:
    for name, nb in stood_in.items():
        nbformat.write(nb, tmp_path / f"{name}.ipynb")
    question = layout.anchor(cells.heading(stood_in["3-register"]))
    register = section(national.from_notebooks(tmp_path), question)
    assert "[study.sentence]" in register and "[study.kinds_chart]" in register


def run(command: list[str], cache: Path) -> None:
    environment = os.environ | {"MAPPA_CACHE": str(cache)}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="session")
def rate_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The real notebook on the rate, run for one force, as a page."""
    folder = tmp_path_factory.mktemp("rate")
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR"]
    command += [str(ROOT / "notebooks" / "2-rate.ipynb"), str(folder / "2-rate.ipynb")]
    run([*command, "-p", "force", "Cumbria"], folder / "cache")
    return render_notebook(folder / "2-rate.ipynb")


def test_a_real_notebook_keeps_the_contract_and_its_budget(rate_page: str) -> None:
    assert faults(rate_page) == []
    assert len(rate_page.encode()) < BUDGET  # data of the charts included
    assert rate_page.count("<figure") >= 5


@pytest.mark.slow
def test_a_site_of_real_reports_keeps_to_its_budget(tmp_path: Path, data: Data) -> None:
    """Cumbria has a count and Surrey has none: the other areas are taken to be like them.

    Two areas, because what several pages show alike is written once.
    """
    asked = ["--force", "Cumbria", "--force", "Surrey", "--out", str(tmp_path / "reports")]
    run([sys.executable, "-m", "mappa", "report", "--quiet", *asked], tmp_path / "cache")
    files = site.build(data, tmp_path / "reports")
    pages = {a: c for a, c in files.items() if a.endswith(".html")}
    assert {a: f for a, c in pages.items() if (f := faults(c.decode()))} == {}
    assert {a for a, c in pages.items() if len(c) >= BUDGET} == set()
    sizes = {
        start: sum(len(c) for a, c in pages.items() if a.startswith(start))
        for start in ("", "forces/cumbria/", "forces/surrey/")
    }
    total, counted, other = sizes.values()
    known = data.counts(data.settings["default_as_of"]).notna().sum()
    assert 10 < known < len(data.names) - 10
    whole = total + (known - 1) * counted + (len(data.names) - known - 1) * other
    assert whole < (1 - MARGIN) * SITE_BUDGET
    for own in ("forces/cumbria/", "forces/surrey/"):
        page = files[f"{own}index.html"].decode()
        assert section(page, "story-check").count("<table") >= 1
    told = files["national.html"].decode()
    assert told.count("<figure") >= 3 and told.count("<table") >= 5
