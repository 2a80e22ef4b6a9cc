"""JupyterLab in a real browser: every notebook runs, and the controls say what the command says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lab_support
import pytest
from typer.testing import CliRunner

from mappa.commands import _register_all, app
from mappa.data import Data, load
from mappa.rates.assess import assess
from mappa.register.answers.scenarios import build, in_force
from mappa.words import numbers
from mappa.words.rate.answer import sentence
from mappa.words.register import law as whatif_words

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
#: `explore` has a test of its own.
NOTEBOOKS = sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb") if p.stem != "explore")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[str]:
    """JupyterLab on copies of the notebooks."""
    lab_support.browser_path()
    with lab_support.lab(tmp_path_factory.mktemp("lab"), root) as address:
        yield address


@pytest.fixture(scope="module")
def launched() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab_support.browser_path())
        yield browser
        browser.close()


@pytest.fixture()
def jupyter(launched: Any, base: str) -> Iterator[lab_support.Browser]:
    """A fresh page; when the test is done, nothing may have gone wrong in it."""
    context = launched.new_context(
        locale="en-GB",
        timezone_id="UTC",
        viewport={"width": 1280, "height": 1600},
        reduced_motion="reduce",
    )
    it = lab_support.Browser(context.new_page(), base)
    yield it
    it.stop_kernels()
    context.close()
    assert it.errors == []
    assert it.outside == []


def command(*arguments: str) -> str:
    """Return what `mappa` prints."""
    if not app.registered_commands:
        _register_all()
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def verdict(force: str, margin: float) -> tuple[str, dict[str, Any]]:
    """Return the record that `mappa rate --json` prints, and the one sentence of it."""
    record = json.loads(command("rate", "--force", force, "--margin", str(margin), "--json"))
    found = assess(load(), force, record["as_of"], margin=margin)
    assert found.as_dict() == record
    return str(sentence(found)), record


def test_a_page_of_welcome_is_what_opens(jupyter: lab_support.Browser) -> None:
    address = f"{jupyter.base}/lab/workspaces/mappa/tree/notebooks/welcome.md"
    jupyter.page.goto(f"{address}?token={lab_support.TOKEN}")
    heading = jupyter.page.locator(".jp-RenderedMarkdown h1")
    heading.wait_for(timeout=lab_support.SECONDS * 1000)
    assert "Welcome" in heading.inner_text()
    assert jupyter.page.locator(".Toastify__toast").count() == 0


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_runs_from_top_to_bottom(jupyter: lab_support.Browser, name: str) -> None:
    jupyter.open(f"notebooks/{name}")
    jupyter.run_all()
    assert jupyter.failures() == []


def test_changing_the_settings_cell_is_enough(jupyter: lab_support.Browser, data: Data) -> None:
    force = str(data.settings["default_force"])
    other = next(a for a in data.counts(str(data.settings["default_as_of"])).index if a != force)
    jupyter.open("notebooks/2-rate.ipynb")
    jupyter.change(force, other)
    jupyter.run_all()
    jupyter.wait_for_prose(verdict(other, 0.1)[0])
    jupyter.change(other, force[:-1])
    jupyter.run_all()
    shown = jupyter.failures()
    assert f"There is no force called {force[:-1]!r}: did you mean {force!r}?" in shown[0]
    assert "Traceback" not in shown[0]


def test_a_method_is_changed_in_its_cell_and_a_chart_is_saved(
    jupyter: lab_support.Browser, data: Data, tmp_path: Path
) -> None:
    """What a criminologist does: another force, all cells, another estimator, the picture."""
    force = str(data.settings["default_force"])
    other = next(a for a in data.counts(str(data.settings["default_as_of"])).index if a != force)
    jupyter.open("notebooks/2-rate.ipynb")
    jupyter.change(force, other)
    jupyter.run_all()
    assert jupyter.failures() == []
    ratio = jupyter.cell("rates.ratio(").locator(".jp-OutputArea-output")
    assert "Wilson" in ratio.inner_text()
    jupyter.change('method="score"', 'method="midp"')
    jupyter.change('estimator="paule-mandel"', 'estimator="REML"')
    drawn = "funnel.funnel(record, places)"
    kinds = ("png", "svg", "pdf")
    saved = "".join(f"\nchart.save({str(tmp_path / f'funnel.{kind}')!r})" for kind in kinds)
    jupyter.change(drawn, f"chart = {drawn}{saved}\nchart")
    jupyter.run_all()
    assert jupyter.failures() == []
    assert "mid-p" in ratio.inner_text() and "Wilson" not in ratio.inner_text()
    assert "REML" in jupyter.cell("rates.between(").inner_text()
    starts = {kind: (tmp_path / f"funnel.{kind}").read_bytes()[:5] for kind in kinds}
    assert starts == {"png": b"\x89PNG\r", "svg": b"<svg ", "pdf": b"%PDF-"}
    picture = (tmp_path / "funnel.svg").read_text(encoding="utf-8")
    assert other in picture and "Source" in picture


def test_the_controls_say_what_the_command_says(jupyter: lab_support.Browser, data: Data) -> None:
    from playwright.sync_api import expect

    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    other = next(a for a in data.counts(day).index if a != force)
    jupyter.open("notebooks/explore.ipynb")
    jupyter.run_all()
    assert jupyter.failures() == []
    page = jupyter.page

    def shown(text: str, record: dict[str, Any]) -> None:
        jupyter.wait_for_prose(text)
        # The sentence comes first, the picture a moment later.
        ratio = re.compile(re.escape(numbers.ratio(record["ratio"])))
        zone = re.compile(rf"a margin of {100 * record['margin']:.0f}%")
        for part in (ratio, zone):
            expect(page.locator("#exhibit-margin img")).to_have_attribute("alt", part)
        expect(page.locator("#exhibit-funnel img")).to_have_count(1)

    shown(*verdict(force, 0.10))
    page.get_by_label("Force", exact=True).select_option(other)
    shown(*verdict(other, 0.10))
    page.get_by_role("slider").first.press("ArrowRight")
    shown(*verdict(other, 0.11))
    page.get_by_role("button", name="Reset").first.click()
    shown(*verdict(force, 0.10))

    law = in_force(data, day)
    slider = page.get_by_role("slider").nth(1)  # the threshold, in months
    start = float(str(slider.get_attribute("aria-valuenow")))
    since = re.search(r'since(?:: str)? = "([\d-]+)"', jupyter.code())
    assert since and start != law["threshold_months"]

    def supposed(months: float) -> str:
        record = build(data, day, {"threshold_months": months}, since=since[1], draws=0)
        return str(whatif_words.changed(record))

    jupyter.wait_for_prose(supposed(start))
    slider.press("ArrowRight")
    jupyter.wait_for_prose(supposed(start + 1))
    page.get_by_role("button", name="Reset").nth(1).click()
    jupyter.wait_for_prose(str(whatif_words.NOTHING))
