"""Matplotlib's SVG made small, framed with its words, and as PNG."""

import functools
import html
import re
import textwrap
import urllib.parse
from pathlib import Path

import matplotlib as mpl
import resvg_py

#: Metrics like those the figure was laid out with, so that text fits wherever it is read.
FONTS = "'DejaVu Sans',Verdana,'Noto Sans',Roboto,sans-serif"
#: Width of a PNG in pixels: sharp across a column of print or a wide screen.
PNG_WIDTH = 1600

_DROPPED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.S)
_NUMBER = re.compile(r"-?\d+\.\d+")
_TEXT = re.compile(r"(<text\b[^>]*>)(.*?)(</text>)", re.S)
_ID = re.compile(r' id="([\w.-]+)"')
_REFERENCE = re.compile(r'#([\w-]+)(?=[")])')
_SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')


def shrink(svg: str) -> str:
    """Return *svg* as drawn, without what no reader of the picture needs.

    Prolog, metadata, unused ids and needless digits go. Coordinates keep a tenth of a point (a
    hundredth below ten), which is finer than any screen shows. The text of labels is left as it is.
    """
    labels: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        labels.append(match[2])
        return f"{match[1]}\x00{len(labels) - 1}\x00{match[3]}"

    text = _TEXT.sub(put_aside, _DROPPED.sub("", svg))
    known = set(_ID.findall(text))
    used = [name for name in dict.fromkeys(_REFERENCE.findall(text)) if name in known]
    ids = {name: f"i{n}" for n, name in enumerate(used)}
    text = _ID.sub(lambda m: f' id="{ids[m[1]]}"' if m[1] in ids else "", text)
    text = _REFERENCE.sub(lambda m: f"#{ids.get(m[1], m[1])}", text)
    text = re.sub(r"\s+", " ", _NUMBER.sub(_short, text)).replace("> <", "><").replace(' "', '"')
    text = text.replace("xlink:href", "href").replace(
        ' xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )
    # One rule for all labels in place of a family at each of them.
    text = re.sub(r"font-family: ?[^;\"]*;?", "", text)
    text = text.replace("</style>", f"text{{font-family:{FONTS}}}</style>", 1)
    return re.sub(r"\x00(\d+)\x00", lambda m: labels[int(m[1])], text).strip()


def _short(match: re.Match[str]) -> str:
    value = float(match[0])
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def data_uri(svg: str) -> str:
    """Return *svg* as an address that fits a double-quoted attribute, without base64's third."""
    quoted = urllib.parse.quote(svg.replace('"', "'"), safe=" !$()*+,-./:;=?@_~'")
    return f"data:image/svg+xml;charset=utf-8,{quoted}"


def framed(svg: str, headline: str, subtitle: str, source: str) -> str:
    """Return *svg*, as :func:`shrink` leaves it, on white between its headline and its source."""
    size = _SIZE.match(svg)
    assert size is not None, "not an SVG of matplotlib's"
    width, height = float(size[1]) + 24, float(size[2])
    above, top = _lines(headline, 13, 22, width, 'font-weight="bold"')
    under, top = _lines(subtitle, 9, top + 2, width)
    below, bottom = _lines(source, 7, top + height + 8, width)
    chart = svg.replace(
        size[0], f'<svg x="12" y="{top - 6:g}" width="{size[1]}" height="{height:g}"'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{bottom:g}pt" '
        f'viewBox="0 0 {width:g} {bottom:g}"><title>{html.escape(headline)}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{above}{under}{below}{chart}</svg>'
    )


def _lines(text: str, size: float, top: float, width: float, style: str = "") -> tuple[str, float]:
    """Return *text* broken into lines of *size* points that fit *width*, and where they end."""
    broken = textwrap.wrap(text, int((width - 24) / (0.6 * size))) if text else []
    lines = [
        f'<text x="12" y="{top + 1.3 * size * n:g}" font-size="{size:g}" fill="#1A1A1A" {style}>'
        f"{html.escape(line)}</text>"
        for n, line in enumerate(broken)
    ]
    return "".join(lines), top + 1.3 * size * len(lines)


@functools.lru_cache(maxsize=32)  # a site's areas share the charts of England and Wales
def png(svg: str) -> bytes:
    """Return *svg* as PNG, drawn with the font that ships with matplotlib: the same everywhere."""
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    files = [str(fonts / f"DejaVuSans{style}.ttf") for style in ("", "-Bold", "-Oblique")]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, width=PNG_WIDTH, dpi=96, skip_system_fonts=True, font_files=files
        )
    )
