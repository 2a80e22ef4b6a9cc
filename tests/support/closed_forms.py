"""Closed forms that tests hold results to."""

from __future__ import annotations

import numpy as np
from scipy import stats


def crps_normal(mean: float, sd: float, outcome: float) -> float:
    """Return the CRPS of a normal distribution (Gneiting and Raftery 2007, section 4.2)."""
    z = (outcome - mean) / sd
    standard = z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)
    return float(sd * standard)
