"""Simple forecasts of the national stock, and their mean with the register model's.

Each uses the published counts up to the origin and nothing else. A year without a count stays
missing: the two models of statsmodels pass it through the Kalman filter, the drifts count the
years between two counts. Nothing is interpolated.

The combined forecast is the mean of four methods' quantiles: register model (from the last exact
count), random walk with drift, damped exponential smoothing and ARIMA(0,2,1). The weights are
equal because past counts are too few to choose better ones, and no method was left out for how it
did. The areas need paths, not quantiles: the register model's draws are replaced by the combined
quantile of the same rank at each horizon, so that each path has the same rank from year to year.

Sources: R. J. Hyndman and G. Athanasopoulos (2021), "Forecasting: principles and practice",
3rd edition, OTexts, 5.2 (naive and drift methods), 8.2 (damped trend) and 9 (ARIMA); J. M. Bates
and C. W. J. Granger (1969), "The combination of forecasts", Operational Research Quarterly 20,
451-468; K. C. Lichtendahl, Y. Grushka-Cockayne and R. L. Winkler (2013), "Is it better to average
probabilities or quantiles?", Management Science 59, 1594-1611 (mean of quantiles); R. Schefzik,
T. L. Thorarinsdottir and T. Gneiting (2013), "Uncertainty quantification in complex simulation
models using ensemble copula coupling", Statistical Science 28, 616-640 (reordering).
"""

import dataclasses
import functools
import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from mappa.data import Data
from mappa.errors import UsageError
from mappa.forecasts.scoring import LEVELS, central
from mappa.records import Record, key
from mappa.register.arrays import Array

#: Method of the combined forecast, its words, and its methods other than the register model.
COMBINED, COMBINED_LABEL = "combined", "combined forecast (equal weights)"
MEMBERS = ("random_walk_drift", "ets_damped", "arima_021")
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
    """Location-scale distributions, one a year ahead: Student t, normal where *df* is infinite.

    Without an *sd* they are points.
    """

    mean: Array
    sd: Array | None = None
    df: float = np.inf

    def quantiles(self, levels: ArrayLike) -> NDArray[np.float64] | None:
        """Return the quantiles (people, year by level), or None for points."""
        if self.sd is None:
            return None
        return np.asarray(stats.t(self.df, self.mean[:, None], self.sd[:, None]).ppf(levels))


#: Gives the distributions of a series at a horizon, or why it cannot.
_Method = Callable[[pd.Series, int], Spread | str]


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


def latest_count(data: Data) -> pd.Timestamp:
    """Return the date of the last national count of the yearly series."""
    year = national_series(data).index[-1]
    return max(day for day in data.national("rso_count").index if day.year == year)


def _known(series: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    known = series.dropna()
    return known.index.to_numpy(), known.to_numpy()


def five_year_drift(series: pd.Series, horizon: int) -> Spread | str:
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
    return Spread(counts[-1] + drift * np.arange(1, horizon + 1))


def last_growth(series: pd.Series, horizon: int) -> Spread | str:
    """Repeat the last relative change, by the year where a count between is missing."""
    years, counts = _known(series)
    if len(counts) < 2:
        return "fewer than two counts"
    factor = (counts[-1] / counts[-2]) ** (1 / (years[-1] - years[-2]))
    return Spread(np.array([counts[-1] * factor**h for h in range(1, horizon + 1)]))


def random_walk_drift(series: pd.Series, horizon: int) -> Spread | str:
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
    ahead = np.arange(1, horizon + 1)
    sds = np.sqrt(variance * (ahead + ahead**2 / total))
    return Spread(counts[-1] + drift * ahead, sds, len(changes) - 1)


def _state_space(series: pd.Series, horizon: int, build: Callable, least: int) -> Spread | str:
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
    return Spread(mean, sd)


def arima_021(series: pd.Series, horizon: int) -> Spread | str:
    """ARIMA(0,2,1): a trend that changes slowly."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return _state_space(series, horizon, lambda y: SARIMAX(y, order=(0, 2, 1)), 6)


def ets_damped(series: pd.Series, horizon: int) -> Spread | str:
    """Exponential smoothing with an additive trend that is damped, in state-space form."""
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    how = {"trend": True, "damped_trend": True, "initialization_method": "estimated"}
    return _state_space(series, horizon, lambda y: ExponentialSmoothing(y, **how), 8)


#: Name, words and function of each benchmark, in the order of the tables.
METHODS: dict[str, tuple[str, _Method]] = {
    "five_year_drift": ("mean change of five years", five_year_drift),
    "last_growth": ("last growth repeated", last_growth),
    "arima_021": ("ARIMA(0,2,1)", arima_021),
    "ets_damped": ("damped exponential smoothing", ets_damped),
    "random_walk_drift": ("random walk with drift", random_walk_drift),
}


def check_horizon(horizon: int) -> None:
    """Refuse (UsageError) a number of years that cannot be forecast."""
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise UsageError(
            f"A horizon of {horizon} years cannot be forecast: "
            f"choose a whole number from 1 to {LONGEST_HORIZON}."
        )


def forecast_record(
    method: str,
    label: str,
    origin: pd.Timestamp,
    horizon: int,
    *,
    value: float | None = None,
    quantiles: ArrayLike | None = None,
    status: str = "ok",
) -> PointForecast:
    """Return the record of one forecast; *quantiles* (at LEVELS) give value and interval."""
    low = high = levels = None
    if quantiles is not None:
        levels = tuple(map(float, np.asarray(quantiles)))
        low, high = central(levels, LEVEL)
        value = levels[LEVELS.index(0.5)] if value is None else value
    date = origin + pd.DateOffset(years=horizon)
    return PointForecast(method, label, origin, date, horizon, value, low, high, levels, status)


@functools.lru_cache(maxsize=64)
def spreads(data: Data, origin: str | pd.Timestamp, horizon: int) -> dict[str, Spread | str]:
    """Return the forecast distributions of every method, or why it has none, by its name.

    Parameters and errors are those of :func:`benchmarks`.
    """
    check_horizon(horizon)
    day = pd.Timestamp(origin)
    series = national_series(data, day)
    if series.empty or series.index[-1] != day.year:
        raise UsageError(f"There is no national count on {day:%Y-%m-%d} to forecast from.")
    return {name: method(series, horizon) for name, (_, method) in METHODS.items()}


@functools.lru_cache(maxsize=64)
def benchmarks(data: Data, origin: str | pd.Timestamp, horizon: int) -> tuple[PointForecast, ...]:
    """Forecast the national stock from *origin* by every benchmark, *horizon* years ahead.

    Returns a record for each method and year, in the order of :data:`METHODS`. A method that
    cannot be used gives records without value, whose status says why. Rows dated after *origin*,
    a day with a national count, are not used.

    Raises UsageError: no national count on *origin*, or a horizon out of range.
    """
    day, found = pd.Timestamp(origin), []
    for name, made in spreads(data, origin, horizon).items():
        cases: list[tuple[float | None, ArrayLike | None, str]]
        if isinstance(made, str):
            cases = [(None, None, made)] * horizon
        elif (quantiles := made.quantiles(LEVELS)) is None:
            cases = [(value, None, "the method has no interval") for value in made.mean.tolist()]
        else:
            both = zip(made.mean.tolist(), quantiles, strict=True)
            cases = [(value, levels, "ok") for value, levels in both]
        for h, (value, levels, status) in enumerate(cases, start=1):
            record = forecast_record(
                name, METHODS[name][0], day, h, value=value, quantiles=levels, status=status
            )
            found.append(record)
    return tuple(found)


def combine(register: PointForecast, benchmarks: Sequence[PointForecast]) -> PointForecast:
    """Return the mean of the quantiles of the register model's forecast and its members'.

    Parameters
    ----------
    register, benchmarks: forecasts from one origin; of *benchmarks* those of :data:`MEMBERS` for
        the date of *register* are used. One without a distribution is left out, and the status
        says so.

    Raises ValueError where no method has a distribution.

    >>> from mappa import data, forecasts
    >>> view = forecasts.forecast(data.load(), "2020-03-31", 1)
    >>> forecasts.combine(view.register[0], view.benchmarks) == view.combined[0]
    True
    """
    case = register.origin, register.date
    others = [b for b in benchmarks if b.method in MEMBERS and (b.origin, b.date) == case]
    usable = [m.quantiles for m in (register, *others) if m.quantiles is not None]
    missing = len(MEMBERS) + 1 - len(usable)
    return forecast_record(
        COMBINED,
        COMBINED_LABEL,
        register.origin,
        register.horizon,
        quantiles=np.mean(usable, axis=0),
        status=f"{missing} of its methods cannot be used" if missing else "ok",
    )


def combined_draws(data: Data, origin: pd.Timestamp, draws: Array) -> Array:
    """Return the register model's draws, reordered to the combined quantiles at each horizon.

    Parameters
    ----------
    draws: of the national stock by the register model, shape (draws, horizon), people.
    """
    levels, paths = (np.arange(len(draws)) + 0.5) / len(draws), np.empty_like(draws)
    made = spreads(data, origin, draws.shape[1])
    spread = [m.quantiles(levels) for name in MEMBERS if not isinstance(m := made[name], str)]
    for h, column in enumerate(draws.T):
        others = [quantiles[h] for quantiles in spread if quantiles is not None]
        order = np.argsort(column, kind="stable")
        paths[order, h] = np.mean([column[order], *others], axis=0)
    return paths
