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
    """Return the laws compared with the one in force; their words complete a sentence with if."""
    middle, wait, other, before = terms.middle, terms.review_wait, terms.other, terms.caution_before
    long = f"sentences of {terms.threshold:g} months and more carried"
    fixed = f"the periods of {terms.short:g} and {middle:g} years were {other:g}"
    every = f"every period above {other:g} years were {other:g} years"
    laws: dict[str, tuple[str, dict[str, float]]] = {
        "long_as_middle": (f"{long} {middle:g} years", {"long": middle}),
        "long_as_wait": (f"{long} {wait:g} years", {"long": wait}),
        "long_as_other": (f"{long} {other:g} years", {"long": other}),
        "all_as_other": (every, {"short": other, "middle": other, "long": other}),
        "fixed_as_other": (fixed, {"short": other, "middle": other}),
        "caution_as_before": (f"cautions still carried {before:g} years", {"caution": before}),
    }
    return [Counterfactual(n, words, terms.with_(**new)) for n, (words, new) in laws.items()]


def longer(
    drivers: Drivers, since: float, times: Array, *, threshold: bool = True, release: bool = True
) -> Drivers:
    """Return drivers whose sentences are longer by :data:`IMPULSE` for cohorts from *since*.

    Without *threshold* everyone keeps the term they had; without *release* nobody leaves later.
    """
    step = np.where(times >= since, np.log1p(IMPULSE), 0.0)
    return dataclasses.replace(
        drivers,
        threshold_length=drivers.threshold_length + step * threshold,
        release_length=drivers.release_length + step * release,
    )


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
    before, after = (model.run(values, dates, drivers=d, law=law).stock for d in (drivers, change))
    return np.asarray(after - before)


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
