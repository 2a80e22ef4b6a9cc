"""The local reading: the nation's growth on a force's count, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mappa.data import Data
from mappa.register.answers import local

AS_OF = "2020-03-31"


def test_cumbria_in_march_2020(data: Data) -> None:
    r = local.local_reading(data, "cumbria", AS_OF, leaving_rate=0.07)
    assert (r.count_start, r.count_end, r.status) == (598, 594, "read")
    assert r.expected == pytest.approx(598 * 62435 / 60294)
    assert r.difference == pytest.approx(594 - 598 * 62435 / 60294)
    assert (r.quality_start, r.quality_end) == ("derived", "printed")


def test_chance_interval_holds_its_level_in_simulation() -> None:
    rng = np.random.default_rng(6)
    start, expected, leaving = 600, 621.0, 0.07
    arrivals = expected - start * (1 - leaving)
    end = rng.binomial(start, 1 - leaving, 40_000) + rng.poisson(arrivals, 40_000)
    low, high = local.chance_interval(start, expected, leaving)
    # 0.90 within the steps of whole people and three standard errors.
    assert np.mean((end >= low) & (end <= high)) == pytest.approx(0.90, abs=0.012)


def test_chance_interval_by_hand() -> None:
    low, high = local.chance_interval(100, 110, 0.2)
    sd = np.sqrt(30 + 100 * 0.2 * 0.8)
    assert (high - low) / 2 == pytest.approx(stats.norm.ppf(0.95) * sd)
    assert (low + high) / 2 == pytest.approx(110)


def test_no_arrivals_where_more_leave_than_the_fall_needs() -> None:
    low, high = local.chance_interval(100, 50, 0.2)
    assert low < 50 < high


def test_only_counts_on_one_basis_are_laid_together(data: Data) -> None:
    for area in data.names:
        r = local.local_reading(data, area, AS_OF, leaving_rate=0.07)
        if r.status != "read":
            assert r.expected is None and r.difference is None
            assert area in r.status
            continue
        basis = data.national_figures.set_index("date")
        basis = basis[(basis["measure"] == "rso_count") & basis["preferred"]]["basis"]
        assert basis[r.start] == basis[r.end]
        assert r.start is not None and r.end is not None and r.start < r.end


def test_nothing_after_as_of_is_read(data: Data) -> None:
    full = local.local_reading(data, "Cumbria", AS_OF, leaving_rate=0.07)
    cut = local.local_reading(data.until(AS_OF), "Cumbria", AS_OF, leaving_rate=0.07)
    assert full.as_dict() == cut.as_dict()


def test_made_up_district(made_up_data: Data) -> None:
    r = local.local_reading(made_up_data, "Upper Marsh", "2018-03-31", leaving_rate=0.05)
    nation = made_up_data.national("rso_count")
    area = made_up_data.series("Upper Marsh").set_index("date")["value"]
    growth = nation["2018-03-31"] / nation["2017-03-31"]
    assert r.expected == pytest.approx(area["2017-03-31"] * growth)
    assert r.nation == "Freedonia and Sylvania"
