"""The simulation study in words and tables."""

import itertools

import pandas as pd

from mappa.rates import simulation
from mappa.words import Prose, Table
from mappa.words import numbers as n

#: The method by which this study calls an area unusual.
RULE = "prediction"
LABELS = {
    "exact_national": "simple test, national rate",
    "score_rest": "score test, rest",
    "exact_rest": "exact test, rest",
    "multiplicative": "multiplicative phi, winsorised",
    "additive_national": "additive tau, national rate",
    "additive_typical": "additive tau, typical area",
    "additive_shmi": "additive tau, SHMI style",
    "additive_sqrt": "additive tau, square root",
    RULE: "our rule, other areas",
}


def pick(results: pd.DataFrame, measure: str, method: str, tau: float, ratio: float) -> pd.Series:
    """Return the row of a setting."""
    setting = {"measure": measure, "method": method, "tau": tau, "ratio": ratio}
    return results[(results[list(setting)] == pd.Series(setting)).all(axis=1)].iloc[0]


def summary(results: pd.DataFrame) -> Prose:
    """Say why the simple test misleads, what the rule does, and which methods fall short."""
    tau = float(results["tau"].max())
    plain, calm = (pick(results, "rejects", "exact_national", t, 1.0) for t in (tau, 0.0))
    wide = pick(results, "rejects", RULE, tau, 1.0)
    some, much = (
        n.percent(pick(results, "rejects", RULE, tau, ratio)["value"], 0) for ratio in (1.2, 1.5)
    )
    return Prose(
        f"We simulated {n.count(int(plain['replications']))} years in which an area is like any "
        f"other. The simple test called it different in {n.percent(plain['value'], 0)} of them, "
        f"our rule in {n.percent(wide['value'], 0)}; both aim at 5%. If areas differed by chance "
        f"alone, the simple test would do so in {n.percent(calm['value'], 0)}.\n\n"
        f"Our rule found a true rate 20% above the typical one in {some} of years. It found one "
        f"50% above in {much}. {_short(results, tau)}"
    )


def _short(results: pd.DataFrame, tau: float) -> str:
    rows = results[
        (results["measure"] == "rejects") & (results["ratio"] == 1) & (results["tau"] == tau)
    ]
    rows = rows[~rows["method"].isin(simulation.PLAIN)]
    # Beyond two Monte Carlo errors it is a shortfall, not luck.
    short = rows[rows["shortfall"] > 2 * rows["mc_error"]].sort_values("shortfall")
    if short.empty:
        return "Every method that allows for the spread of areas has the false alarms it aims at."
    named = "; ".join(LABELS[m] for m in short["method"])
    return (
        "Of the methods that allow for how much areas differ, some still give too many false "
        f"alarms: {named}."
    )


def table(results: pd.DataFrame) -> Table:
    """Return false alarms, coverage and power of every method, without and with spread."""
    rows = []
    cells = results.set_index(["measure", "method", "tau", "ratio"])[["value", "shortfall"]].T
    for tau, method in itertools.product(sorted(results["tau"].unique()), simulation.METHODS):
        alarm = cells["rejects", method, tau, 1.0]
        row = {
            "Method": LABELS[method],
            "Spread tau": tau,
            "False alarms (aim 5%)": alarm["value"],
            "Above 5% by": alarm["shortfall"],
            "Coverage (aim 95%)": cells["covers_systematic", method, tau, 1.0]["value"],
        }
        for ratio in sorted(r for r in results["ratio"].unique() if r > 1):
            row[f"Power at {ratio:g}"] = cells["rejects", method, tau, ratio]["value"]
        rows.append(row)
    first = results.iloc[0]
    worst = float(results["mc_error"].max())
    frame = pd.DataFrame(rows)
    day = n.day(first["as_of"])
    return Table(
        f"Simulation study: population of {first['force']}, areas counted on {day}",
        frame,
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
