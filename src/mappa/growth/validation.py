"""How well the estimates and forecasts do: known counts hidden from the model, case by case.

Three tests, each refitted from the start: *left_out* hides one count with everything else that
touches its area and date; *since* hides all that is known of an area in the last four years;
*ahead* fits at an origin without anything dated later and forecasts, the national total given, and
*ahead_nation* the same with the national benchmark path. Origins use today's figures, not those of
the time. The cases are stored in ``validation.csv``.
"""

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
DRAWN = ["median", "low50", "high50", "low90", "high90"]
COLUMNS = ["fit", "test", "area", "date", "origin", "horizon", "value", *DRAWN, *BENCHMARKS]

#: An area and a stock date, by number.
Cell = tuple[int, int]


class _Truth:
    """The counts to be guessed, as x, and the plain rules that guess them."""

    def __init__(self, evidence: ev.Evidence) -> None:
        self.evidence = evidence
        rows = evidence.rows[evidence.rows["kind"] == "count"]
        self.cells = {(int(r.i), int(r.t)): float(r.y) for r in rows.itertuples()}
        self.expected = evidence.nation[:, None] * evidence.shares

    def people(self, i: int, t: int, x: float) -> float:
        return float(self.expected[t, i] * math.exp(x))

    def rules(self, i: int, t: int, usable: dict[int, float]) -> dict[str, float]:
        """Return the benchmarks' values, from the area's *usable* counts (date index to x)."""
        found = dict.fromkeys(BENCHMARKS, math.nan)
        before, after = [s for s in usable if s < t], [s for s in usable if s > t]
        if before:
            last = max(before)
            growth = float(self.evidence.nation[t] / self.evidence.nation[last])
            found["last_ratio"] = self.people(i, t, usable[last])
            found["national_growth"] = self.people(i, last, usable[last]) * growth
        if before and after:
            ends = [last, min(after)]
            x = float(np.interp(t, ends, [usable[end] for end in ends]))
            found["interpolated"] = self.people(i, t, x)
        return found

    def case(
        self, test: str, i: int, t: int, origin: int, drawn: np.ndarray, hidden: set[Cell],
        grown: float = 1.0,
    ) -> dict[str, object]:  # fmt: skip
        """Return a case; *drawn* are draws of the count (people), *hidden* cells are not used.

        *grown*: the national path over the national count, by which the plain rules are too large.
        """
        usable = {s: x for (j, s), x in self.cells.items() if j == i and (j, s) not in hidden}
        dates = self.evidence.dates
        quantiles = np.quantile(drawn, [0.5, 0.25, 0.75, 0.05, 0.95])
        return {
            "fit": estimates.key_of(self.evidence),
            "test": test,
            "area": self.evidence.areas[i],
            "date": dates[t],
            "origin": dates[origin],
            "horizon": max(t - origin, 0),
            "value": self.people(i, t, self.cells[i, t]),
            **dict(zip(DRAWN, map(float, quantiles), strict=True)),
            **{rule: value * grown for rule, value in self.rules(i, t, usable).items()},
        }


def plan(data: Data) -> list[tuple[str, Any]]:
    """Return the fits that the validation makes, in order: (test, what is hidden or the origin)."""
    truth = _truth(data)
    T = len(truth.evidence.dates)
    fits: list[tuple[str, Any]] = [("left_out", c) for c in sorted(truth.cells) if c[1] > 0]
    fits += [("since", i) for i in sorted({i for i, t in truth.cells if t >= T - RECENT})]
    national_dates = set(data.national("rso_count").index)
    fits += [("ahead", t) for t in range(3, T - 1) if truth.evidence.dates[t] in national_dates]
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
    cases: list[dict[str, object]] = []
    fits = plan(data) if chosen is None else chosen
    one = functools.partial(_one_fit, data, options)
    for found in map(one, fits) if executor is None else executor.map(one, fits):
        cases += found
        if progress is not None:
            progress()
    return pd.DataFrame(cases, columns=COLUMNS)


def _one_fit(data: Data, settings: dict[str, int], fit: tuple[str, Any]) -> list[dict[str, object]]:
    """Return the cases of one fit of the plan."""
    (test, what), truth = fit, _truth(data)
    if test == "ahead":
        return _ahead(data, truth, what, settings)
    T = len(truth.evidence.dates)
    hidden = {what} if test == "left_out" else {(what, t) for t in range(T - RECENT, T)}
    posterior = model.fit(truth.evidence.without(hidden), progress=None, **settings)
    cases = []
    for i, t in sorted(hidden & set(truth.cells)):
        drawn = truth.expected[t, i] * np.exp(posterior.x[:, t, i] + posterior.d[:, t])
        cases.append(truth.case(test, i, t, T - 1, drawn, hidden))
    return cases


@functools.lru_cache(maxsize=2)
def _truth(data: Data) -> _Truth:
    return _Truth(ev.collect(data))


def kept(data: Data) -> pd.DataFrame | None:
    """Return the stored cases if they were made from the figures up to their last date, or None."""
    cases = estimates.read_kept(data.folder / f"{TABLE}.csv", data.dictionary, TABLE)
    if cases is None:
        return None
    known = ev.collect_until(data, cases["date"].max())
    same = cases[cases["fit"] == estimates.key_of(known)]
    return same.reset_index(drop=True) if len(same) else None


def _ahead(data: Data, truth: _Truth, o: int, settings: dict[str, int]) -> list[dict[str, object]]:
    """Return the cases of the years after the date *o*, from a fit that sees nothing later."""
    origin = truth.evidence.dates[o]
    evidence = ev.collect(data.until(origin))
    posterior = model.fit(evidence, progress=None, **settings)
    horizon = min(HORIZONS, len(truth.evidence.dates) - 1 - o)
    ahead = estimates.steps_ahead(posterior, evidence.shares[-1], horizon, model.SEED)
    number = posterior.x.shape[0]
    path = national.benchmark_path(data, origin, horizon, number, model.SEED)
    later = {c for c in truth.cells if c[1] > o}
    cases = []
    for t, i in sorted((t, i) for i, t in later if t <= o + horizon):
        h = t - o - 1
        share = evidence.shares[-1, i] * np.exp(ahead[:, h, i])
        known, guessed = truth.evidence.nation[t], path[:, h]
        grown = float(np.median(guessed) / known)
        cases.append(truth.case("ahead", i, t, o, known * share, later))
        cases.append(truth.case("ahead_nation", i, t, o, guessed * share, later, grown))
    return cases


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


def score(cases: pd.DataFrame, *, seed: int = model.SEED, draws: int = 2000) -> pd.DataFrame:
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
            found = _compared(over.abs(), other, area, seed, draws)
            row |= {f"{name}_{kind}": number for kind, number in found.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def _compared(
    error: pd.Series, other: pd.Series, area: pd.Series, seed: int, draws: int
) -> dict[str, float]:
    """Return a benchmark's mean error and the model's less its, with a bootstrap interval."""
    both = other.notna()
    if not both.any():
        return {"error": math.nan, "gain": math.nan}
    gap = (error - other)[both].groupby(area[both]).agg(["sum", "count"])
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(gap), size=(draws, len(gap)))
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
