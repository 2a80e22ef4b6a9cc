"""Read rows of figures: the area, day, measure and value of each, with sums and parts apart."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from mappa.data import cells, measures, schema
from mappa.data.area_names import Name, known_names, resolve
from mappa.data.cells import CellError, Kind, NoFigure, Reading
from mappa.data.load import Data
from mappa.data.tables import Table
from mappa.errors import DataError, UnknownName
from mappa.printed import PER, in_words

#: A rate so many times the national one, or so many times less, is remarked on.
FAR = 3
#: Columns in which a row describes its source.
DESCRIBED = ("source_title", "source_url", "source_published", "source_kind")
#: What makes two rows the same figure, of two areas.
_FIGURE = ("date", "measure", "basis", "source")
_TOTAL = re.compile(r"(grand )?total|all|sum", re.I)


@dataclasses.dataclass(frozen=True)
class Row:
    """A row as read: its line in the file, whose figures it has, and its cells in plain form."""

    line: int
    name: Name
    cells: dict[str, str]


def read_figures(
    table: Table, data: Data, published: Mapping[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the figures of a table as text in plain form, by row, and the remarks on them.

    Sums of areas are checked against the areas and left out; the two forces of London are summed.
    *published* has each known source with when it was published (text of sources.csv). Raises
    DataError in one sentence with row and column.
    """
    kinds = measures.kinds(data.dictionary)
    rows: list[Row] = []
    remarks: list[str] = []
    unknown: NoFigure | None = None
    for line in table.lines:
        if alone := _aside(table, line, data):
            remarks.append(alone)
            continue
        try:
            row, taken = _read_row(table, line, data, kinds)
        except NoFigure as sign:
            if sign.sign in cells.DASHES:
                raise table.error(line, "value", str(sign)) from None
            unknown = sign
            remarks.append(f"{table.file}, row {line}, was left out: {sign.sign} {sign.means}.")
            continue
        row.cells.update(_particulars(table, line, data, set(published)))
        _check_published(table, row, published)
        rows.append(row)
        remarks += taken
    if unknown and not rows:
        raise table.error(table.lines[0], "value", str(unknown))
    if not rows:
        raise DataError(f"{table.file} holds no figure under its header.")
    rows, summed = _sum_parts(table, rows, data, kinds)
    remarks += [*_check_sums(table, rows, data, kinds), *summed]
    remarks += _against_nation(table, rows, data)
    found = {r.line: {"area": r.name.name, **r.cells} for r in rows if r.name.kind != "sum"}
    return pd.DataFrame.from_dict(found, orient="index", dtype=str), remarks


def _aside(table: Table, line: int, data: Data) -> str:
    """Return the remark on a note, heading or unit: one cell, which is no area and no number."""
    held = table.sheet.rows[line]
    only = next(iter(held.values()))
    known = resolve(data, cells.without_notes(only)[0]).kind != "unknown"
    numbered = table.columns.get("area") not in held and re.search(r"\d", only.text)
    if len(held) > 1 or known or numbered:
        return ""
    return f"{table.file}, row {line}, “{cells.shown(only.text)}”, is no figure and was left out."


def _read_row(
    table: Table, line: int, data: Data, kinds: Mapping[str, Kind]
) -> tuple[Row, list[str]]:
    """Return a row and what was taken; NoFigure for a sign in place of its value."""
    name, remarks = read_name(table, line, data)
    of = "national_figures" if name.kind == "nation" else "area_figures"
    rules = schema.rules(of, data.dictionary).set_index("column", drop=False)
    day = read_cell(table, line, rules.loc["date"], data, None)
    allowed = rules.at["measure", "allowed"].split("|")
    with table.naming(line, "measure"):
        measure, taken = measures.named(table.text(line, "measure"), allowed, of)
    with table.naming(line, "value", but=NoFigure):
        value = cells.read_number(table.cell(line, "value"), kinds[measure])
    said = (("date", day.remark), ("measure", taken), ("value", value.remark))
    remarks += [f"{table.file}, row {line}, column {c}: {r}." for c, r in said if r]
    read = {"date": day.text, "measure": measure, "value": value.text}
    read["note"] = " ".join(filter(None, [table.text(line, "note"), value.note]))
    return Row(line, name, read), remarks


def read_cell(
    table: Table, line: int, rule: pd.Series, data: Data, known: set[str] | None
) -> Reading:
    """Read a cell by its type in the dictionary; an error names row and column.

    *known* are the sources that are described, None where the row itself describes its source.
    """
    kind, cell = rule["type"], table.cell(line, rule["column"])
    with table.naming(line, rule["column"]):
        if kind in {"integer", "number"}:
            limits = measures.kind_of(kind, rule["minimum"], rule["maximum"], rule["unit"])
            return cells.read_number(cell, limits)
        if kind == "date":
            first, last = (dt.date.fromisoformat(rule[c]) for c in ("minimum", "maximum"))
            return cells.read_date(cell, first, last, from_1904=table.sheet.from_1904)
        if kind == "boolean":
            return cells.read_truth(cell)
        if kind == "sources":
            return Reading(_read_source(cell.text, known))
        if kind == "area":
            return Reading(data.area(cells.squeeze(cell.text)))
    return Reading(cell.text)


def read_name(table: Table, line: int, data: Data) -> tuple[Name, list[str]]:
    """Return whose figure a row is (England and Wales, where there is no column of areas)."""
    if "area" not in table.columns:
        return Name("nation", data.nation), []
    cell = table.cell(line, "area")
    written, notes = cells.without_notes(cell)
    name = resolve(data, written)
    if name.kind == "unknown":
        if not written:
            raise table.error(line, "area", "the cell is empty; right: the name of an area")
        hint = "`mappa areas` lists them."
        unknown = UnknownName("force", written[:60], known_names(data), hint=hint)
        raise table.error(line, "area", str(unknown))
    where = f"{table.file}, row {line}, column area"
    remarks = [f"{where}: the note mark {notes} was taken off {written}."] if notes else []
    if name.kind == "area" and _plain(written) != _plain(name.name):
        remarks.append(f"{where}: {written} is taken as {name.name}.")
    return name, remarks


def _plain(text: str) -> str:
    return cells.squeeze(re.sub(r"[^\w]+", " ", text.replace("&", " and "))).lower()


def _particulars(table: Table, line: int, data: Data, known: set[str]) -> dict[str, str]:
    found = {c: table.cell(line, c).text for c in ("category", "basis", "quality", *DESCRIBED)}
    described = bool(found["source_title"] or found["source_url"])
    for column, kind in (("source", "sources"), ("preferred", "boolean")):
        rule = pd.Series({"column": column, "type": kind})
        found[column] = table.text(line, column)
        if found[column] or column == "source":
            found[column] = read_cell(table, line, rule, data, None if described else known).text
    return found


def _read_source(text: str, known: set[str] | None) -> str:
    """Return identifiers of sources, separated by spaces; *known* None: the row describes it."""
    names = re.split(r"[\s;,|]+", text.strip()) if text.strip() else []
    if not names:
        raise CellError("the cell is empty", "the name of a source")
    for name in names:
        if known is not None and name not in known:
            right = "a source that is known, or describe it in the columns source_title and "
            raise CellError(f"{cells.shown(name)!r} is not in sources.csv", f"{right}source_url")
    if known is None and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", " ".join(names)):
        why = f"{cells.shown(text)!r} must be a plain lower-case name"
        raise CellError(why, "such as county-report-2022")
    return " ".join(names)


def _check_published(table: Table, row: Row, published: Mapping[str, str]) -> None:
    """Refuse a count of a day after all of its sources were published."""
    if re.search(r"projection|estimate", row.cells["measure"]):
        return
    own = row.cells["source_published"]
    texts = [own or published.get(s, "") for s in row.cells["source"].split()]
    written = [re.fullmatch(r"\d{4}(-\d\d){0,2}", text.strip()) for text in texts]
    day = pd.Timestamp(row.cells["date"])
    # The last day of a date of publication, which may be a year or a month.
    if written and all(found and pd.Period(found[0]).end_time < day for found in written):
        why = f"{in_words(day)} comes after the source was published ({max(texts)}) and has "
        why += "not been counted; right: the day of a count that has been made"
        raise table.error(row.line, "date", why)


# Sums and parts --------------------------------------------------------------------------------


def summands(name: Name, values: pd.Series, data: Data) -> pd.Series | None:
    """Return those of *values* (by area) that a sum is of; None where one of them is not known.

    A total is of the areas of its table, what is called national of all areas.
    """
    called = name.name.lower()
    if name.kind == "nation" or called.startswith("nation"):
        wanted = data.names
    elif _TOTAL.match(called):
        wanted = list(values.index)
    else:
        wanted = list(data.areas["area"][data.areas["country"].str.lower() == called])
    found = values.reindex(wanted)
    return None if found.empty or found.isna().any() else found


def pair_forces(
    table: Table, rows: Sequence[Row], data: Data
) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """Return the rows of no force alone, and the pairs of forces with the same figure of an area.

    Raises DataError for a force that is there twice, or alone.
    """
    others = [row for row in rows if row.name.kind != "part"]
    pending: dict[tuple[str, ...], Row] = {}
    pairs: list[tuple[Row, Row]] = []
    for row in rows:
        if row.name.kind != "part":
            continue
        figure = (row.name.area, *_figure(row))
        twin = pending.setdefault(figure, row)
        if twin is not row and twin.name == row.name:
            why = f"{row.name.name} stands twice (first in row {twin.line}); right: once"
            raise table.error(row.line, "area", why)
        if twin is not row:
            pairs.append((pending.pop(figure), row))
    for row in pending.values():
        raise one_of_two(table, row.line, row.name, data)
    return others, pairs


def one_of_two(table: Table, line: int, name: Name, data: Data) -> DataError:
    """Return the sentence on one force of an area alone, or on a county in one."""
    forces = data.area_names.query("kind == 'part' and area == @name.area")["part"].unique()
    other = " and the ".join(force for force in forces if force != name.name)
    why = f"the {name.name} is one of the two forces of {name.area}, the other is the {other}; "
    why += f"right: {name.area}, if the figure is for both, or the row of the {other} beside it so "
    why += "that the two can be added up"
    if not other:
        why = f"{name.name} is only a part of {name.area}; right: a figure of {name.area}"
    return table.error(line, "area", why)


def _figure(row: Row) -> tuple[str, ...]:
    return tuple(row.cells.get(c, "") for c in _FIGURE)


def _sum_parts(
    table: Table, rows: list[Row], data: Data, kinds: Mapping[str, Kind]
) -> tuple[list[Row], list[str]]:
    """Sum the two forces of London where both are there; refuse one alone."""
    others, pairs = pair_forces(table, rows, data)
    remarks = []
    for twin, row in pairs:
        if kinds[row.cells["measure"]].unit != "people":
            why = "the rates of two forces are not added up; right: that of London"
            raise table.error(row.line, "value", why)
        area, value = row.name.area, int(twin.cells["value"]) + int(row.cells["value"])
        others.append(Row(row.line, Name("area", area, area), {**row.cells, "value": str(value)}))
        remarks.append(
            f"{table.file}, rows {twin.line} and {row.line}: {twin.name.name} and {row.name.name} "
            f"were summed to {area}, {value:,}."
        )
    return sorted(others, key=lambda r: r.line), remarks


def _check_sums(
    table: Table, rows: list[Row], data: Data, kinds: Mapping[str, Kind]
) -> Iterator[str]:
    """Check that a row of a sum is the sum of its areas, where all of them are there."""
    for row in (r for r in rows if r.name.kind == "sum"):
        where = f"{table.file}, row {row.line}, {row.name.name},"
        values = {
            r.name.name: float(r.cells["value"])
            for r in rows
            if r.name.kind == "area" and _figure(r)[:3] == _figure(row)[:3]
        }
        areas = summands(row.name, pd.Series(values, dtype=float), data)
        if kinds[row.cells["measure"]].unit != "people" or areas is None:
            yield f"{where} is a sum of areas and was left out, unchecked."
            continue
        if (printed := float(row.cells["value"])) != areas.sum():
            why = f"{row.name.name} is {printed:,.0f}, where its areas sum to {areas.sum():,.0f}"
            why += "; right: the sum of the areas, or no such row"
            raise table.error(row.line, "value", why)
        yield f"{where} was left out: it is the sum of the areas."


def _against_nation(table: Table, rows: list[Row], data: Data) -> Iterator[str]:
    """Refuse an area's count above the national one; remark on a rate far from the national."""
    stocks = [
        (row, pd.Timestamp(row.cells["date"]), float(row.cells["value"]))
        for row in rows
        if row.cells["measure"] == "rso_count"
    ]
    counts = data.national("rso_count").to_dict()
    counts |= {day: value for row, day, value in stocks if row.name.kind == "nation"}
    for row, day, value in stocks:
        if row.name.kind != "area" or day not in counts:
            continue
        if value > counts[day]:
            why = f"{value:.0f} is more than the {counts[day]:,.0f} of {data.nation} on that day; "
            why += f"right: the count of {row.name.name}, or the misfit stated in exceptions.csv"
            raise table.error(row.line, "value", why)
        if day not in data.dates:
            continue
        people = data.people(day)
        rate, national = value / people[row.name.name] * PER, counts[day] / people.sum() * PER
        if not national / FAR < rate < national * FAR:
            yield (
                f"{table.file}, row {row.line}: {value:,.0f} in {row.name.name} is {rate:.1f} per "
                f"100,000, where the nation has {national:.0f}."
            )
