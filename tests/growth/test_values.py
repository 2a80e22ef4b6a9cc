"""The tidy table of all areas and dates has one value a cell, with its kind."""

from __future__ import annotations

import pandas as pd

from mappa.data import Data
from mappa.growth.values import COLUMNS, area_values

DAY = pd.Timestamp("2020-03-31")


def test_every_area_and_date_has_one_value_of_a_kind(data: Data) -> None:
    found = area_values(data, DAY)
    assert list(found) == list(COLUMNS)
    assert not found.duplicated(["area", "date"]).any()
    assert set(found.groupby("area").size()) == {16}  # eleven dates known, five ahead
    assert (found["kind"] == "forecast").eq(found["date"] > DAY).all()
    of_day = found[found["date"] == DAY].set_index("area")
    counted = of_day[of_day["kind"] == "count"]
    assert len(counted) == 26
    assert counted["value"].sum() == 44_134
    assert counted.loc["Cumbria", "value"] == 594
    bound = of_day.loc["Staffordshire"]
    assert (bound["kind"], bound["low"], bound["high"]) == ("bound", 1307, 1316)
    made = found[found["kind"].isin(["estimate", "forecast"])]
    assert ((made["low"] <= made["value"]) & (made["value"] <= made["high"])).all()
    assert (found["sources"].ne("") == found["kind"].isin(["count", "bound"])).all()
