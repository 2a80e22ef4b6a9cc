"""Baseline against scenario: drawn fast enough to be dragged, with bands where there are any."""

from __future__ import annotations

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, ORANGE, canvas
from mappa.register.answers.scenarios import ScenarioRecord
from mappa.words import numbers as n
from mappa.words.prose import capital
from mappa.words.register import whatif as words


def scenario(record: ScenarioRecord) -> Exhibit:
    """Draw the two lines with their ends named, and their bands unless it was run once."""
    frame = pd.DataFrame([vars(p) for p in record.points])
    banded = frame["difference_low"].notna().all()
    figure, axes = canvas(width=7.2, height=3.4)
    # A fixed layout draws in half the time, and stays where it is under the hand.
    figure.set_layout_engine("none")
    axes.set_position((0.11, 0.1, 0.66, 0.86))
    years = [d.year + (d.month - 0.5) / 12 for d in frame["date"]]
    for name, color, style in (("baseline", DARK, "-"), ("scenario", ORANGE, "--")):
        if banded:
            low, high = frame[f"{name}_low"], frame[f"{name}_high"]
            axes.fill_between(years, low, high, color=color, alpha=0.16, lw=0)
        axes.plot(years, frame[name], color=color, linestyle=style)
    ends = [f"{name}{end}" for name in ("baseline", "scenario") for end in ("", "_high")]
    top = float(frame[ends].astype(float).max().max())
    last = frame.iloc[-1]
    apart = 0.035 * top
    middle = (last["baseline"] + last["scenario"]) / 2
    up = 1 if last["difference"] > 0 else -1
    away = max(abs(last["difference"]) / 2, apart)
    for text, name, side, color in (
        ("as it is", "baseline", -up, DARK),
        ("supposed", "scenario", up, ORANGE),
    ):
        axes.annotate(
            f"{text} {n.count(last[name])}",
            (years[-1], middle + side * away),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=color,
            fontweight="bold",
            annotation_clip=False,
        )
    axes.set_ylim(0, 1.12 * top)
    axes.set_xlim(years[0], years[-1])
    ticks = [y for y in range(int(years[0]) + 1, int(years[-1]) + 1) if y % 5 == 0]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    marks = [v for v in axes.get_yticks() if 0 <= v <= 1.12 * top]
    axes.set_yticks(marks, [n.count(v) for v in marks])
    known = "bands: 90% intervals" if banded else "the middle of the posterior"
    return Exhibit(
        name="scenario" if banded else "what-if",
        headline=(
            f"Supposed: {n.count(last['difference'], sign=True)} people by {last['date']:%B %Y}"
        ),
        subtitle=(
            f"{capital(n.listing(list(record.words)))}, from {record.since:%B %Y}; "
            f"{record.nation}; {known}"
        ),
        alt=str(words.scenario(record) if banded else words.changed(record)),
        source=(
            f"Register model of this study, figures up to {n.day(record.as_of)}; the posterior is "
            "not fitted again."
        ),
        data=frame.dropna(axis="columns", how="all").round(1),
        figure=figure,
    )
