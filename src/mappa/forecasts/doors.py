"""What a notebook calls: the forecast from a date, how such forecasts did, and their scores."""

from __future__ import annotations

import datetime as dt

from mappa.arguments import typed
from mappa.data import Data
from mappa.forecasts.backtest import rolling_origins
from mappa.forecasts.benchmarks import national_series as series
from mappa.forecasts.combined import combine
from mappa.forecasts.national_draws import national_draws
from mappa.forecasts.scores import seal_scores
from mappa.forecasts.scoring import crps_quantiles as crps
from mappa.forecasts.scoring import interval_score
from mappa.forecasts.view import ForecastView, forecast_view
from mappa.forecasts.vintage import published_later


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

    Raises
    ------
    UsageError: an unknown date, or a horizon out of range.

    Source: Lichtendahl, Grushka-Cockayne and Winkler (2013): the mean of four methods' quantiles.

    >>> from mappa import data, forecasts
    >>> view = forecasts.forecast(data.load(), "2020-03-31", 2)
    >>> [f.date.year for f in view.combined]
    [2021, 2022]
    """
    day = data.date(as_of)
    # The draws that a seal would hold: one forecast under one label.
    made = national_draws(data, day, horizon, "register")
    return forecast_view(data, day, horizon, made.draws)
