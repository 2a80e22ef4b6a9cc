"""Charts of national growth: official values, yearly increases, where it was, rates of areas."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from mappa.growth.national import POOL
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, GREY, INK, ORANGE, THOUSANDS, canvas, label_end, note, year_axis
from mappa.words import break_remark
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.growth import nation as national

SOURCE = (
    "Source: published and newspaper-printed figures, each with its own source in the tables of "
    "the study; not official statistics."
)
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
#: Size of small labels (points).
SMALL = 8.5


def frame_of(points: tuple[Point, ...]) -> pd.DataFrame:
    """Return points as a frame, a row each; without points too its dates are dates."""
    return Point.to_frame(points).astype({"date": "datetime64[ns]"})


def date_axes(axes: Axes) -> None:
    """Write numbers of people up *axes* and years along them, without names."""
    axes.yaxis.set_major_formatter(THOUSANDS)
    year_axis(axes, 3, 7)
    axes.set(xlabel="", ylabel="")


def line(axes: Axes, rows: pd.DataFrame, color: str) -> None:
    """Join the counts of *rows* (date, value): neighbours by a line, a missing year by dots."""
    shown = {"x": "date", "y": "value", "color": color, "estimator": None, "ax": axes}
    sns.lineplot(rows, linestyle=":", linewidth=1.2, **shown)
    run = (rows["date"].diff().dt.days > _YEAR).cumsum()
    dots = {"marker": "o", "markersize": 5, "markeredgewidth": 0}
    sns.lineplot(rows.assign(run=run), units="run", **dots, **shown)


def nation(record: GrowthRecord) -> Exhibit:
    """Draw every official national value; a line joins values of one basis only."""
    frame = frame_of(record.national_series)
    main, others = frame[frame["preferred"]], frame[~frame["preferred"]]
    figure, axes = canvas(height=4.4)
    top = float(frame["value"].max())
    starts = [*main.groupby("basis", sort=False)["date"].min(), main["date"].max()]
    for k, (basis, rows) in enumerate(main.groupby("basis", sort=False)):
        line(axes, rows, DARK)
        start, end = starts[k], starts[k + 1]
        if k % 2 == 0:
            axes.axvspan(start, end, color=_ERA, linewidth=0, zorder=0)
        short = (end - start).days < 5 * _YEAR
        axes.text(
            start + (end - start) / 2, 1.32 * top, SHORT[str(basis)], fontsize=SMALL, color=GREY,
            ha="center", va="top", rotation=90 if short else 0,
        )  # fmt: skip
    if len(others):
        axes.plot(others["date"], others["value"], ls="", marker="x", color=ORANGE, ms=6, mew=1.6)
        axes.text(
            0.98, 0.12, "\N{MULTIPLICATION SIGN} another value was published", fontsize=SMALL,
            transform=axes.transAxes, color=ORANGE, ha="right",
        )  # fmt: skip
    for stop in record.breaks:
        if stop.kind == "law" and stop.date > main["date"].min():
            axes.axvline(stop.date, ymax=0.9, color=GREY, linewidth=0.8, linestyle=":")
            text = f"new rules, {stop.date.year}"
            note(axes, text, (stop.date, 0), (4, 4), fontsize=SMALL, color=GREY, ha="left")
    date_axes(axes)
    axes.set_ylim(0, 1.36 * top)  # above the last tick are the ways of counting
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1.05 * top])
    last = main.iloc[-1]
    label_end(axes, last["date"], last["value"], n.count(last["value"]), DARK)
    span = national.present_span(record)
    headline = f"The number in {record.nation} has been counted in several ways"
    alt = f"Line chart of {len(frame)} official values of {record.nation}."
    if span is not None:
        headline = (
            f"The national number {n.moved(span.change)} by {n.percent(abs(span.growth), 0)} "
            f"from {span.start.year} to {span.end.year}"
        )
        alt = (
            f"Line chart of official values. The number in {record.nation} {words.from_to(span)} "
            f"between {n.day(span.start)} and {n.day(span.end)}. Earlier values are counted in "
            "other ways."
        )
    return Exhibit(
        name="nation",
        headline=headline,
        subtitle=f"People registered, {record.nation}; no line joins different ways of counting",
        alt=alt,
        source=SOURCE,
        data=frame[["date", "value", "basis", "quality", "preferred", "source"]],
        figure=figure,
    )


def yearly(record: GrowthRecord) -> Exhibit:
    """Draw the national increase of each year; years known only together have their mean."""
    spans = national.yearly_spans(record)
    rows = [
        (s.end.year - back, s.change / s.years, 100 * s.annual_growth, round(s.years, 2) == 1)
        for s in spans
        for back in range(round(s.years))
    ]
    frame = pd.DataFrame(rows, columns=["year", "people", "percent", "single"])
    figure, panels = canvas(2, 1, height=4.6, sharex=True)
    for axes, column, title, write in zip(
        panels, ("people", "percent"), ("People a year", "Percent a year"), (n.count, n.rate),
        strict=True,
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
    main = {t.scale: t.verdict for t in record.trends if t.model == "ar1"}
    headline = "As a percentage national growth is slowing; in people there is no clear trend"
    if main.get("percent") != "falling":
        headline = "The data cannot show whether national growth is slowing"
    elif main.get("people") == "falling":
        headline = "National growth is slowing, in people and as a percentage"
    ends = [
        f"{n.count(s.change / s.years)} people ({n.percent(s.annual_growth)}) in the year to "
        f"{n.day(s.end)}"
        for s in (spans[0], spans[-1])
    ]
    return Exhibit(
        name="yearly",
        headline=headline,
        subtitle=f"Increase in the year to March, {record.nation}{gap}",
        alt=f"Bars of the national increase in each year: {ends[0]} and {ends[1]}.",
        source=SOURCE,
        data=frame.round({"people": 0, "percent": 2}),
        figure=figure,
    )


def contribution(record: GrowthRecord) -> Exhibit:
    """Draw each area's part of the national change; a doubtful part is hatched, the rest pale."""
    c, parts = record.contribution, record.contribution.parts
    texts = {p.area: f"{n.change(p.change)} ({n.growth(p.growth)})" for p in parts}
    doubted = [p.area for p in parts if p.doubt is not None]
    marks = {p.area: " (unusual)" for p in parts if p.outlier} | dict.fromkeys(
        doubted, " (doubtful)"
    )
    rows = [
        Row(
            f"{p.area}{marks.get(p.area, '')}", p.change, text=texts[p.area],
            color=GREY if p.area == POOL else ORANGE if p.area == record.force else DARK,
            bold=p.area == record.force, hatch="////" if p.outlier else "", hollow=p.area == POOL,
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
    axes.xaxis.set_major_formatter(THOUSANDS)
    sure = {p.area: n.change(p.change) for p in parts if p.area != POOL and p.doubt is None}
    size = n.change(max(p.change for p in parts if p.area in sure))
    most = [area for area, change in sure.items() if change == size]
    top = f"{n.listing(most)} added most, {size}{' each' if len(most) > 1 else ''}"
    headline = f"Of the areas whose change is known, {top}"
    alt = (
        f"Bars of each area's part of a national change of {n.change(c.change)}. Of areas not in "
        f"doubt {top}; all other areas together have {n.change(parts[-1].change)}."
    )
    if doubted:
        headline = f"{top}, leaving out {n.listing(doubted)}, whose figure is doubtful"
        alt += f" In doubt is {n.listing([f'{area} with {texts[area]}' for area in doubted])}."
    return Exhibit(
        name="contribution",
        headline=headline,
        subtitle=f"Change in people (percent) in the year to {n.day(c.end)}",
        alt=alt,
        source=SOURCE,
        data=pd.DataFrame([vars(p) for p in parts]).drop(columns="doubt"),
        figure=figure,
    )


def multiples(rates: pd.DataFrame, national: pd.Series, record: GrowthRecord) -> Exhibit:
    """Draw the known rates of every area by year, a row each; a year without a count is empty.

    Parameters
    ----------
    rates: rates per 100,000 people aged 10 and over, by date (rows) and area (columns).
    national: the national rate by date.
    record: names the area whose row is marked, and the break of the populations, where there is
        one: a line is drawn before it.
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
    last, day = rates.iloc[-1].dropna().sort_values(), rates.index[-1]
    none = int((rates.notna().sum() == 0).sum())
    headline = f"{len(last)} of {rates.shape[1]} areas have a count for {day.year}"
    grid = f"A grid of the known rates of {rates.shape[1]} areas by year"
    alt = f"{grid}; none is known for {n.day(day)}."
    if len(last):
        alt = (
            f"{grid}. On {n.day(day)} they run from {n.rate(last.iloc[0])} in {last.index[0]} to "
            f"{n.rate(last.iloc[-1])} in {last.index[-1]} per 100,000; years without a count are "
            "empty."
        )
    return Exhibit(
        name="multiples",
        headline=f"{headline}; {n.cardinal(none)} have none in any year" if none else headline,
        subtitle=(
            "Rate per 100,000 people aged 10 and over, 31 March of each year; empty: no count. "
            f"{break_remark(stop)}"
        ).rstrip(". "),
        alt=f"{alt} {break_remark(stop)}".strip(),
        source=SOURCE,
        data=table.round(1).rename_axis("area").reset_index(),
        figure=figure,
    )
