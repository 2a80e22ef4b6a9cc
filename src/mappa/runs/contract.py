"""The contract of a page, checked after each run: a success with degraded content is a failure.

These are the checks that every run can afford; the tests of the pages check the rest of the
contract, in a browser too.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from mappa.runs import results

_HEADINGS = {f"h{level}" for level in range(1, 7)}
_HIDDEN = {"script", "style", "svg", "code", "pre", "head", "template"}
# "None of these is published" is English; a missing value stands where a number would.
_MISSING = re.compile(
    r"(?<![\w.-])(nan|NaN|NaT|inf|None(?! of | is | are )|<NA>|Infinity)(?![\w-])"
)


class _Reader(HTMLParser):
    """Collects headings, images and the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.levels: list[int] = []
        self.images: list[str | None] = []
        self.text: list[str] = []
        self.title = ""
        self._hidden: list[str] = []
        self._in_title = False

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where a tag stands, and counting is a tenth of the work."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "title":
            self._in_title = True
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag in _HEADINGS and not self._hidden:
            self.levels.append(int(tag[1]))
        elif tag == "img" and named.get("role") != "presentation":
            self.images.append(named.get("alt"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        if not self._hidden:
            self.text.append(data)


def check_notebook(node: Any) -> list[str]:
    """Return what an executed notebook lacks: errors among its outputs, or no record or answer."""
    found = []
    for cell in node["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                found.append(f"an output is the error {output['ename']}")
    if results.record_of(node) is None:
        found.append("no cell shows a record")
    if not results.sentence_of(node):
        found.append("no cell tagged `answer` shows a sentence")
    return found


def check_page(html: str) -> list[str]:
    """Return what is wrong with a page: title, headings, alt text, a missing number in prose."""
    reader = _Reader()
    reader.feed(html)
    found = []
    if not reader.title.strip():
        found.append("it has no title")
    if reader.levels.count(1) != 1:
        found.append(f"it has {reader.levels.count(1)} headings of level 1, not one")
    for before, after in zip(reader.levels, reader.levels[1:], strict=False):
        if after > before + 1:
            found.append(f"its headings skip from level {before} to {after}")
            break
    if any(not (alt or "").strip() for alt in reader.images):
        found.append("an image has no alternative text")
    for text in [*reader.text, *(alt or "" for alt in reader.images)]:
        missing = _MISSING.search(text)
        if missing:
            around = " ".join(text[max(0, missing.start() - 40) : missing.end() + 20].split())
            found.append(f"its text says {missing[0]!r}: \N{HORIZONTAL ELLIPSIS}{around}")
            break
    return found
