"""Simulation-based calibration: whether the sampler gives back what made the figures.

Parameters are drawn from the prior, figures from the model at them, and the posterior of these
figures is sampled. If the sampler is right, the rank of each true parameter among thinned draws is
uniform. Figures are made under a version of the model, and each set is sampled as a shipped fit
is: the same tuning and four dispersed chains, only shorter.

Source: S. Talts, M. Betancourt, D. Simpson, A. Vehtari and A. Gelman (2018), "Validating Bayesian
inference algorithms with simulation-based calibration", arXiv 1804.06788; the band is that of
T. Saeilynoja, P.-C. Buerkner and A. Vehtari (2022), "Graphical test for discrete uniformity",
Statistics and Computing 32, found by simulation.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.cache import Store
from mappa.data import places
from mappa.register.arrays import Array
from mappa.register.inference.sampler import full_run
from mappa.register.likelihood import Density, Targets

#: Thinned draws among which a true value is ranked, and the level of the simultaneous band.
DRAWS, LEVEL = 99, 0.95
#: Uniform ranks drawn to find the band.
BANDS = 4000


def made_up_targets(density: Density, z: Array, rng: np.random.Generator) -> Targets:
    """Return targets drawn from the model at whitened coordinates *z*."""
    groups = density.targets
    noise = density.sd * rng.standard_normal(len(density))
    parts = np.split(noise, np.cumsum([len(group) for group in groups[:-1]]))
    made = zip(groups, density.expected(z).at(), parts, strict=True)
    return Targets(*(group.moved(expected, part) for group, expected, part in made))


def ranks(density: Density, seed: int) -> NDArray[np.int64]:
    """Return the rank of each true coordinate among :data:`DRAWS` draws, of one made-up set."""
    rng = np.random.default_rng([seed, 60])
    truth: Array = rng.standard_normal(density.size)
    made = Density(density.model, made_up_targets(density, truth, rng))
    return np.asarray((full_run(made, DRAWS, seed) < truth).sum(axis=0))


def stored_ranks(density: Density, seed: int) -> NDArray[np.int64]:
    """Return :func:`ranks` of a set, stored, so that a broken calibration can resume."""
    priors = density.model.priors
    parts = [density.digest, priors.versions[priors.version].name, str(seed)]
    store = Store(places.cache_folder() / "calibration")
    return np.asarray(store.once("ranks", parts, lambda: ranks(density, seed).tolist()))


def band(sets: int) -> float:
    """Return how far the share of ranks up to any rank may stray from uniform (a share).

    Within it :data:`LEVEL` of uniform samples of *sets* ranks stay at every rank at once.
    """
    rng = np.random.default_rng([1, 61])
    uniform = rng.integers(0, DRAWS + 1, (BANDS, sets))
    return float(np.quantile([stray(row) for row in uniform], LEVEL))


def stray(found: NDArray[np.int64]) -> float:
    """Return the largest distance of the ranks' distribution from the uniform one (a share)."""
    upto = np.cumsum(np.bincount(found, minlength=DRAWS + 1)) / len(found)
    return float(np.abs(upto - np.arange(1, DRAWS + 2) / (DRAWS + 1)).max())


def summary(names: tuple[str, ...], found: NDArray[np.int64]) -> pd.DataFrame:
    """Return a row for each parameter (*found*: set by parameter): its mean rank and its stray.

    The band is for one parameter; of twenty, one lies outside it by chance.
    """
    limit, strays = band(len(found)), np.array([stray(column) for column in found.T])
    table = pd.DataFrame({"parameter": names, "sets": len(found), "draws": DRAWS})
    mean = (found.mean(axis=0) / DRAWS).round(4)
    return table.assign(
        mean_rank=mean, stray=strays.round(4), band=round(limit, 4), inside=strays <= limit
    )
