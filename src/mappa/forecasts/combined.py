"""The combined forecast of the nation: the mean of four methods' quantiles, equal weights.

Register model (from the last exact count), random walk with drift, damped exponential smoothing
and ARIMA(0,2,1). The weights are equal because the few past counts cannot tell better ones, and
no method was left out for how it did. The areas need paths, not quantiles: the register model's
draws are put in the place of the combined quantile of the same rank at each horizon, so that
each path keeps its rank from year to year.

Sources: J. M. Bates and C. W. J. Granger (1969), "The combination of forecasts", Operational
Research Quarterly 20, 451-468; K. C. Lichtendahl, Y. Grushka-Cockayne and R. L. Winkler (2013),
"Is it better to average probabilities or quantiles?", Management Science 59, 1594-1611 (mean of
quantiles); R. Schefzik, T. L. Thorarinsdottir and T. Gneiting (2013), "Uncertainty
quantification in complex simulation models using ensemble copula coupling", Statistical Science
28, 616-640 (reordering).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.data import Data
from mappa.forecasts.benchmarks import PointForecast, Spread, forecast_record, spreads

METHOD, LABEL = "combined", "combined forecast (equal weights)"
#: The methods beside the register model.
MEMBERS = ("random_walk_drift", "ets_damped", "arima_021")


def combine(register: PointForecast, benchmarks: Sequence[PointForecast]) -> PointForecast:
    """Return the mean of the quantiles of the register model's forecast and its members'.

    Parameters
    ----------
    register, benchmarks: forecasts of one date from one origin; of *benchmarks* those of
        :data:`MEMBERS` are taken. One that has no distribution is left out, and the status says so.

    Raises ValueError where no method has a distribution.

    >>> from mappa import data, forecasts
    >>> view = forecasts.forecast(data.load(), "2020-03-31", 1)
    >>> forecasts.combine(view.register[0], view.benchmarks) == view.combined[0]
    True
    """
    members = [register, *(b for b in benchmarks if b.method in MEMBERS)]
    usable = [m.quantiles for m in members if m.quantiles is not None]
    missing = len(MEMBERS) + 1 - len(usable)
    return forecast_record(
        METHOD,
        LABEL,
        pd.Timestamp(register.origin),
        register.horizon,
        quantiles=np.mean(np.array(usable), axis=0),
        status=f"{missing} of its methods cannot be used" if missing else "ok",
    )


def combined_draws(
    data: Data, origin: pd.Timestamp, draws: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the register model's draws, reordered to the combined quantiles at each horizon.

    Parameters
    ----------
    draws: of the national stock by the register model, shape (draws, horizon), people.
    """
    made = spreads(data, origin, draws.shape[1])
    members = [m for name in MEMBERS if not isinstance(m := made[name], str)]
    columns = [_reordered(draws[:, h], [m[h] for m in members]) for h in range(draws.shape[1])]
    return np.column_stack(columns)


def _reordered(draws: NDArray[np.float64], members: list[Spread]) -> NDArray[np.float64]:
    """Return the combined quantile of each draw's own rank."""
    levels = (np.arange(draws.size) + 0.5) / draws.size
    others = [q for m in members if (q := m.quantiles(levels)) is not None]
    combined = np.mean([np.sort(draws), *others], axis=0)
    placed = np.empty_like(draws)
    placed[np.argsort(draws, kind="stable")] = combined
    return placed
