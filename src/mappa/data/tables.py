"""Find the table in a workbook: its sheet, its header, its rows; and tell what was left aside."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from mappa.data import cells
from mappa.data.sheets import EMPTY, Cell, Sheet
from mappa.errors import DataError

#: Other names of the column of areas.
_AREA = {"mappa_area", "area_name", "police_force_area", "police_area", "police_force", "force"}
_UNIT = r"\s*\((?:people|persons|number|no\.?)\)$"
OTHER_NAMES = dict.fromkeys(_AREA, "area") | {"sources": "source"}


@dataclasses.dataclass(frozen=True)
class Layout:
    """A table to look for: the columns that it *needs* and those that it *may* have beside them."""

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Table:
    """A table found in a file.

    Attributes
    ----------
    file: the file's name, for errors. layout: the layout that its header fits.
    header: the row of the header. columns: name of a column to its place.
    lines: the rows below the header that hold something in a named column.
    remarks: whole sentences on what was assumed and left out.
    """

    file: str
    layout: str
    sheet: Sheet
    header: int
    columns: dict[str, int]
    lines: tuple[int, ...]
    remarks: tuple[str, ...]

    def cell(self, line: int, column: str) -> Cell:
        """Return a cell by row and name of its column; an empty one where nothing stands."""
        place = self.columns.get(column)
        return EMPTY if place is None else self.sheet.at(line, place)

    def text(self, line: int, column: str) -> str:
        """Return the text of a cell, on one line."""
        return cells.squeeze(self.cell(line, column).text)

    def error(self, line: int, column: str, why: str) -> DataError:
        """Return the one sentence about a cell."""
        return DataError(f"{self.file}, row {line}, column {column}: {why.rstrip('.')}.")


def name_of_column(cell: Cell) -> str:
    """Return the name that a header stands for: ``Source title`` and ``source_title`` are one."""
    words = re.sub(_UNIT, "", cells.header_words(cell)[0].lower())
    plain = re.sub(r"[\s_]+", "_", words).strip("_")
    return OTHER_NAMES.get(plain, plain)


def find_table(sheets: Sequence[Sheet], file: str, layouts: Sequence[Layout]) -> Table:
    """Return the one table of the visible sheets whose header names all columns of a layout.

    Raises DataError in one sentence: no such header (with what was seen instead), more than one
    such sheet, a column twice, or cells in a CSV that may have been moved.
    """
    fits = [(s, row, lay) for s in sheets for row, lay in _headers(s, layouts)]
    seen = [f for f in fits if f[0].visible]
    if not seen:
        if fits:
            raise DataError(
                f"{file}: only the hidden sheet {fits[0][0].name!r} holds a table; right: show the "
                "sheet if it is meant."
            )
        raise _no_header(sheets, file, layouts)
    if len(seen) > 1:
        names = " and ".join(repr(f[0].name) for f in seen)
        raise DataError(f"{file}: the sheets {names} both hold a table; right: one of them.")
    sheet, header, layout = seen[0]
    named = _columns(sheet, header, layout, file)
    sheet, filled = _fill_merged(sheet, header, named, file)
    lines = tuple(_lines(sheet, header, named, file))
    remarks = [*sheet.remarks, *_aside(sheets, sheet, file)]
    remarks += _above(sheet, header, file)
    remarks += _left_out(sheet, header, named, lines, file)
    hidden = [line for line in lines if line in sheet.hidden]
    remarks += [
        f"{file}, row {line} ({sheet.at(line, min(named.values())).text}) is hidden in the sheet "
        "and was read."
        for line in hidden
    ]
    return Table(file, layout.name, sheet, header, named, lines, (*remarks, *filled))


def _headers(sheet: Sheet, layouts: Sequence[Layout]) -> Iterator[tuple[int, Layout]]:
    """Yield the first row that names all columns of a layout, with the layout that needs most."""
    for row, found in sheet.rows.items():
        names = {name_of_column(c) for c in found.values()}
        fitting = [layout for layout in layouts if names.issuperset(layout.needs)]
        if fitting:
            yield row, max(fitting, key=lambda layout: len(layout.needs))
            return


def _columns(sheet: Sheet, header: int, layout: Layout, file: str) -> dict[str, int]:
    known = {*layout.needs, *layout.may}
    named: dict[str, int] = {}
    for place, cell in sorted(sheet.rows[header].items()):
        name = name_of_column(cell)
        if name in named:
            raise DataError(
                f"{file}, row {header}, the header: column {name} stands twice; right: one column "
                f"{name}."
            )
        if name in known:
            named[name] = place
    return named


def _lines(sheet: Sheet, header: int, named: dict[str, int], file: str) -> Iterator[int]:
    last = max(sheet.rows[header])
    titles = {p: c.text for p, c in sheet.rows[header].items()}
    for row, found in sheet.rows.items():
        if row <= header or {p: c.text for p, c in found.items()} == titles:
            continue
        if sheet.delimited and max(found) > last:
            raise DataError(
                f"{file}, row {row}: {max(found) + 1} cells under a header of {last + 1}; right: "
                f"{last + 1}, or quotes around a cell that holds a comma."
            )
        if any(place in found for place in named.values()):
            yield row


def _fill_merged(
    sheet: Sheet, header: int, named: dict[str, int], file: str
) -> tuple[Sheet, list[str]]:
    """Give the cell of a merged range to every row that it spans; tell of it by column."""
    rows = dict(sheet.rows)
    told: list[str] = []
    by_place = {place: name for name, place in named.items()}
    for first, place, last, _ in sheet.merged:
        if first <= header or last == first or place not in by_place or last - first > len(rows):
            continue
        joint = "and" if last == first + 1 else "to"
        if by_place[place] == "value" or by_place[place].startswith("population"):
            raise DataError(
                f"{file}, row {first}, column {by_place[place]}: one merged cell stands for rows "
                f"{first} {joint} {last}; right: a figure in each row."
            )
        for row in (r for r in range(first + 1, last + 1) if r in rows):
            rows[row] = {**rows[row], place: sheet.at(first, place)}
            told.append(
                f"{file}: the {by_place[place]} of row {row} comes from the merged cell of rows "
                f"{first} {joint} {last}."
            )
    return dataclasses.replace(sheet, rows=rows), told


def _aside(sheets: Sequence[Sheet], read: Sheet, file: str) -> list[str]:
    others = [
        f"{s.name!r}" + ("" if s.visible else " (hidden)") for s in sheets if s.name != read.name
    ]
    if not others:
        return []
    return [f"{file}: the sheet {read.name!r} was read; left aside: {', '.join(others)}."]


def _above(sheet: Sheet, header: int, file: str) -> list[str]:
    return [
        f"{file}, row {row}, “{cells.shown(' '.join(c.text for c in found.values()))}”, stands "
        "above the header and was left out."
        for row, found in sheet.rows.items()
        if row < header
    ]


def _left_out(
    sheet: Sheet, header: int, named: dict[str, int], lines: Sequence[int], file: str
) -> list[str]:
    """Tell which columns are not used, those without a name by their place."""
    places = {p for line in (header, *lines) for p in sheet.rows[line]} - set(named.values())
    out = []
    for place in sorted(places):
        title = cells.squeeze(sheet.at(header, place).text)
        which = f"column {cells.shown(title)}" if title else f"column {place + 1}, without a name,"
        out.append(f"{file}: {which} was left out.")
    return out


def _no_header(sheets: Sequence[Sheet], file: str, layouts: Sequence[Layout]) -> DataError:
    """Return the sentence on a file without a header: the likeliest row and what it lacks."""
    wanted = layouts[0].needs
    right = f"a header that names {_and(wanted)}"
    rows = [
        (row, [cells.squeeze(c.text) for c in found.values()], found.values())
        for s in sheets
        if s.visible
        for row, found in s.rows.items()
    ]
    if not rows:
        return DataError(f"{file} is empty; right: {right}.")

    def likeness(row: tuple[int, list[str], object]) -> tuple[int, int]:
        _, texts, found = row
        named = {name_of_column(c) for c in found} & set(wanted)  # type: ignore[attr-defined]
        return len(named), len(texts)

    line, texts, found = max(rows, key=likeness)
    names = {name_of_column(c) for c in found}
    missing = _and([c for c in wanted if c not in names])
    verb = "are" if " and " in missing else "is"
    years = [t for t in texts if re.search(r"\b(19|20)\d\d\b", t)]
    kind = "years" if all(re.fullmatch(r"\d{4}([/-]\d\d(\d\d)?)?", t) for t in years) else "days"
    where = f"{file}, row {line}, the header: {missing} {verb} missing"
    if len(years) > 1:
        example = next((r[1] for r in rows if r[0] > line and len(r[1]) > 1), ["Kent", "1,950"])
        value = next((t for t in reversed(example) if t[:1].isdigit()), "1,950")
        return DataError(
            f"{where}, and the {kind} {_and(years)} stand as columns; right: a row for each area "
            f"and day, such as {example[0]}, 2020-03-31, rso_count, {value}, with its source."
        )
    seen = cells.shown(", ".join(texts))
    return DataError(f"{where} (it names {seen}); right: {right}.")


def _and(words: Sequence[str]) -> str:
    *most, last = words or ("",)
    return f"{', '.join(most)} and {last}" if most else last
