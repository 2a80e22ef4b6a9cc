"""`mappa add-figures`: what it changes, what it refuses, and that it changes nothing then."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from add_support import digest
from sheet_writers import write_sheets

from mappa.data import Data, add, load, sheets, submission
from mappa.data.load import JOURNAL
from mappa.errors import DataError, OutputError
from mappa.files import write_atomically

HEADER = ["area", "date", "measure", "value", "source", "source_title", "source_url"]
NEW = ["made-up-report", "A made-up report", "https://example.org/report"]


def write_table(path: Path, rows: Sequence[Sequence[object]], header: list[str] = HEADER) -> Path:
    """Write rows as CSV, ODS, XLS or XLSX, by the ending of *path*."""
    return write_sheets(path, {"figures": [header, *rows]})


def read(path: Path, data: Data) -> submission.Submission:
    """Read one file of figures."""
    return submission.read_submissions([path], data)[0]


@pytest.fixture()
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the reconciliation where a test is about something else."""
    monkeypatch.setattr(add, "run_checks", lambda data: [])


def open_cell(data: Data) -> str:
    """An area without a count at the study's date."""
    day = data.settings["default_as_of"]
    return next(a for a in data.names if a not in data.counts(day))


def plausible(data: Data, area: str) -> int:
    day = str(data.settings["default_as_of"])
    national = data.national("rso_count")[pd.Timestamp(day)]
    people = data.people(day)
    return round(national * people[area] / people.sum())


@pytest.mark.parametrize("ending", ["csv", "ods", "xls", "xlsx"])
def test_every_format_reads_the_same(data: Data, tmp_path: Path, ending: str) -> None:
    area, day = open_cell(data), str(data.settings["default_as_of"])
    path = write_table(tmp_path / f"new.{ending}", [[area.upper(), day, "rso_count", 1234, *NEW]])
    plan = add.plan(data, read(path, data))
    assert plan.changes == (
        add.Change("new", 2, area, day, "rso_count", "1234", "", "made-up-report", "area_figures"),
    )
    assert plan.tables["area_figures"].splitlines()[-1] == (
        f"{area},{day},rso_count,1234,all_levels,printed,made-up-report,,true"
    )
    assert plan.tables["sources"].splitlines()[-1] == (
        "made-up-report,A made-up report,,https://example.org/report,press_or_other"
    )


def test_tables_keep_their_bytes_but_for_the_new_lines(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    area, day = open_cell(data), str(data.settings["default_as_of"])
    row = [area, day, "rso_count", plausible(data, area), *NEW]
    status, output = run("add-figures", str(write_table(tmp_path / "new.xls", [row])), "--yes")
    assert status == 0, output
    assert f"{area}, {day}, rso_count: {row[3]} (new; made-up-report)" in output
    assert load(data_copy).counts(day)[area] == row[3]
    for path in sorted(data.folder.glob("*.csv")):
        old, new = path.read_bytes(), (data_copy / path.name).read_bytes()
        assert new.startswith(old), path.name
        assert new.count(b"\n") - old.count(b"\n") == (
            1 if path.name in {"area_figures.csv", "sources.csv"} else 0
        )


def test_a_replaced_value_stays_as_not_preferred(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    day = str(data.settings["default_as_of"])
    t = data.area_figures
    # A count that no printed rate vouches for, so that another value can be right.
    rated = set(t[(t["date"] == day) & (t["measure"] == "rso_rate_per_100k")]["area"])
    area = next(a for a in data.counts(day).index if a not in rated)
    old = data.counts(day)[area]
    path = write_table(tmp_path / "new.csv", [[area, day, "rso_count", old + 7, *NEW]])
    status, output = run("add-figures", str(path), "--yes")
    assert status == 0, output
    assert f"{area}, {day}, rso_count: {old:.0f} -> {old + 7:.0f} (new value" in output
    after = load(data_copy)
    rows = after.series(area)
    rows = rows[(rows["date"] == day) & (rows["basis"] == "all_levels")]
    assert dict(zip(rows["value"], rows["preferred"], strict=True))[old] == False  # noqa: E712
    assert after.counts(day)[area] == old + 7


@pytest.mark.usefixtures("unchecked")
def test_the_same_value_adds_its_source_and_a_second_time_nothing(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    value = data.counts(day)[force]
    path = write_table(tmp_path / "new.csv", [[force, day, "rso_count", value, *NEW]])
    status, output = run("add-figures", str(path), "--yes")
    assert (status, "the same value; its source is added" in output) == (0, True)
    after = load(data_copy)
    row = after.area_figures[
        (after.area_figures["area"] == force)
        & (after.area_figures["date"] == day)
        & (after.area_figures["measure"] == "rso_count")
    ]
    assert len(row) == 1
    assert row["sources"].iloc[0].split()[-1] == "made-up-report"
    again = digest(data_copy)
    status, output = run("add-figures", str(path), "--yes")
    assert (status, "Nothing changes" in output) == (0, True)
    assert digest(data_copy) == again


@pytest.mark.usefixtures("unchecked")
def test_not_preferred_stands_beside(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    value = data.counts(day)[force]
    path = write_table(
        tmp_path / "new.csv",
        [[force, day, "rso_count", value + 1, *NEW, "false"]],
        [*HEADER, "preferred"],
    )
    assert run("add-figures", str(path), "--yes")[0] == 0
    assert load(data_copy).counts(day)[force] == value


@pytest.mark.usefixtures("unchecked")
def test_a_new_year_can_be_asked_for_before_its_population_is_known(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    last = data.dates[-1]
    day = f"{last.year + 1}-03-31"
    nation = data.national("rso_count")[last]
    force = str(data.settings["default_force"])
    rows = [
        [data.nation, day, "rso_count", int(nation * 1.02), *NEW],
        [force, day, "rso_count", int(plausible(data, force) * 1.1), *NEW],
    ]
    status, output = run("add-figures", str(write_table(tmp_path / "n.xlsx", rows)), "--yes")
    assert status == 0, output
    assert f"population.csv has no mid-{last.year - 1}: no rate can be formed for {day}" in output
    after = load(data_copy)
    assert after.dates[-1] == last
    assert after.on(day).national_count == int(nation * 1.02)
    assert list(after.counts(day).index) == [force]


@pytest.mark.usefixtures("unchecked")
def test_asked_and_refused_changes_nothing(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    area, day = open_cell(data), str(data.settings["default_as_of"])
    path = write_table(
        tmp_path / "new.csv", [[area, day, "rso_count", plausible(data, area), *NEW]]
    )
    before = digest(data_copy)
    status, output = run("add-figures", str(path), answer="n\n")
    assert (status, "Nothing was changed" in output) == (1, True)
    status, output = run("add-figures", str(path), "--dry-run")
    assert (status, "Dry run: nothing was changed." in output) == (0, True)
    assert digest(data_copy) == before
    status, output = run("add-figures", str(path), answer="y\n")
    assert status == 0
    assert digest(data_copy) != before


def test_a_count_that_misses_the_printed_rate_is_refused(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    """Two digits exchanged: the printed rate catches it before anything is written."""
    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    wrong = int(str(int(data.counts(day)[force]))[::-1])
    path = write_table(tmp_path / "new.csv", [[force, day, "rso_count", wrong, *NEW]])
    before = digest(data_copy)
    status, output = run("add-figures", str(path), "--yes")
    assert status == 1
    assert f"FAILED rate_meets_count: {force}, {day}" in output
    assert digest(data_copy) == before


@pytest.mark.slow
def test_an_exception_that_is_needed_no_more_goes(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    excused = data.exceptions[data.exceptions["check"] == "rate_meets_count"]
    if excused.empty:
        pytest.skip("no exception to a rate stands in the tables")
    row = excused.iloc[0]
    day = f"{row['date']:%Y-%m-%d}"
    t = data.area_figures
    rate = t[
        (t["area"] == row["area"])
        & (t["date"] == row["date"])
        & (t["measure"] == "rso_rate_per_100k")
        & t["preferred"]
    ]["value"].iloc[0]
    right = round(rate * data.people(day)[row["area"]] / 1e5)
    path = write_table(tmp_path / "new.csv", [[row["area"], day, "rso_count", right, *NEW]])
    status, output = run("add-figures", str(path), "--yes")
    assert status == 0, output
    assert f"The exception for {row['area']}, {day}" in output
    assert len(load(data_copy).exceptions) == len(data.exceptions) - 1


GOOD = ["Kent", "2020-03-31", "violent_count", 300, *NEW]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({0: "Kemt"}, "row 2, column area: There is no force called 'Kemt': did you mean 'Kent'?"),
        ({1: "31/3"}, "row 2, column date: '31/3' is not a date (YYYY-MM-DD); right: the day, "),
        ({2: "rsoo"}, "row 2, column measure: There is no measure called 'rsoo': did you mean"),
        ({2: "x"}, "to add one, name it among the allowed measures of area_figures and in a row"),
        ({3: "many"}, "row 2, column value: many is not a number; right: a whole number of "),
        ({3: ""}, "row 2, column value: the cell is empty; right: a number, or no row."),
        ({3: 10**9}, "row 2, column value: 1000000000 is above the largest value that the col"),
        ({4: "My report"}, "row 2, column source: 'My report' must be a plain lower-case name"),
        ({4: "unheard-of", 5: "", 6: ""}, "'unheard-of' is not in sources.csv; right: a source"),
        ({6: "example"}, "row 2, column source_url: 'example' is not a web address."),
    ],
)
def test_a_wrong_cell_is_one_sentence_with_file_row_and_column(
    run: Callable[..., Any], data_copy: Path, tmp_path: Path, change: dict[int, object], said: str
) -> None:
    row = [change.get(i, cell) for i, cell in enumerate(GOOD)]
    before = digest(data_copy)
    status, output = run("add-figures", str(write_table(tmp_path / "new.csv", [row])), "--yes")
    message = output.splitlines()[-1]
    assert status == 1
    assert message.startswith("new.csv, ")
    assert said in message
    assert digest(data_copy) == before


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["area", "date", "measure", "value", "src", "a", "b"], "the header: source is missing"),
        ([*HEADER[:6], "area"], "the header: column area stands twice"),
    ],
)
def test_a_wrong_header(
    run: Callable[..., Any], tmp_path: Path, header: list[str], said: str
) -> None:
    status, output = run("add-figures", str(write_table(tmp_path / "new.csv", [GOOD], header)))
    assert (status in {1, 2}, said in output) == (True, True), output


def test_a_count_above_the_population_and_twins(
    run: Callable[..., Any], data_copy: Path, tmp_path: Path
) -> None:
    more = [*GOOD[:2], "rso_count", 999_999, *NEW]
    rows = [["Cumbria", *more[1:]]]
    status, output = run("add-figures", str(write_table(tmp_path / "a.csv", rows)), "--yes")
    assert status == 1
    assert "row 2, column value: 999999 is more than the 62,435 of England and Wales" in output
    twins = [GOOD, [*GOOD[:3], 301, *NEW]]
    status, output = run("add-figures", str(write_table(tmp_path / "b.csv", twins)), "--yes")
    assert (status, "a second preferred value of its cell" in output) == (1, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no CSV, ODS, XLS or XLSX with a table"),
        (b"<!DOCTYPE html><html><body>Moved</body></html>", "is a web page"),
        (b"PK\x03\x04broken", "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "cannot be read as XLS"),
        (b"area,date\n\x81\x8d", "is not UTF-8"),
        (b"\0\1\2", "is no CSV"),
    ],
)
def test_what_is_no_table(
    run: Callable[..., Any], tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "new.xlsx"
    path.write_bytes(content)
    status, output = run("add-figures", str(path))
    assert (status, said in output) == (1, True), output


def test_a_missing_file_and_a_folder(run: Callable[..., Any], tmp_path: Path) -> None:
    assert "There is no file" in run("add-figures", str(tmp_path / "none.csv"))[1]
    assert "is a folder" in run("add-figures", str(tmp_path))[1]


def test_a_failed_write_puts_everything_back(
    data_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = load(data_copy)
    path = write_table(tmp_path / "new.csv", [GOOD])
    plan = add.plan(data, read(path, data))
    before, real = digest(data_copy), write_atomically

    def full_disk(target: Path, text: str | bytes) -> Path:
        if target.name == "area_figures.csv" and isinstance(text, str):
            raise OutputError(f"Cannot write {target}: No space left on device.")
        return real(target, text)

    monkeypatch.setattr(add, "write_atomically", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        add.apply(plan, data_copy)
    assert digest(data_copy) == before


def test_tables_changed_meanwhile_are_not_written_over(data_copy: Path, tmp_path: Path) -> None:
    data = load(data_copy)
    plan = add.plan(data, read(write_table(tmp_path / "n.csv", [GOOD]), data))
    with (data_copy / "sources.csv").open("a", encoding="utf-8") as stream:
        stream.write("other,Another,,https://example.org,press_or_other\n")
    with pytest.raises(DataError, match="have changed meanwhile"):
        add.apply(plan, data_copy)


@pytest.mark.usefixtures("unchecked")
def test_a_made_up_country_takes_figures_by_its_own_names(
    made_up_data: Data, tmp_path: Path
) -> None:
    f = made_up_data
    area, day = open_cell(f), str(f.settings["default_as_of"])
    rows = [
        [area, day, "rso_count", plausible(f, area), *NEW],
        [f.nation.upper(), day, "notification_breaches", 12345, *NEW],
    ]
    plan = add.plan(f, read(write_table(tmp_path / "n.ods", rows), f))
    assert [c.kind for c in plan.changes] == ["new", "replaces"]
    after, _ = add._checked_copy(plan, f)
    assert after.counts(day)[area] == plausible(f, area)
    assert area not in f.counts(day)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (594.0, "594"),
        (132.5, "132.5"),
        (None, ""),
        (float("nan"), ""),
        (True, "TRUE"),
        (pd.Timestamp("2020-03-31"), "2020-03-31"),
        ("  Kent ", "Kent"),
        (7, "7"),
    ],
)
def test_cells_read_as_a_csv_would_hold_them(value: object, text: str) -> None:
    assert sheets.cell_of(value).text == text


def test_several_files_are_one_change(
    run: Callable[..., Any], data_copy: Path, data: Data, tmp_path: Path
) -> None:
    """Area and national rows and their sources, in files of their own, asked about once."""
    area, day = open_cell(data), str(data.settings["default_as_of"])
    value = plausible(data, area)
    sources = [
        ["brief-2020", "A brief", "2020-12", "https://example.org/b"],
        ["paper-2020", "A paper", "2020-11", "https://example.org/p"],
    ]
    figures = write_table(
        tmp_path / "area_figures.csv",
        [[area, day, "rso_count", value, "brief-2020 paper-2020"]],
        ["area", "date", "measure", "value", "sources"],
    )
    nation = write_table(
        tmp_path / "national_figures.ods",
        [["2020-03-31", "rso_missing", "", 300, "paper-2020", "found"]],
        ["date", "measure", "category", "value", "sources", "note"],
    )
    names = write_table(tmp_path / "sources.xlsx", sources, ["source", "title", "published", "url"])
    status, output = run("add-figures", *map(str, (figures, nation, names)), answer="y\n")
    assert status == 0, output
    assert output.count("Change the tables in") == 1
    after = load(data_copy)
    assert after.counts(day)[area] == value
    assert after.area_figures["sources"].iloc[-1] == "brief-2020 paper-2020"
    assert after.national("rso_missing")[pd.Timestamp(day)] == 300
    assert set(after.sources["source"].tail(2)) == {"brief-2020", "paper-2020"}
    again = digest(data_copy)
    assert "Nothing changes" in run("add-figures", *map(str, (figures, nation, names)))[1]
    assert digest(data_copy) == again


@pytest.mark.parametrize("table", ["population", "sentencing", "outflow"])
def test_other_tables_come_in_byte_for_byte(
    data_copy: Path, data: Data, tmp_path: Path, table: str
) -> None:
    """The last rows of a table, taken out and added again as a workbook, give the same bytes."""
    path = data_copy / f"{table}.csv"
    whole = path.read_bytes()
    lines = whole.decode("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-3]), encoding="utf-8", newline="")
    rows = list(csv.reader([lines[0], *lines[-3:]]))
    short = load(data_copy)
    got = read(write_table(tmp_path / "own.xlsx", [list(r) for r in rows[1:]], rows[0]), short)
    plan = add.plan(short, got)
    assert [c.kind for c in plan.changes] == ["new"] * 3
    add.apply(plan, data_copy)
    assert path.read_bytes() == whole
    mine = [[*rows[1]], [*rows[2]]]
    mine[1][rows[0].index("source")] = "unheard-of"
    with pytest.raises(DataError, match="row 3, column source: 'unheard-of' is not in sources"):
        read(write_table(tmp_path / "x.csv", mine, rows[0]), short)


def test_another_value_of_a_table_without_preferred_ones_is_refused(
    data: Data, tmp_path: Path
) -> None:
    row = data.population.iloc[0].astype(str).tolist()
    row[2] = str(int(row[2]) + 1)
    path = write_table(tmp_path / "p.csv", [row], list(data.population.columns))
    with pytest.raises(DataError, match=r"row 2, column population_all: .* where population\.csv"):
        add.plan(data, read(path, data))


@pytest.mark.usefixtures("unchecked")
def test_a_change_broken_off_is_finished_by_the_next_start(
    data_copy: Path, data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between any two writes: the next load sees all tables new, or all old."""
    area, day = open_cell(data), str(data.settings["default_as_of"])
    path = write_table(tmp_path / "n.csv", [[area, day, "rso_count", plausible(data, area), *NEW]])
    real = write_atomically

    class Killed(BaseException):
        pass

    for killed_at in range(3):
        folder = tmp_path / str(killed_at)
        shutil.copytree(data_copy, folder)
        fresh = load(folder)
        plan = add.plan(fresh, read(path, fresh))
        writes = iter(range(9))

        def write(
            target: Path, text: str | bytes, at: int = killed_at, n: Iterator[int] = writes
        ) -> Path:
            if next(n) == at:
                raise Killed
            return real(target, text)

        monkeypatch.setattr(add, "write_atomically", write)
        with pytest.raises(Killed):
            add.apply(plan, folder)
        monkeypatch.setattr(add, "write_atomically", real)
        after = load(folder)
        assert (area in after.counts(day)) == (killed_at > 0)
        assert ("made-up-report" in set(after.sources["source"])) == (killed_at > 0)
        assert not (folder / JOURNAL).exists()


def test_the_two_forces_of_london_are_summed(data: Data, tmp_path: Path) -> None:
    day = str(data.settings["default_as_of"])
    met = ["Metropolitan Police", day, "rso_count", "6,541", *NEW]
    city = ["City of London", day, "rso_count", "40", *NEW]
    got = read(write_table(tmp_path / "l.csv", [met, city]), data)
    row = got.rows["area_figures"].iloc[0]
    assert (row["area"], row["value"]) == ("London", "6581")
    assert "were summed to London, 6,581" in got.remarks[-1]
    rate = [
        [*met[:2], "rso_rate_per_100k", "80", *NEW],
        [*city[:2], "rso_rate_per_100k", "3", *NEW],
    ]
    with pytest.raises(DataError, match="the rates of two forces are not added up"):
        read(write_table(tmp_path / "r.csv", rate), data)


def test_a_total_that_is_no_sum_is_refused(data: Data, tmp_path: Path) -> None:
    rows = [["Kent", *GOOD[1:]], ["Total", *GOOD[1:3], 301, *NEW]]
    with pytest.raises(DataError, match="row 3, column value: Total is 301, where its areas sum"):
        read(write_table(tmp_path / "t.csv", rows), data)


def test_a_suppressed_figure_is_left_out_beside_others(data: Data, tmp_path: Path) -> None:
    rows = [GOOD, ["Surrey", *GOOD[1:3], "[c]", *NEW], ["Essex", *GOOD[1:3], "-", *NEW]]
    got = read(write_table(tmp_path / "c.csv", rows[:2]), data)
    assert list(got.rows["area_figures"]["area"]) == ["Kent"]
    assert got.remarks == ("c.csv, row 3, was left out: [c] marks a suppressed figure.",)
    with pytest.raises(DataError, match="row 4, column value: - stands for a figure that is zero"):
        read(write_table(tmp_path / "d.csv", rows), data)
