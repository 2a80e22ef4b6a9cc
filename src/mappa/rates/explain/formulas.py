# ruff: noqa: E501
"""How each key of the record is computed: formula, function, what it rests on, rounding."""

from __future__ import annotations

import dataclasses

# What a number rests on: names of the groups of rows that :func:`_rows` collects.
MINE, NATION, ALL, BASE = "count", "nation", "all counts", "population"
OWN, BEFORE = "own population", "year before"
PLACES, AGES, YEAR, PRINTED, CHOICE, SET = "centroids", "ages", "year", "printed", "rule", "set"

_RATIO = "rate / comparator_rate"
_SPREAD = (ALL, NATION, BASE)
_AGAINST = (MINE, NATION, BASE, CHOICE)


@dataclasses.dataclass(frozen=True)
class Trace:
    """How a key is computed: formula, dotted function, the groups of rows it rests on."""

    formula: str
    function: str
    rests_on: tuple[str, ...] = ()
    rounded: str = "not rounded"


_V, _I, _R, _B = (
    "rates.verdict",
    "rates.methods.intervals",
    "rates.methods.ratios",
    "rates.methods.between",
)
_RATE1 = "one decimal, halves up (words.numbers.rate)"
_RATIO3 = "three decimals below 10 (words.numbers.ratio)"
_WHOLE = "whole people, halves up (words.numbers.count)"
_PCT = "percent, one decimal (words.numbers.percent)"
_PROB = "two significant figures, never zero (words.numbers.probability)"
_Z2 = "two decimals (words.numbers.number)"
_LOAD = "data.load.Data"

TRACES: dict[str, Trace] = {
    "force": Trace("the name in areas.csv", f"{_LOAD}.area", (SET,)),
    "as_of": Trace("the date that was asked for", f"{_LOAD}.date", (SET,)),
    "nation": Trace("nation in study.toml", f"{_LOAD}.nation"),
    "status": Trace("empty, or why there is no count", f"{_V}.assess", (MINE,)),
    "denominator": Trace("the setting", f"{_LOAD}.people", (SET,)),
    "confidence": Trace("the setting", f"{_V}.assess", (SET,)),
    "margin": Trace("the setting, fixed beforehand", f"{_V}.assess", (SET,)),
    "population": Trace(
        "population of the force at the mid-year", f"{_LOAD}.people", (OWN,), _WHOLE
    ),
    "population_year": Trace("mid_year of the stock date", f"{_LOAD}.mid_year", (YEAR,)),
    "national_count": Trace("count of the nation", f"{_LOAD}.national", (NATION,), _WHOLE),
    "national_population": Trace("sum over the areas", f"{_LOAD}.people", (BASE,), _WHOLE),
    "national_rate": Trace(
        "100,000 x national_count / national_population", f"{_V}.assess", (NATION, BASE), _RATE1
    ),
    "areas": Trace("rows of areas.csv", f"{_LOAD}.names"),
    "areas_counted": Trace("areas with a preferred count on the date", f"{_LOAD}.counts", (ALL,)),
    "areas_uncounted": Trace(
        "areas less those counted", "rates.pool.uncounted", (ALL,)
    ),
    "pool_count": Trace(
        "national_count - sum of the counts", "rates.pool.uncounted", _SPREAD, _WHOLE
    ),
    "pool_population": Trace(
        "sum over the areas without a count", "rates.pool.uncounted", (ALL, BASE), _WHOLE
    ),
    "pool_rate": Trace(
        "100,000 x pool_count / pool_population", "rates.pool.uncounted", _SPREAD, _RATE1
    ),
    "comparator": Trace("the setting", "rates.comparators.choose", (SET, CHOICE)),
    "comparator_label": Trace("label in comparators.csv", "rates.comparators.choose", (CHOICE,)),
    "comparator_how": Trace("how_chosen in comparators.csv", "rates.comparators.choose", (CHOICE,)),
    "count": Trace(
        "the preferred count on the day, all levels", f"{_LOAD}.counts", (MINE,), _WHOLE
    ),
    "rate": Trace("100,000 x count / population", f"{_I}.exact_rate", (MINE, OWN), _RATE1),
    "rate_low": Trace(
        "100,000 x chi2(a/2, 2 count) / 2 / population", f"{_I}.exact_limits", (MINE, OWN), _RATE1
    ),
    "rate_high": Trace(
        "100,000 x chi2(1 - a/2, 2 count + 2) / 2 / population", f"{_I}.exact_limits",
        (MINE, OWN), _RATE1,
    ),
    "comparator_status": Trace(
        "empty, or why there is no comparison", "rates.comparators.choose", (CHOICE,)
    ),
    "comparator_areas": Trace(
        "the areas that the rule chooses", "rates.comparators.choose", (CHOICE, PLACES, AGES)
    ),
    "comparator_without_count": Trace(
        "areas of the rule without a count", "rates.comparators.choose", (CHOICE, ALL)
    ),
    "comparator_count": Trace(
        "sum of the comparator's counts", "rates.comparators.choose", (ALL, NATION, CHOICE), _WHOLE
    ),
    "comparator_population": Trace(
        "sum of the comparator's people", "rates.comparators.choose", (BASE, CHOICE), _WHOLE
    ),
    "comparator_rate": Trace(
        "100,000 x comparator_count / comparator_population", "rates.comparators.Comparator.rate",
        _AGAINST, _RATE1,
    ),
    "ratio": Trace(_RATIO, f"{_R}.score_ratio", _AGAINST, _RATIO3),
    "ratio_low": Trace(
        "score limit: Wilson's limit p of count / (count + comparator_count), then p / (1 - p) x "
        "comparator_population / population; exact below a count of 10",
        f"{_R}.score_ratio", _AGAINST, _RATIO3,
    ),
    "ratio_high": Trace("as ratio_low, the upper limit", f"{_R}.score_ratio", _AGAINST, _RATIO3),
    "ratio_low90": Trace("as ratio_low, at 90%", f"{_R}.score_ratio", _AGAINST, _RATIO3),
    "ratio_high90": Trace("as ratio_high, at 90%", f"{_R}.score_ratio", _AGAINST, _RATIO3),
    "ratio_p": Trace("two-sided score test of a ratio of 1", f"{_R}.score_ratio", _AGAINST, _PROB),
    "ratio_method": Trace("method of the interval", f"{_R}.score_ratio", (MINE,)),
    "people_gap": Trace(
        "count - population x comparator_rate / 100,000", f"{_V}.assess", _AGAINST, _WHOLE
    ),
    "people_gap_low": Trace(
        "population x comparator_rate / 100,000 x (exact lower limit of the ratio - 1)",
        f"{_R}.exact_ratio", _AGAINST, _WHOLE,
    ),
    "people_gap_high": Trace(
        "population x comparator_rate / 100,000 x (exact upper limit of the ratio - 1)",
        f"{_R}.exact_ratio", _AGAINST, _WHOLE,
    ),
    "gap_verdict": Trace(
        "higher if ratio_low > 1, lower if ratio_high < 1, else similar",
        "rates.sensitivity.verdict", _AGAINST,
    ),
    "z_overdispersed": Trace(
        "ln(rate / national_rate) / sqrt(1 / count + tau^2)", f"{_B}.z_score", _SPREAD, _Z2
    ),
    "z_target": Trace("fixed: the national rate", f"{_V}.assess"),
    "tau": Trace(
        "tau^2 at which sum (log rate - log national_rate)^2 / (1 / count + tau^2) equals the "
        "number of counted areas",
        f"{_B}.paule_mandel", _SPREAD, "percent or three decimals",
    ),
    "tau_low": Trace(
        "tau^2 at which Q equals the upper chi-squared quantile", f"{_B}.q_profile", _SPREAD,
        "three decimals",
    ),
    "tau_high": Trace(
        "tau^2 at which Q equals the lower chi-squared quantile", f"{_B}.q_profile", _SPREAD,
        "three decimals",
    ),
    "tau_method": Trace("how tau is fitted", f"{_B}.paule_mandel"),
    "z_typical": Trace(
        "as z_overdispersed, from typical_rate with its own tau", f"{_B}.z_score", _SPREAD, _Z2
    ),
    "typical_rate": Trace(
        "100,000 x exp(weighted mean of the log rates, weights 1 / (1 / count + tau^2))",
        f"{_B}.paule_mandel", _SPREAD, _RATE1,
    ),
    "national_typical_rate": Trace(
        "as typical_rate with the uncounted areas as one observation whose variance is 1 / "
        "pool_count + tau^2 x sum of squared population shares",
        "rates.forces.constrained_fit", _SPREAD, _RATE1,
    ),
    "national_typical_low": Trace(
        "national_typical_rate x exp(-1.96 standard error)", "rates.forces.constrained_fit",
        _SPREAD, _RATE1,
    ),
    "national_typical_high": Trace(
        "national_typical_rate x exp(+1.96 standard error)", "rates.forces.constrained_fit",
        _SPREAD, _RATE1,
    ),
    "prediction_low": Trace(
        "100,000 x exp(mean - t(k - 2) sqrt(tau^2 + se^2))", f"{_B}.prediction_interval", _SPREAD,
        _RATE1,
    ),
    "prediction_high": Trace(
        "100,000 x exp(mean + t(k - 2) sqrt(tau^2 + se^2))", f"{_B}.prediction_interval", _SPREAD,
        _RATE1,
    ),
    "unusual_verdict": Trace(
        "outside 99.8% if |z| > 3.09, outside 95% if |z| > 1.96, else not unusual",
        "rates.change.words_of_z", _SPREAD,
    ),
    "shrunken_rate": Trace(
        "national_rate x (a + count) / (b + expected), a and b by negative-binomial likelihood",
        "rates.methods.empirical.shrunken", _SPREAD, _RATE1,
    ),
    "shrunken_low": Trace(
        "quantile of Gamma(a + count, b + expected)", "rates.methods.empirical.shrunken", _SPREAD, _RATE1
    ),
    "shrunken_high": Trace(
        "quantile of Gamma(a + count, b + expected)", "rates.methods.empirical.shrunken", _SPREAD, _RATE1
    ),
    "own_weight": Trace(
        "expected / (b + expected)", "rates.methods.empirical.own_weight", _SPREAD, "three decimals"
    ),
    "rank": Trace(
        "median of the ranks of posterior draws, 1 the highest", "rates.methods.empirical.rank_draws",
        _SPREAD,
    ),
    "rank_of": Trace("counted areas", "rates.methods.empirical.rank_draws", (ALL,)),
    "rank_low": Trace("2.5% quantile of the ranks", "rates.methods.empirical.rank_draws", _SPREAD),
    "rank_high": Trace("97.5% quantile of the ranks", "rates.methods.empirical.rank_draws", _SPREAD),
    "rank_all": Trace(
        "as rank, the uncounted drawn from the prior and scaled to meet pool_count",
        "rates.methods.empirical.rank_draws", _SPREAD,
    ),
    "rank_all_of": Trace("all areas", "rates.methods.empirical.rank_draws", (ALL,)),
    "rank_all_low": Trace("2.5% quantile of those ranks", "rates.methods.empirical.rank_draws", _SPREAD),
    "rank_all_high": Trace("97.5% quantile of those ranks", "rates.methods.empirical.rank_draws", _SPREAD),
    "areas_below_05": Trace(
        "counted areas whose doubled exact p-value against national_rate is below 0.05",
        "rates.forces.flags", _SPREAD,
    ),
    "areas_below_002": Trace("the same below 0.002", "rates.forces.flags", _SPREAD),
    "q_chance": Trace(
        "Benjamini-Hochberg over the counted areas, exact conditional p-values against the rest",
        "rates.forces.flags", _SPREAD, _PROB,
    ),
    "q_overdispersed": Trace(
        "Benjamini-Hochberg over the p-values of z_overdispersed", "rates.forces.flags", _SPREAD,
        _PROB,
    ),
    "margin_low": Trace("1 / (1 + margin)", "rates.methods.equivalence.zone", (SET,), _RATIO3),
    "margin_high": Trace("1 + margin", "rates.methods.equivalence.zone", (SET,), _RATIO3),
    "margin_verdict": Trace(
        "one-sided tests at 5%: above margin_high, below margin_low, or inside both",
        "rates.methods.equivalence.margin_test", _AGAINST,
    ),
    "equivalence_p": Trace(
        "the larger of the two one-sided p-values", "rates.methods.equivalence.margin_test", _AGAINST, _PROB
    ),
    "smallest_margin": Trace(
        "max(ratio_high90, 1 / ratio_low90) - 1", "rates.methods.equivalence.smallest_margin", _AGAINST,
        _PCT,
    ),
    "superiority_margin": Trace(
        "max(ratio_low90, 1 / ratio_high90, 1) - 1", "rates.methods.equivalence.superiority", _AGAINST,
        _PCT,
    ),
    "probability_exceeds_margin": Trace(
        "P(Gamma(a + count, b + expected) / Gamma(comparator_count, .) beyond the threshold)",
        "rates.methods.empirical.exceedance", _SPREAD, _PROB,
    ),
    "probability_direction": Trace("above if ratio >= 1, else below", f"{_V}.assess", _AGAINST),
    "probability_threshold": Trace(
        "margin_high or margin_low, by the direction", "rates.methods.equivalence.zone", (SET,), _RATIO3
    ),
    "probability_model": Trace("model of the probability", "rates.methods.empirical.exceedance"),
    "minimal_detectable_ratio": Trace(
        "exp((1.96 + 0.84) sqrt(1 / expected))", "rates.methods.equivalence.minimal_detectable", _AGAINST,
        _RATIO3,
    ),
    "minimal_detectable_ratio_between": Trace(
        "exp((1.96 + 0.84) sqrt(1 / expected + tau^2))", "rates.methods.equivalence.minimal_detectable",
        _AGAINST, _RATIO3,
    ),
    "change": Trace("the change on the year", "rates.change.year_change", (MINE, NATION, BEFORE)),
    "missing": Trace("what is known without a count", "rates.missing.what_is_known", (PRINTED,)),
    "methods": Trace("a row for each method", f"{_V}.assess", _SPREAD),
    "sensitivity": Trace(
        "the ratio under every combination", "rates.sensitivity.grid", (*_AGAINST, ALL)
    ),
    "sensitivity_total": Trace(
        "rows of sensitivity", "rates.sensitivity.grid", (*_AGAINST, ALL)
    ),
    "sensitivity_tally": Trace(
        "verdicts counted", "rates.sensitivity.tally", (*_AGAINST, ALL)
    ),
}  # fmt: skip

#: Formulas that are arithmetic, with the record's numbers filled in.
WORKED = {
    "rate": "100,000 x {count:,} / {population:,}",
    "national_rate": "100,000 x {national_count:,} / {national_population:,}",
    "pool_rate": "100,000 x {pool_count:,} / {pool_population:,}",
    "comparator_rate": "100,000 x {comparator_count:,} / {comparator_population:,}",
    "ratio": "{rate:.6f} / {comparator_rate:.6f}",
    "people_gap": "{count:,} - {population:,} x {comparator_rate:.6f} / 100,000",
    "margin_low": "1 / (1 + {margin:g})",
    "margin_high": "1 + {margin:g}",
    "z_overdispersed": "ln({rate:.6f} / {national_rate:.6f}) / sqrt(1 / {count:,} + {tau:.6f}^2)",
    "smallest_margin": "max({ratio_high90:.6f}, 1 / {ratio_low90:.6f}) - 1",
}

#: Formulas of the numbers inside ``change``.
CHANGE = {
    "change": "count - count_before",
    "growth": "count / count_before - 1",
    "national_growth": "national count / national count a year before - 1",
    "national_growth_without": "the same less the outliers' counts on both dates",
    "z_chance": "(count - count_before (1 + g)) / sqrt((2 x + g) count_before), g national_growth",
    "spread_with": "tau at which sum d^2 / (2 x / count_before + tau^2) is the number of areas, d "
    "the log growth less the nation's",
    "spread_without": "the same without the outliers",
    "z_with": "d / sqrt(2 x / count_before + spread_with^2)",
    "z_without": "d / sqrt(2 x / count_before + spread_without^2), nation without the outliers",
    "outliers": "areas whose log growth is more than 5 x 1.4826 x MAD from the median",
    "compound": "(count / first_count)^(1 / years) - 1",
    "national_compound": "the same of the nation",
}
