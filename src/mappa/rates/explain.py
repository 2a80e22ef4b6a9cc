"""Any number of the record traced: formula, function, rows of the tables, their sources."""

import dataclasses
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.data.stock import DENOMINATORS
from mappa.errors import UnknownName, one_of
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
    """A number of the record with all that it rests on."""

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
    declared, values = RateRecord.declared(), record.flat()
    if head not in declared:
        raise UnknownName("key", name, declared, hint="`mappa explain --list` lists them.")
    said = declared[head]
    value, documented = _inner(values[head], head, rest) if rest else (values[head], said)
    rows = _rows(data, record, said["rests_on"])
    used = sorted({s for row in rows for s in row.sources.split()})
    sources = data.sources.set_index("source").reindex(used).fillna("").astype(str).reset_index()
    formula = documented.get("formula") or said["formula"] or said["meaning"]
    source = _source(said["by"])
    if isinstance(value, MethodRow):
        formula, source = value.method, value.source
    return Explanation(
        key=name,
        meaning=documented["meaning"],
        unit=documented["unit"],
        value=value.as_dict() if isinstance(value, Record) else value,
        formula=formula,
        worked=_worked(values, name),
        function=f"mappa.{said['by']}",
        method_source=source,
        rounding=said["rounded"] or "not rounded",
        rows=rows,
        sources=list(Source.from_frame(sources)),
    )


def _source(function: str) -> str:
    """Return where a method is published, from the text of the function that computes it."""
    words = inspect.getdoc(pkgutil.resolve_name(f"mappa.{function}")) or ""
    _, mark, tail = words.partition("Source: ")
    return " ".join(tail.split("\n\n")[0].split()) if mark else ""


def _worked(values: Mapping[str, Any], name: str) -> str:
    if name not in WORKED or values[name] is None:
        return ""
    try:
        return f"{WORKED[name].format(**values)} = {values[name]!r}"
    except (TypeError, ValueError):  # a part is not known: a modelled comparator has no count
        return ""


def _inner(inside: Any, head: str, rest: str) -> tuple[Any, Mapping[str, Any]]:
    """Return a nested value (``change.growth``, ``methods.3``, ``sensitivity.0``) and its words."""
    kinds: dict[str, type[Record]] = {"change": change.YearChange, "missing": MissingCount}
    if head in kinds:
        keys = kinds[head].declared()
        one_of(f"key of {head}", rest, keys)
        return (None if inside is None else getattr(inside, rest)), keys[rest]
    if head in {"methods", "sensitivity"}:
        known = [str(i) for i in range(len(inside))]
        hint = f"rows run from 0 to {len(inside) - 1}."
        row = inside[int(one_of(f"row of {head}", rest, known, hint=hint))]
        return row, {"meaning": getattr(row, "statistic", f"row {rest} of {head}"), "unit": ""}
    if isinstance(inside, dict) and rest in inside:
        return inside[rest], {"meaning": rest, "unit": "combinations"}
    raise UnknownName("key", f"{head}.{rest}", [head])


def _rows(data: Data, record: RateRecord, groups: tuple[str, ...]) -> list[TableRow]:
    """Return the rows of the tables that the groups name, each once, in their order."""
    gathered = _gathered(data, record)
    lines = [row for group in groups for part in gathered[group] for row in _lines(*part)]
    return list({(row.table, row.row): row for row in lines}.values())


_COUNT = ["area", "date", "measure", "value", "basis", "quality"]
_STOCK = ["stock_date", "mid_year", "evidence"]

#: The name of a table, its rows, and the columns that are shown.
Part = tuple[str, pd.DataFrame, list[str]]


def _gathered(data: Data, record: RateRecord) -> dict[str, list[Part]]:
    """Return by group the rows that a number of the record may rest on."""
    day, force = pd.Timestamp(record.as_of), record.force
    before = day - pd.DateOffset(years=1)
    figures, bands, people = data.area_figures, data.population_age_bands, data.population
    people = people[people["mid_year"] == record.population_year]
    mine = people["area"] == force
    bands = bands[(bands["area"] == force) & (bands["mid_year"] <= record.population_year)]
    dated = data.denominators[data.denominators["stock_date"] == day]
    rule = data.comparators[data.comparators["comparator"] == record.comparator]

    def counts(on: pd.Timestamp, area: str | None = None) -> Part:
        return "area_figures", data.rows("rso_count", area, on), _COUNT

    def national(on: pd.Timestamp) -> Part:
        return "national_figures", data.national_rows("rso_count", on), _COUNT[1:]

    def population(rows: pd.DataFrame) -> Part:
        return "population", rows, ["area", "mid_year", DENOMINATORS[record.denominator]]

    year: Part = "denominators", dated, _STOCK
    printed = figures[(figures["area"] == force) & (figures["date"] == day)]
    ages = bands[bands["mid_year"] == bands["mid_year"].max()]
    return {
        k.MINE: [counts(day, force)],
        k.ALL: [counts(day)],
        k.NATION: [national(day)],
        k.BASE: [year, population(people[mine]), population(people[~mine])],
        k.OWN: [population(people[mine]), year],
        k.BEFORE: [counts(before, force), national(before)],
        k.YEAR: [year],
        k.PLACES: [("areas", data.areas, ["area", "centroid_lat", "centroid_lon"])],
        k.AGES: [
            ("population_age_bands", ages, ["area", "mid_year", "sex", "age_band", "population"])
        ],
        k.PRINTED: [("area_figures", printed, _COUNT)],
        k.CHOICE: [("comparators", rule, ["comparator", "rule", "areas", "number"])],
        k.SET: [],
    }


def _lines(table: str, frame: pd.DataFrame, columns: list[str]) -> list[TableRow]:
    """Return rows as table, line of the file, cells in words, and sources."""
    words = (
        ", ".join(f"{c} {_cell(v)}" for c, v in row.items()) for _, row in frame[columns].iterrows()
    )
    sources = frame["sources" if "sources" in frame else "source"].astype(str)
    named = zip(frame.index, words, sources, strict=True)
    return [TableRow(f"{table}.csv", int(line), *rest) for line, *rest in named]


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
