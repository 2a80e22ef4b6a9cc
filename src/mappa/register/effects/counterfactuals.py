"""What the register would be under other terms, without a new fit, and the rule result.

The terms of the law stood through all years, so growth cannot be shared between them and the
drivers that moved: the counterfactuals say what the year's growth and the stock would have been
had the law been another from the start.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.register.arrays import Array
from mappa.register.law.terms import Terms
from mappa.register.stockflow.cohorts import Drivers
from mappa.register.stockflow.kernels import Law, Values
from mappa.register.stockflow.stock import RegisterModel

#: Years after a lasting change of sentence lengths at which its effect is shown.
IMPULSE_YEARS = (1, 3, 5, 10, 14)
#: The change of sentence lengths whose effect is followed: ten in a hundred.
IMPULSE = 0.10


@dataclasses.dataclass(frozen=True)
class Counterfactual:
    """Another law: a name, the words of what is supposed, and the terms."""

    name: str
    label: str
    terms: Terms


def counterfactuals(terms: Terms) -> list[Counterfactual]:
    """Return the laws that are held against the one in force."""
    middle, wait = terms.middle, terms.review_wait
    return [
        Counterfactual(
            "long_as_middle",
            f"sentences of {terms.threshold:g} months and more carried {middle:g} years",
            terms.with_(long=middle),
        ),
        Counterfactual(
            "long_as_wait",
            f"sentences of {terms.threshold:g} months and more carried {wait:g} years",
            terms.with_(long=wait),
        ),
        Counterfactual(
            "long_as_other",
            f"sentences of {terms.threshold:g} months and more carried {terms.other:g} years",
            terms.with_(long=terms.other),
        ),
        Counterfactual(
            "all_as_other",
            f"every term above {terms.other:g} years been {terms.other:g} years",
            terms.with_(short=terms.other, middle=terms.other, long=terms.other),
        ),
        Counterfactual(
            "fixed_as_other",
            f"the terms of {terms.short:g} and {middle:g} years had been {terms.other:g}",
            terms.with_(short=terms.other, middle=terms.other),
        ),
        Counterfactual(
            "caution_as_before",
            f"cautions had kept their {terms.caution_before:g} years",
            terms.with_(caution=terms.caution_before),
        ),
    ]


def longer(drivers: Drivers, since: float, times: Array, change: float = IMPULSE) -> Drivers:
    """Return drivers whose sentences are longer by *change* for cohorts from *since*."""
    step = np.where(times >= since, np.log1p(change), 0.0)
    return dataclasses.replace(
        drivers,
        threshold_length=drivers.threshold_length + step,
        release_length=drivers.release_length + step,
    )


def threshold_only(
    drivers: Drivers, since: float, times: Array, change: float = IMPULSE
) -> Drivers:
    """As :func:`longer`, but only the class changes: releases stay where they were."""
    step = np.where(times >= since, np.log1p(change), 0.0)
    return dataclasses.replace(drivers, threshold_length=drivers.threshold_length + step)


def release_only(drivers: Drivers, since: float, times: Array, change: float = IMPULSE) -> Drivers:
    """As :func:`longer`, but only releases move: everyone keeps the term they had."""
    step = np.where(times >= since, np.log1p(change), 0.0)
    return dataclasses.replace(drivers, release_length=drivers.release_length + step)


def impulse(
    model: RegisterModel,
    values: Values,
    drivers: Drivers,
    since: float,
    change: Drivers,
    law: Law | None = None,
) -> Array:
    """Return the change of the stock (people) at :data:`IMPULSE_YEARS` after *since*."""
    dates = since + np.array(IMPULSE_YEARS, dtype=float)
    law = law or model.law
    before = model.run(values, dates, drivers=drivers, law=law).stock
    return np.asarray(model.run(values, dates, drivers=change, law=law).stock - before)


def paused(terms: Terms, values: Values, base_months: float) -> Terms:
    """Return terms that do not run in custody: each lasts longer by the mean time served.

    *base_months* is the mean length of sentences under the threshold. The Act does not say that
    custody is disregarded (see notification_rules, custody_time_in_fixed_term); this is the law
    if it were.
    """
    served = values["served_short"] / 12
    return terms.with_(
        short=terms.short + served * terms.short_limit / 2,
        middle=terms.middle + served * base_months,
    )
