"""What a scenario changes: drawn fast enough to be dragged, with a band where there is one."""

from __future__ import annotations

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import DARK, GREY, canvas, label_end
from mappa.register.answers.scenarios import ScenarioRecord
from mappa.words import numbers as n
from mappa.words.prose import capital
from mappa.words.register import whatif as words


def scenario(record: ScenarioRecord) -> Exhibit:
    """Draw the change of the number with its end named, and its band unless it was run once."""
    frame = pd.DataFrame([vars(p) for p in record.points])
    banded = frame["difference_low"].notna().all()
    figure, axes = canvas(height=3.2)
    # A fixed layout draws in half the time, and stays where it is under the hand.
    figure.set_layout_engine("none")
    axes.set_position((0.16, 0.1, 0.66, 0.86))
    years = [d.year + (d.month - 0.5) / 12 for d in frame["date"]]
    axes.axhline(0, color=GREY, lw=1)
    if banded:
        low, high = frame["difference_low"], frame["difference_high"]
        axes.fill_between(years, low, high, color=DARK, alpha=0.18, lw=0)
    axes.plot(years, frame["difference"], color=DARK)
    last = frame.iloc[-1]
    label_end(axes, years[-1], last["difference"], n.count(last["difference"], sign=True), DARK)
    axes.set_xlim(years[0], years[-1])
    ticks = [y for y in range(int(years[0]) + 1, int(years[-1]) + 1) if y % 5 == 0]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.yaxis.set_major_formatter(lambda y, _: n.count(y, sign=True))
    known = "band: 90% interval" if banded else "the middle of the draws"
    return Exhibit(
        name="scenario" if banded else "what-if",
        headline=_headline(last["difference"], f"{last['date']:%B %Y}"),
        subtitle=(
            f"Change of the number on the register, people, {record.nation}. "
            f"{capital(n.listing(list(record.words)))}, from {record.since:%B %Y}; {known}"
        ),
        alt=str(words.scenario(record) if banded else words.changed(record)),
        source=(
            f"Register model of this study, figures up to {n.day(record.as_of)}; the posterior is "
            "not fitted again."
        ),
        data=frame.dropna(axis="columns", how="all").round(1),
        figure=figure,
        phone=True,
    )


def _headline(change: float, when: str) -> str:
    by = n.half_up(change)
    if by == 0:
        return f"No change in the number on the register by {when}"
    more = "more" if by > 0 else "fewer"
    if abs(by) == 1:
        return f"About one person {more} on the register by {when}"
    return f"About {n.count(abs(change))} {more} people on the register by {when}"
