"""Functions of the time since sentence, and their arrays at the dates and cohorts of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mappa.register.arrays import Array
from mappa.register.law.periods import decimal
from mappa.register.law.terms import Terms
from mappa.register.stockflow.cohorts import Drivers, Grid
from mappa.register.stockflow.lengths import Lengths

#: Parameter values by name (each in its own unit).
Values = Mapping[str, float]
#: Sentences below this many months are served at one share, what is beyond at another.
SPLIT = 48.0
#: Classes of the community stock by cohort; the initial cohort is not one of them.
CLASSES = (
    "caution",
    "other",
    "suspended",
    "custody_short",
    "custody_middle",
    "custody_long",
    "life",
    "images_caution",
    "images_other",
    "images_suspended",
    "images_short",
    "images_middle",
    "images_long",
)
SUSPENDED_CLASSES = ("suspended", "images_suspended")
INDEFINITE_CLASSES = ("custody_long", "life", "images_long")


@dataclasses.dataclass(frozen=True)
class Law:
    """The law that holds, and from a day on another for new cohorts only or for everyone."""

    terms: Terms
    later: Terms | None = None
    since: float = np.inf
    everyone: bool = False

    def replace(self, **terms: float) -> Law:
        """Return the law with some terms changed from the start, such as ``long=15`` (years)."""
        return Law(self.terms.with_(**terms))


def review_start(terms: Terms) -> float:
    """Return the first day of reviews (decimal year)."""
    return decimal(terms.review_start)


def hazard(lags: Array, ages: Array, rate: Array) -> Array:
    """Return the cumulative death rate (age by lag) from each age at sentence.

    Beyond the last age of the life table its rate is held.
    """
    total = np.concatenate([[0.0], np.cumsum(rate)])
    edges = np.arange(total.size, dtype=float)
    far = total.size - 1

    def cumulative(age: Array) -> Array:
        inside = np.interp(np.minimum(age, far), edges, total)
        return inside + np.maximum(age - far, 0.0) * rate[-1]

    return np.asarray(cumulative(ages[:, None] + lags) - cumulative(ages)[:, None])


def survival(cumulative: Array, weights: Array, ratio: float) -> Array:
    """Return the share alive, mixed over the ages at sentence, at *ratio* times the hazard."""
    return np.asarray(weights @ np.exp(-ratio * cumulative))


def on_register(lags: Array, term: float, extension: float, years: float) -> Array:
    """Return the share on the register after *lags* years of a term (years).

    One until the term is over; then the share *extension* stays for *years* on average.
    """
    if not np.isfinite(term):
        return np.ones_like(lags)
    beyond = np.maximum(lags - term, 0.0)
    return np.where(lags < term, 1.0, extension * np.exp(-beyond / years))


class Kernels:
    """Kernels on a grid for chosen dates; what does not depend on parameters is computed once."""

    def __init__(self, grid: Grid, dates: Array) -> None:
        self.grid = grid
        self.dates = np.asarray(dates, dtype=float)
        self.times = grid.times
        lag = self.dates[:, None] - self.times
        # The place of each lag in a vector over the grid's lags; one past the end is "not yet".
        place = grid.ends(self.dates)[:, None] - np.arange(grid.size)
        self.place = np.where(place < 0, grid.size, place).astype(np.intp)
        self.months = 12 * np.maximum(lag, 1e-9)
        self.initial_hazard: Array | None = None

    def by_lag(self, vector: Array) -> Array:
        """Spread a function of the lag over dates and cohorts; zero where not yet sentenced."""
        padded = np.zeros(vector.size + 1)
        padded[:-1] = vector
        return padded.take(self.place)

    def released(self, drivers: Drivers, lengths: Lengths, served_short: float) -> Array:
        """Return the share of determinate sentences whose release lies before each date."""
        split = SPLIT * served_short
        length = np.where(
            self.months < split,
            self.months / served_short,
            SPLIT + (self.months - split) / drivers.served,
        )
        return np.interp(np.log(length) - drivers.release_length, lengths.knots, lengths.cdf)

    def eligible(self, wait: Array, law: Law, rows: NDArray[np.intp], cohorts: int) -> Array:
        """Return the years for which a person could ask for review, by date and cohort.

        Parameters
        ----------
        wait: each cohort's mean years from sentence to release.
        rows, cohorts: the dates (places) and how many of the first cohorts are wanted.
        """
        t, times = self.dates[rows, None], self.times[:cohorts]
        first = times + wait[:cohorts]

        def years(terms: Terms, since: float, until: Array) -> Array:
            start = np.maximum(first + terms.review_wait, review_start(terms))
            return np.maximum(until - np.maximum(start, since), 0.0)

        if law.later is None:
            return years(law.terms, -np.inf, t)
        if law.everyone:
            past = years(law.terms, -np.inf, np.minimum(t, law.since))
            return past + years(law.later, law.since, np.maximum(t, law.since))
        new = times >= law.since
        return np.where(new, years(law.later, -np.inf, t), years(law.terms, -np.inf, t))


def mean_wait(drivers: Drivers, lengths: Lengths, threshold: float, served_short: float) -> Array:
    """Return the mean years from sentence to release of those at or above *threshold*.

    Release is taken at the mean length: the service rule is nearly straight there.
    """
    stretch = np.exp(drivers.threshold_length)
    share = 1 - lengths.share_below(np.log(threshold) - drivers.threshold_length)
    above = lengths.sum_above(threshold / stretch) / np.maximum(share, 1e-12)
    months = np.exp(drivers.release_length) * above
    beyond = np.maximum(months - SPLIT, 0.0)
    return (np.minimum(months, SPLIT) * served_short + beyond * drivers.served) / 12
