"""Caterpillar: every counted area's own and shrunken rate, in order."""

from __future__ import annotations

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, canvas
from mappa.rates.record import RateRecord
from mappa.words import numbers as n


def caterpillar(record: RateRecord, league: pd.DataFrame, source: str) -> Exhibit:
    """Draw the counted areas by shrunken rate, the uncounted as one row."""
    known = league[league["shrunken"].notna()].sort_values("shrunken").reset_index(drop=True)
    missing = record.areas - len(known)
    figure, axes = canvas(width=7.2, height=1.4 + 0.2 * (len(known) + bool(missing)))
    axes.axvline(record.national_rate, color=GREY, linewidth=1.2)
    for i, row in known.iterrows():
        mine = row["area"] == record.force
        axes.plot(
            [row["shrunken_low"], row["shrunken_high"]], [i, i],
            color=ORANGE if mine else DARK, linewidth=3.2 if mine else 1.6, zorder=2,
        )  # fmt: skip
        axes.scatter(
            [row["shrunken"]], [i], s=58 if mine else 22, marker="s" if mine else "o",
            color=ORANGE if mine else DARK, edgecolor=DARK, zorder=4,
        )  # fmt: skip
        axes.scatter([row["rate"]], [i], s=70, marker="|", color="#1A1A1A", zorder=5)
    names, places = list(known["area"]), list(range(len(known)))
    if missing and record.pool_rate is not None:
        axes.scatter(
            [record.pool_rate],
            [-1.4],
            s=44,
            marker="D",
            facecolor="white",
            edgecolor=GREY,
            zorder=3,
        )
        names.append(f"{missing} without a count, together")
        places.append(-1.4)  # type: ignore[arg-type]
    axes.set_yticks(places, names, fontsize=8.5)
    for text in axes.get_yticklabels():
        if text.get_text() == record.force:
            text.set_fontweight("bold")
            text.set_color("#1A1A1A")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-2.3 if missing else -0.8, len(known) - 0.2)
    axes.set_xlim(0, 1.06 * float(known["shrunken_high"].max()))
    axes.grid(axis="x", color=LIGHT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(
        f"People on the register per 100,000 people {record.denominator}\n"
        "mark and bar: shrunken rate, 95% interval; tick: own rate; "
        f"line: nation, {n.rate(record.national_rate)}",
        fontsize=8.5,
    )
    return Exhibit(
        name="caterpillar",
        headline=headline(record, len(known)),
        subtitle=(
            f"Rates shrunk towards the areas’ distribution (empirical Bayes), {record.nation}, "
            f"{n.day(record.as_of)}"
        ),
        alt=alt(record, known),
        source=source,
        data=known.iloc[::-1][
            ["area", "count", "rate", "shrunken", "shrunken_low", "shrunken_high"]
        ]
        .round(1)
        .reset_index(drop=True),
        figure=figure,
    )


def headline(record: RateRecord, areas: int) -> str:
    """Return the message: the force's rank with its interval."""
    if record.rank is None:
        return f"{record.force} has no count and no place among the {areas} counted areas"
    return (
        f"{record.force} ranks {n.ordinal(record.rank)} of {record.rank_of}, anywhere from "
        f"{n.ordinal(record.rank_low or 0)} to {n.ordinal(record.rank_high or 0)}"
    )


def alt(record: RateRecord, known: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    low, high = known.iloc[0], known.iloc[-1]
    span = (
        f"Shrunken rates run from {n.rate(low['shrunken'])} per 100,000 in {low['area']} to "
        f"{n.rate(high['shrunken'])} in {high['area']}."
    )
    if record.shrunken_rate is None:
        return f"{span} {record.force} has no count and no row."
    return (
        f"{span} {record.force} has {n.rate(record.shrunken_rate)} (95% interval "
        f"{n.rate(record.shrunken_low)} to {n.rate(record.shrunken_high)})."
    )
