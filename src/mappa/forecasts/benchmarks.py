"""Simple forecasts of the national stock, against which the register model is held.

Each uses the published counts up to the origin and nothing else. A year without a count stays
missing: the two models of statsmodels pass it through the Kalman filter, the drifts count the
years that lie between two counts. Nothing is interpolated.

Sources: R. J. Hyndman and G. Athanasopoulos (2021), "Forecasting: principles and practice",
3rd edition, OTexts, 5.2 (naive and drift methods), 8.2 (damped trend) and 9 (ARIMA).
"""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from mappa.data import Data
from mappa.errors import UsageError
from mappa.forecasts.scoring import LEVELS, central
from mappa.records import Record, key

#: National counts that form one yearly series; the earliest and the widest counts are others.
BASES = ("mappa_returns", "snapshot_31_march")
LEVEL = 0.90
LONGEST_HORIZON = 20


@dataclasses.dataclass(frozen=True)
class PointForecast(Record):
    """What one method says of one date from one origin."""

    method: str = key("Name of the method")
    label: str = key("The method in words")
    origin: pd.Timestamp = key("Date of the last count that the method may know")
    date: pd.Timestamp = key("Date that is forecast")
    horizon: int = key("Years from the origin to the date", "years")
    value: float | None = key("Central forecast (median)", "people")
    low: float | None = key("Lower end of the central 90% interval, where the method has one")
    high: float | None = key("Upper end of the central 90% interval, where the method has one")
    quantiles: tuple[float, ...] | None = key(
        "Quantiles of the forecast distribution at scoring.LEVELS", "people"
    )
    status: str = key("ok, or why there is no value or no interval")


@dataclasses.dataclass(frozen=True)
class Spread:
    """A location-scale forecast distribution: Student t with *df*, normal where df is infinite.

    Without an *sd* it is a point.
    """

    mean: float
    sd: float | None = None
    df: float = np.inf

    def quantiles(self, levels: ArrayLike) -> NDArray[np.float64] | None:
        """Return the quantiles (people) at *levels*, or None for a point."""
        if self.sd is None:
            return None
        return np.asarray(stats.t(self.df, loc=self.mean, scale=self.sd).ppf(levels))


_Method = Callable[[pd.Series, int], "list[Spread] | str"]


def national_series(data: Data, origin: str | pd.Timestamp | None = None) -> pd.Series:
    """Return the preferred national counts of one basis (people), by year, up to *origin*.

    The index runs over every year from the first count to the last; a year without a count is
    NaN. Only counts of the origin's own day of the year belong to the series.

    Raises ValueError for an *origin* that is no date.

    >>> from mappa import data, forecasts
    >>> forecasts.series(data.load(), "2020-03-31").tail(2).tolist()
    [60294.0, 62435.0]
    """
    rows = data.national_rows("rso_count")
    rows = rows[rows["basis"].isin(BASES)].sort_values("date")
    last = rows["date"].iloc[-1] if origin is None else pd.Timestamp(origin)
    same_day = (rows["date"].dt.month == last.month) & (rows["date"].dt.day == last.day)
    rows = rows[same_day & (rows["date"] <= last)]
    if rows.empty:
        return pd.Series(dtype=float)
    counts = pd.Series(rows["value"].to_numpy(float), index=rows["date"].dt.year.to_numpy())
    return counts.reindex(range(int(counts.index[0]), int(counts.index[-1]) + 1))


def _known(series: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    known = series.dropna()
    return known.index.to_numpy(), known.to_numpy()


def five_year_drift(series: pd.Series, horizon: int) -> list[Spread] | str:
    """Add each year the mean yearly change, in people, of the last five years.

    Where the count of five years ago is missing, the latest count before it is used and the
    change is divided by the years it took.
    """
    years, counts = _known(series)
    old = np.flatnonzero(years <= years[-1] - 5)
    if not old.size:
        return "no count is five years old"
    k = old[-1]
    drift = (counts[-1] - counts[k]) / (years[-1] - years[k])
    return [Spread(counts[-1] + drift * h) for h in range(1, horizon + 1)]


def last_growth(series: pd.Series, horizon: int) -> list[Spread] | str:
    """Repeat the last relative change, by the year where a count between is missing."""
    years, counts = _known(series)
    if len(counts) < 2:
        return "fewer than two counts"
    factor = (counts[-1] / counts[-2]) ** (1 / (years[-1] - years[-2]))
    return [Spread(counts[-1] * factor**h) for h in range(1, horizon + 1)]


def random_walk_drift(series: pd.Series, horizon: int) -> list[Spread] | str:
    """Follow a random walk whose drift is the mean yearly change since the first count.

    A change over k years has mean k times the drift and variance k times the yearly variance,
    so that a missing year costs one change. The interval is Student's t and carries the drift's
    own error: variance ``s2 * (h + h**2 / years)``.
    """
    years, counts = _known(series)
    if len(counts) < 3:
        return "fewer than three counts"
    gaps, changes = np.diff(years), np.diff(counts)
    total = gaps.sum()
    drift = changes.sum() / total
    variance = np.sum((changes - drift * gaps) ** 2 / gaps) / (len(changes) - 1)
    return [
        Spread(
            counts[-1] + drift * h, float(np.sqrt(variance * (h + h**2 / total))), len(changes) - 1
        )
        for h in range(1, horizon + 1)
    ]


def _state_space(series: pd.Series, horizon: int, build: Callable, least: int) -> list | str:
    """Fit a state-space model of statsmodels by maximum likelihood and forecast from it."""
    if series.notna().sum() < least:
        return f"fewer than {least} counts"
    with warnings.catch_warnings():
        # A smoothing weight at its bound is an answer here, not a fault; failures show below.
        warnings.simplefilter("ignore")
        try:
            fit = build(series.to_numpy(float)).fit(disp=0, maxiter=500)
            ahead = fit.get_forecast(horizon)
        except (ValueError, np.linalg.LinAlgError):
            return "the fit failed"
    mean, sd = np.asarray(ahead.predicted_mean), np.asarray(ahead.se_mean)
    if not fit.mle_retvals.get("converged", False) or not np.isfinite([mean, sd]).all():
        return "the fit did not converge"
    return [Spread(float(m), float(s)) for m, s in zip(mean, sd, strict=True)]


def arima_021(series: pd.Series, horizon: int) -> list[Spread] | str:
    """ARIMA(0,2,1): a trend that changes slowly."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return _state_space(series, horizon, lambda y: SARIMAX(y, order=(0, 2, 1)), 6)


def ets_damped(series: pd.Series, horizon: int) -> list[Spread] | str:
    """Exponential smoothing with an additive trend that is damped, in state-space form."""
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    def build(y: NDArray) -> object:
        return ExponentialSmoothing(
            y, trend=True, damped_trend=True, initialization_method="estimated"
        )

    return _state_space(series, horizon, build, 8)


#: Name, words and function of each benchmark, in the order of the tables.
METHODS: dict[str, tuple[str, _Method]] = {
    "five_year_drift": ("mean change of five years", five_year_drift),
    "last_growth": ("last growth repeated", last_growth),
    "arima_021": ("ARIMA(0,2,1)", arima_021),
    "ets_damped": ("damped exponential smoothing", ets_damped),
    "random_walk_drift": ("random walk with drift", random_walk_drift),
}


def year_on(day: pd.Timestamp, years: int) -> pd.Timestamp:
    """Return the same day *years* later."""
    return day + pd.DateOffset(years=years)


def check_horizon(horizon: int) -> int:
    """Return *horizon* if it is a number of years that can be forecast."""
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise UsageError(
            f"A horizon of {horizon} years cannot be forecast: "
            f"choose a whole number from 1 to {LONGEST_HORIZON}."
        )
    return horizon


def forecast_record(
    method: str,
    label: str,
    origin: pd.Timestamp,
    horizon: int,
    *,
    value: float | None = None,
    quantiles: NDArray[np.float64] | None = None,
    status: str = "ok",
) -> PointForecast:
    """Return the record of one forecast; *quantiles* (at LEVELS) give value and interval."""
    low = high = None
    if quantiles is not None:
        low, high = central(quantiles, LEVEL)
        value = float(quantiles[LEVELS.index(0.5)]) if value is None else value
    return PointForecast(
        method=method,
        label=label,
        origin=origin,
        date=year_on(origin, horizon),
        horizon=horizon,
        value=value,
        low=low,
        high=high,
        quantiles=None if quantiles is None else tuple(map(float, quantiles)),
        status=status,
    )


@functools.lru_cache(maxsize=64)
def spreads(
    data: Data, origin: str | pd.Timestamp, horizon: int
) -> dict[str, tuple[Spread, ...] | str]:
    """Return the forecast distributions of every method, or why it has none, by its name.

    Parameters and errors are those of :func:`benchmarks`.
    """
    check_horizon(horizon)
    day = pd.Timestamp(origin)
    series = national_series(data, day)
    if series.empty or series.index[-1] != day.year:
        raise UsageError(f"There is no national count on {day:%Y-%m-%d} to forecast from.")
    made = {name: method(series, horizon) for name, (_, method) in METHODS.items()}
    return {name: m if isinstance(m, str) else tuple(m) for name, m in made.items()}


@functools.lru_cache(maxsize=64)
def benchmarks(data: Data, origin: str | pd.Timestamp, horizon: int) -> tuple[PointForecast, ...]:
    """Forecast the national stock from *origin* by every benchmark.

    Parameters
    ----------
    data: the tables; rows dated after *origin* are not looked at.
    origin: date of the last count that may be known; it must have a national count.
    horizon: years ahead.

    Returns
    -------
    One record for each method and year, in the order of :data:`METHODS`. A method that cannot
    be used gives records without value, whose status says why.

    Raises
    ------
    UsageError: no national count on *origin*, or a horizon out of range.
    """
    day = pd.Timestamp(origin)
    made = spreads(data, origin, horizon)
    return tuple(
        _record(name, day, h, made[name]) for name in METHODS for h in range(1, horizon + 1)
    )


def _record(
    name: str, origin: pd.Timestamp, h: int, made: tuple[Spread, ...] | str
) -> PointForecast:
    label = METHODS[name][0]
    if isinstance(made, str):
        return forecast_record(name, label, origin, h, status=made)
    quantiles = made[h - 1].quantiles(LEVELS)
    status = "the method has no interval" if quantiles is None else "ok"
    return forecast_record(
        name, label, origin, h, value=made[h - 1].mean, quantiles=quantiles, status=status
    )
