"""Charts in rows: areas in order, comparison groups, margins, the year's change, false alarms."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, TEAL
from mappa.rates.record import RateRecord
from mappa.words import Prose, capital
from mappa.words import numbers as n
from mappa.words.rate import simulation as simulated
from mappa.words.rate.tables import comparisons, margins, of_denominator

#: Verdict -> colour, marker: never by colour alone.
LOOK = {"higher": (PLUM, "^"), "not clearly different": (DARK, "o"), "lower": (TEAL, "v")}
_ROUNDED = {"comparator_rate": 1, "ratio": 3, "ratio_low": 3, "ratio_high": 3, "p_value": 4}
_SHOWN = ["ratio", "ratio_low", "ratio_high", "p_value", "verdict"]
_MARGIN = {
    "higher by more": "{force} is clearly higher, by more than {margin}",
    "lower by more": "{force} is clearly lower, by more than the margin of {margin}",
    "within": "{force} is within {margin} of {label}",
    "undecided": "Whether {force} differs by more than {margin} cannot be settled",
}
#: Changes beyond this (percent) are cut off and written at the edge.
FAR = 12.0


def when(record: RateRecord) -> str:
    """Write the date at the end of a subtitle, where there is one."""
    return f", {n.day(record.as_of)}" if record.as_of else ""


def source_line(record: RateRecord) -> str:
    """Return the source line of a chart: whose counts, whose population."""
    r = record
    if not r.publisher:
        return "Source: the table that was given."
    people = n.listing(r.population_sources)
    return (
        f"Source: counts of {r.publisher} as printed in newspapers and reports; population: "
        f"{people}, mid-{r.population_year}. Not official statistics."
    )


def ranking(record: RateRecord, table: pd.DataFrame) -> Exhibit | Prose:
    """Draw the counted areas in the order of their rates, each with its exact 95% interval.

    *table* is ``rates.areas(...)``, an area a row.
    """
    known = table[table["count"].notna()].sort_values("rate", ascending=False)
    if len(known) < 2:
        return Prose("Too few areas have a count to rank.")
    rows = [
        Row(
            str(row.Index), row.rate, row.low, row.high, n.plain_rate(row.rate),
            ORANGE if row.Index == record.force else DARK, bold=row.Index == record.force,
        )
        for row in known.itertuples()
    ]  # fmt: skip
    reach = float(known["low"].min()), float(known["high"].max())
    room = 0.12 * (reach[1] - reach[0])
    national = f"line: {record.nation}, {n.plain_rate(record.national_rate)}"
    figure, _ = rows_chart(
        rows, f"Rate per 100,000 with 95% interval\n{national}", reference=record.national_rate,
        limits=(max(0.0, reach[0] - room / 2), reach[1] + room), step=0.21, fontsize=8.5,
    )  # fmt: skip
    high, low = known.iloc[0], known.iloc[-1]
    span = (
        f"{high.name} has the highest rate, {n.rate(high['rate'])} per 100,000, and {low.name} the "
        f"lowest, {n.rate(low['rate'])}."
    )
    said, alt = f"{high.name} has the highest rate, {low.name} the lowest", "has no count"
    if record.own is not None:
        place = _place(known["rate"], record.own.rate)
        said = f"{record.force} has the {place} of {len(known)} areas"
        alt = f"has {n.rate(record.own.rate)}"
    shown = known[["count", "people", "rate", "low", "high"]]
    return Exhibit(
        name="ranking",
        headline=said,
        subtitle=(
            f"{capital(record.noun)} per 100,000 {record.whom}, areas with a count{when(record)}"
        ),
        alt=f"{span} {record.force} {alt}.",
        source=source_line(record),
        data=shown.round(1).rename_axis("area").reset_index(),
        figure=figure,
    )


def _place(rates: pd.Series, mine: float) -> str:
    """Return the place of a rate, counted from the nearer end: highest rate, 3rd lowest rate."""
    above, below = int((rates > mine).sum()), int((rates < mine).sum())
    place, end = (above + 1, "highest") if above <= below else (below + 1, "lowest")
    return f"{end} rate" if place == 1 else f"{n.ordinal(place)} {end} rate"


def _ratios(record: RateRecord, ratios: pd.DataFrame, labels: pd.Series, **size: Any) -> Figure:
    """Draw *ratios* (a row each: ratio, limits, verdict) with their *labels*."""
    rows = [
        Row(
            label, row.ratio, row.ratio_low, row.ratio_high, f"{row.ratio:.2f}",
            *LOOK[row.verdict], text_left=row.verdict == "lower",
        )
        for row, label in zip(ratios.itertuples(), labels, strict=True)
    ]  # fmt: skip
    scale = f"Ratio of the rates, {n.chosen_share(record.confidence)} interval (log scale)"
    xlabel = f"{scale}\ntriangles: higher or lower; dots: unclear"
    return rows_chart(rows, xlabel, reference=1, ratios=True, fontsize=8.5, **size)[0]


def comparators(record: RateRecord) -> Exhibit | Prose:
    """Draw the ratio to each comparison group, by the record's own denominator."""
    rows = of_denominator(record)
    if rows.empty:
        return Prose("There is no ratio to draw, because a count is missing.")
    labels = rows["label"].map(lambda label: textwrap.fill(label, 22))
    low, high = rows.loc[rows["ratio"].idxmin()], rows.loc[rows["ratio"].idxmax()]
    said = {verdict: list(rows.loc[rows["verdict"] == verdict, "label"]) for verdict in LOOK}
    return Exhibit(
        name="comparators",
        headline=_compared(record.force, said),
        subtitle=f"Rate of {record.force} over that of each group, {record.whom}{when(record)}",
        alt=(
            f"Ratios of {record.force} to {len(rows)} groups run from {n.ratio(low['ratio'])} "
            f"({low['label']}) to {n.ratio(high['ratio'])} ({high['label']})."
        ),
        source=source_line(record),
        data=rows[["label", "comparator_rate", *_SHOWN]].round(_ROUNDED),
        figure=_ratios(record, rows, labels, step=0.52),
    )


def _compared(force: str, said: dict[str, list[str]]) -> str:
    """Return whether the answer turns with the comparison group."""
    higher, lower, unclear = (said[v] for v in ("higher", "lower", "not clearly different"))
    if higher and lower:
        return f"{force} is higher than {_group(higher)} but lower than {_group(lower)}"
    if not higher and not lower:
        return f"{force} is not clearly different from any comparison group"
    word, groups = ("higher", higher) if higher else ("lower", lower)
    if unclear:
        return f"{force} is {word} than {_group(groups)}, not clearly different from others"
    return f"{force} is {word} than every comparison group"


def _group(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{n.cardinal(len(labels))} groups"


def choices(record: RateRecord) -> Exhibit | Prose:
    """Draw the ratio to each comparison group by each population: one date, one method."""
    rows, said = comparisons(record), record.sensitivity_tally
    if rows.empty:
        return Prose("There is no ratio to draw, because a count is missing.")
    tally = tally_of(said)
    return Exhibit(
        name="choices",
        headline=tally,
        subtitle=f"Rate of {record.force} over that of each group{when(record)}",
        alt=(
            f"{tally}. For {record.force} they run from {n.ratio(float(rows['ratio'].min()))} to "
            f"{n.ratio(float(rows['ratio'].max()))}."
        ),
        source=source_line(record),
        data=rows[["label", "denominator", *_SHOWN]].round(_ROUNDED),
        figure=_ratios(record, rows, rows["label"] + ", " + rows["denominator"], width=8.2),
        phone=False,
    )


def tally_of(said: dict[str, int]) -> str:
    """Return how the ratios divide: all of one verdict, or how many of each."""
    found = [(count, verdict) for verdict, count in said.items() if count]
    if len(found) == 1:
        return f"All {found[0][0]} ratios are {found[0][1]}"
    return f"Of the ratios {n.listing([f'{count} are {verdict}' for count, verdict in found])}"


def margin_rows(record: RateRecord) -> Exhibit | Prose:
    """Draw the ratio's 90% interval and the range that each of several margins lets pass."""
    if record.gap is None:
        return Prose("There is no ratio to compare with a margin, because a count is missing.")
    rows = margins(record)
    low, high = float(rows["low90"].iloc[0]), float(rows["high90"].iloc[0])
    figure, _ = rows_chart(
        [
            Row(
                n.chosen_share(row.margin), row.ratio, low, min(high, 10.0), row.verdict, PLUM,
                bold=row.chosen, zone=(row.zone_low, row.zone_high),
            )
            for row in rows.itertuples()
        ],
        "Ratio of the rates, 90% interval (log scale)\nbox: differences that do not matter",
        reference=1, ratios=True, step=0.42,
    )  # fmt: skip
    ratio, said = rows["ratio"].iloc[0], rows.loc[rows["chosen"], "verdict"].iloc[0]
    margin = n.chosen_share(record.margin)
    names = {"force": record.force, "label": record.comparator_label, "margin": margin}
    return Exhibit(
        name="margin",
        headline=_MARGIN[said].format(**names),
        subtitle=f"Rate of {record.force} over that of {record.comparator_label}{when(record)}",
        alt=(
            f"The ratio of {record.force} to {record.comparator_label} is {n.ratio(ratio)} (90% "
            f"interval {n.ratio(low)} to {n.ratio(high)}). At a margin of {margin} the "
            f"verdict is: {said}."
        ),
        source=source_line(record),
        data=rows.drop(columns="chosen").round(3),
        figure=figure,
    )


def change(record: RateRecord, table: pd.DataFrame) -> Exhibit | Prose:
    """Draw the growth of each area on the year; outliers are named with the doubt about them.

    *table* has a row for each area (see ``mappa.rates.change.growth_table``).
    """
    if len(table) < 2:
        return Prose("Too few areas have counts of both years to draw their changes.")
    rows = table.assign(percent=100 * np.expm1(table["growth"])).sort_values("percent")[::-1]
    c, force = record.change, record.force
    sizes = rows["percent"].map(lambda value: f"{n.number(value, 1, sign=True)}%")
    doubt = rows["known"].map({"both counts": ", left out of the spread"}).fillna(", doubtful")
    rows["text"] = sizes + doubt.where(rows["outlier"].astype(bool), "")
    drawn = [
        Row(
            str(row.Index), float(np.clip(row.percent, -FAR, FAR)), text=row.text,
            color=ORANGE if row.Index == force else PLUM if row.outlier else DARK,
            marker=">" if row.percent > FAR else "<" if row.percent < -FAR else "o",
            bold=row.Index == force, text_left=row.percent < 0 or row.percent > FAR,
        )
        for row in rows.itertuples()
    ]  # fmt: skip
    growth = None if c is None else c.national_growth
    national = None if growth is None else 100 * growth
    label = "" if growth is None else f"dashes: {record.nation}, {n.growth(growth)}"
    figure, axes = rows_chart(
        drawn, f"Change in the count on the year, %\n{label}", stems=True, dashed=national,
        limits=(-FAR - 2, FAR + 2.5), step=0.21, fontsize=8.5,
    )  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=1)
    headline = _changed(record, len(rows))
    shown = ["area", "before", "now", "known", "percent", "robust_sds", "outlier"]
    return Exhibit(
        name="change",
        headline=headline,
        subtitle=f"Areas with both counts or a printed change, year to {n.day(record.as_of)}",
        alt=(
            f"Changes of {len(rows)} areas run from {sizes.iloc[-1]} in {rows.index[-1]} to "
            f"{sizes.iloc[0]} in {rows.index[0]}. {headline}."
        ),
        source=source_line(record),
        data=rows.reset_index()[shown].round({"before": 0, "percent": 1, "robust_sds": 1}),
        figure=figure,
    )


def _changed(record: RateRecord, areas: int) -> str:
    """Return the finding: the area's change and the national one."""
    c = record.change
    if c is not None and c.doubt is not None:
        size = n.percent(c.doubt.growth, 0, sign=True)
        return f"The {size} printed for {record.force} rests on a doubtful earlier count"
    if c is None or c.growth is None:
        return f"{areas} areas have a known or printed change on the year, but not {record.force}"
    return f"{record.force} {n.moved_by(c.growth)}, {record.nation} {n.moved_by(c.national_growth)}"


def false_alarms(results: pd.DataFrame) -> Exhibit:
    """Draw how often each method calls an ordinary area different, where areas do differ.

    *results* is the result of the simulation study.
    """
    tau = float(results["tau"].max())
    rows = results[
        (results["measure"] == "rejects") & (results["ratio"] == 1) & (results["tau"] == tau)
    ]
    rows = rows.sort_values("value", ascending=False)
    figure, _ = rows_chart(
        [
            Row(
                simulated.LABELS[row.method], 100 * row.value, text=n.percent(row.value, 0),
                color=ORANGE if row.method == simulated.RULE else DARK,
                bold=row.method == simulated.RULE,
            )
            for row in rows.itertuples()
        ],
        "False alarms in 100 simulated years\ndashes: 5, as intended",
        bars=True, dashed=5, limits=(0, 1.15 * 100 * float(rows["value"].max())),
    )  # fmt: skip
    found = rows.set_index("method")["value"]
    simple, rule = (n.percent(found[m], 0) for m in ("exact_national", simulated.RULE))
    return Exhibit(
        name="false-alarms",
        headline=f"The simple test gives a false alarm in {simple} of years, our rule in {rule}",
        subtitle="How often an area that is like the others is called different",
        alt=(
            f"Bars of {len(rows)} methods. The simple test against the national rate calls an "
            f"ordinary area different in {simple} of simulated years, our rule in {rule}."
        ),
        source="Source: simulation study of this project, with the areas’ real populations.",
        data=rows[["method", "tau", "ratio", "value", "mc_error"]].round(4).reset_index(drop=True),
        figure=figure,
    )
