"""The national forecast from a date: combined, and its parts beside it, in one record."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from mappa.data import Data
from mappa.errors import UsageError
from mappa.forecasts.benchmarks import (
    PointForecast,
    benchmarks,
    check_horizon,
    forecast_record,
    national_series,
)
from mappa.forecasts.combined import combine
from mappa.forecasts.scoring import quantiles_of
from mappa.records import Dated, Record, key

REGISTER = "register"
REGISTER_LABEL = "register model"


@dataclasses.dataclass(frozen=True)
class ForecastView(Record):
    """What is forecast from an origin, with the counts known on it and nothing later."""

    nation: str = key("Name of the nation")
    origin: pd.Timestamp = key("Date of the last count known")
    horizon: int = key("Years ahead", "years")
    history: tuple[Dated, ...] = key("National counts up to the origin")
    combined: tuple[PointForecast, ...] = key("The combined forecast, by year")
    register: tuple[PointForecast, ...] = key("Forecasts of the register model, by year")
    benchmarks: tuple[PointForecast, ...] = key("Forecasts of the simple methods")


def forecast_view(
    data: Data, origin: str | pd.Timestamp, horizon: int, draws: ArrayLike
) -> ForecastView:
    """Combine the register model's draws with the benchmarks, and keep the parts.

    Parameters
    ----------
    figures, origin, horizon: as :func:`mappa.forecasts.benchmarks.benchmarks`.
    draws: draws of the national stock 1, 2, ..., *horizon* years after *origin*, shape
        (draws, horizon), future inflow uncertainty included.
    """
    check_horizon(horizon)
    day = pd.Timestamp(origin)
    array = np.asarray(draws, dtype=float)
    if array.ndim != 2 or array.shape[1] != horizon:
        raise UsageError(
            f"The forecast has draws of shape {array.shape}: {horizon} columns are needed, "
            "one for each year ahead."
        )
    quantiles = quantiles_of(array)
    register = [
        forecast_record(REGISTER, REGISTER_LABEL, day, h + 1, quantiles=quantiles[:, h])
        for h in range(horizon)
    ]
    others = benchmarks(data, day, horizon)
    return ForecastView(
        nation=data.nation,
        origin=day,
        horizon=horizon,
        history=dated_counts(data, until=day),
        combined=tuple(combine(f, [b for b in others if b.horizon == f.horizon]) for f in register),
        register=tuple(register),
        benchmarks=others,
    )


def dated_counts(
    data: Data, *, until: pd.Timestamp | None = None, after: pd.Timestamp | None = None
) -> tuple[Dated, ...]:
    """Return the national counts of the yearly series, up to a day or after one.

    A year without a count is not among them.
    """
    day = until if until is not None else after
    full = national_series(data) if day is None else _same_day_series(data, day)
    anchor = day if day is not None else data.national("rso_count").index[-1]
    return tuple(
        Dated(anchor.replace(year=int(year)), float(value))
        for year, value in full.dropna().items()
        if (until is None or year <= until.year) and (after is None or year > after.year)
    )


def _same_day_series(data: Data, day: pd.Timestamp) -> pd.Series:
    """Return the yearly series of the counts on the day of the year of *day*."""
    last = data.national("rso_count").index[-1]
    return national_series(data, day.replace(year=max(last.year, day.year)))
