"""Charts of a site written once: what recurs on several pages becomes a file they all show.

The page of a force carries its charts and their data within itself, so that it can be sent alone.
A site holds dozens of such pages, and most charts of the nation stand on every one of them. There
the data behind each chart is a CSV file, and a picture that stands on more than one page is an
SVG file: beside the pages if they are of one area, otherwise at the top of the site. Names end in
a digest of the content, so that the same chart is the same file.
"""

from __future__ import annotations

import collections
import hashlib
import posixpath
import re
import urllib.parse
from collections.abc import Mapping

from mappa.pages import layout

FOLDER = "charts"
_FIGURE = re.compile(r'<figure class="mappa-exhibit".*?</figure>', re.S)
_NAME = re.compile(r'<a download="([^"]*)\.csv"')
_DATA = re.compile(r'(?<=(?:src|ref)=")data:(image/svg\+xml|text/csv);charset=utf-8,[^"]*(?=")')
_ENDINGS = {"image/svg+xml": "svg", "text/csv": "csv"}


def share(pages: Mapping[str, str]) -> dict[str, str]:
    """Return *pages*, by address, with their charts' data in files beside them, and those files.

    Parameters
    ----------
    pages: HTML by address within the site. A picture that stands on one page only stays in it.
    """
    places: dict[str, list[str]] = collections.defaultdict(list)
    names: dict[str, str] = {}
    for address, text in pages.items():
        for uri, name in _found(text).items():
            places[uri].append(posixpath.dirname(address))
            names.setdefault(uri, name)
    addresses = {
        uri: posixpath.join(_common(folders), FOLDER, names[uri])
        for uri, folders in places.items()
        if len(folders) > 1 or names[uri].endswith(".csv")
    }
    files = {a: urllib.parse.unquote(uri.partition(",")[2]) for uri, a in addresses.items()}
    return {address: _linked(text, address, addresses) for address, text in pages.items()} | files


def _found(text: str) -> dict[str, str]:
    """Return the data addresses in the exhibits of a page with the names of their files."""
    found = {}
    for figure in _FIGURE.findall(text):
        named = _NAME.search(figure)
        stem = layout.anchor(named[1]) if named else "chart"
        for match in _DATA.finditer(figure):
            digest = hashlib.sha256(match[0].encode()).hexdigest()[:10]
            found[match[0]] = f"{stem}-{digest}.{_ENDINGS[match[1]]}"
    return found


def _common(folders: list[str]) -> str:
    """Return the folder that all *folders* are, otherwise the site's own (the empty text)."""
    return folders[0] if len(set(folders)) == 1 else ""


def _linked(text: str, address: str, addresses: Mapping[str, str]) -> str:
    """Return a page with links in place of the data that has an address of its own."""
    shown = False

    def link(match: re.Match[str]) -> str:
        nonlocal shown
        target = addresses.get(match[0])
        if target is None:
            return match[0]
        shown = shown or target.endswith(".svg")
        return posixpath.relpath(target, posixpath.dirname(address) or ".")

    told = _FIGURE.sub(lambda figure: _DATA.sub(link, figure[0]), text)
    return layout.allow_pictures(told) if shown else told
