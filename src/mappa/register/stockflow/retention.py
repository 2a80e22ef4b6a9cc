"""Survival and retention: what share of a cohort is alive, registered, released, not removed.

Each class of the stock is the product of four functions of time since sentence: survival A, on
the register R, released E and not removed on review W. Arrays are dates by cohorts; a cohort that
is not yet sentenced has A = 0.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mappa.register.arrays import Array
from mappa.register.law.terms import Terms
from mappa.register.stockflow.kernels import on_register


@dataclasses.dataclass(frozen=True)
class Retention:
    """R, E and W of one class (dates by cohorts); None stands for one everywhere."""

    R: Array | None
    E: Array | None
    W: Array | None

    def before_review(self, A: Array) -> Array:
        """Return the share there would be were nobody removed on review: A times R and E."""
        for factor in (self.R, self.E):
            if factor is not None:
                A = A * factor
        return A

    def times(self, A: Array) -> Array:
        """Return the kernel of the class: survival *A* times R, E and W."""
        there = self.before_review(A)
        return there if self.W is None else there * self.W

    def then(self, later: Retention, where: NDArray[np.bool_]) -> Retention:
        """Return this retention, and *later*'s *where* (dates by cohorts) another law holds."""

        def pick(a: Array | None, b: Array | None) -> Array | None:
            if a is None and b is None:
                return None
            return np.where(where, 1.0 if b is None else b, 1.0 if a is None else a)

        return Retention(pick(self.R, later.R), pick(self.E, later.E), pick(self.W, later.W))


@dataclasses.dataclass(frozen=True)
class OnRegister:
    """The share on the register by lag for one term: ``full + extension * tail``."""

    full: Array
    tail: Array


def on_register_by_term(
    terms: Terms, lags: Array, years: float, young: float, caution_young: float
) -> dict[str, OnRegister]:
    """Return the share on the register by lag for each kind of term that ends.

    Parameters
    ----------
    lags: years since sentence.
    years: mean years for which those stay who stay on after a term.
    young, caution_young: share under 18, whose terms are shorter, of community sentences and of
        cautions.

    Sources
    -------
    Sexual Offences Act 2003 s.82(2): the terms of those under 18 are half as long.
    """
    kinds = {
        "caution": (terms.caution, caution_young),
        "caution_before": (terms.caution_before, caution_young),
        "other": (terms.other, young),
        "image_other": (terms.other, 0.0),
        "short": (terms.short, 0.0),
        "middle": (terms.middle, 0.0),
        "long": (terms.long, 0.0),
    }
    found = {}
    for name, (term, share) in kinds.items():
        if not np.isfinite(term):
            continue
        none, everyone = (
            (1 - share) * on_register(lags, term, stay, years)
            + share * on_register(lags, term * terms.young_factor, stay, years)
            for stay in (0.0, 1.0)
        )
        found[name] = OnRegister(none, everyone - none)
    return found
