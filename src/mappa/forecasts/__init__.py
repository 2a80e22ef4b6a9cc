"""Forecasts of the stock: benchmarks, the combined forecast, backtest, scores, seals.

::

    from mappa import data, forecasts

    view = forecasts.forecast(data.load(), "2020-03-31", horizon=4)   # four methods and their mean
    forecasts.crps(view.combined[0].quantiles, 64_325)                # scored against a count
"""

from typing import Any

__all__ = [
    "combine",
    "crps",
    "forecast",
    "interval_score",
    "published_later",
    "rolling_origins",
    "seal_scores",
    "series",
]


def __getattr__(name: str) -> Any:
    """Load the doors when one is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mappa.forecasts import doors

    return getattr(doors, name)


def __dir__() -> list[str]:
    return __all__
