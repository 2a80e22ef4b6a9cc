"""Arrays of the register model: floating numbers of any shape, and sums of two parts."""

import dataclasses
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclasses.dataclass(frozen=True)
class Parts:
    """A sum of two parts: from cohorts, in proportion to their entrants, and from the legacy."""

    cohorts: Array
    legacy: Array

    def at(self, level: float = 1.0) -> Array:
        """Return the sum with all entrants times *level*."""
        return level * self.cohorts + self.legacy

    def __getitem__(self, places: NDArray[np.integer[Any]]) -> Self:
        return type(self)(self.cohorts[places], self.legacy[places])

    def __add__(self, other: Self) -> Self:
        return type(self)(self.cohorts + other.cohorts, self.legacy + other.legacy)
