"""What a printed rate or ratio says of the count behind it."""

from __future__ import annotations

from mappa.data import Data
from mappa.printed import counts_behind
from mappa.rates import pool


def test_pool_and_bounds(data: Data) -> None:
    assert counts_behind(130, data.people("2020-03-31")["Staffordshire"]) == (1307, 1316)
    assert counts_behind(130, 1_000_000) == (1295, 1304)
    low, high = counts_behind(23.5, 1_000_000, 1)
    assert (low, high) == (235, 235)
    for count in pool.bounds_of_people_per(730, 654_000):  # 895 to 896, or the rate of 137
        assert 730 in (round(654_000 / count), round(1e5 / round(count / 6.54)))


def test_one_in_n_may_rest_on_the_printed_rate() -> None:
    """Cumbria, March 2023: 100,000 / 139 is 719.4, and no whole count alone gives one in 719."""
    people = 453_500
    low, high = pool.bounds_of_people_per(719, people)
    assert (low, high) == (629, 632)
    assert low - 1 < 138.5 * people / 1e5 <= low and high < 139.5 * people / 1e5
