"""The figures of March 2022 to 2025 come in as a user adds them, byte for byte as they ship."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from mappa.data import Data, denominators, load
from mappa.data.schema import read_text_table
from mappa.errors import UsageError

LATER = Path(__file__).parent / "later"
#: Tables when the second seal was made: rows, and SHA-256 of the file.
SEALED = {
    "area_figures": (384, "8e8d4591a2983acb644e5ba2f6b7be6186c42ea80ac339abcc19df8870816f92"),
    "national_figures": (157, "fe3d1977b2558dad62de82b3aa2fc749bb152d79eb54d6591060bcdcf5ce255c"),
    "sources": (None, "67320df84e25b745b863576dfb0fd521dad54c8e9ec6292aa8dadfb06c71912c"),
    "denominators": (12, "9a9fc3d2781a8f800ec6a92600f914948ac9ce05e9800865ca0793dce1e2817c"),
}
#: A denominator two mid-years back, as that of March 2024 is.
TWO_BACK = [
    {
        "stock_date": "2024-03-31",
        "mid_year": "2022",
        "evidence": "3 of 3 count and rate pairs",
        "basis": "other",
        "quality": "fitted",
        "source": "derived",
    }
]


def seal_table(folder: Path, table: str) -> str:
    """Return a table as it was when the second seal was made, and prove it by its hash."""
    lines = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    rows, sha = SEALED[table]
    if rows is None:
        rows = len(lines) - 1 - len(read_text_table(LATER / f"{table}.csv"))
    text = "".join(lines[: rows + 1])
    assert hashlib.sha256(text.encode()).hexdigest() == sha, table
    return text


def test_the_later_figures_come_in_as_they_ship(
    run: Callable[..., tuple[int, str]], data_copy: Path, data: Data
) -> None:
    shipped = {table: (data.folder / f"{table}.csv").read_bytes() for table in SEALED}
    for table in SEALED:
        text = seal_table(data_copy, table)
        (data_copy / f"{table}.csv").write_text(text, encoding="utf-8", newline="")
    exceptions = read_text_table(data_copy / "exceptions.csv")
    new = len(read_text_table(LATER / "exceptions.csv"))
    exceptions.iloc[:-new].to_csv(data_copy / "exceptions.csv", index=False, lineterminator="\n")
    files = [str(LATER / f"{t}.csv") for t in ("area_figures", "national_figures", "sources")]
    status, output = run("add-figures", *files, str(LATER / "exceptions.csv"), answer="y\n")
    assert status == 0, output
    assert output.count("Change the tables in") == 1
    for table, content in shipped.items():
        assert (data_copy / f"{table}.csv").read_bytes() == content, table


@pytest.mark.parametrize(
    ("day", "nation", "areas", "mid_year"),
    [
        ("2022-03-31", 66_741, 15, 2021),
        ("2023-03-31", 68_357, 11, 2021),
        ("2024-03-31", 70_052, 6, 2022),
        ("2025-03-31", 73_047, 0, 2023),
    ],
)
def test_the_stock_of_each_later_day(
    data: Data, day: str, nation: int, areas: int, mid_year: int
) -> None:
    stock = data.on(day)
    assert stock.national_count == nation
    assert len(stock.counted) == areas
    assert stock.mid_year == mid_year


def fits(data: Data) -> dict[str, denominators.Fit]:
    return denominators.fits(read_text_table(data.folder / "area_figures.csv"), data.ten_plus)


def test_printed_rates_tell_the_denominator(data: Data) -> None:
    """The number of printed rates that each mid-year meets, worked out apart from the package."""
    found = fits(data)
    assert (found["2020-03-31"].rates, found["2020-03-31"].met[2019]) == (13, 13)
    assert (found["2021-03-31"].rates, found["2021-03-31"].met[2020]) == (14, 14)
    assert (found["2022-03-31"].rates, found["2022-03-31"].met[2021]) == (11, 7)
    assert (found["2023-03-31"].rates, found["2023-03-31"].met[2021]) == (6, 6)
    assert (found["2024-03-31"].rates, found["2024-03-31"].met[2022]) == (3, 3)
    nation = data.ten_plus.sum()
    assert round(nation[2020] / 68_357, 1) == 769.5
    assert round(nation[2021] / 68_357, 1) == 774.1


def test_a_fit_needs_three_rates_and_most_of_them() -> None:
    for rates, met in ((2, {2020: 2}), (4, {2019: 2, 2020: 1}), (4, {2019: 3, 2020: 3}), (3, {})):
        assert denominators.Fit(rates, met).best is None
    assert denominators.Fit(3, {2020: 3, 2021: 1}).best == 2020


def test_a_date_without_rates_takes_the_lag_of_the_one_before() -> None:
    rows, notes = denominators.complete(TWO_BACK, {"2025-03-31"}, {}, {2022, 2023})
    assert (rows[-1]["mid_year"], rows[-1]["quality"]) == ("2023", "assumed")
    assert notes == ["The denominator of 2025-03-31 is assumed to be mid-2023."]
    rows, notes = denominators.complete(TWO_BACK, {"2025-03-31"}, {}, {2022})
    assert len(rows) == len(TWO_BACK)
    assert "population.csv has no mid-2023" in notes[0]


def test_rates_give_an_assumed_denominator_its_year() -> None:
    assumed = [{**TWO_BACK[0], "stock_date": "2025-03-31", "quality": "assumed"}]
    fit = {"2025-03-31": denominators.Fit(4, {2022: 0, 2023: 4, 2024: 1})}
    rows, _ = denominators.complete(assumed, {"2025-03-31"}, fit, {2022, 2023, 2024})
    assert (rows[0]["mid_year"], rows[0]["evidence"]) == ("2023", "4 of 4 count and rate pairs")


def test_a_count_without_a_population_is_still_a_count(data_copy: Path) -> None:
    table = read_text_table(data_copy / "denominators.csv").iloc[:-1]
    table.to_csv(data_copy / "denominators.csv", index=False)
    stock = load(data_copy).on("2025-03-31")
    assert stock.national_count == 73_047
    assert list(stock.counts) == []
    with pytest.raises(UsageError, match="its population is not known"):
        _ = stock.people


def test_the_series_of_people_breaks_at_the_census(data: Data) -> None:
    after = pd.Timestamp("2022-03-31")  # the first to divide by people of mid-2021
    assert data.break_between("2021-03-31", "2022-03-31") == after
    assert data.break_between("2010-03-31", "2025-03-31") == after
    assert data.break_between("2022-03-31", "2025-03-31") is None
    assert data.break_between("2020-03-31", "2021-03-31") is None
    assert data.until("2021-03-31").break_between("2010-03-31", "2021-03-31") is None


def test_the_word_study_is_the_studys_own_date(data: Data) -> None:
    assert data.day("study") == data.day() == pd.Timestamp("2020-03-31")


def test_what_is_known_on_a_date_has_a_digest_of_its_own_rows(data: Data, data_copy: Path) -> None:
    before = data.until("2021-03-31").digest
    for table in ("area_figures", "national_figures", "sources", "denominators"):
        text = seal_table(data_copy, table)
        (data_copy / f"{table}.csv").write_text(text, encoding="utf-8", newline="")
    exceptions = data_copy / "exceptions.csv"
    text = "".join(exceptions.read_text(encoding="utf-8").splitlines(keepends=True)[:1])
    exceptions.write_text(text, encoding="utf-8")
    sealed = load(data_copy)
    assert sealed.digest != data.digest
    assert sealed.until("2021-03-31").digest == before
    assert sealed.until("2020-03-31").digest != before
