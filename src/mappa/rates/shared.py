"""What the answers on the rate of every area share, computed once before kernels are forked."""

from __future__ import annotations

from mappa.data import DEFAULT_DENOMINATOR, Data
from mappa.rates import change
from mappa.rates.area_table import area_table
from mappa.rates.simulation import cached


def compute(data: Data, as_of: str) -> None:
    """Fill the caches of the area table, of the year's changes and of the simulation study."""
    area_table(data.on(as_of, DEFAULT_DENOMINATOR))
    change.growth_table(data, as_of)
    cached.read(data)
