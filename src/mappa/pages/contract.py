"""The contract of a page, as a list of what breaks it: runs, tests and the site hold pages to it.

What only a browser can see (contrast, reflow, focus, requests) is tested in a browser.
"""

import re
from html.parser import HTMLParser
from typing import Any

from mappa.pages import cells
from mappa.words.tables import NARROW

#: Bytes that a page may have, its charts and their data included.
BUDGET = 1_500_000
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
         "wbr"}  # fmt: skip
_FIGURE_DATA = re.compile(r'(?<=(?:src|set|ref)=")data:[^"]*(?=")')
#: "None of these is published" is English; a missing value stands where a number would.
_UNWRITTEN = re.compile(
    r"(?<![\w.-])(nan|NaN|NaT|inf|Infinity|<NA>|undefined|Traceback"
    r"|None(?! of | is | are | can | has | could ))(?![\w-])"
)


class _Reader(HTMLParser):
    """Collect what the rules look at while reading a page once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self.ids: set[str] = set()
        self.targets: list[str] = []
        self.links: list[str] = []
        self.tables: list[dict[str, int]] = []
        self.data: list[dict[str, int]] = []
        self.text: dict[str, str] = {}
        self.names: list[str] = []
        self.language = ""
        self.mains = 0

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where a tag is, and counting is a tenth of the work."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if a.get("id"):
            if a["id"] in self.ids:
                self.faults.append(f"the id {a['id']!r} is there twice")
            self.ids.add(a["id"])
        self._inert(tag, a)
        getattr(self, f"_start_{tag}", lambda _: None)(a)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in _VOID:
            self.open.append((tag, a))

    def _inert(self, tag: str, a: dict[str, str]) -> None:
        """Nothing may run or fetch but the study's own script."""
        if tag in {"iframe", "object", "embed", "base"} or (tag == "link" and a["rel"] != "icon"):
            self.faults.append(f"a <{tag}> can fetch something")
        for name, value in a.items():
            if name.startswith("on"):
                self.faults.append(f"<{tag}> has a handler {name!r}")
            if name in {"src", "srcset", "poster"} and not value.startswith("data:"):
                self.faults.append(f"<{tag}> fetches {value[:60]!r}")
            if name == "href" and re.match(r"\s*(javascript|vbscript):", value, re.I):
                self.faults.append(f"a link runs {value[:60]!r}")

    def _start_html(self, a: dict[str, str]) -> None:
        self.language = a.get("lang", "")

    def _start_main(self, _: dict[str, str]) -> None:
        self.mains += 1

    def _start_nav(self, a: dict[str, str]) -> None:
        self.names.append(a.get("aria-label", ""))

    def _start_a(self, a: dict[str, str]) -> None:
        href = a.get("href", "")
        self.links.append(href)
        if href.startswith("#"):
            self.targets.append(href[1:])
        if self.data and "download" in a and self._within("figure"):
            self.data[-1]["csv"] = 1

    def _start_img(self, a: dict[str, str]) -> None:
        alt = a.get("alt", "")
        if not alt.strip():
            self.faults.append("a picture has no alt text")
        self._written(alt)
        if self._within("figure") and self.data:
            self.data[-1]["images"] += 1
            if not re.search(r"\d", alt) or not alt.rstrip().endswith("."):
                self.faults.append(f"alt text is no sentence with a number: {alt[:60]!r}")

    def _start_figure(self, a: dict[str, str]) -> None:
        self.data.append({"images": 0, "tables": 0, "csv": 0})

    def _start_table(self, _: dict[str, str]) -> None:
        region = any(a.get("tabindex") == "0" and a.get("role") == "region" for _, a in self.open)
        self.tables.append({"caption": 0, "region": int(region), "columns": 0})
        if self._within("figure") and self.data:
            self.data[-1]["tables"] += 1

    def _start_caption(self, _: dict[str, str]) -> None:
        if self.tables:
            self.tables[-1]["caption"] = 1

    def _start_th(self, a: dict[str, str]) -> None:
        self.text["th"] = ""
        if self.tables:
            self.tables[-1]["columns"] += a.get("scope") == "col"
        if a.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
            self.faults.append("a header cell has no scope")

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self.open)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            inner = self.open[-1][0] if self.open else "nothing"
            self.faults.append(f"</{tag}> closes <{inner}>")
            return
        self.open.pop()
        if tag == "th" and not self.text["th"].strip():
            self.faults.append("a header cell is empty")

    def handle_data(self, data: str) -> None:
        if not self.open:
            return
        inner = self.open[-1][0]
        if inner == "title":
            self.text["title"] = self.text.get("title", "") + data
        if self.headings and any(re.fullmatch("h[1-6]", name) for name, _ in self.open):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        if self._within("th"):
            self.text["th"] += data
        if not any(name in {"code", "pre", "script", "style"} for name, _ in self.open):
            self._written(data)

    def _written(self, text: str) -> None:
        """A missing value must never appear where a reader looks for a number."""
        found = _UNWRITTEN.search(text)
        if found:
            around = " ".join(text[max(0, found.start() - 40) : found.end() + 20].split())
            self.faults.append(f"the text says {found[0]!r}: {around!r}")


def _structure(r: _Reader) -> list[str]:
    """Return faults of language, title, headings and landmarks."""
    faults = []
    if r.language != "en-GB":
        faults.append("the language is not en-GB")
    first = [" ".join(t.split()) for level, t in r.headings if level == 1]
    if len(first) != 1:
        faults.append(f"there are {len(first)} headings of level 1")
    elif not " ".join(r.text.get("title", "").split()).startswith(first[0]):
        faults.append("the title is not the heading of level 1")
    previous = 0
    for level, text in r.headings:
        if level > previous + 1:
            faults.append(f"the heading {text[:40]!r} skips from level {previous} to {level}")
        if not text.strip():
            faults.append("a heading is empty")
        previous = level
    if r.mains != 1:
        faults.append(f"there are {r.mains} main regions")
    if not r.links or r.links[0] != "#main":
        faults.append("the first link does not skip to the main text")
    if sum(level == 2 for level, _ in r.headings) > 1 and "Contents" not in r.names:
        faults.append("there is no contents list")
    return faults


def faults(page: str) -> list[str]:
    """Return what breaks the contract of a page (its HTML), in words; empty if nothing does."""
    lean = _FIGURE_DATA.sub("data:,", page)
    r = _Reader()
    r.feed(lean)
    r.close()
    found = _structure(r) + r.faults
    found += [f"an open <{tag}> is never closed" for tag, _ in r.open]
    found += [f"a link leads to #{t}, which is not there" for t in r.targets if t not in r.ids]
    for table in r.tables:
        if not table["caption"]:
            found.append("a table has no caption")
        if not table["region"] and table["columns"] > NARROW:
            found.append("a wide table is in no region that takes the focus")
    for figure in r.data:
        if figure["images"] and not figure["csv"]:
            found.append("a chart has no CSV of its data")
    size = len(page.encode())
    if size > BUDGET:
        found.append(f"the page has {size} bytes; {BUDGET} are allowed")
    return list(dict.fromkeys(found))


def notebook_faults(nb: Any) -> list[str]:
    """Return what an executed notebook lacks: errors among its outputs, tagged cells without any.

    A notebook need not answer a question, but where a cell is tagged `answer` it must show a
    sentence, and where one is tagged `record` a record.
    """
    found = [f"an output is the error {name}" for name in cells.errors(nb)]
    if cells.tagged(nb, "record") and cells.record(nb) is None:
        found.append("no cell shows a record")
    if cells.tagged(nb, "answer") and not cells.sentence(nb):
        found.append("no cell tagged `answer` shows a sentence")
    return found
