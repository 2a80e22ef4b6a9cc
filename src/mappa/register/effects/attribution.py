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

import dataclasses
import itertools
import math

import numpy as np

from mappa.register.arrays import Array
from mappa.register.effects.references import Reference
from mappa.register.stockflow.cohorts import DRIVERS, Drivers
from mappa.register.stockflow.kernels import CLASSES, INDEFINITE_CLASSES, Law, Values
from mappa.register.stockflow.stock import RegisterModel

#: Drivers that move survival and retention; the others move who enters.
RETENTION = ("threshold", "delay", "served")
ENTRY = ("volume", "latent", "mix", "life")
#: The driver without a figure, and those that published figures move.
LATENT = "latent"
PUBLISHED = tuple(name for name in DRIVERS if name != LATENT)


@dataclasses.dataclass(frozen=True)
class Shares:
    """Growth of the community stock between two dates, shared out (people)."""

    drivers: dict[str, float]
    momentum_indefinite: float
    momentum_fixed: float
    growth: float

    @property
    def momentum(self) -> float:
        """Growth with every driver held at the reference year."""
        return self.momentum_indefinite + self.momentum_fixed


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


def _rises(model: RegisterModel, values: Values, drivers: Drivers, dates: Array, law: Law) -> Array:
    """Return the rise of each class's kernel between two dates (class by cohort)."""
    setting = model.setting(values, drivers, dates, law)
    kernels = [f.times(setting.A) for f in model.retention(setting)]
    return np.array([kernel[1] - kernel[0] for kernel in kernels])


def attribute(
    model: RegisterModel, values: Values, dates: Array, against: Reference, law: Law | None = None
) -> Shares:
    """Share out the growth between two decimal *dates* at values by name.

    Returns
    -------
    Shares: the drivers' contributions sum with momentum to the model's growth, exactly.
    """
    law = law or model.law
    actual = model.drivers(values)
    window, after = against.cohorts(model.grid)
    here = 1 - values["absent"]
    initial = model.initial_stock(values, dates, law)
    old = float(initial.sum(axis=0)[1] - initial.sum(axis=0)[0])
    endless = [CLASSES.index(n) for n in INDEFINITE_CLASSES]
    entering_people = {
        frozenset(entering): model.people(
            values, actual.frozen(set(ENTRY) - entering, window, after)
        )
        for entering in _subsets(ENTRY)
    }
    worth: dict[frozenset[str], float] = {}
    momentum = (0.0, 0.0)
    for moving in _subsets(RETENTION):
        held = set(RETENTION) - moving
        rises = _rises(model, values, actual.frozen(held, window, after), dates, law)
        for entering, people in entering_people.items():
            growth = np.einsum("kc,kc->k", rises, people)
            worth[frozenset(moving) | entering] = (float(growth.sum()) + old) * here
            if not moving and not entering:
                lasting = float(growth[endless].sum()) + float(initial[0, 1] - initial[0, 0])
                total = float(growth.sum()) + old
                momentum = lasting * here, (total - lasting) * here
    return Shares(
        drivers=owen(worth, LATENT, PUBLISHED),
        momentum_indefinite=momentum[0],
        momentum_fixed=momentum[1],
        growth=worth[frozenset(DRIVERS)],
    )


def _subsets(names: tuple[str, ...]) -> list[set[str]]:
    return [
        set(group)
        for size in range(len(names) + 1)
        for group in itertools.combinations(names, size)
    ]
