"""Every other method of a rate: Cumbria in March 2020, by other software and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from inline_snapshot import snapshot
from method_rows import words
from scipy import stats

from mappa.data import Data
from mappa.rates import forces
from mappa.rates.methods import table
from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import MethodRow

AREA = 594, 449_975
Ends = tuple[float, float]


@pytest.fixture(scope="module")
def found(data: Data) -> forces.Forces:
    f = forces.forces(data.on("2020-03-31"))
    assert f is not None
    return f


def limits(rows: list[MethodRow], level: float) -> list[Ends]:
    """Return the limits of the rows that have any; each says its level."""
    assert {r.confidence for r in rows if r.lower is not None} <= {level, 0.998}
    return [(r.lower, r.upper) for r in rows if r.lower is not None and r.upper is not None]


def test_the_area_by_other_methods() -> None:
    """Byar's limits by hand, the others by R: poisson.test, binom.test, exactci (mid-p)."""
    rows = table.of_area(*AREA, Ratio(*AREA, 61_841, 51_802_696), 0.95)
    byar = [594 * (1 - 1 / (9 * 594) - 1.959964 / (3 * 594**0.5)) ** 3,
            595 * (1 - 1 / (9 * 595) + 1.959964 / (3 * 595**0.5)) ** 3]  # fmt: skip
    assert [r.value for r in rows[:2]] == pytest.approx([1e5 * 594 / 449_975] * 2)
    assert [rows[0].lower, rows[0].upper] == pytest.approx([1e5 * x / 449_975 for x in byar])
    exact = stats.chi2.ppf([0.001, 0.999], [2 * 594, 2 * 595]) / 2
    assert [rows[1].lower, rows[1].upper] == pytest.approx(1e5 * exact / 449_975)
    assert np.ravel(limits(rows[2:], 0.95)) == pytest.approx(
        [1.0183, 1.1989, 1.0191, 1.1979], abs=5e-5
    )
    assert [r.p_value for r in rows[2:]] == pytest.approx([0.01704, 0.01612], abs=5e-6)
    for wide, narrow in zip(
        rows, table.of_area(*AREA, Ratio(*AREA, 61_841, 51_802_696), 0.9), strict=True
    ):
        assert (narrow.confidence, narrow.lower) == (0.998, wide.lower) or (
            narrow.confidence == 0.9 and (narrow.lower or 0) > (wide.lower or 0)
        )
    assert words(*rows) == snapshot("""\
rate per 100,000 people
Byar's approximation
Breslow and Day (1987), Statistical Methods in Cancer Research II, 68-71

rate per 100,000 people
exact Poisson interval (Garwood)
Garwood (1936), Biometrika 28, 437-442
how far a count of this size varies by chance; a full count has no sampling error

ratio to the comparator
exact conditional (Clopper-Pearson limits), doubled tail
Przyborowski and Wilenski (1940), Biometrika 31, 313-323

ratio to the comparator
conditional mid-p, doubled tail
Lancaster (1961), JASA 56, 223-234; Fay (2010), Biostatistics 11, 373-374\
""")


@pytest.mark.parametrize("ratio", [None, Ratio(*AREA, 61_841, 51_802_696, kind="fixed")])
def test_without_a_counted_comparator_only_the_rate_has_rows(ratio: Ratio | None) -> None:
    assert len(table.of_area(*AREA, ratio, 0.95)) == 2


def test_the_area_among_the_others(found: forces.Forces) -> None:
    """Tau and its limits by metafor, the prediction interval as in Higgins and others (2009)."""
    rows = table.among_areas(found, "Cumbria", 0.95)
    ratio, expected = 594 / 537.661, 537.661
    assert [r.value for r in rows] == pytest.approx(
        [ratio, ratio, ratio, ratio, ratio, 0.4918, 0.2555, 0.3327, 0.1963, 0.1984, 0.1940, 0.1964,
         0.2231, 2089.820, 0.98804, 41.5789, 0.0236285, 0.0064546, 125.4144, 0.99167],
        abs=5e-5, rel=5e-6,
    )  # fmt: skip
    garwood = stats.chi2.ppf([0.025, 0.975], [2 * 594, 2 * 595]) / 2 / expected
    half = 1.959964 * (1 / expected + 0.1984121**2) ** 0.5
    expected_limits = [
        garwood, (0.5292, 1.6193), np.exp([-half, half]), (0.7313, 1.3674), (0.7005, 1.3527),
        (0.1530, 0.2723), (0.1553, 0.2732), (82.977, 189.556),
    ]  # fmt: skip
    assert np.ravel(limits(rows, 0.95)) == pytest.approx(
        np.ravel(expected_limits), abs=6e-5, rel=5e-6
    )
    chance = 2 * stats.poisson.sf(593, expected)
    of_z = 2 * stats.norm.sf([0.36741, 0.49184, 0.25546, 0.33267])
    p = [r.p_value for r in rows if r.p_value is not None]
    assert p == pytest.approx([chance, *of_z, 0.0], abs=2e-5)
    narrow = np.array(limits(table.among_areas(found, "Cumbria", 0.9), 0.9))
    assert (narrow[:, 0] > np.array(limits(rows, 0.95))[:, 0]).all()
    assert (narrow[:, 1] < np.array(limits(rows, 0.95))[:, 1]).all()
    assert words(*rows) == snapshot("""\
ratio to the national rate
exact Poisson, doubled tail, expected count taken as known
Garwood (1936), Biometrika 28, 437-442
a single p-value decides nothing: most forces have a small one

ratio to the national rate, limits of the funnel
multiplicative over-dispersion, square-root scale, winsorised 10%
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202
phi has no factor for consistency; it widens large and small forces alike

ratio to the national rate, limits of the funnel
additive, log rate, Paule-Mandel, mean held at the national rate
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202

ratio to the national rate, limits of the funnel
additive, SHMI style
NHS Digital, Summary Hospital-level Mortality Indicator: methodology, over-dispersion

ratio to the national rate, limits of the funnel
additive, square-root scale, winsorised 10%, limits squared back
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202

z of the log rate against the national rate (119.487 per 100,000)
additive variance, Paule-Mandel tau 0.1984
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202

z of the log rate against the random-effects mean of counted areas (125.414 per 100,000)
additive variance, Paule-Mandel tau 0.1963
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202

z of the log rate against the random-effects mean of all areas (123.58 per 100,000)
additive variance, Paule-Mandel tau 0.1940
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202

tau: SD of the true log rates of areas
additive, log rate, Paule-Mandel
Paule and Mandel (1982), J. Res. NBS 87, 377-385; Viechtbauer (2007), Statistics in Medicine 26, 37-52

tau: SD of the true log rates of areas
additive, log rate, Paule-Mandel, mean held at the national rate
Paule and Mandel (1982), J. Res. NBS 87, 377-385; Viechtbauer (2007), Statistics in Medicine 26, 37-52

tau: SD of the true log rates of areas
additive, log rate, Paule-Mandel, uncounted areas as one constraint
Paule and Mandel (1982), J. Res. NBS 87, 377-385

tau: SD of the true log rates of areas
additive, log rate, REML
Harville (1977), JASA 72, 320-338; Viechtbauer (2005), J. Educ. Behav. Stat. 30, 261-293

tau: SD of the true log rates of areas
additive, log rate, DerSimonian-Laird
DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188

Cochran's Q about the mean log rate
chi-squared on 25 degrees of freedom
DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188

I2: share of the variance that is between areas
(Q - df) / Q
Higgins, Thompson and Spiegelhalter (2009), JRSS A 172, 137-159

phi: over-dispersion factor
multiplicative, square-root scale, winsorised 10%
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202
no factor for consistency

tau2: variance of the true log ratios
additive, SHMI style: 22 of 26 areas kept, phi 32.4554
NHS Digital, Summary Hospital-level Mortality Indicator: methodology, over-dispersion
no factor for consistency: below the REML value

tau2: variance of the true log ratios
additive, square-root scale, winsorised 10%
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202
no factor for consistency: below the REML value

true rate per 100,000 people of an area like the counted ones
prediction interval, t with k - 2 degrees of freedom
Higgins, Thompson and Spiegelhalter (2009), JRSS A 172, 137-159

P(true rate above the national rate)
empirical Bayes, gamma-Poisson
Clayton and Kaldor (1987), Biometrics 43, 671-681
the simple p-value again: it does not ask how much areas differ\
""")  # noqa: E501


def test_the_spread_is_given_at_95_per_cent_where_nothing_is_said(found: forces.Forces) -> None:
    assert table.spread(found) == table.spread(found, 0.95)
