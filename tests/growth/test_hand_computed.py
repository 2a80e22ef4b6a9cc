"""Values worked out by hand, each for a line that a mutation once changed unnoticed."""

from __future__ import annotations

import math

import pytest

from mappa.data import Data
from mappa.growth import evidence as ev
from mappa.growth.measures import KINDS, Measure, other_measures


def test_measures_are_rates_beside_the_nations(data: Data) -> None:
    """Every ratio is the area's value over base, over the nation's value over base."""
    found = [m for area in data.names for m in Measure.from_frame(other_measures(data, area))]
    compared = [m for m in found if m.ratio is not None and m.base and m.national_value]
    assert len(compared) > 5
    for m in compared:
        kind = KINDS[m.measure]
        if kind.registered:
            base = float(data.national("rso_count")[m.date])
        else:
            base = float(data.people(m.date).sum())
        assert m.base is not None and m.national_value is not None
        assert m.ratio == pytest.approx((m.value / m.base) / (m.national_value / base))


def test_level_1_is_raised_by_its_prior_where_too_few_pairs_are_known(data: Data) -> None:
    """A count of level 1 stands for e^0.01 times as many people, with an SD of 1% and rounding."""
    collector = ev._Collector(data)
    counted = dict(collector.counted)
    rows = collector._of("rso_count", "level_1")
    rows = rows[rows["date"].isin(collector.dates)]
    collector.counted = {}  # no pair is known
    before = len(collector.rows)
    collector.level_1()
    made = collector.rows[before:]
    assert counted and len(made) == len(rows) > 0
    first = rows.iloc[0]
    i, t = data.names.index(first["area"]), collector.dates.index(first["date"])
    own = math.log(float(first["value"]) / collector.people[t, i])
    kind, *cell, _, y, sd, _, _ = made[0]
    assert (kind, cell) == ("level_1", [i, t])
    assert y == pytest.approx(own - float(collector.log_rate[t]) + 0.01)
    assert sd == pytest.approx(math.hypot(0.01, ev.COUNT_SD["printed"]))
