"""One tidy table of all areas and dates, each value with its kind."""

import pandas as pd

from mappa.data import Data
from mappa.growth.estimates import LONGEST, area_estimates, area_forecasts
from mappa.rates.pool import printed_bounds

#: The table of the latest date, which is kept beside the others.
TABLE = "area_values"
COLUMNS = ("area", "date", "kind", "value", "low", "high", "sources")


def area_values(data: Data, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return what is known, estimated and forecast of every area from the figures of a date.

    Columns: area, date, kind, value, low, high (people) and sources. A ``count`` is printed; a
    ``bound`` has the least and greatest count that printed figures allow; an ``estimate`` and a
    ``forecast`` are medians with 90% intervals, of dates with neither count nor bound.

    Raises UsageError where the date has no population.
    """
    known = data.until(as_of)
    counts = known.rows("rso_count").assign(kind="count")
    counts = counts[counts["date"].isin(known.denominators["stock_date"])]
    figures = known.rows(("rso_rate_per_100k", "people_per_rso"))
    dated = figures.loc[figures["date"].isin(known.dates), ["area", "date"]].drop_duplicates()
    bounds = [
        {
            "area": area,
            "date": day,
            "kind": "bound",
            "low": max(b.low for b in found),
            "high": min(b.high for b in found),
            "sources": " ".join(dict.fromkeys(" ".join(b.sources for b in found).split())),
        }
        for area, day in dated.itertuples(index=False)
        if (found := printed_bounds(known, area, day))
    ]
    printed = pd.concat([counts, pd.DataFrame(bounds)])
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
