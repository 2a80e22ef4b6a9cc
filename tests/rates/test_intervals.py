"""Intervals and ratios: published values, closed forms, invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import confint_poisson_2indep

from mappa.rates.methods import intervals, ratios
from mappa.rates.methods.equivalence import (
    margin_test,
    minimal_detectable,
    smallest_margin,
    superiority,
)

COUNT, PEOPLE, REST, REST_PEOPLE = 594, 449_975, 61_841, 51_802_696


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0, 3.689), (1, 0.0253, 5.572), (3, 0.6187, 8.767), (10, 4.795, 18.390)],
)
def test_exact_limits_of_printed_tables(count: int, low: float, high: float) -> None:
    # The standard table of exact Poisson limits (Geigy; Breslow and Day 1987, table 2.10).
    assert intervals.exact_limits(count) == pytest.approx((low, high), abs=1e-3)


def test_rate_of_reference() -> None:
    row = intervals.exact_rate(COUNT, PEOPLE)
    assert round(row.value, 3) == 132.007
    assert (round(row.lower, 2), round(row.upper, 2)) == (121.60, 143.06)
    wide = intervals.exact_rate(COUNT, PEOPLE, 0.998)
    assert (round(wide.lower, 2), round(wide.upper, 2)) == (115.90, 149.62)
    byar = intervals.byar_rate(COUNT, PEOPLE)
    assert (round(byar.lower, 2), round(byar.upper, 2)) == (121.60, 143.06)


def test_small_counts_take_exact_limits() -> None:
    assert intervals.byar_limits(9) == intervals.exact_limits(9)
    assert intervals.byar_limits(10) != intervals.exact_limits(10)
    small = ratios.score_ratio(9, 1000, 50, 9000)
    assert small == ratios.exact_ratio(9, 1000, 50, 9000)
    assert "exact" in small.method


@pytest.mark.parametrize(
    ("rate", "p"), [(118.5, 0.0102), (119, 0.0135), (119.487, 0.0175), (119.5, 0.0177)]
)
def test_the_rounding_of_the_national_rate_never_changes_the_decision(
    rate: float, p: float
) -> None:
    assert intervals.exact_p(COUNT, rate * PEOPLE / 1e5) == pytest.approx(p, abs=5e-5)


def test_ratio_to_the_rest() -> None:
    score = ratios.score_ratio(COUNT, PEOPLE, REST, REST_PEOPLE)
    exact = ratios.exact_ratio(COUNT, PEOPLE, REST, REST_PEOPLE)
    midp = ratios.midp_ratio(COUNT, PEOPLE, REST, REST_PEOPLE)
    assert [round(v, 4) for v in (score.value, score.lower, score.upper)] == [1.1058, 1.02, 1.1988]
    assert [round(v, 4) for v in (exact.lower, exact.upper)] == [1.0183, 1.1989]
    assert round(score.p_value, 5) == 0.01468
    assert round(exact.p_value, 5) == 0.01704
    assert round(midp.p_value, 5) == 0.01612
    assert exact.lower < midp.lower < midp.upper < exact.upper
    for row in (score, exact, midp):
        assert row.confidence == 0.95
        assert row.method
        assert row.source


def test_score_interval_is_what_statsmodels_searches_for() -> None:
    for x, n, y, m in [(COUNT, PEOPLE, REST, REST_PEOPLE), (20, 1000, 35, 900), (10, 50, 11, 70)]:
        row = ratios.score_ratio(x, n, y, m)
        found = confint_poisson_2indep(x, n, y, m, method="score", compare="ratio")
        assert (row.lower, row.upper) == pytest.approx(found, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(0, 400), y=st.integers(1, 400),
    n=st.integers(1000, 10**6), m=st.integers(1000, 10**6),
)  # fmt: skip
def test_conditional_limits_invert_the_test(x: int, y: int, n: int, m: int) -> None:
    row = ratios.exact_ratio(x, n, y, m)
    p = ratios.doubled_exact_p(x, n, y, m)
    inside = (row.lower or 0) <= 1 <= (row.upper or math.inf)
    assert inside == (p >= 0.05) or p == pytest.approx(0.05, abs=1e-9)
    back = ratios.exact_ratio(y, m, x, n)  # the other way round the limits are the inverses
    if row.lower:
        assert back.upper == pytest.approx(1 / row.lower)


def test_against_a_modelled_rate() -> None:
    known = ratios.modelled_limits(100, 80, 0.0)
    assert known == pytest.approx(tuple(v / 80 for v in intervals.exact_limits(100)))
    unsure = ratios.modelled_limits(100, 80, 0.05)
    assert unsure[0] < known[0] < known[1] < unsure[1]
    assert ratios.modelled_limits(0, 5, 0.1)[0] == 0


def test_margin_of_reference() -> None:
    ratio = ratios.Ratio(COUNT, PEOPLE, REST, REST_PEOPLE)
    test = margin_test(ratio, 0.10)
    assert test.verdict == "undecided"
    assert round(test.equivalence_p, 2) == 0.55
    assert round(smallest_margin(ratio), 3) == 0.183
    assert round(superiority(ratio), 3) == 0.033
    assert margin_test(ratio, 0.184).verdict == "within"
    assert margin_test(ratio, 0.183).verdict == "undecided"
    assert margin_test(ratio, 0.033).verdict == "higher by more"
    back = ratios.Ratio(REST, REST_PEOPLE, COUNT, PEOPLE)
    assert margin_test(back, 0.033).verdict == "lower by more"
    assert smallest_margin(back) == pytest.approx(smallest_margin(ratio))


def test_equivalence_p_is_the_flat_prior_probability() -> None:
    # With flat priors the ratio of two gamma rates is F distributed: P(ratio above 1.1).
    beyond = stats.f.sf(1.1 / (COUNT / PEOPLE / (REST / REST_PEOPLE)), 2 * COUNT, 2 * REST)
    assert beyond == pytest.approx(0.551, abs=0.006)


def test_a_detectable_ratio_is_found_with_the_power_that_is_said() -> None:
    for expected in (12, 100, 538):
        low, high = stats.poisson.ppf([0.025, 0.975], expected)
        below, above = minimal_detectable(expected)
        assert stats.poisson.sf(high, above * expected) == pytest.approx(0.8)
        assert stats.poisson.cdf(low - 1, below * expected) == pytest.approx(0.8)
    assert minimal_detectable(3)[0] is None  # even no one at all would not be surprising
    wide = minimal_detectable(537.66, 0.1984)
    assert [round(v, 2) for v in wide] == [0.56, 1.76]


@pytest.mark.parametrize("people2", [0.01, 0.1, 0.5, 1, 2, 10, 100])
def test_p_values_belong_to_their_limits(people2: float) -> None:
    """P is below alpha exactly when the limits leave out 1, for every method."""
    some = [0, 1, 2, 3, 5, 8, 9, 10, 11, 14, 19, 27, 32, 40, 57, 83, 110, 150, 199, 200]
    for x in some:
        for y in some:
            for method in (ratios.exact_ratio, ratios.midp_ratio, ratios.score_ratio):
                row = method(x, 100_000, y, 100_000 * people2)
                outside = row.lower > 1 or (row.upper is not None and row.upper < 1)
                assert (row.p_value < 0.05) == outside, (method.__name__, x, y)


@pytest.mark.parametrize("log_se", [0.0, 0.03, 0.2])
@pytest.mark.parametrize("count", [0, 3, 20, 180])
def test_tails_against_a_modelled_rate_belong_to_its_limits(count: int, log_se: float) -> None:
    for expected in (0.5, 2.0, 15.0, 21.0, 60.0, 200.0):
        low, high = ratios.modelled_limits(count, expected, log_se)
        smaller, larger = ratios.modelled_tails(count, expected, log_se)
        assert (larger < 0.025) == (low > 1)
        assert (smaller < 0.025) == (high < 1)


@pytest.mark.parametrize("multiplier", [1.0, 10_000.0, 100_000.0])
def test_no_decision_depends_on_the_multiplier(multiplier: float) -> None:
    row = intervals.exact_rate(COUNT, PEOPLE, multiplier=multiplier)
    national = multiplier * 62_435 / 52_252_671
    assert row.value / national == pytest.approx(1.10479, abs=1e-5)
    assert row.lower > national  # the same side for every multiplier
    assert np.isclose(row.upper / row.lower, 143.0632 / 121.6036, atol=1e-4)


def test_rural_and_neighbouring_areas_turn_the_sign(data) -> None:
    """The reference comparisons, areas given by name: doubled exact p-values."""
    counts, people = data.counts("2020-03-31"), data.people("2020-03-31")
    for names, ratio, p in (
        ("Lancashire;Durham;Northumbria;North Yorkshire", 0.904, 0.019),
        (
            "Devon and Cornwall;Dyfed-Powys;North Yorkshire;North Wales;West Mercia;Norfolk",
            1.024, 0.59,
        ),
    ):  # fmt: skip
        areas = names.split(";")
        sums = counts[areas].sum(), people[areas].sum()
        assert round(ratios.exact_ratio(COUNT, PEOPLE, *sums).value, 3) == ratio
        assert ratios.doubled_exact_p(COUNT, PEOPLE, *sums) == pytest.approx(p, abs=0.005)
