"""The study's own notebooks as pages: their parts are found, their size is within the budget."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from browser_support import browser_path
from pypdf import PdfReader

from mappa.data import Data
from mappa.pages import brief, cells, site
from mappa.pages.contract import BUDGET, faults
from mappa.pages.exporter import render_notebook

ROOT = Path(__file__).resolve().parents[2]
#: Bytes of all pages of a site of all areas, and what is kept free of it.
SITE_BUDGET, MARGIN = 100_000_000, 0.05
#: Bytes of a brief with its charts shown; its height in pixels on a desk, its sides of A4 in print.
BRIEF_BUDGET, TALLEST, SIDES = 600_000, 6_000, 4


def test_the_real_notebooks_have_the_charts_of_the_briefs_tagged() -> None:
    found = {
        tag: [
            (path.stem, cell.source)
            for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
            for cell in cells.tagged(nbformat.read(path, as_version=4), tag)
            if cell.cell_type == "code"
        ]
        for tag in (brief.BRIEF, brief.NATION, brief.STORY)
    }
    assert 3 <= len(found[brief.BRIEF]) <= 4
    assert {name for name, _ in found[brief.BRIEF]} == {"1-growth", "2-rate", "3-register"}
    assert len(found[brief.NATION]) >= 3 and found[brief.STORY]


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


def measured(page: str, folder: Path) -> tuple[int, int]:
    """Return the height of a page at 1,200 pixels and how many sides of A4 its print takes."""
    from playwright.sync_api import sync_playwright

    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path())
        shown = browser.new_page(viewport={"width": 1200, "height": 900})
        shown.goto(file.as_uri())
        height = shown.evaluate("document.documentElement.scrollHeight")
        printed = PdfReader(io.BytesIO(shown.pdf(format="A4", prefer_css_page_size=True)))
        browser.close()
    return height, len(printed.pages)


@pytest.mark.slow
@pytest.mark.browser
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
    for own in ("cumbria", "surrey"):
        page = files[f"forces/{own}/index.html"].decode()
        assert len(page.encode()) < BRIEF_BUDGET
        assert 3 <= page.count("<figure") <= 4 and f'href="{own}-figures.xlsx"' in page
        height, sides = measured(page, tmp_path)
        assert height <= TALLEST and sides <= SIDES
    told = files["national.html"].decode()
    assert 3 <= told.count("<figure") <= 5 and len(told.encode()) < BRIEF_BUDGET
