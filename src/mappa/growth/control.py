"""A control chart over time: which years of a rate lie outside what chance and its own jumps allow.

Laney's u' chart. With counts x of n people the rate is u = x / n and its mean over a segment is
U = sum(x) / sum(n). Chance alone gives u the standard deviation s = sqrt(U / n); the standardised
rates z = (u - U) / s then move from one year to the next by a mean range R, and R / d2 (d2 =
2 / sqrt(pi), 1.128) is how much larger than chance the jumps are. The limits are

    U - 3 s R / d2   and   U + 3 s R / d2.

The same people are counted every year, so neighbouring years are alike: their ranges are smaller
than those of independent counts, and a steady rise lies outside the limits at both of its ends.
"""

import math

import numpy as np
import pandas as pd

from mappa.errors import UnknownName, UsageError
from mappa.printed import PER

#: Counts of a segment below which it has no limits, and below which they are provisional.
FEWEST, FIRM = 8, 20
#: Mean range of two normal values in standard deviations.
D2 = 2 / math.sqrt(math.pi)
#: A gap of more than this many shortest gaps is no step from one point to the next.
NEAR = 1.5


def control_chart(
    rows: pd.DataFrame,
    *,
    per: float = PER,
    sds: float = 3.0,
    people_anew: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return a rate by date with its control limits; a change of basis starts a new segment.

    Parameters
    ----------
    rows: ``date``, ``value`` (counts) and ``people`` (or expected counts, with *per* 1); with a
        column ``basis`` it is cut where that changes, with ``preferred`` other rows are left out.
        Rows without a count or people are left out too.
    per: people that the rates are for. sds: standard deviations of the limits from the centre.
    people_anew: first date whose people are estimated anew, as after a census: it starts one too.

    Returns
    -------
    A frame by date: ``value``, ``people``, ``rate``, ``segment`` (1, 2, ...), ``points`` of the
    segment, ``centre``, ``inflation`` (standard deviations of chance in one of the chart), ``low``
    and ``high`` and ``outside``. A segment of fewer than eight counts has no limits (NaN); with
    fewer than twenty they are provisional. Ranges are taken between neighbouring dates only.

    Raises
    ------
    UnknownName: a column that is missing. UsageError: counts below zero, no people, a date twice.

    Source: Laney (2002), Improved control charts for attributes, Quality Engineering 14, 531-537.

    >>> import pandas as pd
    >>> days = pd.date_range("2011-03-31", periods=8, freq=pd.DateOffset(years=1))
    >>> thefts = pd.DataFrame({"date": days, "value": [100, 120, 90, 110, 80, 100, 100, 100]})
    >>> chart = control_chart(thefts.assign(people=10_000), per=1000)
    >>> chart[["rate", "centre", "low", "high"]].iloc[1].round(2).tolist()
    [12.0, 10.0, 5.44, 14.56]
    """
    for column in ("date", "value", "people"):
        if column not in rows:
            has = f"the table has {', '.join(map(str, rows.columns))}."
            raise UnknownName("column", column, why=has)
    known = rows[rows["preferred"]] if "preferred" in rows else rows
    known = known.dropna(subset=["value", "people"]).sort_values("date").set_index("date")
    if (known["value"] < 0).any() or not (known["people"] > 0).all():
        raise UsageError("Counts must not be negative, and people must be above zero.")
    if known.index.has_duplicates:
        raise UsageError("A date is twice in the table: one count a date is charted.")
    basis = known["basis"] if "basis" in known else pd.Series("", index=known.index)
    chart = known[["value", "people"]].astype(float)
    chart["rate"] = per * chart["value"] / chart["people"]
    later = pd.Series(known.index >= (people_anew or pd.Timestamp.max), index=known.index)
    chart["segment"] = ((basis != basis.shift()) | (later != later.shift())).cumsum()
    parts = [_limits(part, per, sds) for _, part in chart.groupby("segment")]
    return pd.concat(parts) if parts else _limits(chart, per, sds)


def _limits(part: pd.DataFrame, per: float, sds: float) -> pd.DataFrame:
    """Return a segment with its centre and limits."""
    total = part["people"].sum()
    centre = part["value"].sum() / total if total else math.nan
    chance = np.sqrt(centre / part["people"])
    ranges = ((part["value"] / part["people"] - centre) / chance).diff().abs()
    gaps = part.index.to_series().diff()
    inflation = ranges[gaps <= NEAR * gaps.min()].mean() / D2
    reach = sds * inflation * chance * per if len(part) >= FEWEST else math.nan
    made = part.assign(
        points=len(part), centre=per * centre, inflation=inflation,
        low=(per * centre - reach), high=per * centre + reach,
    )  # fmt: skip
    made["low"] = made["low"].clip(lower=0)
    return made.assign(outside=(made["rate"] < made["low"]) | (made["rate"] > made["high"]))
