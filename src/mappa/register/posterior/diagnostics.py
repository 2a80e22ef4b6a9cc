"""Diagnostics of Markov chains: rank-normalised split R-hat, bulk and tail effective sample size.

Source: A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Buerkner (2021),
"Rank-normalization, folding, and localization: an improved R-hat for assessing convergence of
MCMC", Bayesian Analysis 16(2).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from mappa.register.arrays import Array


def _split(chains: Array) -> Array:
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _normal_ranks(chains: Array) -> Array:
    ranks = rankdata(chains, method="average").reshape(chains.shape)
    return np.asarray(ndtri((ranks - 0.375) / (chains.size + 0.25)))


def _plain_rhat(chains: Array) -> float:
    n = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean()
    between = n * chains.mean(axis=1).var(ddof=1)
    if within == 0:
        return 1.0
    return float(np.sqrt(((n - 1) / n * within + between / n) / within))


def rhat(chains: Array) -> float:
    """Return R-hat of *chains* (chain by draw): the larger of bulk and folded."""
    split = _split(chains)
    folded = np.abs(split - np.median(split))
    return max(_plain_rhat(_normal_ranks(split)), _plain_rhat(_normal_ranks(folded)))


def _ess(chains: Array) -> float:
    """Return the effective sample size by Geyer's initial monotone sequence."""
    m, n = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    size = 2 ** int(np.ceil(np.log2(2 * n)))
    spectrum = np.abs(np.fft.rfft(centred, size, axis=1)) ** 2
    covariance = np.fft.irfft(spectrum, size, axis=1)[:, :n] / n
    within = covariance[:, 0].mean() * n / (n - 1)
    if within == 0:
        return float(m * n)
    between = chains.mean(axis=1).var(ddof=1) if m > 1 else 0.0
    total = within * (n - 1) / n + between
    rho = 1 - (within - covariance.mean(axis=0)) / total
    rho[0] = 1.0
    pairs = rho[: 2 * (n // 2)].reshape(-1, 2).sum(axis=1)
    positive = np.flatnonzero(pairs < 0)
    last = positive[0] if positive.size else len(pairs)
    kept = np.minimum.accumulate(pairs[:last])
    tau = max(-1 + 2 * float(kept.sum()), 1 / np.log10(m * n))
    return float(m * n / tau)


def bulk_ess(chains: Array) -> float:
    """Return the effective sample size for the centre of the distribution."""
    return _ess(_normal_ranks(_split(chains)))


def tail_ess(chains: Array) -> float:
    """Return the smaller effective sample size of the 5% and 95% quantiles."""
    found = []
    for q in (0.05, 0.95):
        below = (chains <= np.quantile(chains, q)).astype(float)
        found.append(_ess(_split(below)))
    return min(found)
