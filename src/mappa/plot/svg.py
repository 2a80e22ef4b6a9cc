"""Matplotlib's SVG made small: the same drawing in a fifth of the bytes."""

from __future__ import annotations

import collections
import re
import urllib.parse

#: Metrics like those the figure was laid out with, so that text fits wherever it is read.
FONTS = "'DejaVu Sans',Verdana,'Noto Sans',Roboto,sans-serif"

_DROPPED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.S)
_NUMBER = re.compile(r"-?\d+\.\d+")
_TEXT = re.compile(r"(<text\b[^>]*>)(.*?)(</text>)", re.S)
_STYLE = re.compile(r' style="([^"]*)"')
_USES = re.compile(
    r'<use href="#(i\d+)" x="[^"]*" y="[^"]*" class="(c\d+)"/>'
    r'(?:<use href="#\1" x="[^"]*" y="[^"]*" class="\2"/>){2,}'
)
_STROKES = re.compile(
    r'(<path d="M[^"z]*"((?: clip-path="[^"]*")?) class="(c\d+)"/>)'
    r'(?:<path d="M[^"z]*"\2 class="\3"/>)+'
)
_BARE_GROUP = re.compile(r"<g>((?:(?!</?g\b).)*)</g>", re.S)


def shrink(svg: str) -> str:
    """Return *svg* as drawn, without what no reader of the picture needs.

    Prolog, metadata, unused ids, empty groups and needless digits go; styles that repeat become
    classes. Coordinates keep a tenth of a point (a hundredth below ten), which is finer than
    any screen shows. The text of labels is left as it is.
    """
    labels: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        labels.append(match[2])
        return f"{match[1]}\x00{len(labels) - 1}\x00{match[3]}"

    text = _TEXT.sub(put_aside, _DROPPED.sub("", svg))
    text = _NUMBER.sub(_short, text)
    text = re.sub(r"\s+", " ", text).replace("> <", "><").replace(' "', '"')
    text = re.sub(r" ?(/?>)", r"\1", text)
    text = re.sub(r' d="([^"]*)"', lambda m: f' d="{_path(m[1])}"', text)
    text = re.sub(r"([:;]) ", r"\1", text).replace("xlink:href", "href")
    text = text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    # One rule for all labels in place of a family, and a rotation by nothing, at each of them.
    text = re.sub(r"font-family:[^;\"]*;?| transform=\"rotate\(-?0 [^)]*\)\"", "", text)
    rules = f"text{{font-family:{FONTS}}}"
    text, classes = _classes(_ids(text))
    text, markers, marks = _marks(_strokes(_ungroup(text), classes), classes)
    rules += "".join(f".{name}{{{style}}}" for name, style in classes.items()) + marks
    text = text.replace("</style>", f"{rules}</style>{markers}", 1)
    return re.sub(r"\x00(\d+)\x00", lambda m: labels[int(m[1])], text).strip()


def data_uri(svg: str) -> str:
    """Return *svg* as an address that fits a double-quoted attribute, without base64's third."""
    quoted = urllib.parse.quote(svg.replace('"', "'"), safe=" !$()*+,-./:;=?@_~'")
    return f"data:image/svg+xml;charset=utf-8,{quoted}"


def _short(match: re.Match[str]) -> str:
    value = float(match[0])
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _path(data: str) -> str:
    """Return path data without needless space and repeated letters for straight lines."""
    tight = re.sub(r" ?([A-Za-z]) ?", r"\1", data).strip()
    return re.sub(r"([ML])([^A-Za-z]*)((?:L[^A-Za-z]*)+)", _lines, tight)


def _lines(match: re.Match[str]) -> str:
    # After M or L further pairs are lines by themselves (SVG 2, 9.3.3).
    return f"{match[1]}{match[2]}{match[3].replace('L', ' ')}"


def _ids(text: str) -> str:
    """Drop ids that nothing refers to and shorten the others."""
    used = list(dict.fromkeys(re.findall(r"#([\w-]+)", text)))
    ids = set(re.findall(r' id="([\w-]+)"', text))
    short = {name: f"i{n}" for n, name in enumerate(u for u in used if u in ids)}
    text = re.sub(
        r' id="([\w.-]+)"', lambda m: f' id="{short[m[1]]}"' if m[1] in short else "", text
    )
    return re.sub(r"#([\w-]+)(?=[\")])", lambda m: f"#{short.get(m[1], m[1])}", text)


def _classes(text: str) -> tuple[str, dict[str, str]]:
    """Return *text* with a class in place of each style that repeats, and the classes' styles."""
    counted = collections.Counter(_STYLE.findall(text))
    names = {style: f"c{n}" for n, (style, k) in enumerate(counted.most_common()) if k > 1}
    text = _STYLE.sub(lambda m: f' class="{names[m[1]]}"' if m[1] in names else m[0], text)
    return text, {name: style for style, name in names.items()}


def _strokes(text: str, classes: dict[str, str]) -> str:
    """Join neighbouring lines of one class into one path: opaque strokes look the same."""

    def join(match: re.Match[str]) -> str:
        style = classes.get(match[3], "")
        if "fill:none" not in style or "opacity" in style or "dash" in style:
            return match[0]
        data = "".join(re.findall(r'<path d="([^"]*)"', match[0]))
        return f'<path d="{data}"{match[2]} class="{match[3]}"/>'

    return _STROKES.sub(join, text)


def _marks(text: str, classes: dict[str, str]) -> tuple[str, str, str]:
    """Draw runs of one mark as the corners of one path: a few bytes a mark.

    Returns the text, the ``<marker>`` elements and the rules that set them.
    """
    drawn = dict(re.findall(r'<path id="(i\d+)"([^>]*?)/>', text))
    wanted: dict[tuple[str, str], str] = {}

    def corners(match: re.Match[str]) -> str:
        mark, name = match[1], match[2]
        if mark not in drawn or name not in classes:
            return match[0]
        key = wanted.setdefault((mark, name), f"k{len(wanted)}")
        at = re.findall(r' x="([^"]*)" y="([^"]*)"', match[0])
        return f'<path class="{key}" d="M{" ".join(f"{x} {y}" for x, y in at)}"/>'

    text = _USES.sub(corners, text)
    markers = "".join(
        f'<marker id="{key}" overflow="visible" markerUnits="userSpaceOnUse">'
        f'<g class="{name}"><path{drawn[mark]}/></g></marker>'
        for (mark, name), key in wanted.items()
    )
    rules = "".join(f".{k}{{fill:none;stroke:none;marker:url(#{k})}}" for k in wanted.values())
    return text, markers, rules


def _ungroup(text: str) -> str:
    """Take away groups that carry nothing, from the innermost outwards."""
    while True:
        flat = _BARE_GROUP.sub(r"\1", text).replace("<g/>", "")
        if flat == text:
            return text
        text = flat
