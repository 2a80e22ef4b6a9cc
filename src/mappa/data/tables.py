"""Find the table in a workbook: its sheet, header and rows; and say what was not read."""

import contextlib
import dataclasses
import re
from collections.abc import Collection, Iterator, Sequence

from mappa.data import cells
from mappa.data.sheets import EMPTY, Cell, Sheet
from mappa.errors import DataError, UnknownName

#: Other names of the column of areas.
_AREA = {"mappa_area", "area_name", "police_force_area", "police_area", "police_force", "force"}
_UNIT = r"\s*\((?:people|persons|number|no\.?)\)$"
OTHER_NAMES = dict.fromkeys(_AREA, "area") | {"sources": "source"}


@dataclasses.dataclass(frozen=True)
class Layout:
    """A table to look for: the columns that it *needs* and those that it *may* have besides."""

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Table:
    """A table found in a file, whose header (the row) fits the layout of that name.

    *columns* maps the name of a column to its place, *lines* are the rows below the header that
    hold something in a named column, and *remarks* sentences on what was assumed and left out.
    """

    file: str
    layout: str
    sheet: Sheet
    header: int
    columns: dict[str, int]
    lines: tuple[int, ...]
    remarks: tuple[str, ...]

    def cell(self, line: int, column: str) -> Cell:
        """Return a cell by row and name of its column; an empty one where there is none."""
        place = self.columns.get(column)
        return EMPTY if place is None else self.sheet.at(line, place)

    def text(self, line: int, column: str) -> str:
        """Return the text of a cell, on one line."""
        return cells.squeeze(self.cell(line, column).text)

    def error(self, line: int, column: str, why: str) -> DataError:
        """Return the one sentence about a cell."""
        return DataError(f"{self.file}, row {line}, column {column}: {why.rstrip('.')}.")

    @contextlib.contextmanager
    def naming(
        self, line: int, column: str, but: type[Exception] | tuple[()] = ()
    ) -> Iterator[None]:
        """Raise what is wrong with a cell as the sentence about it, save an error of type *but*."""
        try:
            yield
        except but:
            raise
        except (cells.CellError, UnknownName) as error:
            raise self.error(line, column, str(error)) from None


def name_of_column(cell: Cell) -> str:
    """Return the name that a header means: ``Source title`` and ``source_title`` are one."""
    words = re.sub(_UNIT, "", cells.header_words(cell)[0].lower())
    plain = re.sub(r"[\s_]+", "_", words).strip("_")
    return OTHER_NAMES.get(plain, plain)


def find_table(sheets: Sequence[Sheet], file: str, layouts: Sequence[Layout]) -> Table:
    """Return the one table of the visible sheets whose header names all columns of a layout.

    Raises DataError in one sentence: no such header (with what was seen instead), more than one
    such sheet, a column twice, or cells in a CSV that may have been moved.
    """
    fits = []
    for sheet in sheets:
        for row, found in sheet.rows.items():
            names = {name_of_column(cell) for cell in found.values()}
            if fitting := [layout for layout in layouts if names.issuperset(layout.needs)]:
                fits.append((sheet, row, max(fitting, key=lambda layout: len(layout.needs))))
                break
    seen = [f for f in fits if f[0].visible]
    if not fits:
        raise _no_header(sheets, file, layouts[0].needs)
    if not seen:
        raise DataError(
            f"{file}: only the hidden sheet {fits[0][0].name!r} holds a table; right: show the "
            "sheet if it is meant."
        )
    if len(seen) > 1:
        both = " and ".join(repr(f[0].name) for f in seen)
        raise DataError(f"{file}: the sheets {both} both hold a table; right: one of them.")
    sheet, header, layout = seen[0]
    named = _columns(sheet, header, layout, file)
    sheet, filled = _fill_merged(sheet, header, named, file)
    lines = tuple(_lines(sheet, header, named, file))
    table = Table(file, layout.name, sheet, header, named, lines, ())
    return dataclasses.replace(table, remarks=(*sheet.remarks, *_not_read(table, sheets), *filled))


def _columns(sheet: Sheet, header: int, layout: Layout, file: str) -> dict[str, int]:
    known = {*layout.needs, *layout.may}
    named: dict[str, int] = {}
    for place, cell in sorted(sheet.rows[header].items()):
        name = name_of_column(cell)
        if name in named:
            where = f"{file}, row {header}, the header"
            raise DataError(f"{where}: column {name} stands twice; right: one column {name}.")
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
    """Give the cell of a merged range to every row that it spans; remark on it by column."""
    rows = dict(sheet.rows)
    remarks: list[str] = []
    by_place = {place: name for name, place in named.items()}
    for first, place, last, _ in sheet.merged:
        if first <= header or last == first or place not in by_place or last - first > len(rows):
            continue
        name, spans = by_place[place], f"rows {first} {'and' if last == first + 1 else 'to'} {last}"
        if name == "value" or name.startswith("population"):
            raise DataError(
                f"{file}, row {first}, column {name}: one merged cell stands for {spans}; right: a "
                "figure in each row."
            )
        for row in (r for r in range(first + 1, last + 1) if r in rows):
            rows[row] = {**rows[row], place: sheet.at(first, place)}
            said = f"the {name} of row {row} comes from the merged cell of {spans}"
            remarks.append(f"{file}: {said}.")
    return dataclasses.replace(sheet, rows=rows), remarks


def _not_read(table: Table, sheets: Sequence[Sheet]) -> Iterator[str]:
    """Say which sheets, rows above the header and columns are not used, and which are hidden."""
    read, file, used = table.sheet, table.file, table.columns.values()
    others = [repr(s.name) + " (hidden)" * (not s.visible) for s in sheets if s.name != read.name]
    if others:
        yield f"{file}: the sheet {read.name!r} was read; left aside: {', '.join(others)}."
    for row, found in read.rows.items():
        if row < table.header:
            said = cells.shown(" ".join(c.text for c in found.values()))
            yield f"{file}, row {row}, “{said}”, stands above the header and was left out."
    for place in sorted({p for line in (table.header, *table.lines) for p in read.rows[line]}):
        if place not in used:
            title = cells.shown(read.at(table.header, place).text)
            which = f"column {title or f'{place + 1}, without a name,'}"
            yield f"{file}: {which} was left out."
    for line in table.lines:
        if line in read.hidden:
            first = read.at(line, min(used)).text
            yield f"{file}, row {line} ({first}) is hidden in the sheet and was read."


def _no_header(sheets: Sequence[Sheet], file: str, wanted: Sequence[str]) -> DataError:
    """Return the sentence on a file without a header: the likeliest row and what it lacks."""
    right = f"a header that names {_and(wanted)}"
    rows = [(line, row.values()) for s in sheets if s.visible for line, row in s.rows.items()]
    if not rows:
        return DataError(f"{file} is empty; right: {right}.")

    def names(row: Collection[Cell]) -> set[str]:
        return {name_of_column(cell) for cell in row}

    def texts(row: Collection[Cell]) -> list[str]:
        return [cells.squeeze(cell.text) for cell in row]

    line, found = max(rows, key=lambda row: (len(names(row[1]) & set(wanted)), len(row[1])))
    missing = _and([c for c in wanted if c not in names(found)])
    verb = "are" if " and " in missing else "is"
    years = [t for t in texts(found) if re.search(r"\b(19|20)\d\d\b", t)]
    kind = "years" if all(re.fullmatch(r"\d{4}([/-]\d\d(\d\d)?)?", t) for t in years) else "days"
    where = f"{file}, row {line}, the header: {missing} {verb} missing"
    if len(years) > 1:
        below = (texts(row) for number, row in rows if number > line and len(row) > 1)
        example = next(below, ["Kent", "1,950"])
        value = next((t for t in reversed(example) if t[:1].isdigit()), "1,950")
        return DataError(
            f"{where}, and the {kind} {_and(years)} stand as columns; right: a row for each area "
            f"and day, such as {example[0]}, 2020-03-31, rso_count, {value}, with its source."
        )
    seen = cells.shown(", ".join(texts(found)))
    return DataError(f"{where} (it names {seen}); right: {right}.")


def _and(words: Sequence[str]) -> str:
    *most, last = words or ("",)
    return f"{', '.join(most)} and {last}" if most else last
