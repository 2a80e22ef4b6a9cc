"""The posterior: shipped draws where they are of these figures, else a fit of seconds.

The answer pools the draws of all versions of the model with equal weights, which were fixed before
any was fitted. A pooled draw has one coordinate more than a version's: the place of its version.
"""

import dataclasses
import functools
import json
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.cache import Store
from mappa.data import Data, places
from mappa.register.arrays import Array
from mappa.register.inference.mode import Coordinates
from mappa.register.inference.quantities import Plan, quantities
from mappa.register.inference.sampler import short_run
from mappa.register.inputs.parameters import Version, priors_of, shipped_folder
from mappa.register.likelihood import Density, density_of

DRAWS, QUANTITIES, DIAGNOSTICS = "posterior.csv", "posterior_quantities.csv.gz", "posterior.json"
SHIPPED = "sampled: draws of the posterior shipped with the study"
QUICKLY = (
    "approximated: two short chains about the posterior mode, because no sampled posterior is "
    "shipped for these figures and this date"
)
#: Draws of the quick approximation, of all versions together.
QUICK = 100
#: Raised when the model changes, so that what an older one stored is not used.
VERSION = 4
SEED = 20200331

#: Diagnostics of a fit as they are written: numbers, texts and tables of both, by name.
Report = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Posterior:
    """Draws of the parameters and of every quantity shown, of all versions or of one.

    Attributes
    ----------
    densities: what was sampled, a density for each version.
    plan: what is computed of a draw.
    z: whitened coordinates (draw by coordinate), the last the place of the draw's version.
    shown: the quantities (a row for each draw).
    status: :data:`SHIPPED` or :data:`QUICKLY`.
    diagnostics: R-hat, effective sample sizes, seeds, command; less for a quick run.
    reports: diagnostics and information of each version by name; empty for a quick run.
    """

    densities: tuple[Density, ...]
    plan: Plan
    z: Array
    shown: pd.DataFrame
    status: str
    diagnostics: Report
    reports: dict[str, Report]

    @property
    def density(self) -> Density:
        """The first version's density; its model runs the draws of every version."""
        return self.densities[0]

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions of the model."""
        return self.density.model.priors.versions

    @property
    def parameters(self) -> pd.DataFrame:
        """The parameters of each draw in their own units, and the name of its version."""
        priors = self.density.model.priors
        frame = pd.DataFrame({name: priors.column(name, self.z) for name in priors.names})
        return frame.assign(version=[self.versions[int(place)].name for place in self.z[:, -1]])

    def of(self, version: Version) -> Self:
        """Return one version's own draws."""
        mine = self.z[:, -1] == self.versions.index(version)
        shown = self.shown[mine].reset_index(drop=True)
        return dataclasses.replace(self, z=self.z[mine], shown=shown)

    @functools.cached_property
    def centres(self) -> Array:
        """The middle of each version that has draws (version by coordinate).

        The mean in the coordinates in which the posterior is nearly normal: the mean of the
        whitened coordinates lies off the bent sheet to which the counts confine the draws, and
        misses the counts by a percent.
        """
        found = []
        for place, density in enumerate(self.densities):
            rows = self.z[self.z[:, -1] == place, :-1]
            if len(rows):
                space = Coordinates(density)
                near = [space.from_z(z) for z in rows[thinned(len(rows), 100)]]
                found.append(np.append(space.levelled(np.mean(near, axis=0))[0], place))
        return np.array(found)


def load(data: Data, as_of: object, *, draws: int | None = None) -> Posterior:
    """Return the posterior for a country and date: the pooled draws of all versions.

    The shipped draws are used when the digest of all that the densities depend on is that of the
    fit; otherwise two short chains of each version are drawn, in seconds, and stored in the cache.
    """
    versions = priors_of(data).versions
    return _load(tuple(density_of(data, as_of, version.name) for version in versions), draws)


@functools.lru_cache(maxsize=8)
def _load(densities: tuple[Density, ...], draws: int | None) -> Posterior:
    return _shipped(densities, draws) or quick(densities, draws or QUICK)


def read_reports(folder: Path) -> dict[str, Report]:
    """Return the diagnostics of each version in a folder; none where there is no such file."""
    path = folder / DIAGNOSTICS
    found: dict[str, Report] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found


def read_text_tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return draws and quantities of a folder as they are written, every cell a text."""
    draws = pd.read_csv(folder / DRAWS, dtype=str)
    return draws, pd.read_csv(folder / QUANTITIES, dtype=str)


@functools.lru_cache(maxsize=2)
def _files(folder: Path, stamp: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Report]]:
    draws = pd.read_csv(folder / DRAWS)
    return draws, pd.read_csv(folder / QUANTITIES), read_reports(folder)


def _shipped(densities: tuple[Density, ...], draws: int | None) -> Posterior | None:
    folder = shipped_folder()
    path = folder / DIAGNOSTICS
    if not path.is_file():
        return None
    table, shown, reports = _files(folder, path.stat().st_mtime_ns)
    first = densities[0]
    names = [version.name for version in first.model.priors.versions]
    if set(reports) != set(names) or any(r["digest"] != first.digest for r in reports.values()):
        return None
    place = table["version"].map(names.index)
    z = np.column_stack([table[list(first.model.names)].to_numpy(dtype=float), place])
    z = z[np.argsort(z[:, -1], kind="stable")]
    shown = shown.set_index("draw").sort_index().drop(columns="version")
    some = slice(None) if draws is None else thinned(len(z), draws)
    summary, shown = summary_of(reports), shown.iloc[some].reset_index(drop=True)
    plan = Plan(first, summary["future_seed"])
    return Posterior(densities, plan, z[some], shown, SHIPPED, summary, reports)


def summary_of(reports: dict[str, Report]) -> Report:
    """Return the diagnostics of all versions together: the worst of each, and sums of sizes."""
    made = list(reports.values())
    same = ("as_of", "digest", "method", "command", "seeds", "future_seed", "chains")
    worst = ("accepted", "ess_min", "ess_min_chains")
    summary = {name: made[0][name] for name in same}
    summary |= {name: sum(r[name] for r in made) for name in ("kept", "judged", "draws")}
    summary |= {name: min(r[name] for r in made) for name in worst}
    return {**summary, "rhat_max": max(r["rhat_max"] for r in made), "versions": sorted(reports)}


def thinned(total: int, wanted: int) -> NDArray[np.intp]:
    """Return evenly spread places of *wanted* draws out of *total*."""
    return np.unique(np.linspace(0, total - 1, min(wanted, total)).round().astype(np.intp))


def quick(densities: tuple[Density, ...], draws: int = QUICK) -> Posterior:
    """Return short exact runs of the sampler about each version's mode, stored in the cache folder.

    The surrogate is fitted once, at the mode's normal approximation, and two short chains of each
    version are drawn: some seconds, and rougher than the shipped posterior.
    """
    plan, each = Plan(densities[0], SEED), max(draws // len(densities), 2)

    def compute() -> dict[str, NDArray[Any]]:
        own = [short_run(density, each, SEED) for density in densities]
        z = np.concatenate([np.column_stack([z, np.full(each, v)]) for v, z in enumerate(own)])
        shown = pd.DataFrame([quantities(plan, row, i) for i, row in enumerate(z)])
        return {"z": z, "names": shown.columns.to_numpy(dtype=str), "shown": shown.to_numpy()}

    store = Store(places.cache_folder() / "register")
    parts = [densities[0].digest, str(VERSION), f"{draws} {SEED}"]
    z, names, shown = store.once_arrays("quick", parts, compute).values()
    method = "two short chains of each version about its mode"
    report = {"method": method, "draws": len(z), "seeds": [SEED]}
    frame = pd.DataFrame(shown, columns=names.tolist())
    return Posterior(densities, plan, z, frame, QUICKLY, report, {})
