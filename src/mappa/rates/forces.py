"""What is equal for every force on a date: fits between forces, ranks, flags.

Computed once for figures (their digest), date and denominator, so that a run over all forces
pays once.
"""

import dataclasses
import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from mappa.data.stock import Stock
from mappa.rates import pool
from mappa.rates.methods import between, empirical, intervals, ratios

#: With fewer counted areas nothing is said about how much forces differ.
FEWEST = 5

Array = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Forces:
    """The counted areas of a date and how much they differ, each fit made when it is asked for.

    ``areas``, ``counts``, ``people`` and ``expected`` (at the national rate) run in step.
    ``national`` is the national rate (per person) and ``total`` the people of all areas; the
    areas of the ``pool`` would have ``pool_expected`` at the national rate.
    """

    areas: tuple[str, ...]
    counts: Array
    people: Array
    expected: Array
    national: float
    total: float
    pool: pool.Pool
    pool_expected: Array

    def where(self, area: str) -> int:
        """Return the position of an area."""
        return self.areas.index(area)

    @functools.cached_property
    def about_national(self) -> between.Fit:
        """The fit whose mean is held at the national rate."""
        return between.paule_mandel(self.log_rates, mean=float(np.log(self.national)))

    @functools.cached_property
    def typical(self) -> between.Fit:
        """The fit of the counted areas alone."""
        return between.paule_mandel(self.log_rates)

    @functools.cached_property
    def constrained(self) -> between.Fit:
        """The fit with the pool of the others as one constraint."""
        return constrained_fit(self.counts, self.people, self.pool)

    @functools.cached_property
    def prior(self) -> empirical.Prior:
        """The gamma distribution of the true ratios to the national rate."""
        return empirical.fit_prior(self.counts, self.expected)

    @functools.cached_property
    def log_rates(self) -> between.Spread:
        """Log rates of the counted areas with their variances."""
        return between.spread(self.counts, self.people)

    @functools.cached_property
    def predicted(self) -> between.Predicted:
        """What the other counted areas let expect of each."""
        return between.predict_each(self.counts, self.people)

    @functools.cached_property
    def ratio_draws(self) -> Array:
        """Draws (rows) of the true ratios of the counted areas, then of the pool's (columns)."""
        missing = self.pool_expected if self.pool.count > 0 else ()
        return empirical.ratio_draws(
            self.prior, self.counts, self.expected,
            pool_expected=missing, pool_count=self.pool.count,
        )  # fmt: skip

    @functools.cached_property
    def ranks(self) -> pd.DataFrame:
        """Ranks of the counted areas among themselves."""
        return empirical.rank_draws(self.ratio_draws[:, : len(self.areas)], self.areas)

    @functools.cached_property
    def ranks_all(self) -> pd.DataFrame:
        """Ranks of the counted areas among all: the others drawn like them, to their known sum."""
        return empirical.rank_draws(self.ratio_draws, self.areas)

    @functools.cached_property
    def flags(self) -> pd.DataFrame:
        """P-values and Benjamini-Hochberg q-values of every counted area, by area.

        ``p_national``: exact, against the national rate as known; ``p_rest``, ``q_rest``: exact
        conditional, doubled, against the rest; ``z``, ``p_additive``, ``q_additive`` and
        ``verdict``: by the rule of *unusual* (:class:`mappa.rates.methods.between.Predicted`).

        Source: Benjamini and Hochberg (1995), by scipy.
        """
        rates, whole = np.exp(self.log_rates.log_rates), self.national * self.total
        each = list(zip(self.counts, self.people, self.expected, strict=True))
        frame = pd.DataFrame(
            {
                "p_national": [intervals.exact_p(x, e) for x, _, e in each],
                "p_rest": [
                    ratios.doubled_exact_p(x, n, whole - x, self.total - n) for x, n, _ in each
                ],
                "z": self.predicted.z(rates),
                "p_additive": self.predicted.p_value(rates),
                "verdict": self.predicted.verdicts(rates),
            },
            index=pd.Index(self.areas, name="area"),
        )
        for kind in ("rest", "additive"):
            frame[f"q_{kind}"] = stats.false_discovery_control(frame[f"p_{kind}"])
        return frame


@functools.lru_cache(maxsize=64)
def forces(stock: Stock | pool.Counts) -> Forces | None:
    """Return what is equal for every force in a stock, or ``None`` with fewer than five counts."""
    areas = stock.counted
    if len(areas) < FEWEST:
        return None
    national = stock.national_count / stock.national_people
    counts = stock.counts[areas].to_numpy(float)
    people = stock.people[areas].to_numpy(float)
    rest = pool.uncounted(stock)
    return Forces(
        tuple(areas),
        counts,
        people,
        people * national,
        national,
        stock.national_people,
        rest,
        stock.people[list(rest.areas)].to_numpy(float) * national,
    )


def constrained_fit(counts: Array, people: Array, rest: pool.Pool) -> between.Fit:
    """Fit the areas with the pool of the others as one constraint."""
    one = (rest.count, rest.people, rest.shares2) if rest.areas and rest.count > 0 else None
    return between.paule_mandel(between.spread(counts, people, pool=one))


def typical_without(forces: Forces, area: str) -> between.Fit:
    """Return the random-effects mean without *area* itself, the pool as one constraint."""
    keep = np.array([a != area for a in forces.areas])
    return constrained_fit(forces.counts[keep], forces.people[keep], forces.pool)
