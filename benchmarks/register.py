"""How fast the register model runs and samples: milliseconds a run, effective draws a second.

    OPENBLAS_NUM_THREADS=1 python benchmarks/register.py            # run and residuals
    OPENBLAS_NUM_THREADS=1 python benchmarks/register.py --sample   # and the sampler (minutes)

CPU time is told beside wall time: on a shared machine only the first is the program's.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import time

import numpy as np

from mappa.data import load
from mappa.register.inference.diagnostics import convergence
from mappa.register.inference.sampler import dispersed, run_block, tune
from mappa.register.likelihood import density_of

AS_OF = "2020-03-31"
_kept: dict[str, object] = {}


def best(work, repeats: int = 30, inner: int = 20) -> float:
    """Return the best CPU time of *work* in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(inner):
            work()
        times.append((time.process_time() - start) / inner)
    return 1e3 * min(times)


def runs() -> None:
    density = density_of(load(), AS_OF)
    model, z = density.model, np.zeros(density.size)
    dates = np.arange(1998.25, 2020.5)
    values = model.values(z)
    drivers = model.drivers(values)
    whole = best(lambda: model.run(values, dates, drivers=drivers))
    print(f"one run, {len(dates)} yearly dates by {model.grid.size} cohorts: {whole:.2f} ms CPU")
    print(f"with its drivers: {best(lambda: model.run(model.values(z), dates)):.2f} ms CPU")
    print(f"all residuals: {best(lambda: density.residuals(z)):.2f} ms CPU")


def _start(tuned) -> None:
    _kept["tuned"] = tuned


def _chain(job):
    chain, count = job
    tuned = _kept["tuned"]
    start = time.process_time()
    block = run_block(tuned, dispersed(tuned, 1, chain), count, (1, chain, 0))
    return block, time.process_time() - start


def sample(kept: int) -> None:
    start = time.process_time()
    tuned = tune(density_of(load(), AS_OF), 1)
    print(f"mode, surrogate and pilots: {time.process_time() - start:.0f} s CPU")
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(
        2, mp_context=context, initializer=_start, initargs=(tuned,)
    ) as pool:
        begin = time.perf_counter()
        made = list(pool.map(_chain, [(c, kept + 300) for c in range(4)]))
        wall = time.perf_counter() - begin
    cpu = sum(seconds for _, seconds in made)
    z = np.array([block.z[300:] for block, _ in made])
    found = convergence(z)
    bulk, tail, rhat = found.bulk.min(), found.tail.min(), found.rhat.max()
    print(f"{4 * kept} draws: R-hat {rhat:.4f}, bulk {bulk:.0f}, tail {tail:.0f} effective")
    print(
        f"a second of wall time (with pool start): bulk {bulk / wall:.0f}, tail {tail / wall:.0f}"
    )
    print(
        f"a second on two free cores (CPU / 2): bulk {2 * bulk / cpu:.0f}, "
        f"tail {2 * tail / cpu:.0f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--kept", type=int, default=4000)
    chosen = parser.parse_args()
    runs()
    if chosen.sample:
        sample(chosen.kept)
