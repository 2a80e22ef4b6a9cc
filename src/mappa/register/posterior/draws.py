"""The posterior: shipped draws where they are of these figures, else a fit of seconds."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.cache import Store
from mappa.data import Data, places
from mappa.register.arrays import Array
from mappa.register.inputs.model_tables import shipped_folder
from mappa.register.likelihood.density import Density, density_of
from mappa.register.posterior.coordinates import Coordinates
from mappa.register.posterior.quantities import Plan, plan_for, quantities

DRAWS, QUANTITIES, DIAGNOSTICS = "posterior.csv", "posterior_quantities.csv.gz", "posterior.json"
SHIPPED = "sampled: draws of the posterior shipped with the study"
QUICKLY = (
    "approximated: two short chains about the posterior mode, because no sampled posterior is "
    "shipped for these figures and this date"
)
#: Draws of the quick approximation.
QUICK = 100
#: Raised when the model changes, so that what an older one kept is not used.
VERSION = 3
SEED = 20200331


@dataclasses.dataclass(frozen=True)
class Posterior:
    """Draws of the parameters and of every quantity shown.

    Attributes
    ----------
    density: what was sampled.
    z: whitened coordinates (draw by coordinate).
    shown: the quantities (a row for each draw).
    status: :data:`SHIPPED` or :data:`QUICKLY`.
    diagnostics: R-hat, effective sample sizes, seeds, command; less for a quick run.
    """

    density: Density
    plan: Plan
    z: Array
    shown: pd.DataFrame
    status: str
    diagnostics: dict[str, Any]
    seed: int

    @property
    def sampled(self) -> bool:
        """Whether the draws come from the sampler."""
        return self.status == SHIPPED

    @functools.cached_property
    def centre(self) -> Array:
        """Whitened coordinates of the middle: the mean where the posterior is nearly normal.

        The mean of the whitened coordinates themselves lies off the bent sheet to which the
        counts confine the draws, and misses the counts by a percent.
        """
        space = Coordinates(self.density)
        rows = self.z[thinned(len(self.z), 200)]
        return space.to_z(np.mean([space.from_z(z) for z in rows], axis=0))[0]


def load(data: Data, as_of: object, *, draws: int | None = None) -> Posterior:
    """Return the posterior for a country and date.

    The shipped draws are used when the digest of all that the density depends on is that of the
    fit; otherwise two short chains are drawn, in seconds, and kept in the cache.
    """
    density = density_of(data, as_of)
    return _load(density.digest, density, draws)


_cache: dict[tuple[str, int | None], Posterior] = {}


def _load(digest: str, density: Density, draws: int | None) -> Posterior:
    key = digest, draws
    if key not in _cache:
        if len(_cache) > 8:
            _cache.clear()
        _cache[key] = _shipped(density, digest, draws) or quick(density, draws or QUICK)
    return _cache[key]


@functools.lru_cache(maxsize=2)
def _files(folder: Path, stamp: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    return (
        pd.read_csv(folder / DRAWS),
        pd.read_csv(folder / QUANTITIES),
        json.loads((folder / DIAGNOSTICS).read_text(encoding="utf-8")),
    )


def _shipped(density: Density, digest: str, draws: int | None) -> Posterior | None:
    folder = shipped_folder()
    path = folder / DIAGNOSTICS
    if not path.is_file():
        return None
    table, shown, diagnostics = _files(folder, path.stat().st_mtime_ns)
    if diagnostics["digest"] != digest:
        return None
    z = table[list(density.model.names)].to_numpy(dtype=float)
    keep = slice(None) if draws is None else thinned(len(z), draws)
    return Posterior(
        density=density,
        plan=plan_for(density, seed=diagnostics["future_seed"]),
        z=z[keep],
        shown=shown.drop(columns=["draw"]).iloc[keep].reset_index(drop=True),
        status=SHIPPED,
        diagnostics=diagnostics,
        seed=diagnostics["seeds"][0],
    )


def thinned(total: int, wanted: int) -> NDArray[np.intp]:
    """Return evenly spread places of *wanted* draws out of *total*."""
    return np.unique(np.linspace(0, total - 1, min(wanted, total)).round().astype(np.intp))


def quick(density: Density, draws: int = QUICK, seed: int = SEED) -> Posterior:
    """Return a short exact run of the sampler about the mode, kept in the cache folder.

    The surrogate is fitted once, at the mode's normal approximation, and two short chains are
    drawn: some seconds, and rougher than the shipped posterior.
    """
    from mappa.register.posterior.sampler import short_run

    plan = plan_for(density, seed=seed)

    def compute() -> dict[str, NDArray[Any]]:
        z = short_run(density, draws, seed)
        shown = pd.DataFrame([quantities(plan, row, i) for i, row in enumerate(z)])
        return {"z": z, "names": shown.columns.to_numpy(dtype=str), "shown": shown.to_numpy()}

    store = Store(places.cache_folder() / "register")
    kept = store.once_arrays("quick", [density.digest, str(VERSION), f"{draws} {seed}"], compute)
    return Posterior(
        density=density,
        plan=plan,
        z=kept["z"],
        shown=pd.DataFrame(kept["shown"], columns=kept["names"].tolist()),
        status=QUICKLY,
        diagnostics={"method": "two short chains about the mode", "draws": draws, "seeds": [seed]},
        seed=seed,
    )
