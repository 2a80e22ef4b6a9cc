"""Lengths of custodial sentences: the base year's bands, stretched to each year's average.

Within a band log length is uniform. The base distribution meets the published bands exactly; the
share at or above the threshold is a parameter, and the tail beyond the last band edge is shared
among three pieces so that the mean meets the average sentence of the base year. The length of a
cohort is ``L = L0 exp(delta)``, with delta such that its mean is the cohort's average: so the
share above the threshold FOLLOWS from the average.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.register.arrays import Array

#: Knots (months) beside the published band edges: shortest, tail pieces, longest.
SHORTEST, TAIL = 1.0, (72.0, 120.0, 300.0)
#: Share of the two upper tail pieces that lies between the first and second (the rest beyond).
UPPER = 0.8


@dataclasses.dataclass(frozen=True)
class Lengths:
    """A piecewise log-uniform distribution: ``knots`` (log months) and ``cdf`` at them."""

    knots: Array
    cdf: Array
    mean: float

    def share_below(self, log_months: Array | float) -> Array:
        """Return the share of sentences shorter than exp(*log_months*)."""
        return np.asarray(np.interp(log_months, self.knots, self.cdf))

    def sum_above(self, months: Array | float) -> Array:
        """Return E[L; L >= months]: the mean of what is above, times its share."""
        edges = np.exp(self.knots)
        density = np.diff(self.cdf) / np.diff(self.knots)
        below = np.concatenate([[0.0], np.cumsum(density * np.diff(edges))])
        # Exact: within a piece the density of log length is constant, so the sum is linear.
        return np.asarray(self.mean - np.interp(months, edges, below))


def base_lengths(
    edges: Array, counts: Array, share_long: float, threshold: float, mean: float
) -> Lengths:
    """Return the base year's distribution.

    Parameters
    ----------
    edges: the three band edges (months); counts: people in the four bands.
    share_long: share of sentences at or above *threshold* (months), which must lie in the third
        band.
    mean: average sentence (months) that the tail is set to meet, as far as its pieces allow.
    """
    total = counts.sum()
    shares = counts / total
    months = np.array([SHORTEST, *edges[:2], threshold, edges[2], *TAIL])
    knots = np.log(months)
    piece = np.diff(months) / np.diff(knots)  # mean length within each piece
    tail = shares[3]
    upto = min(max(1 - share_long, shares[0] + shares[1] + 1e-6), 1 - tail - 1e-6)
    body = np.array([shares[0], shares[1], upto - shares[0] - shares[1], 1 - tail - upto])
    wanted = (mean - body @ piece[:4]) / tail
    upper = UPPER * piece[5] + (1 - UPPER) * piece[6]
    low = float(np.clip((upper - wanted) / (upper - piece[4]), 0.02, 0.98))
    weights = np.concatenate(
        [body, tail * np.array([low, (1 - low) * UPPER, (1 - low) * (1 - UPPER)])]
    )
    cdf = np.concatenate([[0.0], np.cumsum(weights)])
    cdf[-1] = 1.0
    return Lengths(knots=knots, cdf=cdf, mean=float(weights @ piece))
