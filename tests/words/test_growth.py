"""Sentences on growth: each branch of the templates, by records of areas that take it."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
import reading

from mappa.data import Data
from mappa.growth import span as span_of
from mappa.growth.record import GrowthRecord
from mappa.growth.record import answer as build
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.growth import model, nation

D, BEFORE = pd.Timestamp("2020-03-31"), pd.Timestamp("2019-03-31")
NATIONAL = "Across England and Wales the number rose by 3.6% in the year, to 62,435."


@pytest.fixture(scope="module")
def cumbria(data: Data) -> GrowthRecord:
    return build(data, "Cumbria", D)


def test_answer_of_a_counted_force(cumbria: GrowthRecord) -> None:
    assert words.answer(cumbria) == (
        "Cumbria had 594 registered sexual offenders in the community on 31 March 2020. That is "
        f"about four fewer than a year before. {NATIONAL}\n\n"
        "Over nine years the number in Cumbria grew by 7.1% a year. Nationally it grew by 6.0% a "
        "year. The data cannot tell the two apart."
    )


def test_an_area_without_a_count_leads_with_what_is_known(data: Data) -> None:
    kent = build(data, "Kent", D)
    point = words.estimate_on(kent)
    assert point is not None and kent.count is None
    assert words.answer(kent) == (
        "The latest known figure is 1,978 in Kent on 30 June 2019, given by the police. This study "
        f"estimates {n.count(point.value)} registered sexual offenders in Kent on 31 March 2020 "
        f"(90% interval {n.count(point.low)} to {n.count(point.high)}). It comes from a model and "
        f"is not a count. {NATIONAL}"
    )
    assert words.year(kent) == (
        "Among 17 areas whose change in the year is known and not in doubt, it ran from "
        "\N{MINUS SIGN}1.6% in Cleveland to +9.0% in Northumbria. Kent is not one of them."
    )
    assert words.long_run(kent) == (
        "In England and Wales the number grew by 6.2% a year from 31 March 2009 to 31 March 2020. "
        "Kent has too few comparable counts for such a figure."
    )


@pytest.mark.parametrize(
    ("force", "day", "expected"),
    [
        ("London", D, "No count of the year before can be compared with it."),
        ("West Mercia", D, "A rise of 3.0% in the year has been printed."),
        ("Hampshire", BEFORE, "count is 2,109 in Hampshire on 31 March 2019, of level 1 alone."),
        ("Cheshire", D, "count is 390 in Cheshire on 31 March 2003, counted in an older way."),
        ("Lincolnshire", D, "Over the four years to 31 March 2015 the number in Lincolnshire grew"),
        ("Surrey", "2010-03-31", "too few years are known for an estimate"),
    ],
)
def test_answers_of_other_kinds(data: Data, force: str, day: str, expected: str) -> None:
    said = words.answer(build(data, force, day, 0))
    assert expected in said and reading.faults(said) == []


def test_a_doubted_change_comes_with_its_doubt(data: Data) -> None:
    record = build(data, "Thames Valley", D, 0)
    doubtful = (
        "A rise of 39% in the year has been printed. It implies 1,412 a year before, which is "
        "probably too low, so the change is not known."
    )
    assert doubtful in words.answer(record) and doubtful in words.year(record)
    assert "That figure is doubtful" in model.estimate(record)
    fell = dataclasses.replace(record.year_test.doubt, growth=-0.39)
    record = dataclasses.replace(
        record, year_test=dataclasses.replace(record.year_test, doubt=fell)
    )
    assert "A fall of 39%" in words.answer(record) and "too high" in words.answer(record)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(600, "six fewer than"), (594, "as many as"), (593, "one more than")],
)
def test_up_down_and_no_change(cumbria: GrowthRecord, before: float, expected: str) -> None:
    rows = pd.DataFrame({"date": [BEFORE, D], "value": [before, 594]})
    rows = rows.assign(basis="all_levels", quality="x", preferred=True)
    span = span_of(rows, BEFORE, D, "Cumbria")
    record = dataclasses.replace(cumbria, change=dataclasses.replace(cumbria.change, span=span))
    assert f"That is {expected} a year before." in words.answer(record)


def test_year_and_long_run_may_point_different_ways(cumbria: GrowthRecord) -> None:
    # Neither the year nor the nine years are clearly different: nothing is made of their signs.
    assert "cannot tell the two apart" in words.long_run(cumbria)
    assert "long run" not in words.long_run(cumbria)
    span, year = cumbria.compound.span, cumbria.change.span
    assert span is not None and year is not None
    clear = dataclasses.replace(
        cumbria,
        change=dataclasses.replace(
            cumbria.change, span=dataclasses.replace(year, annual_high=-0.02)
        ),
        compound=dataclasses.replace(
            cumbria.compound, span=dataclasses.replace(span, annual_low=0.065)
        ),
        year_test=dataclasses.replace(cumbria.year_test, verdict="outside 95%"),
    )
    assert words.long_run(clear).endswith(
        "Growth was lower than the national in the last year but higher in the long run."
    )


def test_national_growth_in_words(cumbria: GrowthRecord) -> None:
    assert nation.nation(cumbria) == (
        "The number in England and Wales rose from 60,294 to 62,435 in the year to 31 March 2020. "
        "That is a change of +2,141 or +3.55%. Printed as 4%, it could be anything from 3.5% to "
        "4.5%.\n\n"
        "The population aged 10 and over rose by 0.7%, so the rate rose by 2.8%. It went from "
        "116.2 to 119.5 per 100,000. Since 31 March 2010 the number has risen by 78.7% and the "
        "rate by 66.8%."
    )
    assert "In people, the data cannot show whether growth is slowing" in nation.slowing(cumbria)
    assert "As a percentage, growth is slowing" in nation.slowing(cumbria)


def test_outlier_and_remainder_in_words(cumbria: GrowthRecord) -> None:
    said = nation.contribution(cumbria)
    assert said.startswith("The number in England and Wales rose by 2,141 in the year.")
    assert "Thames Valley seems to add +551, but that is doubtful." in said
    assert "Without Thames Valley national growth is 2.7% instead of 3.6%." in said
    calm = dataclasses.replace(cumbria.contribution, outliers=(), parts=())
    assert "not divided" in nation.contribution(dataclasses.replace(cumbria, contribution=calm))


def test_few_placements_are_no_trend_and_another_event_is_not_compared(
    cumbria: GrowthRecord, data: Data
) -> None:
    said = words.measures(cumbria)
    assert "3. That is 0.51 for every 100 registered offenders" in said
    assert "So few in a year cannot show a trend." in said
    assert "The national rate is 4.10, and the gap could be chance (p = 0.58)." in said
    said = words.measures(build(data, "Hampshire", D, 0))
    assert "the area may count another event. Do not compare the two." in said
