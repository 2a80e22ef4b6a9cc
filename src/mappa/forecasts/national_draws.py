"""Draws of the national stock ahead: combined, of the register model, or a plain benchmark."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UnknownName
from mappa.forecasts import combined
from mappa.forecasts.benchmarks import check_horizon, national_series
from mappa.register.arrays import Array

#: Futures drawn at a posterior mode: pairs of opposite steps, so that the median is steady.
FUTURES = 400
SEED = 20200331
STEP = 0.01  # of the derivatives, in prior standard deviations
SOURCES = ("combined", "register", "benchmark")


@dataclasses.dataclass(frozen=True)
class NationalDraws:
    """Draws of the national stock, shape (draws, horizon), people, and what made them."""

    draws: Array = dataclasses.field(repr=False)
    method: str
    label: str


def mode_draws(data: Data, origin: pd.Timestamp, horizon: int) -> Array:
    """Return futures of the register model about its posterior mode, shape (draws, horizon).

    The number sentenced walks on at random from the mode, and the whole starts at the last count
    (:func:`jump_off`). To that is added the parameters'
    uncertainty by the delta method (the forecast made straight at the mode, with the covariance
    of the normal approximation there) and the error that the model allows a count. Nothing dated
    after *origin* is used.
    """
    from mappa.register.model.stock import RegisterModel
    from mappa.register.posterior.mode import fit_mode

    mode = fit_mode(data.until(origin), origin)
    near = mode.density.model
    fixed = near.priors.fixed
    model = RegisterModel(near.inputs, near.priors, horizon=check_horizon(horizon))
    dates = np.asarray(near.today + np.arange(0, horizon + 1), dtype=float)

    def stock(z: Array, future: Array) -> Array:
        return np.log(model.run(z, dates, future=future).stock)

    rng = np.random.default_rng(SEED)
    half = fixed["volume_walk"] * rng.standard_normal((FUTURES // 2, horizon))
    futures = np.array([stock(mode.z, step) for step in np.concatenate([half, -half])])
    level = np.zeros(horizon)
    start = float(np.exp(stock(mode.z, level)[0]))
    slope = np.array(
        [
            (stock(mode.z + step, level) - stock(mode.z - step, level)) / (2 * STEP)
            for step in np.asarray(STEP * np.eye(len(mode.z)), dtype=float)
        ]
    )
    slope = slope[:, 1:]
    spread = slope.T @ mode.covariance @ slope + fixed["error_exact"] ** 2 * np.eye(horizon)
    shock = rng.multivariate_normal(level, spread, FUTURES // 2, method="cholesky")
    draws = np.exp(futures[:, 1:] + np.concatenate([shock, -shock]))
    return draws * jump_off(data, origin, start)


def jump_off(data: Data, origin: pd.Timestamp, modelled: float) -> float:
    """Return the factor that lets a model start from the count of *origin*, one without a count.

    *modelled* is the stock (people) at which the model itself is on that day.
    """
    series = national_series(data, origin)
    if series.empty or series.index[-1] != origin.year:
        return 1.0
    return float(series.iloc[-1] / modelled)


def _register_draws(data: Data, origin: pd.Timestamp, horizon: int) -> NationalDraws:
    """Return the posterior's forecasts from the last count, with the error of a count.

    A seal is held against published counts, so that error belongs in it.
    """
    from mappa.register.inputs.parameters import priors_of
    from mappa.register.posterior.forecast import forecast

    made = forecast(data, origin, horizon)
    sd = priors_of(data).fixed["error_exact"]
    error = sd * np.random.default_rng(SEED).standard_normal(made.draws.shape)
    start = jump_off(data, origin, float(np.median(made.start)))
    how = made.status.split(":")[0]
    return NationalDraws(
        start * made.draws * np.exp(error), "register", f"register model ({how} posterior)"
    )


def national_draws(
    data: Data, origin: pd.Timestamp, horizon: int, source: str = "combined"
) -> NationalDraws:
    """Return draws of the national stock by the source asked for, named for a seal.

    Raises UnknownName where *source* is not one of :data:`SOURCES`.
    """
    if source in ("combined", "register"):
        made = _register_draws(data.until(origin), origin, check_horizon(horizon))
        if source == "register":
            return made
        paths = combined.combined_draws(
            data.until(origin), origin, np.asarray(made.draws, dtype=np.float64)
        )
        return NationalDraws(paths, combined.METHOD, combined.LABEL)
    if source == "benchmark":
        from mappa.growth.national_path import benchmark_path

        draws = benchmark_path(data, origin, check_horizon(horizon), 4000, SEED)
        return NationalDraws(
            draws, "growth_benchmark", "mean growth of the last three years, with its past errors"
        )
    raise UnknownName("source of the nation's forecast", source, SOURCES)


def sealed_sources(source: str) -> tuple[str, ...]:
    """Return the sources that a seal holds: the one asked for, the combined one's part too."""
    return ("combined", "register") if source == "combined" else (source,)
