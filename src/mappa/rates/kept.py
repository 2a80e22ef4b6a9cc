"""The kept result of the simulation study: made from the figures, written, read back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mappa.errors import DataError
from mappa.figures import Figures, schema
from mappa.rates import forces, simulation

NAME = "simulation"


def run(
    figures: Figures,
    force: str,
    as_of: Any,
    *,
    replications: int = simulation.REPLICATIONS,
    seed: int = simulation.SEED,
    watch: Callable[[list[simulation.Setting]], Iterator[simulation.Setting]] = iter,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Run the study with the counted areas of a date, *force* under study.

    *watch* and *executor* go to :func:`mappa.rates.simulation.study`.

    Raises DataError where the date has too few counts to fit how much areas differ.
    """
    force, day = figures.area(force), figures.date(as_of)
    found = forces.forces(figures, day)
    if found is None:
        raise DataError(
            f"Fewer than {forces.FEWEST} areas have a count on {day:%Y-%m-%d}: choose another date."
        )
    mine = float(figures.people(day)[force])
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


def as_csv(figures: Figures, frame: pd.DataFrame) -> str:
    """Return the table as CSV in the order of the dictionary, numbers in full."""
    rules = figures.dictionary[figures.dictionary["table"] == NAME]
    return frame[list(rules["column"])].to_csv(index=False, lineterminator="\n")


def read(figures: Figures) -> pd.DataFrame | None:
    """Return the kept result of the figures' folder, validated, or ``None`` where none is kept."""
    path = figures.folder / f"{NAME}.csv"
    return _read(figures, path) if path.is_file() else None


@functools.lru_cache(maxsize=4)
def _read(figures: Figures, path: Path) -> pd.DataFrame:
    raw = schema.read_text_table(path)
    return schema.validate_table(NAME, raw, figures.dictionary)


def is_of(figures: Figures, frame: pd.DataFrame) -> bool:
    """Tell whether a kept result is of these figures: its tau is the one they give."""
    first = frame.iloc[0]
    if first["as_of"] not in figures.dates:
        return False
    found = forces.forces(figures, first["as_of"])
    return found is not None and bool(np.isclose(found.constrained.tau, frame["tau"].max()))
