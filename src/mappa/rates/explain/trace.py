"""Any number of the record traced: formula, function, rows of the tables, their sources."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.data.load import DENOMINATORS
from mappa.errors import UnknownName
from mappa.rates import change
from mappa.rates.explain.formulas import (
    AGES,
    ALL,
    BASE,
    BEFORE,
    CHANGE,
    CHOICE,
    MINE,
    NATION,
    OWN,
    PLACES,
    PRINTED,
    SET,
    TRACES,
    WORKED,
    YEAR,
    Trace,
)
from mappa.rates.methods.rows import MethodRow
from mappa.rates.missing import MissingCount
from mappa.rates.record import RateRecord
from mappa.records import Record
from mappa.records import key as field


@dataclasses.dataclass(frozen=True)
class Explanation(Record):
    """A number of the record with all that stands behind it."""

    key: str = field("Name of the number")
    meaning: str = field("What it means")
    unit: str = field("Its unit")
    value: Any = field("The value, unrounded")
    formula: str = field("How it is computed")
    worked: str = field("The formula with its numbers, where it is arithmetic")
    function: str = field("Function that computes it")
    method_source: str = field("Where the method is published, from the function's words")
    rounding: str = field("How it is rounded where words are made")
    rows: list[dict[str, Any]] = field("Rows of the tables it rests on: table, row, cells, sources")
    sources: list[dict[str, str]] = field("Those sources: identifier, title, published, address")


def explain(data: Data, record: RateRecord, name: str) -> Explanation:
    """Return how *name*, a key of the record or ``change.growth`` and the like, came to be.

    Raises UnknownName (exit status 2) with a suggestion.
    """
    head, _, rest = name.partition(".")
    if head not in TRACES:
        raise UnknownName("key", name, TRACES, hint="`mappa explain --list` lists them.")
    trace, documented = TRACES[head], {row["key"]: row for row in RateRecord.key_table()}[head]
    value: Any = getattr(record, head)
    if rest:
        value, documented = _inner(record, head, rest)
    rows = _rows(data, record, trace.rests_on)
    used = sorted({s for row in rows for s in row["sources"].split()})
    table = data.sources.set_index("source")
    return Explanation(
        key=name,
        meaning=documented["meaning"],
        unit=documented["unit"],
        value=value.as_dict() if isinstance(value, Record) else value,
        formula=_formula(trace, head, rest, value),
        worked=_worked(record, name),
        function=f"mappa.{trace.function}",
        method_source=value.source if isinstance(value, MethodRow) else _source(trace.function),
        rounding=trace.rounded,
        rows=rows,
        sources=[
            {
                "source": s,
                "title": str(table["title"].get(s, "")),
                "published": str(table["published"].get(s, "")),
                "url": str(table["url"].get(s, "")),
            }
            for s in used
        ],
    )


def _formula(trace: Trace, head: str, rest: str, value: Any) -> str:
    if isinstance(value, MethodRow):
        return value.method
    return CHANGE.get(rest, trace.formula) if head == "change" else trace.formula


def resolve(function: str) -> Any:
    """Return the object of a dotted name below ``mappa``."""
    parts = function.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module("mappa." + ".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise LookupError(function)


def _source(function: str) -> str:
    words = inspect.getdoc(resolve(function)) or ""
    _, mark, tail = words.partition("Source: ")
    return " ".join(tail.split("\n\n")[0].split()) if mark else ""


def _worked(record: RateRecord, name: str) -> str:
    pattern = WORKED.get(name)
    values = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
    if pattern is None or getattr(record, name) is None:
        return ""
    try:
        return f"{pattern.format(**values)} = {getattr(record, name)!r}"
    except (TypeError, ValueError):  # a part is not known: a modelled comparator has no count
        return ""


def _inner(record: RateRecord, head: str, rest: str) -> tuple[Any, dict[str, str]]:
    """Return a nested value (``change.growth``, ``methods.3``, ``sensitivity.0``) and its words."""
    inside = getattr(record, head)
    kinds: dict[str, type[Record]] = {"change": change.YearChange, "missing": MissingCount}
    if head in kinds:
        table = {row["key"]: row for row in kinds[head].key_table()}
        if rest not in table:
            raise UnknownName(f"key of {head}", rest, table)
        return (None if inside is None else getattr(inside, rest)), table[rest]
    if head in {"methods", "sensitivity"}:
        known = [str(i) for i in range(len(inside))]
        if rest not in known:
            raise UnknownName(
                f"row of {head}", rest, known, hint=f"rows run from 0 to {len(known) - 1}."
            )
        row = inside[int(rest)]
        return row, {"meaning": getattr(row, "statistic", f"row {rest} of {head}"), "unit": ""}
    if isinstance(inside, dict) and rest in inside:
        return inside[rest], {"meaning": rest, "unit": "combinations"}
    raise UnknownName("key", f"{head}.{rest}", [head])


# Rows --------------------------------------------------------------------------------------------


def _rows(data: Data, record: RateRecord, groups: tuple[str, ...]) -> list[dict[str, Any]]:
    day = pd.Timestamp(record.as_of)
    found: list[dict[str, Any]] = []
    for group in dict.fromkeys(groups):
        found += _GATHER[group](data, record, day)
    seen: dict[tuple[str, int], dict[str, Any]] = {}
    for row in found:
        seen.setdefault((row["table"], row["row"]), row)
    return list(seen.values())


def _line(table: str, frame: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """Return rows as table, line of the file, cells in words, and sources."""
    source = "sources" if "sources" in frame.columns else "source"
    return [
        {
            "table": f"{table}.csv",
            "row": int(line),
            "cells": ", ".join(f"{c} {_cell(row[c])}" for c in columns),
            "sources": str(row[source]),
        }
        for line, row in frame.iterrows()
    ]


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


_COUNT = ["area", "date", "measure", "value", "basis", "quality"]


def _preferred(data: Data, days: list[pd.Timestamp], area: str | None) -> pd.DataFrame:
    t = data.area_figures
    keep = t["date"].isin(days) & (t["measure"] == "rso_count") & t["preferred"]
    keep &= t["basis"] == "all_levels"
    return t[keep & (t["area"] == area)] if area else t[keep]


def _mine(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    return _line("area_figures", _preferred(data, [day], record.force), _COUNT)


def _all(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    return _line("area_figures", _preferred(data, [day], None), _COUNT)


def _nation(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t = data.national_figures
    rows = t[(t["date"] == day) & (t["measure"] == "rso_count") & t["preferred"]]
    return _line("national_figures", rows, ["date", "measure", "value", "basis", "quality"])


def _base(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t, column = data.population, DENOMINATORS[record.denominator]
    rows = t[t["mid_year"] == record.population_year]
    mine = rows[rows["area"] == record.force]
    others = rows[rows["area"] != record.force]
    ordered = pd.concat([mine, others])
    return _year(data, record, day) + _line("population", ordered, ["area", "mid_year", column])


def _year(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t = data.denominators
    return _line("denominators", t[t["stock_date"] == day], ["stock_date", "mid_year", "evidence"])


def _own(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t, column = data.population, DENOMINATORS[record.denominator]
    rows = t[(t["mid_year"] == record.population_year) & (t["area"] == record.force)]
    return _line("population", rows, ["area", "mid_year", column]) + _year(data, record, day)


def _before(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    before = day - pd.DateOffset(years=1)
    return _mine(data, record, before) + _nation(data, record, before)


def _places(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    return _line("areas", data.areas, ["area", "centroid_lat", "centroid_lon"])


def _ages(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t = data.population_age_bands
    rows = t[(t["area"] == record.force) & (t["mid_year"] <= record.population_year)]
    rows = rows[rows["mid_year"] == rows["mid_year"].max()] if len(rows) else rows
    return _line(
        "population_age_bands", rows, ["area", "mid_year", "sex", "age_band", "population"]
    )


def _printed(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t = data.area_figures
    return _line("area_figures", t[(t["area"] == record.force) & (t["date"] == day)], _COUNT)


def _choice(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    t = data.comparators
    rows = t[t["comparator"] == record.comparator]
    return _line("comparators", rows, ["comparator", "rule", "areas", "number"])


def _nothing(data: Data, record: RateRecord, day: pd.Timestamp) -> list[dict[str, Any]]:
    return []


_GATHER = {
    MINE: _mine, ALL: _all, NATION: _nation, BASE: _base, OWN: _own, BEFORE: _before, YEAR: _year,
    PLACES: _places,
    AGES: _ages, PRINTED: _printed, CHOICE: _choice, SET: _nothing,
}  # fmt: skip
