"""`mappa fetch-official` against a local server, with workbooks made in the described layout.

No real table was at hand. The workbooks here follow what is known: the last sheet; a header row
whose first cell is Area; line breaks and notes in the headers; a dash for zero; populations
rounded to 100; up to 43 rows, the last of them the National Security Division.
"""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import requests
from add_support import digest
from sheet_writers import write_sheets

from mappa.data import Data, add, load, official
from mappa.errors import DataError, UnknownName, UsageError

HEADERS = {
    "area": "Area [note 1]",
    "population": "Population\n(aged 10 and over)",
    "rso_count": "Category 1:\nRegistered Sexual Offenders [note 2]",
    "violent_count": "Category 2:\nViolent offenders",
    "category3_count": "Category 3: Other\ndangerous offenders (3)",
    "total_count": "Total MAPPA\noffenders",
    "rso_rate_per_100k": "RSOs per 100,000\nof the population [note 4]",
    "notification_breaches": "RSOs cautioned or convicted for breach of\nnotification requirements",
    "level2": "Category 1 managed at\nLevel 2",
}


def made_up_counts(data: Data, day: str) -> pd.Series:
    """A count for every area: those known, the rest by population and exactly the nation's sum."""
    known, people = data.counts(day), data.people(day)
    nation = int(data.national("rso_count")[pd.Timestamp(day)])
    t = data.area_figures
    bounded = t[(t["date"] == day) & (t["measure"] == "rso_rate_per_100k") & t["preferred"]]
    rate = bounded.set_index("area")["value"].reindex(data.names)
    rest = [a for a in data.names if a not in known]
    counts = (rate * people / 1e5).round()
    free = [a for a in rest if np.isnan(counts[a])]
    counts[known.index] = known
    left = nation - counts.drop(free).sum()
    share = people[free] / people[free].sum() * left
    counts[free] = np.floor(share)
    counts[free[0]] += nation - counts.sum()
    return counts.astype(int)


def made_up_table(data: Data, day: str, counts: pd.Series) -> pd.DataFrame:
    """The table of a year as the Ministry would print it, in the columns of HEADERS."""
    people = data.people(day)
    frame = pd.DataFrame({"area": data.names}).set_index("area", drop=False)
    frame["population"] = (people / 100).round().astype(int) * 100
    frame["rso_count"] = counts
    frame["violent_count"] = (counts * 0.3).astype(int)
    frame["category3_count"] = [0 if i % 5 else 3 for i in range(len(frame))]
    frame["total_count"] = frame[["rso_count", "violent_count", "category3_count"]].sum(axis=1)
    frame["rso_rate_per_100k"] = np.floor(counts / people * 1e5 + 0.5).astype(int)
    frame["notification_breaches"] = (counts * 0.04).astype(int)
    frame["level2"] = 7
    return frame


def write_workbook(
    path: Path,
    frame: pd.DataFrame,
    day: str,
    *,
    top: int = 4,
    apart: bool = False,
    total: bool = False,
    headers: dict[str, str] = HEADERS,
    title: str | None = None,
) -> Path:
    """Write a workbook in the described layout; *top* rows stand above the header (4 or 6)."""
    year = pd.Timestamp(day).year
    title = f"MAPPA eligible offenders by area, 31 March {year}" if title is None else title
    rows: list[list[Any]] = [[title], ["This worksheet has one table."]]
    rows += [[""]] * (top - len(rows))
    rows.append([headers[c] for c in frame.columns])
    for line in frame.itertuples(index=False):
        rows.append(["-" if v == 0 else v.item() if hasattr(v, "item") else v for v in line])
    blank = [""] * len(frame.columns)
    if apart:
        row = ["National Security Division [note 5]", *blank[1:]]
        for column, value in {
            "rso_count": 11,
            "violent_count": 5,
            "category3_count": "-",
            "total_count": 16,
        }.items():
            row[list(frame.columns).index(column)] = value  # type: ignore[call-overload]
        rows.append(row)
    if total:
        numbers = frame.drop(columns="area").sum()
        rows.append(["Total", *(int(v) for v in numbers)])
    rows += [[""], ["Notes"], ["1. Areas are police force areas."]]
    cover = [["Cover sheet"], ["Area", "this is not the table"]]
    return write_sheets(path, {"Cover": cover, "Table": rows})


class Server:
    """Answers at 127.0.0.1 by path; what is not set is not found."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = outer.answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def serve(self, path: str, content: bytes, *, length: int | None = None) -> None:
        def answer(request: http.server.BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", str(length or len(content)))
            request.end_headers()
            request.wfile.write(content)

        self.answers[path] = answer


@pytest.fixture()
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    it = Server()
    monkeypatch.setenv(official.BASE_VARIABLE, it.base)
    for proxy in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    yield it
    it.server.shutdown()
    it.server.server_close()


def address(data: Data, day: str) -> str:
    table = data.official_tables
    url = table.loc[table["stock_date"] == pd.Timestamp(day), "url"].iloc[0]
    return "/" + url.split("/", 3)[3]


@pytest.fixture(scope="module")
def day(data: Data) -> str:
    return str(data.settings["default_as_of"])


@pytest.fixture(scope="module")
def table(data: Data, day: str) -> pd.DataFrame:
    return made_up_table(data, day, made_up_counts(data, day))


def read(path: Path, day: str, data: Data) -> official.OfficialTable:
    return official.read_official(path.read_bytes(), path.name, pd.Timestamp(day), data)


@pytest.mark.parametrize(("ending", "top"), [("xls", 4), ("xlsx", 6), ("ods", 4)])
def test_reads_the_described_layout(
    data: Data, table: pd.DataFrame, day: str, tmp_path: Path, ending: str, top: int
) -> None:
    path = write_workbook(tmp_path / f"t.{ending}", table, day, top=top, apart=True)
    got = read(path, day, data)
    wanted = [c for c in table.columns if c not in {"area", "level2"}]
    assert sorted(got.by_area) == sorted(wanted)
    for column in wanted:
        assert got.by_area[column].tolist() == table[column].tolist(), column
    assert got.apart == 11
    assert got.doubts == ()
    assert got.unused == ("Category 1 managed at Level 2",)


def test_all_areas_have_counts_then_and_the_pool_vanishes(
    run: Callable[..., Any],
    server: Server,
    data_copy: Path,
    data: Data,
    table: pd.DataFrame,
    day: str,
    tmp_path: Path,
) -> None:
    path = write_workbook(tmp_path / "t.xlsx", table, day)
    server.serve(address(data, day), path.read_bytes())
    year = str(pd.Timestamp(day).year)
    assert len(data.counts(day)) < len(data.names)
    status, output = run("fetch-official", "--year", year, "--yes")
    assert status == 0, output
    after = load(data_copy)
    assert sorted(after.counts(day).index) == sorted(data.names)
    assert after.counts(day).sum() == data.national("rso_count")[pd.Timestamp(day)]
    rows = after.area_figures[
        (after.area_figures["date"] == day) & (after.area_figures["measure"] == "rso_count")
    ]
    chosen = rows[rows["preferred"] & (rows["basis"] == "all_levels")]
    assert set(chosen["quality"]) == {"official"}
    assert all(f"official-area-table-{year}" in s.split() for s in chosen["sources"])
    # What was known before is still there, with its own source.
    old = data.area_figures.loc[data.area_figures["measure"] == "rso_count"]
    kept = set(zip(after.area_figures["area"], after.area_figures["value"], strict=True))
    assert set(zip(old["area"], old["value"], strict=True)) <= kept
    source = after.sources.set_index("source").loc[f"official-area-table-{year}"]
    assert source["url"].startswith("https://assets.publishing.service.gov.uk/")
    assert source["kind"] == "official"
    again = digest(data_copy)
    status, output = run("fetch-official", "--year", year, "--yes")
    assert "Nothing changes" in output
    assert digest(data_copy) == again


def test_a_new_year_brings_its_nation_and_fits_its_denominator(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mid-year is found from the table's own population column, not assumed."""
    monkeypatch.setattr(add, "run_checks", lambda data: [])
    day = "2026-03-31"
    people = (
        data.population[data.population["mid_year"] == 2023]
        .set_index("area")["population_10plus"]
        .reindex(data.names)
    )
    counts = (people * 0.0011).astype(int)
    table = made_up_table(data, "2020-03-31", counts)
    table["population"] = (people / 100).round().astype(int) * 100
    table["rso_rate_per_100k"] = counts / people * 1e5  # stored unrounded, shown as whole
    path = write_workbook(tmp_path / "t.xlsx", table, day, apart=True)
    got = read(path, day, data)
    submission = official.to_submission([(got, "https://example.org/t.xlsx")], data)
    national = submission.rows["national_figures"].iloc[0]
    assert national["value"] == str(counts.sum())
    assert "11 whom it gives to no area are left out" in national["note"]
    plan = add.plan(data, submission)
    assert (
        "2026-03-31,2023,population column of the official table: 42 of 42"
        in (plan.tables["denominators"])
    )
    rates = [c for c in plan.changes if c.measure == "rso_rate_per_100k"]
    assert {c.value for c in rates} == {"110"}
    after, _ = add._checked_copy(plan, data)
    assert after.dates[-1] == pd.Timestamp(day)


@pytest.mark.slow
def test_a_made_up_country(made_up_data: Data, tmp_path: Path) -> None:
    f = made_up_data
    day = str(f.settings["default_as_of"])
    counts = made_up_counts(f, day)
    path = write_workbook(tmp_path / "t.ods", made_up_table(f, day, counts), day, total=True)
    got = read(path, day, f)
    plan = add.plan(f, official.to_submission([(got, "https://example.org/t.ods")], f))
    after, findings = add._checked_copy(plan, f)
    assert [x.message for x in findings if x.status == "fail"] == []
    assert set(after.counts(day).index) == set(f.names)


def _headers(**changed: str) -> dict[str, str]:
    return {**HEADERS, **changed}


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (_headers(area="Where"), "its sheets have no row with a cell Area"),
        (
            _headers(rso_count="Offenders"),
            "no column that could be rso_count; columns seen: Area; Population (aged 10 and over); "
            "Offenders; Category 2: Violent offenders; ",
        ),
        (_headers(level2="RSOs"), "2 columns that could be rso_count; columns seen: Area"),
        (
            _headers(rso_count=HEADERS["violent_count"], violent_count=HEADERS["rso_count"]),
            "count over population is not the rate in 4",
        ),
        (
            _headers(
                population="Category 2: Violent offenders", violent_count="Population aged 10+"
            ),
            "",
        ),
    ],
)
def test_an_unknown_layout_is_refused_with_the_columns_seen(
    data: Data,
    table: pd.DataFrame,
    day: str,
    tmp_path: Path,
    headers: dict[str, str],
    said: str,
) -> None:
    path = write_workbook(tmp_path / "t.xlsx", table, day, headers=headers)
    with pytest.raises(DataError) as error:
        read(path, day, data)
    assert said in str(error.value)


def test_rows_that_do_not_fit(data: Data, table: pd.DataFrame, day: str, tmp_path: Path) -> None:
    def refused(frame: pd.DataFrame, **options: Any) -> str:
        path = write_workbook(tmp_path / "t.xlsx", frame, day, **options)
        with pytest.raises(DataError) as error:
            read(path, day, data)
        return str(error.value)

    def changed(row: int, column: str, value: object) -> pd.DataFrame:
        frame = table.astype(object)
        frame.iloc[row, list(frame.columns).index(column)] = value
        return frame

    first, second = data.names[:2]
    assert f"lists 41 of the 42 areas: {first} is missing" in refused(table.iloc[1:])
    assert f"{second!r} stands twice (first in row 6)" in refused(changed(0, "area", second))
    assert "no force called 'Atlantis'" in refused(changed(0, "area", "Atlantis"))
    assert f"({first}): the count is empty" in refused(changed(0, "rso_count", ""))
    assert "column 'Category 1: Registered Sexual Offenders': 1,2x is not a number" in refused(
        changed(0, "rso_count", "1,2x")
    )
    assert "3.5 is not whole" in refused(changed(0, "violent_count", 3.5))
    assert "names 2011 above its table, not" in refused(table, title="31 March 2011")
    assert "is like no mid-year" in refused(
        table.assign(
            population=table["population"] * 2, rso_rate_per_100k=table["rso_rate_per_100k"] / 2
        )
    )
    shifted = table.assign(total_count=table["total_count"] + 1)
    assert "categories 1 to 3 do not sum to the total in 42 of 42" in refused(shifted)


def test_a_single_misprint_is_told_and_not_fatal(
    data: Data, table: pd.DataFrame, day: str, tmp_path: Path
) -> None:
    frame = table.copy()
    frame.iloc[3, list(frame.columns).index("total_count")] += 1
    got = read(write_workbook(tmp_path / "t.xlsx", frame, day), day, data)
    assert got.doubts == (f"t.xlsx: categories 1 to 3 do not sum to the total in {data.names[3]}.",)


def _redirect(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", "/elsewhere.xlsx")
    request.end_headers()


def _hang(request: http.server.BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def _break_off(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b"PK\x03\x04")


def _page(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.write(b"\n<!DOCTYPE html><html><title>Sorry</title></html>")


def _trouble(request: http.server.BaseHTTPRequestHandler) -> None:
    request.send_error(503)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "has no table any more (status 404)"),
        (_redirect, "redirects to /elsewhere.xlsx"),
        (_hang, "did not answer in time"),
        (_break_off, "cannot be reached"),
        (_page, "is a web page, not a workbook"),
        (_trouble, "answers with status 503"),
    ],
)
def test_what_can_go_wrong_on_the_way_is_one_sentence_and_changes_nothing(
    run: Callable[..., Any],
    server: Server,
    data_copy: Path,
    data: Data,
    day: str,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[http.server.BaseHTTPRequestHandler], None] | None,
    said: str,
) -> None:
    monkeypatch.setattr(official, "READ_SECONDS", 0.4)
    if answer:
        server.answers[address(data, day)] = answer
    before = digest(data_copy)
    status, output = run("fetch-official", "--year", str(pd.Timestamp(day).year), "--yes")
    assert status == 1
    assert said in output.splitlines()[-1]
    assert digest(data_copy) == before


def test_nothing_listens(
    data: Data, day: str, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    server.server.server_close()
    with pytest.raises(DataError, match="cannot be reached"):
        official.download(f"https://example.org{address(data, day)}")


def test_a_drip_ends_at_the_whole_deadline_and_a_flood_at_the_size(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(100):
                request.wfile.write(b"x" * 70_000)
                time.sleep(0.05)
        except OSError:
            pass

    server.answers["/drip"] = drip
    monkeypatch.setattr(official, "WHOLE_SECONDS", 0.2)
    with pytest.raises(DataError, match="did not answer in time"):
        official.download("https://example.org/drip")
    monkeypatch.setattr(official, "WHOLE_SECONDS", 60)
    monkeypatch.setattr(official, "LARGEST_FILE", 100_000)
    with pytest.raises(DataError, match="sends more than"):
        official.download("https://example.org/drip")


def test_addresses(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(official.addresses(data, [])) == len(data.official_tables)
    with pytest.raises(UnknownName, match="no official table for the year called '1999'"):
        official.addresses(data, [1999])
    monkeypatch.delenv(official.BASE_VARIABLE, raising=False)
    assert official.resolve("https://a.example/b?c=d") == "https://a.example/b?c=d"
    monkeypatch.setenv(official.BASE_VARIABLE, "http://127.0.0.1:9/mirror/")
    assert official.resolve("https://a.example/b") == "http://127.0.0.1:9/mirror/b"
    monkeypatch.setenv(official.BASE_VARIABLE, "nowhere")
    with pytest.raises(UsageError, match="must be an address"):
        official.resolve("https://a.example/b")


def test_a_downloaded_workbook_needs_no_network(
    run: Callable[..., Any],
    data_copy: Path,
    table: pd.DataFrame,
    day: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(*args: object, **kwargs: object) -> None:
        raise AssertionError("a request was made")

    monkeypatch.setattr(requests, "get", no_network)
    monkeypatch.setattr(add, "run_checks", lambda data: [])
    path = write_workbook(tmp_path / "t.xls", table, day)
    year = str(pd.Timestamp(day).year)
    status, output = run("fetch-official", "--file", str(path), "--year", year, "--dry-run")
    assert status == 0, output
    assert "t.xls: columns not used: Category 1 managed at Level 2." in output
    assert run("fetch-official", "--file", str(path))[0] == 2
