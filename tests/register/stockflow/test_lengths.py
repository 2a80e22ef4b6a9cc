"""Sentence lengths: the published bands, the threshold and the mean, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mappa.register.stockflow.lengths import Lengths, base_lengths

EDGES, COUNTS = np.array([6.0, 12.0, 60.0]), np.array([10.0, 20.0, 50.0, 20.0])


def piece(a: float, b: float) -> float:
    """Return the mean of lengths that are even in log length between two."""
    return float((b - a) / np.log(b / a))


def lengths(share_long: float = 0.35, mean: float = 38.0) -> Lengths:
    return base_lengths(EDGES, COUNTS, share_long, 48.0, mean)


def test_the_distribution_meets_bands_threshold_and_mean() -> None:
    found = lengths()
    assert found.knots == pytest.approx(np.log([1, 6, 12, 48, 60, 72, 120, 300]))
    assert found.cdf[:5] == pytest.approx([0, 0.1, 0.3, 0.65, 0.8])
    assert found.cdf[-1] == 1.0
    assert found.mean == pytest.approx(38.0)
    # Of what is beyond 72 months, four fifths lie below 120.
    assert found.cdf[6] - found.cdf[5] == pytest.approx(4 * (1 - found.cdf[6]))
    pieces = [
        piece(a, b) for a, b in zip(np.exp(found.knots), np.exp(found.knots[1:]), strict=False)
    ]
    assert np.diff(found.cdf) @ pieces == pytest.approx(38.0)


@pytest.mark.parametrize(("mean", "below"), [(10.0, 0.98), (90.0, 0.02)])
def test_a_mean_out_of_reach_takes_the_tail_as_far_as_it_goes(mean: float, below: float) -> None:
    """A fiftieth of the tail always stays on either side of 72 months."""
    found = lengths(mean=mean)
    assert found.cdf[5] == pytest.approx(0.8 + 0.2 * below)
    assert abs(found.mean - mean) > 1
    assert found.sum_above(0.0) == pytest.approx(found.mean)


@pytest.mark.parametrize(
    ("share_long", "below"), [(0.35, 0.65), (0.95, 0.3 + 1e-6), (0.05, 0.8 - 1e-6)]
)
def test_the_share_above_the_threshold_stays_within_its_band(
    share_long: float, below: float
) -> None:
    """Three in ten are below 12 months and two in ten above 60: the rest is all that can move."""
    found = lengths(share_long)
    assert found.share_below(np.log([12.0, 48.0, 60.0])) == pytest.approx(
        [0.3, below, 0.8], abs=1e-9
    )


def test_sums_and_shares_of_one_piece_have_closed_forms() -> None:
    """Even in log length from 10 to 40: half are below 20; the rest have mean 20 / ln 2."""
    one = Lengths(np.log([10.0, 40.0]), np.array([0.0, 1.0]), piece(10, 40))
    assert one.share_below(np.log(20.0)) == pytest.approx(0.5)
    assert one.share_below(np.log([5.0, 80.0])) == pytest.approx([0.0, 1.0])
    assert one.sum_above(20.0) == pytest.approx(0.5 * piece(20, 40))
    assert one.sum_above(np.array([5.0, 40.0])) == pytest.approx([one.mean, 0.0])


def test_sums_meet_those_of_a_fine_sample() -> None:
    found = lengths()
    u = (np.arange(200_000) + 0.5) / 200_000
    sample = np.exp(np.interp(u, found.cdf, found.knots))
    for months in (9.0, 30.0, 66.0):
        above = sample[sample >= months].sum() / len(sample)
        assert found.sum_above(months) == pytest.approx(above, rel=1e-4)
