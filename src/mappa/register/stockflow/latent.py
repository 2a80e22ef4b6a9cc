"""The latent inflow: a walk that multiplies the entrants, behind which there is no figure."""

from __future__ import annotations

import dataclasses

import numpy as np

from mappa.register.arrays import Array
from mappa.register.inputs.build import Inputs
from mappa.register.stockflow.cohorts import CUSTODY, DISPOSALS, Grid


@dataclasses.dataclass(frozen=True)
class Latent:
    """Knots (decimal years), the sd of the step between each two, and the map to cohorts.

    ``weights`` is cohort by step: times standard normal steps it is the log multiplier.
    """

    knots: Array
    steps: Array
    weights: Array

    def multiplier(self, z: Array, times: Array, counted_from: float) -> Array:
        """Return the multiplier of each disposal (disposal by cohort) at steps *z*.

        Custody enters as published for cohorts (decimal *times*) from *counted_from* on.
        """
        inflow = np.exp(self.weights @ z)
        latent = np.tile(inflow, (len(DISPOSALS), 1))
        latent[CUSTODY] = np.where(times >= counted_from, 1.0, inflow)
        return latent


def latent_walk(inputs: Inputs, grid: Grid, today: float, fixed: dict[str, float]) -> Latent:
    """Return the walk of the latent inflow from the start of the register to *today*.

    It is zero in the base year of sentence lengths, so that the rates of registration carry the
    level; a year's sd is ``walk_known`` where sentences are counted and ``walk_thin`` elsewhere.
    """
    count = max(2, round((today - grid.start) / fixed["knot_years"])) + 1
    knots = np.linspace(grid.start, today, count)
    anchor = int(np.argmin(np.abs(knots - inputs.base_year)))
    custody = inputs.series["custody"].t
    inner = (knots[:-1] >= inputs.base_year - 1) & (knots[1:] <= custody[-1] + 1)
    sd = np.where(inner, fixed["walk_known"], fixed["walk_thin"]) * np.sqrt(np.diff(knots))
    path = np.zeros((count, count - 1))
    for i in range(count):
        steps = slice(anchor, i) if i > anchor else slice(i, anchor)
        path[i, steps] = sd[steps] if i > anchor else -sd[steps]
    weights = [np.interp(grid.times, knots, path[:, k]) for k in range(count - 1)]
    return Latent(knots, sd, np.stack(weights).T)
