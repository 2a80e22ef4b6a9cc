"""The simulation study in words and tables."""

from __future__ import annotations

import pandas as pd

from mappa.rates.simulation import study as simulation
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.tables import Table

NONE_KEPT = Prose(
    "No simulation study is kept for these figures: `mappa simulate` runs it and keeps its result."
)
#: The method by which this study calls an area unusual.
RULE = "prediction"
LABELS = {
    "exact_national": "exact p-value, national rate",
    "score_rest": "score test, rest",
    "exact_rest": "exact test, rest",
    "multiplicative": "multiplicative phi, winsorised",
    "additive_national": "additive tau, national rate",
    "additive_typical": "additive tau, typical area",
    "additive_shmi": "additive tau, SHMI style",
    "additive_sqrt": "additive tau, square root",
    RULE: "rule of unusual, other areas",
}


def pick(kept: pd.DataFrame, measure: str, method: str, tau: float, ratio: float) -> pd.Series:
    """Return the row of a setting."""
    rows = kept[
        (kept["measure"] == measure)
        & (kept["method"] == method)
        & (kept["tau"] == tau)
        & (kept["ratio"] == ratio)
    ]
    return rows.iloc[0]


def summary(kept: pd.DataFrame) -> Prose:
    """Say why the plain p-value misleads, and which methods fall short by how much."""
    tau = float(kept["tau"].max())
    plain, calm = (pick(kept, "rejects", "exact_national", t, 1.0) for t in (tau, 0.0))
    wide = pick(kept, "rejects", RULE, tau, 1.0)
    text = (
        f"In {n.count(int(plain['replications']))} simulated years {plain['force']} differed from "
        f"other areas no more than they differ among themselves (tau {n.number(tau, 3)}). The "
        f"plain p-value still called it different in {n.percent(plain['value'])} of them, where "
        f"5% is meant. If areas differed by chance alone it would be {n.percent(calm['value'])}. "
        f"The rule of this study, which allows for the spread of areas, called it unusual in "
        f"{n.percent(wide['value'])}. It found a true rate 20% higher in {_power(kept, tau, 1.2)} "
        f"of years, and one 50% higher in {_power(kept, tau, 1.5)}."
    )
    return Prose(f"{text} {_short(kept, tau)}".strip())


def _power(kept: pd.DataFrame, tau: float, ratio: float) -> str:
    return n.percent(pick(kept, "rejects", RULE, tau, ratio)["value"], 0)


def _short(kept: pd.DataFrame, tau: float) -> str:
    rows = kept[(kept["measure"] == "rejects") & (kept["ratio"] == 1) & (kept["tau"] == tau)]
    rows = rows[~rows["method"].isin(simulation.PLAIN)]
    # Beyond two Monte Carlo errors it is a shortfall, not luck.
    short = rows[rows["shortfall"] > 2 * rows["mc_error"]].sort_values("shortfall")
    if short.empty:
        return "No method that allows for the spread falls short of nominal."
    named = [
        f"{LABELS[m]} (by {n.number(100 * s, 1)} percentage points)"
        for m, s in zip(short["method"], short["shortfall"], strict=True)
    ]
    return f"Short of nominal even so: {n.listing(named)}."


def table(kept: pd.DataFrame) -> Table:
    """Return false alarms, coverage and power of every method, without and with spread."""
    rows = []
    found = kept.set_index(["measure", "method", "tau", "ratio"])[["value", "shortfall"]]
    cells = {where: found.iloc[i] for i, where in enumerate(found.index)}
    for tau in sorted(kept["tau"].unique()):
        for method in simulation.METHODS:
            alarm = cells["rejects", method, tau, 1.0]
            cover = cells["covers_systematic", method, tau, 1.0]
            row = {
                "Method": LABELS[method],
                "Spread tau": tau,
                "False alarms (5% meant)": alarm["value"],
                "Above nominal by": alarm["shortfall"],
                "Coverage (95% meant)": cover["value"],
            }
            for ratio in sorted(r for r in kept["ratio"].unique() if r > 1):
                power = cells["rejects", method, tau, ratio]
                row[f"Power at {ratio:g}"] = power["value"]
            rows.append(row)
    first = kept.iloc[0]
    worst = float(kept["mc_error"].max())
    frame = pd.DataFrame(rows)
    return Table(
        caption=(
            f"Simulation study: population of {first['force']}, areas counted on "
            f"{n.day(first['as_of'])}"
        ),
        frame=frame,
        formats={
            **dict.fromkeys(frame.columns[2:], n.percent),
            **dict.fromkeys(frame.columns[5:], "{:.0%}"),
            "Spread tau": "{:.3f}",
        },
        note=(
            f"{n.count(int(first['replications']))} replications a setting, seed {first['seed']}; "
            f"Monte Carlo standard error at most {n.percent(worst, 2)}."
        ),
    )
