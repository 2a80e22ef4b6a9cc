"""Whether chains agree and are long enough, and how well a version meets the figures.

Source: A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Buerkner (2021),
"Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of
MCMC", Bayesian Analysis 16(2) (R-hat, bulk and tail effective sample sizes, by arviz-stats).
"""

import dataclasses

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from mappa.data import Data
from mappa.register.arrays import Array
from mappa.register.inference.mode import mode_of
from mappa.register.likelihood import Density, build_targets, density_of
from mappa.register.stockflow.stock import RegisterModel

#: Years before the date from which the next year's count is predicted, and draws of each.
ORIGINS, PREDICTED = 7, 200


def convergence(chains: Array) -> pd.DataFrame:
    """Return ``rhat`` and effective sample sizes of *chains* (chain by draw by quantity).

    A row for each quantity; of the sizes ``bulk`` is of the mean, ``tail`` of the 5% and 95%
    quantiles.
    """
    # The import takes most of a second, and only a fit asks for it.
    from arviz_stats.base import array_stats

    axes = {"chain_axis": 0, "draw_axis": 1}
    found = {
        "rhat": array_stats.rhat(chains, **axes),
        "bulk": array_stats.ess(chains, method="bulk", **axes),
        "tail": array_stats.ess(chains, method="tail", prob=(0.05, 0.95), **axes),
    }
    return pd.DataFrame(found)


@dataclasses.dataclass(frozen=True)
class Information:
    """How well a version meets the figures.

    Attributes
    ----------
    residuals: how many figures there are; ``squares`` their sum of squares at the mode, in
        standard deviations, and ``prior_squares`` that of the parameters.
    log_evidence: log density of the figures under the version, by Laplace's approximation.
    prior_predictive_p: how often figures drawn from the version would fit worse.
    posterior_predictive_p: the same of figures drawn at the posterior, by group of figures.
    log_predictive: log density of the next year's log counts, summed over ``origins`` dates.
    """

    residuals: int
    squares: float
    prior_squares: float
    log_evidence: float
    prior_predictive_p: float
    posterior_predictive_p: dict[str, float]
    log_predictive: float
    origins: int


def information(data: Data, density: Density, version: str, z: Array, seed: int) -> Information:
    """Return the information on a *version* whose posterior has draws *z*.

    Sources
    -------
    G. E. P. Box (1980), "Sampling and Bayes' inference in scientific modelling and robustness",
    JRSS A 143 (the prior predictive p; errors and whitened priors are normal, so that at the mode
    both sums of squares together are chi-squared with as many degrees as figures, as far as the
    model is linear); L. Tierney and J. B. Kadane (1986), JASA 81 (Laplace's approximation);
    A. Gelman, X.-L. Meng and H. Stern (1996), Statistica Sinica 6 (posterior predictive checks).
    """
    mode = mode_of(density)
    at = mode.z
    r = density.residuals(at)
    squares, prior = float(r @ r), float(at @ at)
    width = float(np.linalg.slogdet(mode.covariance)[1])
    scale = float(np.log(density.sd).sum()) + len(r) / 2 * np.log(2 * np.pi)
    predicted = _predictive(data, density.model.inputs.as_of, version, seed)
    return Information(
        residuals=len(r),
        squares=round(squares, 2),
        prior_squares=round(prior, 2),
        log_evidence=round(float((width - squares - prior) / 2 - scale), 2),
        prior_predictive_p=float(f"{chi2.sf(squares + prior, len(r)):.3g}"),
        posterior_predictive_p=_checks(density, z, seed),
        log_predictive=round(float(np.sum(predicted)), 2),
        origins=len(predicted),
    )


def _checks(density: Density, z: Array, seed: int) -> dict[str, float]:
    """Return the share of draws at which replicated figures lie further off than the real ones."""
    rng = np.random.default_rng([seed, 70])
    real = np.array([density.residuals(row) for row in z])
    made = rng.standard_normal(real.shape)
    first, second = len(density.targets.stock), len(density.targets.prison)
    parts = {"all": slice(None), "stock": slice(first), "prison": slice(first, first + second)}
    found = {
        name: (made[:, part] ** 2).sum(axis=1) >= (real[:, part] ** 2).sum(axis=1)
        for name, part in parts.items()
    }
    found["largest"] = np.abs(made).max(axis=1) >= np.abs(real).max(axis=1)
    return {name: round(float(further.mean()), 3) for name, further in found.items()}


def _predictive(data: Data, as_of: pd.Timestamp, version: str, seed: int) -> list[float]:
    """Return log densities of the next year's count, from each of the years before *as_of*.

    The normal approximation about the mode of what was known then, with a walking inflow and the
    error that the model allows a count.
    """
    fixed = density_of(data, as_of, version).model.priors.fixed
    stock = build_targets(data, as_of, fixed).stock
    known = dict(zip(stock.dates.round(4), np.log(stock.value), strict=True))
    found = []
    for years in range(ORIGINS, 0, -1):
        origin = as_of - pd.DateOffset(years=years)
        density = density_of(data.until(origin), origin, version)
        near = density.model
        count = known.get(round(near.today + 1, 4))
        if count is None:
            continue
        mode, rng = mode_of(density), np.random.default_rng([seed, 71, years])
        far = RegisterModel(near.inputs, near.priors, horizon=1)
        rows = [mode.space.to_z(y)[0] for y in mode.draws(PREDICTED, seed)]
        steps = fixed["volume_walk"] * rng.standard_normal((PREDICTED, 1))
        ahead = [
            far.run(far.values(z), np.array([near.today + 1]), future=step).stock[0]
            for z, step in zip(rows, steps, strict=True)
            if np.isfinite(z).all()
        ]
        logs = np.log(ahead)
        sd = float(np.hypot(logs.std(ddof=1), fixed["error_exact"]))
        found.append(float(norm.logpdf(count, logs.mean(), sd)))
    return found
