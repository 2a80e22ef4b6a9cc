"""The ratio to each comparator, by each denominator, and against several margins: in rows."""

from __future__ import annotations

import textwrap

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, PLUM, TEAL
from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.rate.answer import level
from mappa.words.rate.answer import margin as margin_text
from mappa.words.rate.answer import share as share_text
from mappa.words.rate.tables import comparisons, margins, of_denominator

#: Verdict -> colour, marker: never by colour alone.
LOOK = {"higher": (PLUM, "^"), "not clearly different": (DARK, "o"), "lower": (TEAL, "v")}
_ROUNDED = {"ratio": 3, "ratio_low": 3, "ratio_high": 3, "p_value": 4}
_SHOWN = ["ratio", "ratio_low", "ratio_high", "p_value", "verdict"]


def _row(ratio: pd.Series, label: str) -> Row:
    color, marker = LOOK[ratio["verdict"]]
    return Row(
        label, ratio["ratio"], ratio["ratio_low"], ratio["ratio_high"],
        f"{n.ratio(ratio['ratio'])}, {ratio['verdict']}", color, marker,
        text_left=ratio["verdict"] == "lower",
    )  # fmt: skip


def comparators(record: RateRecord, labels: dict[str, str], source: str) -> Exhibit:
    """Draw the ratio to each comparator with its interval; where the sign turns is visible.

    Parameters
    ----------
    labels: name of a comparator -> its words, in the order of the chart.
    """
    rows = of_denominator(record, labels)
    figure, _ = rows_chart(
        [_row(row, textwrap.fill(row["label"], 30)) for _, row in rows.iterrows()],
        f"Ratio of the rates with {level(record)} interval (log scale)",
        reference=1, ratios=True, step=0.52,
    )  # fmt: skip
    return Exhibit(
        name="comparators",
        headline=headline(record, rows),
        subtitle=(
            f"Rate of {record.force} over the comparator’s, per people {record.denominator}, "
            f"{n.day(record.as_of)}"
        ),
        alt=alt(record, rows),
        source=source,
        data=rows[["label", *_SHOWN]].round(_ROUNDED),
        figure=figure,
    )


def headline(record: RateRecord, rows: pd.DataFrame) -> str:
    """Return the message: whether the answer turns with the comparator."""
    said = set(rows["verdict"])
    if {"higher", "lower"} <= said:
        return f"{record.force} is higher or lower: the comparator decides"
    if len(said) > 1:
        return f"{record.force} is {min(said & {'higher', 'lower'})} than some comparators only"
    return f"{record.force} is {said.pop()} whichever comparator is chosen"


def alt(record: RateRecord, rows: pd.DataFrame) -> str:
    """Return the finding with its numbers."""
    low, high = rows.loc[rows["ratio"].idxmin()], rows.loc[rows["ratio"].idxmax()]
    if len(rows) == 1:
        return (
            f"The rate of {record.force} is {n.ratio(low['ratio'])} times that of {low['label']}: "
            f"{low['verdict']}."
        )
    return (
        f"Ratios of {record.force} to {len(rows)} comparators run from {n.ratio(low['ratio'])} "
        f"({low['label']}, {low['verdict']}) to {n.ratio(high['ratio'])} ({high['label']}, "
        f"{high['verdict']})."
    )


def choices(record: RateRecord, labels: dict[str, str], source: str) -> Exhibit:
    """Draw one question by every comparator and denominator: one date, one plain method.

    Parameters
    ----------
    labels: name of a comparator -> its words.
    """
    rows, said = comparisons(record, labels), record.sensitivity_tally
    figure, _ = rows_chart(
        [_row(row, f"{row['label']}, {row['denominator']}") for _, row in rows.iterrows()],
        f"Ratio of the rates with {level(record)} interval (log scale)",
        reference=1, ratios=True, width=8.2, fontsize=8.5,
    )  # fmt: skip
    tally = (
        f"{said['higher']} say higher, {said['not clearly different']} not clearly different, "
        f"{said['lower']} lower"
    )
    return Exhibit(
        name="choices",
        headline=f"Of {len(rows)} comparisons {tally}",
        subtitle=(
            f"Rate of {record.force} over a comparator’s, by comparator and denominator, score "
            f"method, {n.day(record.as_of)}; comparators are different questions"
        ),
        alt=(
            f"Of {len(rows)} comparisons of {record.force} {tally}. Ratios run from "
            f"{n.ratio(float(rows['ratio'].min()))} to {n.ratio(float(rows['ratio'].max()))}."
        ),
        source=source,
        data=rows[["label", "denominator", *_SHOWN]].round(_ROUNDED),
        figure=figure,
    )


def margin_rows(record: RateRecord, source: str) -> Exhibit:
    """Draw the ratio's interval against the zone of several margins, the chosen one marked."""
    rows = margins(record)
    low, high = float(rows["low90"].iloc[0]), float(rows["high90"].iloc[0])
    figure, _ = rows_chart(
        [
            Row(
                f"margin {share_text(row.margin)}", row.ratio, low, high, row.verdict, PLUM,
                bold=row.chosen, zone=(row.zone_low, row.zone_high),
            )
            for row in rows.itertuples()
        ],
        f"Ratio to {record.comparator_label} (log scale); box: differences that do not matter;\n"
        "line: 90% interval, whose ends are the one-sided 95% tests",
        reference=1, ratios=True, step=0.42,
    )  # fmt: skip
    ratio, said = rows["ratio"].iloc[0], rows.loc[rows["chosen"], "verdict"].iloc[0]
    columns = ["margin", "zone_low", "zone_high", "ratio", "low90", "high90", "verdict"]
    return Exhibit(
        name="margin",
        headline=margin_headline(record, said),
        subtitle=f"{record.force} and several margins, {n.day(record.as_of)}",
        alt=(
            f"The ratio of {record.force} to {record.comparator_label} is {n.ratio(ratio)} "
            f"(90% interval {n.ratio(low)} to {n.ratio(high)}); at the margin of "
            f"{margin_text(record)} the verdict is: {said}. "
            f"Inside the margin are ratios from {n.ratio(record.margin_low)} "
            f"to {n.ratio(record.margin_high)}."
        ),
        source=source,
        data=rows[columns].round(3),
        figure=figure,
    )


def margin_headline(record: RateRecord, verdict: str) -> str:
    """Return the message: the verdict at the chosen margin."""
    told = {
        "higher by more": "{force} is higher by more than {margin}",
        "lower by more": "{force} is below by more than {margin}",
        "within": "{force} differs by less than {margin}",
        "undecided": "Whether {force} differs by more than {margin} is undecided",
    }
    return told[verdict].format(force=record.force, margin=margin_text(record))
