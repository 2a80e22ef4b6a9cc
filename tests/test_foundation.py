"""Numbers as text, records, tables, atomic files."""

from __future__ import annotations

import ast
import dataclasses
import json
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappa.errors import OutputError, UnknownName
from mappa.files import digest, write_atomically
from mappa.plot.exhibit import safe_csv
from mappa.printed import counts_behind, decimals, half_up, rounds_to
from mappa.records import Dated, Record, key, part, plain, restored
from mappa.words import Prose, Table, numbers


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (numbers.count(62435.4), "62,435"),
        (numbers.count(-4), "\N{MINUS SIGN}4"),
        (numbers.count(2141, sign=True), "+2,141"),
        (numbers.count(0, sign=True), "0"),
        (numbers.count(-0.2), "0"),
        (numbers.rate(132.007), "132.0"),
        (numbers.rate(0.25), "0.3"),  # half away from zero, as official tables do
        (numbers.number(0.285, 2), "0.29"),
        (numbers.ratio(1.1058), "1.106"),
        (numbers.percent(0.035509), "3.6%"),
        (numbers.percent(-0.0067, sign=True), "\N{MINUS SIGN}0.7%"),
        (numbers.number(None), "not known"),
        (numbers.number(math.nan), "not known"),
        (numbers.probability(0.01468), "0.015"),
        (numbers.probability(0.55), "0.55"),
        (numbers.probability(1e-9), "below 0.0001"),
        (numbers.probability(0.99999), "above 0.9999"),
        (numbers.interval(121.6, 143.06), "(95% interval 121.6 to 143.1)"),
        (numbers.day("2020-03-31"), "31 March 2020"),
        (numbers.people(1), "one person"),
        (numbers.people(-1), "minus one person"),
        (numbers.people(57.2), "57 people"),
        (numbers.people(0), "0 people"),
        (numbers.cardinal(3), "three"),
        (numbers.cardinal(12), "12"),
        (numbers.ordinal(1), "1st"),
        (numbers.ordinal(11), "11th"),
        (numbers.ordinal(22), "22nd"),
        (numbers.ordinal(113), "113th"),
        (numbers.listing([]), ""),
        (numbers.listing(["a"]), "a"),
        (numbers.listing(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_numbers_are_written(written: str, text: str) -> None:
    assert written == text


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_written_numbers_are_within_half_a_unit(value: float, decimals: int) -> None:
    text = numbers.number(value, decimals)
    back = float(text.replace(",", "").replace(numbers.MINUS, "-"))
    assert abs(back - value) <= 0.5 * 10**-decimals * (1 + 1e-6) + 1e-6
    assert text != "-0" and text != numbers.MINUS + "0"


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        (0.5, 0, "1"),
        (2.5, 0, "3"),  # half up, where Python's own rounding is to even
        (-2.5, 0, "-3"),
        (0.285, 2, "0.29"),
        (1.1 + 2.2 - 3.3 + 0.5, 0, "1"),  # noise above
        (0.1 * 3 - 0.3 + 0.4999999999999999, 0, "1"),  # and below the half
        (0.49999, 0, "0"),
        (131.99999, 1, "132.0"),
    ],
)
def test_printed_numbers_round_half_up(value: float, places: int, printed: str) -> None:
    assert str(half_up(value, places)) == printed
    assert rounds_to(value, printed)
    assert not rounds_to(value, str(Decimal(printed) + Decimal(1).scaleb(-places)))


def test_decimals_are_those_that_stand_there() -> None:
    assert [decimals(x) for x in ("132", "4.10", 132.0, 23.5)] == [0, 2, 0, 1]


@given(st.integers(0, 100_000), st.integers(50_000, 10_000_000), st.integers(0, 2))
def test_the_counts_behind_a_rate_are_all_that_print_so(
    count: int, people: int, places: int
) -> None:
    printed = str(half_up(count / people * 100_000, places))
    low, high = counts_behind(float(printed), people, places)
    assert low <= count <= high
    for inside, other in ((low, low - 1), (high, high + 1)):
        assert rounds_to(inside / people * 100_000, printed)
        assert other < 0 or not rounds_to(other / people * 100_000, printed)


@dataclasses.dataclass(frozen=True)
class Small(Record):
    count: int | None = key("people", "people")
    when: pd.Timestamp = key("date")
    values: np.ndarray = key("values")
    rows: pd.DataFrame = key("rows")


def test_records_are_plain_json() -> None:
    record = Small(
        count=None,
        when=pd.Timestamp("2020-03-31"),
        values=np.array([1.5, np.nan]),
        rows=pd.DataFrame({"date": [pd.Timestamp("2019-03-31"), pd.NaT], "n": [1, 2]}),
    )
    assert record.as_dict() == {
        "count": None,
        "when": "2020-03-31",
        "values": [1.5, None],
        "rows": [{"date": "2019-03-31", "n": 1}, {"date": None, "n": 2}],
    }
    assert Small.key_table()[0] == {"key": "count", "unit": "people", "meaning": "people"}
    assert plain(pd.NA) is None and plain(np.int64(3)) == 3 and plain(math.inf) is None


@dataclasses.dataclass(frozen=True)
class Compared(Record):
    area: str = key("Name of the area")
    latest: Dated | None = part(default=None)
    growth: float | None = key("Growth", "share", default=None)
    series: tuple[Dated, ...] = key("Earlier values", default=())


def test_keys_of_parts_are_keys_of_the_record() -> None:
    record, day = Compared("Here"), pd.Timestamp("2020-03-31")
    latest = dict.fromkeys(("date", "value", "low", "high"))
    assert record.as_dict() == {"area": "Here", **latest, "growth": None, "series": []}
    assert list(Compared.declared()) == list(record.as_dict())
    assert Compared.declared()["date"]["meaning"] == "The date"
    assert Compared.units() == {"date": "date", "growth": "share"}
    full = dataclasses.replace(record, latest=Dated(day, 5.0, 4.0))
    assert full.flat()["date"] == day and full.as_dict()["date"] == "2020-03-31"
    assert (full.flat()["low"], full.flat()["high"]) == (4.0, None)


def test_what_is_stored_of_a_record_is_restored() -> None:
    dated = (Dated(pd.Timestamp("2019-03-31"), 4.0), Dated(pd.Timestamp("2020-03-31"), None, 1.0))
    record = Several("Here", dated, dated[0], 5)
    again = json.loads(json.dumps(record.as_dict()))
    assert restored(Several, again) == record
    assert isinstance(restored(Several, again).share, float)


@dataclasses.dataclass(frozen=True)
class Several(Record):
    area: str = key("Name of the area")
    series: tuple[Dated, ...] = key("Values")
    first: Dated | None = key("The first")
    share: float = key("A whole number that is a share")


def test_markup_in_words_stays_text() -> None:
    assert "<b>" not in Prose("<b>bold</b> & 1 < 2")._repr_html_()
    frame = pd.DataFrame({"<i>Area</i>": ["<script>"], "n": ["=1+1"]})
    html = Table("A <b>caption</b>", frame, numeric=("n",))._repr_html_()
    assert "<script>" not in html and "<b>" not in html and "<i>" not in html
    assert '<th scope="col" class="num">n</th>' in html


def test_a_formula_in_a_csv_stays_text() -> None:
    frame = pd.DataFrame({"a": ["=1+1", "@x", "-lead", "plain"], "n": [-1, 2, 3, 4]})
    assert safe_csv(frame).splitlines()[1:] == ["'=1+1,-1", "'@x,2", "'-lead,3", "plain,4"]


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write_atomically(tmp_path / "a" / "b.txt", "one")
    assert path.read_text() == "one"
    with pytest.raises(TypeError):
        write_atomically(path, 5)  # type: ignore[arg-type]
    assert path.read_text() == "one"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


def test_an_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        OutputError, match=r"^Cannot write .*: a file is where a folder is needed\. Choose"
    ):
        write_atomically(tmp_path / "file" / "x.txt", "x")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_digests_tell_parts_apart(a: list[str], b: list[str]) -> None:
    assert (digest(a) == digest(b)) == (a == b)


def test_unknown_names_suggest_or_list() -> None:
    assert "did you mean 'rest'?" in str(UnknownName("comparator", "rset", ["rest", "typical"]))
    assert "choose one of rest, typical." in str(
        UnknownName("comparator", "zzz", ["rest", "typical"])
    )


def test_every_csv_is_written_with_the_same_line_ends_on_every_system(root: Path) -> None:
    """A digest of a table's text would otherwise be another on Windows."""
    calls = [
        (path.name, node)
        for path in sorted((root / "src").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "to_csv"
    ]
    told = [(name, node.lineno, {k.arg for k in node.keywords}) for name, node in calls]
    assert [(name, line) for name, line, given in told if "lineterminator" not in given] == []
    assert len(told) > 5
