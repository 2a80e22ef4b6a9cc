"""Growth between two dates: by hand on small series, and what must not be compared."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from mappa.data import Data
from mappa.errors import UsageError
from mappa.growth import change
from mappa.growth.series import counts as counts_of
from mappa.rates.change import TURNOVER


def day(year: int) -> pd.Timestamp:
    return pd.Timestamp(f"{year}-03-31")


def series(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Return counts: year, value and, where they are not plain, basis, quality and preferred."""
    plain = ("all_levels", "printed", True)
    made = [(*row, *plain[len(row) - 2 :]) for row in rows]
    frame = pd.DataFrame(made, columns=["date", "value", "basis", "quality", "preferred"])
    return frame.assign(date=frame["date"].map(day))


@pytest.mark.parametrize(
    ("years", "turnover", "variance"),
    [
        # N0 + N1 - 2 s N0 over N0 N1: with a tenth leaving, 100 to 120 in a year is 40 of 12,000.
        (1, 0.1, 40 / 12_000),
        (2, 0.1, (220 - 162) / 12_000),
        # Nobody stays: two independent counts. Nobody leaves: only the arrivals.
        (1000, 0.5, 1 / 100 + 1 / 120),
        (1, 0.0, 20 / 12_000),
    ],
)
def test_the_variance_of_a_change_of_a_stock(
    years: float, turnover: float, variance: float
) -> None:
    assert change.log_variance(100, 120, years, turnover) == pytest.approx(variance)


def test_more_that_leave_than_could_have_no_variance_below_zero() -> None:
    assert change.log_variance(100, 90, 1, 0.0) == 0.0


@pytest.mark.parametrize("level", [0.90, 0.95])
def test_a_span_of_two_years_is_compound(level: float) -> None:
    """1,000 to 1,210 in two years is a tenth a year; the limits are exp(+-z sd)."""
    rows = series((2018, 1000), (2020, 1210, "all_levels", "derived"))
    found = change.span(rows, "2018-03-31", "2020-03-31", "Kent", turnover=0.19, level=level)
    sd = math.sqrt((2210 - 2000 * 0.81**2) / 1_210_000)
    reach = math.exp(stats.norm.ppf((1 + level) / 2) * sd)
    assert dataclasses.asdict(found) == {
        "area": "Kent",
        "start": day(2018),
        "end": day(2020),
        "years": 2.0,
        "basis": "all_levels",
        "from_value": 1000.0,
        "to_value": 1210.0,
        "change": 210.0,
        "growth": pytest.approx(0.21),
        "growth_low": pytest.approx(1.21 / reach - 1),
        "growth_high": pytest.approx(1.21 * reach - 1),
        "annual_growth": pytest.approx(0.1),
        "annual_low": pytest.approx((1.21 / reach) ** 0.5 - 1),
        "annual_high": pytest.approx((1.21 * reach) ** 0.5 - 1),
        "level": level,
        "turnover": 0.19,
        "quality": "printed, derived",
    }


def test_turnover_and_level_where_nothing_is_said() -> None:
    rows = series((2019, 598), (2020, 594))
    plain = change.span(rows, "2019-03-31", "2020-03-31")
    assert plain == change.span(
        rows, "2019-03-31", "2020-03-31", "the area", turnover=TURNOVER, level=0.95
    )


@pytest.mark.parametrize("turnover", [-0.1, 1.0, 1.5])
def test_a_turnover_is_a_share(turnover: float) -> None:
    rows = series((2019, 598), (2020, 594))
    with pytest.raises(UsageError) as caught:
        change.span(rows, "2019-03-31", "2020-03-31", turnover=turnover)
    said = f"Turnover {turnover} is not a share: it must be from 0 to below 1."
    assert str(caught.value) == said
    assert change.span(rows, "2019-03-31", "2020-03-31", turnover=0.0).growth_low < 0


def test_of_several_values_of_a_basis_the_preferred_one_is_used() -> None:
    rows = series(
        (2020, 110), (2019, 99, "all_levels", "printed", False), (2019, 100),
        (2019, 80, "level_1", "printed", False),
    )  # fmt: skip
    found = change.usable(rows)
    assert found["value"].tolist() == [100, 80, 110]
    assert found.index.tolist() == [0, 1, 2]
    assert found.columns.tolist() == rows.columns.tolist()
    modelled = pd.concat([rows.assign(kind="count"), series((2021, 120)).assign(kind="forecast")])
    assert change.usable(modelled)["value"].tolist() == [100, 80, 110]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2019-03-31", "2019-03-31", "31 March 2019 is not before 31 March 2019: name two dates."),
        ("2020-03-31", "2019-03-31", "31 March 2020 is not before 31 March 2019: name two dates."),
        (
            "2018-03-31",
            "2020-03-31",
            "No count of Kent is known for 31 March 2018: there are counts for 31 March 2017, "
            "31 March 2019, 31 March 2020.",
        ),
        ("soon", "2020-03-31", "'soon' is not a date: write it as YYYY-MM-DD."),
    ],
)
def test_a_span_that_cannot_be_is_refused_in_one_sentence(start: str, end: str, said: str) -> None:
    rows = series((2017, 90, "level_1"), (2019, 100), (2020, 110))
    with pytest.raises(UsageError) as caught:
        change.span(rows, start, end, "Kent")
    assert str(caught.value) == said


def test_no_span_of_an_empty_series() -> None:
    with pytest.raises(UsageError, match="for 31 March 2019: there is none"):
        change.span(series((2019, 1)).iloc[:0], "2019-03-31", "2020-03-31")


@pytest.mark.parametrize("basis", ["level_1", "basis_not_known"])
def test_no_span_across_two_bases_or_on_one_that_is_not_known(basis: str) -> None:
    other = "all_levels" if basis == "level_1" else basis
    rows = series((2019, 100, basis), (2020, 110, other))
    with pytest.raises(UsageError, match="Growth is not calculated where the way of counting Kent"):
        change.span(rows, "2019-03-31", "2020-03-31", "Kent")


def test_a_date_of_two_bases_offers_both() -> None:
    rows = series(
        (2019, 100), (2019, 80, "level_1", "printed", False), (2020, 85, "level_1"),
    )  # fmt: skip
    found = change.span(rows, "2019-03-31", "2020-03-31")
    assert (found.basis, found.change) == ("level_1", 5)


def test_spans_run_between_neighbours_on_one_basis_and_fill_no_gap() -> None:
    rows = series(
        (2015, 50, "earlier_returns"), (2016, 400), (2018, 441), (2018, 300, "level_1"),
        (2019, 450), (2020, 310, "level_1"), (2016, 1, "other_date"), (2017, 2, "other_date"),
        (2016, 1, "basis_not_known"), (2017, 2, "basis_not_known"),
        (2016, 1, "police_computer"), (2017, 2, "police_computer"),
    )  # fmt: skip
    found = change.spans(rows, "Kent")
    assert found[["basis", "change", "years"]].to_numpy().tolist() == [
        ["all_levels", 41, 2], ["all_levels", 9, 1], ["level_1", 10, 2],
    ]  # fmt: skip
    assert set(found["area"]) == {"Kent"}
    assert set(change.spans(rows)["area"]) == {"the area"}
    assert found.columns.tolist() == [f.name for f in dataclasses.fields(change.Span)]
    none = change.spans(rows.iloc[:1])
    assert none.empty and none.columns.tolist() == found.columns.tolist()


@pytest.fixture(scope="module")
def nation(data: Data) -> str:
    return str(data.nation)


def test_an_area_is_compared_with_the_nation_over_the_same_dates(data: Data, nation: str) -> None:
    """Cumbria, 598 to 594, beside 60,294 to 62,435: log growth a year and its error by chance."""
    found = change.compare(data, "Cumbria", day(2019), day(2020))
    assert found.status == "known" and found.span is not None and found.national is not None
    assert (found.span.from_value, found.span.to_value) == (598, 594)
    assert (found.national.from_value, found.national.to_value) == (60_294, 62_435)
    assert (found.span.area, found.national.area) == ("Cumbria", nation)
    assert found.gap == pytest.approx(math.log(594 / 598) - math.log(62_435 / 60_294))
    variance = change.log_variance(598, 594, 1, TURNOVER)
    assert found.gap_se == pytest.approx(math.sqrt(variance))
    long = change.compare(data, "Cumbria", day(2011), day(2020))
    assert long.span is not None and long.national is not None
    gap = math.log1p(long.span.growth) - math.log1p(long.national.growth)
    assert long.gap == pytest.approx(gap / 9)
    n0, n1 = long.span.from_value, long.span.to_value
    assert long.gap_se == pytest.approx(math.sqrt(change.log_variance(n0, n1, 9, TURNOVER)) / 9)


def test_an_area_without_a_count_still_has_the_nation_beside_it(data: Data, nation: str) -> None:
    found = change.compare(data, "Surrey", day(2019), day(2020))
    assert found.span is found.gap is found.gap_se is None
    assert found.status.startswith("No count of Surrey is known for 31 March 2019")
    assert found.national is not None and found.national.change == 2141
    assert found.national.area == nation
    own = change.compare(data, nation, day(2019), day(2020))
    assert (own.status, own.gap, own.gap_se) == ("known", None, None)
    assert own.span == own.national == found.national
    assert change.area_span(data, "Surrey", day(2019), day(2020)) is None


def national(
    data: Data, counts: dict[int, float], basis: str = "snapshot_31_march"
) -> pd.DataFrame:
    rows = data.national_rows("rso_count")
    template = rows[rows["basis"] == "snapshot_31_march"].iloc[[0]]
    table = pd.concat(
        [template.assign(date=day(y), value=v, basis=basis) for y, v in counts.items()]
    )
    toy = dataclasses.replace(data, national_figures=table, digest=f"toy{counts}{basis}")
    return counts_of(toy, toy.nation)


def test_periods_of_a_basis_and_its_halves(data: Data) -> None:
    """Eight years are cut at the count nearest the middle; five years are not cut."""
    counts = {2012: 100.0, 2013: 105.0, 2015: 120.0, 2018: 140.0, 2020: 200.0}
    found = change.periods(national(data, counts), data.nation)
    assert found[["start", "end"]].map(lambda d: d.year).to_numpy().tolist() == [
        [2012, 2020], [2012, 2015], [2015, 2020],
    ]  # fmt: skip
    assert found["annual_growth"].iloc[0] == pytest.approx(2 ** (1 / 8) - 1)
    assert set(found["area"]) == {data.nation}
    six = {2014: 100.0, 2016: 105.0, 2017: 107.0, 2020: 120.0}
    assert len(change.periods(national(data, six))) == 3
    assert len(change.periods(national(data, {2014: 100.0, 2016: 105.0, 2020: 120.0}))) == 1
    assert len(change.periods(national(data, {2015: 1.0, 2016: 2.0, 2017: 3.0, 2020: 4.0}))) == 1
    assert change.periods(national(data, {2015: 100.0})).empty


def test_compound_growth_is_over_the_longest_span_of_the_present_basis(data: Data) -> None:
    found = change.compound(data, "Cumbria", day(2020))
    assert found.span is not None and found.national is not None
    assert (found.span.start, found.span.end) == (day(2011), day(2020))
    assert (found.national.start, found.national.end) == (day(2011), day(2020))
    assert (found.span.annual_growth, found.national.annual_growth) == pytest.approx(
        (0.071, 0.060), abs=5e-4
    )
    earlier = change.compound(data, "Cumbria", day(2019))
    assert earlier.span is not None and earlier.span.end == day(2019)
    asked = {"turnover": 0.2, "level": 0.5}
    wide = change.compound(data, "cumbria", day(2020), **asked)
    alone = change.area_span(data, "Cumbria", day(2019), day(2020), **asked)
    for span in (wide.span, wide.national, alone):
        assert span is not None and (span.turnover, span.level) == (0.2, 0.5)
    assert wide.span is not None and wide.span.area == "Cumbria"
    # In 2019 Hampshire printed level 1 alone: its counts of all levels end in 2011.
    narrow = change.compound(data, "Hampshire", day(2019))
    assert narrow.span is not None and narrow.span.end == day(2011)
    none = change.compound(data, "Surrey", day(2020))
    assert none == change.Change(
        "Fewer than two counts of Surrey on one basis are known up to 31 March 2020.",
        None, None, None, None,
    )  # fmt: skip
