"""Flows between two dates, which meet the change of the stock to rounding."""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.register.arrays import Array
from mappa.register.stockflow.retention import Retention

FLOWS = ("first_registrations", "releases", "expiries", "deaths", "reviews")


@dataclasses.dataclass(frozen=True)
class Flows:
    """Movements of the community stock in a period (people); ``reviews`` by class too."""

    first_registrations: float
    releases: float
    expiries: float
    deaths: float
    reviews: float
    start: float
    end: float

    @property
    def net(self) -> float:
        """Entries less exits."""
        return self.first_registrations + self.releases - self.expiries - self.deaths - self.reviews


def movements(people: Array, A: Array, f: Retention) -> Array:
    """Return the movements of a class (people, in the order of :data:`FLOWS`)."""
    one = np.ones_like(A)
    R, W = one if f.R is None else f.R, one if f.W is None else f.W
    enters = f.E is None
    E = one if f.E is None else f.E
    moved = telescope(people, A, R, E, W)
    # A cohort sentenced within the step has A = 0 before it: its entry is that factor's rise.
    fresh = (A[:-1] == 0) & (A[1:] > 0)
    entry = float((people * np.where(fresh, A[1:] * R[1:] * E[1:] * W[1:], 0.0)).sum())
    moved[3] += entry  # what the telescope took for negative deaths
    moved[0 if enters else 1] += entry
    return moved


def telescope(people: Array, A: Array, R: Array, E: Array, W: Array) -> Array:
    """Return movements between rows (dates), in the order of :data:`FLOWS`."""
    a, r, e, w = A[:-1], R[:-1], E[:-1], W[:-1]
    a2, r2, e2, w2 = A[1:], R[1:], E[1:], W[1:]
    released = (people * a * r * (e2 - e) * w).sum()
    expired = (people * a * (r - r2) * e2 * w).sum()
    reviewed = (people * a * r2 * e2 * (w - w2)).sum()
    died = (people * (a - a2) * r2 * e2 * w2).sum()
    return np.array([0.0, released, expired, died, reviewed])
