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
    """The counted areas of a date and how much they differ; what takes long is made when asked for.

    ``areas``, ``counts``, ``people`` and ``expected`` (at the national rate) run in step, as do
    ``log_rates`` and what the other counted areas let expect of each (``predicted``).
    ``national`` is the national rate (per person) and ``total`` the people of all areas; the
    areas of the ``pool`` would have ``pool_expected`` at the national rate. The mean is held at
    the national rate in the fit ``about_national``; ``typical`` is of the counted areas alone, and
    ``constrained`` has the pool of the others as one constraint.
    """

    areas: tuple[str, ...]
    counts: Array
    people: Array
    expected: Array
    national: float
    total: float
    pool: pool.Pool
    pool_expected: Array
    log_rates: between.Spread
    about_national: between.Fit
    typical: between.Fit
    constrained: between.Fit
    predicted: between.Predicted

    @functools.cached_property
    def prior(self) -> empirical.Prior:
        """The gamma distribution of the true ratios to the national rate."""
        return empirical.fit_prior(self.counts, self.expected)

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
    areas = list(stock.counted)
    if len(areas) < FEWEST:
        return None
    national = stock.national_count / stock.national_people
    counts = stock.counts[areas].to_numpy(float)
    people = stock.people[areas].to_numpy(float)
    rest = pool.uncounted(stock)
    log_rates = between.spread(counts, people)
    return Forces(
        areas=tuple(areas),
        counts=counts,
        people=people,
        expected=people * national,
        national=national,
        total=stock.national_people,
        pool=rest,
        pool_expected=stock.people[list(rest.areas)].to_numpy(float) * national,
        log_rates=log_rates,
        about_national=between.paule_mandel(log_rates, mean=float(np.log(national))),
        typical=between.paule_mandel(log_rates),
        constrained=constrained_fit(counts, people, rest),
        predicted=between.predict_each(counts, people),
    )


def constrained_fit(counts: Array, people: Array, rest: pool.Pool) -> between.Fit:
    """Fit the areas with the pool of the others as one constraint."""
    one = (rest.count, rest.people, rest.shares2) if rest.areas and rest.count > 0 else None
    return between.paule_mandel(between.spread(counts, people, pool=one))


def typical_without(forces: Forces, area: str) -> between.Fit:
    """Return the random-effects mean without *area* itself, the pool as one constraint."""
    keep = np.array([a != area for a in forces.areas])
    return constrained_fit(forces.counts[keep], forces.people[keep], forces.pool)
