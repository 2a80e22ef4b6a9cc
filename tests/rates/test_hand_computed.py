"""Values worked out by hand, each for a line that a mutation once changed unnoticed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mappa.data import Data
from mappa.rates import comparators
from mappa.rates.change import change_z
from mappa.rates.methods import between
from mappa.rates.methods.intervals import exact_limits
from mappa.rates.methods.ratios import Ratio, exact_ratio


def test_the_tails_at_a_ratio_of_two_are_those_of_two_thirds_of_eight() -> None:
    """3 of 8 people, each the force's with 2/3: sums of C(8, k) 2^k over 3^8 = 6,561."""
    ratio = Ratio(3, 1000, 5, 1000)
    assert ratio.p_smaller(2) == pytest.approx((1 + 16 + 112 + 448) / 6561)
    assert ratio.p_larger(2) == pytest.approx(1 - (1 + 16 + 112) / 6561)


def test_the_tails_follow_the_people_of_both() -> None:
    """A ratio of 2 on 1,000 of 1,500 people: the share is 2,000 of 2,500, four fifths."""
    ratio = Ratio(1, 1000, 2, 500)
    assert ratio.p_smaller(2) == pytest.approx(0.2**3 + 3 * 0.8 * 0.2**2)
    assert ratio.p_larger(2) == pytest.approx(1 - 0.2**3)


def test_exact_limits_of_a_ratio_of_none_to_some() -> None:
    """None of 4 people: the upper share is 1 - 0.025^(1/4) (Clopper and Pearson, 1934)."""
    found = exact_ratio(0, 1000, 4, 2000)
    share = 1 - 0.025**0.25
    assert (found.value, found.lower) == (0.0, 0.0)
    assert found.upper == pytest.approx(share / (1 - share) * 2)
    assert found.p_value == pytest.approx(2 * (2 / 3) ** 4)


def test_exact_limits_of_a_count_are_garwoods() -> None:
    """Garwood (1936), Biometrika 28, 437-442: 5 (1.623 to 11.668); none (0 to -ln 0.025)."""
    assert exact_limits(5) == pytest.approx((1.6235, 11.6683), abs=1e-4)
    assert exact_limits(0) == pytest.approx((0.0, -np.log(0.025)))


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


def test_a_rate_at_the_target_is_no_deviation_on_either_side() -> None:
    assert between.z_score(100, 1e5, 0.001, 0.1) == pytest.approx(0.0, abs=1e-12)
    above, below = (between.z_score(x, 1e5, 0.001, 0.1) for x in (101, 99))
    assert below < 0 < above
    assert above == pytest.approx(np.log(1.01) / np.sqrt(1 / 101 + 0.01))


def test_the_variance_of_a_year_is_twice_the_turnover_and_the_growth() -> None:
    """100 to 110 against growth of 4% at a turnover of 23%: 6 over sqrt(0.5 x 100)."""
    assert change_z(100, 110, 0.04, 0.23) == pytest.approx(6 / np.sqrt(50))


def sphere(data: Data, places: dict[str, tuple[float, float]]) -> Data:
    """Return the data with areas at other places (latitude, longitude)."""
    areas = data.areas.copy()
    for name, (lat, lon) in places.items():
        areas.loc[areas["area"] == name, ["centroid_lat", "centroid_lon"]] = lat, lon
    return dataclasses.replace(data, areas=areas, digest=f"{data.digest}-moved")


def test_distances_are_arcs_of_a_great_circle(data: Data) -> None:
    """On a sphere of 6,371 km: a degree of a meridian is 111.19 km, at 60 degrees north a degree
    of a parallel spans 2 asin(cos 60 sin 0.5), and a quarter of the globe is 10,007.5 km.
    """
    places = {"Cumbria": (60.0, 0.0), "Surrey": (61.0, 0.0), "Kent": (60.0, 1.0)}
    found = comparators.distances(sphere(data, places | {"Essex": (-30.0, 0.0)}), "Cumbria")
    degree = np.pi / 180
    assert found["Surrey"] == pytest.approx(6371 * degree)
    assert found["Kent"] == pytest.approx(6371 * 2 * np.arcsin(0.5 * np.sin(0.5 * degree)))
    assert found["Essex"] == pytest.approx(6371 * np.pi / 2)
    assert isinstance(found, pd.Series) and "Cumbria" not in found.index
    assert found.is_monotonic_increasing
