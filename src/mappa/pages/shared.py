"""The pages that all areas share, other than the index and the nation: methods, data, about."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

from mappa import __version__
from mappa.data import Data
from mappa.data.check import run_checks
from mappa.data.load import TABLES
from mappa.pages import layout
from mappa.pages.frames import Frames
from mappa.pages.summary import AreaResult
from mappa.words import numbers

_STATUS_TITLES = {
    "fail": "Failures",
    "excused": "Misfits that are known and explained",
    "information": "Rows that no check can catch, and other information",
    "pass": "Checks that passed",
}


def _page(data: Data, frames: Frames, address: str, title: str, **context: Any) -> str:
    """Return the page at *address*, made from the template of the same name."""
    term = str(data.settings.get("area_term", "area"))
    template = layout.environment().get_template(f"{address}.j2")
    body = template.render(title=title, term=term, **context)
    return layout.page(title, body, **frames.shared(address))


def methods(data: Data, frames: Frames) -> str:
    """Return the page of methods in plain words."""
    return _page(data, frames, "methods.html", "Methods")


def accessibility(data: Data, frames: Frames) -> str:
    """Return the accessibility statement."""
    return _page(data, frames, "accessibility.html", "Accessibility statement")


def about(data: Data, lines: Sequence[AreaResult], frames: Frames) -> str:
    """Return what the study is, and its voluntary application of the Code of Practice."""
    return _page(
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
    rows = data.dictionary[data.dictionary["table"] == table].fillna("")
    found = []
    for _, r in rows.iterrows():
        limits = " to ".join(str(r[k]) for k in ("minimum", "maximum") if str(r[k]))
        required = "required" if r["required"] == "yes" else ""
        found.append(
            {
                "column": str(r["column"]),
                "meaning": str(r["meaning"]),
                "kind": "; ".join(p for p in (str(r["type"]), str(r["unit"]), required) if p),
                "allowed": str(r["allowed"]).replace("|", ", ") or limits or "any",
                "missing": str(r["missing"]) or "never empty" * bool(required) or "empty",
            }
        )
    return found


def _checks(data: Data) -> dict[str, Any]:
    """Return what the template says of the checks."""
    findings = run_checks(data)
    statuses = [s for s in _STATUS_TITLES if s != "fail" or any(f.status == s for f in findings)]
    counted = collections.Counter((f.check, f.status) for f in findings)
    names = sorted({f.check for f in findings})
    total = collections.Counter(f.status for f in findings)
    groups = []
    for status in statuses:
        rows = [f for f in findings if f.status == status]
        if rows:
            title = f"{_STATUS_TITLES[status]}: {numbers.count(len(rows))}"
            groups.append({"title": title, "rows": rows})
    said = ", ".join(f"{numbers.count(total[s])} {_PLURAL[s]}" for s in statuses)
    return {
        "checks": [
            {"name": n.replace("_", " "), "counts": {s: counted[n, s] for s in statuses}}
            for n in names
        ],
        "statuses": statuses,
        "findings": groups,
        "checks_sentence": f"{numbers.count(len(findings))} findings: {said}.",
    }


_PLURAL = {"fail": "failed", "excused": "excused", "information": "information", "pass": "passed"}


def _sources(data: Data) -> tuple[list[dict[str, str]], str]:
    """Return the sources, with a link only where the address is one of the web, and a sentence."""
    table = data.sources.fillna("").astype(str)
    found = []
    for _, r in table.iterrows():
        safe = r["url"].startswith(("https://", "http://"))
        found.append({str(k): str(v) for k, v in r.items()} | {"href": r["url"] if safe else ""})
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
        told = f"{numbers.count(lines)} {'row' if lines == 1 else 'rows'}"
        tables.append({"name": name, "lines": told, "columns": _columns(data, name)})
    sources, sentence = _sources(data)
    return _page(
        data,
        frames,
        "data.html",
        "Data, checks and sources",
        keys=[{k: str(v) for k, v in row.items()} for row in AreaResult.key_table()],
        tables=tables,
        root=frames.root,
        beside=[a for a in addresses if a.endswith((".ipynb", "/results.json", "/results.csv"))],
        sources=sources,
        sources_sentence=sentence,
        publisher=str(data.settings.get("publisher", "a public body")),
        attribution=layout.ATTRIBUTION,
        **_checks(data),
    )
