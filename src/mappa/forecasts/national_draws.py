"""Draws of the national stock ahead: of the register model, or of the growth model's benchmark."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UnknownName
from mappa.forecasts.benchmarks import check_horizon
from mappa.register.arrays import Array

#: Futures drawn at a posterior mode: pairs of opposite steps, so that the median is steady.
FUTURES = 400
SEED = 20200331
STEP = 0.01  # of the derivatives, in prior standard deviations
SOURCES = ("register", "benchmark")


@dataclasses.dataclass(frozen=True)
class NationalDraws:
    """Draws of the national stock, shape (draws, horizon), people, and what made them."""

    draws: Array = dataclasses.field(repr=False)
    method: str
    label: str


def mode_draws(data: Data, origin: pd.Timestamp, horizon: int) -> Array:
    """Return futures of the register model about its posterior mode, shape (draws, horizon).

    The number sentenced walks on at random from the mode. To that is added the parameters'
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
    dates = np.asarray(near.today + np.arange(1, horizon + 1), dtype=float)

    def stock(z: Array, future: Array) -> Array:
        return np.log(model.run(z, dates, future=future).stock)

    rng = np.random.default_rng(SEED)
    half = fixed["volume_walk"] * rng.standard_normal((FUTURES // 2, horizon))
    futures = np.array([stock(mode.z, step) for step in np.concatenate([half, -half])])
    level = np.zeros(horizon)
    slope = np.array(
        [
            (stock(mode.z + step, level) - stock(mode.z - step, level)) / (2 * STEP)
            for step in np.asarray(STEP * np.eye(len(mode.z)), dtype=float)
        ]
    )
    spread = slope.T @ mode.covariance @ slope + fixed["error_exact"] ** 2 * np.eye(horizon)
    shock = rng.multivariate_normal(level, spread, FUTURES // 2, method="cholesky")
    return np.exp(futures + np.concatenate([shock, -shock]))


def _register_draws(data: Data, origin: pd.Timestamp, horizon: int) -> NationalDraws:
    """Return the posterior's forecasts with the error that the model allows a count.

    A seal is held against published counts, so that error belongs in it.
    """
    from mappa.register.inputs.model_tables import PARAMETERS, model_table
    from mappa.register.inputs.parameters import parameter_table
    from mappa.register.posterior.forecast import forecast

    made = forecast(data, origin, horizon)
    sd = parameter_table(model_table(data, PARAMETERS)).fixed["error_exact"]
    error = sd * np.random.default_rng(SEED).standard_normal(made.draws.shape)
    how = made.status.split(":")[0]
    return NationalDraws(
        made.draws * np.exp(error), "register", f"register model ({how} posterior)"
    )


def national_draws(
    data: Data, origin: pd.Timestamp, horizon: int, source: str = "register"
) -> NationalDraws:
    """Return draws of the national stock by the source asked for, named for a seal.

    Raises UnknownName where *source* is not one of :data:`SOURCES`.
    """
    if source == "register":
        return _register_draws(data.until(origin), origin, check_horizon(horizon))
    if source == "benchmark":
        from mappa.growth.national_path import benchmark_path

        draws = benchmark_path(data, origin, check_horizon(horizon), 4000, SEED)
        return NationalDraws(
            draws, "growth_benchmark", "mean growth of the last three years, with its past errors"
        )
    raise UnknownName("source of the nation's forecast", source, SOURCES)
