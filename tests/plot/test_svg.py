"""Charts made small: the same drawing, its labels untouched, the same bytes every time."""

from __future__ import annotations

import dataclasses
import re
import xml.dom.minidom

import pytest
from contrast import contrast
from pages_support import exhibit

from mappa.plot.exhibit import NARROW
from mappa.plot.style import PALETTE, canvas
from mappa.plot.svg import PNG_WIDTH, data_uri, png


def test_a_chart_is_small_valid_and_keeps_its_labels() -> None:
    svg = exhibit().svg()
    xml.dom.minidom.parseString(svg)
    assert "Ten &lt; twelve &amp; “more”" in svg
    assert len(svg) < 8000 and "<metadata" not in svg and "<!--" not in svg
    assert exhibit().svg() == svg


def test_a_framed_chart_holds_its_words_and_its_png_is_the_same_on_every_run() -> None:
    chart = exhibit(headline="Rates run from 1 to 3 & <more>")
    picture = chart.picture()
    root = xml.dom.minidom.parseString(picture)
    texts = {t.firstChild.nodeValue for t in root.getElementsByTagName("text") if t.firstChild}
    assert {"Rates run from 1 to 3 & <more>", chart.subtitle, chart.source} <= texts
    drawn = png(picture)
    assert drawn.startswith(b"\x89PNG") and png.__wrapped__(picture) == drawn
    assert int.from_bytes(drawn[16:20]) == PNG_WIDTH


def test_a_phone_gets_a_layout_of_its_own_and_the_figure_stays_as_it_was() -> None:
    chart = dataclasses.replace(exhibit(), phone=True)
    before = tuple(chart.figure.get_size_inches())
    parts = chart.payload()
    assert f'width="{NARROW * 72:g}pt"' in parts["narrow"] and parts["svg"] == chart.svg()
    assert tuple(chart.figure.get_size_inches()) == before
    assert "<picture>" in chart._repr_html_() and "<picture>" not in exhibit()._repr_html_()


@pytest.mark.parametrize("color", PALETTE)
def test_text_in_a_colour_of_the_palette_can_be_read(color: str) -> None:
    figure, axes = canvas()
    axes.text(0, 0, "a", color=color)
    chart = dataclasses.replace(exhibit(), figure=figure)
    fills = re.findall(r"<text[^>]*fill: ?(#[0-9a-f]{6})", chart.svg())
    assert fills and all(contrast(fill) >= 4.5 for fill in fills)


def test_an_address_holds_nothing_that_an_attribute_could_not() -> None:
    address = data_uri('<svg a="1">é & #</svg>')
    assert not set('"<>&#') & set(address) and address.startswith("data:image/svg+xml")
