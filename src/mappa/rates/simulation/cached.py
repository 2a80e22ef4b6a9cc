"""The kept result of the simulation study: made from the figures, written, read back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data, schema
from mappa.errors import DataError
from mappa.rates import forces
from mappa.rates.simulation import study as simulation

NAME = "simulation"


def run(
    data: Data,
    force: str,
    as_of: Any,
    *,
    replications: int = simulation.REPLICATIONS,
    seed: int = simulation.SEED,
    watch: Callable[[list[simulation.Setting]], Iterator[simulation.Setting]] = iter,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Run the study with the counted areas of a date, *force* under study.

    *watch* and *executor* go to :func:`mappa.rates.simulation.study.study`.

    Raises DataError where the date has too few counts to fit how much areas differ.
    """
    force, day = data.force(force), data.day(as_of)
    found = forces.forces(data.on(day))
    if found is None:
        raise DataError(
            f"Fewer than {forces.FEWEST} areas have a count on {day:%Y-%m-%d}: choose another date."
        )
    mine = float(data.people(day)[force])
    others = [float(n) for a, n in zip(found.areas, found.people, strict=True) if a != force]
    frame = simulation.study(
        (mine, *others),
        found.constrained.rate,
        found.constrained.tau,
        replications=replications,
        seed=seed,
        watch=watch,
        executor=executor,
    )
    return frame.assign(
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
    """Return the kept result of the figures' folder, validated, or ``None`` where none is kept."""
    path = data.folder / f"{NAME}.csv"
    return _read(data, path) if path.is_file() else None


@functools.lru_cache(maxsize=4)
def _read(data: Data, path: Path) -> pd.DataFrame:
    return schema.read_table(path, data.dictionary)


@typed
def find(
    data: Data, *, replications: int = simulation.REPLICATIONS, seed: int = simulation.SEED
) -> pd.DataFrame:
    """Return the stored result of these tables and settings, or else run the study for it."""
    found = read(data)
    if found is not None and is_of(data, found):
        first = found.iloc[0]
        if (first["replications"], first["seed"]) == (replications, seed):
            return found
    return run(data, data.force(), data.day(), replications=replications, seed=seed)


def is_of(data: Data, frame: pd.DataFrame) -> bool:
    """Tell whether a kept result is of these figures: its tau is the one they give."""
    first = frame.iloc[0]
    if first["as_of"] not in data.dates:
        return False
    found = forces.forces(data.on(first["as_of"]))
    return found is not None and bool(np.isclose(found.constrained.tau, frame["tau"].max()))
