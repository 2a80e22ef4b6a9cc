"""What a run is made of, and what it gives: the community and the prisons at chosen dates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mappa.register.arrays import Array, Parts
from mappa.register.stockflow.cohorts import Drivers
from mappa.register.stockflow.kernels import CLASSES, Kernels, Law, Values
from mappa.register.stockflow.lengths import Lengths


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a run is made of, once: kernels at its dates, lengths, survival, entrants.

    ``A`` (alive), ``G`` (released) are dates by cohorts; ``n`` is disposal by cohort and
    ``people`` class by cohort (people).
    """

    values: Values
    drivers: Drivers
    k: Kernels
    law: Law
    lengths: Lengths
    A: Array
    G: Array
    n: Array
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
    indefinite_parts: Parts
    reviews_parts: Parts

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

    @property
    def indefinite(self) -> Array:
        """Community stock without an end of registration, by date."""
        return self.indefinite_parts.at(1.0)

    @property
    def reviews(self) -> Array:
        """Removals on review, by pair of dates."""
        return self.reviews_parts.at(1.0)


@dataclasses.dataclass(frozen=True)
class Prisoners:
    """Those sentenced and not yet released, by date (people).

    ``prison``: the group's prisoners (no images) as the prison statistics count them; ``life``:
    of them life and IPP; ``unreleased``: all who will register on release, images included;
    ``unreleased_indefinite``: of them those whose registration will have no end.
    """

    prison: Array
    life: Array
    unreleased_parts: Parts
    indefinite_parts: Parts

    @property
    def unreleased(self) -> Array:
        """All who will register on release, by date."""
        return self.unreleased_parts.at(1.0)

    @property
    def unreleased_indefinite(self) -> Array:
        """Of them those whose registration will have no end, by date."""
        return self.indefinite_parts.at(1.0)


def removals(there: Array, W: Array) -> float:
    """Return the removals on review between two dates (rows): W's fall at the mean of the rest."""
    return float((there.mean(axis=0) * (W[0] - W[1])).sum())
