"""Tests of a ratio against a margin, and the ratio that a test would find."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from mappa.rates.methods.equivalence import (
    margin_test,
    minimal_detectable,
    read_off,
    smallest_margin,
    superiority,
    zone,
)
from mappa.rates.methods.ratios import Ratio

CUMBRIA = Ratio(594, 449_975, 61_841, 51_802_696)
BACK = Ratio(61_841, 51_802_696, 594, 449_975)
NONE, TO_NONE = Ratio(0, 1000, 4, 1000), Ratio(4, 1000, 0, 1000)


def test_the_zone_is_symmetric_on_the_log_scale() -> None:
    assert zone(0.25) == (0.8, 1.25)


def test_margin_of_reference() -> None:
    verdict, p = margin_test(CUMBRIA, 0.10)
    assert verdict == "undecided"
    # With flat priors the ratio is F distributed, and its probability beyond 1.1 about the p.
    flat = stats.f.sf(1.1 / CUMBRIA.value, 2 * CUMBRIA.count, 2 * CUMBRIA.count2)
    assert p == pytest.approx(flat, abs=0.006)
    assert smallest_margin(CUMBRIA) == pytest.approx(0.183, abs=5e-4)
    assert superiority(CUMBRIA) == pytest.approx(0.033, abs=5e-4)
    for margin, verdict in ((0.184, "within"), (0.183, "undecided"), (0.033, "higher by more")):
        assert margin_test(CUMBRIA, margin)[0] == verdict
    assert margin_test(BACK, 0.033)[0] == "lower by more"
    assert smallest_margin(BACK) == pytest.approx(smallest_margin(CUMBRIA))
    assert superiority(BACK) == pytest.approx(superiority(CUMBRIA))


def test_the_p_of_equivalence_is_the_larger_of_two_tests_at_the_ends_of_the_zone() -> None:
    """A score test of 20 of 1,000 against 35 of 900: z = (x - r y n / m) / sqrt(...)."""

    def z(ratio: float) -> float:
        expected = ratio * 35 * 1000 / 900
        return (20 - expected) / math.sqrt(55 * ratio * 1000 / 900)

    for ratio, sign in ((Ratio(20, 1000, 35, 900), 1), (Ratio(35, 900, 20, 1000), -1)):
        higher, lower = stats.norm.sf(sign * z(1.25**sign)), stats.norm.cdf(sign * z(0.8**sign))
        assert (ratio.tails(1.25)[1], ratio.tails(0.8)[0]) == pytest.approx((higher, lower))
        assert margin_test(ratio, 0.25)[1] == pytest.approx(max(1 - higher, 1 - lower))


@pytest.mark.parametrize("margin", [0.01, 0.033, 0.05, 0.1, 0.183, 0.184, 0.3])
@pytest.mark.parametrize(
    "ratio",
    [CUMBRIA, BACK, Ratio(3, 1000, 5, 1000), Ratio(400, 1000, 410, 1000), NONE, TO_NONE],
)
def test_the_verdict_is_what_one_sided_tests_at_5_per_cent_show(
    ratio: Ratio, margin: float
) -> None:
    (lower, above_low), (below_high, higher) = (ratio.tails(end) for end in zone(margin))
    verdict, p = margin_test(ratio, margin)
    assert p == max(above_low, below_high)
    assert (verdict == "higher by more") == (higher < 0.05)
    assert (verdict == "lower by more") == (lower < 0.05)
    assert (verdict == "within") == (p < 0.05)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.3, 1.4, "higher by more"),
        (1.25, 1.4, "undecided"),
        (0.6, 0.7, "lower by more"),
        (0.6, 0.8, "undecided"),
        (0.9, 1.1, "within"),
        (0.8, 1.1, "undecided"),
        (0.9, 1.25, "undecided"),
        (1.3, None, "higher by more"),
        (1.0, None, "undecided"),
        (None, 0.7, "lower by more"),
        (0.0, 0.7, "lower by more"),
        (None, 1.1, "undecided"),
    ],
)
def test_an_interval_against_the_zone(low: float | None, high: float | None, verdict: str) -> None:
    assert read_off(low, high, 0.25) == verdict


def test_margins_at_the_ends_of_what_can_be_said() -> None:
    assert smallest_margin(NONE) is None
    assert smallest_margin(TO_NONE) is None
    assert superiority(TO_NONE) is None
    assert superiority(NONE) == 0.0
    fewer = Ratio(0, 1000, 40, 1000)
    assert superiority(fewer) == pytest.approx(1 / fewer.interval(0.9).upper - 1)
    alike = Ratio(400, 1000, 400, 1000)
    assert superiority(alike) == 0.0
    assert smallest_margin(alike) == pytest.approx(alike.interval(0.9).upper - 1)
    assert superiority(CUMBRIA) == pytest.approx(CUMBRIA.interval(0.9).lower - 1)


@pytest.mark.parametrize("alpha", [0.05, 0.002])
@pytest.mark.parametrize("expected", [12, 100, 538])
def test_a_detectable_ratio_is_found_with_the_power_that_is_said(
    expected: float, alpha: float
) -> None:
    low, high = stats.poisson.ppf([alpha / 2, 1 - alpha / 2], expected)
    for power in (0.8, 0.9):
        below, above = minimal_detectable(expected, power=power, alpha=alpha)
        assert below is not None and above is not None and below < 1 < above
        assert stats.poisson.sf(high, above * expected) == pytest.approx(power)
        assert stats.poisson.cdf(low - 1, below * expected) == pytest.approx(power)
    assert minimal_detectable(expected) == minimal_detectable(expected, 0.0, 0.8, 0.05)


def test_no_smaller_ratio_is_detectable_where_even_none_would_not_surprise() -> None:
    """The chance of none is 2.5% at 3.69 people, and the lower limit is 1 only above it."""
    assert minimal_detectable(3.6)[0] is None
    # Below one person is nobody: exp(-r E) is the power.
    assert minimal_detectable(4.5)[0] == pytest.approx(-math.log(0.8) / 4.5)


@pytest.mark.parametrize(("power", "alpha"), [(0.8, 0.05), (0.9, 0.1)])
@pytest.mark.parametrize(("expected", "tau"), [(537.66, 0.1984), (20.0, 0.05)])
def test_a_detectable_ratio_with_spread_meets_its_equation(
    expected: float, tau: float, power: float, alpha: float
) -> None:
    """|ln r| = z(1 - a/2) sqrt(1/E + tau^2) + z(power) sqrt(1/(r E) + tau^2)."""
    cut, more = stats.norm.ppf(1 - alpha / 2), stats.norm.ppf(power)
    for ratio in minimal_detectable(expected, tau, power, alpha):
        assert ratio is not None
        null, true = math.sqrt(1 / expected + tau**2), math.sqrt(1 / ratio / expected + tau**2)
        assert abs(math.log(ratio)) == pytest.approx(cut * null + more * true)
    assert minimal_detectable(537.66, 0.1984) == pytest.approx((0.56, 1.76), abs=0.005)


def test_a_spread_that_hides_everything_leaves_nothing_to_detect() -> None:
    """Within a factor of e^12 there is none; z(.975) + z(.8) = 2.8016 spreads are needed."""
    below, above = minimal_detectable(1e9, 4.0)
    assert above == pytest.approx(math.exp(4 * 2.80159), rel=1e-4)
    assert below == pytest.approx(math.exp(-4 * 2.80159), rel=1e-2)
    assert minimal_detectable(1e9, 4.3) == (None, None)
