"""Funnel limits: quantiles, lines of chance, and the factors that widen them."""

from __future__ import annotations

import numpy as np
import pytest
from inline_snapshot import snapshot
from method_rows import words
from scipy import stats

from mappa.rates.methods import funnel, intervals


def test_limits_of_a_count_are_quantiles_of_poisson() -> None:
    """Of 537.66 expected (Cumbria, March 2020)."""
    assert [float(v) for v in funnel.poisson_limits(537.66)] == [493, 584]
    assert [float(v) for v in np.ravel(funnel.poisson_limits([537.66], 0.998))] == [467, 611]


@pytest.mark.parametrize(
    ("expected", "level", "low", "high"),
    [(5, 0.95, 0.135, 2.059), (100, 0.95, 0.804, 1.206), (538, 0.95, 0.9154, 1.0863),
     (538, 0.998, 0.8685, 1.1368), (3, 0.95, 0.0, 2.4314)],
)  # fmt: skip
def test_lines_of_chance(expected: float, level: float, low: float, high: float) -> None:
    """Version 1.1.0 drew them at the expected count: .919 to 1.090 for Cumbria, for instance."""
    ends = [float(v) / expected for v in funnel.chance_limits(expected, level)]
    assert ends == pytest.approx([low, high], abs=6e-4)


def test_a_count_on_a_line_has_its_own_limit_at_the_expected_count() -> None:
    """Between whole numbers too: Garwood's limits are quantiles of gamma(x) and gamma(x + 1)."""
    for level in (0.95, 0.998):
        tail = (1 - level) / 2
        low, high = funnel.chance_limits([20.0, 300.0], level)
        assert stats.gamma.ppf(1 - tail, low + 1) == pytest.approx([20.0, 300.0])
        assert stats.gamma.ppf(tail, high) == pytest.approx([20.0, 300.0])
    assert np.array(funnel.chance_limits(20.0)) == pytest.approx(funnel.chance_limits(20.0, 0.95))


@pytest.mark.parametrize("level", [0.90, 0.95, 0.99, 0.998])
@pytest.mark.parametrize("expected", [0.5, 3.2, 21.0, 537.66])
def test_a_count_is_outside_the_lines_when_its_interval_leaves_the_expected_out(
    expected: float, level: float
) -> None:
    low, high = funnel.chance_limits(expected, level)
    for count in {0, *range(int(expected * 0.7), int(expected * 1.3) + 12)}:
        own = intervals.exact_limits(count, level)
        assert (count < low) == (own[1] < expected)
        assert (count > high) == (own[0] > expected)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_additive_limits_widen_by_the_spread(confidence: float) -> None:
    """At 100 expected with tau 0.1 the SD of the log rate is sqrt(0.02)."""
    half = stats.norm.ppf((1 + confidence) / 2) * 0.02**0.5
    found = funnel.additive_limits([100], 0.1, 50.0, confidence)
    assert np.ravel(found) == pytest.approx([50 * np.exp(-half), 50 * np.exp(half)])
    assert (funnel.additive_limits(100, 0.1, 50.0) == found) == (confidence == 0.95)


def test_winsorising_draws_the_ends_in_to_their_quantiles() -> None:
    """Of 0, 1, ..., 10 the tenth and ninetieth percentiles (type 7) are 1 and 9, row by row."""
    rows = [list(range(11)), list(range(20, 31))]
    found = funnel.winsorise(rows)
    assert list(found[0]) == [1, *range(1, 10), 9]
    assert list(found[1]) == [21, *range(21, 30), 29]
    assert list(funnel.winsorise(rows[0], 0.2)) == [2, 2, *range(2, 9), 8, 8]


def test_phi_is_the_mean_square_of_winsorised_roots() -> None:
    """Roots 3 to 13 against 8: z = 2 (root - 8) from -10 to 10, drawn in to -8 and 8."""
    counts = [r**2 for r in range(3, 14)]
    expected = (4 * 64 + 2 * (36 + 16 + 4)) / 11
    assert funnel.multiplicative_phi(counts, [64] * 11) == pytest.approx(expected)
    two = funnel.multiplicative_phi([counts, [64] * 11], [64] * 11)
    assert two == pytest.approx([expected, 0.0])
    plain = 2 * (100 + 64 + 36 + 16 + 4) / 11
    assert funnel.multiplicative_phi(counts, [64] * 11, 0.0) == pytest.approx(plain)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_the_multiplicative_funnel_is_that_of_roots(confidence: float) -> None:
    """100 where 64 are expected at phi 4: z = 2 (10 - 8) / 2, limits (1 -+ 2 z / 16)^2."""
    row = funnel.multiplicative_row(100, 64, 4.0, confidence)
    half = stats.norm.ppf((1 + confidence) / 2) * 2 / 16
    ends = 100 / 64, (1 - half) ** 2, (1 + half) ** 2
    assert (row.value, row.lower, row.upper) == pytest.approx(ends)
    assert (row.p_value, row.confidence) == (pytest.approx(2 * stats.norm.sf(2)), confidence)
    below = funnel.multiplicative_row(49, 64, 0.5)  # no factor below one
    assert below.p_value == pytest.approx(2 * stats.norm.sf(2))
    assert below.upper == pytest.approx((1 + stats.norm.ppf(0.975) / 16) ** 2)
    assert below.confidence == 0.95
    assert funnel.multiplicative_row(1, 1, 4.0).lower == 0.0


def test_the_multiplicative_row_says_what_it_is() -> None:
    assert words(funnel.multiplicative_row(81, 64, 4.0)) == snapshot("""\
ratio to the national rate, limits of the funnel
multiplicative over-dispersion, square-root scale, winsorised 10%
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202
phi has no factor for consistency; it widens large and small forces alike\
""")


def test_phi_has_no_factor_for_consistency() -> None:
    """A pure Poisson set of 26 gives about .68 winsorised, not 1."""
    rng = np.random.default_rng(5)
    e = np.full(26, 2000.0)
    phi = funnel.multiplicative_phi(rng.poisson(e, size=(400, 26)), e)
    assert np.mean(phi) == pytest.approx(0.68, abs=0.04)  # 3 Monte Carlo errors of .01
