"""Whether chains agree and are long enough: R-hat, bulk and tail effective sample sizes.

Source: A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Buerkner (2021),
"Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of
MCMC", Bayesian Analysis 16(2); computed by arviz-stats.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.register.arrays import Array


@dataclasses.dataclass(frozen=True)
class Convergence:
    """R-hat and effective sample sizes, by quantity; ``tail`` is of the 5% and 95% quantiles."""

    rhat: Array
    bulk: Array
    tail: Array

    @property
    def size(self) -> Array:
        """The smaller effective sample size of each quantity."""
        return np.minimum(self.bulk, self.tail)


def convergence(chains: Array) -> Convergence:
    """Return the convergence of *chains* (chain by draw by quantity)."""
    # The import takes most of a second, and only a fit asks for it.
    from arviz_stats.base import array_stats

    axes = {"chain_axis": 0, "draw_axis": 1}
    return Convergence(
        rhat=np.asarray(array_stats.rhat(chains, **axes)),
        bulk=np.asarray(array_stats.ess(chains, method="bulk", **axes)),
        tail=np.asarray(array_stats.ess(chains, method="tail", prob=(0.05, 0.95), **axes)),
    )
