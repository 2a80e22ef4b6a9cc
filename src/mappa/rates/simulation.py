"""Simulation study: how often each test gives a false alarm, covers, and finds a difference.

Areas have the real populations of the counted areas. The true log rate of an area is normal about
the typical rate with SD tau; the force under study has in addition the log of a ratio to it. Counts
are Poisson. Tau is zero (forces differ by chance only) or the value fitted to the real counts.

Each method answers "is this force different?" at 5%. Under a ratio of 1 the force is one like any
other, so what a method flags is a false alarm. Two things are covered or not: the ratio that the
study set (``systematic``), and the ratio of this force's realised rate to the others' together
(``realised``). The plain tests are right about the second and wrong about the first.

Its result is stored in ``simulation.csv`` with the other tables.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from mappa.arguments import typed
from mappa.data import Data, schema
from mappa.errors import DataError, UsageError
from mappa.rates import forces
from mappa.rates.methods import between, funnel

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

RATIOS = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5)
REPLICATIONS = 10_000
SEED = 42
ALPHA = 0.05
NAME = "simulation"
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


def overdispersed(counts: Array, people: Array) -> Callable[[float], dict[str, Flags]]:
    """Return what the methods that allow for how much areas differ reject at 5%.

    They are fitted once to simulated *counts* (replications by areas, the force's first). The
    function returned says for each method and replication whether a true ratio is rejected.
    """
    observed = np.maximum(counts[:, 0], 0.5)
    national = counts.sum(1) / people.sum()
    expected = people * national[:, None]
    everyone, others = (between.spread(counts[:, k:], people[k:]) for k in (0, 1))
    held = between.moments(everyone, np.log(national))[0]
    free, mean, se = between.moments(everyone)
    phi = np.maximum(1.0, funnel.multiplicative_phi(counts, expected))
    shmi = between.shmi(counts, expected).tau2
    sqrt = between.sqrt_winsorised(counts, expected).tau2
    own, chance = expected[:, 0], 1 / observed

    def rejects(ratio: float) -> dict[str, Flags]:
        log_rate = np.log(observed / people[0] / ratio)
        gap = log_rate - np.log(national)
        root = np.sqrt(observed) - np.sqrt(own * ratio)
        # The force itself is in mean and tau, so its distance from the mean varies by v + tau^2
        # less the mean's variance, not plus it.
        apart = np.maximum(chance + free - se**2, 1e-12)
        z = {
            "multiplicative": 2 * root / np.sqrt(phi),
            "additive_national": gap / np.sqrt(chance + held),
            "additive_typical": (log_rate - mean) / np.sqrt(apart),
            "additive_shmi": gap / np.sqrt(1 / own + shmi),
            "additive_sqrt": root / np.sqrt(own * ratio) / np.sqrt(1 / (4 * own) + sqrt),
        }
        found = {name: np.abs(v) > stats.norm.ppf(1 - ALPHA / 2) for name, v in z.items()}
        rule = between.predict(others, people[0] * ratio)
        return found | {"prediction": rule.p_value(observed / people[0] / ratio) < ALPHA}

    return rejects


def scenario(setting: Setting, replications: int, seed: int) -> pd.DataFrame:
    """Return the shares of a setting: rejects, covers_systematic and covers_realised, by method.

    Each with its Monte Carlo standard error, sqrt(p (1 - p) / replications).
    """
    rng = np.random.default_rng(seed)
    people, ratio = np.asarray(setting.people, float), setting.ratio
    counts, true = draw(setting, replications, rng)
    rest = (true[:, 1:] * people[1:]).sum(1) / people[1:].sum()
    everyone = (true * people).sum(1) / people.sum()
    spread = overdispersed(counts, people)
    realised = by_chance(counts, people, true[:, 0] / rest)
    national = by_chance(counts, people, true[:, 0] / everyone)
    rejected = {
        "rejects": by_chance(counts, people, 1.0) | spread(1.0),
        "covers_systematic": by_chance(counts, people, ratio) | spread(ratio),
        "covers_realised": realised | {"exact_national": national["exact_national"]},
    }
    rows = [
        (method, measure, float(found[method].mean()))
        for method in METHODS
        for measure, found in rejected.items()
        if method in found
    ]
    frame = pd.DataFrame(rows, columns=["method", "measure", "value"])
    share = frame["value"].where(frame["measure"] == "rejects", 1 - frame["value"])
    error = np.sqrt(share * (1 - share) / replications)
    return frame.assign(value=share, mc_error=error, tau=setting.tau, ratio=ratio)


def run(
    data: Data,
    force: str,
    as_of: Any,
    *,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    watch: Callable[[list[Setting]], Iterator[Setting]] = iter,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Run every setting with the counted areas of a date, *force* under study.

    Parameters
    ----------
    watch: wraps the list of settings (a progress bar).
    executor: where the settings run, each with a seed of its own, so that the table is the same
        wherever that is; by default here, one after the other.

    Returns
    -------
    Columns ``tau``, ``ratio``, ``method``, ``measure``, ``value``, ``mc_error``, ``nominal``
    (0.05 for a test under a ratio of 1, 0.95 for an interval, else missing), ``shortfall``
    (how far the value is from nominal, on the wrong side; zero where it is not), and the settings.

    Raises
    ------
    DataError: the date has too few counts to fit how much areas differ. UsageError: no
    replications, or a seed below zero.
    """
    if replications < 1 or seed < 0:
        raise UsageError("The simulation needs one replication or more, and a seed of 0 or more.")
    force, day = data.force(force), data.day(as_of)
    found = forces.forces(data.on(day))
    if found is None:
        raise DataError(
            f"Fewer than {forces.FEWEST} areas have a count on {day:%Y-%m-%d}: choose another date."
        )
    others = (float(n) for a, n in zip(found.areas, found.people, strict=True) if a != force)
    people, fit = (float(data.people(day)[force]), *others), found.constrained
    chosen = [Setting(people, fit.rate, tau, r) for tau in (0.0, fit.tau) for r in RATIOS]
    each = map if executor is None else executor.map
    seeds = range(seed, seed + len(chosen))
    parts = each(scenario, chosen, [replications] * len(chosen), seeds)
    frame = pd.concat([p for _, p in zip(watch(chosen), parts, strict=True)], ignore_index=True)
    rejects = frame["measure"] == "rejects"
    alarm = rejects & (frame["ratio"] == 1)
    frame["nominal"] = np.where(alarm, ALPHA, np.where(rejects, np.nan, 1 - ALPHA))
    above = frame["value"] - frame["nominal"]
    return frame.assign(
        shortfall=np.maximum(np.where(alarm, above, 0.0 - above), 0),
        replications=replications,
        seed=seed,
        force=force,
        as_of=f"{day:%Y-%m-%d}",
        basis="simulated",
        quality="computed",
        source="derived",
    )


def as_csv(data: Data, frame: pd.DataFrame) -> str:
    """Return the table as CSV in the order of the dictionary, numbers in full."""
    rules = data.dictionary[data.dictionary["table"] == NAME]
    return str(frame[list(rules["column"])].to_csv(index=False, lineterminator="\n"))


def read(data: Data) -> pd.DataFrame | None:
    """Return the stored result of the tables' folder, validated, or ``None`` without one."""
    path = data.folder / f"{NAME}.csv"
    return _read(data, path) if path.is_file() else None


@functools.lru_cache(maxsize=4)
def _read(data: Data, path: Path) -> pd.DataFrame:
    return schema.read_table(path, data.dictionary)


@typed
def find(data: Data, *, replications: int = REPLICATIONS, seed: int = SEED) -> pd.DataFrame:
    """Return the stored result of these tables and settings, or else run the study for it."""
    found = read(data)
    if found is not None and is_of(data, found):
        first = found.iloc[0]
        if (first["replications"], first["seed"]) == (replications, seed):
            return found
    return run(data, data.force(), data.day(), replications=replications, seed=seed)


def is_of(data: Data, frame: pd.DataFrame) -> bool:
    """Return whether a stored result is of these tables: its tau is the one they give."""
    day = frame.iloc[0]["as_of"]
    found = forces.forces(data.on(day)) if day in data.dates else None
    return found is not None and bool(np.isclose(found.constrained.tau, frame["tau"].max()))
