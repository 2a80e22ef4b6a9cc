"""Charts of growth: the nation, the force with estimates and forecast, and who makes the growth."""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.ticker import StrMethodFormatter

from mappa.growth.contribution import POOL
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, PLUM, TEAL, canvas, label_end
from mappa.words import numbers as n
from mappa.words.growth import charts as words

#: A mark for each basis, so that none is told by colour alone.
MARKS = {
    "act_1997": "D",
    "police_computer": "v",
    "mappa_returns": "s",
    "snapshot_31_march": "o",
    "all_levels": "o",
    "level_1": "P",
    "other_date": "^",
    "earlier_returns": "s",
    "basis_not_known": "X",
}
SHORT = {
    "act_1997": "1997 Act",
    "police_computer": "police computer",
    "mappa_returns": "area returns",
    "snapshot_31_march": "31 March count",
    "all_levels": "count",
    "level_1": "level 1 only",
    "other_date": "other date",
    "earlier_returns": "earlier returns",
    "basis_not_known": "basis not stated",
}


def frame_of(points: tuple[Point, ...]) -> pd.DataFrame:
    """Return points as a frame, a row each."""
    columns = list(Point.__dataclass_fields__)
    return pd.DataFrame([vars(p) for p in points], columns=columns)


def _people_axis(axes: Any) -> None:
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=9))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes.set_ylim(bottom=0)


def nation(record: GrowthRecord) -> Exhibit:
    """Draw every official national value; a line joins values of one basis only."""
    frame = frame_of(record.national_series)
    figure, axes = canvas(height=4.4)
    main, others = frame[frame["preferred"]], frame[~frame["preferred"]]
    top = float(frame["value"].max())
    for basis, rows in main.groupby("basis", sort=False):
        axes.plot(
            rows["date"], rows["value"], color=DARK, marker=MARKS[str(basis)], markersize=5, lw=1.5
        )
        first = rows.iloc[0]
        side = {"xytext": (6, -12), "ha": "left"}
        axes.annotate(
            SHORT[str(basis)],
            (first["date"], first["value"]),
            textcoords="offset points",
            fontsize=8.5,
            color=GREY,
            **side,
        )
    if len(others):
        axes.plot(others["date"], others["value"], ls="", marker="x", color=ORANGE, ms=7, mew=1.8)
        axes.text(
            0.99,
            0.30,
            "\u00d7 another value was published for the date",
            transform=axes.transAxes,
            fontsize=8.5,
            color=GREY,
            ha="right",
        )
    for stop in record.breaks:
        if stop.kind == "law":
            axes.axvline(stop.date, color=GREY, lw=0.8, ls=":")
            axes.annotate(
                f"rules of {stop.date.year}",
                (stop.date, top),
                xytext=(3, 0),
                textcoords="offset points",
                fontsize=8.5,
                color=GREY,
                va="top",
            )
    _people_axis(axes)
    axes.set_ylim(0, top * 1.05)
    label_end(axes, main["date"].iloc[-1], main["value"].iloc[-1], n.count(top), DARK)
    return Exhibit(
        name="nation",
        phone=True,
        headline=words.nation_headline(record),
        subtitle=f"People registered, {record.nation}, by date; no line crosses a break",
        alt=words.nation_alt(record),
        source=words.SOURCE,
        data=frame[["date", "value", "basis", "quality", "preferred", "source"]],
        figure=figure,
    )


def yearly(record: GrowthRecord) -> Exhibit:
    """Draw the nation's yearly increase in people and in percent; a gap stays a gap."""
    spans = [s for s in record.national_years if s.basis == record.national_years[-1].basis]
    frame = pd.DataFrame(
        [
            {
                "year to": s.end,
                "years": s.years,
                "people a year": s.change / s.years,
                "percent a year": 100 * s.annual_growth,
            }
            for s in spans
        ]
    )
    figure, panels = canvas(1, 2, height=3.6)
    for axes, column, write in zip(
        panels,
        ("people a year", "percent a year"),
        (n.count, lambda v: n.number(v, 1)),
        strict=True,
    ):
        single = frame["years"].round(2) == 1
        years = frame["year to"].dt.year
        axes.bar(years[single], frame.loc[single, column], color=DARK, width=0.75)
        wide = frame[~single]
        if len(wide):  # the mean of years that are known only together
            axes.bar(
                wide["year to"].dt.year - (wide["years"] - 1) / 2,
                wide[column],
                width=wide["years"] - 0.25,
                color="white",
                edgecolor=DARK,
                hatch="///",
                lw=1,
            )
        axes.set_title(column.capitalize(), loc="left", color=GREY)
        axes.set_xticks(sorted(set(years))[::2])
        axes.tick_params(axis="x", labelsize=8.5)
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        last = frame.iloc[-1]
        axes.annotate(
            write(last[column]),
            (last["year to"].year, last[column]),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontweight="bold",
            color=DARK,
            fontsize=9,
        )
    return Exhibit(
        name="yearly",
        headline=words.yearly_headline(record),
        subtitle=(
            f"Increase a year, {record.nation}, present basis; hatched: years known only together"
        ),
        alt=words.yearly_alt(record),
        source=words.SOURCE,
        data=frame,
        figure=figure,
    )


def force(record: GrowthRecord) -> Exhibit:
    """Draw the force: counts filled, estimates and forecasts hollow with their intervals."""
    frame = frame_of(record.series)
    later = frame_of(record.later_counts)
    figure, axes = canvas(height=4.6)
    _draw_modelled(axes, frame[frame["kind"] != "count"])
    counts = frame[frame["kind"] == "count"]
    main = counts[counts["preferred"] & (counts["basis"] == "all_levels")]
    axes.plot(main["date"], main["value"], ls="", marker="o", color=DARK, ms=6, zorder=4)
    _join(axes, main.set_index("date")["value"], DARK, bridge=False)
    other = counts.drop(main.index)
    for basis, rows in other.groupby("basis", sort=False):
        axes.plot(
            rows["date"],
            rows["value"],
            ls="",
            marker=MARKS[str(basis)],
            color=ORANGE,
            ms=6,
            zorder=4,
        )
    if len(later):
        axes.plot(later["date"], later["value"], ls="", marker="*", color=PLUM, ms=11, zorder=5)
    _key(axes, frame, other, later)
    _people_axis(axes)
    highs = [*frame["high"], *frame["value"], *later["value"], 1.0]
    axes.set_ylim(0, 1.08 * max(float(v) for v in highs if v is not None))
    return Exhibit(
        name="force",
        phone=True,
        headline=words.force_headline(record),
        subtitle=(
            f"Registered sexual offenders managed in the community, {record.force}; "
            "bars: 50% (thick) and 90% (thin) intervals"
        ),
        alt=words.force_alt(record),
        source=words.SOURCE,
        data=pd.concat([frame, later], ignore_index=True)[
            ["date", "value", "low", "high", "level", "kind", "basis", "quality", "source"]
        ],
        figure=figure,
    )


def _draw_modelled(axes: Any, frame: pd.DataFrame) -> None:
    for kind, color, mark in (("estimate", TEAL, "o"), ("forecast", PLUM, "D")):
        rows = frame[frame["kind"] == kind]
        axes.vlines(rows["date"], rows["low"], rows["high"], color=color, lw=1.2)
        axes.vlines(rows["date"], rows["low50"], rows["high50"], color=color, lw=4, alpha=0.55)
        axes.plot(
            rows["date"],
            rows["value"],
            ls="",
            marker=mark,
            ms=6,
            markerfacecolor="white",
            markeredgecolor=color,
            mew=1.5,
            zorder=4,
        )


def _key(axes: Any, frame: pd.DataFrame, other: pd.DataFrame, later: pd.DataFrame) -> None:
    """Name each mark that is drawn, at the top left, in its own colour."""
    from matplotlib.lines import Line2D

    def mark(marker: str, color: str, label: str, *, hollow: bool = False) -> Line2D:
        face = "white" if hollow else color
        return Line2D(
            [],
            [],
            ls="",
            marker=marker,
            markerfacecolor=face,
            markeredgecolor=color,
            color=color,
            mew=1.5,
            label=label,
        )

    kinds, bases = set(frame["kind"]), set(other["basis"])
    handles = [mark("o", DARK, "count of 31 March")] if "count" in kinds else []
    handles += [mark(MARKS[b], ORANGE, f"count: {SHORT[b]}") for b in sorted(bases & set(SHORT))]
    if "estimate" in kinds:
        handles.append(mark("o", TEAL, "estimate, not a count", hollow=True))
    if "forecast" in kinds:
        handles.append(mark("D", PLUM, "forecast", hollow=True))
    if len(later):
        handles.append(mark("*", PLUM, "later count, not used"))
    axes.legend(handles=handles, loc="upper left", fontsize=8.5, handletextpad=0.4, frameon=False)


def _join(axes: Any, values: pd.Series, color: str, *, bridge: bool = True) -> None:
    """Join neighbouring years by a line; a gap is bridged by dots, or stays a gap."""
    for (day, y), (after, z) in zip(
        list(values.items())[:-1], list(values.items())[1:], strict=True
    ):
        near = (after - day).days < 370
        if not (near or bridge):
            continue
        axes.plot(
            [day, after], [y, z], color=color, lw=1.8 if near else 1.2, ls="-" if near else ":"
        )


def indexed(record: GrowthRecord) -> Exhibit | None:
    """Draw the force and the nation, both 100 at the force's first count on the present basis."""
    span = record.compound.span
    if span is None or record.compound.national is None:
        return None
    series = {}
    for name, points in ((record.force, record.series), (record.nation, record.national_series)):
        known = [
            p
            for p in points
            if p.kind == "count"
            and p.preferred
            and span.start <= p.date <= span.end
            and p.basis in {"all_levels", record.compound.national.basis}
        ]
        values = pd.Series({p.date: p.value for p in known}).sort_index()
        series[name] = 100 * values / values.iloc[0]
    figure, axes = canvas(height=3.8)
    ends = {name: float(v.iloc[-1]) for name, v in series.items()}
    apart = 0.06 * max(ends.values())
    low = min(ends, key=lambda k: ends[k])
    close = abs(ends[record.force] - ends[record.nation]) < apart
    for (name, values), color, mark in zip(series.items(), (DARK, TEAL), ("o", "s"), strict=True):
        axes.plot(values.index, values, color=color, marker=mark, ms=5, ls="")
        _join(axes, values, color)
        shift = (-apart / 2 if name == low else apart / 2) if close else 0.0
        label = f"{name} {n.number(ends[name])}"
        label_end(axes, values.index[-1], ends[name] + shift, label, color)
    _people_axis(axes)
    axes.set_ylim(0, max(v.max() for v in series.values()) * 1.08)
    frame = pd.DataFrame(series).rename_axis("date").reset_index()
    return Exhibit(
        name="indexed",
        headline=words.indexed_headline(record),
        subtitle=f"Index, {n.day(span.start)} = 100; marks are known counts, dots bridge a gap",
        alt=words.indexed_alt(record),
        source=words.SOURCE,
        data=frame,
        figure=figure,
    )


def contribution(record: GrowthRecord) -> Exhibit:
    """Draw each area's part of the national change, if any is known; outliers are hatched."""
    frame = pd.DataFrame([vars(p) for p in record.contribution.parts])
    figure, axes = canvas(height=0.28 * len(frame) + 1.1)
    places = range(len(frame))[::-1]
    for place, row in zip(places, frame.itertuples(), strict=True):
        color = GREY if row.area == POOL else ORANGE if row.outlier else DARK
        if row.area == record.force and not row.outlier:
            color = PLUM
        axes.barh(
            place,
            row.change,
            color="white" if row.outlier else color,
            edgecolor=color,
            hatch="////" if row.outlier else None,
            height=0.72,
        )
        note = " (outlier, from a printed %)" if row.outlier and row.known != "both counts" else ""
        note = note or (" (outlier)" if row.outlier else "")
        axes.annotate(
            n.count(row.change, sign=True) + note,
            (max(row.change, 0), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=color,
            fontweight="bold" if row.area == record.force else "normal",
        )
    axes.set_yticks(list(places), frame["area"], fontsize=9)
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == record.force else "normal")
    axes.axvline(0, color=GREY, lw=0.8)
    axes.set_xlim(min(0.0, float(frame["change"].min()) * 1.6), float(frame["change"].max()) * 1.2)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    end = record.contribution.end
    return Exhibit(
        name="contribution",
        headline=words.contribution_headline(record),
        subtitle=f"Change in people over the year to {n.day(end)}, {record.nation}",
        alt=words.contribution_alt(record),
        source=words.SOURCE,
        data=frame,
        figure=figure,
    )


def multiples(rates: pd.DataFrame, national: pd.Series, record: GrowthRecord) -> Exhibit:
    """Draw the known rates of every area, one small panel each, gaps left as gaps.

    All panels lie in one pair of axes, which is drawn twenty times faster than a pair for each.

    Parameters
    ----------
    rates: rates per 100,000 people aged 10 and over, by date (rows) and area (columns).
    national: the nation's rate by date.
    record: names the force whose panel is marked.
    """
    columns = 6
    rows = -(-rates.shape[1] // columns)
    figure, axes = canvas(width=8.4, height=1.05 * rows + 0.3)
    top = 1.05 * max(float(rates.max().max()), float(national.max()))
    first, last = rates.index.year.min(), rates.index.year.max()

    def across(years: Any, column: int) -> Any:
        return column + 0.84 * (years - first) / max(last - first, 1)

    def up(values: Any, row: int) -> Any:
        return -row + 0.62 * values / top

    for k, area in enumerate(rates.columns):
        row, column = divmod(k, columns)
        own = area == record.force
        ends = across(pd.Series([first, last]), column)
        axes.plot(ends, [-row, -row], color=GREY, lw=0.6)
        axes.plot(across(national.index.year, column), up(national, row), color=LIGHT, lw=1.2)
        axes.plot(
            across(rates.index.year, column),
            up(rates[area], row),
            color=PLUM if own else DARK,
            lw=1.2,
            marker="o",
            ms=2.4,
        )
        axes.text(
            column,
            -row + 0.66,
            str(area),
            fontsize=8,
            fontweight="bold" if own else "normal",
            color=PLUM if own else "#1A1A1A",
        )
        if rates[area].notna().sum() == 0:
            axes.text(column + 0.42, -row + 0.06, "no count", ha="center", fontsize=7.5, color=GREY)
        if row == rows - 1 or k + columns >= rates.shape[1]:
            for year, side in ((first, "left"), (last, "right")):
                x = across(year, column)
                axes.text(x, -row - 0.05, str(year), ha=side, va="top", fontsize=7, color=GREY)
    step = 50 * max(1, round(top / 2 / 50))
    for row in range(rows):
        for value in (0, step):
            y = up(value, row)
            axes.text(-0.04, y, n.count(value), ha="right", va="center", fontsize=7, color=GREY)
    axes.set_xlim(-0.16, columns)
    axes.set_ylim(-rows + 0.75, 0.85)
    axes.axis("off")
    return Exhibit(
        name="multiples",
        headline=words.multiples_headline(rates),
        subtitle=(
            "Known counts per 100,000 people aged 10 and over, all levels, 31 March; "
            f"grey: {record.nation}"
        ),
        alt=words.multiples_alt(rates),
        source=words.SOURCE,
        data=rates.reset_index(names="date"),
        figure=figure,
    )
