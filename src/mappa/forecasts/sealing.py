"""Assemble what is sealed: the nation's forecast, its benchmarks, and every area's.

The areas come from the growth model, moved along the same draws of the nation, so that a seal's
areas and nation belong together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from mappa.data import Data
from mappa.forecasts.benchmarks import METHODS, check_horizon, year_on
from mappa.forecasts.national_draws import NationalDraws
from mappa.forecasts.scoring import LEVELS
from mappa.forecasts.seals import (
    NATIONAL_GROWTH,
    Seal,
    benchmark_rows,
    distribution_rows,
    level_rows,
    make_seal,
    national_growth_rows,
)
from mappa.growth.estimates import QUANTILES, area_forecasts, quantile_function

AREA_MODEL = "growth_model"
AREA_LABEL = "growth model of the areas, along the nation's forecast"


def sealed_forecasts(
    data: Data, origin: str | pd.Timestamp, horizon: int, nation: Sequence[NationalDraws]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the rows of a seal and the words of its methods.

    Parameters
    ----------
    data, origin, horizon: as for the forecasts themselves.
    nation: draws of the national stock; the areas move along the first; the others go with it.
    """
    day = pd.Timestamp(origin)
    dates = [pd.Timestamp(year_on(day, h + 1)) for h in range(check_horizon(horizon))]
    draws = np.asarray(nation[0].draws, dtype=float)
    rows = [
        distribution_rows("nation", data.nation, n.method, dates, np.asarray(n.draws, dtype=float))
        for n in nation
    ]
    area_rows = _area_rows(area_forecasts(data, day, horizon, draws))
    carried = national_growth_rows(data, day, dates, np.median(draws, axis=0))
    benchmark = benchmark_rows(data, day, horizon)
    methods = {n.method: n.label for n in nation} | {AREA_MODEL: AREA_LABEL}
    methods |= {m: METHODS[m][0] for m in benchmark["method"].unique()}
    methods |= {NATIONAL_GROWTH: "last count moved by the nation's growth"}
    return pd.concat([*rows, benchmark, area_rows, carried], ignore_index=True), methods


def _area_rows(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the areas' forecasts, their quantiles carried over to LEVELS.

    The growth model keeps fewer quantiles, too few to score by; between them the distribution is
    taken as straight on the scale of normal scores, as that model takes it itself.
    """
    frames = []
    scores = stats.norm.ppf(LEVELS)
    for row in areas.itertuples(index=False):
        kept = np.array([getattr(row, q) for q in QUANTILES], dtype=float)
        values = quantile_function(kept, scores)
        frames.append(level_rows("area", row.area, AREA_MODEL, row.date, LEVELS, values))
    return pd.concat(frames, ignore_index=True)


def seal_of(
    data: Data,
    origin: str | pd.Timestamp,
    horizon: int,
    nation: Sequence[NationalDraws],
    *,
    name: str = "",
    sealed_on: dt.date | None = None,
    previous: Seal | None = None,
) -> Seal:
    """Return the seal of the forecasts from *origin*; :func:`seals.write_seal` writes it."""
    rows, methods = sealed_forecasts(data, origin, horizon, nation)
    return make_seal(
        data,
        origin,
        horizon,
        rows,
        methods,
        name=name,
        sealed_on=sealed_on,
        previous=previous,
    )
