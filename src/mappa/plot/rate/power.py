"""How often each method says different: false alarms and power, from the simulation study."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mappa.plot.exhibit import Exhibit
from mappa.plot.style import GREY, PALETTE, canvas
from mappa.words import numbers as n
from mappa.words.rate.simulation import LABELS, RULE, pick

SHOWN = ("exact_national", RULE, "additive_shmi", "multiplicative")
_MARKERS = ("o", "s", "^", "D")


def power(kept: pd.DataFrame, source: str) -> Exhibit:
    """Draw the share flagged by true ratio, without and with variance between areas."""
    figure, axes = canvas(1, 2, width=7.6, height=4.0, sharey=True)
    rows = kept[(kept["measure"] == "rejects") & kept["method"].isin(SHOWN)]
    taus = sorted(rows["tau"].unique())
    for panel, tau in zip(axes, taus, strict=False):
        _panel(panel, rows[rows["tau"] == tau], tau, names=tau == taus[-1])
    axes[0].set_ylabel("Called different, % of replications")
    axes[0].set_ylim(0, 104)
    plain = pick(kept, "rejects", "exact_national", taus[-1], 1.0)
    wide = pick(kept, "rejects", RULE, taus[-1], 1.0)
    return Exhibit(
        name="power",
        headline=(
            f"The plain p-value gives a false alarm in {n.percent(plain['value'], 0)} of years, "
            f"the rule of this study in {n.percent(wide['value'], 0)}"
        ),
        subtitle=(
            f"Share of simulated years in which a force the size of {plain['force']} is called "
            "different at 5%, by its true ratio to the typical area"
        ),
        alt=(
            f"Where the true ratio is 1 and areas differ (tau {n.number(taus[-1], 3)}), the exact "
            f"p-value against the national rate calls {n.percent(plain['value'])} different and "
            f"the rule of this study {n.percent(wide['value'])}, where 5% is meant."
        ),
        source=source,
        data=rows[["tau", "ratio", "method", "value", "mc_error"]]
        .round({"tau": 4, "value": 4, "mc_error": 4})
        .reset_index(drop=True),
        figure=figure,
    )


def _panel(axes: Any, rows: pd.DataFrame, tau: float, *, names: bool) -> None:
    axes.axhline(5, color=GREY, linewidth=1, linestyle=(0, (5, 2)))
    ends = []
    for method, color, marker in zip(SHOWN, PALETTE, _MARKERS, strict=True):
        part = rows[rows["method"] == method].sort_values("ratio")
        axes.plot(part["ratio"], 100 * part["value"], color=color, marker=marker, markersize=5)
        ends.append((100 * float(part["value"].iloc[-1]), method, color))
    if names:
        place = -10.0
        for y, method, color in sorted(ends):
            place = max(y, place + 11)
            axes.annotate(
                LABELS[method].replace(", ", ",\n"), (rows["ratio"].max(), y),
                xytext=(rows["ratio"].max() + 0.03, place), textcoords="data", fontsize=8,
                va="center", color="#1A1A1A", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": color, "linewidth": 1},
            )  # fmt: skip
    axes.set_xlabel("True ratio to the typical area")
    told = "areas differ by chance alone" if tau == 0 else f"areas differ, tau {n.number(tau, 3)}"
    axes.set_title(told, fontsize=10, loc="left")
