"""Is growth slowing: trends with autocorrelated errors, in people and in percent.

Three models of the yearly increase, all from statsmodels: regression on time with first-order
autoregressive errors by maximum likelihood, which leaves missing years missing (SARIMAX); the
same by iterated generalised least squares (GLSAR) and ordinary least squares with Newey-West errors
(HAC), which take the known years as neighbours. With a dozen years all are small-sample
approximations, so intervals use Student's t and the first is read only beside the others.
"""

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
from mappa.errors import UsageError
from mappa.growth.series import counts, last_basis
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
    """The trend of a yearly increase by one model, on one scale."""

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
        """``falling`` or ``rising`` where the limits leave out zero, else ``cannot tell``."""
        return "falling" if self.high < 0 else "rising" if self.low > 0 else "cannot tell"


def increases(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly increases of a series on the basis of its last count.

    Parameters
    ----------
    rows: counts as :func:`mappa.growth.counts` gives them, or any frame with the columns ``date``,
        ``value``, ``basis`` and ``preferred``.

    Returns
    -------
    A frame by date: ``people`` (difference on the year before), ``percent`` (100 times the
    difference of logs) and ``time`` (years from the middle). A year without a count has a row of
    NaN, and so has the year after it.

    Raises
    ------
    UsageError: a series without a preferred count.

    >>> from mappa.data import load
    >>> from mappa.growth import counts
    >>> yearly = increases(counts(load().until("2020-03-31"), "England and Wales"))
    >>> yearly.loc["2020-03-31"].round(2).to_dict()
    {'people': 2141.0, 'percent': 3.49, 'time': 5.0}
    """
    known = last_basis(rows)
    if known.empty:
        raise UsageError("A series without a count has no increases.")
    counts = known.set_index("date")["value"].sort_index()
    every = pd.date_range(counts.index[0], counts.index[-1], freq=pd.DateOffset(years=1))
    values = counts.reindex(every.rename("date"))
    found = pd.DataFrame({"people": values.diff(), "percent": 100 * np.log(values).diff()})[1:]
    return found.assign(time=np.arange(len(found)) - (len(found) - 1) / 2)


def trend(yearly: pd.DataFrame) -> pd.DataFrame:
    """Return the trend of yearly increases in people and in percent by three models.

    Parameters
    ----------
    yearly: ``people``, ``percent`` and ``time`` as :func:`increases` gives them.

    Returns
    -------
    A frame with a row for each scale and model: ``slope`` (change of the increase from one year to
    the next), ``low`` and ``high`` (95% limits by Student's t), ``autocorrelation``, ``mean``,
    ``years`` behind it and ``verdict``. It is empty with fewer than seven increases.

    Raises
    ------
    UsageError: a column that is missing.

    Source: statsmodels (SARIMAX, GLSAR, OLS with Newey-West errors).

    >>> from mappa.data import load
    >>> from mappa.growth import counts
    >>> found = trend(increases(counts(load().until("2020-03-31"), "England and Wales")))
    >>> found.loc[found["model"] == "hac", ["scale", "slope", "low", "high", "verdict"]].round(2)
         scale  slope     low    high      verdict
    2   people  -6.20 -135.93  123.52  cannot tell
    5  percent  -0.33   -0.55   -0.12      falling
    """
    for name in (*SCALES, "time"):
        if name not in yearly:
            raise UsageError(f"The table of yearly increases has no column {name!r}.")
    found = []
    if min(yearly[scale].notna().sum() for scale in SCALES) >= FEWEST:
        found = [_fit(model, scale, yearly) for scale in SCALES for model in MODELS]
    return Trend.to_frame(found).assign(verdict=[t.verdict for t in found])


@functools.lru_cache(maxsize=8)
def national_trends(data: Data) -> tuple[Trend, ...]:
    """Return the trends of the nation; empty where fewer than seven increases are known."""
    return Trend.from_frame(trend(increases(counts(data, data.nation))))


def _fit(name: str, scale: str, yearly: pd.DataFrame) -> Trend:
    increases = yearly[scale]
    seen = increases.notna().to_numpy()
    number = int(seen.sum())
    X = sm.add_constant(yearly["time"].to_numpy(float))
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
