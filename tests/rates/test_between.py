"""How much forces differ: reference values, a worked example from elsewhere, invariants."""

from __future__ import annotations

import numpy as np
import pytest

from mappa.data import Data
from mappa.printed import counts_behind
from mappa.rates import forces, pool
from mappa.rates.methods import between, empirical, funnel

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
    own = found.counts[found.where("Cumbria")], found.people[found.where("Cumbria")]
    national = between.z_score(*own, found.national, found.about_national.tau)
    typical = between.z_score(*own, found.typical.rate, found.typical.tau)
    assert (round(national, 2), round(typical, 2)) == (0.49, 0.26)


def test_reference_of_the_variants(found: forces.Forces, without: Three) -> None:
    assert round(funnel.multiplicative_phi(found.counts, found.expected), 4) == 41.5789
    shmi = between.shmi(found.counts, found.expected)
    assert (round(shmi.phi, 4), round(shmi.tau2, 7)) == (32.4554, 0.0236285)
    mine = float(found.expected[found.where("Cumbria")])
    assert round(mine, 2) == 537.66
    limits = funnel.additive_limits(mine, shmi.tau2**0.5, 1.0)
    assert [round(float(v), 4) for v in limits] == [0.7313, 1.3674]
    root = between.sqrt_winsorised(found.counts, found.expected)
    assert round(root.tau2, 7) == 0.0064546
    assert [round(v, 4) for v in between.sqrt_limits(mine, root.tau2)] == [0.7005, 1.3527]
    o, n, e = without
    assert round(funnel.multiplicative_phi(o, e), 4) == 44.1459
    few = between.shmi(o, e)
    assert (round(few.phi, 4), round(few.tau2, 7)) == (33.8837, 0.0242705)
    assert [round(float(v), 4) for v in funnel.additive_limits(mine, few.tau2**0.5, 1.0)] == [
        0.7285,
        1.3728,
    ]
    assert round(between.sqrt_winsorised(o, e).tau2, 7) == 0.0067398
    data = between.spread(o, n)
    assert round(between.paule_mandel(data).tau, 4) == 0.2004
    assert round(between.reml(data).tau, 4) == 0.2005
    assert round(between.dersimonian_laird(data).tau, 3) == 0.226


def test_limits_must_be_squared_back(found: forces.Forces, without: Three) -> None:
    """A widely used package forgets to square and flags 11 of 25 areas instead of 4."""
    o, _, e = without
    tau2 = between.sqrt_winsorised(o, e).tau2
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


def test_no_spread_gives_tau_zero() -> None:
    people = np.array([1e5, 2e5, 3e5, 4e5, 5e5, 6e5])
    data = between.spread(people * 0.001, people)
    for fit in (between.paule_mandel(data), between.reml(data), between.dersimonian_laird(data)):
        assert fit.tau == pytest.approx(0, abs=1e-4)
    prior = empirical.fit_prior(people * 0.001, people * 0.001)
    mean, _, _ = empirical.shrunken(prior, 90, 100)
    assert mean == pytest.approx(1, abs=1e-3)  # all are alike: the force's own count says nothing


def test_empirical_bayes_of_reference(found: forces.Forces) -> None:
    assert (round(found.prior.a, 2), round(found.prior.b, 2)) == (28.33, 26.53)
    i = found.where("Cumbria")
    count, expected = found.counts[i], float(found.expected[i])
    rate = 1e5 * found.national
    told = [rate * float(v) for v in empirical.shrunken(found.prior, count, expected)]
    assert [round(v, 1) for v in told] == [131.8, 121.6, 142.4]
    assert round(empirical.own_weight(found.prior, expected), 3) == 0.953
    nation = empirical.exceedance(found.prior, count, expected, 1.1, other_count=None)
    assert round(nation, 2) == 0.52
    own = 61_841 / 51_802_696 / found.national
    rest = empirical.exceedance(found.prior, count, expected, 1.1 * own, other_count=61_841)
    assert rest == pytest.approx(
        empirical.exceedance(found.prior, count, expected, 1.1 * own, other_count=None), abs=1e-3
    )
    vague = empirical.Prior(1e-6, 1e-6)
    flat = empirical.exceedance(vague, count, expected, 1.1 * own, other_count=61_841)
    assert flat == pytest.approx(0.551, abs=0.006)


def test_exceedance_of_a_modelled_comparator_tends_to_the_known_one(found: forces.Forces) -> None:
    args = found.prior, 594.0, 537.66, 1.1
    known = empirical.exceedance(*args, other_count=None)
    assert empirical.exceedance_modelled(*args, 1e-6) == pytest.approx(known, abs=1e-4)
    assert empirical.exceedance_modelled(*args, 0.3) < known


def test_ranks_of_reference(found: forces.Forces) -> None:
    i = found.where("Cumbria")
    among, everyone = found.ranks, found.ranks_all
    assert (among.middle[i], among.low[i], among.high[i], among.of) == (11, 7, 17, 26)
    assert (everyone.middle[i], everyone.low[i], everyone.high[i], everyone.of) == (16, 9, 24, 42)


def test_flags_of_reference(found: forces.Forces) -> None:
    flags = found.flags
    assert (flags["p_national"] < 0.05).sum() == 19
    assert (flags["p_national"] < 0.002).sum() == 15
    assert (flags["q_rest"] < 0.05).sum() == 19
    mine = flags.loc["Cumbria"]
    assert (round(mine["q_rest"], 3), round(mine["q_additive"], 2)) == (0.026, 0.95)


def test_funnel_limits(found: forces.Forces) -> None:
    mine = float(found.expected[found.where("Cumbria")])
    assert [float(v) for v in funnel.poisson_limits(mine)] == [493, 584]
    assert [float(v) for v in funnel.poisson_limits(mine, 0.998)] == [467, 611]


@pytest.mark.parametrize(
    ("expected", "level", "low", "high"),
    [(5, 0.95, 0.135, 2.059), (100, 0.95, 0.804, 1.206), (538, 0.95, 0.9154, 1.0863),
     (538, 0.998, 0.8685, 1.1368), (3, 0.95, 0.0, 2.4314)],
)  # fmt: skip
def test_lines_of_chance(expected: float, level: float, low: float, high: float) -> None:
    """Version 1.1.0 drew them at the expected count: .919 to 1.090 for Cumbria, for instance."""
    ends = [float(v) / expected for v in funnel.chance_limits(expected, level)]
    assert ends == pytest.approx([low, high], abs=6e-4)


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


def test_pool_and_bounds(data: Data) -> None:
    assert counts_behind(130, data.people(AS_OF)["Staffordshire"]) == (1307, 1316)
    assert counts_behind(130, 1_000_000) == (1295, 1304)
    low, high = counts_behind(23.5, 1_000_000, 1)
    assert (low, high) == (235, 235)
    for count in pool.bounds_of_people_per(730, 654_000):
        assert round(654_000 / count) == 730


def test_phi_has_no_factor_for_consistency() -> None:
    """A pure Poisson set gives about .68 winsorised and .44 truncated, not 1."""
    rng = np.random.default_rng(5)
    e = np.full(26, 2000.0)
    phi, cut = [], []
    for _ in range(400):
        o = rng.poisson(e).astype(float)
        phi.append(funnel.multiplicative_phi(o, e))
        cut.append(between.shmi(o, e).phi)
    assert np.mean(phi) == pytest.approx(0.68, abs=0.04)  # 3 Monte Carlo errors of .01
    assert np.mean(cut) == pytest.approx(0.50, abs=0.08)


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
