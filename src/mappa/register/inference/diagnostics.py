"""Whether the sampler is right, chains agree and are long enough, and a version meets the figures.

Simulation-based calibration: parameters are drawn from the prior, figures from the model at them,
and the posterior of these figures is sampled. If the sampler is right, the rank of each true
parameter among thinned draws is uniform. Figures are made under a version of the model, and each
set is sampled as a shipped fit is: the same tuning and four dispersed chains, only shorter.

Sources: A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Buerkner (2021),
"Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of
MCMC", Bayesian Analysis 16(2) (R-hat, bulk and tail effective sample sizes, by arviz-stats);
S. Talts, M. Betancourt, D. Simpson, A. Vehtari and A. Gelman (2018), "Validating Bayesian
inference algorithms with simulation-based calibration", arXiv 1804.06788; T. Saeilynoja,
P.-C. Buerkner and A. Vehtari (2022), "Graphical test for discrete uniformity", Statistics and
Computing 32 (the band, found by simulation).
"""

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from mappa.cache import Store
from mappa.data import Data, places
from mappa.register.arrays import Array
from mappa.register.inference.mode import mode_of
from mappa.register.inference.sampler import full_run
from mappa.register.likelihood import Density, Targets, build_targets, density_of
from mappa.register.stockflow.stock import RegisterModel

#: Thinned draws among which a true value is ranked, and the level of the simultaneous band.
DRAWS, LEVEL = 99, 0.95
#: Uniform ranks drawn to find the band.
BANDS = 4000
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

    Source: G. E. P. Box (1980), "Sampling and Bayes' inference in scientific modelling and
    robustness", JRSS A 143 (the prior predictive p; errors and whitened priors are normal, so that
    at the mode both sums of squares together are chi-squared with as many degrees as figures, as
    far as the model is linear); L. Tierney and J. B. Kadane (1986), JASA 81 (Laplace's
    approximation); A. Gelman, X.-L. Meng and H. Stern (1996), Statistica Sinica 6 (posterior
    predictive checks).
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
        rows = [mode.space.levelled(y)[0] for y in mode.draws(PREDICTED, seed)]
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


def calibration_table(names: tuple[str, ...], found: NDArray[np.int64]) -> pd.DataFrame:
    """Return a row for each parameter (*found*: set by parameter): its mean rank and its stray.

    The band is for one parameter; of twenty, one lies outside it by chance.
    """
    limit, strays = band(len(found)), np.array([stray(column) for column in found.T])
    table = pd.DataFrame({"parameter": names, "sets": len(found), "draws": DRAWS})
    mean = (found.mean(axis=0) / DRAWS).round(4)
    return table.assign(
        mean_rank=mean, stray=strays.round(4), band=round(limit, 4), inside=strays <= limit
    )
