"""The page of what-ifs: stored runs are the model's, and table and sliders show them."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browser_support import browser_path

from mappa.data import Data, load
from mappa.pages import what_if
from mappa.pages.contract import faults
from mappa.pages.frames import MENU, WHAT_IF, Frames
from mappa.register.answers import what_ifs


@pytest.fixture(scope="module")
def table(data: Data) -> pd.DataFrame:
    found = what_ifs.stored(data)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def page(data: Data) -> str:
    return what_if.render(data, Frames.of(data))[WHAT_IF]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("threshold_months", 48), ("caution_years", 5), ("volume_percent", -20)],
)
def test_stored_rows_are_those_that_the_model_gives(
    data: Data, table: pd.DataFrame, setting: str, value: float
) -> None:
    rows = table[(table["setting"] == setting) & (table["value"] == value)]
    again = what_ifs.rows_of(what_ifs.run(data, setting, value), setting, value)
    assert [r[2] for r in again] == [d.date() for d in rows["date"]]
    for column, i in (("median", 3), ("low", 4), ("high", 5), ("difference", 6)):
        assert list(rows[column]) == pytest.approx([r[i] for r in again], abs=0.51)


def test_the_grid_is_complete_and_moves_the_way_it_must(table: pd.DataFrame) -> None:
    last = table[table["date"] == table["date"].max()]
    for setting, values in what_ifs.GRID.items():
        rows = last[last["setting"] == setting].sort_values("value")
        assert tuple(rows["value"]) == values
        if setting == "sentence_length_percent":
            continue  # longer sentences also hold people in custody: it can go either way
        fewer = setting == "threshold_months"
        assert rows["median"].is_monotonic_decreasing == fewer
        assert rows["median"].is_monotonic_increasing != fewer
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()


def test_the_page_keeps_the_contract_and_holds_every_stored_path(
    page: str, table: pd.DataFrame
) -> None:
    assert faults(page) == []
    text = re.search('id="what-if-data">(.*?)</script>', page, re.S)[1]
    stored: dict[str, Any] = json.loads(html.unescape(text))
    paths = [p for c in stored["controls"] for p in c["paths"] if p]
    assert len(paths) == sum(map(len, what_ifs.GRID.values()))
    assert sum(len(p["median"]) for p in [*paths, stored["base"]]) == len(table)
    for control in stored["controls"]:
        assert control["paths"][control["now"]] is None


def test_a_study_without_stored_what_ifs_has_no_such_page(made_up: Path) -> None:
    country = load(made_up)
    frames = Frames.of(country)
    assert what_if.render(country, frames) == {}
    assert len(frames.shared("index.html")["menu"]) == len(MENU)


@pytest.mark.browser
def test_sliders_say_the_stored_numbers_and_ask_for_nothing(
    page: str, table: pd.DataFrame, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "what-if.html"
    path.write_text(page, encoding="utf-8")
    asked: list[str] = []
    faults_seen: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path())
        shown = browser.new_page()
        shown.on("request", lambda r: asked.append(r.url))
        shown.on("pageerror", lambda e: faults_seen.append(str(e)))
        shown.goto(path.as_uri())
        shown.focus("#set-threshold_months")
        shown.keyboard.press("ArrowRight")
        one = shown.inner_text("#what-if-status")
        shown.focus("#set-volume_percent")
        shown.keyboard.press("ArrowRight")
        two = shown.inner_text("#what-if-status")
        shown.click("button[type=reset]")
        shown.wait_for_function(
            "document.getElementById('what-if-status').innerText.includes('nothing')"
        )
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(path.as_uri())
        assert plain.is_visible("table")
        assert not plain.is_visible("#what-if")
        browser.close()
    last = table[table["date"] == table["date"].max()].set_index(["setting", "value"])
    changed = last.loc[("threshold_months", 36)]
    more = last.loc[("volume_percent", 10)]
    assert f"{changed['median']:,.0f} people" in one
    assert f"{-changed['difference']:,.0f} fewer" in one
    assert "approximate" not in one
    together = changed["difference"] + more["difference"]
    assert f"{abs(together):,.0f} {'more' if together > 0 else 'fewer'}" in two
    assert "approximate" in two
    assert [a for a in asked if not a.startswith("file:")] == []
    assert faults_seen == []
