"""Charts of an area's growth: counts with estimates and forecast, index, and control charts."""

import textwrap
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from mappa.growth.record import GrowthRecord
from mappa.plot.exhibit import Exhibit
from mappa.plot.growth.charts import SHORT, SMALL, SOURCE, date_axes, frame_of, line
from mappa.plot.style import DARK, GREY, INK, ORANGE, PLUM, TEAL, canvas, label_end, note, year_axis
from mappa.words import Prose, break_remark, capital
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.growth import model


def force(record: GrowthRecord) -> Exhibit:
    """Draw the area: counts filled, estimates and forecasts open, each with its 90% interval."""
    frame, later = frame_of(record.series), frame_of(record.later_counts)
    figure, axes = canvas(height=4.4)
    usual = (frame["kind"] == "count") & frame["preferred"] & (frame["basis"] == "all_levels")
    known = frame[usual | (frame["kind"] == "estimate")]
    forecast = frame[frame["kind"] == "forecast"]
    for rows, color in ((known, TEAL), (pd.concat([known.tail(1), forecast]), PLUM)):
        # A count has no error of estimation: the ribbon closes there.
        sure = rows["kind"] == "count"
        ends = [rows[end].mask(sure, rows["value"]) for end in ("low", "high")]
        axes.fill_between(rows["date"], *ends, color=color, alpha=0.2, linewidth=0)
        sns.lineplot(rows, x="date", y="value", estimator=None, color=color, linewidth=1.2, ax=axes)
    other = frame[(frame["kind"] == "count") & ~usual]
    _marks(axes, frame[frame["kind"] == "estimate"], TEAL, "white")
    _marks(axes, forecast, PLUM, "white", "D")
    _marks(axes, frame[usual], DARK, DARK)
    _marks(axes, other, ORANGE, ORANGE, "s")
    for basis, rows in other.groupby("basis", sort=False):
        last = rows.iloc[-1]
        text = f"{n.count(last['value'])} ({SHORT.get(str(basis), 'another value')})"
        at = last["date"], last["value"]
        note(axes, text, at, (6, -14), fontsize=SMALL, color=ORANGE, ha="left")
    _marks(axes, later, PLUM, PLUM, "*", 10)
    if len(later):
        axes.text(
            0.98, 0.05, "\N{BLACK STAR} counted later, not used", fontsize=SMALL, color=PLUM,
            transform=axes.transAxes, ha="right",
        )  # fmt: skip
    _values(axes, known, forecast, record)
    date_axes(axes)
    tops = pd.concat([frame["high"], frame["value"], later["value"]]).dropna()
    axes.set_ylim(0, 1.12 * float(tops.max()) if len(tops) else 1)
    columns = ["date", "value", "low", "high", "level", "kind", "basis", "quality", "source"]
    return Exhibit(
        name="force",
        headline=_force_headline(record),
        subtitle=(
            f"Registered sexual offenders in the community, {record.force}. "
            "Filled: counts. Open: estimates and forecast, with 90% intervals"
        ),
        alt=_force_alt(record),
        source=SOURCE,
        data=pd.concat([frame, later], ignore_index=True)[columns],
        figure=figure,
    )


def _marks(
    axes: Axes, rows: pd.DataFrame, edge: str, face: str, marker: str = "o", size: float = 6
) -> None:
    axes.plot(
        rows["date"], rows["value"], ls="", marker=marker, ms=size, markeredgecolor=edge,
        markerfacecolor=face, mew=1.5, zorder=4,
    )  # fmt: skip


def _values(axes: Axes, known: pd.DataFrame, forecast: pd.DataFrame, record: GrowthRecord) -> None:
    """Write the first count, the last value known and the last of the forecast."""
    look: dict[str, Any] = {"fontsize": SMALL, "color": INK, "ha": "right", "fontweight": "bold"}
    first = known[known["kind"] == "count"].head(1)
    far = first["date"] < known["date"].max() - pd.DateOffset(years=3)  # else the two collide
    for row in [*first[far].itertuples(), *known.tail(1).itertuples()]:
        text = n.count(row.value) + (" estimated" if row.kind == "estimate" else "")
        note(axes, text, (row.date, row.value), (2, 10), **look)
    doubt = record.year_test.doubt
    if doubt is not None and len(rows := known[known["date"] == doubt.date]):
        at = rows["date"].iloc[0], rows["value"].iloc[0]
        text = f"doubtful: from a\nprinted {n.percent(doubt.growth, 0, sign=True)}"
        note(axes, text, at, (0, -34), fontsize=SMALL, color=GREY, ha="center")
    if len(forecast):
        last = forecast.iloc[-1]
        text = f"{n.count(last['value'])}\nforecast\n{last['date'].year}"
        label_end(axes, last["date"], last["value"], text, PLUM, fontsize=SMALL)


def _force_headline(record: GrowthRecord) -> str:
    span, point = record.change.span, words.estimate_on(record)
    if record.count is None:
        if point is None:
            return f"Neither a count nor an estimate of {record.force} is known"
        return f"{record.force} had an estimated {n.count(point.value)} registered offenders"
    had = f"{record.force} had {n.count(record.count)} registered offenders"
    if span is None:
        return f"{had} on {n.day(record.as_of)}"
    if span.change == 0:
        return f"{had}, as many as a year before"
    more = "more" if span.change > 0 else "fewer"
    return f"{had}, {n.percent(abs(span.growth))} {more} than a year before"


def _force_alt(record: GrowthRecord) -> str:
    """Say the last value of each kind, an estimate or a forecast with its interval and doubt."""
    usual = [p for p in record.series if p.kind != "count" or p.basis == "all_levels"]
    last = {p.kind: p for p in usual if p.kind != "count" or p.preferred}
    doubt, said = record.year_test.doubt, []
    for kind in ("count", "estimate", "forecast"):
        if kind not in last:
            continue
        p = last[kind]
        text = f"the last {kind} is {n.count(p.value)} for {n.day(p.date)}"
        if kind != "count":
            text += f" {n.interval(p.low, p.high, n.count, '90%')}"
            text += ", which is doubtful" if doubt and doubt.date == p.date else ""
        said.append(text)
    chart = f"Line chart of counts, estimates and forecasts of {record.force}"
    return f"{chart}: {'; '.join(said)}." if said else f"{chart}, of which 0 are known."


def indexed(record: GrowthRecord) -> Exhibit | None:
    """Draw the area and the national total as 100 at its first count; ``None`` for under three."""
    span, whole = record.compound.span, record.compound.national
    if span is None or whole is None:
        return None
    found = {}
    for name, points in ((record.force, record.series), (record.nation, record.national_series)):
        rows = frame_of(tuple(p for p in points if p.kind == "count" and p.preferred))
        rows = rows[rows["basis"].isin(["all_levels", whole.basis])]
        rows = rows[rows["date"].between(span.start, span.end)].sort_values("date")
        found[name] = rows.assign(value=100 * rows["value"] / rows["value"].iloc[0])
    if len(found[record.force]) < 3:
        return None
    figure, axes = canvas(height=3.8)
    ends = pd.Series({name: rows["value"].iloc[-1] for name, rows in found.items()}, dtype=float)
    values = pd.concat(list(found.values()))["value"]
    apart = 0.16 * float(values.max() - values.min())
    middle, close = float(ends.mean()), float(abs(ends.diff().iloc[-1])) < apart
    for (name, rows), color in zip(found.items(), (DARK, TEAL), strict=True):
        line(axes, rows, color)
        place = middle + (apart / 2 if ends[name] == ends.max() else -apart / 2)
        text = textwrap.fill(f"{name} {n.number(ends[name])}", 14)
        label_end(axes, span.end, place if close else ends[name], text, color, fontsize=9)
    axes.axhline(100, color=GREY, linewidth=0.8)
    date_axes(axes)
    frame = pd.DataFrame({k: v.set_index("date")["value"] for k, v in found.items()})
    up, national = (
        f"{'down' if s.growth < 0 else 'up'} {n.percent(abs(s.growth), 0)}" for s in (span, whole)
    )
    chance = "too large for chance" if words.side(span, whole) else "the gap could be chance"
    at = [f"{s.area} is at {n.number(100 * (1 + s.growth))}" for s in (span, whole)]
    return Exhibit(
        name="indexed",
        headline=(
            f"{capital(up)} in {span.area} from {span.start.year} to {span.end.year}, {national} "
            f"nationally: {chance}"
        ),
        subtitle=f"Number on {n.day(span.start)} = 100; dots bridge years without a count",
        alt=(
            f"Two lines that start at 100 on {n.day(span.start)}. On {n.day(span.end)} {at[0]} "
            f"and {at[1]}."
        ),
        source=SOURCE,
        data=frame.round(2).rename_axis("date").reset_index(),
        figure=figure,
    )


def control(chart: pd.DataFrame, beside: pd.DataFrame, record: GrowthRecord) -> Exhibit | Prose:
    """Draw the rate and its ratio to the national one by date, with their control limits.

    *chart*, per 100,000 people, and *beside*, per person expected, are as
    :func:`mappa.growth.control_chart` gives them. Without a count there is a sentence in its place.
    """
    if chart.empty:
        return model.control(chart, beside, record)
    figure, panels = canvas(1, 2, height=3.6)
    titles = ("Rate per\n100,000 people", f"Ratio to\n{record.nation}")
    for axes, table, title in zip(panels, (chart, beside), titles, strict=True):
        _control(axes, table)
        axes.set_title(title, loc="left", color=GREY, fontsize=9.5)
    limited = int(beside["low"].notna().sum())
    outside = [int(table["outside"].sum()) for table in (chart, beside)]
    headline, limits = (
        f"{record.force} has too few counts for control limits",
        "There are no limits.",
    )
    if limited:
        headline = (
            f"{record.force} departs from the national trend in {n.some(outside[1])} of "
            f"{n.cardinal(limited)} years"
        )
        limits = (
            f"Outside the limits are {n.cardinal(outside[0])} years of the rate and "
            f"{n.cardinal(outside[1])} of its ratio to the national rate."
        )
    first, last, stop = chart.index[0], chart.index[-1], record.population_break
    remark = break_remark(stop if stop and first < stop <= last else None)
    return Exhibit(
        name="control",
        headline=headline,
        subtitle=(
            f"Counts of {n.day(first)} to {n.day(last)}; dashed: limits of three standard "
            "deviations from yearly jumps; filled: outside; a line breaks where the basis or the "
            f"populations change. {remark}"
        ).rstrip(". "),
        alt=(
            f"The rate of {record.force} goes from {n.rate(chart['rate'].iloc[0])} to "
            f"{n.rate(chart['rate'].iloc[-1])} per 100,000. {limits} {remark}"
        ).rstrip(),
        source=SOURCE,
        data=pd.concat(
            [chart, beside.add_prefix("ratio_").drop(columns="ratio_segment")], axis=1
        ).reset_index(),
        figure=figure,
    )


def _control(axes: Axes, table: pd.DataFrame) -> None:
    """Draw a control chart on *axes*, each segment apart."""
    for _, part in table.groupby("segment"):
        axes.plot(part.index, part["rate"], color=DARK, lw=1.2)
        for name, style in (("centre", "-"), ("low", "--"), ("high", "--")):
            axes.plot(part.index, part[name], color=GREY, lw=1, ls=style)
    fill = table["outside"].map({True: ORANGE, False: "white"})
    axes.scatter(table.index, table["rate"], s=34, c=fill, edgecolor=DARK, zorder=3)
    year_axis(axes, 2, 4)
    axes.set_ylim(0, 1.1 * float(table[["rate", "high"]].max().max()))
