"""Is the nation's growth slowing: trends with autocorrelated errors, in people and in percent.

Three models of the yearly increase, all from statsmodels: regression on time with first-order
autoregressive errors by maximum likelihood, which leaves missing years missing (SARIMAX); the
same by iterated generalised least squares (GLSAR) and ordinary least squares with Newey-West errors
(HAC), which take the known years as neighbours. With a dozen years all are small-sample
approximations, so intervals use Student's t and the first is read only beside the others.
"""

from __future__ import annotations

import dataclasses
import functools
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.sarimax import SARIMAX

from mappa.data import Data
from mappa.growth import national_path as nation
from mappa.records import Record, key

LEVEL = 0.95
FEWEST = 7
SCALES = {"people": "people a year", "percent": "percentage points a year"}
MODELS = {
    "ar1": "time trend with AR(1) errors, maximum likelihood (SARIMAX)",
    "glsar": "time trend with AR(1) errors, iterated least squares (GLSAR)",
    "hac": "time trend by least squares, Newey-West errors (HAC, one lag)",
}


@dataclasses.dataclass(frozen=True)
class Trend(Record):
    """The trend of the nation's yearly increase by one model, on one scale."""

    scale: str = key("people or percent: what the yearly increase is measured in")
    model: str = key("ar1, glsar or hac")
    years: int = key("Yearly increases behind it", "years")
    slope: float = key("Change of the yearly increase from one year to the next", "see scale")
    low: float = key("Lower end of the interval", "see scale")
    high: float = key("Upper end of the interval", "see scale")
    level: float = key("Level of the interval", "probability")
    autocorrelation: float | None = key("Estimated first-order autocorrelation of the errors")
    mean: float = key("Mean yearly increase", "people or percent a year")

    @property
    def verdict(self) -> str:
        """``falling``, ``rising`` or ``cannot tell``."""
        return "falling" if self.high < 0 else "rising" if self.low > 0 else "cannot tell"


def yearly_increases(data: Data, scale: str) -> pd.Series:
    """Return the nation's yearly increases on the present basis, NaN where a year is missing.

    *scale* is ``people`` (difference) or ``percent`` (100 times the difference of logs).
    """
    known = nation.history(data)
    every = pd.date_range(known.index[0], known.index[-1], freq=pd.DateOffset(years=1))
    values = known.reindex(every)
    return values.diff()[1:] if scale == "people" else 100 * np.log(values).diff()[1:]


@functools.lru_cache(maxsize=8)
def trends(data: Data) -> tuple[Trend, ...]:
    """Return the trends by scale and model; empty where fewer than seven increases are known."""
    found = []
    for scale in SCALES:
        increases = yearly_increases(data, scale)
        if increases.notna().sum() < FEWEST:
            return ()
        found += [_fit(name, scale, increases) for name in MODELS]
    return tuple(found)


def _fit(name: str, scale: str, increases: pd.Series) -> Trend:
    time = np.arange(len(increases)) - (len(increases) - 1) / 2
    seen = increases.notna().to_numpy()
    number = int(seen.sum())
    X = sm.add_constant(time)
    # Scaled so that the optimiser meets numbers near one.
    size = float(increases.std())
    y = increases.to_numpy(float) / size
    rho = None
    if name == "ar1":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            # The Hessian: with so few years the product of gradients is a third too wide.
            result = SARIMAX(y, exog=X, order=(1, 0, 0)).fit(disp=0, cov_type="approx")
        slope, error, rho, used = result.params[1], result.bse[1], result.params[2], 3
    elif name == "glsar":
        model = sm.GLSAR(y[seen], X[seen], rho=1)
        result = model.iterative_fit(maxiter=50)
        slope, error, rho, used = result.params[1], result.bse[1], model.rho[0], 3
    else:
        result = sm.OLS(y[seen], X[seen]).fit(cov_type="HAC", cov_kwds={"maxlags": 1})
        slope, error, used = result.params[1], result.bse[1], 2
    half = stats.t.ppf((1 + LEVEL) / 2, number - used) * error
    return Trend(
        scale=scale,
        model=name,
        years=number,
        slope=float(slope * size),
        low=float((slope - half) * size),
        high=float((slope + half) * size),
        level=LEVEL,
        autocorrelation=None if rho is None else float(rho),
        mean=float(increases.mean()),
    )
