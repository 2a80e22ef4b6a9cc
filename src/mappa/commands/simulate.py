"""``mappa simulate``: run the simulation study of the rate's tests and store its result."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands import options


def simulate(
    force: options.Force = None,
    as_of: options.AsOf = None,
    replications: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Replications of each setting.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = 42,
    out: options.Kept = None,
    dask: options.Dask = "",
) -> None:
    """Run the simulation study of the rate's tests and store its result.

    False alarms and coverage where there is no difference, with and without variance between
    areas, and power at ratios from 1.05 to 1.5.
    """
    import sys

    from tqdm import tqdm

    from mappa.data import load
    from mappa.files import write_atomically
    from mappa.rates import simulation
    from mappa.runs.cluster import executor
    from mappa.words.rate import simulation as words

    data = load()
    path = options.beside(data, out, f"{simulation.NAME}.csv")
    with executor(dask) as (workers, _):
        frame = simulation.run(
            data,
            data.force(force),
            data.day(as_of),
            replications=replications,
            seed=seed,
            watch=lambda settings: iter(tqdm(settings, unit="setting", file=sys.stderr)),
            executor=workers,
        )
    write_atomically(path, simulation.as_csv(data, frame))
    typer.echo(words.summary(frame))
    typer.echo(f"Stored in {path}.")
