"""Words of the national forecast: sentence, benchmarks, rolling origins, what was not yet out.

Every function takes a record and returns a ``Prose``; nothing is computed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mappa.forecasts.backtest import REGISTER, RollingOrigins
from mappa.forecasts.benchmarks import PointForecast
from mappa.forecasts.scores import SealCase
from mappa.forecasts.view import ForecastView
from mappa.forecasts.vintage import Late
from mappa.records import Dated
from mappa.words import numbers
from mappa.words.prose import Prose, capital
from mappa.words.register.common import LEVEL


def interval(low: float | None, high: float | None) -> str:
    """Write the 90% interval of a number of people in brackets."""
    return numbers.interval(low, high, numbers.count, LEVEL)


def forecast_cell(forecast: PointForecast | SealCase) -> str:
    """Write a forecast for a cell: the centre, and in brackets the interval if there is one."""
    if forecast.value is None:
        return "none"
    if forecast.low is None or forecast.high is None:
        return numbers.count(forecast.value)
    ends = f"{numbers.count(forecast.low)} to {numbers.count(forecast.high)}"
    return f"{numbers.count(forecast.value)} ({ends})"


# --- the forecast from a date --------------------------------------------------------------


def forecast_sentence(view: ForecastView, later: Sequence[Dated] = ()) -> Prose:
    """Say the last year's combined forecast, and the first later count where there is one."""
    last, ours = view.combined[-1], view.register[-1]
    return Prose(
        f"The combined forecast for {view.nation} on {numbers.day(last.date)} is "
        f"{numbers.count(last.value)} people on the register {interval(last.low, last.high)}. It "
        f"uses counts up to {numbers.day(view.origin)}. The register model alone gives "
        f"{numbers.count(ours.value)}. {_came(view, later)}\n\n{RECIPE}"
    )


#: How the forecast is made, what it assumes, and what its makers knew.
RECIPE = (
    "The forecast gives four methods the same weight: the register model, a random walk with "
    "drift, damped exponential smoothing and ARIMA(0,2,1). Its makers knew how the first sealed "
    "forecast had done. The register model assumes that the law stays as it is. It lets the "
    "number sentenced move at random from its last level."
)


def _came(view: ForecastView, later: Sequence[Dated]) -> str:
    """Say whether the first later count lies inside the interval of the combined forecast."""
    seen = {f.date: f for f in view.combined}
    came = next((c for c in later if c.date in seen), None)
    if came is None:
        return "No later count is in the data yet."
    f = seen[came.date]
    inside = f.low is not None and f.high is not None and f.low <= (came.value or 0) <= f.high
    return (
        f"The first later count is {numbers.count(came.value)} on {numbers.day(came.date)}, "
        f"{'inside' if inside else 'outside'} its {LEVEL} interval of {numbers.count(f.low)} to "
        f"{numbers.count(f.high)}."
    )


# --- rolling origins -----------------------------------------------------------------------


def comparison(rolling: RollingOrigins) -> Prose:
    """Compare the combined forecast with the register model over the past starting points."""
    c = rolling.comparison
    if c is None:
        return Prose(
            "The combined forecast cannot be compared with the register model: "
            f"{rolling.register_status}."
        )
    return Prose(
        f"From {numbers.things(c.origins, 'past date')} the combined forecast scored "
        f"{numbers.count(c.combined)} and the register model {numbers.count(c.register)} on "
        "average. The score (CRPS, in people) is the error with the spread weighed in, and lower "
        f"is better. The combined forecast did better from {numbers.cardinal(c.better)} of the "
        f"dates. {_difference(c.low, c.high)}\n\nIts {LEVEL} intervals held {c.covered} of "
        f"{c.cases} counts. So few and overlapping dates cannot choose a method, and none was "
        "chosen by them."
    )


def _difference(low: float, high: float) -> str:
    ends = f"The {LEVEL} interval of the difference is {_signed(low)} to {_signed(high)}"
    if low < 0 < high:
        return f"{ends}, so it could easily be chance."
    return f"{ends}."


def _signed(value: float) -> str:
    return numbers.count(value, sign=True)


def origins(rolling: RollingOrigins) -> Prose:
    """Say which years are no starting point and how the register model was refitted."""
    return Prose(f"{_missing(rolling)}{_how_register(rolling)}")


def _missing(rolling: RollingOrigins) -> str:
    if not rolling.missing:
        return ""
    years = numbers.listing([str(y) for y in rolling.missing])
    return (
        f"No national count is known for {years}: it is no starting point, is not scored, and is "
        "not filled in. "
    )


def _how_register(rolling: RollingOrigins) -> str:
    if any(s.method == REGISTER for s in rolling.scores):
        text = (
            "The register model was refitted offline at each date, at the posterior mode of each "
            "version with a normal approximation about it; the versions are pooled with equal "
            "weights and start from the count of that date."
        )
        status = rolling.register_status
        return text if status == "ok" else f"{text} Of these {status}."
    return f"The register model is not in the table: {rolling.register_status}."


def published_later(late: Sequence[Late], day: str | dt.date) -> Prose:
    """Return how many figures dated by the day were published only later."""
    count = len(late)
    if not count:
        return Prose(f"Every figure used was published by {numbers.day(day)}.")
    return Prose(
        f"{capital(numbers.cardinal(count))} of the figures dated up to "
        f"{numbers.day(day)} were, as far as is known, published later. A forecast made "
        "on that day could not have had them."
    )
