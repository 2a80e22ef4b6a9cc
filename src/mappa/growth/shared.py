"""What the answers on the growth of every area share, computed once before kernels are forked."""

from mappa.data import Data
from mappa.growth.record import answer


def compute(data: Data, as_of: str) -> None:
    """Fill the caches of the national series, the trend, the estimates and the changes."""
    answer(data, data.force(), as_of)
