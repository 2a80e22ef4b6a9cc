"""The readers of cells and tables: properties, and files that were damaged at random."""

from __future__ import annotations

import datetime as dt
import random
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheet_writers import ods_table, write_ods, write_sheets

from mappa.data import Data, cells, official, submission, tables, workbooks
from mappa.data.cells import CellError, Kind
from mappa.data.sheets import Cell
from mappa.errors import DataError, MappaError
from mappa.rates.story.file import read_claims

CASES = Path(__file__).parent / "cases"
ANY = Kind("a number", False)
PEOPLE = Kind("a whole number of people, 1 or more", True, 1, 1_000_000, "people")
FIRST, LAST = dt.date(1997, 9, 1), dt.date(2099, 12, 31)
numbers = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=2)
blanks = st.sampled_from([",", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
_MARKS = ["", " [note 1]", " [note 1, note 2]", "(r)", " [p]", "\N{SUPERSCRIPT TWO}"]
notes = st.sampled_from(_MARKS)
days = st.dates(FIRST, LAST)


@given(numbers, blanks, notes, st.sampled_from(["-", "\N{MINUS SIGN}", "\N{EN DASH}"]))
def test_a_number_is_the_same_however_it_is_written(
    value: Decimal, blank: str, note: str, minus: str
) -> None:
    written = f"{value:,}".replace(",", blank).replace("-", minus) + note
    reading = cells.read_number(Cell(written), ANY)
    assert Decimal(reading.text) == value
    assert (reading.remark != "") == (note != "")


@given(st.text(max_size=12))
def test_what_is_read_as_a_number_is_one(text: str) -> None:
    try:
        reading = cells.read_number(Cell(text.strip()), PEOPLE)
    except CellError as error:
        assert error.right
        assert "\n" not in str(error)
    else:
        assert 1 <= int(reading.text) <= 1_000_000
        assert reading.text.isascii()


@given(st.integers(1, 10**6).map(str), st.integers(0, 5))
def test_digits_of_other_scripts_are_refused(text: str, script: int) -> None:
    zero = [0x0660, 0x06F0, 0x0966, 0xFF10, 0x09E6, 0x0E50][script]
    with pytest.raises(CellError, match="another script"):
        cells.read_number(Cell("".join(chr(zero + int(c)) for c in text)), PEOPLE)


@given(days, st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y"]))
def test_a_day_is_the_same_however_it_is_written(day: dt.date, form: str) -> None:
    for written in (day.strftime(form), f"{day:{form}} 00:00:00", f" {day:{form}}  "):
        assert cells.read_date(Cell(written), FIRST, LAST).text == day.isoformat()
    serial = str((day - dt.date(1899, 12, 30)).days)
    assert cells.read_date(Cell(serial), FIRST, LAST).text == day.isoformat()
    old = str((day - dt.date(1904, 1, 1)).days)
    if len(old) == 5:
        assert cells.read_date(Cell(old), FIRST, LAST, from_1904=True).text == day.isoformat()


@given(st.text(max_size=20))
def test_what_is_read_as_a_day_is_one(text: str) -> None:
    try:
        reading = cells.read_date(Cell(text.strip()), FIRST, LAST)
    except CellError as error:
        assert "\n" not in str(error)
    else:
        assert FIRST <= dt.date.fromisoformat(reading.text) <= LAST


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31/02/2020", "February 2020 has 29 days"),
        ("03/31/2020", "a British date has the day first; right: 2020-03-31"),
        ("2019/20", "is a year, and a stock is counted on a day"),
        ("2019-20", "is a year"),
        ("March 2020", "is not a date"),
        ("31 March 1066", "before the register began"),
        ("", "the cell is empty"),
    ],
)
def test_days_that_are_not_certain(text: str, said: str) -> None:
    with pytest.raises(CellError) as error:
        cells.read_date(Cell(text), FIRST, LAST)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("00650", "begins with a zero; right: the number, 650"),
        ("1,95", "is not a British number"),
        ("1 95", "is not a number"),
        ("1,950.5", "is not whole"),
        ("(650)", "is not a number"),
        ("4%", "is not a number"),
        ("19\u200b50", "no text (U+200B)"),
        ("[x]", "says not available and is no number"),
        ("9" * 20, "a number of 20 digits"),
    ],
)
def test_numbers_that_are_not_certain(text: str, said: str) -> None:
    with pytest.raises(CellError) as error:
        cells.read_number(Cell(text), PEOPLE)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "name", "mark"),
    [
        ("Cumbria1", "Cumbria", "1"),
        ("Cumbria [note 1, note 2]", "Cumbria", "[note 1, note 2]"),
        ("Cumbria\N{SUPERSCRIPT TWO}", "Cumbria", "\N{SUPERSCRIPT TWO}"),
        ("Cumbria (r)", "Cumbria", "(r)"),
        ("E23000002", "E23000002", ""),
        ("Category 1", "Category 1", ""),
        ("Dyfed-Powys", "Dyfed-Powys", ""),
    ],
)
def test_note_marks_are_taken_off_names(text: str, name: str, mark: str) -> None:
    assert cells.without_notes(Cell(text)) == (name, mark)


table_cells = st.one_of(
    st.sampled_from(["Kent", "a, b", 'say "so"', "x;y", "£5", "2020-03-31"]), st.integers(0, 10**6)
)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.lists(table_cells, min_size=2, max_size=4), min_size=2, max_size=5),
    ending=st.sampled_from([".csv", ".ods", ".xls", ".xlsx"]),
)
def test_every_format_gives_the_same_cells(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]], ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"t{ending}"
    width = max(map(len, rows))
    rows = [[*row, *["end"] * (width - len(row))] for row in rows]
    (sheet,) = workbooks.read_file(write_sheets(path, {"t": rows}))
    wanted = [[str(c) for c in row] for row in rows]
    assert [[c.text for c in row.values()] for row in sheet.rows.values()] == wanted


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_csv_is_read(tmp_path: Path, separator: str, encoding: str, end: str) -> None:
    text = end.join(separator.join(r) for r in (["area", "note"], ["Kent", "’s £"], ["Essex", "é"]))
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    (sheet,) = workbooks.read_file(path)
    assert [c.text for r in sheet.rows.values() for c in r.values()] == [
        "area", "note", "Kent", "’s £", "Essex", "é",
    ]  # fmt: skip
    assert (sheet.remarks != ()) == (encoding == "cp1252")


def test_a_percent_cell_of_an_ods_is_what_it_shows(tmp_path: Path) -> None:
    percent = '<table:table-cell office:value-type="percentage" office:value="0.04"/>'
    row = f"<table:table-row>{percent}</table:table-row>"
    hidden = row.replace("<table:table-row", '<table:table-row table:visibility="collapse"')
    path = write_ods(tmp_path / "t.ods", f'<table:table table:name="t">{row}{hidden}</table:table>')
    (sheet,) = workbooks.read_file(path)
    assert sheet.at(1, 0) == Cell("4%", "percent")
    assert sheet.hidden == {2}


def test_an_xls_tells_percent_cells_errors_raised_digits_and_hidden_rows(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("t")
    sheet.write(0, 0, 0.04, xlwt.easyxf(num_format_str="0%"))
    up = xlwt.easyfont("escapement superscript")
    sheet.write_rich_text(1, 0, ["594", ("1", up)])
    sheet.write(2, 0, xlwt.Formula("1900+50"))
    sheet.row(1).hidden = True
    path = tmp_path / "t.xls"
    book.save(str(path))
    (read,) = workbooks.read_file(path)
    assert read.at(1, 0) == Cell("4%", "percent")
    assert read.at(2, 0) == Cell("594", "text", "1")
    assert cells.read_number(read.at(2, 0), PEOPLE).text == "594"
    assert read.hidden == {2}


def test_two_tables_and_a_hidden_one_are_refused(tmp_path: Path) -> None:
    layout = tables.Layout("t", ("area", "value"))
    rows: list[list[object]] = [["area", "value"], ["Kent", 1]]
    twice = workbooks.read_file(write_sheets(tmp_path / "t.xlsx", {"a": rows, "b": rows}))
    with pytest.raises(DataError, match="the sheets 'a' and 'b' both hold a table"):
        tables.find_table(twice, "t.xlsx", [layout])
    (sheet,) = workbooks.read_file(write_ods(tmp_path / "t.ods", ods_table("a", rows)))
    assert tables.find_table([sheet], "t.ods", [layout]).lines == (2,)


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [(60_000, 2, "rows"), (2, 1_200, "columns"), (21_000, 10, "cells")],
)
@pytest.mark.parametrize("ending", [".csv", ".ods", ".xlsx"])
def test_larger_than_any_table(
    tmp_path: Path, rows: int, columns: int, said: str, ending: str
) -> None:
    path = tmp_path / f"t{ending}"
    if ending == ".ods":
        cell = (
            f'<table:table-cell table:number-columns-repeated="{columns}" '
            'office:value-type="string"><text:p>x</text:p></table:table-cell>'
        )
        row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
        write_ods(path, f'<table:table table:name="t">{row}</table:table>')
    else:
        write_sheets(path, {"t": [["x"] * columns] * rows})
    begun = time.process_time()
    with pytest.raises(DataError, match="the table alone"):
        workbooks.read_file(path)
    assert time.process_time() - begun < 5


# Damaged files ---------------------------------------------------------------------------------


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return *content* with bytes changed, cut off, doubled or put in."""
    out = bytearray(content)
    for _ in range(chance.choice([1, 1, 3, 10, 40])):
        where = chance.randrange(len(out)) if out else 0
        what = chance.randrange(5)
        if what == 0 and out:
            out[where] = chance.randrange(256)
        elif what == 1 and out:
            out[where] ^= 1 << chance.randrange(8)
        elif what == 2:
            del out[where : where + chance.choice([1, 8, 200])]
        elif what == 3:
            out[where:where] = out[where : where + chance.choice([1, 8, 200])]
        else:
            out[where:where] = chance.choice([b"\0", b"\xff\xfe", b'"', b";", b"<", "٣".encode()])
    return bytes(out)


def zipped_anew(content: bytes, chance: random.Random) -> bytes:
    """Return a workbook of which one part was damaged and the archive is whole."""
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        spoilt = chance.choice(names)
        for name in names:
            part = old.read(name)
            new.writestr(name, damaged(part, chance) if name == spoilt else part)
    return out.getvalue()


def try_readers(data: Data, path: Path) -> None:
    """Each reader either reads the file or refuses it in one sentence, in time and space."""
    import pandas as pd

    readers = (
        lambda: submission.read_submissions([path], data),
        lambda: read_claims(data, path),
        lambda: official.read_official(
            path.read_bytes(), path.name, pd.Timestamp("2020-03-31"), data
        ),
    )
    for read in readers:
        begun = time.process_time()
        try:
            read()
        except MappaError as error:
            assert "\n" not in str(error)
        assert time.process_time() - begun < 5


def fuzz(data: Data, folder: Path, seeds: range) -> None:
    resource = pytest.importorskip("resource")  # Windows has none
    sources = sorted(p for p in CASES.rglob("*") if p.is_file() and p.name != "expected.csv")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in seeds:
        chance = random.Random(seed)
        ending = chance.choice([".csv", ".ods", ".xls", ".xlsx"])
        source = chance.choice([p for p in sources if p.suffix == ending])
        content = source.read_bytes()
        archive = content.startswith(b"PK") and chance.random() < 0.7
        spoilt = zipped_anew(content, chance) if archive else damaged(content, chance)
        path = folder / source.name
        path.write_bytes(spoilt)
        try:
            try_readers(data, path)
        except Exception as error:
            raise AssertionError(f"seed {seed}, {source.name}") from error
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def test_damaged_files_are_read_or_refused(data: Data, tmp_path: Path) -> None:
    fuzz(data, tmp_path, range(40))


@pytest.mark.slow
def test_a_thousand_damaged_files_are_read_or_refused(data: Data, tmp_path: Path) -> None:
    fuzz(data, tmp_path, range(1_000))
