"""The pages in a real browser: nothing fetched, nothing broken, readable by all."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_support import Watched, browser_path, grave_faults, serve, tab_stops
from pages_support import exhibit, write_reports
from playwright.sync_api import expect

from mappa.data import Data
from mappa.pages import layout, site
from mappa.plot.exhibit import NARROW

pytestmark = pytest.mark.browser

PAGES = (
    "index.html",
    "forces/cumbria/index.html",
    "national.html",
    "methods.html",
    "data.html",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data: Data) -> Path:
    browser_path()
    where = tmp_path_factory.mktemp("browser")
    reports = write_reports(where / "reports", data, ["Cumbria", "Durham", "Surrey"])
    site.write_folder(site.build(data, reports), where / "site")
    return where / "site"


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    with serve(folder) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(folder: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path())
        yield browser
        browser.close()


@pytest.mark.parametrize("address", [*PAGES, "forces/cumbria/2-rate.html"])
def test_a_page_fetches_nothing_breaks_nothing_and_reflows(
    chromium: Any, base: str, address: str
) -> None:
    with Watched(chromium, base) as watched:
        watched.page.goto(f"{base}/{address}")
        assert grave_faults(watched.page) == []
        for width in (1280, 390, 320):
            watched.page.set_viewport_size({"width": width, "height": 900})
            wide = watched.page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide[0] <= wide[1], width


def test_a_phone_is_shown_the_layout_that_was_made_for_it(chromium: Any, tmp_path: Path) -> None:
    chart = dataclasses.replace(exhibit(), phone=True)
    path = tmp_path / "chart.html"
    path.write_text(layout.page("Chart", f"<h1>Chart</h1>{chart._repr_html_()}"), encoding="utf-8")
    shown = {}
    for width in (1200, 390):
        page = chromium.new_page(viewport={"width": width, "height": 800})
        page.goto(path.as_uri())
        shown[width] = page.evaluate("document.querySelector('figure img').naturalWidth")
        page.close()
    # CSS pixels of 96 to the inch
    assert shown == {1200: pytest.approx(chart.figure.get_figwidth() * 96, abs=1),
                     390: pytest.approx(NARROW * 96, abs=1)}  # fmt: skip


@pytest.mark.parametrize("address", ["index.html", "forces/cumbria/index.html"])
def test_a_page_opens_from_the_file_system_with_its_pictures(
    chromium: Any, folder: Path, address: str
) -> None:
    base = folder.as_uri()
    with Watched(chromium, base) as watched:
        watched.page.goto(f"{base}/{address}")
        broken = watched.page.evaluate(
            "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
        )
        assert broken == 0
        if "cumbria" in address:
            watched.page.click("a[rel=next]")
            expect(watched.page).to_have_title(re.compile("^Durham"))
        else:
            watched.page.click("table a >> text=Surrey")
            expect(watched.page).to_have_title(re.compile("^Surrey"))


def test_the_keyboard_reaches_everything_and_is_never_trapped(chromium: Any, base: str) -> None:
    with Watched(chromium, base) as watched:
        page = watched.page
        page.goto(f"{base}/forces/cumbria/index.html")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the main text"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto(f"{base}/forces/cumbria/index.html")
        expected = page.evaluate(
            """[...document.querySelectorAll("a[href], summary, select, button, input, "
            + "[tabindex='0']")].filter(e => e.checkVisibility()
              && !e.closest("details:not([open]) > :not(summary)")).length"""
        )
        stops = tab_stops(page, 300)
        assert len(stops) == len(set(stops)) == expected


def test_the_table_sorts_and_is_searched_where_scripts_run(
    chromium: Any, base: str, data: Data
) -> None:
    with Watched(chromium, base) as watched:
        page = watched.page
        page.goto(f"{base}/index.html")
        rows = page.locator("table.areas tbody tr")
        page.get_by_role("button", name="People on the register").click()
        counts = data.counts(str(data.settings["default_as_of"]))
        assert counts.idxmin() in rows.first.inner_text()
        assert "not known" in rows.last.inner_text()
        page.get_by_role("button", name="People on the register").click()
        assert counts.idxmax() in rows.first.inner_text()
        assert "descending" in page.locator("#table-status").inner_text()
        page.get_by_label("Find a force").fill("york")
        assert rows.filter(visible=True).count() == sum("York" in n for n in data.names)


def test_everything_can_be_read_without_scripts(chromium: Any, base: str, data: Data) -> None:
    with Watched(chromium, base, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"{base}/index.html")
        assert page.locator("table.areas tbody tr").count() == len(data.names)
        assert not page.locator("#table-search").is_visible()


def test_injected_script_does_not_run(chromium: Any, folder: Path, tmp_path: Path) -> None:
    """The policy of the page is a second fence behind the escaping."""
    text = (folder / "index.html").read_text(encoding="utf-8")
    spoiled = text.replace("</main>", "<script>document.title = 'taken'</script></main>")
    (tmp_path / "x.html").write_text(spoiled, encoding="utf-8")
    context = chromium.new_context()
    page = context.new_page()
    page.goto((tmp_path / "x.html").as_uri())
    assert page.title() != "taken"
    context.close()


def test_a_page_prints_with_its_answer_and_without_its_menu(
    chromium: Any, base: str, tmp_path: Path
) -> None:
    with Watched(chromium, base) as watched:
        watched.page.goto(f"{base}/forces/cumbria/index.html")
        watched.page.pdf(path=str(tmp_path / "x.pdf"), format="A4")
    try:
        command = ["pdftotext", "-layout", str(tmp_path / "x.pdf"), "-"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        from pypdf import PdfReader

        told = "\n".join(p.extract_text() for p in PdfReader(tmp_path / "x.pdf").pages)
    assert "Cumbria: people on the" in told and "Cumbria had 12.5 people (2-rate)." in told
    assert "Not official statistics" in told and "Skip to the main" not in told
    assert "Contents" not in told


def test_without_a_browser_a_machine_skips_and_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium was found"):
        browser_path()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI needs a browser"):
        browser_path()
