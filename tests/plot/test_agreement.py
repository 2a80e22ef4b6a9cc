"""The pictures say what the records say: every area, date and population."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from mappa.data import Data
from mappa.data.stock import DENOMINATORS
from mappa.plot.exhibit import Exhibit
from mappa.plot.rate import funnel
from mappa.plot.style import ORANGE, PLUM
from mappa.rates import doors
from mappa.rates.assess import assess
from mappa.rates.methods import equivalence, intervals
from mappa.rates.record import RateRecord

LEVELS = (0.95, 0.998)


def records(data: Data, denominator: str) -> list[RateRecord]:
    """Return the record of every counted area on every date."""
    return [
        assess(data, area, day, denominator=denominator)
        for day in data.dates
        for area in data.counts(day).index
    ]


@pytest.mark.parametrize("denominator", DENOMINATORS)
def test_no_area_and_date_contradicts_itself(data: Data, denominator: str) -> None:
    """Headline, verdict, p and lines of the chart at the area's own size; both kinds of lines."""
    seen = unusual = 0
    for r in records(data, denominator):
        assert r.own is not None and r.gap is not None and r.matter is not None
        table = doors.placed(data.on(r.as_of, denominator))
        drawn = funnel.lines(r, table, np.array([r.population]), LEVELS).iloc[0]
        for level, name in zip(LEVELS, ("95", "99.8"), strict=True):
            low, high = intervals.exact_limits(r.own.count, level)
            expected = r.population * r.national_rate / 1e5
            assert (r.own.rate < drawn[f"chance_low_{name}"]) == (high < expected)
            assert (r.own.rate > drawn[f"chance_high_{name}"]) == (low > expected)
        margin = equivalence.zone(r.margin)
        low90, high90 = r.gap.ratio_low90, r.gap.ratio_high90
        assert (r.matter.margin_verdict == "within") == (margin[0] < low90 and high90 < margin[1])
        assert (r.matter.margin_verdict == "higher by more") == (low90 > margin[1])
        assert (r.matter.margin_verdict == "lower by more") == (high90 < margin[0])
        if r.unusual is None:
            continue
        inside = {
            name: drawn[f"areas_low_{name}"] < r.own.rate < drawn[f"areas_high_{name}"]
            for name in ("95", "99.8")
        }
        verdict = ("not unusual", "unusual", "very unusual")[2 - sum(inside.values())]
        assert r.unusual.unusual_verdict == verdict, (r.force, r.as_of)
        assert (funnel.side(r) == "inside") == inside["95"] == (r.unusual.unusual_p >= 0.05)
        assert funnel.side(r) in funnel.headline(r)
        seen, unusual = seen + 1, unusual + (not inside["95"])
    assert seen >= 157 and unusual > 3  # March 2010 to March 2024; 2025 has no count


@pytest.mark.parametrize("denominator", DENOMINATORS)
def test_the_points_of_the_funnel_have_the_colour_of_their_verdict(
    data: Data, denominator: str
) -> None:
    """Filled where unusual, at their own rate and size; the record's own in orange."""
    for day in data.dates:
        stock = data.on(day, denominator)
        table = doors.placed(stock)
        known = table[table["count"].notna()]
        if len(known) < 2:  # no chart is drawn, as of March 2025
            continue
        force = str(known.index[0])
        record = assess(data, force, day, denominator=denominator)
        chart = funnel.funnel(record, table)
        assert isinstance(chart, Exhibit)
        points, own = (c for c in chart.figure.axes[0].collections if isinstance(c, PathCollection))
        placed = np.asarray(points.get_offsets())
        assert placed == pytest.approx(known[["people", "rate"]].to_numpy(float))
        found = dict(zip(known.index, map(to_hex, points.get_facecolor()), strict=True))
        verdicts = known.get("verdict", pd.Series("", index=known.index))
        for area, verdict in verdicts.items():
            filled = verdict in ("unusual", "very unusual")
            assert found[area] == (to_hex(PLUM) if filled else "#ffffff"), (area, day)
        mine = np.asarray(own.get_offsets())[0].tolist()
        assert mine == pytest.approx(known.loc[force, ["people", "rate"]].tolist())
        assert to_hex(own.get_facecolor()[0]) == to_hex(ORANGE)
