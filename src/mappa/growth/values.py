"""One tidy table of all areas and dates, each value with its kind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.growth.estimates import LONGEST, area_estimates, area_forecasts
from mappa.printed import counts_behind, decimals

#: The table of the latest date, which is kept beside the others.
TABLE = "area_values"
COLUMNS = ("area", "date", "kind", "value", "low", "high", "sources")


def area_values(data: Data, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return what is known, estimated and forecast of every area from the figures of a date.

    Columns: area, date, kind, value, low, high (people) and sources. A ``count`` is printed; a
    ``bound`` has the least and greatest count that a printed rate allows; an ``estimate`` and a
    ``forecast`` are medians with 90% intervals, of dates with neither count nor bound.

    Raises UsageError where the date has no population.
    """
    known = data.until(as_of)
    counts = known.rows("rso_count").assign(kind="count")
    counts = counts[counts["date"].isin(known.denominators["stock_date"])]
    rates = known.rows("rso_rate_per_100k")
    misread = [cell in data.misread for cell in zip(rates["area"], rates["date"], strict=True)]
    rates = rates[rates["date"].isin(known.dates) & ~np.array(misread)].assign(kind="bound")
    limits = [
        counts_behind(row.value, known.people(row.date)[row.area], decimals(row.value))
        for row in rates.itertuples()
    ]
    rates[["low", "high"]] = pd.DataFrame(limits, index=rates.index, columns=["low", "high"])
    printed = pd.concat([counts, rates.assign(value=None)])
    made = pd.concat(
        [
            area_estimates(data, as_of).assign(kind="estimate"),
            area_forecasts(data, as_of, LONGEST).assign(kind="forecast"),
        ]
    ).rename(columns={"median": "value", "low90": "low", "high90": "high"})
    every = pd.concat([printed, made.assign(sources="")], ignore_index=True)
    first = every.drop_duplicates(["area", "date"]).sort_values(["area", "date"])
    people = first[["value", "low", "high"]].astype(float).round().astype("Int64")
    return first.assign(**people)[list(COLUMNS)].reset_index(drop=True)
