"""Simulation study: how often each test gives a false alarm, covers, and finds a difference.

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

from mappa.errors import UsageError
from mappa.rates.methods import between, funnel

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

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
    "prediction": "interval for the observed rate from the other areas, t with k - 3 degrees of "
    "freedom: the rule of unusual",
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


def by_chance(counts: Array, people: Array, ratio: float | Array) -> dict[str, Flags]:
    """Return for each plain method and replication whether a true *ratio* is rejected at 5%.

    With a ratio of 1 that is the test; with the ratio that was set it is the interval failing to
    cover, by inversion of the same test.
    """
    x, n, total = counts[:, 0], people[0], counts.sum(1)
    scale = ratio * n / (people.sum() - n)
    mean = ratio * n * total / people.sum()
    share = scale / (1 + scale)
    z = (x - (total - x) * scale) / np.sqrt(total * scale)
    return {
        "exact_national": _doubled(stats.poisson.cdf(x, mean), stats.poisson.sf(x - 1, mean)),
        "score_rest": 2 * stats.norm.sf(np.abs(z)) < ALPHA,
        "exact_rest": _doubled(
            stats.binom.cdf(x, total, share), stats.binom.sf(x - 1, total, share)
        ),
    }


def _doubled(below: Array, above: Array) -> Flags:
    return 2 * np.minimum(below, above) < ALPHA


class Overdispersed:
    """The methods that allow for how much areas differ, fitted once to simulated counts.

    Parameters
    ----------
    counts: replications by areas, the force's first. people: populations of the areas.
    """

    def __init__(self, counts: Array, people: Array) -> None:
        self.people = people[0]
        self.observed = np.maximum(counts[:, 0], 0.5)
        self.national = counts.sum(1) / people.sum()
        expected = people * self.national[:, None]
        self.expected = expected[:, 0]
        everyone = between.spread(counts, people)
        self.others = between.spread(counts[:, 1:], people[1:])
        self.held = between.moments(everyone, np.log(self.national))[0]
        self.free, self.mean, self.se = between.moments(everyone)
        self.phi = np.maximum(1.0, funnel.multiplicative_phi(counts, expected))
        self.shmi = between.shmi(counts, expected).tau2
        self.root = between.sqrt_winsorised(counts, expected).tau2

    def rejects(self, ratio: float) -> dict[str, Flags]:
        """Return for each method and replication whether a true *ratio* is rejected at 5%."""
        chance = 1 / self.observed
        log_rate = np.log(self.observed / self.people / ratio)
        gap = log_rate - np.log(self.national)
        expected = self.expected * ratio
        root = np.sqrt(self.observed) - np.sqrt(expected)
        # The force itself is in mean and tau, so its distance from the mean varies by v + tau^2
        # less the mean's variance, not plus it.
        own = np.maximum(chance + self.free - self.se**2, 1e-12)
        rule = between.predict(self.others, self.people * ratio)
        z = {
            "multiplicative": 2 * root / np.sqrt(self.phi),
            "additive_national": gap / np.sqrt(chance + self.held),
            "additive_typical": (log_rate - self.mean) / np.sqrt(own),
            "additive_shmi": gap / np.sqrt(1 / self.expected + self.shmi),
            "additive_sqrt": root
            / np.sqrt(expected)
            / np.sqrt(1 / (4 * self.expected) + self.root),
        }
        found = {name: np.abs(value) > stats.norm.ppf(1 - ALPHA / 2) for name, value in z.items()}
        return found | {"prediction": rule.p_value(self.observed / self.people / ratio) < ALPHA}


def scenario(setting: Setting, replications: int, seed: int) -> pd.DataFrame:
    """Return the shares of a setting: rejects, covers_systematic and covers_realised, by method.

    Each with its Monte Carlo standard error, sqrt(p (1 - p) / replications).
    """
    rng = np.random.default_rng(seed)
    people = np.asarray(setting.people, float)
    counts, true = draw(setting, replications, rng)
    rest = (true[:, 1:] * people[1:]).sum(1) / people[1:].sum()
    everyone = (true * people).sum(1) / people.sum()
    spread = Overdispersed(counts, people)
    rejects = {
        "rejects": by_chance(counts, people, 1.0) | spread.rejects(1.0),
        "covers_systematic": by_chance(counts, people, setting.ratio)
        | spread.rejects(setting.ratio),
    }
    realised = by_chance(counts, people, true[:, 0] / rest)
    realised |= {
        "exact_national": by_chance(counts, people, true[:, 0] / everyone)["exact_national"]
    }
    rejects["covers_realised"] = realised
    rows = []
    for method in METHODS:
        for measure, found in rejects.items():
            if method not in found:
                continue
            flagged = float(found[method].mean())
            share = flagged if measure == "rejects" else 1 - flagged
            error = np.sqrt(share * (1 - share) / replications)
            rows.append((method, measure, share, float(error)))
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
    if replications < 1 or seed < 0:
        raise UsageError("The simulation needs one replication or more, and a seed of 0 or more.")
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
