"""Part two of the verdict: is the area out of line with how much areas differ."""

import dataclasses
import math

import numpy as np

from mappa.printed import PER
from mappa.rates import keys as k
from mappa.rates.forces import Forces
from mappa.rates.keys import SPREAD
from mappa.rates.methods import between, empirical
from mappa.rates.methods.rows import normal_quantile

_BETWEEN, _EMPIRICAL = "rates.methods.between", "rates.methods.empirical"
_FIT, _PROFILE = f"{_BETWEEN}.paule_mandel", f"{_BETWEEN}.q_profile"
_PREDICTED, _FLAGS = f"{_BETWEEN}.Predicted", "rates.forces.Forces.flags"


@dataclasses.dataclass(frozen=True)
class Spread(k.Traced, by="rates.forces.constrained_fit", rests_on=SPREAD):
    """How much the counted areas differ: the same for every area of a date."""

    tau: float = k.tau(
        "SD of the true log rates of areas, the mean held at the national rate",
        "tau^2 at which sum (log rate - log national_rate)^2 / (1 / count + tau^2) equals the "
        "number of counted areas",
        by=_FIT,
    )
    tau_low: float = k.tau(
        "Lower limit of tau (Q-profile, the mean held there)",
        "tau^2 at which Q about log national_rate equals the upper chi-squared quantile, one "
        "degree of freedom for each counted area",
        by=_PROFILE,
    )
    tau_high: float = k.tau(
        "Upper limit of tau (Q-profile, the mean held there)",
        "as tau_low, at the lower chi-squared quantile",
        by=_PROFILE,
    )
    tau_method: str = k.text("How tau is fitted", by=_FIT)
    typical_rate: float = k.per_people(
        "Random-effects mean: the mean log rate of the counted areas, each an area",
        "100,000 x exp(weighted mean of the log rates, weights 1 / (1 / count + tau^2))",
        by=_FIT,
    )
    national_typical_rate: float = k.per_people(
        "Random-effects mean of all areas, the uncounted as one constraint",
        "as typical_rate with the uncounted areas as one observation whose variance is "
        "1 / pool_count + tau^2 x sum of squared population shares",
    )
    national_typical_low: float = k.per_people(
        "Its lower limit", "national_typical_rate x exp(-1.96 standard error)"
    )
    national_typical_high: float = k.per_people(
        "Its upper limit", "national_typical_rate x exp(+1.96 standard error)"
    )
    prediction_low: float = k.per_people(
        "Lower limit of the area's observed rate, as the other counted areas let expect it",
        "100,000 x exp(mean - t(k - 3) sd), mean and tau of the other counted areas "
        "(Paule-Mandel), sd = sqrt(tau^2 + se^2 + 1 / (population x exp(mean))), k counted areas "
        "with this one",
        by=f"{_BETWEEN}.predict",
    )
    prediction_high: float = k.per_people(
        "Upper limit of the same", "as prediction_low, with + t(k - 3) sd", by=f"{_BETWEEN}.predict"
    )
    power_20: float = k.power(
        "Chance that a true rate 20% above the typical one is found unusual",
        "non-central t with k - 3 degrees of freedom at ln(1.2) / sd",
        by=f"{_PREDICTED}.power",
    )
    power_50: float = k.power(
        "Chance that a true rate 50% above the typical one is found unusual",
        "non-central t with k - 3 degrees of freedom at ln(1.5) / sd",
        by=f"{_PREDICTED}.power",
    )
    areas_below_05: int = k.areas(
        "Counted areas whose exact p-value against the national rate is below 0.05",
        "counted areas whose doubled exact p-value against national_rate is below 0.05",
        by=_FLAGS,
    )
    areas_below_002: int = k.areas("The same below 0.002", by=_FLAGS)
    areas_unusual: int = k.areas(
        "Counted areas that are unusual by the same rule", "areas with unusual_p < 0.05", by=_FLAGS
    )


@dataclasses.dataclass(frozen=True)
class Unusual(k.Traced, by="rates.standing.unusual", rests_on=SPREAD):
    """Part two: is the area out of line with how much areas differ."""

    z_overdispersed: float = k.z_score(
        "Distance of the log rate from the other areas' mean, in its standard deviations",
        "(ln(count / population) - mean) / sd, mean and sd as in prediction_low",
        by=f"{_PREDICTED}.z",
    )
    z_target: str = k.text("What the z is measured from", "fixed: the other counted areas")
    unusual_p: float = k.p_value(
        "Two-sided p-value of the z: t with k - 3 degrees of freedom",
        "2 P(t(k - 3) > |z_overdispersed|)",
        by=f"{_PREDICTED}.p_value",
    )
    unusual_verdict: str = k.text(
        "not unusual, unusual or very unusual: the rate in its prediction interval",
        "very unusual if unusual_p < 0.002, unusual if unusual_p < 0.05, else not unusual",
        by=f"{_PREDICTED}.verdicts",
    )
    areas_further: int = k.areas(
        "Counted areas whose rate is further from the national rate than this area's",
        "areas with |ln(rate / national_rate)| above that of the area",
    )
    z_typical: float = k.z_score(
        "z from typical_rate with its own tau: the area itself is in both",
        "ln(rate / typical_rate) / sqrt(1 / count + tau^2), tau fitted with a free mean",
        by=f"{_BETWEEN}.z_score",
    )
    shrunken_rate: float = k.per_people(
        "Empirical-Bayes rate",
        "national_rate x (a + count) / (b + expected), a and b by negative-binomial likelihood",
        by=f"{_EMPIRICAL}.shrunken",
    )
    shrunken_low: float = k.per_people(
        "Its lower limit", "quantile of Gamma(a + count, b + expected)", by=f"{_EMPIRICAL}.shrunken"
    )
    shrunken_high: float = k.per_people(
        "Its upper limit", "quantile of Gamma(a + count, b + expected)", by=f"{_EMPIRICAL}.shrunken"
    )
    own_weight: float = k.share(
        "Weight of the force's own count in it",
        "expected / (b + expected)",
        by=f"{_EMPIRICAL}.own_weight",
    )
    q_chance: float = k.p_value(
        "Benjamini-Hochberg q-value over the counted areas, by chance alone",
        "Benjamini-Hochberg over the counted areas, exact conditional p-values against the rest",
        by=_FLAGS,
    )
    q_overdispersed: float = k.p_value(
        "The same over the p-values of the rule of unusual",
        "Benjamini-Hochberg over unusual_p of the counted areas",
        by=_FLAGS,
    )


@dataclasses.dataclass(frozen=True)
class Ranks(k.Traced, by=f"{_EMPIRICAL}.rank_draws", rests_on=SPREAD):
    """Ranks by the true rate, 1 the highest, among the counted areas and among all."""

    rank: int = k.rank(
        "Rank by the true rate among the counted areas, 1 the highest (posterior median)",
        "median of the ranks of posterior draws, 1 the highest",
    )
    rank_of: int = k.areas("Areas ranked", "counted areas", rests_on=(k.ALL,))
    rank_low: int = k.rank("Lower limit of the rank", "2.5% quantile of the ranks")
    rank_high: int = k.rank("Upper limit of the rank", "97.5% quantile of the ranks")
    rank_all: int = k.rank(
        "Rank among all areas, about: the uncounted drawn like the counted, to their known sum",
        "as rank, the uncounted areas drawn from the prior and scaled to pool_count",
    )
    rank_all_of: int = k.areas("All areas", rests_on=(k.ALL,))
    rank_all_low: int = k.rank("Lower limit of that rank", "2.5% quantile of the ranks")
    rank_all_high: int = k.rank("Upper limit of that rank", "97.5% quantile of the ranks")


def spread(found: Forces, people: float, force: str) -> Spread:
    """Return how much the counted areas differ, and what that lets expect of *force*.

    Parameters
    ----------
    people: the area's population. force: its name, counted or not.
    """
    keep = np.array([a != force for a in found.areas])
    others = between.predict(between.spread(found.counts[keep], found.people[keep]), people)
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


def unusual(found: Forces, force: str, confidence: float) -> Unusual:
    """Return where a counted area is among the others."""
    i, flags = found.areas.index(force), found.flags.loc[force]
    count, people, expected = found.counts[i], found.people[i], found.expected[i]
    shrunk = empirical.shrunken(found.prior, count, expected, confidence)
    mean, low, high = (PER * found.national * float(value) for value in shrunk)
    distance = np.abs(found.log_rates.log_rates - math.log(found.national))
    return Unusual(
        z_overdispersed=float(flags["z"]),
        z_target="the other counted areas",
        unusual_p=float(flags["p_additive"]),
        unusual_verdict=str(flags["verdict"]),
        areas_further=int((distance > distance[i]).sum()),
        z_typical=between.z_score(count, people, found.typical.rate, found.typical.tau),
        shrunken_rate=mean,
        shrunken_low=low,
        shrunken_high=high,
        own_weight=empirical.own_weight(found.prior, float(expected)),
        q_chance=float(flags["q_rest"]),
        q_overdispersed=float(flags["q_additive"]),
    )


def ranks(found: Forces, force: str) -> Ranks:
    """Return the ranks of *force* among the counted areas and among all."""
    return Ranks(*(int(v) for ranks in (found.ranks, found.ranks_all) for v in ranks.loc[force]))
