"""What is equal for every force on a date: fits between forces, ranks, flags.

Computed once for figures (their digest), date and denominator, so that a run over all forces
pays once.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mappa.data.load import Stock
from mappa.rates import pool
from mappa.rates.methods import between, empirical, funnel, intervals, ratios
from mappa.rates.methods.rows import MethodRow

BENJAMINI = "Benjamini and Hochberg (1995), JRSS B 57, 289-300"
#: With fewer counted areas nothing is said about how much forces differ.
FEWEST = 5

Array = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Forces:
    """The counted areas of a date and how much they differ.

    ``areas``, ``counts``, ``people`` and ``expected`` (at the national rate) run in step.
    ``national`` is the national rate (per person) and ``total`` the people of all areas.
    ``about_national`` holds the mean at it, ``typical`` is the free fit of the counted areas,
    ``constrained`` adds the pool, whose areas would have ``pool_expected`` at the national rate.
    """

    areas: tuple[str, ...]
    counts: Array
    people: Array
    expected: Array
    national: float
    total: float
    pool: pool.Pool
    pool_expected: Array
    about_national: between.Fit
    typical: between.Fit
    constrained: between.Fit
    prior: empirical.Prior

    def where(self, area: str) -> int:
        """Return the position of an area."""
        return self.areas.index(area)

    @functools.cached_property
    def log_rates(self) -> between.Spread:
        """Log rates of the counted areas with their variances."""
        return between.spread(self.counts, self.people)

    @functools.cached_property
    def predicted(self) -> between.Predicted:
        """What the other counted areas let expect of each."""
        return between.predict_each(self.counts, self.people)

    @functools.cached_property
    def ranks(self) -> empirical.Ranks:
        """Ranks of the counted areas among themselves."""
        return empirical.rank_draws(self.prior, self.counts, self.expected, self.areas)

    @functools.cached_property
    def ranks_all(self) -> empirical.Ranks:
        """Ranks of the counted areas among all: the others drawn like them, to their known sum."""
        missing = self.pool_expected if self.pool.count > 0 else ()
        return empirical.rank_draws(
            self.prior, self.counts, self.expected, self.areas,
            pool_expected=missing, pool_count=self.pool.count,
        )  # fmt: skip

    @functools.cached_property
    def flags(self) -> pd.DataFrame:
        """P-values and Benjamini-Hochberg q-values of every counted area, by area.

        ``p_national``: exact, against the national rate as known; ``p_rest``, ``q_rest``: exact
        conditional, doubled, against the rest; ``z``, ``p_additive``, ``q_additive`` and
        ``verdict``: by the rule of *unusual* (:class:`mappa.rates.methods.between.Predicted`).

        Source: Benjamini and Hochberg (1995), by statsmodels ``multipletests``.
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
            frame[f"q_{kind}"] = multipletests(frame[f"p_{kind}"], method="fdr_bh")[1]
        return frame

    @functools.cached_property
    def rows(self) -> tuple[MethodRow, ...]:
        """How much forces differ, by every method."""
        return tuple(spread_rows(self))


@functools.lru_cache(maxsize=64)
def forces(stock: Stock) -> Forces | None:
    """Return what is equal for every force in a stock, or ``None`` with fewer than five counts."""
    areas = [a for a in stock.data.names if a in stock.counts]
    if len(areas) < FEWEST:
        return None
    national = stock.national_count / stock.national_people
    counts = stock.counts[areas].to_numpy(float)
    people = stock.people[areas].to_numpy(float)
    rest = pool.uncounted(stock)
    alone = between.spread(counts, people)
    return Forces(
        tuple(areas),
        counts,
        people,
        people * national,
        national,
        stock.national_people,
        rest,
        stock.people[list(rest.areas)].to_numpy(float) * national,
        between.paule_mandel(alone, mean=float(np.log(national))),
        between.paule_mandel(alone),
        constrained_fit(counts, people, rest),
        empirical.fit_prior(counts, people * national),
    )


def constrained_fit(counts: Array, people: Array, rest: pool.Pool) -> between.Fit:
    """Fit the areas with the pool of the others as one constraint."""
    one = (rest.count, rest.people, rest.shares2) if rest.areas and rest.count > 0 else None
    return between.paule_mandel(between.spread(counts, people, pool=one))


def typical_without(forces: Forces, area: str) -> between.Fit:
    """Return the random-effects mean without *area* itself, the pool as one constraint."""
    keep = np.array([a != area for a in forces.areas])
    return constrained_fit(forces.counts[keep], forces.people[keep], forces.pool)


def spread_rows(f: Forces, confidence: float = 0.95) -> list[MethodRow]:
    """Return the rows that say how much forces differ, by every method."""
    alone = f.log_rates
    low, high = between.q_profile(alone, confidence)
    held = between.q_profile(alone, confidence, mean=float(np.log(f.national)))
    q, df, i2 = between.heterogeneity(alone)
    dl, reml = between.dersimonian_laird(alone), between.reml(alone)
    phi = funnel.multiplicative_phi(f.counts, f.expected)
    shmi, root = (
        between.shmi(f.counts, f.expected),
        between.sqrt_winsorised(f.counts, f.expected),
    )
    name = "tau: SD of the true log rates of forces"
    inconsistent = "no factor for consistency: below the REML value"
    return [
        MethodRow(
            name, f.typical.tau, low, high, confidence,
            method="additive, log rate, Paule-Mandel; limits by Q-profile",
            source=f"{between.PAULE_MANDEL}; {between.Q_PROFILE}",
        ),
        MethodRow(
            name, f.about_national.tau, *held, confidence,
            method="additive, log rate, Paule-Mandel, mean held at the national rate; limits by "
            "Q-profile with the mean held there",
            source=f"{between.PAULE_MANDEL}; {between.Q_PROFILE}",
        ),
        MethodRow(
            name, f.constrained.tau,
            method="additive, log rate, Paule-Mandel, uncounted areas as one constraint",
            source=between.PAULE_MANDEL,
        ),
        MethodRow(name, reml.tau, method="additive, log rate, REML", source=between.REML),
        MethodRow(
            name, dl.tau, method="additive, log rate, DerSimonian-Laird",
            source=between.DERSIMONIAN_LAIRD,
        ),
        MethodRow(
            "Cochran's Q about the mean log rate", q, p_value=float(stats.chi2.sf(q, df)),
            method=f"chi-squared on {df} degrees of freedom", source=between.DERSIMONIAN_LAIRD,
        ),
        MethodRow(
            "I2: share of the variance that is between forces (share)", i2,
            method="(Q - df) / Q", source=between.HIGGINS,
        ),
        MethodRow(
            "phi: over-dispersion factor", float(phi),
            method="multiplicative, square-root scale, winsorised 10%",
            source=funnel.SPIEGELHALTER, note="no factor for consistency",
        ),
        MethodRow(
            "tau2: variance of the true log ratios of forces", float(shmi.tau2),
            method=f"additive, SHMI style: {shmi.kept} of {len(f.areas)} areas kept, "
            f"phi {shmi.phi:.4f}",
            source=between.SHMI, note=inconsistent,
        ),
        MethodRow(
            "tau2: variance of the square roots of forces' ratios", float(root.tau2),
            method="additive, square-root scale, winsorised 10%",
            source=funnel.SPIEGELHALTER, note=inconsistent,
        ),
    ]  # fmt: skip
