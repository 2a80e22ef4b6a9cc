"""The national forecast from a date: combined, and its parts, in one record."""

import dataclasses
import datetime as dt

import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.forecasts.benchmarks import (
    PointForecast,
    benchmarks,
    combine,
    forecast_record,
    national_series,
)
from mappa.forecasts.scoring import quantiles_of
from mappa.records import Dated, Record, key
from mappa.register.arrays import Array

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


@typed
def forecast(data: Data, as_of: str | dt.date, horizon: int = 4) -> ForecastView:
    """Return the national forecast from a date: combined, its parts and the simple methods.

    Parameters
    ----------
    as_of: date of the last count known; nothing dated later is used. horizon: years, 1 to 10.

    Returns
    -------
    ``.combined``, ``.register`` and ``.benchmarks``: a forecast for each year (and method) with
    ``value``, ``low``, ``high`` (people, 90% interval) and its ``quantiles`` at
    ``scoring.LEVELS``; ``.history`` are the counts. ``records.table`` makes a frame of any.

    Raises UsageError: an unknown date, or a horizon out of range.

    Source: Lichtendahl, Grushka-Cockayne and Winkler (2013): the mean of four methods' quantiles.

    >>> from mappa import data, forecasts
    >>> view = forecasts.forecast(data.load(), "2020-03-31", 2)
    >>> [f.date.year for f in view.combined]
    [2021, 2022]
    """
    from mappa.forecasts.national_draws import national_draws  # imports the register model

    day = data.date(as_of)
    # The draws that a seal would hold: one forecast under one label.
    return forecast_view(data, day, national_draws(data, day, horizon, "register").draws)


def forecast_view(data: Data, day: pd.Timestamp, draws: Array) -> ForecastView:
    """Combine the register model's *draws* from a *day* with the benchmarks.

    Draws are of the national stock 1, 2, ... years later, shape (draws, horizon), people.
    """
    register = tuple(
        forecast_record(REGISTER, REGISTER_LABEL, day, years, quantiles=quantiles)
        for years, quantiles in enumerate(quantiles_of(draws).T, start=1)
    )
    others = benchmarks(data, day, len(register))
    return ForecastView(
        nation=data.nation,
        origin=day,
        horizon=len(register),
        history=dated_counts(data, until=day),
        combined=tuple(combine(f, others) for f in register),
        register=register,
        benchmarks=others,
    )


def dated_counts(
    data: Data, *, until: pd.Timestamp | None = None, after: pd.Timestamp | None = None
) -> tuple[Dated, ...]:
    """Return the national counts on a day of the year, up to one such day or after one.

    A year without a count is not among them.
    """
    day: pd.Timestamp = after if until is None else until
    last = data.national("rso_count").index[-1]
    counts = national_series(data, day.replace(year=max(last.year, day.year))).dropna()
    counts = counts.loc[day.year + 1 :] if until is None else counts.loc[: day.year]
    return tuple(Dated(day.replace(year=int(year)), float(v)) for year, v in counts.items())
