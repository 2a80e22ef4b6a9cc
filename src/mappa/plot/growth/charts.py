"""Charts of growth: the nation, an area with estimates and forecast, and where the growth was."""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib.dates as mdates
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from mappa.growth.contribution import POOL
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import INK, Row, rows_chart
from mappa.plot.style import DARK, GREY, ORANGE, PLUM, TEAL, canvas, label_end
from mappa.words import numbers as n
from mappa.words.growth import charts as words
from mappa.words.growth import nation as national
from mappa.words.population import break_remark

#: What is counted on each basis, in the words of a label.
SHORT = {
    "act_1997": "1997 Act",
    "police_computer": "police computer",
    "mappa_returns": "area returns",
    "snapshot_31_march": "31 March count",
    "level_1": "level 1 only",
    "other_date": "other date",
    "earlier_returns": "earlier returns",
    "basis_not_known": "kind not stated",
}
_ERA, _PALE = "#EEF1F5", "#A9BCD0"
#: Counts further apart than this many days are no neighbours.
_YEAR = 370
_SMALL = 8.5


def frame_of(points: tuple[Point, ...]) -> pd.DataFrame:
    """Return points as a frame, a row each."""
    columns = list(Point.__dataclass_fields__)
    frame = pd.DataFrame([vars(p) for p in points], columns=columns)
    return frame.astype({"date": "datetime64[ns]", "low": float, "high": float})


def _axes_of(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=7))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes.set(xlabel="", ylabel="")


def _line(axes: Axes, rows: pd.DataFrame, color: str) -> None:
    """Join the counts of *rows* (date, value): neighbours by a line, a missing year by dots."""
    shown = {"x": "date", "y": "value", "color": color, "ax": axes}
    sns.lineplot(rows, estimator=None, linestyle=":", linewidth=1.2, **shown)
    run = (rows["date"].diff().dt.days > _YEAR).cumsum()
    sns.lineplot(
        rows.assign(run=run), units="run", estimator=None, marker="o", markersize=5,
        markeredgewidth=0, **shown,
    )  # fmt: skip


def _note(
    axes: Axes, text: str, at: tuple[Any, Any], offset: tuple[int, int], **kwargs: Any
) -> None:
    """Write a small label *offset* points from the data's point *at*."""
    style: dict[str, Any] = {"fontsize": _SMALL, "color": GREY, "ha": "center"} | kwargs
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **style)


def nation(record: GrowthRecord) -> Exhibit:
    """Draw every official national value; a line joins values of one basis only."""
    frame = frame_of(record.national_series)
    main, others = frame[frame["preferred"]], frame[~frame["preferred"]]
    figure, axes = canvas(height=4.4)
    top = float(frame["value"].max())
    starts = [*main.groupby("basis", sort=False)["date"].min(), main["date"].max()]
    for k, (basis, rows) in enumerate(main.groupby("basis", sort=False)):
        _line(axes, rows, DARK)
        start, end = starts[k], starts[k + 1]
        if k % 2 == 0:
            axes.axvspan(start, end, color=_ERA, linewidth=0, zorder=0)
        short = (end - start).days < 5 * _YEAR
        axes.text(
            start + (end - start) / 2, 1.32 * top, SHORT[str(basis)], fontsize=_SMALL, color=GREY,
            ha="center", va="top", rotation=90 if short else 0,
        )  # fmt: skip
    if len(others):
        axes.plot(others["date"], others["value"], ls="", marker="x", color=ORANGE, ms=6, mew=1.6)
        axes.text(
            0.98, 0.12, "\N{MULTIPLICATION SIGN} another value was published", fontsize=_SMALL,
            transform=axes.transAxes, color=ORANGE, ha="right",
        )  # fmt: skip
    for stop in record.breaks:
        if stop.kind == "law" and stop.date > main["date"].min():
            axes.axvline(stop.date, ymax=0.9, color=GREY, linewidth=0.8, linestyle=":")
            _note(axes, f"new rules, {stop.date.year}", (stop.date, 0), (4, 4), ha="left")
    _axes_of(axes)
    axes.set_ylim(0, 1.36 * top)  # above the last tick stand the ways of counting
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1.05 * top])
    last = main.iloc[-1]
    label_end(axes, last["date"], last["value"], n.count(last["value"]), DARK)
    return Exhibit(
        name="nation",
        headline=words.nation_headline(record),
        subtitle=f"People registered, {record.nation}; no line joins different ways of counting",
        alt=words.nation_alt(record),
        source=words.SOURCE,
        data=frame[["date", "value", "basis", "quality", "preferred", "source"]],
        figure=figure,
        phone=True,
    )


def yearly(record: GrowthRecord) -> Exhibit:
    """Draw the national increase of each year; years known only together have their mean."""
    rows = [
        (s.end.year - back, s.change / s.years, 100 * s.annual_growth, round(s.years, 2) == 1)
        for s in national.yearly_spans(record)
        for back in range(round(s.years))
    ]
    frame = pd.DataFrame(rows, columns=["year", "people", "percent", "single"])
    figure, panels = canvas(2, 1, height=4.6, sharex=True)
    for axes, column, title, write in zip(
        panels, ("people", "percent"), ("People a year", "Percent a year"),
        (n.count, lambda v: n.number(v, 1)), strict=True,
    ):  # fmt: skip
        sns.barplot(
            frame, x="year", y=column, hue="single", palette={True: DARK, False: _PALE},
            saturation=1, dodge=False, legend=False, ax=axes,
        )  # fmt: skip
        for bars in axes.containers:
            axes.bar_label(bars, fmt=write, fontsize=7.5, padding=2)
        axes.set_title(title, loc="left", color=GREY, fontsize=10)
        axes.margins(y=0.14)
        axes.set(xlabel="", ylabel="")
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", labelsize=7.5, length=0)
    gap = "" if frame["single"].all() else "; pale: mean of years known only together"
    return Exhibit(
        name="yearly",
        headline=words.yearly_headline(record),
        subtitle=f"Increase in the year to March, {record.nation}{gap}",
        alt=words.yearly_alt(record),
        source=words.SOURCE,
        data=frame.round({"people": 0, "percent": 2}),
        figure=figure,
        phone=True,
    )


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
    _marks(axes, frame[frame["kind"] == "estimate"], TEAL, "white")
    _marks(axes, forecast, PLUM, "white", "D")
    _marks(axes, frame[usual], DARK, DARK)
    other = frame[(frame["kind"] == "count") & ~usual]
    _marks(axes, other, ORANGE, ORANGE, "s")
    for basis, rows in other.groupby("basis", sort=False):
        last = rows.iloc[-1]
        text = f"{n.count(last['value'])} ({SHORT.get(str(basis), 'another value')})"
        _note(axes, text, (last["date"], last["value"]), (6, -14), color=ORANGE, ha="left")
    _marks(axes, later, PLUM, PLUM, "*", 10)
    if len(later):
        axes.text(
            0.98, 0.05, "\N{BLACK STAR} counted later, not used", fontsize=_SMALL, color=PLUM,
            transform=axes.transAxes, ha="right",
        )  # fmt: skip
    _values(axes, known, forecast, record)
    _axes_of(axes)
    tops = pd.concat([frame["high"], frame["value"], later["value"]]).dropna()
    axes.set_ylim(0, 1.12 * float(tops.max()) if len(tops) else 1)
    return Exhibit(
        name="force",
        headline=words.force_headline(record),
        subtitle=(
            f"Registered sexual offenders in the community, {record.force}. "
            "Filled: counts. Open: estimates and forecast, with 90% intervals"
        ),
        alt=words.force_alt(record),
        source=words.SOURCE,
        data=pd.concat([frame, later], ignore_index=True)[
            ["date", "value", "low", "high", "level", "kind", "basis", "quality", "source"]
        ],
        figure=figure,
        phone=True,
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
    first = known[known["kind"] == "count"].head(1)
    far = first["date"] < known["date"].max() - pd.DateOffset(years=3)  # else the two collide
    for row in [*first[far].itertuples(), *known.tail(1).itertuples()]:
        text = n.count(row.value) + (" estimated" if row.kind == "estimate" else "")
        _note(axes, text, (row.date, row.value), (2, 10), ha="right", color=INK, fontweight="bold")
    doubt = record.year_test.doubt
    if doubt is not None and len(rows := known[known["date"] == doubt.date]):
        at = rows["date"].iloc[0], rows["value"].iloc[0]
        text = f"doubtful: from a\nprinted {n.percent(doubt.growth, 0, sign=True)}"
        _note(axes, text, at, (0, -34))
    if len(forecast):
        last = forecast.iloc[-1]
        text = f"{n.count(last['value'])}\nforecast\n{last['date'].year}"
        label_end(axes, last["date"], last["value"], text, PLUM, fontsize=_SMALL)


def indexed(record: GrowthRecord) -> Exhibit | None:
    """Draw area and nation, both 100 at the area's first count; ``None`` for under three counts."""
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
        _line(axes, rows, color)
        place = middle + (apart / 2 if ends[name] == ends.max() else -apart / 2)
        text = textwrap.fill(f"{name} {n.number(ends[name])}", 14)
        label_end(axes, span.end, place if close else ends[name], text, color, fontsize=9)
    axes.axhline(100, color=GREY, linewidth=0.8)
    _axes_of(axes)
    frame = pd.DataFrame({k: v.set_index("date")["value"] for k, v in found.items()})
    return Exhibit(
        name="indexed",
        headline=words.indexed_headline(span, whole),
        subtitle=f"Number on {n.day(span.start)} = 100; dots bridge years without a count",
        alt=words.indexed_alt(span, whole),
        source=words.SOURCE,
        data=frame.round(2).rename_axis("date").reset_index(),
        figure=figure,
        phone=True,
    )


def contribution(record: GrowthRecord) -> Exhibit:
    """Draw each area's part of the national change; a doubtful part is hatched, the rest pale."""
    parts = record.contribution.parts
    rows = [
        Row(
            words.area(p), p.change, text=words.part(p), bold=p.area == record.force,
            color=GREY if p.area == POOL else ORANGE if p.area == record.force else DARK,
            hatch="////" if p.outlier else "", hollow=p.area == POOL,
        )
        for p in parts
    ]  # fmt: skip
    low, high = min(p.change for p in parts), max(p.change for p in parts)
    figure, axes = rows_chart(
        rows, "People", bars=True, step=0.22, fontsize=8.5,
        limits=(1.1 * min(0.0, low), 2.2 * max(0.0, high, -low / 2)),
    )  # fmt: skip
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    return Exhibit(
        name="contribution",
        headline=words.contribution_headline(record),
        subtitle=f"Change in people (percent) in the year to {n.day(record.contribution.end)}",
        alt=words.contribution_alt(record),
        source=words.SOURCE,
        data=pd.DataFrame([vars(p) for p in parts]).drop(columns="doubt"),
        figure=figure,
        phone=True,
    )


def multiples(rates: pd.DataFrame, national: pd.Series, record: GrowthRecord) -> Exhibit:
    """Draw the known rates of every area by year, a row each; a year without a count is empty.

    Parameters
    ----------
    rates: rates per 100,000 people aged 10 and over, by date (rows) and area (columns).
    national: the national rate by date.
    record: names the area whose row is marked, and the break of the populations if there is one: a
        line stands before it.
    """
    stop = record.population_break
    order = rates.ffill().iloc[-1].sort_values(ascending=False, kind="stable").index
    table = pd.concat([national.rename(record.nation), rates[order]], axis=1, sort=True).T
    before = int((table.columns < stop).sum()) if stop is not None else 0
    table.columns = [f"\N{RIGHT SINGLE QUOTATION MARK}{day:%y}" for day in table.columns]
    figure, axes = canvas(height=0.175 * len(table) + 0.6)
    sns.heatmap(
        table, annot=True, fmt=".0f", annot_kws={"color": INK, "fontsize": 7}, cbar=False,
        cmap=sns.light_palette("#5B9BD5", as_cmap=True), linewidths=0.5, yticklabels=True, ax=axes,
    )  # fmt: skip
    if before:
        axes.axvline(before, color=INK, lw=1.2)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.tick_params(axis="x", rotation=0, labelsize=7)
    for label in axes.get_yticklabels():
        if label.get_text() in (record.force, record.nation):
            label.set_fontweight("bold")
    return Exhibit(
        name="multiples",
        headline=words.multiples_headline(rates),
        subtitle=(
            "Rate per 100,000 people aged 10 and over, 31 March of each year; empty: no count. "
            f"{break_remark(stop)}"
        ).rstrip(". "),
        alt=f"{words.multiples_alt(rates)} {break_remark(stop)}".strip(),
        source=words.SOURCE,
        data=table.round(1).rename_axis("area").reset_index(),
        figure=figure,
        phone=True,
    )
