"""Reference cases of peers: packages' own test data, and their answers to our numbers.

``peer_cases.csv`` names for each case its source (package, commit), inputs, expected values and
tolerance. Cases of a trend are with growth's tests.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from mappa.rates.methods import between, empirical, funnel, intervals, ratios
from mappa.rates.methods.rows import MethodRow

Values = dict[str, Any]
LEVELS = {"95": 0.95, "998": 0.998}
with (Path(__file__).parent / "peer_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [c for c in csv.DictReader(file) if not c["case"].startswith("trend_")]


def both(limits: Callable[[float], tuple[Any, Any]]) -> Values:
    """Return lower and upper limits at both levels under the cases' names."""
    found = {}
    for name, level in LEVELS.items():
        found[f"lower{name}"], found[f"upper{name}"] = limits(level)
    return found


def of_row(row: MethodRow) -> Values:
    p = {"p": row.p_value, "p_central": row.p_value}
    return {"ratio": row.value, "lower": row.lower, "upper": row.upper, **p}


def byar(i: Values) -> Values:
    low, high = intervals.byar_limits(i["count"], i["confidence"])
    return {"lower": low, "upper": high}


def rate(i: Values) -> Values:
    def row(level: float) -> MethodRow:
        return intervals.byar_rate(i["count"], i["people"], level, i["multiplier"])

    return {"value": row(0.95).value, **both(lambda level: (row(level).lower, row(level).upper))}


def standardised(i: Values) -> Values:
    e = i["expected"]
    limits = both(lambda level: tuple(v / e for v in intervals.byar_limits(i["count"], level)))
    return {"value": i["count"] / e, **limits}


def convention(i: Values) -> Values:
    def lines(level: float) -> tuple[list[float], list[float]]:
        garwood = [(x, *intervals.exact_limits(x, level)) for x in i["counts"]]
        target = i["target"]
        return [target * x / u for x, _, u in garwood], [target * x / g for x, g, _ in garwood]

    return both(lines)


def chart(i: Values) -> Values:
    found = {}
    for name, level in LEVELS.items():
        for side, end in enumerate(("lower", "upper")):
            e = np.array(i[f"expected_{end}{name}"])
            found[f"{end}{name}"] = i["target"] * funnel.chance_limits(e, level)[side] / e
    return found


def sides(i: Values) -> Values:
    x, e = np.array(i["counts"]), np.array(i["expected"])
    (low, high), (lowest, highest) = (funnel.chance_limits(e, v) for v in LEVELS.values())
    names = {
        "High (0.001)": x > highest, "High (0.025)": (x > high) & (x <= highest),
        "Low (0.001)": x < lowest, "Low (0.025)": (x < low) & (x >= lowest),
    }  # fmt: skip
    counted = {name: int(flags.sum()) for name, flags in names.items()}
    return {**counted, "Not significant": len(x) - sum(counted.values())}


def shmi(i: Values) -> Values:
    fit = between.shmi(i["counts"], i["expected"])
    at = i["at_expected"]
    limits = both(lambda level: funnel.additive_limits(at, float(fit.tau2) ** 0.5, 1.0, level))
    return {"phi": fit.phi, "tau2": fit.tau2, "kept": fit.kept, "at_expected": at, **limits}


def cqc(i: Values) -> Values:
    fit = between.sqrt_winsorised(i["counts"], i["expected"], i["trim"])
    at = i["at_expected"]

    def limits(level: float) -> tuple[Any, Any]:
        return tuple(np.transpose([between.sqrt_limits(e, float(fit.tau2), level) for e in at]))

    found = both(limits)
    return {"phi": fit.phi, "tau2": fit.tau2, "kept": fit.kept, "at_expected": at, **found}


def spread(i: Values) -> between.Spread:
    y = np.array(i["y"])
    return between.Spread(y, np.array(i["v"]), np.array(i.get("scale", np.ones(len(y)))))


def taus(i: Values) -> Values:
    data = spread(i)
    fits = between.paule_mandel(data), between.reml(data), between.dersimonian_laird(data)
    found = {n: f.tau**2 for n, f in zip(("pm", "reml", "dl"), fits, strict=True)}
    return {**found, "pm_mean": fits[0].mean, "pm_se": fits[0].se}


def profile(i: Values) -> Values:
    data = spread(i)
    q, df, i2 = between.heterogeneity(data)
    low, high = between.q_profile(data)
    ends = np.log(between.prediction_interval(between.paule_mandel(data)))
    limits = {"tau2_low": low**2, "tau2_high": high**2, "pi_low": ends[0], "pi_high": ends[1]}
    return {"q": q, "df": df, "i2": i2, **limits}


def pool_reml(i: Values) -> Values:
    fit = between.reml(spread(i))
    return {"tau2": fit.tau**2, "mean": fit.mean, "se": fit.se}


def of_ratio(method: Callable[..., MethodRow]) -> Callable[[Values], Values]:
    return lambda i: of_row(method(i["count"], i["people"], i["count2"], i["people2"]))


def one_sample(i: Values) -> Values:
    limits = [intervals.exact_limits(x) for x in i["count"]]
    p = [intervals.exact_p(x, e) for x, e in zip(i["count"], i["expected"], strict=True)]
    return {"lower": [low for low, _ in limits], "upper": [high for _, high in limits], "p": p}


def one_sided(i: Values) -> Values:
    ratio = ratios.Ratio(i["count"], i["people"], i["count2"], i["people2"])
    high, low = 1 + i["margin"], 1 / (1 + i["margin"])
    return {
        "above_high": ratio.tails(high)[1], "below_high": ratio.tails(high)[0],
        "above_low": ratio.tails(low)[1], "below_low": ratio.tails(low)[0],
    }  # fmt: skip


def bayes(i: Values) -> Values:
    o, e, asked = np.array(i["counts"]), np.array(i["expected"]), i["areas_asked"]
    prior = empirical.fit_prior(o, e)
    exceed = [
        empirical.exceedance(prior, o[k], e[k], i["threshold"], other_count=None) for k in asked
    ]
    mean = empirical.shrunken(prior, o[asked], e[asked])[0]
    return {"shape": prior.a, "rate": prior.b, "mean": mean, "exceed": exceed}


#: Beginning of a case's name -> what this study says of its inputs.
OURS: dict[str, Callable[[Values], Values]] = {
    "byar_": byar,
    "phe_rate": rate,
    "phe_isr": standardised,
    "phe_funnel_ratio": convention,
    "phe_funnel_chart": chart,
    "phe_significance": sides,
    "fpr_six": shmi,
    "mappa_2020_shmi": shmi,
    "fpr_medpar": cqc,
    "metafor_viechtbauer2005_tau2": taus,
    "metafor_hackshaw1998_tau2": taus,
    "mappa_2020_tau2": taus,
    "metafor_viechtbauer2005_intervals": profile,
    "metafor_hackshaw1998_intervals": profile,
    "mappa_2020_intervals": profile,
    "mappa_2020_pool": pool_reml,
    "bc_pyears_score": of_ratio(ratios.score_ratio),
    "bc_pyears_midp": of_ratio(ratios.midp_ratio),
    "cumbria_2020_rest_midp": of_ratio(ratios.midp_ratio),
    "fijos_exact": of_ratio(ratios.exact_ratio),
    "rateratio_small": of_ratio(ratios.score_ratio),  # below 10 the score method is exact too
    "one_sample": one_sample,
    "cumbria_2020_margin": one_sided,
    "spatialepi": bayes,
    "r_bh": lambda i: {"q": multipletests(i["p"], method="fdr_bh")[1]},
}


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_a_peers_case(case: dict[str, str]) -> None:
    expected, tolerance = json.loads(case["expected values"]), json.loads(case["tolerance"])
    inputs = json.loads(case["inputs"]) | {"at_expected": expected.get("at_expected")}
    ours = next(f for name, f in OURS.items() if case["case"].startswith(name))
    found = ours(inputs)
    # The minimum-likelihood p-value does not belong to the limits, so this study does not give it.
    for name in expected.keys() - {"p_minlike"}:
        allowed = tolerance.get(name, tolerance["*"])
        assert found[name] == pytest.approx(expected[name], **allowed), name
