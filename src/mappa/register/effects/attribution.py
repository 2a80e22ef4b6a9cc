"""Why the year's growth is what it is: Shapley values over seven drivers, and momentum.

Growth as a function of which drivers move (the others are held at a reference year's mean) is
shared out by the Shapley value, the only symmetric sharing that sums to the whole and gives a
driver without effect nothing (L. S. Shapley 1953, "A value for n-person games"). The latent
inflow, behind which there is no figure, is first set against all the published drivers together,
and these share the rest (G. Owen 1977, "Values of games with a priori unions"): so its line does
not change with the number of drivers that published sentences are split into. What is left when
all are held is momentum: earlier cohorts whose terms have not run out.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from mappa.register.arrays import Array
from mappa.register.effects.references import Reference
from mappa.register.stockflow.cohorts import DRIVERS, Drivers
from mappa.register.stockflow.kernels import CLASSES, INDEFINITE_CLASSES, Values
from mappa.register.stockflow.stock import RegisterModel

#: Drivers that move survival and retention; the others move who enters.
RETENTION = ("threshold", "delay", "served")
ENTRY = ("volume", "latent", "mix", "life")
#: The driver without a figure, and those that published figures move.
LATENT = "latent"
PUBLISHED = tuple(name for name in DRIVERS if name != LATENT)
#: What is left of the growth with all drivers held, by kind of cohort.
MOMENTUM_INDEFINITE, MOMENTUM_FIXED = "momentum_indefinite", "momentum_fixed"


def shapley(value: dict[frozenset[str], float], players: tuple[str, ...]) -> dict[str, float]:
    """Return the Shapley value of each player.

    Parameters
    ----------
    value: worth of every coalition of *players*, the empty one included.
    """
    n = len(players)
    result = {}
    for player in players:
        others = [p for p in players if p != player]
        total = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for group in itertools.combinations(others, size):
                coalition = frozenset(group)
                total += weight * (value[coalition | {player}] - value[coalition])
        result[player] = total
    return result


def owen(
    value: dict[frozenset[str], float], alone: str, others: tuple[str, ...]
) -> dict[str, float]:
    """Return the Owen value where one player stands alone and the others form a union.

    Parameters
    ----------
    value: worth of every coalition of *alone* and *others*, the empty one included.
    """
    without = shapley(value, others)
    with_ = shapley({group: value[group | {alone}] for group in value}, others)
    everyone = frozenset(others)
    steps = [value[group | {alone}] - value[group] for group in (frozenset[str](), everyone)]
    shares = {player: (without[player] + with_[player]) / 2 for player in others}
    return {alone: sum(steps) / 2, **shares}


def attribute(
    model: RegisterModel, values: Values, dates: Array, against: Reference
) -> dict[str, float]:
    """Share out the growth of the community stock between two decimal *dates*.

    Returns
    -------
    People by name of the driver, and the momentum of indefinite and of fixed-term cohorts: growth
    with every driver held at the reference year. They sum to the model's growth, exactly.
    """
    actual = model.drivers(values)
    window, after = against.cohorts(model.grid)

    def moving(names: set[str], players: tuple[str, ...]) -> Drivers:
        return actual.frozen(set(players) - names, window, after)

    people = {
        frozenset(entering): model.people(values, moving(entering, ENTRY))
        for entering in _subsets(ENTRY)
    }
    grown: dict[frozenset[str], Array] = {}
    for staying in _subsets(RETENTION):
        setting = model.setting(values, moving(staying, RETENTION), dates, model.law)
        kernels = [f.times(setting.A) for f in model.retention(setting)]
        rises = np.array([kernel[1] - kernel[0] for kernel in kernels])  # class by cohort
        for entering, entrants in people.items():
            grown[entering | staying] = np.einsum("kc,kc->k", rises, entrants)
    here = 1 - values["absent"]
    initial = model.initial_stock(values, dates, model.law)
    old = float(np.diff(initial.sum(axis=0))[0])
    worth = {names: (float(classes.sum()) + old) * here for names, classes in grown.items()}
    still = grown[frozenset()]
    endless = [CLASSES.index(n) for n in INDEFINITE_CLASSES]
    lasting = float(still[endless].sum()) + float(initial[0, 1] - initial[0, 0])
    return {
        **owen(worth, LATENT, PUBLISHED),
        MOMENTUM_INDEFINITE: lasting * here,
        MOMENTUM_FIXED: (float(still.sum()) + old - lasting) * here,
    }


def _subsets(names: tuple[str, ...]) -> list[set[str]]:
    sizes = range(len(names) + 1)
    return [set(group) for size in sizes for group in itertools.combinations(names, size)]
