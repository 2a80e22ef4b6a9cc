"""Where each page of the site stands: menu, breadcrumbs, footer, previous and next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from mappa.data import Data
from mappa.register.answers.what_ifs import TABLE

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
    """Make the arguments of :func:`mappa.pages.layout.page` for the pages of one site."""

    nation: str
    what_if: bool = False
    others: tuple[tuple[str, str], ...] = ()
    root: str = ""

    @classmethod
    def of(cls, data: Data, others: Iterable[tuple[str, str]] = (), root: str = "") -> Frames:
        """Return the frames of the site of *figures* on one date.

        *others* are the other dates: the day in words, and the folder of its pages from the root of
        the site. *root* is the way there from the folder of this date, ``../`` or nothing.
        """
        stored = (data.folder / f"{TABLE}.csv").is_file()
        nation = str(data.settings.get("nation_short", data.nation))
        return cls(nation, stored, tuple(others), root)

    def shared(self, current: str) -> dict[str, Any]:
        """Return the frame of a page at the top of the site."""
        crumbs = []
        if current != "index.html":
            crumbs = [{"text": "All areas", "href": "index.html"}]
        return self._frame("", current) | {"crumbs": crumbs}

    def force(self, area: str, notebook: str = "") -> dict[str, Any]:
        """Return the frame of an area's page, or of one of its notebooks."""
        up = "../../"
        crumbs = [{"text": "All areas", "href": f"{up}index.html"}]
        if notebook:
            crumbs.append({"text": area, "href": "index.html"})
        return self._frame(up, "") | {"crumbs": crumbs}

    def every_area(self) -> dict[str, Any]:
        """Return the frame of a notebook that is about no single area."""
        crumbs = [
            {"text": "All areas", "href": "../index.html"},
            {"text": self.nation, "href": "../national.html"},
        ]
        return self._frame("../", "") | {"crumbs": crumbs}

    def _frame(self, up: str, current: str) -> dict[str, Any]:
        menu = [
            {"text": text or self.nation, "href": up + address, "current": address == current}
            for address, text in (*MENU[:2], *([(WHAT_IF, "What if")] * self.what_if), *MENU[2:])
        ]
        menu += [
            {
                "text": f"Figures of {day}",
                "href": f"{up}{self.root}{folder}index.html",
                "current": False,
            }
            for day, folder in self.others
        ]
        links = [{"text": text, "href": up + address} for address, text in FOOTER]
        return {"menu": menu, "links": links, "home": f"{up}index.html"}
