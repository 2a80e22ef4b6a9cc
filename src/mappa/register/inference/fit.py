"""The fit that makes the shipped posterior: resumable, seeded, with a progress bar.

Stages (mode and surrogate; each block of draws of each chain; quantities) are stored in the cache
folder under the digest of the density, so that a broken fit resumes where it stopped and ends
with the same draws as an unbroken one.
"""

import concurrent.futures
import contextlib
import dataclasses
import functools
import gzip
import io
import json
import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.cache import Store
from mappa.data import Data, places
from mappa.errors import DataError
from mappa.files import write_atomically
from mappa.register.arrays import Array
from mappa.register.inference import columns
from mappa.register.inference import draws as posteriors
from mappa.register.inference.diagnostics import convergence, information
from mappa.register.inference.draws import Report
from mappa.register.inference.mode import Coordinates
from mappa.register.inference.quantities import Plan, quantities
from mappa.register.inference.sampler import Surrogate, Tuned, dispersed, run_block, tune
from mappa.register.likelihood import Density, density_of

#: Of how the sampler draws: what an older one stored is not gone on with.
VERSION = 3
CHAINS, BLOCK = 4, 250
#: Burn-in and later draws of a chain; of all chains, how many draws get every quantity, over which
#: the quantities are judged, and how many of those are shipped (a small file is enough for
#: intervals, but too small to judge R-hat, whose own noise is one over the draws).
BURN, KEPT, JUDGED, SHIP = 500, 5000, 2000, 400
#: What a parameter (over all draws) and a quantity (over the judged ones) must meet.
RHAT, ESS = 1.01, 400.0

#: Draws whose quantities are computed in one task.
PART = 50

#: What a task makes: arrays by name.
Arrays = dict[str, NDArray[Any]]
#: Called with one after each of :attr:`Settings.steps`.
Progress = Callable[[int], object]


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of a fit; smaller ones serve the tests."""

    version: str = ""
    seed: int = 1
    chains: int = CHAINS
    burn: int = BURN
    kept: int = KEPT
    judged: int = JUDGED
    ship: int = SHIP
    processes: int = 2
    tuning: float = 1.0
    block: int = BLOCK

    @property
    def blocks(self) -> int:
        """Blocks of draws in a chain, burn-in included."""
        return -(-(self.burn + self.kept) // self.block)

    @property
    def steps(self) -> int:
        """Tasks of a fit: blocks of draws, and parts of those that get every quantity."""
        return self.chains * self.blocks + -(-self.judged // PART)


def _workers(processes: int) -> concurrent.futures.Executor:
    if processes == 1:
        return concurrent.futures.ThreadPoolExecutor(1)
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(processes, mp_context=context)


@dataclasses.dataclass(frozen=True)
class _Runner:
    """Runs tasks that all need the tuned sampler, and stores what each made.

    What is stored is read and written here, so that a cluster needs no folder in common.
    """

    executor: concurrent.futures.Executor
    store: Store
    parts: list[str]
    packed: bytes
    progress: Progress

    def __call__(
        self, name: str, work: Callable[..., Arrays], jobs: Sequence[tuple[Any, ...]]
    ) -> Iterator[Arrays]:
        """Yield the arrays that *work* makes of each job, in their order."""

        def one(job: tuple[Any, ...]) -> Arrays:
            own = [part.tobytes() if isinstance(part, np.ndarray) else repr(part) for part in job]
            return self.store.once_arrays(
                name,
                [*self.parts, *own],
                lambda: self.executor.submit(work, self.packed, *job).result(),
            )

        # A thread waits for each task; the work is done by the executor.
        with concurrent.futures.ThreadPoolExecutor(len(jobs)) as threads:
            for made in threads.map(one, jobs):
                self.progress(1)
                yield made


def fit(
    data: Data,
    as_of: object,
    settings: Settings,
    progress: Progress = lambda done: None,
    executor: concurrent.futures.Executor | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, Report]:
    """Sample the posterior and return draws, quantities and diagnostics.

    Blocks of draws and quantities run in *executor* (a cluster's, say) or else in
    ``settings.processes`` processes; each has a seed of its own, so the draws are the same.

    Raises DataError: the chains did not agree, so that nothing is shipped.
    """
    density = density_of(data, as_of, settings.version)
    priors = density.model.priors
    version = priors.versions[priors.version].name
    store = Store(places.cache_folder() / "register-fit")
    parts = [density.digest, version, str(VERSION), str(settings.seed), f"{settings.tuning:g}"]
    tuned = _tuned(density, settings, store, parts)
    # An executor that is lent is not ours to close.
    lent = _workers(settings.processes) if executor is None else contextlib.nullcontext(executor)
    with lent as workers:
        run = _Runner(workers, store, parts, pickle.dumps(tuned), progress)
        chains, accepted = _chains(tuned, run, settings)
        z, order, shipped = _thin(chains, settings)
        found = _quantities(run, density, z[order], settings)
    judged = found.iloc[np.argsort(order)]
    report = _diagnose(density, settings, chains, judged)
    report |= {"version": version, "draws": len(shipped), "accepted": round(accepted, 4)}
    report["information"] = vars(information(data, density, version, z[shipped], settings.seed))
    draws = pd.DataFrame(z[shipped], columns=list(density.model.names))
    draws.insert(0, "version", version)
    draws.insert(1, "chain", shipped // (len(z) // settings.chains))
    # Rounded draws are what is shipped, so their density is computed from what is shipped.
    draws.insert(2, "log_posterior", [density.log_posterior(row) for row in z[shipped]])
    return draws, found.iloc[: len(shipped)], report


def _tuned(density: Density, settings: Settings, store: Store, parts: list[str]) -> Tuned:
    """Return the tuned sampler, as it is stored."""

    def compute() -> Arrays:
        made = tune(density, settings.seed, scale=settings.tuning)
        return {"mean": made.mean, "root": made.root, **dataclasses.asdict(made.surrogate)}

    mean, root, *fitted = store.once_arrays("tuned", parts, compute).values()
    return Tuned(Coordinates(density), Surrogate(*fitted), mean, root)


def _chains(tuned: Tuned, run: _Runner, settings: Settings) -> tuple[Array, float]:
    """Return draws (chain, draw, coordinate) and the share accepted after the burn-in."""
    spots = [dispersed(tuned, settings.seed, c) for c in range(settings.chains)]
    z, accepted = [], []
    for b in range(settings.blocks):
        seeds = [(settings.seed, c, b) for c in range(settings.chains)]
        jobs = [(spot, settings.block, seed) for spot, seed in zip(spots, seeds, strict=True)]
        blocks = list(run("block", _draw, jobs))
        spots = [block["last"] for block in blocks]
        z.append([block["z"] for block in blocks])
        accepted.append(float(np.mean([block["accepted"] for block in blocks])))
    burned = settings.burn // settings.block
    chains: Array = np.concatenate(z, axis=1)[:, settings.burn : settings.burn + settings.kept]
    return chains, float(np.mean(accepted[burned:]))


@functools.lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Tuned:
    # Between processes of one run only: nothing is unpickled that was read from a folder.
    tuned: Tuned = pickle.loads(packed)
    return tuned


def _draw(packed: bytes, start: Array, count: int, seed: tuple[int, ...]) -> Arrays:
    block = run_block(_unpacked(packed), start, count, seed)
    return {"z": block.z, "last": block.y[-1], "accepted": np.array(block.accepted)}


def _thin(chains: Array, settings: Settings) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Return evenly spaced draws of every chain to judge, rounded, chain after chain.

    Also the order in which they are numbered (those to ship first, then the rest) and the places
    of those to ship, evenly spaced in every chain.
    """
    count = chains.shape[0]
    places_ = posteriors.thinned(chains.shape[1], settings.judged // count)
    z = chains[:, places_].reshape(-1, chains.shape[2]).round(4)
    each = posteriors.thinned(len(places_), settings.ship // count)
    shipped = (np.arange(count)[:, None] * len(places_) + each).ravel()
    rest = np.setdiff1d(np.arange(len(z)), shipped)
    return z, np.concatenate([shipped, rest]), shipped


def _quantities(run: _Runner, density: Density, z: Array, settings: Settings) -> pd.DataFrame:
    """Return the quantities of every draw, in parts that are stored."""
    # Each version has futures of its own: draws are numbered on from one to the next.
    start = density.model.priors.version * settings.ship
    jobs = [
        (z[first : first + PART], settings.seed, start + first, posteriors.VERSION)
        for first in range(0, len(z), PART)
    ]
    frame = pd.concat(map(pd.DataFrame, run("shown", _show, jobs)), ignore_index=True)
    digits = dict.fromkeys(frame.columns, 2) | {columns.INDEFINITE_SHARE: 5}
    frame = frame.round(digits) + 0.0  # no negative zeros
    frame.insert(0, "draw", start + np.arange(len(frame)))
    return frame


def _show(packed: bytes, z: Array, seed: int, first: int, version: int) -> Arrays:
    plan = Plan(_unpacked(packed).space.density, seed)
    rows = [quantities(plan, row, first + i) for i, row in enumerate(z)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _diagnose(density: Density, settings: Settings, chains: Array, judged: pd.DataFrame) -> Report:
    """Return R-hat and effective sizes of every parameter and quantity."""
    parameters = _measures(list(density.model.names), chains)
    moving = [name for name in judged.columns if name != "draw" and judged[name].std() > 1e-6]
    table = judged[moving].to_numpy(dtype=float)
    shown = _measures(moving, table.reshape(settings.chains, -1, len(moving)))
    both = pd.concat([parameters, shown])
    sizes = both[["bulk", "tail"]].min(axis=1)
    return {
        "as_of": f"{density.model.inputs.as_of:%Y-%m-%d}",
        "digest": density.digest,
        "method": "Hamiltonian Monte Carlo on a surrogate's gradient, exact acceptance",
        "command": f"mappa register fit --seed {settings.seed} --kept {settings.kept}",
        "seeds": [settings.seed],
        "future_seed": settings.seed,
        "chains": settings.chains,
        "kept": chains.shape[0] * chains.shape[1],
        "judged": len(judged),
        "rhat_max": float(both["rhat"].max()),
        "ess_min": float(sizes.min()),
        "ess_min_chains": float(sizes[: len(parameters)].min()),
        "parameters": parameters.to_dict("index"),
        "quantities": shown.to_dict("index"),
    }


def _measures(names: list[str], chains: Array) -> pd.DataFrame:
    """Return R-hat and effective sizes by name (*chains*: chain by draw by name)."""
    return convergence(chains).set_axis(names).round({"rhat": 5, "bulk": 1, "tail": 1})


def check(report: Report) -> None:
    """Refuse a fit whose chains do not agree or are too short.

    Raises DataError: R-hat or an effective sample size outside the limits, and of what.
    """
    for kind in ("parameters", "quantities"):
        for name, m in report[kind].items():
            size = min(m["bulk"], m["tail"])
            if m["rhat"] >= RHAT or size < ESS:
                raise DataError(
                    f"The fit is not good enough to ship: {name} has R-hat {m['rhat']:.4f} and "
                    f"effective sample size {size:.0f}, where below {RHAT} and {ESS:.0f} or more "
                    "are needed; run it with more draws (--kept) or another seed."
                )


def ship(folder: Path, draws: pd.DataFrame, shown: pd.DataFrame, report: Report) -> list[Path]:
    """Write a version's draws, quantities and diagnostics into *folder*, the diagnostics last.

    They are added to those of the other versions, where these are of the same figures.
    """
    version = str(report["version"])
    numbers = dict.fromkeys(draws.columns[3:], "{:.4f}".format)
    numbers["log_posterior"] = "{:.10f}".format
    texts = draws.assign(**{name: draws[name].map(text) for name, text in numbers.items()})
    shown = shown.astype({"draw": int}).astype(str)
    shown.insert(0, "version", version)
    tables, reports = [texts, shown], {version: report}
    before = posteriors.read_reports(folder)
    others = [name for name in before if name != version]
    if others and all(other["digest"] == report["digest"] for other in before.values()):
        reports |= {name: before[name] for name in others}
        stored = posteriors.read_text_tables(folder)
        tables = [
            pd.concat([old[old["version"].isin(others)], new])
            for old, new in zip(stored, tables, strict=True)
        ]
    paths, names = [], (posteriors.DRAWS, posteriors.QUANTITIES)
    for table, name in zip(tables, names, strict=True):
        # By version, otherwise in the order given: by chain or number.
        rows = table.sort_values("version", kind="stable")
        content = rows.to_csv(index=False, lineterminator="\n").encode()
        if name.endswith(".gz"):  # not gzip.compress, whose bytes name the system
            stream = io.BytesIO()
            with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
                packed.write(content)
            content = stream.getvalue()
        paths.append(write_atomically(folder / name, content))
    text = json.dumps(reports, indent=1, sort_keys=True) + "\n"
    return [*paths, write_atomically(folder / posteriors.DIAGNOSTICS, text)]
