"""Draws of the national stock ahead: of the register model, or of the growth model's benchmark."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.errors import UnknownName
from mappa.figures import Figures
from mappa.register.benchmarks import check_horizon

#: Futures drawn at a posterior mode: pairs of opposite steps, so that the median is steady.
FUTURES = 400
SEED = 20200331
STEP = 0.01  # of the derivatives, in prior standard deviations
SOURCES = ("register", "benchmark")


@dataclasses.dataclass(frozen=True)
class NationalDraws:
    """Draws of the national stock, shape (draws, horizon), people, and what made them."""

    draws: NDArray[np.float64] = dataclasses.field(repr=False)
    method: str
    label: str


def mode_draws(figures: Figures, origin: pd.Timestamp, horizon: int) -> NDArray[np.float64]:
    """Return futures of the register model about its posterior mode, shape (draws, horizon).

    The number sentenced walks on at random from the mode. To that is added the parameters'
    uncertainty by the delta method (the forecast made straight at the mode, with the covariance
    of the normal approximation there) and the error that the model allows a count. Nothing dated
    after *origin* is used.
    """
    from mappa.register.mode import fit_mode
    from mappa.register.model import RegisterModel

    mode = fit_mode(figures.until(origin), origin)
    near = mode.density.model
    fixed = near.priors.fixed
    model = RegisterModel(near.inputs, near.priors, horizon=check_horizon(horizon))
    dates = np.asarray(near.today + np.arange(1, horizon + 1), dtype=float)

    def stock(z: NDArray[np.float64], future: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log(model.run(z, dates, future=future).stock)

    rng = np.random.default_rng(SEED)
    half = fixed["volume_walk"] * rng.standard_normal((FUTURES // 2, horizon))
    futures = np.array([stock(mode.z, step) for step in np.concatenate([half, -half])])
    level = np.zeros(horizon)
    slope = np.array(
        [
            (stock(mode.z + step, level) - stock(mode.z - step, level)) / (2 * STEP)
            for step in STEP * np.eye(len(mode.z))
        ]
    )
    spread = slope.T @ mode.covariance @ slope + fixed["error_exact"] ** 2 * np.eye(horizon)
    shock = rng.multivariate_normal(level, spread, FUTURES // 2, method="cholesky")
    return np.exp(futures + np.concatenate([shock, -shock]))


def posterior_draws(
    figures: Figures, origin: pd.Timestamp, horizon: int
) -> tuple[NDArray[np.float64], bool]:
    """Return the register model's forecast draws and whether its posterior was sampled."""
    from mappa.register.forecast import forecast
    from mappa.register.posterior import SHIPPED

    made = forecast(figures, origin, horizon)
    return np.asarray(made.draws, dtype=float), made.status == SHIPPED


def national_draws(
    figures: Figures, origin: pd.Timestamp, horizon: int, source: str = "register"
) -> NationalDraws:
    """Return draws of the national stock by the source asked for, named for a seal.

    Raises UnknownName where *source* is not one of :data:`SOURCES`.
    """
    if source == "register":
        draws, sampled = posterior_draws(figures, origin, horizon)
        how = "sampled posterior" if sampled else "normal approximation at the posterior mode"
        return NationalDraws(draws, "register", f"register model ({how})")
    if source == "benchmark":
        from mappa.growth.nation import benchmark_path

        draws = benchmark_path(figures, origin, check_horizon(horizon), 4000, SEED)
        return NationalDraws(
            draws, "growth_benchmark", "mean growth of the last three years, with its past errors"
        )
    raise UnknownName("source of the nation's forecast", source, SOURCES)
