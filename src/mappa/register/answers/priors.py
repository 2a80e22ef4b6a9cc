"""What was assumed of each quantity that was sampled, and what the data make of it."""

from __future__ import annotations

import numpy as np

from mappa.register.answers.record import PriorPosterior
from mappa.register.answers.summary import Summary
from mappa.register.arrays import Array
from mappa.register.inference.draws import Posterior
from mappa.register.inputs.parameters import Z90

#: Contraction of the variance from which the data are said to inform a parameter, fully or partly.
INFORMED, PARTLY = 0.5, 0.2


def prior_and_posterior(p: Posterior) -> list[PriorPosterior]:
    """Return the parameters, then the steps of the latent inflow: all that was sampled."""
    priors = p.density.model.priors
    frame = priors.frame.set_index("parameter")
    rows = []
    for i, name in enumerate(priors.names):
        r = frame.loc[name]
        prior = float(r["median"]), float(r["low"]), float(r["high"])
        texts = str(r["meaning"]), str(r["unit"]), str(r["quality"])
        # Where a version does not use it, a parameter's draws are the prior's.
        used = [place for place, version in enumerate(p.versions) if version.uses(name)]
        z = p.z[np.isin(p.z[:, -1], used)]
        rows.append(_parameter(name, texts, prior, priors.column(name, z), z[:, [i, -1]]))
    return rows + _latent_steps(p)


def _latent_steps(p: Posterior) -> list[PriorPosterior]:
    model = p.density.model
    first, rows = len(model.priors), []
    for i, sd in enumerate(model.latent.steps):
        start, end = (f"{knot:.1f}" for knot in model.latent.knots[i : i + 2])
        texts = f"Latent inflow, change from {start} to {end}", "log", "red"
        prior = 0.0, -Z90 * float(sd), Z90 * float(sd)
        z = p.z[:, [first + i, -1]]
        rows.append(_parameter(model.names[first + i], texts, prior, z[:, 0] * sd, z, latent=True))
    return rows


def _parameter(
    name: str,
    texts: tuple[str, str, str],
    prior: tuple[float, float, float],
    draws: Array,
    z: Array,
    *,
    latent: bool = False,
) -> PriorPosterior:
    """Return prior beside posterior; *z* are draws in prior standard deviations and versions.

    The contraction is that within a version: that versions disagree is no lack of data.
    """
    meaning, unit, quality = texts
    e = Summary.from_draws(name, name, draws)
    within = [np.var(z[z[:, 1] == place, 0], ddof=1) for place in np.unique(z[:, 1])]
    contraction = 1 - float(np.mean(within))
    if contraction > INFORMED:
        told = "data"
    elif contraction > PARTLY:
        told = "partly"
    else:
        told = "prior only"
    return PriorPosterior(
        parameter=name,
        meaning=meaning,
        unit=unit,
        prior_median=prior[0],
        prior_low=prior[1],
        prior_high=prior[2],
        median=e.median,
        low=e.low,
        high=e.high,
        contraction=contraction,
        told=told,
        quality=quality,
        conflict=not prior[1] <= e.median <= prior[2],
        latent=latent,
    )
