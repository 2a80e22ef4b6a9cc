"""Estimates for every area and stock date, and forecasts, from stored or fresh fits of the model.

A fit is stored as a small table of quantiles of the log rate ratio, keyed by the digest of its
evidence: ``estimates.csv`` with the study's tables, or the cache for any other evidence. Nothing
dated after the origin is in it.
"""

import contextlib
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from mappa.data import Data, places, schema
from mappa.errors import MappaError, UsageError
from mappa.files import write_atomically
from mappa.growth import evidence as ev
from mappa.growth import model, national

#: Name of the model, and the mark of a fit: it changes when the model does, so that no fit of
#: another model is taken for this one's.
MODEL, MARK = "hierarchical random walk", "rw2"
PROBABILITIES = (0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995)
QUANTILES = tuple(f"q{round(1000 * p):03d}" for p in PROBABILITIES)
#: The quantiles that have a name of their own.
SHOWN = {"median": "q500", "low50": "q250", "high50": "q750", "low90": "q050", "high90": "q950"}
LONGEST = 5
DRAWS, WARM_UP = 2000, 300
PATH_DRAWS = 4000
TABLE = "estimates"


def key_of(evidence: ev.Evidence) -> str:
    """Return the key of a fit: model and digest of the evidence."""
    return f"{MARK}-{evidence.digest[:12]}"


def steps_ahead(
    posterior: model.Posterior, shares: np.ndarray, horizon: int, seed: int
) -> np.ndarray:
    """Return draws of the log rate ratios after the last date, shape (draws, horizon, A).

    Steps follow the model; every year the ratios are made to agree with the national count again,
    at the population shares of the origin, shape (A,).
    """
    rng = np.random.default_rng([seed, 1])
    x = posterior.x[:, -1]
    ahead = np.empty((x.shape[0], horizon, x.shape[1]))
    for h in range(horizon):
        shock = rng.standard_normal(x.shape)
        weight = rng.chisquare(posterior.nu[:, None], size=x.shape) / posterior.nu[:, None]
        x = x + posterior.sigma[:, None] * posterior.scale * shock / np.sqrt(weight)
        x = x - np.log((shares * np.exp(x)).sum(axis=1, keepdims=True))
        ahead[:, h] = x
    return ahead


def fit_table(
    evidence: ev.Evidence,
    *,
    draws: int = DRAWS,
    warm_up: int = WARM_UP,
    seed: int = model.SEED,
    progress: Callable[[], object] | None = None,
) -> pd.DataFrame:
    """Fit the model and return the quantiles of the log rate ratio of every area and date.

    Columns: fit, origin, area, date, kind (estimate or forecast) and :data:`QUANTILES`; forecasts
    run :data:`LONGEST` years.
    """
    posterior = model.fit(evidence, draws=draws, warm_up=warm_up, seed=seed, progress=progress)
    origin = evidence.dates[-1]
    ahead = steps_ahead(posterior, evidence.shares[-1], LONGEST, seed)
    dates = [*evidence.dates, *national.dates_ahead(origin, LONGEST)]
    past = posterior.x + posterior.d[:, :, None]
    quantiles = np.quantile(np.concatenate([past, ahead], axis=1), PROBABILITIES, axis=0)
    cells = pd.MultiIndex.from_product([evidence.areas, dates], names=["area", "date"])
    values = quantiles.transpose(2, 1, 0).reshape(len(cells), -1)
    found = pd.DataFrame(values, cells, QUANTILES).round(4).reset_index()
    kind = np.where(found["date"] <= origin, "estimate", "forecast")
    first = {"fit": key_of(evidence), "origin": origin}
    return found.assign(**first, kind=kind)[[*first, "area", "date", "kind", *QUANTILES]]


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as the CSV that is stored: dates as ISO, numbers to six digits."""
    text: str = frame.to_csv(
        index=False, float_format="%.6g", date_format="%Y-%m-%d", lineterminator="\n"
    )
    return text


def read_kept(path: Path, dictionary: pd.DataFrame, table: str = TABLE) -> pd.DataFrame | None:
    """Return a stored table, validated against the dictionary, or ``None`` where there is none."""
    return schema.read_table(path, dictionary, table) if path.is_file() else None


def _of_fit(path: Path, data: Data, name: str) -> pd.DataFrame | None:
    kept = read_kept(path, data.dictionary)
    found = kept[kept["fit"] == name] if kept is not None else pd.DataFrame()
    return found.reset_index(drop=True) if len(found) else None


@functools.lru_cache(maxsize=8)
def is_kept(data: Data, origin: pd.Timestamp) -> bool:
    """Return whether the fit for *origin* is one that is stored with the tables."""
    name = key_of(ev.collect_until(data, origin))
    return _of_fit(data.folder / f"{TABLE}.csv", data, name) is not None


@functools.lru_cache(maxsize=8)
def quantile_table(data: Data, origin: pd.Timestamp) -> pd.DataFrame:
    """Return the table of :func:`fit_table` for an origin: stored, cached or fitted now.

    Raises
    ------
    DataError: a stored table that breaks its schema.
    """
    evidence = ev.collect_until(data, origin)
    if evidence.dates[-1] != origin:
        raise UsageError(f"{origin:%Y-%m-%d} has no denominator, so nothing is estimated for it.")
    name = key_of(evidence)
    found = _of_fit(data.folder / f"{TABLE}.csv", data, name)
    if found is not None:
        return found
    path = places.cache_folder() / "growth" / f"{name}.csv"
    with contextlib.suppress(MappaError):  # a cache that another version wrote is made anew
        found = _of_fit(path, data, name)
    if found is None:
        found = fit_table(evidence)
        write_atomically(path, as_csv(found))
    return found


def area_estimates(data: Data, origin: str | pd.Timestamp) -> pd.DataFrame:
    """Return the estimate of every area for each stock date up to the origin.

    Parameters
    ----------
    data: the tables. origin: date of the answer; nothing dated later is used.

    Returns
    -------
    A frame with ``area``, ``date``, ``median``, ``low50``, ``high50``, ``low90``, ``high90`` and
    the quantiles ``q005`` to ``q995`` (people). An area with a count has an estimate too: a caller
    shows the count instead. It is empty where one date alone has no steps to learn from.

    Raises
    ------
    UnknownName: a date without figures.

    >>> from mappa.data import load
    >>> found = area_estimates(load(), "2020-03-31")
    >>> surrey = found[(found["area"] == "Surrey") & (found["date"] == "2020-03-31")]
    >>> [round(float(v), -2) for v in surrey[["low90", "median", "high90"]].to_numpy()[0]]
    [700.0, 900.0, 1300.0]
    """
    day = data.date(origin)
    if len(data.until(day).mid_years) < 2:
        return pd.DataFrame(columns=["area", "date", *SHOWN, *QUANTILES])
    table = quantile_table(data, day)
    table = table[table["kind"] == "estimate"]
    evidence = ev.collect_until(data, day)
    expected = pd.DataFrame(evidence.expected, evidence.dates, evidence.areas).stack()
    base = expected.reindex(pd.MultiIndex.from_frame(table[["date", "area"]])).to_numpy()
    return _in_people(table, {q: base * np.exp(table[q].to_numpy()) for q in QUANTILES})


def stored_estimates(data: Data, day: str | pd.Timestamp) -> pd.DataFrame | None:
    """Return the :func:`area_estimates` for a date itself, by area.

    ``None`` where no estimates of the date are stored with the tables: none is fitted for it.
    """
    origin = data.date(day)
    if origin == data.dates[0] or not is_kept(data, origin):
        return None
    table = area_estimates(data, origin)
    return table[table["date"] == origin].set_index("area")


def stored_estimate(
    data: Data, area: str, day: str | pd.Timestamp
) -> tuple[float, float, float] | None:
    """Return an area's row of :func:`stored_estimates`: the median and its 90% limits (people)."""
    table = stored_estimates(data, day)
    if table is None:
        return None
    row = table.loc[area]
    return float(row["median"]), float(row["low90"]), float(row["high90"])


def forecast_draws(
    data: Data,
    origin: str | pd.Timestamp,
    horizon: int = 4,
    nation_path: np.ndarray | None = None,
    *,
    areas: Sequence[str] | None = None,
) -> tuple[np.ndarray, list[str], list[pd.Timestamp]]:
    """Return draws of every area's count for the *horizon* years after the origin.

    Parameters
    ----------
    data: the tables; no row dated after *origin* is used. origin: a date with a national count.
    horizon: 1 to 5 years.
    nation_path: draws of the national count, shape (draws, horizon), people, such as a register
        model gives; by default the benchmark of :func:`mappa.growth.national.benchmark_path`.
    areas: names of the areas wanted, by default all; the draws of one do not depend on which.

    Returns
    -------
    Draws of shape (draws, horizon, A) (people), the A areas and the dates. Areas are drawn apart
    from one another, each from the model's own distribution, and then made to sum to the national
    path in every draw; an area keeps its place in its distribution from year to year.
    """
    day = data.date(origin)
    if not 1 <= horizon <= LONGEST:
        raise UsageError(f"A horizon of {horizon} years is not one of 1 to {LONGEST}.")
    if nation_path is None:
        nation_path = national.benchmark_path(data, day, horizon, PATH_DRAWS, model.SEED)
    path = np.asarray(nation_path, dtype=float)
    if path.ndim != 2 or path.shape[1] != horizon or not (path > 0).all():
        raise UsageError(f"The nation's path must have {horizon} columns of counts above zero.")
    table = quantile_table(data, day)
    dates, names = national.dates_ahead(day, horizon), list(areas or data.names)
    share = dict(zip(data.names, ev.collect_until(data, day).shares[-1], strict=True))
    drawn = np.empty((len(path), horizon, len(data.names)))
    # Spread evenly over the distribution, in random order against the national draws.
    scores = norm.ppf((np.arange(len(path)) + 0.5) / len(path))
    for k, name in enumerate(data.names):
        rng = np.random.default_rng([model.SEED, 2, k])
        place = rng.permutation(len(path))
        rows = table[(table["area"] == name) & table["date"].isin(dates)].sort_values("date")
        for h, quantiles in enumerate(rows[list(QUANTILES)].to_numpy(float)):
            ratio = quantile_function(quantiles, scores)[place]
            drawn[:, h, k] = share[name] * np.exp(ratio)
    drawn *= path[:, :, None] / drawn.sum(axis=2, keepdims=True)
    return drawn[:, :, [data.names.index(name) for name in names]], names, dates


def shortfall(data: Data, origin: pd.Timestamp, horizon: int, path: np.ndarray | None) -> float:
    """Return by what share of the national count the areas' medians fall short of its median.

    For the last of *horizon* years; draws sum to the national count exactly, medians need not.
    """
    drawn, _, _ = forecast_draws(data, origin, horizon, path)
    last = drawn[:, -1]
    return float(1 - np.median(last, axis=0).sum() / np.median(last.sum(axis=1)))


def area_forecasts(
    data: Data,
    origin: str | pd.Timestamp,
    horizon: int = 4,
    nation_path: np.ndarray | None = None,
    *,
    areas: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return the forecast of every area for the *horizon* years after the origin.

    The parameters are those of :func:`forecast_draws`.

    Returns
    -------
    A frame with area, date, median, low50, high50, low90, high90 and the quantiles of
    :data:`PROBABILITIES` as columns :data:`QUANTILES` (people), by area and date.

    Raises
    ------
    UnknownName: a date without figures. UsageError: a horizon or a national path that cannot be.

    >>> from mappa.data import load
    >>> found = area_forecasts(load(), "2020-03-31", horizon=1, areas=["Cumbria"])
    >>> bool((found["low90"] < found["median"]).all() and (found["median"] < found["high90"]).all())
    True
    """
    drawn, names, dates = forecast_draws(data, origin, horizon, nation_path, areas=areas)
    found = np.quantile(drawn, PROBABILITIES, axis=0).reshape(len(PROBABILITIES), -1)
    cells = pd.DataFrame([(a, d) for d in dates for a in names], columns=["area", "date"])
    return _in_people(cells, dict(zip(QUANTILES, found, strict=True)))


def quantile_function(quantiles: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the values at normal *scores* of a distribution known by its quantiles.

    Linear between them on the scale of normal scores, and along the last piece beyond them.
    """
    z, q = norm.ppf(PROBABILITIES), np.asarray(quantiles, dtype=float)
    value = np.interp(scores, z, q)
    low, high = scores < z[0], scores > z[-1]
    value[low] = q[0] + (scores[low] - z[0]) * (q[1] - q[0]) / (z[1] - z[0])
    value[high] = q[-1] + (scores[high] - z[-1]) * (q[-1] - q[-2]) / (z[-1] - z[-2])
    return value


def _in_people(table: pd.DataFrame, values: dict[str, np.ndarray]) -> pd.DataFrame:
    shown = {name: values[q] for name, q in SHOWN.items()}
    frame = table[["area", "date"]].assign(**shown, **values)
    return frame.sort_values(["area", "date"]).reset_index(drop=True)
