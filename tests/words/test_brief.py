"""The words of the brief: what is known of an area without a count."""

from __future__ import annotations

import pytest

from mappa.data import Data
from mappa.growth import estimates
from mappa.rates.assess import assess
from mappa.rates.record import estimated
from mappa.words import brief
from mappa.words.rate.missing import nearest


def test_the_known_figure_is_the_nearest_in_time(data: Data) -> None:
    """Kent's police gave 1,978 for June 2019 and 2,549 for August 2021."""
    record = assess(data, "Kent", "2020-03-31")
    near = nearest(record)
    assert near is not None and (near.value, near.date) == (1978, "2019-06-30")
    said = brief.known(record, None, "the Ministry of Justice", named=False)
    assert said.startswith("The police gave 1,978 for 30 June 2019")
    assert nearest(assess(data, "Cumbria", "2020-03-31")) is None


def test_the_rate_of_an_area_without_a_count_is_its_estimate_and_named_so(data: Data) -> None:
    day = "2023-03-31"
    bare = assess(data, "Cumbria", day)
    guess = estimates.stored_estimate(data, "Cumbria", day)
    assert guess is not None
    given = estimated(bare, *guess)
    row = next(f for f in brief.key_figures(given, None) if f.name.startswith("Rate per"))
    assert row.name == "Rate per 100,000 people aged 10 and over, estimate"
    people = data.people(day)["Cumbria"] / 1e5
    assert (row.value, row.low, row.high) == pytest.approx([v / people for v in guess])
    assert row.confidence == 0.9 and row.national == given.national_rate
    said = brief.known(given, None, "the Ministry of Justice", named=False)
    assert "A figure printed for 31 March 2023 means 628 to 632 people." in said
    assert "only an estimate of the rate: 139 for every 100,000 people aged 10 and over" in said
    # Without an estimate there is no rate, and with a count no estimate.
    none = next(f for f in brief.key_figures(bare, None) if f.name.startswith("Rate per"))
    assert none.value is None and "estimate" not in none.name
    assert "gives no rate" in brief.known(bare, None, "the Ministry", named=False)
    counted = assess(data, "Durham", "2024-03-31")
    shown = next(f for f in brief.key_figures(counted, None) if f.name.startswith("Rate per"))
    assert shown.value == counted.rate and "estimate" not in shown.name


def test_each_denominator_is_written_as_people_say_it(data: Data) -> None:
    for denominator, whom in (
        ("aged 10 and over", "people aged 10 and over"),
        ("all ages", "people of all ages"),
        ("men aged 18 and over", "men aged 18 and over"),
    ):
        record = assess(data, "Cumbria", "2020-03-31", denominator=denominator)
        assert f"for every 100,000 {whom}." in brief.press(record, None)
        assert f"Rate per 100,000 {whom}" in [f.name for f in brief.key_figures(record, None)]
