"""Exhibits of the forecast side: the fan with its benchmarks, the seal's scores."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from mappa.forecasts.benchmarks import PointForecast
from mappa.forecasts.scores import SealCase, SealScore
from mappa.forecasts.scoring import central
from mappa.forecasts.view import ForecastView
from mappa.plot.exhibit import Exhibit
from mappa.plot.rows import Row, rows_chart
from mappa.plot.style import DARK, GREY, LIGHT, ORANGE, PLUM, TEAL, canvas, note
from mappa.records import Dated
from mappa.words import numbers as n

SOURCE = "Source: counts of {publisher}, as collected in national_figures.csv; forecasts: mappa."
SHOWN_YEARS = 6  # of history: more of it would squeeze the forecasts together


def forecast_chart(
    view: ForecastView, later: Sequence[Dated] = (), publisher: str = "the publisher"
) -> Exhibit:
    """Draw the counts, the combined fan, the single methods and the counts that came later."""
    figure, axes = canvas(height=4.2)
    last, final = view.history[-1], view.combined[-1]
    _history(axes, view)
    _fan(axes, view, last)
    ends = [(float(final.value or 0), f"Forecast\n{n.count(final.value)}", TEAL)]
    methods = _methods(axes, view, last)
    if methods:
        text = f"Methods\n{n.count(min(methods))} to\n{n.count(max(methods))}"
        ends.append((max(methods), text, GREY))
    shown = [c for c in later if c.date <= final.date]
    if shown:
        axes.plot(
            [c.date.year for c in shown], [c.value for c in shown], ls="", marker="D", ms=6,
            mfc="white", mec=PLUM, mew=2, zorder=6,
        )  # fmt: skip
        text = f"Count {shown[-1].date.year}\n{n.count(shown[-1].value)}"
        ends.append((float(shown[-1].value or 0), text, PLUM))
    _end_labels(axes, final.date.year, ends)
    axes.yaxis.set_major_formatter(lambda y, _: n.count(y))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    return Exhibit(
        name="forecast",
        headline=_forecast_headline(view, shown),
        subtitle=(
            f"People on the register in the community, {view.nation}, {view.origin.day} "
            f"{view.origin:%B} of each year; forecast from {view.origin.year} with 50% and 90% "
            "bands; grey: the methods compared; the axis does not begin at 0"
        ),
        alt=_forecast_alt(view, shown),
        source=SOURCE.format(publisher=publisher),
        data=_forecast_data(view, shown),
        figure=figure,
    )


def _history(axes: Any, view: ForecastView) -> None:
    recent = [c for c in view.history if c.date.year >= view.origin.year - SHOWN_YEARS]
    years, counts = [c.date.year for c in recent], [c.value for c in recent]
    axes.plot(years, counts, color=DARK, marker="o", markersize=5, linestyle="none", zorder=5)
    # A year without a count breaks the line: nothing is drawn through it.
    whole = pd.Series(counts, years, dtype=float).reindex(range(years[0], years[-1] + 1))
    axes.plot(whole.index, whole, color=DARK, zorder=4)
    at = years[len(years) // 2], counts[len(counts) // 2]
    note(axes, "Published\ncounts", at, (10, -10), va="top", color=DARK, fontweight="bold")


def _fan(axes: Any, view: ForecastView, last: Dated) -> None:
    years = [last.date.year, *(f.date.year for f in view.combined)]
    for level, alpha in ((0.90, 0.20), (0.50, 0.35)):
        ends = [central(f.quantiles, level) for f in view.combined if f.quantiles is not None]
        low, high = zip(*ends, strict=True)
        band = [last.value, *low], [last.value, *high]
        axes.fill_between(years, *band, color=TEAL, alpha=alpha, linewidth=0)
    axes.plot(years, [last.value, *(f.value for f in view.combined)], color=TEAL, zorder=4)


def _methods(axes: Any, view: ForecastView, last: Dated) -> list[float]:
    """Draw the single methods in grey and return what they forecast for the last year."""
    by_method: dict[str, list[PointForecast]] = {}
    for f in (*view.register, *view.benchmarks):
        if f.value is not None:
            by_method.setdefault(f.method, []).append(f)
    for forecasts in by_method.values():
        years = [last.date.year, *(f.date.year for f in forecasts)]
        axes.plot(years, [last.value, *(f.value for f in forecasts)], color=GREY, lw=0.9, zorder=3)
    return [float(forecasts[-1].value or 0) for forecasts in by_method.values()]


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Return heights for labels at *values*, moved apart until each pair is *gap* apart."""
    order = np.argsort(values, kind="stable")
    heights = np.asarray(values, dtype=float)[order]
    for _ in range(200):
        close = np.diff(heights) < gap - 1e-9
        if not close.any():
            break
        for k in np.flatnonzero(close):
            push = (gap - (heights[k + 1] - heights[k])) / 2
            heights[k] -= push
            heights[k + 1] += push
    placed = np.empty_like(heights)
    placed[order] = heights
    return [float(h) for h in placed]


def _end_labels(axes: Any, year: int, ends: list[tuple[float, str, str]]) -> None:
    low, high = axes.get_ylim()
    heights = spread([e[0] for e in ends], (high - low) * 0.17)
    for (value, text, color), height in zip(ends, heights, strict=True):
        axes.annotate(
            text, (year, value), xytext=(14, 0), textcoords=("offset points", "data"), va="center",
            color=color, fontsize=9, fontweight="normal" if color == GREY else "bold",
            annotation_clip=False,
        ).set_y(height)  # fmt: skip
        axes.annotate(
            "", (year, value), xytext=(12, height), textcoords=("offset points", "data"),
            arrowprops={"arrowstyle": "-", "color": LIGHT, "lw": 0.8}, annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(low, high)
    axes.set_xlim(right=year + 0.1)


def _forecast_headline(view: ForecastView, shown: Sequence[Dated]) -> str:
    f, last = view.combined[-1], view.history[-1].value or 0
    if shown and shown[-1].date == f.date:  # the finding is how it did
        gap = (f.value or 0) - (shown[-1].value or 0)
        side = "above" if gap > 0 else "below"
        return f"Forecast for {f.date:%B %Y}: {n.count(abs(gap))} {side} the later count"
    way = "rise" if (f.value or 0) > last else "fall"
    return f"The register is forecast to {way} to {n.count(f.value)} by {f.date:%B %Y}"


def _forecast_alt(view: ForecastView, later: Sequence[Dated]) -> str:
    f = view.combined[-1]
    others = [b.value for b in (*view.register, *view.benchmarks) if b.date == f.date]
    values = [v for v in others if v is not None]
    text = (
        f"From {n.count(view.history[-1].value)} on {n.day(view.origin)} the combined "
        f"forecast's median is {n.count(f.value)} on {n.day(f.date)} (90% interval "
        f"{n.count(f.low)} to {n.count(f.high)})"
    )
    if values:
        text += f"; single methods lie between {n.count(min(values))} and {n.count(max(values))}"
    if later:
        text += f". The count since, on {n.day(later[-1].date)}, was {n.count(later[-1].value)}"
    return text + "."


def _forecast_data(view: ForecastView, later: Sequence[Dated]) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = [
        ("count", f"{c.date:%Y-%m-%d}", c.value, None, None) for c in (*view.history, *later)
    ]
    rows += [
        (f.label, f"{f.date:%Y-%m-%d}", f.value, f.low, f.high)
        for f in (*view.combined, *view.register, *view.benchmarks)
    ]
    return pd.DataFrame(rows, columns=["Series", "Date", "People", "90% low", "90% high"])


def seal_chart(score: SealScore) -> Exhibit:
    """Draw each area's sealed forecast against the count that came, as a share of the count."""
    first = score.area_cases[0].method if score.area_cases else ""
    scored = [c for c in score.area_cases if c.method == first and c.count is not None]
    days = sorted({c.date for c in scored})
    cases = sorted((c for c in scored if days and c.date == days[0]), key=lambda c: _relative(c)[0])
    rows = []
    for case in cases:
        value, low, high = _relative(case)
        color, marker = (DARK, "o") if case.covered else (ORANGE, "D")
        rows.append(Row(case.place, value, low, high, color=color, marker=marker))
    figure, axes = rows_chart(
        rows[::-1], "Forecast less count, % of the count", reference=0, step=0.24
    )
    axes.xaxis.set_major_formatter(lambda x, _: n.number(x, sign=True))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    held = sum(bool(c.covered) for c in cases)
    when = n.day(days[0]) if days else "no date"
    heads = ["Area", "Date", "Forecast", "90% low", "90% high", "Count", "Held"]
    shown = [
        (c.place, f"{c.date:%Y-%m-%d}", c.value, c.low, c.high, c.count, c.covered) for c in cases
    ]
    return Exhibit(
        name="seal-areas",
        headline=f"Sealed 90% intervals held {held} of {len(cases)} counts of areas",
        subtitle=(
            f"Forecast from {n.day(score.origin)} for {when}: middle and 90% interval, less "
            "the count; diamonds: the interval misses the count"
        ),
        alt=_seal_alt(cases, held, when),
        source=f"Source: seal {score.name}; counts as collected in area_figures.csv.",
        data=pd.DataFrame(shown, columns=heads),
        figure=figure,
    )


def _relative(case: SealCase) -> tuple[float, float, float]:
    count = case.count or 1.0
    low = case.value if case.low is None else case.low
    high = case.value if case.high is None else case.high
    return tuple(100 * (v / count - 1) for v in (case.value, low, high))  # type: ignore[return-value]


def _seal_alt(cases: Sequence[SealCase], held: int, when: str) -> str:
    if not cases:
        return "No area that the seal forecasts has a later count."
    missed = [c.place for c in cases if not c.covered]
    text = (
        f"Of {len(cases)} areas with a count on {when}, the sealed 90% interval held the counts of"
    )
    return f"{text} {held}; it missed {n.listing(missed)}." if missed else f"{text} {held}."
