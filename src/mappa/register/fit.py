"""The fit that makes the shipped posterior: resumable, seeded, with a progress bar.

Stages (mode and surrogate; each block of draws of each chain; quantities) are kept in the cache
folder under the digest of the density, so that a broken fit goes on where it stopped and ends
with the same draws as an unbroken one.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
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

from mappa.errors import DataError
from mappa.figures import Figures, places
from mappa.files import digest, write_atomically
from mappa.register import diagnostics as dg
from mappa.register import posterior as posteriors
from mappa.register.arrays import Array
from mappa.register.density import Density, density_of
from mappa.register.quantities import plan_for, quantities
from mappa.register.sampler import Block, Tuned, dispersed, run_block, tune

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

    @property
    def blocks(self) -> int:
        """Blocks of draws in a chain, burn-in included."""
        return -(-(self.burn + self.kept) // BLOCK)


def _silent(what: str, done: int, total: int) -> None:
    pass


def _kept(path: Path, make: Callable[[], Any]) -> Any:
    """Return what is kept at *path*, made and kept if it is not there or cannot be read."""
    if path.is_file():
        try:
            return pickle.loads(path.read_bytes())
        except (pickle.UnpicklingError, EOFError, AttributeError):
            path.unlink()
    made = make()
    write_atomically(path, pickle.dumps(made))
    return made


def fit(
    figures: Figures, as_of: object, settings: Settings, progress: Progress = _silent
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Sample the posterior and return draws, quantities and diagnostics.

    Raises
    ------
    DataError: the chains did not agree, so that nothing is shipped.
    """
    density = density_of(figures, as_of)
    folder = places.cache_folder() / "register-fit" / f"{density.digest[:16]}-{settings.seed}"
    scale = f"-{settings.tuning:g}"
    tuned = _kept(
        folder / f"tuned{scale}.pickle", lambda: tune(density, settings.seed, scale=settings.tuning)
    )
    progress("tuned", 1, 1)
    chains, _, accepted = _chains(tuned, settings, folder, progress)
    z, order, shipped = _thin(chains, settings)
    found = _quantities(tuned, z[order], settings, folder, progress)
    judged = found.iloc[np.argsort(order)]
    report = _diagnose(density, chains, judged, settings, accepted, len(shipped))
    draws = pd.DataFrame(z[shipped], columns=list(density.model.names))
    draws.insert(0, "chain", shipped // (len(z) // settings.chains))
    # Rounded draws are what is shipped, so their density is computed from what is shipped.
    draws.insert(1, "log_posterior", [density.log_posterior(row) for row in z[shipped]])
    return draws, found.iloc[: len(shipped)], report


def _chains(
    tuned: Tuned, settings: Settings, folder: Path, progress: Progress
) -> tuple[Array, Array, float]:
    """Return draws (chain, draw, coordinate), log posteriors and the share accepted."""
    total, done = settings.chains * settings.blocks, 0
    blocks: list[list[Block]] = [[] for _ in range(settings.chains)]
    with _pool(settings.processes, tuned, _work) as run:
        for b in range(settings.blocks):
            jobs = []
            for c in range(settings.chains):
                spot = dispersed(tuned, settings.seed, c) if b == 0 else blocks[c][-1].y[-1]
                jobs.append((folder / f"block-{c}-{b}.pickle", spot, (settings.seed, c, b)))
            for c, block in enumerate(run(jobs)):
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


class _pool:  # noqa: N801  # a context manager that is called like a function
    """Run jobs in worker processes, or here when one process is asked for."""

    def __init__(self, processes: int, tuned: Tuned, work: Callable[[Any], Any]) -> None:
        self.processes, self.tuned, self.work = processes, tuned, work
        self.executor: concurrent.futures.ProcessPoolExecutor | None = None

    def __enter__(self) -> Callable[[list[Any]], Iterator[Any]]:
        if self.processes > 1:
            self.executor = concurrent.futures.ProcessPoolExecutor(
                self.processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(self.tuned,),
            )
            return lambda jobs: self.executor.map(self.work, jobs)  # type: ignore[union-attr]
        _start_worker(self.tuned)
        return lambda jobs: map(self.work, jobs)

    def __exit__(self, *_: object) -> None:
        if self.executor is not None:
            self.executor.shutdown(cancel_futures=True)


_worker: dict[str, Tuned] = {}


def _start_worker(tuned: Tuned) -> None:
    _worker["tuned"] = tuned


def _work(job: tuple[Path, Array, tuple[int, ...]]) -> Block:
    path, start, seed = job
    return _kept(path, lambda: run_block(_worker["tuned"], start, BLOCK, seed))


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
    tuned: Tuned, z: Array, settings: Settings, folder: Path, progress: Progress
) -> pd.DataFrame:
    """Return the quantities of every draw, in parts that are kept."""
    size, mark = 50, digest([z.tobytes()])[:12]
    jobs = [
        (
            folder / f"shown-{posteriors.VERSION}-{mark}-{first}.pickle",
            z[first : first + size],
            (settings.seed, first),
        )
        for first in range(0, len(z), size)
    ]
    rows: list[dict[str, float]] = []
    with _pool(settings.processes, tuned, _show) as run:
        for n, part in enumerate(run(jobs)):
            rows += part
            progress("quantities", n + 1, len(jobs))
    frame = pd.DataFrame(rows)
    digits = {c: 5 if c == "indefinite_share" else 2 for c in frame.columns}
    frame = frame.round(digits) + 0.0  # no negative zeros
    frame.insert(0, "draw", np.arange(len(frame)))
    return frame


def _show(job: tuple[Path, Array, tuple[int, int]]) -> list[dict[str, float]]:
    path, z, (seed, first) = job
    plan = plan_for(_worker["tuned"].space.density, seed=seed)
    return _kept(path, lambda: [quantities(plan, row, first + i) for i, row in enumerate(z)])


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
