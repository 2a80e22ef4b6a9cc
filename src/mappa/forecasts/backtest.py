"""Rolling origins: what each method would have said from each past count, against what came.

The benchmarks are refitted whenever they are asked for. The register model takes too long for
that: its forecasts are made offline from the posterior mode of each origin and kept in
``origins.csv``, with a digest of the figures they were made from, so that a table of forecasts
is never shown beside figures it does not belong to.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from mappa.cache import Store
from mappa.data import Data, places
from mappa.data.schema import read_table
from mappa.files import digest
from mappa.forecasts import combined
from mappa.forecasts.benchmarks import (
    LEVEL,
    METHODS,
    PointForecast,
    benchmarks,
    forecast_record,
    national_series,
)
from mappa.forecasts.scoring import LEVELS, crps_quantiles, interval_score
from mappa.records import Record, key, restored
from mappa.register.arrays import Array

TABLE = "origins"
REGISTER = "register_mode"
REGISTER_LABEL = "register model (posterior modes of its versions)"
#: Whose version the benchmarks' fits follow from.
LIBRARY = f"statsmodels {importlib.metadata.version('statsmodels')}"
LEAST_COUNTS = 11  # damped smoothing has five parameters and a variance to find
HORIZON = 5
#: Resamples of the origins behind the interval of the comparison, and their seed.
RESAMPLED, SEED = 10_000, 20200331

#: A forecaster returns draws of the national stock, shape (draws, horizon), from an origin.
Forecaster = Callable[[Data, pd.Timestamp, int], Array]

# What a forecast can depend on, by table; notes and sources may be mended without effect.
_INPUTS = {
    "national_figures": ["date", "measure", "category", "value", "basis", "preferred"],
    "sentencing": ["year", "measure", "group", "value", "unit"],
    "outflow": ["period", "measure", "value"],
    "notification_rules": ["rule_id", "value"],
    "life_table_males": ["age", "mx"],
}


@dataclasses.dataclass(frozen=True)
class Trial(Record):
    """One forecast from a past origin and the count that came."""

    method: str = key("Name of the method")
    label: str = key("The method in words")
    origin: pd.Timestamp = key("Date of the last count that the method knew")
    date: pd.Timestamp = key("Date that was forecast")
    horizon: int = key("Years from origin to date", "years")
    value: float = key("Central forecast", "people")
    low: float | None = key("Lower end of the 90% interval, where the method has one", "people")
    high: float | None = key("Upper end of the 90% interval, where the method has one", "people")
    count: float = key("Count that came", "people")
    error: float = key("Forecast less count", "people")
    crps: float = key("Continuous ranked probability score; of a point, its error", "people")


@dataclasses.dataclass(frozen=True)
class HorizonScore(Record):
    """How one method did at one horizon, over the origins that every method has."""

    method: str = key("Name of the method")
    label: str = key("The method in words")
    horizon: int = key("Years ahead", "years")
    cases: int = key("Forecasts scored")
    mean_error: float = key("Mean of forecast less count", "people")
    rmse: float = key("Root mean square error", "people")
    crps: float = key("Mean continuous ranked probability score", "people")
    covered: int | None = key("Forecasts whose 90% interval held the count, where it has one")
    interval_score: float | None = key("Mean interval score at 90%, where it has one", "people")


@dataclasses.dataclass(frozen=True)
class Comparison(Record):
    """The combined forecast against the register model over the shared cases."""

    cases: int = key("Forecasts compared")
    origins: int = key("Origins they start from")
    better: int = key("Origins from which the combined forecast has the lower mean CRPS")
    combined: float = key("Mean CRPS of the combined forecast", "people")
    register: float = key("Mean CRPS of the register model", "people")
    difference: float = key("Combined less register", "people")
    low: float = key("Lower end of its 90% interval, whole origins resampled", "people")
    high: float = key("Upper end of its 90% interval", "people")
    covered: int = key("Counts inside the 90% interval of the combined forecast")


@dataclasses.dataclass(frozen=True)
class RollingOrigins(Record):
    """All methods over all rolling origins."""

    as_of: pd.Timestamp = key("Date of the last count used to score")
    origins: tuple[pd.Timestamp, ...] = key("Origins, each with a count of that day")
    missing: tuple[int, ...] = key("Years without a count: neither origin nor scored", "year")
    scores: tuple[HorizonScore, ...] = key("Scores by method and horizon")
    trials: tuple[Trial, ...] = key("The forecasts themselves")
    comparison: Comparison | None = key("The combined forecast against the register model's")
    register_status: str = key("ok, or why the register model's forecasts are not shown")


def inputs_digest(data: Data, origin: str | pd.Timestamp) -> str:
    """Return the SHA-256 of the figures known on *origin* on which a forecast can depend."""
    known = data.until(origin)
    parts = []
    for table, columns in _INPUTS.items():
        frame = getattr(known, table)[columns]
        frame = frame.astype(str).where(frame.notna())  # pandas before 3 writes "nan"
        parts.append(frame.sort_values(columns).to_csv(index=False, lineterminator="\n"))
    return digest(parts)


def model_digest(data: Data, origin: str | pd.Timestamp) -> str:
    """Return the SHA-256 of the figures known on *origin* and of the model's priors."""
    return digest([inputs_digest(data, origin), _priors(data)])


def _priors(data: Data) -> str:
    from mappa.register.inputs.model_tables import PARAMETERS, VERSIONS, model_table

    priors = model_table(data, PARAMETERS)[["parameter", "transform", "median", "low", "high"]]
    versions = model_table(data, VERSIONS).drop(columns=["label", "words"])
    tables = (priors.sort_values("parameter"), versions)
    return "".join(t.to_csv(index=False, lineterminator="\n") for t in tables)


def origin_dates(data: Data) -> list[pd.Timestamp]:
    """Return the dates of national counts with enough counts before them and one after."""
    counts = national_series(data).dropna()
    last = _last_date(data)
    return [last.replace(year=int(y)) for y in counts.index[LEAST_COUNTS - 1 : -1]]


def _last_date(data: Data) -> pd.Timestamp:
    series = national_series(data)
    dates = data.national("rso_count").index
    return max(d for d in dates if d.year == series.index[-1])


def kept_forecasts(data: Data) -> tuple[pd.DataFrame, str]:
    """Return the kept forecasts of the register model and ``ok``, or an empty frame and why.

    Columns: origin, date, level, value (people), inputs. Rows whose inputs are no longer those
    of the figures are left out.
    """
    path = data.folder / f"{TABLE}.csv"
    empty = pd.DataFrame(columns=["origin", "date", "method", "level", "value", "inputs"])
    if not path.is_file():
        return empty, "no forecasts of it are kept (`mappa forecast origins` makes them)"
    kept = read_table(path, data.dictionary)
    same = [
        inputs == model_digest(data, origin)
        for origin, inputs in kept[["origin", "inputs"]].drop_duplicates().itertuples(index=False)
    ]
    right = kept["origin"].isin(kept["origin"].drop_duplicates()[same])
    if not right.all():
        return kept[
            right
        ], "some were made from other figures (`mappa forecast origins` renews them)"
    return kept, "ok"


def register_forecasts(data: Data) -> tuple[list[PointForecast], str]:
    """Return the kept forecasts of the register model as records, and their status."""
    kept, status = kept_forecasts(data)
    records = []
    for (origin, date), rows in kept.groupby(["origin", "date"], sort=True):
        quantiles = rows.set_index("level")["value"].reindex(LEVELS).to_numpy(float)
        horizon = date.year - origin.year
        records.append(
            forecast_record(REGISTER, REGISTER_LABEL, origin, horizon, quantiles=quantiles)
        )
    return records, status


def make_kept(
    data: Data, forecaster: Forecaster, *, horizon: int = HORIZON
) -> Iterator[pd.DataFrame]:
    """Refit the register model at each origin and yield its rows of ``origins.csv``."""
    for origin in origin_dates(data):
        draws = np.asarray(forecaster(data.until(origin), origin, horizon))
        values = np.quantile(draws, LEVELS, axis=0)
        inputs = model_digest(data, origin)
        yield pd.DataFrame(
            [
                {
                    "origin": f"{origin:%Y-%m-%d}",
                    "date": f"{origin + pd.DateOffset(years=h + 1):%Y-%m-%d}",
                    "method": REGISTER,
                    "level": level,
                    "value": round(float(values[k, h]), 1),
                    "inputs": inputs,
                }
                for h in range(horizon)
                for k, level in enumerate(LEVELS)
            ]
        )


def _trial(forecast: PointForecast, count: float) -> Trial:
    value = float(forecast.value)  # type: ignore[arg-type]
    q = forecast.quantiles
    return Trial(
        method=forecast.method,
        label=forecast.label,
        origin=forecast.origin,
        date=forecast.date,
        horizon=forecast.horizon,
        value=value,
        low=forecast.low,
        high=forecast.high,
        count=count,
        error=value - count,
        crps=abs(value - count) if q is None else crps_quantiles(q, count),
    )


def _score(trials: list[Trial]) -> HorizonScore:
    first = trials[0]
    errors = np.array([t.error for t in trials])
    ends = [(t.low, t.high, t.count) for t in trials if t.low is not None and t.high is not None]
    whole = len(ends) == len(trials)
    return HorizonScore(
        method=first.method,
        label=first.label,
        horizon=first.horizon,
        cases=len(trials),
        mean_error=float(errors.mean()),
        rmse=float(np.sqrt(np.mean(errors**2))),
        crps=float(np.mean([t.crps for t in trials])),
        covered=sum(low <= y <= high for low, high, y in ends) if whole else None,
        interval_score=(
            float(np.mean([interval_score(low, high, y, LEVEL) for low, high, y in ends]))
            if whole
            else None
        ),
    )


def _common(trials: Iterable[Trial]) -> list[Trial]:
    """Keep the origins and dates that every method has, so that all meet the same cases."""
    table: dict[str, dict[tuple[pd.Timestamp, pd.Timestamp], Trial]] = {}
    for t in trials:
        table.setdefault(t.method, {})[t.origin, t.date] = t
    shared = set.intersection(*(set(cases) for cases in table.values())) if table else set()
    return [cases[c] for cases in table.values() for c in sorted(shared)]


@functools.lru_cache(maxsize=16)
def rolling_origins(data: Data, horizon: int = HORIZON) -> RollingOrigins:
    """Score the benchmarks and the register model over all origins: what each would have said.

    Parameters
    ----------
    data: the tables; to score as of a date, pass ``data.until(date)``.
    horizon: longest horizon, in years.

    Returns
    -------
    ``.scores`` by method and horizon, ``.trials`` one by one (people), over the cases that every
    method has. A year without a national count is no origin and is not scored.

    Raises
    ------
    DataError: the kept forecasts of the register model break their schema.

    >>> from mappa import data, forecasts
    >>> found = forecasts.rolling_origins(data.load().until("2020-03-31"))
    >>> {s.cases for s in found.scores if s.horizon == 1}
    {7}
    """
    path = data.folder / f"{TABLE}.csv"
    forecasts = digest([path.read_bytes()]) if path.is_file() else ""
    parts = [data.digest, str(horizon), forecasts, _priors(data), LIBRARY]
    store = Store(places.cache_folder() / "origins")
    kept = store.once("origins", parts, lambda: _rolling(data, horizon).as_dict())
    found: RollingOrigins = restored(RollingOrigins, kept)
    return found


def _rolling(data: Data, horizon: int) -> RollingOrigins:
    counts = national_series(data)
    origins = origin_dates(data)
    forecasts = [f for origin in origins for f in benchmarks(data, origin, horizon)]
    ours, status = register_forecasts(data)
    mine = [f for f in ours if f.horizon <= horizon and pd.Timestamp(f.origin) in origins]
    trials = [
        _trial(f, float(counts[f.date.year]))
        for f in _combined(mine, forecasts) + mine + forecasts
        if f.value is not None and pd.notna(counts.get(f.date.year, np.nan))
    ]
    trials = _common(trials)
    order = [combined.METHOD, REGISTER, *METHODS]
    groups: dict[tuple[int, int], list[Trial]] = {}
    for t in trials:
        groups.setdefault((t.horizon, order.index(t.method)), []).append(t)
    return RollingOrigins(
        as_of=_last_date(data),
        origins=tuple(origins),
        missing=tuple(int(y) for y in counts.index[counts.isna()]),
        scores=tuple(_score(groups[g]) for g in sorted(groups)),
        trials=tuple(trials),
        comparison=_compared(trials),
        register_status=status
        if status != "ok" or mine
        else "none of its kept forecasts starts from these dates",
    )


def _combined(
    register: list[PointForecast], benchmarks_: list[PointForecast]
) -> list[PointForecast]:
    """Return the combined forecast of every case that the register model forecasts."""
    by_case: dict[tuple[pd.Timestamp, pd.Timestamp], list[PointForecast]] = {}
    for f in benchmarks_:
        by_case.setdefault((f.origin, f.date), []).append(f)
    return [combined.combine(f, by_case.get((f.origin, f.date), [])) for f in register]


def _compared(trials: list[Trial]) -> Comparison | None:
    """Hold the combined forecast against the register model, whole origins resampled.

    Forecasts from one origin fail together, so that the origins are what varies.
    """
    scores: dict[str, dict[pd.Timestamp, list[float]]] = {combined.METHOD: {}, REGISTER: {}}
    for t in trials:
        if t.method in scores:
            scores[t.method].setdefault(t.origin, []).append(t.crps)
    ours, theirs = scores[combined.METHOD], scores[REGISTER]
    if not ours or set(ours) != set(theirs):
        return None
    origins = sorted(ours)
    sums = np.array([sum(ours[o]) - sum(theirs[o]) for o in origins])
    sizes = np.array([len(ours[o]) for o in origins])
    drawn = np.random.default_rng(SEED).integers(len(origins), size=(RESAMPLED, len(origins)))
    resampled = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    held = [t for t in trials if t.method == combined.METHOD]
    return Comparison(
        cases=int(sizes.sum()),
        origins=len(origins),
        better=int((sums < 0).sum()),
        combined=float(np.mean([t.crps for t in held])),
        register=float(np.mean([t.crps for t in trials if t.method == REGISTER])),
        difference=float(sums.sum() / sizes.sum()),
        low=float(low),
        high=float(high),
        covered=sum(
            t.low <= t.count <= t.high for t in held if t.low is not None and t.high is not None
        ),
    )
