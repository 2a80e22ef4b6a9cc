"""Rolling origins: what each method would have said from each past count, against what came.

The benchmarks are refitted whenever they are asked for. The register model takes too long for
that: its forecasts are made offline from the posterior mode of each origin and stored in
``origins.csv``, with a digest of the figures they were made from, so that a table of forecasts
is never shown with figures it does not belong to.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.data.schema import read_table
from mappa.files import digest
from mappa.forecasts.benchmarks import (
    COMBINED,
    LEVEL,
    METHODS,
    PointForecast,
    benchmarks,
    combine,
    forecast_record,
    latest_count,
    national_series,
)
from mappa.forecasts.scoring import LEVELS, mean_scores, quantiles_of, scored
from mappa.records import Record, key
from mappa.register.arrays import Array
from mappa.register.inputs.parameters import PARAMETERS, VERSIONS, model_table

TABLE = "origins"
COLUMNS = ["origin", "date", "method", "level", "value", "inputs"]
REGISTER = "register_mode"
REGISTER_LABEL = "register model (posterior modes of its versions)"
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
    low: float = key("Lower end of its 90% interval, resampling complete origins", "people")
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
    priors = model_table(data, PARAMETERS)[["parameter", "transform", "median", "low", "high"]]
    versions = model_table(data, VERSIONS).drop(columns=["label", "words"])
    tables = (priors.sort_values("parameter"), versions)
    return "".join(t.to_csv(index=False, lineterminator="\n") for t in tables)


def origin_dates(data: Data) -> list[pd.Timestamp]:
    """Return the dates of national counts with enough counts before them and one after."""
    counts, last = national_series(data).dropna(), latest_count(data)
    return [last.replace(year=int(y)) for y in counts.index[LEAST_COUNTS - 1 : -1]]


def stored_forecasts(data: Data) -> tuple[pd.DataFrame, str]:
    """Return the stored forecasts of the register model and ``ok``, or an empty frame and why.

    Columns: :data:`COLUMNS`; values are people. Rows whose inputs are no longer those of the
    figures are left out.
    """
    path = data.folder / f"{TABLE}.csv"
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS), (
            "no forecasts of it are kept (`mappa forecast origins` makes them)"
        )
    stored = read_table(path, data.dictionary)
    now = {origin: model_digest(data, origin) for origin in stored["origin"].unique()}
    right = stored["inputs"] == stored["origin"].map(now)
    renewed = "some were made from other figures (`mappa forecast origins` renews them)"
    return stored[right], "ok" if right.all() else renewed


def register_forecasts(data: Data) -> tuple[list[PointForecast], str]:
    """Return the stored forecasts of the register model as records, and their status."""
    stored, status = stored_forecasts(data)
    both = stored.pivot(index=["origin", "date"], columns="level", values="value")
    return [
        forecast_record(REGISTER, REGISTER_LABEL, origin, date.year - origin.year, quantiles=levels)
        for (origin, date), levels in zip(both.index, both.to_numpy(float), strict=True)
    ], status


def refit(data: Data, forecaster: Forecaster, *, horizon: int = HORIZON) -> Iterator[pd.DataFrame]:
    """Refit the register model at each origin and yield its rows of ``origins.csv``."""
    for origin in origin_dates(data):
        draws, inputs = forecaster(data.until(origin), origin, horizon), model_digest(data, origin)
        rows = [
            (origin, origin + pd.DateOffset(years=h), REGISTER, level, round(value, 1), inputs)
            for h, values in enumerate(quantiles_of(draws).T.tolist(), start=1)
            for level, value in zip(LEVELS, values, strict=True)
        ]
        yield pd.DataFrame(rows, columns=COLUMNS)


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

    Raises DataError: the stored forecasts of the register model break their schema.

    >>> from mappa import data, forecasts
    >>> found = forecasts.rolling_origins(data.load().until("2020-03-31"))
    >>> {s.cases for s in found.scores if s.horizon == 1}
    {7}
    """
    counts, origins = national_series(data), origin_dates(data)
    simple = [f for origin in origins for f in benchmarks(data, origin, horizon)]
    ours, status = register_forecasts(data)
    mine = [f for f in ours if f.horizon <= horizon and f.origin in origins]
    if status == "ok" and not mine:
        status = "none of its kept forecasts starts from these dates"
    trials = _trials([*(combine(f, simple) for f in mine), *mine, *simple], counts)
    scores = mean_scores(trials, ["horizon", "place", "method", "label"])
    return RollingOrigins(
        as_of=latest_count(data),
        origins=tuple(origins),
        missing=tuple(int(y) for y in counts.index[counts.isna()]),
        scores=HorizonScore.from_frame(scores),
        trials=Trial.from_frame(trials),
        comparison=_compared(trials),
        register_status=status,
    )


def _trials(forecasts: list[PointForecast], counts: pd.Series) -> pd.DataFrame:
    """Return the forecasts with their errors: those of origins and dates that every method has.

    Columns are those of :class:`Trial` and ``place``, that of the method in the order of tables.
    """
    trials = PointForecast.to_frame(forecasts)
    trials["count"] = [counts.get(day.year, np.nan) for day in trials["date"]]
    trials = trials.dropna(subset=["value", "count"])
    shared = trials.groupby(["origin", "date"])["method"].transform("size")
    trials = scored(trials[shared == trials["method"].nunique()])
    place = trials["method"].map([COMBINED, REGISTER, *METHODS].index)
    return trials.assign(place=place).sort_values(["place", "origin", "date"])


def _compared(trials: pd.DataFrame) -> Comparison | None:
    """Compare the combined forecast with the register model, resampling complete origins.

    Forecasts from one origin fail together, so that the origins are what varies.
    """
    scores = trials.pivot(index=["origin", "date"], columns="method", values="crps")
    if not {COMBINED, REGISTER} <= set(scores.columns):
        return None
    by_origin = scores.groupby(level="origin")
    ours, theirs = (by_origin[m].agg(lambda c: sum(c)).to_numpy() for m in (COMBINED, REGISTER))
    sums, sizes = ours - theirs, by_origin.size().to_numpy()
    drawn = np.random.default_rng(SEED).integers(len(sums), size=(RESAMPLED, len(sums)))
    resampled = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Comparison(
        cases=int(sizes.sum()),
        origins=len(sums),
        better=int((sums < 0).sum()),
        combined=float(scores[COMBINED].to_numpy().mean()),
        register=float(scores[REGISTER].to_numpy().mean()),
        difference=float(sums.sum() / sizes.sum()),
        low=float(low),
        high=float(high),
        covered=int(trials.loc[trials["method"] == COMBINED, "covered"].sum()),
    )
