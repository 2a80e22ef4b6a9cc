"""The page that compares any two areas: every pair is there, and the address chooses one."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from browser_support import browser_path

from mappa.data import Data
from mappa.growth.ranking import pairs as compared
from mappa.pages import pairs
from mappa.pages.contract import faults
from mappa.pages.shared import Frames
from mappa.words import numbers as n
from mappa.words.growth import ranking as words

DAY = "2020-03-31"


@pytest.fixture(scope="module")
def page(data: Data) -> str:
    return pairs.render(data, DAY, Frames.of(data))[pairs.ADDRESS]


def test_the_page_keeps_the_contract_and_holds_every_pair(page: str) -> None:
    assert faults(page) == []
    text = re.search('id="pair-data">(.*?)</script>', page, re.S)[1]
    assert len(json.loads(html.unescape(text))) == 42 * 41 / 2
    assert page.count('<th scope="row">') == 42 * 41 / 2


def test_a_row_has_the_ratio_of_the_command(data: Data, page: str) -> None:
    (found,) = compared(data, DAY, ["Cumbria", "Norfolk"])
    row = re.search('<th scope="row">Cumbria and Norfolk</th>(.*?)</tr>', page)[1]
    assert n.ratio(found.ratio) in row
    assert n.ratio(found.ratio_high) in row


@pytest.mark.browser
def test_the_address_chooses_the_pair_in_either_order(
    data: Data, page: str, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "compare.html"
    path.write_text(page, encoding="utf-8")
    (found,) = compared(data, DAY, ["Cumbria", "Norfolk"])
    expected = words.pair(found, data.date(DAY))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path())
        shown = browser.new_page()
        for pair in ("cumbria+norfolk", "norfolk+cumbria"):
            shown.goto("about:blank")
            shown.goto(f"{path.as_uri()}#{pair}")
            assert shown.inner_text("#pair-text").split() == expected.split()
        shown.select_option("#pair-a", "kent")
        assert "Kent" in shown.inner_text("#pair-text")
        assert shown.url.endswith("#kent+cumbria")
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(path.as_uri())
        assert plain.is_visible("table")
        assert not plain.is_visible("#pair")
        browser.close()
