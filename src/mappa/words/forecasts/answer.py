"""Words of the national forecast: sentence, benchmarks, rolling origins, what was not yet out.

Every function takes a record and returns a ``Prose`` or a ``Table``; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from mappa.forecasts.backtest import REGISTER, HorizonScore, RollingOrigins
from mappa.forecasts.benchmarks import PointForecast
from mappa.forecasts.record import ForecastRecord
from mappa.forecasts.scores import SealCase
from mappa.forecasts.view import ForecastView
from mappa.records import Dated
from mappa.words import numbers
from mappa.words.prose import Prose, capital
from mappa.words.register.common import LEVEL
from mappa.words.tables import Table


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
    text = (
        f"From {numbers.day(view.origin)} the combined forecast of the number on the register in "
        f"{view.nation} on {numbers.day(last.date)} is {numbers.count(last.value)} people "
        f"{interval(last.low, last.high)}. The register model alone gives "
        f"{numbers.count(ours.value)}. {_came(view, later)} "
    )
    return Prose(f"{text}{RECIPE}")


#: How the forecast is made, what it assumes, and what its makers knew.
RECIPE = (
    "The forecast is the mean of the quantiles of four methods with equal weights: the register "
    "model, a random walk with drift, damped exponential smoothing and ARIMA(0,2,1). People who "
    "knew how the first sealed forecast had done set this recipe. The register model assumes that "
    "the law stays as it is and that the number sentenced moves at random from its last level."
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
        f"The first later count, {numbers.count(came.value)} on {numbers.day(came.date)}, lies "
        f"{'inside' if inside else 'outside'} its {LEVEL} interval ({numbers.count(f.low)} to "
        f"{numbers.count(f.high)})."
    )


def benchmarks_table(view: ForecastView) -> Table:
    """Set the combined forecast above its parts and the other methods, a column for each date."""
    rows: dict[str, list[str]] = {}
    for f in (*view.combined, *view.register, *view.benchmarks):
        rows.setdefault(capital(f.label), []).append(forecast_cell(f))
    dates = [numbers.day(f.date) for f in view.register]
    frame = pd.DataFrame([[label, *cells] for label, cells in rows.items()])
    frame.columns = ["Method", *dates]
    unused = sorted({f"{capital(f.label)}: {f.status}" for f in view.benchmarks if f.value is None})
    note = (
        f"People, {view.nation}; in brackets the central {LEVEL} interval where the method has "
        f"one. Each method knows the national counts up to {numbers.day(view.origin)} only."
    )
    return Table(
        caption=f"Forecasts of the number on the register from {numbers.day(view.origin)}",
        frame=frame,
        numeric=tuple(dates),
        note=" ".join([note, *(f"{text}." for text in unused)]),
    )


# --- rolling origins -----------------------------------------------------------------------


def origins_table(rolling: RollingOrigins) -> Table:
    """Give each method's error by horizon and how often its interval held the count."""
    labels: dict[str, str] = {}
    scores: dict[str, dict[int, HorizonScore]] = {}
    for s in rolling.scores:
        labels[s.method] = capital(s.label)
        scores.setdefault(s.method, {})[s.horizon] = s
    horizons = sorted({s.horizon for s in rolling.scores})
    rows = []
    for method, by_horizon in scores.items():
        cells = [_error_cell(by_horizon[h]) for h in horizons]
        rows.append([labels[method], *cells, _covered(by_horizon.values())])
    heads = [f"{h} year{'s' if h > 1 else ''} ahead" for h in horizons]
    covered = f"{LEVEL} interval held"
    frame = pd.DataFrame(rows, columns=["Method", *heads, covered])
    first = next(iter(scores.values()), {})
    cases = ", ".join(str(first[h].cases) for h in horizons) if first else "none"
    return Table(
        caption=(
            f"Errors of forecasts from {numbers.cardinal(len(rolling.origins))} past dates: root "
            "mean square error, and in brackets mean error (people)"
        ),
        frame=frame,
        numeric=(*heads, covered),
        note=(
            f"Forecasts scored at each horizon: {cases}. A mean error above zero means forecasts "
            f"higher than the counts. {_missing(rolling)}{_how_register(rolling)}"
        ),
    )


def comparison(rolling: RollingOrigins) -> Prose:
    """Compare the combined forecast with the register model over the past starting points."""
    c = rolling.comparison
    if c is None:
        return Prose(
            "The combined forecast cannot be compared with the register model: "
            f"{rolling.register_status}."
        )
    return Prose(
        f"Over {numbers.cardinal(c.origins)} past starting points the combined forecast scored "
        f"{numbers.count(c.combined)} and the register model {numbers.count(c.register)} (mean "
        f"CRPS in people; lower is better). The difference is "
        f"{numbers.count(c.difference, sign=True)} ({LEVEL} interval "
        f"{numbers.count(c.low, sign=True)} to {numbers.count(c.high, sign=True)}, whole starting "
        f"points resampled), and the combined forecast did better from {c.better} of {c.origins}. "
        f"Its {LEVEL} intervals held {c.covered} of {c.cases} counts. So few and overlapping "
        "starting points cannot choose a method, and none was chosen by them."
    )


def _error_cell(score: HorizonScore) -> str:
    return f"{numbers.count(score.rmse)} ({numbers.count(score.mean_error, sign=True)})"


def _covered(scores: Iterable[HorizonScore]) -> str:
    held = [(s.covered, s.cases) for s in scores if s.covered is not None]
    if not held:
        return "no interval"
    return f"{sum(c for c, _ in held)} of {sum(n for _, n in held)}"


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


def published_later(record: ForecastRecord) -> Prose:
    """Return how many figures dated by the date were published only later."""
    count = len(record.leaks)
    if not count:
        return Prose(f"Every figure used was published by {numbers.day(record.as_of)}.")
    return Prose(
        f"{capital(numbers.cardinal(count))} of the figures dated up to "
        f"{numbers.day(record.as_of)} were, as far as is known, published later: a forecast made "
        "on that day could not have had them."
    )
