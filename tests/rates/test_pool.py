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
    for count in pool.bounds_of_people_per(730, 654_000):
        assert round(654_000 / count) == 730
