"""Forecasts from a date: the model run on, with the inflow of the future walking at random."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UsageError
from mappa.register.arrays import Array
from mappa.register.inference import columns
from mappa.register.inference import draws as posteriors
from mappa.register.inference.quantities import MAX_HORIZON, future_walk
from mappa.register.inference.quantities import forecast as one_draw


@dataclasses.dataclass(frozen=True)
class Forecast:
    """Draws of the national community stock at yearly dates after *as_of* (draw by date).

    ``start`` are the same draws of the stock on *as_of* itself.
    """

    as_of: pd.Timestamp
    start: Array
    dates: tuple[pd.Timestamp, ...]
    draws: Array
    status: str


def forecast(
    data: Data, as_of: str | pd.Timestamp, horizon: int, draws: int | None = None
) -> Forecast:
    """Forecast the national stock 1 to *horizon* years after *as_of*.

    Parameters
    ----------
    draws: how many draws of the posterior (all that there are by default).

    Raises
    ------
    UsageError: a horizon that is not 1 to 10 years.
    """
    if not 1 <= horizon <= MAX_HORIZON:
        raise UsageError(f"The horizon is {horizon} years: it can be 1 to {MAX_HORIZON}.")
    day = pd.Timestamp(as_of)
    held = posteriors.load(data, day, draws=draws)
    names = [columns.forecast(held.plan.today + h) for h in range(1, horizon + 1)]
    if set(names) <= set(held.shown.columns):
        array = held.shown[names].to_numpy(dtype=float)
    else:
        rows = [one_draw(held.plan, held.plan.near.values(z), i) for i, z in enumerate(held.z)]
        array = np.array([[row[n] for n in names] for row in rows])
    dates = tuple(day + pd.DateOffset(years=h) for h in range(1, horizon + 1))
    start = held.shown[columns.stock(held.plan.today)].to_numpy(dtype=float)
    return Forecast(day, start, dates, array, held.status)


__all__ = ["Forecast", "forecast", "future_walk"]
