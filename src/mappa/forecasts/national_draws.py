"""Draws of the national stock ahead: combined, of the register model, or a plain benchmark."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.errors import TooLittleKnown, UnknownName
from mappa.forecasts import combined
from mappa.forecasts.benchmarks import check_horizon, national_series
from mappa.growth.record import BENCHMARK_NATION
from mappa.register.arrays import Array

if TYPE_CHECKING:
    from mappa.register.inference.mode import Mode

#: Futures at each version's posterior mode: pairs of opposite steps, for a steady median.
FUTURES = 400
SEED = 20200331
STEP = 0.01  # of the derivatives, in prior standard deviations
#: Draws of the register's posterior behind a seal: it is made once, so it may take its minutes.
SEAL_DRAWS = 2000
SOURCES = ("combined", "register", "benchmark")


@dataclasses.dataclass(frozen=True)
class NationalDraws:
    """Draws of the national stock, shape (draws, horizon), people, and what made them."""

    draws: Array = dataclasses.field(repr=False)
    method: str
    label: str


def mode_draws(data: Data, origin: pd.Timestamp, horizon: int) -> Array:
    """Return futures of the register model about its posterior modes, shape (draws, horizon).

    As many of each version of the model, so that the versions have equal weights as in the pooled
    posterior. Nothing dated after *origin* is used.
    """
    from mappa.register.inference.mode import fit_mode
    from mappa.register.inputs.parameters import priors_of

    known, length = data.until(origin), check_horizon(horizon)
    modes = [fit_mode(known, origin, version.name) for version in priors_of(data).versions]
    return np.concatenate([_about_mode(known, origin, length, mode) for mode in modes])


def _about_mode(data: Data, origin: pd.Timestamp, horizon: int, mode: Mode) -> Array:
    """Return futures about one version's mode, from the count of *origin*.

    The number sentenced walks on at random from the mode. To that is added the parameters'
    uncertainty by the delta method (the forecast made straight at the mode, with the covariance
    of the normal approximation there) and the error that the model allows a count.
    """
    from mappa.register.stockflow.stock import RegisterModel

    near = mode.density.model
    fixed = near.priors.fixed
    model = RegisterModel(near.inputs, near.priors, horizon=horizon)
    dates = np.asarray(near.today + np.arange(0, horizon + 1), dtype=float)

    def ahead(z: Array, future: Array) -> Array:
        stock = model.run(model.values(z), dates, future=future).stock
        return np.log(stock[1:] * jump_off(data, origin, stock[:1]))

    rng = np.random.default_rng(SEED)
    half = fixed["volume_walk"] * rng.standard_normal((FUTURES // 2, horizon))
    futures = np.array([ahead(mode.z, step) for step in np.concatenate([half, -half])])
    level = np.zeros(horizon)
    slope = np.array(
        [
            (ahead(mode.z + step, level) - ahead(mode.z - step, level)) / (2 * STEP)
            for step in np.asarray(STEP * np.eye(len(mode.z)), dtype=float)
        ]
    )
    spread = slope.T @ mode.covariance @ slope + fixed["error_exact"] ** 2 * np.eye(horizon)
    shock = rng.multivariate_normal(level, spread, FUTURES // 2, method="cholesky")
    return np.exp(futures + np.concatenate([shock, -shock]))


def jump_off(data: Data, origin: pd.Timestamp, modelled: Array) -> Array:
    """Return the factors that let draws start from the count of *origin*, ones without a count.

    *modelled* are the stocks (people) at which the draws themselves are on that day.
    """
    series = national_series(data, origin)
    if series.empty or series.index[-1] != origin.year:
        return np.ones_like(modelled)
    return float(series.iloc[-1]) / modelled


def _register_draws(
    data: Data, origin: pd.Timestamp, horizon: int, draws: int | None
) -> NationalDraws:
    """Return the posterior's forecasts, each from the last count, with the error of a count.

    A seal is held against published counts, so that error belongs in it.
    """
    from mappa.register.inference.forecast import forecast
    from mappa.register.inputs.parameters import priors_of

    made = forecast(data, origin, horizon, draws)
    sd = priors_of(data).fixed["error_exact"]
    error = sd * np.random.default_rng(SEED).standard_normal(made.draws.shape)
    paths = made.draws * jump_off(data, origin, made.start)[:, None] * np.exp(error)
    how = made.status.split(":")[0]
    return NationalDraws(paths, "register", f"register model ({how} posterior)")


def national_draws(
    data: Data,
    origin: pd.Timestamp,
    horizon: int,
    source: str = "combined",
    draws: int | None = None,
) -> NationalDraws:
    """Return draws of the national stock by the source asked for, named for a seal.

    *draws* are those of the register's posterior (by default all that are shipped, or a hundred).

    Raises UnknownName where *source* is not one of :data:`SOURCES`.
    """
    if source in ("combined", "register"):
        made = _register_draws(data.until(origin), origin, check_horizon(horizon), draws)
        if source == "register":
            return made
        paths = combined.combined_draws(
            data.until(origin), origin, np.asarray(made.draws, dtype=np.float64)
        )
        return NationalDraws(paths, combined.METHOD, combined.LABEL)
    if source == "benchmark":
        from mappa.growth.national_path import benchmark_path

        path = benchmark_path(data, origin, check_horizon(horizon), 4000, SEED)
        return NationalDraws(
            path, "growth_benchmark", "mean growth of the last three years, with its past errors"
        )
    raise UnknownName("source of the nation's forecast", source, SOURCES)


@typed
def nation_ahead(
    data: Data, as_of: str | pd.Timestamp, horizon: int = 4, source: str = "combined"
) -> tuple[Array | None, str]:
    """Return what the areas' forecasts are made to sum to, and what made it, in words.

    That is draws of the national count, shape (draws, horizon), people. With *source*
    ``benchmark``, and where too little is known for another, it is ``None``: the benchmark of
    :func:`mappa.growth.answer`.

    Raises UnknownName where *source* is not one of :data:`SOURCES`.
    """
    if source == "benchmark" or horizon == 0:
        return None, BENCHMARK_NATION
    try:
        made = national_draws(data, data.date(as_of), horizon, source)
    except TooLittleKnown:
        return None, BENCHMARK_NATION
    return made.draws, f"the {made.label}"


def sealed_sources(source: str) -> tuple[str, ...]:
    """Return the sources that a seal holds: the one asked for, the combined one's part too."""
    return ("combined", "register") if source == "combined" else (source,)
