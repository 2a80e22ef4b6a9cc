"""How well the estimates and forecasts do: known counts hidden from the model, case by case.

Three tests, each refitted from the start: *left_out* hides one count with everything else that
touches its area and date; *since* hides all that is known of an area in the last four years;
*ahead* fits at an origin without anything dated later and forecasts, the nation's total given, and
*ahead_nation* the same with the nation's benchmark path. Origins use today's figures, not those of
the time. The cases are kept in ``validation.csv``.
"""

import functools
import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.growth import estimates, model
from mappa.growth import evidence as ev
from mappa.growth import national_path as nation

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
COLUMNS = [
    "fit",
    "test",
    "area",
    "date",
    "origin",
    "horizon",
    "value",
    "median",
    "low50",
    "high50",
    "low90",
    "high90",
    *BENCHMARKS,
]


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
        nothing = dict.fromkeys(BENCHMARKS, math.nan)
        before = [s for s in usable if s < t]
        if not before:
            return nothing
        last = max(before)
        growth = self.evidence.nation[t] / self.evidence.nation[last]
        found = {
            "last_ratio": self.people(i, t, usable[last]),
            "interpolated": math.nan,
            "national_growth": self.people(i, last, usable[last]) * float(growth),
        }
        after = [s for s in usable if s > t]
        if after:
            nearest = min(after)
            x = float(np.interp(t, [last, nearest], [usable[last], usable[nearest]]))
            found["interpolated"] = self.people(i, t, x)
        return found

    def of_area(self, i: int) -> dict[int, float]:
        return {t: x for (j, t), x in self.cells.items() if j == i}


def plan(data: Data) -> list[tuple[str, object]]:
    """Return the fits that the validation makes, in order: (test, what is hidden or the origin)."""
    truth = _Truth(ev.collect(data))
    T = len(truth.evidence.dates)
    fits: list[tuple[str, object]] = [("left_out", c) for c in sorted(truth.cells) if c[1] > 0]
    recent = range(T - RECENT, T)
    fits += [("since", i) for i in sorted({i for i, t in truth.cells if t in recent})]
    national = set(data.national("rso_count").index)
    fits += [("ahead", t) for t in range(3, T - 1) if truth.evidence.dates[t] in national]
    return fits


def run(
    data: Data,
    chosen: list[tuple[str, object]] | None = None,
    progress: Callable[[], object] | None = None,
    executor: Executor | None = None,
    **settings: int,
) -> pd.DataFrame:
    """Return the cases of the *chosen* fits (by default all of :func:`plan`).

    Columns :data:`COLUMNS`: what was hidden, its count, the model's median and intervals, and the
    benchmarks' values (people). *settings* go to :func:`mappa.growth.model.fit`. With an *executor*
    (a cluster's, say) each fit is a task of its own; the cases are the same.
    """
    options: dict[str, Any] = {"draws": DRAWS, "warm_up": WARM_UP, "sweeps": SWEEPS, **settings}
    cases: list[dict[str, object]] = []
    fits = plan(data) if chosen is None else chosen
    one = functools.partial(_one_fit, data, options)
    for found in map(one, fits) if executor is None else executor.map(one, fits):
        cases += found
        if progress is not None:
            progress()
    return pd.DataFrame(cases, columns=COLUMNS)


def _one_fit(
    data: Data, settings: dict[str, Any], fit: tuple[str, object]
) -> list[dict[str, object]]:
    """Return the cases of one fit of the plan."""
    test, what = fit
    maker = {"left_out": _left_out, "since": _since, "ahead": _ahead}[test]
    return maker(data, _truth(data), what, settings)


@functools.lru_cache(maxsize=2)
def _truth(data: Data) -> _Truth:
    return _Truth(ev.collect(data))


def kept(data: Data) -> pd.DataFrame | None:
    """Return the kept cases if they were made from the figures up to their last date, or None."""
    cases = estimates.read_kept(data.folder / f"{TABLE}.csv", data.dictionary, TABLE)
    if cases is None:
        return None
    known = ev.collect_until(data, cases["date"].max())
    same = cases[cases["fit"] == estimates.key_of(known)]
    return same.reset_index(drop=True) if len(same) else None


def _case(
    truth: _Truth, test: str, i: int, t: int, origin: int, drawn: np.ndarray, usable: dict
) -> dict[str, object]:
    """Return a case; *drawn* are draws of the count (people)."""
    dates = truth.evidence.dates
    quantiles = np.quantile(drawn, [0.5, 0.25, 0.75, 0.05, 0.95])
    return {
        "fit": estimates.key_of(truth.evidence),
        "test": test,
        "area": truth.evidence.areas[i],
        "date": dates[t],
        "origin": dates[origin],
        "horizon": max(t - origin, 0),
        "value": truth.people(i, t, truth.cells[i, t]),
        **dict(zip(COLUMNS[7:12], map(float, quantiles), strict=True)),
        **truth.rules(i, t, usable),
    }


def _hidden(
    truth: _Truth, test: str, cells: set[tuple[int, int]], settings: dict[str, Any]
) -> Iterator[dict[str, object]]:
    posterior = model.fit(truth.evidence.without(cells), **settings)
    last = len(truth.evidence.dates) - 1
    for i, t in sorted(cells & set(truth.cells)):
        x = posterior.x[:, t, i] + posterior.d[:, t]
        usable = {s: v for s, v in truth.of_area(i).items() if (i, s) not in cells}
        yield _case(truth, test, i, t, last, truth.expected[t, i] * np.exp(x), usable)


def _left_out(
    data: Data, truth: _Truth, what: object, settings: dict[str, Any]
) -> list[dict[str, object]]:
    assert isinstance(what, tuple)
    return list(_hidden(truth, "left_out", {what}, settings))


def _since(
    data: Data, truth: _Truth, what: object, settings: dict[str, Any]
) -> list[dict[str, object]]:
    T = len(truth.evidence.dates)
    cells = {(int(what), t) for t in range(T - RECENT, T)}  # type: ignore[call-overload]
    return list(_hidden(truth, "since", cells, settings))


def _ahead(
    data: Data, truth: _Truth, what: object, settings: dict[str, Any]
) -> list[dict[str, object]]:
    o = int(what)  # type: ignore[call-overload]
    origin = truth.evidence.dates[o]
    evidence = ev.collect(data.until(origin))
    posterior = model.fit(evidence, **settings)
    horizon = min(HORIZONS, len(truth.evidence.dates) - 1 - o)
    ahead = estimates.steps_ahead(posterior, evidence.shares[-1], horizon, model.SEED)
    number = posterior.x.shape[0]
    path = nation.benchmark_path(data, origin, horizon, number, model.SEED)
    cases = []
    for h in range(1, horizon + 1):
        for i, t in sorted(c for c in truth.cells if c[1] == o + h):
            usable = {s: v for s, v in truth.of_area(i).items() if s <= o}
            share = evidence.shares[-1, i] * np.exp(ahead[:, h - 1, i])
            given = truth.evidence.nation[t] * share
            cases.append(_case(truth, "ahead", i, t, o, given, usable))
            whole = path[:, h - 1] * share
            case = _case(truth, "ahead_nation", i, t, o, whole, usable)
            grown = float(np.median(path[:, h - 1]) / truth.evidence.nation[t])
            case.update({b: float(case[b]) * grown for b in BENCHMARKS})  # type: ignore[arg-type]
            cases.append(case)
    return cases


def scores(data: Data) -> pd.DataFrame:
    """Return how the model did on known counts hidden from it, beside plain rules.

    Returns
    -------
    The frame of :func:`score` for the cases kept beside the tables: by ``test`` and ``horizon``
    the coverage, errors (log), ``bias`` (mean log count less log median) with its standard error,
    and what each plain rule does. It is empty where no cases were made from these figures.

    Raises
    ------
    DataError: kept cases that break their schema.

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
    """Return coverage, sharpness and errors by test and horizon, beside the benchmarks.

    Errors are absolute differences of logs. The standard error of coverage is clustered by area;
    the difference of mean errors (model less benchmark, on the cases both have) has a 90% interval
    from a bootstrap of areas. The interval score is that of Gneiting and Raftery (JASA 102 (2007)
    359-378) at 90% on the log scale: lower is better.
    """
    rows = []
    for (test, horizon), part in cases.groupby(["test", "horizon"], sort=False):
        log = np.log(part[["value", "median", "low50", "high50", "low90", "high90"]])
        within50 = log["value"].between(log["low50"], log["high50"])
        within90 = log["value"].between(log["low90"], log["high90"])
        width = log["high90"] - log["low90"]
        outside = (log["low90"] - log["value"]).clip(lower=0)
        outside += (log["value"] - log["high90"]).clip(lower=0)
        error = (log["value"] - log["median"]).abs()
        row: dict[str, object] = {
            "test": test,
            "horizon": horizon,
            "cases": len(part),
            "areas": part["area"].nunique(),
            "cover50": within50.mean(),
            "cover90": within90.mean(),
            "cover90_se": clustered_se(within90.astype(float), part["area"]),
            "median_error": error.median(),
            "mean_error": error.mean(),
            "bias": (log["value"] - log["median"]).mean(),
            "bias_se": clustered_se(log["value"] - log["median"], part["area"]),
            "width90": width.mean(),
            "score90": (width + 2 / 0.1 * outside).mean(),
        }
        for name in BENCHMARKS:
            other = (log["value"] - np.log(part[name])).abs()
            row |= _beside(name, error, other, part["area"], seed, draws)
        rows.append(row)
    return pd.DataFrame(rows)


def _beside(
    name: str, error: pd.Series, other: pd.Series, area: pd.Series, seed: int, draws: int
) -> dict[str, float]:
    """Return a benchmark's mean error and the model's less its, with a bootstrap interval."""
    both = other.notna()
    if not both.any():
        return {f"{name}_error": math.nan, f"{name}_gain": math.nan}
    gap = (error - other)[both].groupby(area[both]).agg(["sum", "count"])
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(gap), size=(draws, len(gap)))
    sums, counts = gap["sum"].to_numpy()[picks].sum(1), gap["count"].to_numpy()[picks].sum(1)
    low, high = np.quantile(sums / counts, [0.05, 0.95])
    return {
        f"{name}_cases": int(both.sum()),
        f"{name}_error": float(other[both].mean()),
        f"{name}_gain": float(gap["sum"].sum() / gap["count"].sum()),
        f"{name}_gain_low": float(low),
        f"{name}_gain_high": float(high),
    }


def clustered_se(values: pd.Series, cluster: pd.Series) -> float:
    """Return the standard error of a mean whose cases come in clusters.

    Source: Liang and Zeger, Biometrika 73 (1986) 13-22, the sandwich for a mean.
    """
    sums = (values - values.mean()).groupby(cluster).sum()
    k = len(sums)
    factor = k / (k - 1) if k > 1 else math.nan
    return math.sqrt(factor * float((sums**2).sum())) / len(values)
