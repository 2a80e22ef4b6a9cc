"""Funnel limits: how far forces of a size spread by chance, and with the spread between forces."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from mappa.rates.methods.rows import MethodRow, normal_quantile

SPIEGELHALTER = "Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202"
#: The two levels of a funnel plot: about two and three standard deviations.
LEVELS = (0.95, 0.998)
#: Those that can be asked for.
ALLOWED = (0.90, 0.95, 0.99, 0.998)

Array = NDArray[np.float64]


def poisson_limits(expected: ArrayLike, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return the counts (people) between which a count of mean *expected* falls by chance.

    Source: exact Poisson quantiles (Spiegelhalter, 2005).
    """
    tail = (1 - confidence) / 2
    return stats.poisson.ppf(tail, expected), stats.poisson.ppf(1 - tail, expected)


def chance_limits(expected: ArrayLike, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return the counts at which the lines of chance are drawn over *expected* counts (people).

    The lower is the x whose upper Garwood limit is the expected count, the upper the x whose
    lower limit is: over the expected count as ratio, x / E. So a count is outside the lines
    exactly when its own Garwood interval leaves the expected count out. The x are no whole
    numbers. No count is below the lower line where even zero would not be surprising (x = 0).

    Source: Public Health England, Technical guide: funnel plots; limits by Garwood (1936), by
    scipy's ``pdtrik``, which solves the Poisson distribution for the count.
    """
    tail = (1 - confidence) / 2
    return special.pdtrik(tail, expected), special.pdtrik(1 - tail, expected) + 1


def additive_limits(
    expected: ArrayLike, tau: float, target: float, confidence: float = 0.95
) -> tuple[Array, Array]:
    """Return rate limits with additive variance tau^2 on the log rate (in the unit of *target*).

    Source: Spiegelhalter (2005), section on over-dispersion, random effects.
    """
    half = normal_quantile(confidence) * np.sqrt(1 / np.asarray(expected) + tau**2)
    return target * np.exp(-half), target * np.exp(half)


def winsorise(values: ArrayLike, share: float = 0.10) -> Array:
    """Draw the lowest and highest *share* in to the quantiles there (type 7), along the last axis.

    Source: Spiegelhalter (2005).
    """
    z = np.asarray(values)
    low, high = np.quantile(z, [share, 1 - share], axis=-1, keepdims=True)
    found: Array = np.clip(z, low, high)
    return found


def multiplicative_phi(counts: ArrayLike, expected: ArrayLike, share: float = 0.10) -> Array:
    """Return the winsorised over-dispersion factor on the square-root scale, for each row.

    phi = mean of z^2, z = 2 (sqrt O - sqrt E), the z winsorised. There is no factor for
    consistency: a pure Poisson set gives about .7, not 1.

    Source: Spiegelhalter (2005); NHS Digital, SHMI specification.
    """
    z = 2 * (np.sqrt(np.asarray(counts)) - np.sqrt(np.asarray(expected)))
    phi: Array = np.mean(winsorise(z, share) ** 2, axis=-1)
    return phi


def multiplicative_row(
    count: float, expected: float, phi: float, confidence: float = 0.95
) -> MethodRow:
    """Return the ratio to the national rate with limits of a funnel widened by sqrt(phi)."""
    half = normal_quantile(confidence) * np.sqrt(max(phi, 1.0)) / (2 * np.sqrt(expected))
    low, high = max(0.0, 1 - half) ** 2, (1 + half) ** 2
    z = 2 * (np.sqrt(count) - np.sqrt(expected)) / np.sqrt(max(phi, 1.0))
    return MethodRow(
        statistic="ratio to the national rate, limits of the funnel",
        value=count / expected,
        lower=float(low),
        upper=float(high),
        confidence=confidence,
        p_value=float(2 * stats.norm.sf(abs(z))),
        method="multiplicative over-dispersion, square-root scale, winsorised 10%",
        source=SPIEGELHALTER,
        note="phi has no factor for consistency; it widens large and small forces alike",
    )
