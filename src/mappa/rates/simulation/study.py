"""Simulation study: how often each test cries wolf, covers, and finds a difference.

Areas have the real populations of the counted areas. The true log rate of an area is normal about
the typical rate with SD tau; the force under study has in addition the log of a ratio to it. Counts
are Poisson. Tau is zero (forces differ by chance only) or the value fitted to the real counts.

Each method answers "is this force different?" at 5%. Under a ratio of 1 the force is one like any
other, so what a method flags is a false alarm. Two things are covered or not: the ratio that the
study set (``systematic``), and the ratio of this force's realised rate to the others' together
(``realised``). The plain tests are right about the second and wrong about the first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

RATIOS = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5)
REPLICATIONS = 10_000
SEED = 42
ALPHA = 0.05
#: Method -> what is tested.
METHODS = {
    "exact_national": "exact Poisson, doubled tail, against the national rate as known",
    "score_rest": "score test of the ratio to the rest",
    "exact_rest": "exact conditional test of the ratio to the rest, doubled tail",
    "multiplicative": "funnel, multiplicative phi, square root, winsorised 10%",
    "additive_national": "additive variance, Paule-Mandel, mean held at the national rate",
    "additive_typical": "additive variance, Paule-Mandel, free mean, z with the mean's error",
    "additive_shmi": "additive variance, SHMI style",
    "additive_sqrt": "additive variance, square root, winsorised 10%",
    "prediction": "prediction interval from the other areas, t with k - 2 degrees of freedom",
}
#: Those that allow for chance alone; their intervals are about this force's own realised ratio.
PLAIN = ("exact_national", "score_rest", "exact_rest")


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a simulation is of: populations (the force's first), typical rate, tau and ratio."""

    people: tuple[float, ...]
    rate: float
    tau: float
    ratio: float


def draw(setting: Setting, replications: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return counts and true rates, replications by areas."""
    people = np.asarray(setting.people)
    log_rate = np.log(setting.rate) + rng.normal(0, setting.tau, (replications, len(people)))
    log_rate[:, 0] += np.log(setting.ratio)
    true = np.exp(log_rate)
    return rng.poisson(true * people).astype(float), true


def tau2_paule_mandel(y: Array, v: Array, mean: Array | None = None) -> Array:
    """Return Paule-Mandel's tau^2 of each row, by bisection; the mean free or held.

    The vectorised twin of ``between.paule_mandel``, to which a test holds it.
    """
    df = y.shape[1] - (mean is None)

    def excess(tau2: Array) -> Array:
        w = 1 / (v + tau2[:, None])
        centre = (w * y).sum(1) / w.sum(1) if mean is None else mean
        return (w * (y - centre[:, None]) ** 2).sum(1) - df

    low = np.zeros(len(y))
    high = np.full(len(y), 4.0)
    none = excess(low) <= 0
    for _ in range(45):
        middle = (low + high) / 2
        above = excess(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(none, 0.0, (low + high) / 2)


def _winsorised_mean2(z: Array) -> Array:
    low, high = np.quantile(z, [0.1, 0.9], axis=1)
    return (np.clip(z, low[:, None], high[:, None]) ** 2).mean(1)


def _moment(phi: Array, n: Array, w: Array) -> Array:
    total = w.sum(1)
    return np.maximum(0.0, (n * phi - (n - 1)) / (total - (w**2).sum(1) / total))


def decide(counts: Array, people: Array, ratio: float | Array) -> dict[str, Array]:
    """Return for each method and replication whether a true ratio of *ratio* is rejected at 5%.

    With a ratio of 1 that is the test; with the ratio that was set it is the interval failing to
    cover, by inversion of the same test.
    """
    x, n = counts[:, 0], people[0]
    total, everyone = counts.sum(1), people.sum()
    rest, rest_people = total - x, everyone - n
    national = total / everyone
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "exact_national": _exact(x, ratio * n * national),
            "score_rest": _score(x, rest, ratio * n / rest_people),
            "exact_rest": _conditional(x, rest, ratio * n / rest_people),
        }
        found.update(_overdispersed(counts, people, national, ratio))
    return found


def _exact(x: Array, mean: Array) -> Array:
    return 2 * np.minimum(stats.poisson.cdf(x, mean), stats.poisson.sf(x - 1, mean)) < ALPHA


def _score(x: Array, y: Array, scale: float | Array) -> Array:
    z = (x - y * scale) / np.sqrt((x + y) * scale)
    return 2 * stats.norm.sf(np.abs(z)) < ALPHA


def _conditional(x: Array, y: Array, scale: float | Array) -> Array:
    share = scale / (1 + scale)
    tails = stats.binom.cdf(x, x + y, share), stats.binom.sf(x - 1, x + y, share)
    return 2 * np.minimum(*tails) < ALPHA


def _overdispersed(
    counts: Array, people: Array, national: Array, ratio: float | Array
) -> dict[str, Array]:
    cut = stats.norm.ppf(1 - ALPHA / 2)
    o = np.maximum(counts, 0.5)
    e = people * national[:, None]
    y, v = np.log(o / people), 1 / o
    log_ratio = np.log(ratio)
    k = counts.shape[1]
    root = 2 * (np.sqrt(counts) - np.sqrt(e))
    phi = np.maximum(1.0, _winsorised_mean2(root))
    mine = 2 * (np.sqrt(o[:, 0]) - np.sqrt(e[:, 0] * ratio)) / np.sqrt(phi)
    held = tau2_paule_mandel(y, v, np.log(national))
    free = tau2_paule_mandel(y, v)
    w = 1 / (v + free[:, None])
    mean, se2 = (w * y).sum(1) / w.sum(1), 1 / w.sum(1)
    gap = y[:, 0] - np.log(national) - log_ratio
    shmi = _shmi_tau2(o, e)
    sqrt_tau2 = _moment(_winsorised_mean2(root), np.full(len(o), k), 4 * e)
    y0 = np.sqrt(o[:, 0] / (e[:, 0] * ratio)) - 1
    # The force itself stands in mean and tau, so its distance from the mean varies by v + tau^2
    # less the mean's variance, not plus it.
    own = np.sqrt(np.maximum(v[:, 0] + free - se2, 1e-12))
    others_t2 = tau2_paule_mandel(y[:, 1:], v[:, 1:])
    w_other = 1 / (v[:, 1:] + others_t2[:, None])
    centre, centre2 = (w_other * y[:, 1:]).sum(1) / w_other.sum(1), 1 / w_other.sum(1)
    spread = np.sqrt(others_t2 + centre2 + v[:, 0])
    return {
        "multiplicative": np.abs(mine) > cut,
        "additive_national": np.abs(gap) / np.sqrt(v[:, 0] + held) > cut,
        "additive_typical": np.abs(y[:, 0] - mean - log_ratio) / own > cut,
        "additive_shmi": np.abs(gap) / np.sqrt(1 / e[:, 0] + shmi) > cut,
        "additive_sqrt": np.abs(y0) / np.sqrt(1 / (4 * e[:, 0]) + sqrt_tau2) > cut,
        "prediction": np.abs(y[:, 0] - centre - log_ratio) / spread
        > stats.t.ppf(1 - ALPHA / 2, k - 1 - 2),
    }


def _shmi_tau2(o: Array, e: Array) -> Array:
    z = np.sqrt(e) * np.log(o / e)
    tenth = np.floor(10 * stats.rankdata(z, axis=1) / (z.shape[1] + 1))
    keep = (tenth > 0) & (tenth < 9)
    n = keep.sum(1)
    phi = np.where(keep, z**2, 0.0).sum(1) / n
    return _moment(phi, n, np.where(keep, e, 0.0))


def scenario(setting: Setting, replications: int, seed: int) -> pd.DataFrame:
    """Return the shares of a setting: rejects, covers_systematic and covers_realised, by method.

    Each with its Monte Carlo standard error, sqrt(p (1 - p) / replications).
    """
    rng = np.random.default_rng(seed)
    people = np.asarray(setting.people, float)
    counts, true = draw(setting, replications, rng)
    rest = (true[:, 1:] * people[1:]).sum(1) / people[1:].sum()
    everyone = (true * people).sum(1) / people.sum()
    rejected = decide(counts, people, 1.0)
    systematic = decide(counts, people, setting.ratio)
    realised = decide(counts, people, true[:, 0] / rest)
    against_national = decide(counts, people, true[:, 0] / everyone)
    rows = []
    for method in METHODS:
        shares = {
            "rejects": rejected[method].mean(),
            "covers_systematic": 1 - systematic[method].mean(),
        }
        if method in PLAIN:
            own = realised if method.endswith("_rest") else against_national
            shares["covers_realised"] = 1 - own[method].mean()
        for measure, share in shares.items():
            error = np.sqrt(share * (1 - share) / replications)
            rows.append((method, measure, float(share), float(error)))
    return pd.DataFrame(rows, columns=["method", "measure", "value", "mc_error"])


def settings(people: tuple[float, ...], rate: float, tau: float) -> Iterator[Setting]:
    """Yield the settings of the study: without and with variance between areas, each ratio."""
    for spread in (0.0, tau):
        for ratio in RATIOS:
            yield Setting(people, rate, spread, ratio)


def study(
    people: tuple[float, ...],
    rate: float,
    tau: float,
    *,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    watch: Callable[[list[Setting]], Iterator[Setting]] = iter,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Run every setting and return one tidy table.

    Parameters
    ----------
    people: populations of the areas, the force's first. rate: typical rate per person.
    tau: SD between areas where there is one. watch: wraps the list of settings (a progress bar).
    executor: where the settings run, each with a seed of its own, so that the table is the same
        wherever that is; by default here, one after the other.

    Returns
    -------
    Columns ``tau``, ``ratio``, ``method``, ``measure``, ``value``, ``mc_error``, ``nominal``
    (0.05 for a test under a ratio of 1, 0.95 for an interval, else missing) and ``shortfall``
    (how far the value is from nominal, on the wrong side; zero where it is not).
    """
    chosen = list(settings(people, rate, tau))
    run = map if executor is None else executor.map
    seeds = range(seed, seed + len(chosen))
    found = iter(run(scenario, chosen, [replications] * len(chosen), seeds))
    parts = []
    for setting in watch(chosen):
        part = next(found)
        parts.append(part.assign(tau=setting.tau, ratio=setting.ratio))
    frame = pd.concat(parts, ignore_index=True)
    test = (frame["measure"] == "rejects") & (frame["ratio"] == 1)
    frame["nominal"] = np.where(test, ALPHA, np.nan)
    frame.loc[frame["measure"] != "rejects", "nominal"] = 1 - ALPHA
    wrong = np.where(test, frame["value"] - ALPHA, (1 - ALPHA) - frame["value"])
    frame["shortfall"] = np.where(frame["nominal"].isna(), np.nan, np.maximum(wrong, 0))
    first = ["tau", "ratio", "method", "measure"]
    return frame[[*first, "value", "mc_error", "nominal", "shortfall"]]
