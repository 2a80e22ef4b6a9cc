"""What the answers on the rate of every area share, computed once before kernels are forked."""

from __future__ import annotations

from mappa.data import DEFAULT_DENOMINATOR, Data
from mappa.rates import assess, change, doors
from mappa.rates.simulation import cached


def compute(data: Data, as_of: str) -> None:
    """Fill the caches of the areas' places, of the year's changes and of the simulation study."""
    doors.placed(data.on(as_of, DEFAULT_DENOMINATOR))
    assess.assess(data, data.force(), as_of)
    change.growth_table(data, as_of)
    cached.read(data)
