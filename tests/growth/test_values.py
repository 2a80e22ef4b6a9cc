"""The tidy table of all areas and dates has one value a cell, with its kind."""

from __future__ import annotations

import pandas as pd

from mappa.data import Data
from mappa.growth.ranking import COLUMNS, area_values


def test_the_kept_table_is_that_of_the_latest_date(data: Data) -> None:
    found = area_values(data, data.dates[-1])
    kept = (data.folder / "area_values.csv").read_text(encoding="utf-8")
    assert found.to_csv(index=False, lineterminator="\n") == kept
    assert set(found["kind"]) == {"count", "bound", "estimate", "forecast"}
    assert found["date"].max() == pd.Timestamp("2030-03-31")
    lancashire = found[(found["area"] == "Lancashire") & (found["date"] == "2024-03-31")]
    assert lancashire["kind"].tolist() == ["estimate"]  # its printed rate is another area's


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
