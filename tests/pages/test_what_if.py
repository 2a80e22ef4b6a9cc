"""The page of what-ifs: stored runs are the model's, and table and sliders show them."""

from __future__ import annotations

import html
import itertools
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
from mappa.pages.shared import MENU, WHAT_IF, Frames
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
    "settings",
    [
        {"threshold_months": 48},
        {"caution_years": 5},
        {"volume_percent": -20},
        {"threshold_months": 36, "long_years": 15},
        {"caution_years": 1, "volume_percent": 30},
    ],
)
def test_stored_rows_are_those_that_the_model_gives(
    data: Data, table: pd.DataFrame, settings: dict[str, float]
) -> None:
    again = what_ifs.rows_of(what_ifs.run(data, settings), settings)
    setting, value, other = again.iloc[0][["setting", "value", "other"]]
    rows = table[
        (table["setting"] == setting)
        & (table["value"] == value)
        & (table["other"] == other)
        & (table["other_value"] == settings.get(str(other), 0) if other else True)
    ]
    assert list(again["date"]) == [d.date() for d in rows["date"]]
    for column in ("median", "low", "high", "difference"):
        assert list(rows[column]) == pytest.approx(list(again[column]), abs=0.51)


def test_the_grid_is_complete_and_moves_the_way_it_must(table: pd.DataFrame) -> None:
    last = table[(table["date"] == table["date"].max()) & (table["other"] == "")]
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
    law = [v for setting, v in what_ifs.GRID.items() if what_ifs.is_law(setting)]
    for control in stored["controls"]:
        assert control["paths"][control["now"]] is None
    pairs = stored["pairs"]
    assert len(pairs) == sum(len(a) * len(b) for a, b in itertools.combinations(law, 2))
    years, approximate = len(stored["years"]), len(what_ifs.errors_of_products(table))
    assert len(table) == years * (1 + len(paths) + len(pairs) + approximate)
    for key, path in pairs.items():  # a pair lies between places that are not in force
        for place in key.split():
            control, at = map(int, place.split("."))
            assert stored["controls"][control]["now"] != at
        assert len(path["median"]) == years


def test_the_printed_error_is_that_of_products_against_the_model(
    page: str, table: pd.DataFrame
) -> None:
    """By hand for one pair, and the largest of all on the page."""
    last = table[table["date"] == table["date"].max()]

    def one(setting: str, value: float, other: str = "", second: float = float("nan")) -> Any:
        found = last[(last["setting"] == setting) & (last["value"] == value)]
        found = found[found["other"] == other]
        return (found[found["other_value"] == second] if other else found).iloc[0]

    base = one("in_force", 0)["median"]
    single = one("caution_years", 5)["median"], one("volume_percent", 30)["median"]
    exact = one("caution_years", 5, "volume_percent", 30)
    off = what_ifs.errors_of_products(table)
    assert off.loc[exact.name, "median"] == pytest.approx(
        single[0] * single[1] / base - exact["median"]
    )
    assert f"is at most {off['median'].abs().max():,.0f} people (" in page
    assert f"Against {len(off)} runs" in page
    assert not (off["setting"].map(what_ifs.is_law) & off["other"].map(what_ifs.is_law)).any()


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
        shown.focus("#set-caution_years")
        shown.keyboard.press("End")
        law = shown.inner_text("#what-if-status")
        shown.focus("#set-volume_percent")
        shown.keyboard.press("ArrowRight")
        three = shown.inner_text("#what-if-status")
        shown.focus("#set-caution_years")
        shown.keyboard.press("ArrowLeft")
        shown.keyboard.press("ArrowLeft")
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
    end = table[table["date"] == table["date"].max()]
    last = end[end["other"] == ""].set_index(["setting", "value"])
    changed = last.loc[("threshold_months", 36)]
    more = last.loc[("volume_percent", 10)]
    longest = max(what_ifs.GRID["caution_years"])
    (exact,) = end[
        (end["setting"] == "threshold_months") & (end["value"] == 36)
        & (end["other"] == "caution_years") & (end["other_value"] == longest)
    ].to_dict("records")  # fmt: skip
    assert f"{exact['median']:,.0f} people" in law
    assert f"{exact['low']:,.0f} to {exact['high']:,.0f})" in law
    assert "approximate" not in law
    assert "not been measured" in three
    assert f"{changed['median']:,.0f} people" in one
    assert f"{-changed['difference']:,.0f} fewer" in one
    assert "approximate" not in one
    base = last.loc[("in_force", 0)]
    together = changed["median"] * more["median"] / base["median"]
    assert f"{together:,.0f} people" in two
    assert (
        f"{abs(together - base['median']):,.0f} {'more' if together > base['median'] else 'fewer'}"
        in two
    )
    assert "This is approximate: at most " in two
    assert [a for a in asked if not a.startswith("file:")] == []
    assert faults_seen == []
