"""Intervals and tests of one count: printed tables, closed forms, the texts of the rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from inline_snapshot import snapshot
from method_rows import words
from scipy import stats

from mappa.rates.methods import intervals
from mappa.rates.methods.rows import MethodRow, normal_quantile

COUNT, PEOPLE = 594, 449_975


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0, 3.689),
        (1, 0.0253, 5.572),
        (3, 0.6187, 8.767),
        (5, 1.6235, 11.6683),
        (10, 4.795, 18.390),
    ],
)
def test_exact_limits_of_printed_tables(count: int, low: float, high: float) -> None:
    """Garwood (1936); Geigy's table; Breslow and Day (1987), table 2.10."""
    assert intervals.exact_limits(count) == pytest.approx((low, high), abs=1e-3)
    assert (intervals.exact_limits(count)[0] == 0.0) == (count == 0)


def test_exact_limits_of_none_have_a_closed_form() -> None:
    """With no one counted the upper limit is the mean at which none has a chance of 2.5%."""
    assert intervals.exact_limits(0) == pytest.approx((0.0, -math.log(0.025)))
    assert intervals.exact_limits(0, 0.9)[1] == pytest.approx(-math.log(0.05))
    with pytest.raises(ValueError, match="a count cannot be negative: -1"):
        intervals.exact_limits(-1)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_byars_limits_are_the_formula_of_breslow_and_day(confidence: float) -> None:
    z = normal_quantile(confidence)
    low, high = intervals.byar_limits(10, confidence)
    assert low == pytest.approx(10 * (1 - 1 / 90 - z / (3 * math.sqrt(10))) ** 3)
    assert high == pytest.approx(11 * (1 - 1 / 99 + z / (3 * math.sqrt(11))) ** 3)
    assert intervals.byar_limits(9, confidence) == intervals.exact_limits(9, confidence)
    assert (intervals.byar_limits(10) == (low, high)) == (confidence == 0.95)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
@pytest.mark.parametrize("method", [intervals.exact_rate, intervals.byar_rate])
def test_a_rate_is_its_count_and_limits_over_the_people(
    method: Callable[..., MethodRow], confidence: float
) -> None:
    limits = {
        intervals.exact_rate: intervals.exact_limits,
        intervals.byar_rate: intervals.byar_limits,
    }[method]
    low, high = limits(20, confidence)
    row = method(20, 4000, confidence, multiplier=1000)
    assert (row.value, row.lower, row.upper) == pytest.approx((5.0, low / 4, high / 4))
    assert row.confidence == confidence
    assert method(20, 4000) == method(20, 4000, 0.95, 100_000.0)


def test_rate_of_reference() -> None:
    row = intervals.exact_rate(COUNT, PEOPLE)
    assert (row.value, row.lower, row.upper) == pytest.approx((132.007, 121.60, 143.06), abs=0.005)
    wide = intervals.exact_rate(COUNT, PEOPLE, 0.998)
    assert (wide.lower, wide.upper) == pytest.approx((115.90, 149.62), abs=0.005)


@pytest.mark.parametrize(
    ("rate", "p"), [(118.5, 0.0102), (119, 0.0135), (119.487, 0.0175), (119.5, 0.0177)]
)
def test_rounding_the_national_rate_never_changes_the_decision(rate: float, p: float) -> None:
    assert intervals.exact_p(COUNT, rate * PEOPLE / 1e5) == pytest.approx(p, abs=5e-5)


@pytest.mark.parametrize("expected", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("count", [0, 1, 4])
def test_the_p_value_is_twice_the_smaller_tail(count: int, expected: float) -> None:
    tails = stats.poisson.cdf(count, expected), stats.poisson.sf(count - 1, expected)
    assert intervals.exact_p(count, expected) == pytest.approx(min(1.0, 2 * min(tails)))


@pytest.mark.parametrize("expected", [0.0, -1.0])
def test_no_test_against_an_expected_count_of_zero(expected: float) -> None:
    with pytest.raises(ValueError, match=f"an expected count must be above zero: {expected}"):
        intervals.exact_p(3, expected)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
def test_a_ratio_to_a_fixed_rate(confidence: float) -> None:
    """5 people where 4 are expected: Garwood's limits over 4, p of the doubled upper tail."""
    row = intervals.against_fixed(5, 4.0, confidence=confidence)
    low, high = intervals.exact_limits(5, confidence)
    assert (row.value, row.lower, row.upper) == pytest.approx((1.25, low / 4, high / 4))
    below = math.exp(-4) * sum(4**k / math.factorial(k) for k in range(5))
    assert row.p_value == pytest.approx(2 * (1 - below))
    assert row.confidence == confidence
    assert intervals.against_fixed(5, 4.0) == intervals.against_fixed(
        5, 4.0, "the fixed rate", 0.95
    )


@pytest.mark.parametrize("multiplier", [1.0, 10_000.0, 100_000.0])
def test_no_decision_depends_on_the_multiplier(multiplier: float) -> None:
    row = intervals.exact_rate(COUNT, PEOPLE, multiplier=multiplier)
    national = multiplier * 62_435 / 52_252_671
    assert row.value is not None and row.lower is not None and row.upper is not None
    assert row.value / national == pytest.approx(1.10479, abs=1e-5)
    assert row.lower > national  # the same side for every multiplier
    assert row.upper / row.lower == pytest.approx(143.0632 / 121.6036, abs=1e-4)


def test_the_rows_say_what_they_are() -> None:
    rows = [
        intervals.exact_rate(5, 100),
        intervals.byar_rate(9, 100),
        intervals.byar_rate(10, 100),
        intervals.against_fixed(5, 4),
    ]
    assert words(*rows) == snapshot("""\
rate per 100,000 people
exact Poisson interval (Garwood)
Garwood (1936), Biometrika 28, 437-442
how far a count of this size varies by chance; a full count has no sampling error

rate per 100,000 people
exact limits (a count below 10)
Garwood (1936), Biometrika 28, 437-442

rate per 100,000 people
Byar's approximation
Breslow and Day (1987), Statistical Methods in Cancer Research II, 68-71

ratio to the fixed rate
exact Poisson, doubled tail, expected count taken as known
Garwood (1936), Biometrika 28, 437-442
a single p-value decides nothing: most forces have a small one\
""")
