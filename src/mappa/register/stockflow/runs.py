"""What a run is made of, and what it gives: people at chosen dates, and the flows between two.

The flows meet the change of the stock to rounding.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mappa.register.arrays import Array, Parts
from mappa.register.stockflow.cohorts import Drivers
from mappa.register.stockflow.kernels import CLASSES, Kernels, Law, Values
from mappa.register.stockflow.lengths import Lengths
from mappa.register.stockflow.retention import Retention


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a run is made of, once: kernels at its dates, lengths, survival, entrants.

    ``A`` (alive), ``G`` (released) are dates by cohorts; ``people`` is class by cohort.
    """

    values: Values
    drivers: Drivers
    k: Kernels
    law: Law
    lengths: Lengths
    A: Array
    G: Array
    people: Array

    def below(self, months: float) -> Array:
        """Return the share of sentences shorter than *months*, by cohort."""
        return self.lengths.share_below(np.log(months) - self.drivers.threshold_length)


@dataclasses.dataclass(frozen=True)
class Factors:
    """What the stock is the product of, as arrays.

    Attributes
    ----------
    n: entrants (class by cohort, people).
    A: share alive (date by cohort; zero before sentence).
    R, E, W: on the register, released, not removed on review (class by date by cohort).
    initial: people of the register's first day who are in the community (date).
    """

    n: Array
    A: Array
    R: Array
    E: Array
    W: Array
    initial: Array


@dataclasses.dataclass(frozen=True)
class StockRun:
    """The community at chosen dates (people).

    ``classes`` has a row for each of ``kernels.CLASSES`` and the initial cohort (last); in
    ``by_class`` they have names, and a row is a date. ``stock`` is their sum; ``indefinite`` are
    those whose registration has no end under the law in force; ``reviews`` are removals on review
    between the pairs of dates that were asked for. What comes from cohorts is in proportion to
    their entrants; the initial cohort is not.
    """

    dates: Array
    classes: Array
    indefinite: Parts
    reviews: Parts

    @property
    def by_class(self) -> pd.DataFrame:
        """People in the community by date (decimal year) and class."""
        dates = pd.Index(self.dates, name="date")
        return pd.DataFrame(self.classes.T, dates, [*CLASSES, "initial_cohort"])

    @property
    def stock_parts(self) -> Parts:
        """Community stock by date, in two parts."""
        return Parts(self.classes[:-1].sum(axis=0), self.classes[-1])

    @property
    def stock(self) -> Array:
        """Community stock by date."""
        return np.asarray(self.classes.sum(axis=0))


@dataclasses.dataclass(frozen=True)
class Prisoners:
    """Those sentenced and not yet released, by date (people).

    ``prison``: the group's prisoners (no images) as the prison statistics count them; ``life``:
    of them life and IPP; ``unreleased``: all who will register on release, images included;
    ``indefinite``: of them those whose registration will have no end.
    """

    prison: Array
    life: Array
    unreleased: Parts
    indefinite: Parts


def removals(there: Array, W: Array) -> float:
    """Return the removals on review between two dates (rows): W's fall at the mean of the rest."""
    return float((there.mean(axis=0) * (W[0] - W[1])).sum())


#: The movements: the first two enter the community, the others leave it.
FLOWS = ("first_registrations", "releases", "expiries", "deaths", "reviews")


@dataclasses.dataclass(frozen=True)
class Flows:
    """Movements of the community stock in a period (people)."""

    first_registrations: float
    releases: float
    expiries: float
    deaths: float
    reviews: float

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
