"""The fit that makes the shipped posterior: resumable, seeded, with a progress bar.

Stages (mode and surrogate; each block of draws of each chain; quantities) are kept in the cache
folder under the digest of the density, so that a broken fit goes on where it stopped and ends
with the same draws as an unbroken one.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import functools
import gzip
import io
import json
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.data import Data, places
from mappa.errors import DataError
from mappa.files import digest, write_atomically
from mappa.register.arrays import Array
from mappa.register.likelihood.density import Density, density_of
from mappa.register.posterior import diagnostics as dg
from mappa.register.posterior import draws as posteriors
from mappa.register.posterior.quantities import plan_for, quantities
from mappa.register.posterior.sampler import Block, Tuned, dispersed, run_block, tune

#: Of how the sampler draws: what an older one kept is not gone on with.
VERSION = 2
CHAINS, BLOCK = 4, 250
#: Burn-in and kept draws of a chain; of all chains, how many draws get every quantity, over which
#: the quantities are judged, and how many of those are shipped (a small file is enough for
#: intervals, but too small to judge R-hat, whose own noise is one over the draws).
BURN, KEPT, JUDGED, SHIP = 500, 8000, 2000, 1000
#: What a parameter (over all kept draws) and a quantity (over the judged ones) must meet.
RHAT, ESS = 1.01, 400.0

#: Told after each step: what was done and how many steps there are.
Progress = Callable[[str, int, int], None]


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of a fit; smaller ones serve the tests."""

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


def _silent(what: str, done: int, total: int) -> None:
    pass


def _read(path: Path) -> Any:
    """Return what is kept at *path*, or None if it is not there or cannot be read."""
    try:
        return pickle.loads(path.read_bytes())
    except (FileNotFoundError, pickle.UnpicklingError, EOFError, AttributeError):
        return None


def _keep(path: Path, made: Any) -> Any:
    write_atomically(path, pickle.dumps(made))
    return made


def fit(
    data: Data,
    as_of: object,
    settings: Settings,
    progress: Progress = _silent,
    executor: concurrent.futures.Executor | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Sample the posterior and return draws, quantities and diagnostics.

    Blocks of draws and quantities run in *executor* (a cluster's, say) or else in
    ``settings.processes`` processes; each has a seed of its own, so the draws are the same.

    Raises
    ------
    DataError: the chains did not agree, so that nothing is shipped.
    """
    density = density_of(data, as_of)
    name = f"{density.digest[:16]}-{VERSION}-{settings.seed}-{settings.tuning:g}"
    folder = places.cache_folder() / "register-fit" / name
    path = folder / "tuned.pickle"
    tuned = _read(path) or _keep(path, tune(density, settings.seed, scale=settings.tuning))
    progress("tuned", 1, 1)
    # An executor that is lent is not ours to close.
    lent = _workers(settings.processes) if executor is None else contextlib.nullcontext(executor)
    with lent as workers:
        run = _Runner(workers, pickle.dumps(tuned))
        chains, _, accepted = _chains(tuned, run, settings, folder, progress)
        z, order, shipped = _thin(chains, settings)
        found = _quantities(run, z[order], settings, folder, progress)
    judged = found.iloc[np.argsort(order)]
    report = _diagnose(density, chains, judged, settings, accepted, len(shipped))
    draws = pd.DataFrame(z[shipped], columns=list(density.model.names))
    draws.insert(0, "chain", shipped // (len(z) // settings.chains))
    # Rounded draws are what is shipped, so their density is computed from what is shipped.
    draws.insert(1, "log_posterior", [density.log_posterior(row) for row in z[shipped]])
    return draws, found.iloc[: len(shipped)], report


def _chains(
    tuned: Tuned, run: _Runner, settings: Settings, folder: Path, progress: Progress
) -> tuple[Array, Array, float]:
    """Return draws (chain, draw, coordinate), log posteriors and the share accepted."""
    total, done = settings.chains * settings.blocks, 0
    blocks: list[list[Block]] = [[] for _ in range(settings.chains)]
    for b in range(settings.blocks):
        jobs = []
        for c in range(settings.chains):
            spot = dispersed(tuned, settings.seed, c) if b == 0 else blocks[c][-1].y[-1]
            jobs.append(
                (folder / f"block-{c}-{b}.pickle", (spot, settings.block, (settings.seed, c, b)))
            )
        for c, block in enumerate(run(_draw, jobs)):
            blocks[c].append(block)
            done += 1
            progress("drawn", done, total)
    z = np.array([np.concatenate([b.z for b in chain]) for chain in blocks])
    values = np.array([np.concatenate([b.log_posterior for b in chain]) for chain in blocks])
    accepted = float(
        np.mean([b.accepted for chain in blocks for b in chain[-max(len(chain) - 2, 1) :]])
    )
    last = settings.burn + settings.kept
    return z[:, settings.burn : last], values[:, settings.burn : last], accepted


class _Here(concurrent.futures.Executor):
    """Runs each task at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _workers(processes: int) -> concurrent.futures.Executor:
    if processes == 1:
        return _Here()
    context = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(processes, mp_context=context)


@dataclasses.dataclass(frozen=True)
class _Runner:
    """Runs tasks that all need the tuned sampler, and keeps what each made.

    What is kept is read and written here, so that a cluster needs no folder in common.
    """

    executor: concurrent.futures.Executor
    packed: bytes

    def __call__(self, work: Callable[..., Any], jobs: list[tuple[Path, Any]]) -> Iterator[Any]:
        """Yield the results of *jobs* (where it is kept, what it is told) in their order."""
        found = [_read(path) for path, _ in jobs]
        futures = [
            self.executor.submit(work, self.packed, told) if made is None else None
            for made, (_, told) in zip(found, jobs, strict=True)
        ]
        for made, future, (path, _) in zip(found, futures, jobs, strict=True):
            yield made if future is None else _keep(path, future.result())


@functools.lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Tuned:
    tuned: Tuned = pickle.loads(packed)
    return tuned


def _draw(packed: bytes, told: tuple[Array, int, tuple[int, ...]]) -> Block:
    start, count, seed = told
    return run_block(_unpacked(packed), start, count, seed)


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


def _quantities(
    run: _Runner, z: Array, settings: Settings, folder: Path, progress: Progress
) -> pd.DataFrame:
    """Return the quantities of every draw, in parts that are kept."""
    size, mark = 50, digest([z.tobytes()])[:12]
    jobs = [
        (
            folder / f"shown-{posteriors.VERSION}-{mark}-{first}.pickle",
            (z[first : first + size], settings.seed, first),
        )
        for first in range(0, len(z), size)
    ]
    rows: list[dict[str, float]] = []
    for n, part in enumerate(run(_show, jobs)):
        rows += part
        progress("quantities", n + 1, len(jobs))
    frame = pd.DataFrame(rows)
    digits = {c: 5 if c == "indefinite_share" else 2 for c in frame.columns}
    frame = frame.round(digits) + 0.0  # no negative zeros
    frame.insert(0, "draw", np.arange(len(frame)))
    return frame


def _show(packed: bytes, told: tuple[Array, int, int]) -> list[dict[str, float]]:
    z, seed, first = told
    plan = plan_for(_unpacked(packed).space.density, seed=seed)
    return [quantities(plan, row, first + i) for i, row in enumerate(z)]


def _diagnose(
    density: Density,
    chains: Array,
    judged: pd.DataFrame,
    settings: Settings,
    accepted: float,
    shipped: int,
) -> dict[str, Any]:
    """Return R-hat and effective sizes of every parameter and quantity."""
    parameters = {name: _measures(chains[:, :, i]) for i, name in enumerate(density.model.names)}
    count = settings.chains
    quantities_ = {
        name: _measures(judged[name].to_numpy(dtype=float).reshape(count, -1))
        for name in judged.columns
        if name != "draw" and judged[name].std() > 1e-6
    }
    both = [*parameters.values(), *quantities_.values()]
    return {
        "as_of": f"{density.model.inputs.as_of:%Y-%m-%d}",
        "digest": density.digest,
        "method": "Hamiltonian Monte Carlo on a surrogate's gradient, exact acceptance",
        "command": f"mappa register fit --seed {settings.seed} --kept {settings.kept}",
        "seeds": [settings.seed],
        "future_seed": settings.seed,
        "chains": count,
        "kept": chains.shape[0] * chains.shape[1],
        "judged": len(judged),
        "draws": shipped,
        "accepted": round(accepted, 4),
        "rhat_max": round(max(m["rhat"] for m in both), 5),
        "ess_min": round(min(min(m["bulk"], m["tail"]) for m in both), 1),
        "ess_min_chains": round(min(min(m["bulk"], m["tail"]) for m in parameters.values()), 1),
        "parameters": parameters,
        "quantities": quantities_,
    }


def _measures(chains: Array) -> dict[str, float]:
    return {
        "rhat": round(dg.rhat(chains), 5),
        "bulk": round(dg.bulk_ess(chains), 1),
        "tail": round(dg.tail_ess(chains), 1),
    }


def check(report: dict[str, Any]) -> None:
    """Refuse a fit whose chains do not agree or are too short.

    Raises
    ------
    DataError: R-hat or an effective sample size outside the limits, and of what.
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


def ship(
    folder: Path, draws: pd.DataFrame, shown: pd.DataFrame, report: dict[str, Any]
) -> list[Path]:
    """Write draws, quantities and diagnostics into *folder*, the diagnostics last."""
    names = list(draws.columns[2:])
    short = draws.copy()
    for name in names:
        short[name] = [f"{v:.4f}" for v in draws[name]]
    short["log_posterior"] = [f"{v:.10f}" for v in draws["log_posterior"]]
    text = short.to_csv(index=False, lineterminator="\n")
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
        packed.write(shown.to_csv(index=False, lineterminator="\n").encode())
    return [
        write_atomically(folder / posteriors.DRAWS, text),
        write_atomically(folder / posteriors.QUANTITIES, stream.getvalue()),
        write_atomically(
            folder / posteriors.DIAGNOSTICS, json.dumps(report, indent=1, sort_keys=True) + "\n"
        ),
    ]
