"""What the register's answers of every area share, computed once before kernels are forked."""

from mappa.data import Data
from mappa.forecasts.view import forecast
from mappa.register.answers.build import build


def compute(data: Data, as_of: str) -> None:
    """Fill the caches of the posterior, its attribution and the benchmarks."""
    build(data, data.force(), as_of)
    forecast(data, as_of)
