"""Means, medians and intervals of the draws of a posterior's quantities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappa.register.answers.record import LEVEL, Estimate
from mappa.register.arrays import Array


class Summary:
    """Means, medians and 90% intervals of the quantities of a posterior."""

    def __init__(self, shown: pd.DataFrame) -> None:
        self.shown = shown

    def draws(self, *names: str) -> Array:
        """Return the draws of the sum of quantities."""
        return np.asarray(self.shown[list(names)].to_numpy(dtype=float).sum(axis=1))

    def of(self, name: str, label: str = "") -> Estimate:
        """Return the estimate of a quantity."""
        return self.from_draws(name, label, self.draws(name))

    def less(self, name: str, label: str = "") -> Estimate:
        """Return the estimate of a quantity with the other sign."""
        return self.from_draws(name, label, -self.draws(name))

    @staticmethod
    def from_draws(name: str, label: str, draws: Array) -> Estimate:
        """Return the estimate of draws of a quantity."""
        low, median, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
        mean = float(np.mean(draws))
        return Estimate(name, label or name, mean, float(median), float(low), float(high))
