"""The page of what-ifs: a table that all can read, and with a script sliders that draw the path."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from mappa.data import Data
from mappa.pages import layout
from mappa.pages.shared import WHAT_IF, Frames
from mappa.register.answers import scenarios, what_ifs
from mappa.words import capital
from mappa.words import numbers as n
from mappa.words.tables import table_html

COLUMNS = ("median", "low", "high", "difference")


def shown(value: float, unit: str) -> str:
    """Return a setting's value in words: 30 months, +10 percent, indefinite."""
    if value == float("inf"):
        return "indefinite"
    return f"{n.number(value, sign=unit == 'percent')} {unit}"


def _controls(data: Data, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a slider for each setting: its points in order, with the one in force among them."""
    now = scenarios.in_force(data, data.day())
    found = []
    for setting in (s for s in scenarios.SETTINGS if s.name in what_ifs.GRID):
        rows = table[(table["setting"] == setting.name) & (table["other"] == "")]
        paths = {float(v): _path(part) for v, part in rows.groupby("value")}
        points = sorted({now[setting.name], *paths})
        found.append(
            {
                "name": setting.name,
                "label": capital(setting.meaning),
                "points": [f"{v:g}" for v in points],
                "now": points.index(now[setting.name]),
                "texts": [shown(v, setting.unit) for v in points],
                "paths": [paths.get(v) for v in points],
            }
        )
    return found


def _pairs(controls: list[dict[str, Any]], table: pd.DataFrame) -> dict[str, dict[str, list[int]]]:
    """Return the path of each two changes of the law, by the places of controls and points."""
    places = {
        (c["name"], value): f"{i}.{at}"
        for i, c in enumerate(controls)
        for at, value in enumerate(c["points"])
    }
    law = table[table["setting"].map(what_ifs.is_law) & table["other"].map(what_ifs.is_law)]
    two = law[law["other"] != ""].groupby(["setting", "value", "other", "other_value"])
    return {
        " ".join(sorted((places[one, f"{value:g}"], places[other, f"{second:g}"]))): _path(rows)
        for (one, value, other, second), rows in two
    }


def _misfit(table: pd.DataFrame) -> dict[str, str]:
    """Return how far products of single changes are from the model, as the page says it."""
    off = what_ifs.errors_of_products(table)
    exact = table.loc[off.index, "median"]
    return {
        "runs": n.count(len(off)),
        "people": n.count(off["median"].abs().max()),
        "percent": n.number(100 * (off["median"].abs() / exact).max(), 1),
        "limits": n.count(off[["low", "high"]].abs().to_numpy().max()),
    }


def _path(rows: pd.DataFrame) -> dict[str, list[int]]:
    return {c: [int(v) for v in rows[c]] for c in COLUMNS}


def _table(table: pd.DataFrame) -> str:
    """Return the change by the last date of every what-if as an accessible table."""
    last = table[(table["date"] == table["date"].max()) & (table["other"] == "")]
    units = {s.name: (s.meaning, s.unit) for s in scenarios.SETTINGS}
    rows = [
        (
            capital(units[r.setting][0]),
            shown(float(r.value), units[r.setting][1]),
            n.count(r.median),
            n.change(r.difference),
            f"{n.change(r.difference_low)} to {n.change(r.difference_high)}",
        )
        for r in last[last["setting"] != what_ifs.IN_FORCE].itertuples()
    ]
    names = ["Setting", "Changed to", "People on the register", "Change", "90% interval"]
    caption = f"One setting changed, by {n.day(table['date'].max())}"
    note = (
        "The change is the median of differences, so it can differ a little from the difference "
        "of the medians."
    )
    return table_html(
        pd.DataFrame(rows, columns=names), caption, numeric=tuple(names[1:]), note=note
    )


def render(data: Data, frames: Frames) -> dict[str, str]:
    """Return the page by its address; nothing where the study has no stored what-ifs."""
    table = what_ifs.stored(data)
    if table is None:
        return {}
    controls = _controls(data, table)
    base = table[table["setting"] == what_ifs.IN_FORCE]
    misfit = _misfit(table)
    stored = {
        "years": [d.year for d in base["date"]],
        "base": _path(base),
        "controls": controls,
        "pairs": _pairs(controls, table),
        "off": misfit["people"],
    }
    title = "What if the law or sentences had been different?"
    body = layout.filled(
        "what_if.html.j2",
        title=title,
        controls=controls,
        misfit=misfit,
        since=n.day(f"{what_ifs.SINCE}-01"),
        today=n.day(data.day()),
        last=n.day(table["date"].max()),
        table=Markup(_table(table)),
        data=layout.json_data(stored),
    )
    return {WHAT_IF: layout.page(title, body, frames.shared(WHAT_IF), scripts=("what_if",))}
