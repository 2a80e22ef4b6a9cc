"""Caterpillar: every counted area's own and shrunken rate, in order."""

from __future__ import annotations

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, GREY, ORANGE
from mappa.rates.record import RateRecord
from mappa.words import numbers as n


def caterpillar(record: RateRecord, table: pd.DataFrame, source: str) -> Exhibit:
    """Draw the counted areas by shrunken rate, the uncounted as one row.

    Parameters
    ----------
    table: a row for each area (see ``mappa.rates.area_table``).
    """
    known = table[table["shrunken"].notna()].sort_values("shrunken", ascending=False)
    rows = [
        Row(
            str(row.area), row.shrunken, row.shrunken_low, row.shrunken_high, tick=row.rate,
            color=ORANGE if row.area == record.force else DARK,
            marker="s" if row.area == record.force else "o", bold=row.area == record.force,
        )
        for row in known.itertuples()
    ]  # fmt: skip
    missing = record.areas - len(known)
    if missing and record.pool_rate is not None:
        label = f"{missing} without a count, together"
        rows.append(Row(label, record.pool_rate, color=GREY, marker="D", hollow=True))
    figure, _ = rows_chart(
        rows,
        f"People on the register per 100,000 people {record.denominator}\n"
        "mark and bar: shrunken rate, 95% interval; tick: own rate; "
        f"line: nation, {n.rate(record.national_rate)}",
        reference=record.national_rate,
        limits=(0, 1.06 * float(known["shrunken_high"].max())), step=0.2, fontsize=8.5,
    )  # fmt: skip
    return Exhibit(
        name="caterpillar",
        phone=True,
        headline=headline(record, len(known)),
        subtitle=(
            f"Rates shrunk towards the areas’ distribution (empirical Bayes), {record.nation}, "
            f"{n.day(record.as_of)}"
        ),
        alt=alt(record, known),
        source=source,
        data=known[["area", "count", "rate", "shrunken", "shrunken_low", "shrunken_high"]]
        .round(1)
        .reset_index(drop=True),
        figure=figure,
    )


def headline(record: RateRecord, areas: int) -> str:
    """Return the message: the force's rank with its interval."""
    if record.ranks is None:
        return f"{record.force} has no count and no place among the {areas} counted areas"
    return (
        f"{record.force} ranks {n.ordinal(record.ranks.rank)} of {record.ranks.rank_of}, anywhere "
        f"from {n.ordinal(record.ranks.rank_low)} to {n.ordinal(record.ranks.rank_high)}"
    )


def alt(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    high, low = known.iloc[0], known.iloc[-1]
    span = (
        f"Shrunken rates run from {n.rate(low['shrunken'])} per 100,000 in {low['area']} to "
        f"{n.rate(high['shrunken'])} in {high['area']}."
    )
    if record.unusual is None:
        return f"{span} {record.force} has no count and no row."
    return (
        f"{span} {record.force} has {n.rate(record.unusual.shrunken_rate)} (95% interval "
        f"{n.rate(record.unusual.shrunken_low)} to {n.rate(record.unusual.shrunken_high)})."
    )
