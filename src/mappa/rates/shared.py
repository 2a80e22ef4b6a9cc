"""What the answers on the rate of every area share, computed once before kernels are forked."""

from mappa.data import DEFAULT_DENOMINATOR, Data
from mappa.rates import assess, change, doors, simulation


def compute(data: Data, as_of: str) -> None:
    """Fill the caches of the areas' places, of the year's changes and of the simulation study."""
    doors.placed(data.on(as_of, DEFAULT_DENOMINATOR))
    assess.assess(data, data.force(), as_of)
    change.growth_table(data, as_of)
    simulation.read(data)
