"""Part two of the verdict: is the area out of line with how much areas differ."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike

from mappa.printed import PER
from mappa.rates import forces
from mappa.rates import keys as k
from mappa.rates.forces import Forces
from mappa.rates.keys import SPREAD
from mappa.rates.methods import between, empirical, funnel, intervals
from mappa.rates.methods.rows import MethodRow, normal_quantile
from mappa.records import Record, key

_BETWEEN, _EMPIRICAL = "rates.methods.between", "rates.methods.empirical"
_PREDICT = f"{_BETWEEN}.predict"


@dataclasses.dataclass(frozen=True)
class Spread(Record):
    """How much the counted areas differ: the same for every area of a date."""

    # fmt: off
    tau: float = k.tau(
        "SD of the true log rates of areas, the mean held at the national rate", formula="tau^2 "
        "at which sum (log rate - log national_rate)^2 / (1 / count + tau^2) equals the number of "
        "counted areas", by=f"{_BETWEEN}.paule_mandel", rests_on=SPREAD)
    tau_low: float = k.tau(
        "Lower limit of tau (Q-profile, the mean held there)", formula="tau^2 at which Q about "
        "log national_rate equals the upper chi-squared quantile, one degree of freedom for each "
        "counted area", by=f"{_BETWEEN}.q_profile", rests_on=SPREAD, rounded="three decimals")
    tau_high: float = k.tau(
        "Upper limit of tau (Q-profile, the mean held there)", formula="as tau_low, at the lower "
        "chi-squared quantile", by=f"{_BETWEEN}.q_profile", rests_on=SPREAD,
        rounded="three decimals")
    tau_method: str = key("How tau is fitted", by=f"{_BETWEEN}.paule_mandel")
    typical_rate: float = k.per_people(
        "Random-effects mean: the mean log rate of the counted areas, each an area",
        formula="100,000 x exp(weighted mean of the log rates, weights 1 / (1 / count + tau^2))",
        by=f"{_BETWEEN}.paule_mandel", rests_on=SPREAD)
    national_typical_rate: float = k.per_people(
        "Random-effects mean of all areas, the uncounted as one constraint", formula="as "
        "typical_rate with the uncounted areas as one observation whose variance is 1 / "
        "pool_count + tau^2 x sum of squared population shares", by="rates.forces.constrained_fit",
        rests_on=SPREAD)
    national_typical_low: float = k.per_people(
        "Its lower limit", formula="national_typical_rate x exp(-1.96 standard error)",
        by="rates.forces.constrained_fit", rests_on=SPREAD)
    national_typical_high: float = k.per_people(
        "Its upper limit", formula="national_typical_rate x exp(+1.96 standard error)",
        by="rates.forces.constrained_fit", rests_on=SPREAD)
    prediction_low: float = k.per_people(
        "Lower limit of the area's observed rate, as the other counted areas let expect it",
        formula="100,000 x exp(mean - t(k - 3) sd), mean and tau of the other counted areas "
        "(Paule-Mandel), sd = sqrt(tau^2 + se^2 + 1 / (population x exp(mean))), k counted areas "
        "with this one", by=_PREDICT, rests_on=SPREAD)
    prediction_high: float = k.per_people(
        "Upper limit of the same", formula="as prediction_low, with + t(k - 3) sd", by=_PREDICT,
        rests_on=SPREAD)
    power_20: float = k.percent(
        "Chance that a true rate 20% above the typical one is found unusual", unit="probability",
        formula="non-central t with k - 3 degrees of freedom at ln(1.2) / sd",
        by=f"{_BETWEEN}.Predicted.power", rests_on=SPREAD)
    power_50: float = k.percent(
        "Chance that a true rate 50% above the typical one is found unusual", unit="probability",
        formula="non-central t with k - 3 degrees of freedom at ln(1.5) / sd",
        by=f"{_BETWEEN}.Predicted.power", rests_on=SPREAD)
    areas_below_05: int = k.areas(
        "Counted areas whose exact p-value against the national rate is below 0.05",
        formula="counted areas whose doubled exact p-value against national_rate is below 0.05",
        by="rates.forces.Forces.flags", rests_on=SPREAD)
    areas_below_002: int = k.areas(
        "The same below 0.002", by="rates.forces.Forces.flags", rests_on=SPREAD)
    areas_unusual: int = k.areas(
        "Counted areas that are unusual by the same rule", formula="areas with unusual_p < 0.05",
        by="rates.forces.Forces.flags", rests_on=SPREAD)
    # fmt: on


@dataclasses.dataclass(frozen=True)
class Unusual(Record):
    """Part two: is the area out of line with how much areas differ."""

    # fmt: off
    z_overdispersed: float = k.z_score(
        "Distance of the log rate from the other areas' mean, in its standard deviations",
        formula="(ln(count / population) - mean) / sd, mean and sd as in prediction_low",
        by=f"{_BETWEEN}.Predicted.z", rests_on=SPREAD)
    z_target: str = key(
        "What the z is measured from", formula="fixed: the other counted areas",
        by="rates.standing.unusual")
    unusual_p: float = k.probability(
        "Two-sided p-value of the z: t with k - 3 degrees of freedom", unit="", formula="2 P(t(k "
        "- 3) > |z_overdispersed|)", by=f"{_BETWEEN}.Predicted.p_value", rests_on=SPREAD)
    unusual_verdict: str = key(
        "not unusual, unusual or very unusual: the rate in its prediction interval",
        formula="very unusual if unusual_p < 0.002, unusual if unusual_p < 0.05, else not unusual",
        by=f"{_BETWEEN}.Predicted.verdicts", rests_on=SPREAD)
    z_typical: float = k.z_score(
        "z from typical_rate with its own tau: the area itself is in both", formula="ln(rate / "
        "typical_rate) / sqrt(1 / count + tau^2), tau fitted with a free mean",
        by=f"{_BETWEEN}.z_score", rests_on=SPREAD)
    shrunken_rate: float = k.per_people(
        "Empirical-Bayes rate", formula="national_rate x (a + count) / (b + expected), a and b by "
        "negative-binomial likelihood", by=f"{_EMPIRICAL}.shrunken", rests_on=SPREAD)
    shrunken_low: float = k.per_people(
        "Its lower limit", formula="quantile of Gamma(a + count, b + expected)",
        by=f"{_EMPIRICAL}.shrunken", rests_on=SPREAD)
    shrunken_high: float = k.per_people(
        "Its upper limit", formula="quantile of Gamma(a + count, b + expected)",
        by=f"{_EMPIRICAL}.shrunken", rests_on=SPREAD)
    own_weight: float = key(
        "Weight of the force's own count in it", "share", formula="expected / (b + expected)",
        by=f"{_EMPIRICAL}.own_weight", rests_on=SPREAD, rounded="three decimals")
    q_chance: float = k.probability(
        "Benjamini-Hochberg q-value over the counted areas, by chance alone", unit="",
        formula="Benjamini-Hochberg over the counted areas, exact conditional p-values against "
        "the rest", by="rates.forces.Forces.flags", rests_on=SPREAD)
    q_overdispersed: float = k.probability(
        "The same over the p-values of the rule of unusual", unit="", formula="Benjamini-Hochberg "
        "over unusual_p of the counted areas", by="rates.forces.Forces.flags", rests_on=SPREAD)
    # fmt: on


@dataclasses.dataclass(frozen=True)
class Ranks(Record):
    """Ranks by the true rate, 1 the highest, among the counted areas and among all."""

    # fmt: off
    rank: int = k.rank(
        "Rank by the true rate among the counted areas, 1 the highest (posterior median)",
        formula="median of the ranks of posterior draws, 1 the highest",
        by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD)
    rank_of: int = k.areas(
        "Areas ranked", formula="counted areas", by=f"{_EMPIRICAL}.rank_draws", rests_on=(k.ALL,))
    rank_low: int = k.rank(
        "Lower limit of the rank", formula="2.5% quantile of the ranks",
        by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD)
    rank_high: int = k.rank(
        "Upper limit of the rank", formula="97.5% quantile of the ranks",
        by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD)
    rank_all: int = k.rank(
        "Rank among all areas, about: the uncounted drawn like the counted, to their known sum",
        formula="as rank, the uncounted areas drawn from the prior and scaled to pool_count",
        by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD)
    rank_all_of: int = k.areas("All areas", by=f"{_EMPIRICAL}.rank_draws", rests_on=(k.ALL,))
    rank_all_low: int = k.rank(
        "Lower limit of that rank", formula="2.5% quantile of the ranks",
        by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD)
    rank_all_high: int = k.rank(
        "Upper limit of that rank", formula="97.5% quantile of the ranks",
        by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD)
    # fmt: on


def spread(found: Forces, people: float, force: str) -> Spread:
    """Return how much the counted areas differ, and what that lets expect of *force*.

    Parameters
    ----------
    people: the area's population. force: its name, counted or not.
    """
    others = predicted(found, people, force)
    low, high = others.limits()
    held = between.q_profile(found.log_rates, mean=math.log(found.national))
    reach = normal_quantile(0.95) * found.constrained.se
    return Spread(
        tau=found.about_national.tau,
        tau_low=held[0],
        tau_high=held[1],
        tau_method="Paule-Mandel, additive on the log rate, mean held at the national rate",
        typical_rate=PER * found.typical.rate,
        national_typical_rate=PER * found.constrained.rate,
        national_typical_low=PER * found.constrained.rate * math.exp(-reach),
        national_typical_high=PER * found.constrained.rate * math.exp(reach),
        prediction_low=PER * float(low),
        prediction_high=PER * float(high),
        power_20=float(others.power(1.2)),
        power_50=float(others.power(1.5)),
        areas_below_05=int((found.flags["p_national"] < 0.05).sum()),
        areas_below_002=int((found.flags["p_national"] < 0.002).sum()),
        areas_unusual=int((found.flags["p_additive"] < 0.05).sum()),
    )


def predicted(found: Forces, people: float, force: str) -> between.Predicted:
    """Return what the counted areas but *force* let expect of an area with its population."""
    others = np.array([a != force for a in found.areas])
    return between.predict(between.spread(found.counts[others], found.people[others]), people)


def unusual(found: Forces, force: str, confidence: float) -> Unusual:
    """Return where a counted area is among the others."""
    i, flags = found.where(force), found.flags.loc[force]
    mean, low, high = empirical.shrunken(
        found.prior, found.counts[i], found.expected[i], confidence
    )
    return Unusual(
        z_overdispersed=float(flags["z"]),
        z_target="the other counted areas",
        unusual_p=float(flags["p_additive"]),
        unusual_verdict=str(flags["verdict"]),
        z_typical=between.z_score(
            found.counts[i], found.people[i], found.typical.rate, found.typical.tau
        ),
        shrunken_rate=PER * found.national * float(mean),
        shrunken_low=PER * found.national * float(low),
        shrunken_high=PER * found.national * float(high),
        own_weight=empirical.own_weight(found.prior, float(found.expected[i])),
        q_chance=float(flags["q_rest"]),
        q_overdispersed=float(flags["q_additive"]),
    )


def ranks(found: Forces, force: str) -> Ranks:
    """Return the ranks of *force* among the counted areas and among all."""
    i, among, everyone = found.where(force), found.ranks, found.ranks_all
    return Ranks(
        *(int(v) for v in (among.middle[i], among.of, among.low[i], among.high[i])),
        *(int(v) for v in (everyone.middle[i], everyone.of, everyone.low[i], everyone.high[i])),
    )


def rows(found: Forces, force: str, part: Unusual, confidence: float) -> list[MethodRow]:
    """Return the place of *force* among the areas by every method, a row each."""
    i = found.where(force)
    count, people, expected = found.counts[i], found.people[i], float(found.expected[i])
    phi = float(funnel.multiplicative_phi(found.counts, found.expected))
    return [
        intervals.against_fixed(count, expected, "the national rate", confidence),
        *(funnel.poisson_row(count, expected, level) for level in funnel.LEVELS),
        funnel.multiplicative_row(count, expected, phi, confidence),
        *_variant_rows(found, count, expected, confidence),
        _rule_row(found, i, part, confidence),
        *(
            between.z_row(count, people, target, fit, name)
            for fit, target, name in (
                (found.about_national, found.national, "the national rate"),
                (found.typical, found.typical.rate, "the random-effects mean of counted areas"),
                (found.constrained, found.constrained.rate, "the random-effects mean of all areas"),
            )
        ),
        *found.rows,
        _typical_row(found, confidence),
        empirical.shrunken_row(
            found.prior, count, expected, PER * found.national, "rate per 100,000 people",
            confidence,
        ),
        _above_row(found, i),
        *_false_discovery_rows(part),
    ]  # fmt: skip


def _rule_row(found: Forces, i: int, part: Unusual, confidence: float) -> MethodRow:
    low, high = found.predicted.limits(confidence)
    return MethodRow(
        statistic="observed rate per 100,000 people, as the other counted areas let expect it",
        value=PER * float(np.exp(found.predicted.mean[i])),
        lower=PER * float(low[i]),
        upper=PER * float(high[i]),
        confidence=confidence,
        p_value=part.unusual_p,
        method="prediction interval from the others with the chance of the area's own count, t "
        "with k - 3 degrees of freedom",
        source=between.HIGGINS,
        note=f"the rule of unusual: {part.unusual_verdict}",
    )


def _variant_rows(
    found: Forces, count: float, expected: float, confidence: float
) -> list[MethodRow]:
    """The ratio to the national rate beside the limits of each additive variant."""
    shmi = between.shmi(found.counts, found.expected)
    root = between.sqrt_winsorised(found.counts, found.expected)
    spread = found.about_national.tau
    limits: list[tuple[str, tuple[ArrayLike, ArrayLike], str]] = [
        (
            "additive, log rate, Paule-Mandel about the national rate",
            funnel.additive_limits(expected, spread, 1.0, confidence),
            funnel.SPIEGELHALTER,
        ),
        (
            "additive, SHMI style",
            funnel.additive_limits(expected, float(shmi.tau2) ** 0.5, 1.0, confidence),
            between.SHMI,
        ),
        (
            "additive, square-root scale, winsorised 10%, limits squared back",
            between.sqrt_limits(expected, float(root.tau2), confidence),
            funnel.SPIEGELHALTER,
        ),
    ]
    return [
        MethodRow(
            statistic="ratio to the national rate, limits of the funnel",
            value=count / expected,
            lower=float(np.asarray(low)),
            upper=float(np.asarray(high)),
            confidence=confidence,
            method=method,
            source=source,
            note="the limits are the funnel's, about a ratio of 1",
        )
        for method, (low, high), source in limits
    ]


def _typical_row(found: Forces, confidence: float) -> MethodRow:
    low, high = between.prediction_interval(found.typical, confidence)
    return MethodRow(
        statistic="true rate per 100,000 people of a force like the counted ones",
        value=PER * found.typical.rate,
        lower=PER * low,
        upper=PER * high,
        confidence=confidence,
        method="prediction interval, t with k - 2 degrees of freedom",
        source=between.HIGGINS,
    )


def _above_row(found: Forces, i: int) -> MethodRow:
    p = empirical.exceedance(
        found.prior, found.counts[i], float(found.expected[i]), 1.0, other_count=None
    )
    return MethodRow(
        statistic="P(true rate above the national rate)",
        value=p,
        method="empirical Bayes, gamma-Poisson",
        source=empirical.CLAYTON_KALDOR,
        note="the plain p-value in other clothes: it does not ask how much forces differ",
    )


def _false_discovery_rows(part: Unusual) -> list[MethodRow]:
    return [
        MethodRow(
            statistic="q-value over the counted areas",
            value=value,
            method=f"Benjamini-Hochberg, {what}",
            source=forces.BENJAMINI,
            note=note,
        )
        for value, what, note in (
            (part.q_chance, "chance alone", "flags most areas, so it says nothing of one"),
            (part.q_overdispersed, "by the rule of unusual", ""),
        )
    ]
