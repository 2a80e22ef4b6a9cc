"""The doors of rates: any counts by area, and the same numbers as the study's own verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mappa import rates
from mappa.data import Data
from mappa.errors import UnknownName, UsageError
from mappa.plot.exhibit import Exhibit
from mappa.plot.rate.funnel import funnel
from mappa.words.rate import answer as words

#: Offences in six wards, small enough that the wards' own chance matters; one is not counted.
WARDS = pd.DataFrame(
    {"count": [3, 0, 9, 5, 2, 4, np.nan], "people": [900, 700, 1100, 800, 950, 1000, 600]},
    index=["Abbey", "Brook", "Castle", "Dale", "East", "Ford", "Grove"],
)


def test_the_doors_say_what_the_verdict_says(data: Data) -> None:
    day, stock = "2020-03-31", data.on("2020-03-31")
    for force in ("Cumbria", "London"):
        record = rates.verdict(data, force, day)
        table = rates.areas(stock)
        assert record.own and record.gap and record.unusual and record.spread
        own = table.loc[force, ["rate", "low", "high"]].to_list()
        assert own == pytest.approx([record.own.rate, record.own.rate_low, record.own.rate_high])
        rest = rates.against(stock, force, "rest")
        row = rates.ratio(record.own.count, record.population, rest.count, rest.people)
        assert (row.value, row.lower) == pytest.approx((record.gap.ratio, record.gap.ratio_low))
        place = rates.unusual(table, force)
        assert place.z == pytest.approx(record.unusual.z_overdispersed)
        assert place.verdict == record.unusual.unusual_verdict
        assert place.expected_low == pytest.approx(record.spread.prediction_low)
        fit = rates.between(table)
        assert fit.mean == pytest.approx(record.spread.typical_rate)
        assert fit.table.loc[force, "z"] == pytest.approx(place.z)
        said = rates.equivalence(row, record.margin).note
        assert record.matter and said == record.matter.margin_verdict


def test_sums_hold_and_a_missing_count_is_never_zero(data: Data) -> None:
    stock = data.on("2020-03-31")
    table = rates.areas(stock)
    left = stock.national_count - table["count"].sum()
    record = rates.verdict(data, "Surrey", "2020-03-31")
    assert left == record.pool_count and table.loc["Surrey"].isna().sum() == 4


def test_wards_of_a_town_go_through_the_same_doors() -> None:
    table = rates.areas(WARDS, per=1000)
    assert table.loc["Brook", ["rate", "low"]].to_list() == [0, 0]
    assert table.loc["Brook", "high"] == pytest.approx(1000 * 3.688879 / 700)
    fits = {name: rates.between(table, name, per=1000) for name in ("paule-mandel", "REML", "DL")}
    for fit in fits.values():
        assert fit.tau_low <= fit.tau <= fit.tau_high
        assert fit.table.loc["Grove", "verdict"] == "no count"
        assert np.isfinite(
            fit.table.loc["Grove", ["expected_low", "expected_high"]].astype(float)
        ).all()
    mine = rates.against(WARDS, "Castle", ["Abbey", "Dale", "Grove"])
    assert (mine.count, mine.people, mine.without_count) == (8, 1700, ("Grove",))
    exact = rates.ratio(9, 1100, mine.count, mine.people, "exact")
    score = rates.ratio(9, 1100, mine.count, mine.people)
    assert score.upper == exact.upper  # below a count of 10 the score method is exact


def test_the_verdict_on_other_counts_speaks_of_them_alone() -> None:
    """Few offences in wards: exact limits, each ward's own chance, and the nouns that are given."""
    nouns = {"noun": "knife offences", "whom": "people", "together": "the town"}
    record = rates.verdict_of(WARDS, "Castle", **nouns)
    assert record.own and record.gap and record.spread and record.unusual
    assert (record.own.count, record.national_count, record.areas_counted) == (9, 23, 6)
    assert record.gap.ratio == pytest.approx(9 / 1100 / (14 / 4350))
    assert "exact" in record.gap.ratio_method  # a count below 10
    # Expected in Castle by the others: 14 / 4350 x 1100 = 3.5, so chance alone has an SD of .53.
    reach = math.log(record.spread.prediction_high / record.spread.prediction_low)
    assert reach > 2 * stats.t.ppf(0.975, 3) / math.sqrt(4.5)
    assert record.unusual.unusual_verdict == "not unusual"
    told = words.sentence(record) + words.paragraph(record) + words.pool(record)
    assert "Castle had 818 knife offences for every 100,000 people; the town had 422." in told
    assert "sexual" not in told and "Wales" not in told and "None" not in told
    chart = funnel(record, rates.areas(WARDS))
    assert isinstance(chart, Exhibit) and chart.subtitle.startswith("Knife offences per 100,000")
    grove = rates.verdict_of(WARDS, "Grove", **nouns)
    assert words.sentence(grove).startswith("There is no count of knife offences in Grove")


def test_a_list_of_areas_is_a_comparator_of_the_verdict(data: Data) -> None:
    record = rates.verdict(data, "Norfolk", "2021-03-31", comparator=["Suffolk", "Kent"])
    assert record.comparator_label == "Suffolk and Kent"
    assert record.comparator_how == "areas named by the reader"
    with pytest.raises(UnknownName, match="did you mean 'Kent'"):
        rates.verdict(data, "Norfolk", "2021-03-31", comparator=["Kemt"])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: rates.areas(WARDS.rename(columns={"people": "peple"})), "called 'people': the"),
        (lambda: rates.areas(WARDS.astype(str)), "must hold numbers"),
        (lambda: rates.areas(pd.concat([WARDS, WARDS])), "'Abbey' is twice"),
        (lambda: rates.areas(WARDS.assign(people=0)), "people must be above zero"),
        (lambda: rates.between(WARDS, "REM"), "did you mean 'REML'"),
        (lambda: rates.between(WARDS.head(3)), "takes 5 counts or more: the table has 3"),
        (lambda: rates.unusual(WARDS, "Abey"), "did you mean 'Abbey'"),
        (lambda: rates.against(WARDS, "Abbey", "similar"), "choose one of rest"),
        (lambda: rates.ratio(1, 0, 2, 5), "people must be above zero"),
        (lambda: rates.equivalence(rates.ratio(9, 99, 9, 99), 0), "margin must be above 0"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(call: Callable[..., Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        call()
