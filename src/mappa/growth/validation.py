"""How well the estimates and forecasts do: known counts hidden from the model, case by case.

Three tests, each refitted from the start: *left_out* hides one count with everything else that
touches its area and date; *since* hides all that is known of an area in the last four years;
*ahead* fits at an origin without anything dated later and forecasts, the national total given, and
*ahead_nation* the same with the national benchmark path. Origins use today's figures, not those of
the time. The cases are stored in ``validation.csv``.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.growth import estimates, model, national
from mappa.growth import evidence as ev

TABLE = "validation"
TESTS = {
    "left_out": "one count left out",
    "since": "nothing known for the last four years",
    "ahead": "forecast, the nation's total given",
    "ahead_nation": "forecast, the nation forecast too",
}
BENCHMARKS = {
    "last_ratio": "last rate ratio carried forward",
    "interpolated": "interpolation of the rate ratio",
    "national_growth": "national growth applied to the last count",
}
HORIZONS = 4
RECENT = 4
DRAWS, WARM_UP, SWEEPS = 1200, 250, 12
RESAMPLES = 2000
DRAWN = ["median", "low50", "high50", "low90", "high90"]
COLUMNS = ["fit", "test", "area", "date", "origin", "horizon", "value", *DRAWN, *BENCHMARKS]


@dataclasses.dataclass(frozen=True)
class _Truth:
    """The counts to be guessed: as log rate ratios *x*, NaN where there is none, shape (T, A)."""

    evidence: ev.Evidence
    x: np.ndarray

    def rules(self, hidden: np.ndarray) -> dict[str, np.ndarray]:
        """Return what the plain rules guess (people) without the *hidden* cells, shape (T, A)."""
        x, e = pd.DataFrame(np.where(hidden, np.nan, self.x)), self.evidence
        inside = x.interpolate(limit_area="inside").to_numpy()
        return {
            "last_ratio": e.expected * np.exp(x.ffill().to_numpy()),
            "interpolated": e.expected * np.exp(inside),
            "national_growth": e.nation[:, None] * (e.shares * np.exp(x)).ffill().to_numpy(),
        }

    def cases(
        self, test: str, origin: int, hidden: np.ndarray, t: np.ndarray, i: np.ndarray,
        drawn: np.ndarray, grown: np.ndarray | float = 1.0,
    ) -> pd.DataFrame:  # fmt: skip
        """Return the cases of the dates *t* and areas *i*, *hidden* cells not being used.

        *drawn* are draws of the counts (people), a column a case. *grown*: the national path over
        the national count, by which the plain rules are too large.
        """
        e, quantiles = self.evidence, np.quantile(drawn, [0.5, 0.25, 0.75, 0.05, 0.95], axis=0)
        found = {
            "fit": estimates.key_of(e),
            "test": test,
            "area": np.array(e.areas)[i],
            "date": pd.Index(e.dates)[t],
            "origin": e.dates[origin],
            "horizon": np.maximum(t - origin, 0),
            "value": (e.expected * np.exp(self.x))[t, i],
            **dict(zip(DRAWN, quantiles, strict=True)),
            **{rule: guess[t, i] * grown for rule, guess in self.rules(hidden).items()},
        }
        return pd.DataFrame(found)[COLUMNS]


def plan(data: Data) -> list[tuple[str, Any]]:
    """Return the fits that the validation makes, in order: (test, what is hidden or the origin)."""
    truth = _truth(data)
    known, dates = ~np.isnan(truth.x), truth.evidence.dates
    fits: list[tuple[str, Any]] = [
        ("left_out", (i, t)) for i, t in np.argwhere(known.T).tolist() if t > 0
    ]
    fits += [("since", i) for i in np.flatnonzero(known[-RECENT:].any(axis=0)).tolist()]
    national_dates = set(data.national("rso_count").index)
    fits += [("ahead", t) for t in range(3, len(dates) - 1) if dates[t] in national_dates]
    return fits


def run(
    data: Data,
    chosen: list[tuple[str, Any]] | None = None,
    progress: Callable[[], object] | None = None,
    executor: Executor | None = None,
    **settings: int,
) -> pd.DataFrame:
    """Return the cases of the *chosen* fits (by default all of :func:`plan`).

    Columns :data:`COLUMNS`: what was hidden, its count, the model's median and intervals, and the
    benchmarks' values (people). *settings* go to :func:`mappa.growth.model.fit`. With an *executor*
    (a cluster's, say) each fit is a task of its own; the cases are the same.
    """
    options = {"draws": DRAWS, "warm_up": WARM_UP, "sweeps": SWEEPS, **settings}
    one = functools.partial(_one_fit, data, options)
    fits, cases = plan(data) if chosen is None else chosen, []
    for found in map(one, fits) if executor is None else executor.map(one, fits):
        cases.append(found)
        if progress is not None:
            progress()
    return pd.concat(cases, ignore_index=True) if cases else pd.DataFrame(columns=COLUMNS)


def _one_fit(data: Data, settings: dict[str, int], fit: tuple[str, Any]) -> pd.DataFrame:
    """Return the cases of one fit of the plan."""
    (test, what), truth = fit, _truth(data)
    if test == "ahead":
        return _ahead(data, truth, what, settings)
    known = ~np.isnan(truth.x)
    i, t = what if test == "left_out" else (what, slice(-RECENT, None))
    hidden = np.zeros_like(known)
    hidden[t, i] = True
    evidence = truth.evidence.without({(i, t) for t, i in np.argwhere(hidden).tolist()})
    posterior = model.fit(evidence, progress=None, **settings)
    t, i = np.nonzero(hidden & known)
    drawn = truth.evidence.expected[t, i] * np.exp(posterior.x[:, t, i] + posterior.d[:, t])
    return truth.cases(test, len(known) - 1, hidden, t, i, drawn)


@functools.lru_cache(maxsize=2)
def _truth(data: Data) -> _Truth:
    evidence = ev.collect(data)
    counts = evidence.rows[evidence.rows["kind"] == "count"]
    x = np.full(evidence.people.shape, np.nan)
    x[counts["t"], counts["i"]] = counts["y"]
    return _Truth(evidence, x)


def kept(data: Data) -> pd.DataFrame | None:
    """Return the stored cases if they were made from the figures up to their last date, or None."""
    cases = estimates.read_kept(data.folder / f"{TABLE}.csv", data.dictionary, TABLE)
    if cases is None:
        return None
    known = ev.collect_until(data, cases["date"].max())
    same = cases[cases["fit"] == estimates.key_of(known)]
    return same.reset_index(drop=True) if len(same) else None


def _ahead(data: Data, truth: _Truth, o: int, settings: dict[str, int]) -> pd.DataFrame:
    """Return the cases of the years after the date *o*, from a fit that sees nothing later."""
    dates, nation = truth.evidence.dates, truth.evidence.nation
    evidence = ev.collect(data.until(dates[o]))
    posterior = model.fit(evidence, progress=None, **settings)
    horizon = min(HORIZONS, len(dates) - 1 - o)
    ahead = estimates.steps_ahead(posterior, evidence.shares[-1], horizon, model.SEED)
    path = national.benchmark_path(data, dates[o], horizon, len(ahead), model.SEED)
    h, i = np.nonzero(~np.isnan(truth.x[o + 1 : o + 1 + horizon]))
    t, share = o + 1 + h, evidence.shares[-1, i] * np.exp(ahead[:, h, i])
    later = np.arange(len(dates))[:, None] > o
    given = truth.cases("ahead", o, later, t, i, nation[t] * share)
    grown = np.median(path, axis=0)[h] / nation[t]
    both = [given, truth.cases("ahead_nation", o, later, t, i, path[:, h] * share, grown)]
    return pd.concat(both).sort_index(kind="stable")


def scores(data: Data) -> pd.DataFrame:
    """Return how the model did on known counts hidden from it, next to plain rules.

    Returns
    -------
    The frame of :func:`score` for the cases stored with the tables: by ``test`` and ``horizon``
    the coverage, errors (log), ``bias`` (mean log count less log median) with its standard error,
    and what each plain rule does. It is empty where no cases were made from these figures.

    Raises
    ------
    DataError: stored cases that break their schema.

    Source: Gneiting and Raftery (2007), interval score.

    >>> from mappa.data import load
    >>> found = scores(load()).set_index("test")
    >>> round(float(found.loc["left_out", "cover90"]), 2)
    0.89
    """
    cases = kept(data)
    if cases is None:
        return pd.DataFrame(columns=["test", "horizon", "cases", "bias", "bias_se"])
    return score(cases)


def score(cases: pd.DataFrame) -> pd.DataFrame:
    """Return coverage, sharpness and errors by test and horizon, next to the benchmarks.

    Errors are absolute differences of logs. The standard error of coverage is clustered by area;
    the difference of mean errors (model less benchmark, on the cases both have) has a 90% interval
    from a bootstrap of areas. The interval score is that of Gneiting and Raftery (JASA 102 (2007)
    359-378) at 90% on the log scale: lower is better.
    """
    rows = []
    for (test, horizon), part in cases.groupby(["test", "horizon"], sort=False):
        log = np.log(part[["value", *DRAWN]])
        value, area = log["value"], part["area"]
        within90 = value.between(log["low90"], log["high90"])
        width, over = log["high90"] - log["low90"], value - log["median"]
        outside = (log["low90"] - value).clip(lower=0) + (value - log["high90"]).clip(lower=0)
        row: dict[str, object] = {
            "test": test,
            "horizon": horizon,
            "cases": len(part),
            "areas": area.nunique(),
            "cover50": value.between(log["low50"], log["high50"]).mean(),
            "cover90": within90.mean(),
            "cover90_se": clustered_se(within90.astype(float), area),
            "median_error": over.abs().median(),
            "mean_error": over.abs().mean(),
            "bias": over.mean(),
            "bias_se": clustered_se(over, area),
            "width90": width.mean(),
            "score90": (width + 2 / 0.1 * outside).mean(),
        }
        for name in BENCHMARKS:
            other = (value - np.log(part[name])).abs()
            found = _compared(over.abs(), other, area)
            row |= {f"{name}_{kind}": number for kind, number in found.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def _compared(error: pd.Series, other: pd.Series, area: pd.Series) -> dict[str, float]:
    """Return a benchmark's mean error and the model's less its, with a bootstrap interval."""
    both = other.notna()
    if not both.any():
        return {"error": math.nan, "gain": math.nan}
    gap = (error - other)[both].groupby(area[both]).agg(["sum", "count"])
    rng = np.random.default_rng(model.SEED)
    picks = rng.integers(len(gap), size=(RESAMPLES, len(gap)))
    sums, counts = gap["sum"].to_numpy()[picks].sum(1), gap["count"].to_numpy()[picks].sum(1)
    low, high = np.quantile(sums / counts, [0.05, 0.95])
    return {
        "cases": int(both.sum()),
        "error": float(other[both].mean()),
        "gain": float(gap["sum"].sum() / gap["count"].sum()),
        "gain_low": float(low),
        "gain_high": float(high),
    }


def clustered_se(values: pd.Series, cluster: pd.Series) -> float:
    """Return the standard error of a mean whose cases come in clusters.

    Source: Liang and Zeger, Biometrika 73 (1986) 13-22, the sandwich for a mean.
    """
    sums = (values - values.mean()).groupby(cluster).sum()
    k = len(sums)
    factor = k / (k - 1) if k > 1 else math.nan
    return math.sqrt(factor * float((sums**2).sum())) / len(values)
