"""The ratio of two rates: closed forms, reference values, limits that belong to their tests."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from method_rows import words
from scipy import stats
from statsmodels.stats.rates import confint_poisson_2indep

from mappa.data import Data
from mappa.rates.methods import intervals, ratios
from mappa.rates.methods.ratios import Ratio
from mappa.rates.methods.rows import MethodRow

COUNT, PEOPLE, REST, REST_PEOPLE = 594, 449_975, 61_841, 51_802_696
METHODS = (ratios.exact_ratio, ratios.midp_ratio, ratios.score_ratio)


def odds(share: float, people: float, people2: float) -> float:
    return share / (1 - share) * people2 / people


@pytest.mark.parametrize("confidence", [0.90, 0.95])
@pytest.mark.parametrize(("x", "y"), [(3, 5), (1, 2), (0, 4), (12, 30)])
def test_exact_limits_are_clopper_and_pearsons(x: int, y: int, confidence: float) -> None:
    """Quantiles of beta(x, y + 1) and beta(x + 1, y) as shares of the total."""
    row = ratios.exact_ratio(x, 1000, y, 500, confidence)
    tail = (1 - confidence) / 2
    low = odds(stats.beta.ppf(tail, x, y + 1), 1000, 500) if x else 0.0
    high = odds(stats.beta.ppf(1 - tail, x + 1, y), 1000, 500)
    assert (row.lower, row.upper) == pytest.approx((low, high))
    assert (row.value, row.confidence) == (pytest.approx(x / y / 2), confidence)
    tails = stats.binom.cdf(x, x + y, 2 / 3), stats.binom.sf(x - 1, x + y, 2 / 3)
    assert row.p_value == pytest.approx(min(1, 2 * min(tails)))


def test_exact_limits_of_none_of_four() -> None:
    """The upper share is 1 - 0.025^(1/4) (Clopper and Pearson, 1934)."""
    found = ratios.exact_ratio(0, 1000, 4, 2000)
    assert (found.value, found.lower) == (0.0, 0.0)
    assert found.upper == pytest.approx(odds(1 - 0.025**0.25, 1000, 2000))
    assert found.p_value == pytest.approx(2 * (2 / 3) ** 4)


@pytest.mark.parametrize("method", METHODS)
def test_a_ratio_to_none_has_no_value_and_no_upper_limit(method: Callable[..., MethodRow]) -> None:
    some = method(4, 1000, 0, 1000)
    assert (some.value, some.upper) == (None, None)
    assert some.lower is not None and some.lower > 0
    none = method(0, 1000, 0, 1000)
    assert (none.value, none.lower, none.upper, none.p_value) == (None, 0.0, None, 1.0)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
@pytest.mark.parametrize(("x", "y"), [(3, 5), (0, 4), (4, 0), (12, 30)])
def test_mid_p_limits_leave_half_the_weight_on_the_count(x: int, y: int, confidence: float) -> None:
    """At a limit the tail beyond the count, with half the count's own chance, is alpha / 2."""
    row = ratios.midp_ratio(x, 1000, y, 500, confidence)
    assert row.confidence == confidence
    assert row.value == (pytest.approx(x / y / 2) if y else None)

    def tails(ratio: float) -> tuple[float, float]:
        share = 1000 * ratio / (1000 * ratio + 500)
        half = stats.binom.pmf(x, x + y, share) / 2
        below, above = ratios.conditional_tails(x, x + y, share)
        return below - half, above - half

    assert row.p_value == pytest.approx(min(1.0, 2 * min(tails(1.0))))
    if x:
        assert row.lower is not None
        assert tails(row.lower)[1] == pytest.approx((1 - confidence) / 2)
    if y:
        assert row.upper is not None
        assert tails(row.upper)[0] == pytest.approx((1 - confidence) / 2)
    assert (row.lower == 0) == (x == 0)
    assert (row.upper is None) == (y == 0)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
def test_score_limits_are_wilsons(confidence: float) -> None:
    """Wilson (1927): the centre and half-width of the share of a total."""
    x, n, y, m = 20, 1000, 35, 900
    z, total = stats.norm.ppf((1 + confidence) / 2), x + y
    centre = (x / total + z**2 / (2 * total)) / (1 + z**2 / total)
    spread = x * y / total**3 + z**2 / (4 * total**2)
    half = z * math.sqrt(spread) / (1 + z**2 / total)
    row = ratios.score_ratio(x, n, y, m, confidence)
    ends = odds(centre - half, n, m), odds(centre + half, n, m)
    assert (row.lower, row.upper) == pytest.approx(ends)
    assert (row.value, row.confidence) == (pytest.approx(20 / 1000 / (35 / 900)), confidence)
    searched = confint_poisson_2indep(
        x, n, y, m, method="score", compare="ratio", alpha=1 - confidence
    )
    assert ends == pytest.approx(searched, abs=1e-5)


@pytest.mark.parametrize("value", [0.8, 1.0, 1.3])
def test_the_score_test_is_a_normal_of_the_difference(value: float) -> None:
    """z = (x - r y n / m) / sqrt((x + y) r n / m) (Gu et al., 2008)."""
    x, n, y, m = 20, 1000, 35, 900
    z = (x - value * y * n / m) / math.sqrt((x + y) * value * n / m)
    ratio = Ratio(x, n, y, m)
    assert ratio.tails(value)[0] == pytest.approx(stats.norm.cdf(z))
    assert ratio.tails(value)[1] == pytest.approx(stats.norm.sf(z))
    if value == 1:
        row = ratios.score_ratio(x, n, y, m)
        assert row.p_value == pytest.approx(2 * stats.norm.sf(abs(z)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("x", "y"), [(3, 5), (20, 35), (9, 30), (30, 9)])
def test_the_limits_are_of_95_per_cent_where_nothing_is_said(
    method: Callable[..., MethodRow], x: int, y: int
) -> None:
    assert method(x, 1000, y, 500) == method(x, 1000, y, 500, 0.95)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
@pytest.mark.parametrize(("x", "y"), [(9, 50), (50, 9)])
def test_below_a_count_of_ten_the_score_is_exact(x: int, y: int, confidence: float) -> None:
    small = ratios.score_ratio(x, 1000, y, 9000, confidence)
    assert small == ratios.exact_ratio(x, 1000, y, 9000, confidence)
    assert Ratio(x, 1000, y, 9000).interval(confidence) == small
    ten = ratios.score_ratio(10, 1000, 10, 9000, confidence)
    assert ten != ratios.exact_ratio(10, 1000, 10, 9000, confidence)
    assert Ratio(10, 1000, 10, 9000).tails(1)[0] == pytest.approx(
        stats.norm.cdf((10 - 10 / 9) / math.sqrt(20 / 9))
    )


def test_the_tails_at_a_ratio_of_two_are_those_of_two_thirds_of_eight() -> None:
    """3 of 8 people, each the force's with 2/3: sums of C(8, k) 2^k over 3^8 = 6,561."""
    ratio = Ratio(3, 1000, 5, 1000)
    assert ratio.tails(2)[0] == pytest.approx((1 + 16 + 112 + 448) / 6561)
    assert ratio.tails(2)[1] == pytest.approx(1 - (1 + 16 + 112) / 6561)


def test_the_tails_follow_the_people_of_both() -> None:
    """A ratio of 2 on 1,000 of 1,500 people: the share is 2,000 of 2,500, four fifths."""
    ratio = Ratio(1, 1000, 2, 500)
    assert ratio.tails(2)[0] == pytest.approx(0.2**3 + 3 * 0.8 * 0.2**2)
    assert ratio.tails(2)[1] == pytest.approx(1 - 0.2**3)


def test_ratio_to_the_rest() -> None:
    score, exact, midp = (
        method(COUNT, PEOPLE, REST, REST_PEOPLE)
        for method in (ratios.score_ratio, ratios.exact_ratio, ratios.midp_ratio)
    )
    assert (score.value, score.lower, score.upper) == pytest.approx(
        (1.1058, 1.02, 1.1988), abs=5e-5
    )
    assert (exact.lower, exact.upper) == pytest.approx((1.0183, 1.1989), abs=5e-5)
    assert [row.p_value for row in (score, exact, midp)] == pytest.approx(
        [0.01468, 0.01704, 0.01612], abs=5e-6
    )
    assert exact.lower < midp.lower < midp.upper < exact.upper


def test_a_ratio_to_a_fixed_rate_has_poisson_tails() -> None:
    """5 people where 4 are expected and, at a ratio of 1.5, six."""
    ratio = Ratio(5, 2000, 8, 4000, kind="fixed")
    assert (ratio.expected, ratio.value) == (4.0, 1.25)
    assert ratio.tails(1.5)[0] == pytest.approx(stats.poisson.cdf(5, 6.0))
    assert ratio.tails(1.5)[1] == pytest.approx(stats.poisson.sf(4, 6.0))
    row = ratio.interval(0.9)
    assert row == intervals.against_fixed(5, 4.0, "the comparator", 0.9)
    assert ratio.interval() == ratio.interval(0.95)


@pytest.mark.parametrize("confidence", [0.90, 0.95])
def test_the_error_of_a_modelled_rate_is_added_in_quadrature(confidence: float) -> None:
    """Donner and Zou (2012): distances on the log scale, Garwood's and the rate's."""
    low, high = intervals.exact_limits(100, confidence)
    error = 0.05 * stats.norm.ppf((1 + confidence) / 2)
    below, above = math.hypot(math.log(100 / low), error), math.hypot(math.log(high / 100), error)
    expected = 1.25 * math.exp(-below), 1.25 * math.exp(above)
    assert ratios.modelled_limits(100, 80, 0.05, confidence) == pytest.approx(expected)
    none = ratios.modelled_limits(0, 5, 0.1, confidence)
    far = intervals.exact_limits(0, confidence)[1] / 5 * math.exp(2 * error)
    assert none == pytest.approx((0.0, far))
    ratio = Ratio(100, 800, 1000, 10_000, log_se=0.05, kind="modelled")
    row = ratio.interval(confidence)
    assert (row.value, row.lower, row.upper) == pytest.approx((1.25, *expected))
    assert row.confidence == confidence
    assert row.p_value == pytest.approx(2 * ratio.tails(1.0)[1])
    assert (ratio.interval() == row) == (confidence == 0.95)


@pytest.mark.parametrize("log_se", [0.0, 0.03, 0.2])
@pytest.mark.parametrize("count", [0, 3, 20, 180])
def test_tails_against_a_modelled_rate_belong_to_its_limits(count: int, log_se: float) -> None:
    for expected in (0.5, 2.0, 15.0, 21.0, 60.0, 200.0):
        smaller, larger = ratios.modelled_tails(count, expected, log_se)
        assert smaller + larger == pytest.approx(1.0)
        for tail in (0.005, 0.025, 0.05, 0.2):
            low, high = ratios.modelled_limits(count, expected, log_se, 1 - 2 * tail)
            assert (larger < tail) == (low > 1)
            assert (smaller < tail) == (high < 1)


def test_tails_without_an_error_are_poissons() -> None:
    assert ratios.modelled_tails(9, 4.0, 0.0)[1] == pytest.approx(stats.poisson.sf(8, 4.0))
    assert ratios.modelled_tails(2, 4.0, 0.0)[0] == pytest.approx(stats.poisson.cdf(2, 4.0))
    assert ratios.modelled_tails(4, 4.0, 0.1) == (0.5, 0.5)
    assert ratios.modelled_tails(1000, 1.0, 0.0)[1] == 1e-12
    ratio = Ratio(9, 1000, 2, 1000, log_se=0.3, kind="modelled")
    assert ratio.tails(1.5)[1] == ratios.modelled_tails(9, 3.0, 0.3)[1]


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(0, 400), y=st.integers(1, 400),
    n=st.integers(1000, 10**6), m=st.integers(1000, 10**6),
)  # fmt: skip
def test_the_other_way_round_the_limits_are_the_inverses(x: int, y: int, n: int, m: int) -> None:
    for method in METHODS:
        row, back = method(x, n, y, m), method(y, m, x, n)
        assert back.p_value == pytest.approx(row.p_value)
        assert back.lower == pytest.approx(1 / row.upper)
        if row.lower:
            assert back.upper == pytest.approx(1 / row.lower)


@pytest.mark.parametrize("people2", [0.01, 0.1, 0.5, 1, 2, 10, 100])
def test_p_values_belong_to_their_limits(people2: float) -> None:
    """P is below alpha exactly when the limits leave out 1, for every method."""
    some = [0, 1, 2, 3, 5, 8, 9, 10, 11, 14, 19, 27, 32, 40, 57, 83, 110, 150, 199, 200]
    for x in some:
        for y in some:
            for method in METHODS:
                row = method(x, 100_000, y, 100_000 * people2)
                assert row.lower is not None and row.p_value is not None
                outside = row.lower > 1 or (row.upper is not None and row.upper < 1)
                assert (row.p_value < 0.05) == outside, (method.__name__, x, y)


def test_rural_and_neighbouring_areas_turn_the_sign(data: Data) -> None:
    """The reference comparisons, areas given by name: doubled exact p-values."""
    counts, people = data.counts("2020-03-31"), data.people("2020-03-31")
    for names, ratio, p in (
        ("Lancashire;Durham;Northumbria;North Yorkshire", 0.904, 0.019),
        (
            "Devon and Cornwall;Dyfed-Powys;North Yorkshire;North Wales;West Mercia;Norfolk",
            1.024, 0.59,
        ),
    ):  # fmt: skip
        areas = names.split(";")
        row = ratios.exact_ratio(COUNT, PEOPLE, counts[areas].sum(), people[areas].sum())
        assert row.value == pytest.approx(ratio, abs=5e-4)
        assert row.p_value == pytest.approx(p, abs=0.005)


def test_the_rows_say_what_they_are() -> None:
    modelled = Ratio(9, 1000, 2, 1000, log_se=0.3, kind="modelled").interval()
    rows = [*(method(20, 1000, 35, 900) for method in METHODS), modelled]
    assert words(*rows) == snapshot("""\
ratio to the comparator
exact conditional (Clopper-Pearson limits), doubled tail
Przyborowski and Wilenski (1940), Biometrika 31, 313-323

ratio to the comparator
conditional mid-p, doubled tail
Lancaster (1961), JASA 56, 223-234; Fay (2010), Biostatistics 11, 373-374

ratio to the comparator
score
Wilson (1927), JASA 22, 209-212; Gu et al. (2008), Biometrical Journal 50, 283-298

ratio to the comparator
exact limits of the count, error of the modelled rate by MOVER
Donner and Zou (2012), Stat. Methods Med. Res. 21, 347-359 (MOVER)\
""")
