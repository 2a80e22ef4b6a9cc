"""Charts made small: the same drawing, its labels untouched, the same bytes every time."""

from __future__ import annotations

import xml.dom.minidom

from pages_support import exhibit

from mappa.plot.svg import data_uri, shrink


def test_a_chart_is_small_valid_and_keeps_its_labels() -> None:
    svg = exhibit().svg()
    xml.dom.minidom.parseString(svg)
    assert "Ten &lt; twelve &amp; “more”" in svg
    assert len(svg) < 4000 and "<metadata" not in svg and "<!--" not in svg
    assert exhibit().svg() == svg


def test_lines_marks_and_styles_that_repeat_are_joined() -> None:
    use = '<use xlink:href="#m1" x="{}.12345" y="20.5" style="fill: #fff"/>'
    line = '<path d="M {} 0 \nL 1 2 \nL 3 4 \n" style="fill: none; stroke: #000"/>'
    svg = (
        "<svg><defs><style>*{}</style></defs>"
        '<defs><path id="m1" d="M 0 0 \nL 0 3.5 \n" style="stroke: #111"/></defs>'
        + "".join(use.format(n) for n in (11, 12, 13))
        + "".join(line.format(n) for n in (5, 6))
        + '<g id="unused"><text style="font-family: X" transform="rotate(-0 1 2)">1: 2.3456</text>'
        "</g></svg>"
    )
    small = shrink(svg)
    assert 'd="M11.1 20.5 12.1 20.5 13.1 20.5"' in small and "<marker" in small
    assert 'd="M5 0 1 2 3 4M6 0 1 2 3 4"' in small
    assert ">1: 2.3456</text>" in small and "unused" not in small and "rotate" not in small


def test_an_address_holds_nothing_that_an_attribute_could_not() -> None:
    address = data_uri('<svg a="1">é & #</svg>')
    assert not set('"<>&#') & set(address) and address.startswith("data:image/svg+xml")
