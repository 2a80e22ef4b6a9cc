"""Draws of the national stock ahead, and what a seal holds of them and of every area.

The draws are combined, of the register model, or of a plain benchmark.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from mappa.arguments import typed
from mappa.data import Data
from mappa.errors import TooLittleKnown, UsageError, one_of
from mappa.forecasts import seals
from mappa.forecasts.benchmarks import (
    COMBINED,
    COMBINED_LABEL,
    METHODS,
    check_horizon,
    combined_draws,
    national_series,
)
from mappa.forecasts.scoring import LEVELS, quantiles_of
from mappa.growth.estimates import QUANTILES, area_forecasts, quantile_function
from mappa.growth.national import benchmark_path
from mappa.growth.record import BENCHMARK_NATION
from mappa.register.arrays import Array
from mappa.register.inference import columns
from mappa.register.inference import draws as posteriors
from mappa.register.inference.mode import Mode, mode_of
from mappa.register.inference.quantities import MAX_HORIZON
from mappa.register.inputs.parameters import priors_of
from mappa.register.likelihood import density_of
from mappa.register.stockflow.stock import RegisterModel

#: Futures at each version's posterior mode: pairs of opposite steps, for a steady median.
FUTURES = 400
SEED = 20200331
STEP = 0.01  # of the derivatives, in prior standard deviations
#: Draws of the register's posterior behind a seal: it is made once, so it may take its minutes.
SEAL_DRAWS = 2000
AREA_MODEL = "growth_model"
AREA_LABEL = "growth model of the areas, along the nation's forecast"
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
    known = data.until(origin)
    modes = [mode_of(density_of(known, origin, v.name)) for v in priors_of(data).versions]
    return np.concatenate([_about_mode(known, origin, horizon, mode) for mode in modes])


def _about_mode(data: Data, origin: pd.Timestamp, horizon: int, mode: Mode) -> Array:
    """Return futures about one version's mode, from the count of *origin*.

    The number sentenced walks on at random from the mode. To that is added the parameters'
    uncertainty by the delta method (the forecast made straight at the mode, with the covariance
    of the normal approximation there) and the error that the model allows a count.
    """
    near = mode.space.model
    fixed = near.priors.fixed
    model = RegisterModel(near.inputs, near.priors, horizon=horizon)
    dates = near.today + np.arange(0.0, horizon + 1)

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
            for step in STEP * np.eye(len(mode.z))
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


def national_draws(
    data: Data,
    origin: pd.Timestamp,
    horizon: int,
    source: str = "combined",
    draws: int | None = None,
) -> NationalDraws:
    """Return draws of the national stock by the source asked for, named for a seal.

    *draws* are those of the register's posterior (by default all that are shipped, or a hundred).
    Each starts from the last count and has the error of a count, with which a seal is compared.

    Raises UnknownName where *source* is not one of :data:`SOURCES`.
    """
    one_of("national forecast", source, SOURCES)
    check_horizon(horizon)
    if source == "benchmark":
        path = benchmark_path(data, origin, horizon, 4000, SEED)
        return NationalDraws(
            path, "growth_benchmark", "mean growth of the last three years, with its past errors"
        )
    if horizon > MAX_HORIZON:
        raise UsageError(f"The horizon is {horizon} years: it can be 1 to {MAX_HORIZON}.")
    known = data.until(origin)
    p = posteriors.load(known, origin, draws=draws)
    ahead = p.shown[[columns.forecast(p.plan.today + h) for h in range(1, horizon + 1)]]
    start = p.shown[columns.stock(p.plan.today)].to_numpy(dtype=float)
    sd = priors_of(known).fixed["error_exact"]
    error = sd * np.random.default_rng(SEED).standard_normal(ahead.shape)
    paths = ahead.to_numpy(dtype=float) * jump_off(known, origin, start)[:, None] * np.exp(error)
    if source == "combined":
        return NationalDraws(combined_draws(known, origin, paths), COMBINED, COMBINED_LABEL)
    return NationalDraws(paths, "register", f"register model ({p.status.split(':')[0]} posterior)")


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


def sealed_forecasts(
    data: Data, origin: pd.Timestamp, horizon: int, nation: Sequence[NationalDraws]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the rows of a seal and the words of its methods.

    The areas come from the growth model, moved along the same national draws, so that a
    seal's area and national forecasts belong together.

    Parameters
    ----------
    data, origin, horizon: as for the forecasts themselves.
    nation: draws of the national stock; the areas move along the first; the others go with it.
    """
    dates = [origin + pd.DateOffset(years=h + 1) for h in range(horizon)]
    draws = nation[0].draws
    frames = [
        seals.forecast_rows("nation", data.nation, n.method, day, quantiles)
        for n in nation
        for day, quantiles in zip(dates, quantiles_of(n.draws).T, strict=True)
    ]
    benchmark = seals.benchmark_rows(data, origin, horizon)
    # The growth model stores fewer quantiles, too few to score by; between them the distribution
    # is taken as straight on the scale of normal scores, as that model takes it itself.
    scores = stats.norm.ppf(LEVELS)
    for row in area_forecasts(data, origin, horizon, draws).itertuples(index=False):
        stored = np.array([getattr(row, q) for q in QUANTILES], dtype=float)
        values = quantile_function(stored, scores)
        frames.append(seals.forecast_rows("area", row.area, AREA_MODEL, row.date, values))
    carried = seals.national_growth_rows(data, origin, dates, np.median(draws, axis=0))
    methods = {n.method: n.label for n in nation} | {AREA_MODEL: AREA_LABEL}
    methods |= {m: METHODS[m][0] for m in benchmark["method"].unique()}
    methods |= {seals.NATIONAL_GROWTH: "last count moved by the nation's growth"}
    return pd.concat([*frames, benchmark, carried], ignore_index=True), methods
