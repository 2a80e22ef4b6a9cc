"""What is equal for every force on a date: fits between forces, ranks, flags.

Each function is cached by figures (their digest), date and denominator, so that a run over all
forces computes it once.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mappa.data import Data
from mappa.rates import pool
from mappa.rates.methods import between, empirical, funnel, intervals, ratios

BENJAMINI = "Benjamini and Hochberg (1995), JRSS B 57, 289-300"
#: With fewer counted areas nothing is said about how much forces differ.
FEWEST = 5


@dataclasses.dataclass(frozen=True)
class Forces:
    """The counted areas of a date and how much they differ.

    ``areas``, ``counts``, ``people`` and ``expected`` (at the national rate) run in step.
    ``national`` is the national rate (per person). ``about_national`` holds the mean at it,
    ``typical`` is the free fit of the counted areas, ``constrained`` adds the pool.
    """

    areas: tuple[str, ...]
    counts: np.ndarray
    people: np.ndarray
    expected: np.ndarray
    national: float
    pool: pool.Pool
    about_national: between.Fit
    typical: between.Fit
    constrained: between.Fit
    prior: empirical.Prior

    def where(self, area: str) -> int:
        """Return the position of an area."""
        return self.areas.index(area)


@functools.lru_cache(maxsize=64)
def _forces(data: Data, day: pd.Timestamp, denominator: str) -> Forces | None:
    known = data.counts(day)
    areas = tuple(a for a in data.names if a in known)
    if len(areas) < FEWEST:
        return None
    everyone = data.people(day, denominator)
    national = float(data.national("rso_count")[day] / everyone.sum())
    counts = known[list(areas)].to_numpy(float)
    people = everyone[list(areas)].to_numpy(float)
    rest = pool.uncounted(data, day, denominator)
    alone = between.spread(counts, people)
    return Forces(
        areas,
        counts,
        people,
        people * national,
        national,
        rest,
        between.paule_mandel(alone, mean=float(np.log(national))),
        between.paule_mandel(alone),
        constrained_fit(counts, people, rest),
        empirical.fit_prior(counts, people * national),
    )


def forces(data: Data, as_of: Any, denominator: str = "aged 10 and over") -> Forces | None:
    """Return what is equal for every force on a date, or ``None`` with fewer than five counts."""
    return _forces(data, pd.Timestamp(as_of), denominator)


def constrained_fit(counts: np.ndarray, people: np.ndarray, rest: pool.Pool) -> between.Fit:
    """Fit the areas with the pool of the others as one constraint."""
    one = (rest.count, rest.people, rest.shares2) if rest.areas and rest.count > 0 else None
    return between.paule_mandel(between.spread(counts, people, pool=one))


def typical_without(forces: Forces, area: str) -> between.Fit:
    """Return the typical force's fit without *area* itself, the pool as one constraint."""
    keep = np.array([a != area for a in forces.areas])
    return constrained_fit(forces.counts[keep], forces.people[keep], forces.pool)


@functools.lru_cache(maxsize=64)
def _ranks(
    data: Data, day: pd.Timestamp, denominator: str, everyone: bool
) -> empirical.Ranks | None:
    f = forces(data, day, denominator)
    if f is None:
        return None
    missing: np.ndarray = np.array([])
    if everyone and f.pool.count > 0:
        people = data.people(day, denominator)
        missing = people[list(f.pool.areas)].to_numpy(float) * f.national
    return empirical.rank_draws(
        f.prior, f.counts, f.expected, f.areas, pool_expected=missing, pool_count=f.pool.count
    )


def ranks(
    data: Data,
    as_of: Any,
    denominator: str = "aged 10 and over",
    *,
    everyone: bool = False,
) -> empirical.Ranks | None:
    """Return the ranks of the counted areas among themselves, or among all areas (*everyone*)."""
    return _ranks(data, pd.Timestamp(as_of), denominator, everyone)


@functools.lru_cache(maxsize=64)
def _flags(data: Data, day: pd.Timestamp, denominator: str) -> pd.DataFrame | None:
    f = forces(data, day, denominator)
    if f is None:
        return None
    whole, everyone = f.national * data.people(day, denominator).sum(), f.people
    total = float(data.people(day, denominator).sum())
    plain = [intervals.exact_p(x, e) for x, e in zip(f.counts, f.expected, strict=True)]
    rest = [
        ratios.doubled_exact_p(x, n, whole - x, total - n)
        for x, n in zip(f.counts, everyone, strict=True)
    ]
    z = np.array(
        [
            between.z_score(x, n, f.national, f.about_national.tau)
            for x, n in zip(f.counts, f.people, strict=True)
        ]
    )
    p = 2 * stats.norm.sf(np.abs(z))
    frame = pd.DataFrame({"p_national": plain, "p_rest": rest, "z": z, "p_additive": p})
    frame["q_rest"] = multipletests(frame["p_rest"], method="fdr_bh")[1]
    frame["q_additive"] = multipletests(frame["p_additive"], method="fdr_bh")[1]
    return frame.set_index(pd.Index(f.areas, name="area"))


def flags(data: Data, as_of: Any, denominator: str = "aged 10 and over") -> pd.DataFrame | None:
    """Return p-values and Benjamini-Hochberg q-values of every counted area, by area.

    ``p_national``: exact, against the national rate as known; ``p_rest``, ``q_rest``: exact
    conditional, doubled, against the rest; ``z``, ``p_additive``, ``q_additive``: with the
    variance between forces.

    Source: Benjamini and Hochberg (1995), by statsmodels ``multipletests``.
    """
    found = _flags(data, pd.Timestamp(as_of), denominator)
    return None if found is None else found.copy()


@functools.lru_cache(maxsize=16)
def _spread_rows(data: Data, day: pd.Timestamp, denominator: str) -> tuple:
    f = forces(data, day, denominator)
    if f is None:
        return ()
    return tuple(spread_rows(f))


def spread_rows(f: Forces, confidence: float = 0.95) -> list:
    """Return the rows that say how much forces differ, by every method."""
    from mappa.rates.methods.rows import MethodRow

    alone = between.spread(f.counts, f.people)
    low, high = between.q_profile(alone, confidence)
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
            name, f.about_national.tau,
            method="additive, log rate, Paule-Mandel, mean held at the national rate",
            source=between.PAULE_MANDEL,
        ),
        MethodRow(
            name, f.constrained.tau,
            method="additive, log rate, Paule-Mandel, uncounted areas as one constraint",
            source=between.PAULE_MANDEL,
        ),
        between.tau_row(reml, between.REML),
        between.tau_row(dl, between.DERSIMONIAN_LAIRD),
        MethodRow(
            "Cochran's Q about the mean log rate", q, p_value=float(stats.chi2.sf(q, df)),
            method=f"chi-squared on {df} degrees of freedom", source=between.DERSIMONIAN_LAIRD,
        ),
        MethodRow(
            "I2: share of the variance that is between forces (share)", i2,
            method="(Q - df) / Q", source=between.HIGGINS,
        ),
        MethodRow(
            "phi: over-dispersion factor", phi,
            method="multiplicative, square-root scale, winsorised 10%",
            source=funnel.SPIEGELHALTER, note="no factor for consistency",
        ),
        MethodRow(
            "tau2: variance of the true log ratios of forces", shmi.tau2,
            method=f"additive, SHMI style: {shmi.kept} of {len(f.areas)} areas kept, "
            f"phi {shmi.phi:.4f}",
            source=between.SHMI, note=inconsistent,
        ),
        MethodRow(
            "tau2: variance of the square roots of forces' ratios", root.tau2,
            method="additive, square-root scale, winsorised 10%",
            source=funnel.SPIEGELHALTER, note=inconsistent,
        ),
    ]  # fmt: skip


def between_rows(data: Data, as_of: Any, denominator: str = "aged 10 and over") -> list:
    """Return :func:`spread_rows` of a date, computed once."""
    return list(_spread_rows(data, pd.Timestamp(as_of), denominator))
