"""``mappa simulate``: run the simulation study of the rate's tests and keep its result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    force: Annotated[str, typer.Option(help="Area whose population is under study.")] = "",
    as_of: Annotated[str, typer.Option(help="Date whose counted areas are used.")] = "",
    replications: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Replications of each setting.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = 42,
    out: Annotated[
        Path | None, typer.Option(help="File to write (default: simulation.csv beside the tables).")
    ] = None,
    dask: Annotated[
        str, typer.Option(help="Address of a dask scheduler to run on (needs mappa[dask]).")
    ] = "",
) -> None:
    """Run the simulation study of the rate's tests, with a progress bar, and keep its result.

    False alarms and coverage where there is no difference, with and without variance between
    areas, and power at ratios from 1.05 to 1.5.
    """
    import contextlib
    import sys

    from tqdm import tqdm

    from mappa.data import load
    from mappa.files import write_atomically
    from mappa.rates.simulation import cached as kept
    from mappa.runs.cluster import executor
    from mappa.words.rate import simulation as words

    data = load()
    with executor(dask) if dask else contextlib.nullcontext((None, 1)) as (workers, _):
        frame = kept.run(
            data,
            data.force(force or None),
            data.day(as_of or None),
            replications=replications,
            seed=seed,
            watch=lambda settings: iter(tqdm(settings, unit="setting", file=sys.stderr)),
            executor=workers,
        )
    path = out if out is not None else data.folder / f"{kept.NAME}.csv"
    write_atomically(path, kept.as_csv(data, frame))
    typer.echo(words.summary(frame))
    typer.echo(f"Kept in {path}.")
