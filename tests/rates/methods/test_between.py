"""How much forces differ: reference values, a worked example from elsewhere, invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from inline_snapshot import snapshot
from method_rows import words
from scipy import stats

from mappa.data import Data
from mappa.rates import forces
from mappa.rates.methods import between, funnel

AS_OF = "2020-03-31"
Three = tuple[np.ndarray, np.ndarray, np.ndarray]
# Colditz et al. (1994), JAMA 271, 698-702: thirteen trials of BCG vaccine, the worked example of
# the R package metafor (dat.bcg): tuberculosis yes and no among vaccinated and controls.
BCG = np.array(
    [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
        (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619),
        (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
        (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ],
    float,
)  # fmt: skip


@pytest.fixture(scope="module")
def found(data: Data) -> forces.Forces:
    f = forces.forces(data.on(AS_OF))
    assert f is not None
    return f


@pytest.fixture(scope="module")
def without(found: forces.Forces) -> Three:
    """The 25 areas without Suffolk, to compare with published software."""
    keep = np.array([a != "Suffolk" for a in found.areas])
    return found.counts[keep], found.people[keep], found.expected[keep]


def test_a_worked_example_from_elsewhere() -> None:
    a, b, c, d = BCG.T
    y = np.log(a / (a + b) / (c / (c + d)))
    v = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    data = between.Spread(y, v, np.ones(len(y)))
    assert between.heterogeneity(data)[:2] == (pytest.approx(152.233, abs=1e-3), 12)
    assert between.reml(data).tau ** 2 == pytest.approx(0.3132, abs=1e-4)
    assert between.dersimonian_laird(data).tau ** 2 == pytest.approx(0.3088, abs=1e-4)
    assert between.paule_mandel(data).tau ** 2 == pytest.approx(0.3181, abs=1e-4)
    assert np.square(between.q_profile(data)) == pytest.approx([0.1197, 1.1115], abs=1e-4)
    assert between.reml(data).mean == pytest.approx(-0.7145, abs=1e-4)


def test_reference_of_the_26_areas(found: forces.Forces) -> None:
    data = between.spread(found.counts, found.people)
    assert len(found.areas) == 26
    taus = [f(data).tau for f in (between.paule_mandel, between.reml, between.dersimonian_laird)]
    assert [round(t, 4) for t in taus] == [0.1963, 0.1964, 0.2231]
    assert [round(t, 3) for t in between.q_profile(data)] == [0.153, 0.272]
    q, df, i2 = between.heterogeneity(data)
    assert (round(q, 1), df, round(i2, 3)) == (2089.8, 25, 0.988)
    assert round(found.about_national.tau, 4) == 0.1984
    low, high = between.prediction_interval(found.typical)
    assert (round(low * 1e5), round(high * 1e5)) == (83, 190)
    own = found.counts[found.areas.index("Cumbria")], found.people[found.areas.index("Cumbria")]
    national = between.z_score(*own, found.national, found.about_national.tau)
    typical = between.z_score(*own, found.typical.rate, found.typical.tau)
    assert (round(national, 2), round(typical, 2)) == (0.49, 0.26)


def test_reference_of_the_variants(found: forces.Forces, without: Three) -> None:
    assert round(float(funnel.multiplicative_phi(found.counts, found.expected)), 4) == 41.5789
    shmi = between.shmi(found.counts, found.expected)
    assert (round(float(shmi.phi), 4), round(float(shmi.tau2), 7)) == (32.4554, 0.0236285)
    mine = float(found.expected[found.areas.index("Cumbria")])
    assert round(mine, 2) == 537.66
    limits = funnel.additive_limits(mine, float(shmi.tau2) ** 0.5, 1.0)
    assert [round(float(v), 4) for v in limits] == [0.7313, 1.3674]
    root = between.sqrt_winsorised(found.counts, found.expected)
    assert round(float(root.tau2), 7) == 0.0064546
    assert [round(v, 4) for v in between.sqrt_limits(mine, float(root.tau2))] == [0.7005, 1.3527]
    o, n, e = without
    assert round(float(funnel.multiplicative_phi(o, e)), 4) == 44.1459
    few = between.shmi(o, e)
    assert (round(float(few.phi), 4), round(float(few.tau2), 7)) == (33.8837, 0.0242705)
    assert [
        round(float(v), 4) for v in funnel.additive_limits(mine, float(few.tau2) ** 0.5, 1.0)
    ] == [
        0.7285,
        1.3728,
    ]
    assert round(float(between.sqrt_winsorised(o, e).tau2), 7) == 0.0067398
    data = between.spread(o, n)
    assert round(between.paule_mandel(data).tau, 4) == 0.2004
    assert round(between.reml(data).tau, 4) == 0.2005
    assert round(between.dersimonian_laird(data).tau, 3) == 0.226


def test_limits_must_be_squared_back(found: forces.Forces, without: Three) -> None:
    """A widely used package forgets to square and flags 11 of 25 areas instead of 4."""
    o, _, e = without
    tau2 = float(between.sqrt_winsorised(o, e).tau2)
    squared = [between.sqrt_limits(x, tau2) for x in e]
    right = sum(not low < r < high for r, (low, high) in zip(o / e, squared, strict=True))
    wrong = sum(not low**0.5 < r < high**0.5 for r, (low, high) in zip(o / e, squared, strict=True))
    assert (right, wrong) == (4, 11)


def test_the_pool_is_one_constraint(found: forces.Forces) -> None:
    fit = found.constrained
    reach = 1.959964 * fit.se
    told = [fit.rate * np.exp(d) * 1e5 for d in (0, -reach, reach)]
    assert [round(v, 1) for v in told] == [123.6, 116.3, 131.3]
    assert round(fit.tau, 3) == 0.194
    assert fit.k == 27
    assert (found.pool.count, found.pool.people) == (18_301, 15_209_934)
    data = between.spread(
        found.counts, found.people, pool=(found.pool.count, found.pool.people, found.pool.shares2)
    )
    assert between.reml(data).tau == pytest.approx(fit.tau, abs=0.001)
    assert 1 / 16 < found.pool.shares2 < 1


def test_paule_mandel_agrees_with_statsmodels(found: forces.Forces) -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    data = between.spread(found.counts, found.people)
    theirs = combine_effects(data.log_rates, data.variances, method_re="iterated")
    assert between.paule_mandel(data).tau ** 2 == pytest.approx(theirs.tau2, rel=1e-5)


def test_flags_of_reference(found: forces.Forces) -> None:
    flags = found.flags
    assert (flags["p_national"] < 0.05).sum() == 19
    assert (flags["p_national"] < 0.002).sum() == 15
    assert (flags["q_rest"] < 0.05).sum() == 19
    mine = flags.loc["Cumbria"]
    assert (round(mine["q_rest"], 3), round(mine["q_additive"], 2)) == (0.026, 0.95)


def test_any_multiplier_flags_the_same_areas(found: forces.Forces) -> None:
    """Per 10,000 and per 100,000 people the same areas stand outside, by every limit."""
    flagged = []
    for multiplier in (1.0, 10_000.0, 100_000.0):
        rates, target = multiplier * found.counts / found.people, multiplier * found.national
        outside = []
        for low, high in (
            funnel.additive_limits(found.expected, found.about_national.tau, target),
        ):
            outside.append(tuple((rates < low) | (rates > high)))
        flagged.append(outside)
    assert flagged[0] == flagged[1] == flagged[2]
    assert sum(flagged[0][0]) == 1


def test_each_fit_of_many_rows_is_that_of_a_row(found: forces.Forces) -> None:
    """The array form: each area left out, in one call, is each fitted alone."""
    for i in (0, 2, 25):
        keep = np.arange(26) != i
        alone = between.paule_mandel(between.spread(found.counts[keep], found.people[keep]))
        assert found.predicted.tau[i] == pytest.approx(alone.tau)
        assert found.predicted.mean[i] == pytest.approx(alone.mean)
    assert found.predicted.df == 23


def test_tau_has_the_interval_of_its_own_fit(data: Data) -> None:
    """With the mean held at the national rate, 2021 has .177 to .350, not .169 to .341."""
    late = forces.forces(data.on("2021-03-31"))
    assert late is not None
    held = between.q_profile(late.log_rates, mean=float(np.log(late.national)))
    free = between.q_profile(late.log_rates)
    assert [round(v, 3) for v in (*held, *free)] == [0.177, 0.350, 0.169, 0.341]


def test_no_spread_gives_tau_zero() -> None:
    people = np.array([1e5, 2e5, 3e5, 4e5, 5e5, 6e5])
    data = between.spread(people * 0.001, people)
    for fit in (between.paule_mandel(data), between.reml(data), between.dersimonian_laird(data)):
        assert fit.tau == 0.0
        assert fit.k == 6
        assert fit.rate == pytest.approx(0.001)
        assert fit.se == pytest.approx(2100**-0.5)
    assert between.heterogeneity(between.Spread(np.zeros(3), np.ones(3), np.ones(3))) == (0, 2, 0)


def test_log_rates_have_the_variance_of_their_counts() -> None:
    """A count of none is taken as one half; the uncounted areas are one observation more."""
    found = between.spread([0, 4], [1000, 2000], pool=(20, 5000, 0.25))
    assert found.log_rates == pytest.approx(np.log([0.0005, 0.002, 0.004]))
    assert found.variances == pytest.approx([2.0, 0.25, 0.05])
    assert list(found.scale) == [1.0, 1.0, 0.25]
    for pool in (None, (0.0, 5000.0, 0.25)):
        alone = between.spread([0, 4], [1000, 2000], pool=pool)
        assert list(alone.scale) == [1.0, 1.0]
        assert len(alone.log_rates) == len(alone.variances) == 2
    assert len(between.spread([4], [1000], pool=(1, 5000, 0.25)).scale) == 2


def test_two_equal_areas_share_no_variance_and_their_mean() -> None:
    """At a gap of zero nothing is left to the spread; the error is that of 200 people."""
    fit = between.paule_mandel(between.spread([100, 100], [1e5, 1e5]))
    assert fit.tau == 0.0
    assert fit.rate == pytest.approx(0.001)
    assert fit.se == pytest.approx(200**-0.5)


def test_the_spread_of_two_areas_is_half_their_squared_gap_less_chance() -> None:
    """Equal variances v: Q = d^2 / 2 / (v + tau^2) is one where tau^2 = d^2 / 2 - v."""
    data = between.Spread(np.array([0.0, 0.6]), np.array([0.01, 0.01]), np.ones(2))
    assert between.paule_mandel(data).tau ** 2 == pytest.approx(0.18 - 0.01)
    q, df, i2 = between.heterogeneity(data)
    assert (q, df, i2) == (pytest.approx(18.0), 1, pytest.approx(17 / 18))


def test_with_the_mean_held_q_has_a_degree_of_freedom_more() -> None:
    """Two areas at 0 and 0.6, mean held at 0: 0.36 / (v + tau^2) is two where tau^2 = 0.18 - v."""
    data = between.Spread(np.array([0.0, 0.6]), np.array([0.01, 0.01]), np.ones(2))
    fit = between.paule_mandel(data, mean=0.0)
    assert fit.tau**2 == pytest.approx(0.18 - 0.01)
    assert (fit.mean, fit.se, fit.k, fit.method) == (0.0, 0.0, 2, "Paule-Mandel")
    # Q-profile: 0.36 / (v + tau^2) equals the quantiles of chi-squared with 2 degrees: -2 ln(1-p).
    low, high = between.q_profile(data, 0.9, mean=0.0)
    assert low**2 == pytest.approx(0.36 / (-2 * np.log(0.05)) - 0.01)
    assert high**2 == pytest.approx(0.36 / (-2 * np.log(0.95)) - 0.01)
    free = between.q_profile(data)
    assert free[0] ** 2 == pytest.approx(0.18 / stats.chi2.ppf(0.975, 1) - 0.01)
    assert free[1] ** 2 == pytest.approx(0.18 / stats.chi2.ppf(0.025, 1) - 0.01)


def test_restricted_likelihood_of_equal_variances_has_a_closed_form() -> None:
    """With equal variances v the REML estimate is the sample variance less v (Harville, 1977)."""
    y = np.array([0.0, 0.3, 0.9, 1.1])
    fit = between.reml(between.Spread(y, np.full(4, 0.04), np.ones(4)))
    assert fit.tau**2 == pytest.approx(y.var(ddof=1) - 0.04, rel=1e-7)
    assert (fit.mean, fit.se) == (pytest.approx(y.mean()), pytest.approx(y.std(ddof=1) / 2))
    assert fit.method == "REML"


def test_the_moment_of_equal_variances_has_the_same_closed_form() -> None:
    """DerSimonian and Laird (1986): (Q - df) / (sum w - sum w^2 / sum w)."""
    y = np.array([0.0, 0.3, 0.9, 1.1])
    fit = between.dersimonian_laird(between.Spread(y, np.full(4, 0.04), np.ones(4)))
    assert fit.tau**2 == pytest.approx(y.var(ddof=1) - 0.04)
    assert fit.method == "DerSimonian-Laird"


def test_a_prediction_interval_is_of_t_with_two_degrees_less() -> None:
    """Higgins, Thompson and Spiegelhalter (2009): t(k - 2) times sqrt(tau^2 + se^2)."""
    fit = between.Fit(tau=0.3, mean=-7.0, se=0.4, k=10, method="")
    for confidence in (0.9, 0.95):
        half = stats.t.ppf((1 + confidence) / 2, 8) * 0.5
        found = between.prediction_interval(fit, confidence)
        assert found == pytest.approx((np.exp(-7 - half), np.exp(-7 + half)))
    assert between.prediction_interval(fit) == found


def test_what_three_equal_areas_let_expect_of_a_fourth() -> None:
    """No spread: the error of 300 people's mean and the chance of 50 expected; one degree left."""
    found = between.predict(between.spread([100, 100, 100], [1e5, 1e5, 1e5]), 50_000)
    assert (found.tau, found.df) == (0.0, 1)
    assert found.sd == pytest.approx((1 / 300 + 1 / 50) ** 0.5)
    for confidence in (0.9, 0.95):
        half = np.tan(np.pi * confidence / 2) * found.sd  # t with one degree is Cauchy's
        limits = found.limits(confidence)
        assert np.ravel(limits) == pytest.approx([0.001 * np.exp(-half), 0.001 * np.exp(half)])
    assert np.ravel(found.limits()) == pytest.approx(np.ravel(limits))
    for rate, sign in ((0.002, 1), (0.0005, -1)):
        z = sign * np.log(2) / found.sd
        assert found.z(rate) == pytest.approx(z)
        assert found.p_value(rate) == pytest.approx(1 - 2 / np.pi * np.arctan(abs(z)))


def test_what_is_expected_by_another_fit_has_its_mean_and_spread() -> None:
    """By hand: tau 0.3 and standard error 0.1, 50 expected of 50,000 people."""
    others = between.spread([100, 100, 100], [1e5, 1e5, 1e5])
    fit = between.Fit(tau=0.3, mean=math.log(1e-3), se=0.1, k=3, method="by hand")
    found = between.predict(others, 50_000, fit)
    assert float(found.mean) == pytest.approx(math.log(1e-3))
    assert float(found.tau) == pytest.approx(0.3)
    assert float(found.sd) == pytest.approx((0.3**2 + 0.1**2 + 1 / 50) ** 0.5)


def test_unusual_and_very_unusual_begin_at_the_limits() -> None:
    found = between.Predicted(np.zeros(1), np.zeros(1), np.ones(1), df=20)
    inner, outer = (float(found.limits(c)[1][0]) for c in between.CONFIDENCES)
    rates = np.array([1.0, inner * 0.999, inner * 1.001, outer * 0.999, outer * 1.001, 1 / outer])
    assert found.verdicts(rates * [1, 1, 1, 1, 1, 0.999]) == [
        "not unusual", "not unusual", "unusual", "unusual", "very unusual", "very unusual",
    ]  # fmt: skip


def test_the_power_of_the_rule_is_that_of_a_t_test() -> None:
    """At a ratio of one its size; with many degrees of freedom that of a normal test."""
    few = between.Predicted(np.zeros(1), np.zeros(1), np.full(1, 0.2), df=5)
    assert few.power(1.0) == pytest.approx(0.05)
    assert few.power(1.0, 0.002) == pytest.approx(0.002)
    assert few.power(1.5) == pytest.approx(few.power(1 / 1.5))
    many = between.Predicted(np.zeros(1), np.zeros(1), np.full(1, 0.2), df=10**6)
    shift = np.log(1.1) / 0.2
    tails = stats.norm.sf(1.959964 - shift) + stats.norm.cdf(-1.959964 - shift)
    assert many.power(1.1) == pytest.approx(tails, rel=1e-4)


def test_each_area_is_expected_from_the_others() -> None:
    counts, people = [80, 100, 130, 90], [1e5, 0.9e5, 1.1e5, 1.2e5]
    found = between.predict_each(counts, people)
    others = between.spread([80, 100, 90], [1e5, 0.9e5, 1.2e5])
    alone = between.predict(others, 1.1e5)
    for name in ("mean", "tau", "sd"):
        assert getattr(found, name)[2] == pytest.approx(float(getattr(alone, name)))
    assert found.df == alone.df == 1


def test_variants_take_a_row_for_each_date() -> None:
    """Ranks, phi and tau^2 of one row do not depend on another; nor on counts of none."""
    e = np.array([5.0, 8.0, 13.0, 21.0, 34.0, 40.0, 46.0, 52.0, 60.0])
    rows = np.array([e * [0, 2, 1, 0.5, 1, 1.5, 1, 2, 1.2], e * [1, 1, 3, 1, 0.3, 1, 2, 1, 1]])
    for variant in (between.shmi, between.sqrt_winsorised):
        both = variant(rows, e)
        for i, row in enumerate(rows):
            alone = variant(row, e)
            assert both.phi[i] == pytest.approx(float(alone.phi))
            assert both.tau2[i] == pytest.approx(float(alone.tau2))
            assert both.kept[i] == alone.kept
    # Nine ranks of ten parts: only the highest is in the last tenth, none in the first.
    z = np.sqrt(e) * np.log(np.maximum(rows[0], 0.5) / e)
    kept = np.sort(z)[:-1]
    found = between.shmi(rows[0], e)
    assert (found.kept, found.phi) == (8, pytest.approx(np.mean(kept**2)))


def test_the_moment_of_roots_by_hand() -> None:
    """O 5 and 0.2, E 0.2 each: z = 2 (sqrt O - sqrt E), tau^2 = (2 phi - 1) / (1.6 - 0.8)."""
    phi = 2 * (5**0.5 - 0.2**0.5) ** 2
    found = between.sqrt_winsorised([5, 0.2], [0.2, 0.2], share=0.0)
    assert found.phi == pytest.approx(phi)
    assert found.tau2 == pytest.approx((2 * phi - 1) / 0.8)
    assert found.kept == 2
    assert between.sqrt_winsorised([1, 1.1], [1, 1]).tau2 == 0.0


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_limits_of_roots_by_hand(confidence: float) -> None:
    """At 25 expected s = 0.1; with tau^2 = 0.03 the SD of the root is 0.2."""
    half = 0.2 * stats.norm.ppf((1 + confidence) / 2)
    found = between.sqrt_limits(25, 0.03, confidence)
    assert found == pytest.approx((max(0, 1 - half) ** 2, (1 + half) ** 2))
    assert (between.sqrt_limits(25, 0.03) == found) == (confidence == 0.95)
    assert between.sqrt_limits(0.01, 0.03)[0] == 0.0


def test_a_rate_at_the_target_is_no_deviation_on_either_side() -> None:
    assert between.z_score(100, 1e5, 0.001, 0.1) == pytest.approx(0.0, abs=1e-12)
    above, below = (between.z_score(x, 1e5, 0.001, 0.1) for x in (101, 99))
    assert below < 0 < above
    assert above == pytest.approx(np.log(1.01) / np.sqrt(1 / 101 + 0.01))
    none = between.z_score(0, 1000, 0.001, 0.0)
    assert none == pytest.approx(np.log(0.5) * 0.5**0.5)  # none is taken as one half


def test_a_z_as_a_row() -> None:
    fit = between.Fit(tau=0.1, mean=0.0, se=0.0, k=5, method="Paule-Mandel")
    row = between.z_row(110, 1e5, 0.001, fit, "the national rate")
    z = np.log(1.1) / np.sqrt(1 / 110 + 0.01)
    assert (row.value, row.p_value) == pytest.approx((z, 2 * stats.norm.sf(z)))
    below = between.z_row(90, 1e5, 0.001, fit, "the national rate", 1000.0)
    assert below.value is not None and below.value < 0
    assert below.p_value == pytest.approx(2 * stats.norm.cdf(below.value))
    assert words(row) == snapshot("""\
z of the log rate against the national rate (100 per 100,000)
additive variance, Paule-Mandel tau 0.1000
Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202\
""")
    assert below.statistic == snapshot("z of the log rate against the national rate (1 per 1,000)")
