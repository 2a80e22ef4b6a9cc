"""Compare an area with another on its own page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from mappa.data import Data
from mappa.pages import index, layout
from mappa.pages.exporter import dumps
from mappa.pages.summary import AreaResult
from mappa.rates.comparators import distances
from mappa.words import numbers

NAMES = (
    "People on the register",
    "Rate per 100,000 people (interval)",
    "Ratio (interval)",
    "Verdict",
    "How the count is known",
)


def nearest(data: Data, area: str) -> str:
    """Return the area whose centroid lies nearest (great circle)."""
    return str(distances(data, area).index[0])


def cells(line: AreaResult) -> list[str]:
    """Return the cells of an area's column, in the order of :data:`NAMES`."""
    entry = index.row_entry(line)

    def with_interval(name: str) -> str:
        found = entry[f"{name}_interval"]
        return f"{entry[name]} ({found})" if found else str(entry[name])

    return [
        entry["count"],
        with_interval("rate"),
        with_interval("ratio"),
        entry["verdict"],
        entry["quality"],
    ]


def section(data: Data, lines: Sequence[AreaResult], area: str) -> str:
    """Return the section as HTML: the nearest area, or with a script any other."""
    if len(lines) < 2:
        return ""
    columns: dict[str, dict[str, Any]] = {
        line.area: {
            "area": line.area,
            "slug": line.slug,
            "page": f"../{line.slug}/index.html" if line.page else "",
            "cells": cells(line),
        }
        for line in lines
    }
    this, other = columns[area], columns[nearest(data, area)]
    others = [c for name, c in columns.items() if name != area]
    day = numbers.day(lines[0].as_of)
    text = (
        layout.environment()
        .get_template("compare.html.j2")
        .render(
            area_term=data.settings.get("area_term", "area"),
            this=this,
            other=other,
            others=others,
            names=NAMES,
            caption=f"{this['area']} beside another, {day}",
            how=f"{other['area']} lies nearest. The two are set side by side, not tested against "
            "each other.",
            data=Markup(dumps({c["slug"]: c for c in others})),
        )
    )
    return str(text)
