"""The people of the first day: those whom the 1997 Act registered when it came into force.

They are no cohort of sentences: some were in the community, some in prison and some under orders,
and nobody counted when their terms would end. Four groups stand for them.

Source: Sex Offenders Act 1997, section 1(3) and (4) (who registered on 1 September 1997).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.register.arrays import Array
from mappa.register.inputs.build import Inputs
from mappa.register.law.terms import Terms
from mappa.register.stockflow import kernels
from mappa.register.stockflow.kernels import Kernels, Law, Values, review_start

#: Rows of every array: community indefinite, community fixed, prison indefinite, prison fixed.
ENDLESS = (0, 2)


@dataclasses.dataclass(frozen=True)
class InitialCohort:
    """Survival and retention of the people of the first day (group by date), and how many."""

    people: Array
    A: Array
    E: Array
    R: Array
    W: Array

    @property
    def before_review(self) -> Array:
        """Those in the community if nobody were removed on review (people, group by date)."""
        return self.people * self.A * self.E * self.R

    @property
    def stock(self) -> Array:
        """Those in the community (people, group by date)."""
        return self.before_review * self.W


def initial_cohort(inputs: Inputs, values: Values, k: Kernels, law: Law) -> InitialCohort:
    """Return the people of the first day at the dates of *k*.

    Fixed terms run out evenly between the shorter and the longer term, less the time already gone.
    """
    terms, start = law.terms, k.grid.start
    s = k.dates - start
    gone = values["legacy_elapsed"]
    one: Array = np.ones_like(s)
    endless = kernels.on_register(
        s + gone, terms.long, values["extension"], values["extension_years"]
    )

    def runs_out(short: float, long: float) -> Array:
        first = max(min(short, long) - gone, 0.0)
        last = max(max(short, long) - gone, first + 0.1)
        return 1 - np.minimum(np.maximum((s - first) / (last - first), 0.0), 1.0)

    def not_removed(wait: float) -> Array:
        """Those released after a mean *wait* may ask one by one, not all on one day."""
        if law.later is None or not law.everyone:
            years = _asking(start, wait, terms, -np.inf, k.dates)
        else:
            early, late = np.minimum(k.dates, law.since), np.maximum(k.dates, law.since)
            years = _asking(start, wait, terms, -np.inf, early)
            years = years + _asking(start, wait, law.later, law.since, late)
        return np.exp(-values["review_rate"] * years)

    alive, out = _alive(inputs, values, k), _released(values, s)
    community, share = values["legacy_community"], values["legacy_community_indefinite"]
    prison, of_prison = inputs.initial_prisoners, values["legacy_prison_indefinite"]
    people = np.array(
        [community * share, community * (1 - share), prison * of_prison, prison * (1 - of_prison)]
    )
    outside, inside = (runs_out(first, terms.middle) for first in (terms.other, terms.short))
    return InitialCohort(
        people=people[:, None],
        A=np.broadcast_to(alive, (4, len(s))),
        E=np.array([one, one, out, out]),
        R=np.array([endless, outside, endless, inside]),
        W=np.array([not_removed(0.0), one, not_removed(values["legacy_wait"]), one]),
    )


def held(inputs: Inputs, values: Values, k: Kernels) -> Array:
    """Return the prisoners of the first day who are not yet released (people, by date)."""
    out = _released(values, k.dates - k.grid.start)
    return np.asarray(inputs.initial_prisoners * _alive(inputs, values, k) * (1 - out))


def _alive(inputs: Inputs, values: Values, k: Kernels) -> Array:
    if k.initial_hazard is None:
        k.initial_hazard = kernels.hazard(k.dates - k.grid.start, inputs.ages, inputs.death_rate)
    return kernels.survival(k.initial_hazard, inputs.age_weights, values["excess_mortality"])


def _released(values: Values, s: Array) -> Array:
    return np.asarray(1 - np.exp(-s / values["legacy_wait"]))


def _asking(start: float, wait: float, terms: Terms, since: float, until: Array) -> Array:
    """Return the mean years in which one of the first day could ask, up to dates *until*.

    A share ``1 - exp(-(u - first)/wait)`` may ask at time u; the sum over time is exact.
    """
    first = start + terms.review_wait
    begin = max(first, review_start(terms), since)
    years = np.maximum(until - begin, 0.0)
    if wait <= 0:
        return years
    gone = np.exp(-(begin - first) / wait) - np.exp(-(begin + years - first) / wait)
    return np.asarray(years - wait * gone)
