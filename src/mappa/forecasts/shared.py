"""What the register's answers of every area share, computed once before kernels are forked."""

from __future__ import annotations

from mappa.data import Data
from mappa.forecasts.backtest import rolling_origins
from mappa.forecasts.record import build
from mappa.forecasts.scores import seal_scores


def compute(data: Data, as_of: str) -> None:
    """Fill the caches of the posterior, its attribution, the benchmarks, origins and seals."""
    day = data.date(as_of)
    build(data, data.force(), day)
    rolling_origins(data.until(day))
    seal_scores(data)
