"""What the pages of a site share: the frame around each, and the pages on methods and data."""

import collections
import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Self

from mappa import __version__
from mappa.data import Data
from mappa.data.check import run_checks
from mappa.data.load import TABLES
from mappa.pages import layout
from mappa.pages.summary import AreaResult
from mappa.register.answers.what_ifs import TABLE
from mappa.words import numbers

#: Status of a check: the title of its findings, and how they are counted.
_STATUS = {
    "fail": ("Failures", "failed"),
    "excused": ("Misfits that are known and explained", "excused"),
    "information": ("Rows that no check can catch, and other information", "information"),
    "pass": ("Checks that passed", "passed"),
}
MENU = (
    ("index.html", "All areas"),
    ("national.html", ""),  # named after the nation
    ("methods.html", "Methods"),
    ("data.html", "Data"),
    ("about.html", "About"),
)
WHAT_IF = "what-if.html"
FOOTER = (
    ("about.html", "About this study"),
    ("methods.html", "Methods"),
    ("data.html", "Data and checks"),
    ("results/areas.csv", "Results (CSV)"),
    ("accessibility.html", "Accessibility statement"),
    ("about.html#code-of-practice", "Code of Practice"),
)


@dataclasses.dataclass(frozen=True)
class Frames:
    """Make what the pages of one site have around their text."""

    nation: str
    what_if: bool = False
    others: tuple[tuple[str, str], ...] = ()
    root: str = ""

    @classmethod
    def of(cls, data: Data, others: Iterable[tuple[str, str]] = (), root: str = "") -> Self:
        """Return the frames of the site of *data* on one date.

        *others* are the other dates: the day in words, and the folder of its pages from the root of
        the site. *root* is the way there from the folder of this date, ``../`` or nothing.
        """
        stored = (data.folder / f"{TABLE}.csv").is_file()
        nation = str(data.settings.get("nation_short", data.nation))
        return cls(nation, stored, tuple(others), root)

    def shared(self, current: str) -> layout.Frame:
        """Return the frame of a page at the top of the site."""
        crumbs = [] if current == "index.html" else [{"text": "All areas", "href": "index.html"}]
        return self._frame("", current, crumbs)

    def force(self, area: str, notebook: str = "") -> layout.Frame:
        """Return the frame of an area's page, or of one of its notebooks."""
        up = "../../"
        crumbs = [{"text": "All areas", "href": f"{up}index.html"}]
        if notebook:
            crumbs.append({"text": area, "href": "index.html"})
        return self._frame(up, "", crumbs)

    def every_area(self) -> layout.Frame:
        """Return the frame of a notebook that is about no single area."""
        crumbs = [
            {"text": "All areas", "href": "../index.html"},
            {"text": self.nation, "href": "../national.html"},
        ]
        return self._frame("../", "", crumbs)

    def _frame(self, up: str, current: str, crumbs: list[dict[str, str]]) -> layout.Frame:
        menu: list[dict[str, str | bool]] = [
            {"text": text or self.nation, "href": up + address, "current": address == current}
            for address, text in (*MENU[:2], *([(WHAT_IF, "What if")] * self.what_if), *MENU[2:])
        ]
        for day, folder in self.others:
            href = f"{up}{self.root}{folder}index.html"
            menu.append({"text": f"Figures of {day}", "href": href, "current": False})
        links = [{"text": text, "href": up + address} for address, text in FOOTER]
        return {"menu": menu, "links": links, "home": f"{up}index.html", "crumbs": crumbs}


def page(data: Data, frames: Frames, address: str, title: str, **context: Any) -> str:
    """Return the page at *address*, made from the template of the same name."""
    term = str(data.settings.get("area_term", "area"))
    body = layout.filled(f"{address}.j2", title=title, term=term, **context)
    return layout.page(title, body, frames.shared(address))


def about(data: Data, lines: Sequence[AreaResult], frames: Frames) -> str:
    """Return what the study is, and its voluntary application of the Code of Practice."""
    return page(
        data,
        frames,
        "about.html",
        "About this study",
        nation=data.nation,
        publisher=str(data.settings.get("publisher", "a public body")),
        made=sum(1 for line in lines if line.page),
        total=len(lines),
        day=numbers.day(lines[0].as_of),
        version=__version__,
        attribution=layout.ATTRIBUTION,
    )


def _columns(data: Data, table: str) -> list[dict[str, str]]:
    rows = data.dictionary[data.dictionary["table"] == table].fillna("").astype(str)
    found = []
    for r in rows.to_dict("records"):
        limits = " to ".join(filter(None, (r["minimum"], r["maximum"])))
        required = r["required"] == "yes"
        kind = (r["type"], r["unit"], "required" * required)
        found.append(
            {
                "column": r["column"],
                "meaning": r["meaning"],
                "kind": "; ".join(filter(None, kind)),
                "allowed": r["allowed"].replace("|", ", ") or limits or "any",
                "missing": r["missing"] or ("never empty" if required else "empty"),
            }
        )
    return found


def _checks(data: Data) -> dict[str, Any]:
    """Return what the template says of the checks."""
    findings = run_checks(data)
    rows = {status: [f for f in findings if f.status == status] for status in _STATUS}
    statuses = [s for s in _STATUS if s != "fail" or rows[s]]
    counted = collections.Counter((f.check, f.status) for f in findings)
    said = ", ".join(f"{numbers.count(len(rows[s]))} {_STATUS[s][1]}" for s in statuses)
    return {
        "checks": [
            {"name": n.replace("_", " "), "counts": {s: counted[n, s] for s in statuses}}
            for n in sorted({f.check for f in findings})
        ],
        "statuses": statuses,
        "findings": [
            {"title": f"{_STATUS[s][0]}: {numbers.count(len(rows[s]))}", "rows": rows[s]}
            for s in statuses
            if rows[s]
        ],
        "checks_sentence": f"{numbers.count(len(findings))} findings: {said}.",
    }


def _sources(data: Data) -> tuple[list[dict[str, str]], str]:
    """Return the sources, with a link only where the address is one of the web, and a sentence."""
    table = data.sources.fillna("").astype(str)
    found = table.assign(href=table["url"].map(layout.of_the_web)).to_dict("records")
    kinds = table["kind"].value_counts().sort_index()
    said = numbers.listing([f"{n} {str(k).replace('_', ' ')}" for k, n in kinds.items()])
    return found, f"{len(table)} sources: {said}."


def data(data: Data, frames: Frames, addresses: Sequence[str] = ()) -> str:
    """Return the page of the data: keys of the results, checks, dictionary, sources, licence.

    *addresses* are those of the site's files: results and notebooks of each area are listed.
    """
    tables = []
    for name in TABLES:
        lines = len(getattr(data, name))
        rows = "1 row" if lines == 1 else f"{numbers.count(lines)} rows"
        tables.append({"name": name, "lines": rows, "columns": _columns(data, name)})
    sources, sentence = _sources(data)
    return page(
        data,
        frames,
        "data.html",
        "Data, checks and sources",
        keys=AreaResult.key_table(),
        tables=tables,
        root=frames.root,
        beside=[a for a in addresses if a.endswith((".ipynb", "/results.json", "/results.csv"))],
        sources=sources,
        sources_sentence=sentence,
        publisher=str(data.settings.get("publisher", "a public body")),
        attribution=layout.ATTRIBUTION,
        **_checks(data),
    )
