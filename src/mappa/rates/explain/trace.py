"""Any number of the record traced: formula, function, rows of the tables, their sources."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.data.load import DENOMINATORS
from mappa.errors import UnknownName
from mappa.rates import change
from mappa.rates import keys as k
from mappa.rates.methods.rows import MethodRow
from mappa.rates.missing import MissingCount
from mappa.rates.record import RateRecord
from mappa.records import Record
from mappa.records import key as field

#: Formulas that are arithmetic, with the record's numbers filled in.
WORKED = {
    "rate": "100,000 x {count:,} / {population:,}",
    "national_rate": "100,000 x {national_count:,} / {national_population:,}",
    "pool_rate": "100,000 x {pool_count:,} / {pool_population:,}",
    "comparator_rate": "100,000 x {comparator_count:,} / {comparator_population:,}",
    "ratio": "{rate:.6f} / {comparator_rate:.6f}",
    "people_gap": "{count:,} - {population:,} x {comparator_rate:.6f} / 100,000",
    "margin_low": "1 / (1 + {margin:g})",
    "margin_high": "1 + {margin:g}",
    "smallest_margin": "max({ratio_high90:.6f}, 1 / {ratio_low90:.6f}) - 1",
}

#: Formulas of the numbers inside ``change``.
CHANGE = {
    "change": "count - count_before",
    "growth": "count / count_before - 1",
    "national_growth": "national count / national count a year before - 1",
    "national_growth_without": "the same less the outliers' counts on both dates",
    "z_chance": "(count - count_before (1 + g)) / sqrt((2 x + g) count_before), g national_growth",
    "spread_with": "tau at which sum d^2 / (2 x / count_before + tau^2) is the number of areas, d "
    "the log growth less the nation's",
    "spread_without": "the same without the outliers",
    "z_with": "d / sqrt(2 x / count_before + spread_with^2)",
    "z_without": "d / sqrt(2 x / count_before + spread_without^2), nation without the outliers",
    "outliers": "areas whose log growth is more than 5 x 1.4826 x MAD from the median",
    "compound": "(count / first_count)^(1 / years) - 1",
    "national_compound": "the same of the nation",
}


@dataclasses.dataclass(frozen=True)
class TableRow(Record):
    """A row of a table: its file, line, cells in words, and the identifiers of its sources."""

    table: str
    row: int
    cells: str
    sources: str


@dataclasses.dataclass(frozen=True)
class Source(Record):
    """A source of the tables."""

    source: str
    title: str
    published: str
    url: str


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
    rows: list[TableRow] = field("Rows of the tables it rests on: table, row, cells, sources")
    sources: list[Source] = field("Those sources: identifier, title, published, address")


def explain(data: Data, record: RateRecord, name: str) -> Explanation:
    """Return how *name*, a key of the record or ``change.growth`` and the like, came to be.

    Raises UnknownName (exit status 2) with a suggestion.
    """
    head, _, rest = name.partition(".")
    declared = RateRecord.declared()
    if head not in declared:
        raise UnknownName("key", name, declared, hint="`mappa explain --list` lists them.")
    told = documented = declared[head]
    value: Any = record.value_of(head)
    if rest:
        value, documented = _inner(record, head, rest)
    rows = _rows(data, record, told["rests_on"])
    formula = documented.get("formula") or CHANGE.get(rest) or told["formula"] or told["meaning"]
    used = sorted({s for row in rows for s in row.sources.split()})
    table = data.sources.set_index("source")
    return Explanation(
        key=name,
        meaning=documented["meaning"],
        unit=documented["unit"],
        value=value.as_dict() if isinstance(value, Record) else value,
        formula=value.method if isinstance(value, MethodRow) else formula,
        worked=_worked(record, name),
        function=f"mappa.{told['by']}",
        method_source=value.source if isinstance(value, MethodRow) else _source(told["by"]),
        rounding=told["rounded"] or "not rounded",
        rows=rows,
        sources=[
            Source(s, *(str(table[column].get(s, "")) for column in ("title", "published", "url")))
            for s in used
        ],
    )


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
    if pattern is None or (value := record.value_of(name)) is None:
        return ""
    values = {key: record.value_of(key) for key in RateRecord.declared()}
    try:
        return f"{pattern.format(**values)} = {value!r}"
    except (TypeError, ValueError):  # a part is not known: a modelled comparator has no count
        return ""


def _inner(record: RateRecord, head: str, rest: str) -> tuple[Any, Mapping[str, Any]]:
    """Return a nested value (``change.growth``, ``methods.3``, ``sensitivity.0``) and its words."""
    inside = record.value_of(head)
    kinds: dict[str, type[Record]] = {"change": change.YearChange, "missing": MissingCount}
    if head in kinds:
        table = kinds[head].declared()
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


def _rows(data: Data, record: RateRecord, groups: tuple[str, ...]) -> list[TableRow]:
    day = pd.Timestamp(record.as_of)
    found = {(r.table, r.row): r for g in groups[::-1] for r in _GATHER[g](data, record, day)[::-1]}
    return list(found.values())[::-1]


def _line(table: str, frame: pd.DataFrame, columns: list[str]) -> list[TableRow]:
    """Return rows as table, line of the file, cells in words, and sources."""
    source = "sources" if "sources" in frame.columns else "source"
    return [
        TableRow(
            f"{table}.csv",
            int(line),
            ", ".join(f"{c} {_cell(row[c])}" for c in columns),
            str(row[source]),
        )
        for line, row in frame.iterrows()
    ]


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


_COUNT = ["area", "date", "measure", "value", "basis", "quality"]


def _mine(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    return _line("area_figures", data.rows("rso_count", record.force, day), _COUNT)


def _all(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    return _line("area_figures", data.rows("rso_count", date=day), _COUNT)


def _nation(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    return _line("national_figures", data.national_rows("rso_count", day), _COUNT[1:])


def _base(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    t, column = data.population, DENOMINATORS[record.denominator]
    rows = t[t["mid_year"] == record.population_year]
    mine = rows[rows["area"] == record.force]
    others = rows[rows["area"] != record.force]
    ordered = pd.concat([mine, others])
    return _year(data, record, day) + _line("population", ordered, ["area", "mid_year", column])


def _year(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    t = data.denominators
    return _line("denominators", t[t["stock_date"] == day], ["stock_date", "mid_year", "evidence"])


def _own(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    t, column = data.population, DENOMINATORS[record.denominator]
    rows = t[(t["mid_year"] == record.population_year) & (t["area"] == record.force)]
    return _line("population", rows, ["area", "mid_year", column]) + _year(data, record, day)


def _before(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    before = day - pd.DateOffset(years=1)
    return _mine(data, record, before) + _nation(data, record, before)


def _places(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    return _line("areas", data.areas, ["area", "centroid_lat", "centroid_lon"])


def _ages(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    t = data.population_age_bands
    rows = t[(t["area"] == record.force) & (t["mid_year"] <= record.population_year)]
    rows = rows[rows["mid_year"] == rows["mid_year"].max()] if len(rows) else rows
    return _line(
        "population_age_bands", rows, ["area", "mid_year", "sex", "age_band", "population"]
    )


def _printed(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    t = data.area_figures
    return _line("area_figures", t[(t["area"] == record.force) & (t["date"] == day)], _COUNT)


def _choice(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    t = data.comparators
    rows = t[t["comparator"] == record.comparator]
    return _line("comparators", rows, ["comparator", "rule", "areas", "number"])


def _nothing(data: Data, record: RateRecord, day: pd.Timestamp) -> list[TableRow]:
    return []


_GATHER = {
    k.MINE: _mine, k.ALL: _all, k.NATION: _nation, k.BASE: _base, k.OWN: _own,
    k.BEFORE: _before, k.YEAR: _year, k.PLACES: _places, k.AGES: _ages, k.PRINTED: _printed,
    k.CHOICE: _choice, k.SET: _nothing,
}  # fmt: skip
