"""More cases of the kinds of expected.csv, written as a police analyst's spreadsheet would be."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mappa.data import add

HEADER = ("area", "date", "measure", "value", "source")
SOURCE = "southwalesargus-435c7c"
DAY = dt.datetime(2020, 3, 31)
OFFICIAL = Path(__file__).parent / "cases" / "official" / "24-table.csv"
KENT = "Kent, 2020-03-31, rso_count: 1950 ("


@pytest.fixture(autouse=True)
def _read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the checks of the whole study find is another test's matter."""
    monkeypatch.setattr(add, "_checked_copy", lambda plan, data: (data, []))


def row(**other: object) -> list[object]:
    told = {"area": "Kent", "date": "2020-03-31", "measure": "rso_count", "value": "1950"}
    return [{**told, "source": SOURCE, **other}[name] for name in HEADER]


def text_of(rows: list[list[object]], separator: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def one(**other: object) -> str:
    return text_of([list(HEADER), row(**other)])


def refused(column: str, why: str) -> str:
    return f"row 2, column {column}: {why}"


#: What is written, and what the output holds; one that begins with ! is refused.
CELLS: list[tuple[dict[str, object], str]] = [
    # numbers
    ({"value": "1 950"}, KENT),
    ({"value": "1\u2009950"}, KENT),
    ({"value": "1\u202f950"}, KENT),
    ({"value": "1950 offenders"}, KENT),
    ({"value": "1950 (p)"}, "(p) was taken off and kept as a note"),
    ({"value": "1950²"}, "² was taken off and kept as a note"),
    ({"value": "1.950"}, "!1.950 may have a point for a comma; right: 1950"),
    ({"value": "2.000"}, "!2.000 may have a point for a comma; right: 2000"),
    ({"value": "1.234,5"}, "!1.234,5 is not a British number"),
    ({"value": "1'950"}, "!1'950 is not a number"),
    ({"value": "1,9500"}, "!1,9500 is not a British number"),
    ({"value": "1,900-2,000"}, "!1,900-2,000 is not a number"),
    ({"value": "1.9k"}, "!1.9k is not a number"),
    ({"value": "~1950"}, "!~1950 is not a number"),
    ({"value": "<5"}, "!<5 is not a number"),
    ({"value": "1950%"}, "!1950% is not a number"),
    ({"value": "-0"}, "!0 is below 1"),
    ({"measure": "rso_change_pct", "value": "-0.0"}, "rso_change_pct: 0 ("),
    ({"measure": "rso_change_pct", "value": "–4.1%"}, "rso_change_pct: -4.1 ("),
    ({"measure": "rso_change_pct", "value": "4 per cent"}, "rso_change_pct: 4 ("),
    ({"measure": "rso_change_count", "value": "-4%"}, "!-4% is not a number"),
    # days
    ({"date": "31-Mar-20"}, "31-Mar-20 is taken as 31 March 2020"),
    ({"date": "Tuesday 31st March 2020"}, KENT),
    ({"date": "as at 31 March 2020"}, KENT),
    ({"date": "before 31 March 2020"}, "!'before 31 March 2020' is not a date"),
    ({"date": "year ending 31 March 2020"}, "!is not a date"),
    ({"date": "03/31/2020"}, "!has no month 31: a British date has the day first"),
    ({"date": "Q4 2019/20"}, "!'Q4 2019/20' is not a date"),
    ({"date": "2019/20"}, "!2019/20 is a year, and a stock is counted on a day"),
    ({"date": "March 2020"}, "!'March 2020' is not a date"),
    ({"date": ""}, "!the cell is empty; right: the day"),
    # areas and measures
    ({"area": "Heddlu De Cymru"}, "Heddlu De Cymru is taken as South Wales"),
    ({"area": "Avon & Somerset Constabulary"}, "is taken as Avon and Somerset"),
    ({"area": "Kent†"}, "the note mark † was taken off Kent"),
    ({"area": "K ent"}, "!There is no force called 'K ent'"),
    ({"area": "Kent total"}, "!There is no force called 'Kent total'"),
    ({"area": "Surrey and Sussex"}, "!There is no force called 'Surrey and Sussex'"),
    ({"area": "Scotland"}, "!There is no force called 'Scotland'"),
    ({"area": "Wales total", "value": "3566"}, "Wales, is a sum of areas and was left out"),
    ({"measure": "RSO rate", "value": "105"}, "RSO rate is taken as rso_rate_per_100k"),
    ({"measure": "rso_cuont"}, "!did you mean 'rso_count'?"),
]


@pytest.mark.parametrize(("cells", "said"), CELLS, ids=lambda value: str(value)[:40])
def test_a_cell(
    run_dry: Callable[..., Any], tmp_path: Path, cells: dict[str, object], said: str
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(one(**cells), encoding="utf-8")
    status, output = run_dry("add-figures", str(path), "--dry-run")
    assert status == (1 if said.startswith("!") else 0), output
    assert said.removeprefix("!") in output
    if said.startswith("!"):
        assert ("new.csv, row 2, column " in output and "; right: " in output) or "called" in output


FILES = {
    "notes below": (one() + "\nNotes\n1. Counts of people.\n", "“Notes”, is no figure"),
    "units below the header": (
        text_of([list(HEADER), ["", "", "", "people", ""], row()]),
        "row 2, “people”, is no figure and was left out",
    ),
    "unit in the header": (one().replace("value", "Value (people)", 1), KENT),
    "thousands in the header": (
        one().replace("value", "Value (thousands)", 1),
        "!value is missing",
    ),
    "header again": (one() + one(area="Surrey", value="850"), "Surrey, 2020-03-31, rso_count: 850"),
    "semicolons and points": (
        text_of([list(HEADER), row(value="1.950")], ";"),
        "!1.950 may have a point for a comma",
    ),
    "the same figure twice": (
        text_of([list(HEADER), row(), row(area="Kent Police", date="31/03/2020", value="1,950")]),
        "!row 3: repeats row 2",
    ),
    "another figure under another name": (
        text_of([list(HEADER), row(), row(area="Kent Police", value="1,960")]),
        "!1960 where row 2 has 1950",
    ),
    "a wrong total": (
        text_of([list(HEADER), row(), row(area="Grand total", value="2,900")]),
        "!Grand total is 2,900, where its areas sum to 1,950",
    ),
    "total of the nation": (
        text_of([list(HEADER), row(), row(area="Total England and Wales", value="62,435")]),
        "England and Wales, 2020-03-31, rso_count: 62435",
    ),
    "days as columns": (
        "area,31/03/2019,31/03/2020\nKent,1900,1950\n",
        "!the days 31/03/2019 and 31/03/2020 stand as columns; right: a row for each area and day",
    ),
    "quarters as columns": (
        "area,Q1 2019/20,Q2 2019/20\nKent,1900,1950\n",
        "!the days Q1 2019/20 and Q2 2019/20 stand as columns",
    ),
    "columns apart": (
        text_of([[*HEADER, "", *HEADER], [*row(), "", *row()]]),
        "!area stands twice",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file(run_dry: Callable[..., Any], tmp_path: Path, name: str) -> None:
    text, said = FILES[name]
    path = tmp_path / "new.csv"
    path.write_text(text, encoding="utf-8")
    status, output = run_dry("add-figures", str(path), "--dry-run")
    assert status == (1 if said.startswith("!") else 0), output
    assert said.removeprefix("!") in output


def _format(column: str, shows: str, **cells: object) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        sheet.append(row(**cells))
        sheet[f"{'ABCDE'[HEADER.index(column)]}2"].number_format = shows

    return fill


def _merged(column: str) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        letter = "ABCDE"[HEADER.index(column)]
        sheet.append(row(value=1950))
        sheet.append(row(**{"area": "Surrey", "value": 850, column: None}))
        sheet.merge_cells(f"{letter}2:{letter}3")

    return fill


SHEETS: dict[str, tuple[Callable[[Any], None], str]] = {
    "thousands": (_format("value", "#,##0", value=1950), KENT),
    "shown in thousands": (_format("value", "0.0,", value=1950), KENT),
    "money": (_format("value", '"£"#,##0', value=1950), "!£1950 is a sum of money"),
    "money by its country": (_format("value", "[$£-809]#,##0", value=1950), "!is a sum of money"),
    "percent of a count": (_format("value", "0.0%", value=0.041), "!4.1% is not a number"),
    "a month": (_format("date", "mmm-yy", date=dt.datetime(2020, 3, 1)), "!'March 2020' is not"),
    "a day shown as its month": (_format("date", "mmm-yy", date=DAY), KENT),
    "a day in words": (_format("date", "[$-809]d mmmm yyyy", date=DAY), KENT),
    "a time": (_format("value", "hh:mm", value=dt.time(9, 30)), "!09:30:00 is not a number"),
    "one value of two areas": (_merged("value"), "!one merged cell stands for rows 2 and 3"),
    "one source of two areas": (_merged("source"), "the source of row 3 comes from the merged"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet(run_dry: Callable[..., Any], tmp_path: Path, name: str) -> None:
    fill, said = SHEETS[name]
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    fill(book.active)
    book.save(tmp_path / "new.xlsx")
    status, output = run_dry("add-figures", str(tmp_path / "new.xlsx"), "--dry-run")
    assert status == (1 if said.startswith("!") else 0), output
    assert said.removeprefix("!") in output


def _changed(area: str, column: int, text: str) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        next(r for r in rows if r and r[0] == area)[column] = text

    return change


def _total(rows: list[list[str]]) -> None:
    people, registered, violent = (sum(int(r[i]) for r in rows[3:]) for i in (1, 2, 3))
    rows.append(["England and Wales total", str(people), str(registered), str(violent), "", "", ""])


OFFICIAL_CHANGES: dict[str, tuple[Callable[[list[list[str]]], object], str]] = {
    "a missing area": (
        lambda rows: rows.remove(next(r for r in rows if r[:1] == ["Kent"])),
        "!Kent",
    ),
    "an area twice": (lambda rows: rows.append(rows[10]), "!stands twice"),
    "another country": (lambda rows: rows.append(["Jersey", *"123456"]), "!called 'Jersey'"),
    "a point for a comma": (_changed("Kent", 2, "1.950"), "!may have a point for a comma"),
    "fewer than five": (_changed("Kent", 4, "<5"), "!<5 is not a number"),
    "rounds to nothing": (_changed("Kent", 4, "[low]"), "[low] marks a figure that rounds to"),
    "a Welsh name": (_changed("South Wales", 0, "Heddlu De Cymru"), "is taken as South Wales"),
    "another date": (lambda rows: rows[0].__setitem__(0, "MAPPA, 31 March 2019"), "!names 2019"),
    "a total of the nation": (_total, "Cumbria, 2020-03-31, rso_count: 594"),
    "other columns": (lambda rows: rows[2].insert(2, rows[2].pop(3)), "!not what they seem"),
}


@pytest.mark.parametrize("name", OFFICIAL_CHANGES)
def test_an_official_table(run_dry: Callable[..., Any], tmp_path: Path, name: str) -> None:
    change, said = OFFICIAL_CHANGES[name]
    with OFFICIAL.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    change(rows)
    path = tmp_path / "table.csv"
    path.write_text(text_of([list(r) for r in rows]), encoding="utf-8")
    status, output = run_dry("fetch-official", "--file", str(path), "--year", "2020", "--dry-run")
    assert status == (1 if said.startswith("!") else 0), output
    assert said.removeprefix("!") in output
