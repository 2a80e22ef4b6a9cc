"""The verdict on a force's rate, assembled from the methods into one record.

Three parts, in this order: how large is the gap, is it unusual among forces, would it matter.
"""

from __future__ import annotations

import math
from typing import Any

from mappa.data import Data
from mappa.errors import UsageError
from mappa.rates import change, comparators, forces, missing, pool, sensitivity
from mappa.rates.change import words_of_z
from mappa.rates.methods import between, empirical, equivalence, funnel, intervals, ratios
from mappa.rates.methods.rows import PER, MethodRow, normal_quantile
from mappa.rates.record import DEFAULT_DENOMINATOR, RateRecord


def assess(
    data: Data,
    force: str,
    as_of: Any,
    *,
    margin: float = 0.10,
    comparator: str = "rest",
    denominator: str = DEFAULT_DENOMINATOR,
    confidence: float = 0.95,
) -> RateRecord:
    """Return the verdict record of *force* on *as_of*.

    Parameters
    ----------
    force, as_of: name of an area, and a date of the stock.
    margin: difference that would matter, a share fixed beforehand.
    comparator: a name in ``data/comparators.csv``. denominator: whose number divides the count.
    confidence: two-sided confidence of the intervals.

    Raises
    ------
    UnknownName, UsageError: a name, date, margin or confidence that is not known (exit status 2).
    """
    force, day = data.area(force), data.date(as_of)
    _check_shares(margin, confidence)
    against = comparators.choose(data, force, day, comparator, denominator)
    common = _common(data, force, day, denominator, confidence, margin, against)
    counts = data.counts(day)
    if force not in counts:
        return RateRecord(
            **common,
            status="no count is published here for the date",
            comparator_status=against.status,
            missing=missing.what_is_known(data, force, day, denominator),
            **_spread_of(data, day, denominator),
        )
    count, people = float(counts[force]), float(common["population"])
    rate = intervals.exact_rate(count, people, confidence)
    ratio = sensitivity.ratio_to(count, people, against)
    rows = [rate, intervals.byar_rate(count, people, confidence)]
    rows.append(intervals.exact_rate(count, people, 0.998))
    gap, gap_rows = _gap(ratio, against, confidence)
    unusual, unusual_rows = _unusual(data, force, day, denominator, confidence)
    matter, matter_rows = _matter(data, force, day, denominator, margin, ratio, against)
    choices = sensitivity.grid(data, force, day, confidence)
    return RateRecord(
        **common,
        status="",
        count=int(count),
        rate=rate.value,
        rate_low=rate.lower,
        rate_high=rate.upper,
        comparator_status=against.status,
        **gap,
        **unusual,
        **matter,
        change=change.year_change(data, force, day),
        methods=[*rows, *gap_rows, *unusual_rows, *matter_rows],
        sensitivity=choices,
        sensitivity_total=len(choices),
        sensitivity_tally=sensitivity.tally(choices),
    )


def check_margin(margin: float) -> None:
    """Raise UsageError unless *margin* is a share by which a rate may differ."""
    if not 0 < margin < 10:
        raise UsageError(f"The margin must be above 0 and below 10, such as 0.10: not {margin}.")


def _check_shares(margin: float, confidence: float) -> None:
    check_margin(margin)
    if not 0.5 <= confidence < 1:
        raise UsageError(f"The confidence must be from 0.5 to below 1: not {confidence}.")


def _common(
    data: Data,
    force: str,
    day: Any,
    denominator: str,
    confidence: float,
    margin: float,
    against: comparators.Comparator,
) -> dict[str, Any]:
    people = data.people(day, denominator)
    national, everyone = float(data.national("rso_count")[day]), float(people.sum())
    together = pool.uncounted(data, day, denominator)
    return {
        "force": force,
        "as_of": f"{day:%Y-%m-%d}",
        "nation": data.nation,
        "denominator": denominator,
        "confidence": confidence,
        "margin": margin,
        "population": int(people[force]),
        "population_year": data.mid_year(day),
        "national_count": int(national),
        "national_population": int(everyone),
        "national_rate": PER * national / everyone,
        "areas": len(data.names),
        "areas_counted": len(data.names) - len(together.areas),
        "areas_uncounted": len(together.areas),
        "pool_count": int(together.count),
        "pool_population": int(together.people),
        "pool_rate": PER * together.rate if together.rate is not None else None,
        "comparator": against.name,
        "comparator_label": against.label,
        "comparator_how": against.how_chosen,
    }


def _gap(
    ratio: ratios.Ratio | None, against: comparators.Comparator, confidence: float
) -> tuple[dict[str, Any], list[MethodRow]]:
    """Part one: how large is the gap to the comparator."""
    keys: dict[str, Any] = {
        "comparator_areas": list(against.areas),
        "comparator_without_count": list(against.without_count),
        "comparator_count": int(against.count) if against.count is not None else None,
        "comparator_population": int(against.people) if against.people is not None else None,
        "comparator_rate": PER * against.rate if against.known and against.rate else None,
    }
    if ratio is None:
        return keys, []
    row, exact = ratio.interval(confidence), ratio.exact_interval(confidence)
    ninety = ratio.interval(1 - 2 * equivalence.ALPHA)
    # The gap takes exact limits: those of a count of people are what a reader can recompute.
    keys |= {
        "ratio": row.value,
        "ratio_low": row.lower,
        "ratio_high": row.upper,
        "ratio_low90": ninety.lower,
        "ratio_high90": ninety.upper,
        "ratio_p": row.p_value,
        "ratio_method": row.method,
        "people_gap": ratio.count - ratio.expected,
        "people_gap_low": ratio.expected * (exact.lower - 1) if exact.lower is not None else None,
        "people_gap_high": ratio.expected * (exact.upper - 1) if exact.upper is not None else None,
        "gap_verdict": sensitivity.verdict(row.lower, row.upper),
    }
    rows = [row]
    if ratio.kind == "counted":
        named = (ratio.count, ratio.people, ratio.count2, ratio.people2, confidence)
        rows += [exact, ratios.midp_ratio(*named)]
        rows.append(
            MethodRow(
                statistic="ratio to the comparator",
                value=row.value,
                p_value=ratios.doubled_exact_p(*named[:4]),
                method="exact conditional, doubled tail",
                source=ratios.CONDITIONAL,
            )
        )
    return keys, rows


def _spread_of(data: Data, day: Any, denominator: str) -> dict[str, Any]:
    """What is known of how much forces differ, whichever force is asked for."""
    found = forces.forces(data, day, denominator)
    if found is None:
        return {}
    low, high = between.prediction_interval(found.typical)
    rows = forces.between_rows(data, day, denominator)
    reach = normal_quantile(0.95) * found.constrained.se
    flagged = forces.flags(data, day, denominator)
    assert flagged is not None
    return {
        "tau": found.about_national.tau,
        "tau_low": rows[0].lower,
        "tau_high": rows[0].upper,
        "tau_method": "Paule-Mandel, additive on the log rate, mean held at the national rate",
        "typical_rate": PER * found.typical.rate,
        "national_typical_rate": PER * found.constrained.rate,
        "national_typical_low": PER * found.constrained.rate * math.exp(-reach),
        "national_typical_high": PER * found.constrained.rate * math.exp(reach),
        "prediction_low": PER * low,
        "prediction_high": PER * high,
        "areas_below_05": int((flagged["p_national"] < 0.05).sum()),
        "areas_below_002": int((flagged["p_national"] < 0.002).sum()),
    }


def _unusual(
    data: Data, force: str, day: Any, denominator: str, confidence: float
) -> tuple[dict[str, Any], list[MethodRow]]:
    """Part two: is the force out of line with how much forces differ."""
    found = forces.forces(data, day, denominator)
    if found is None:
        return {}, []
    i = found.where(force)
    count, people, expected = found.counts[i], found.people[i], float(found.expected[i])
    national, z_rows = found.national, []
    for fit, target, name in (
        (found.about_national, national, "the national rate"),
        (found.typical, found.typical.rate, "the typical counted force"),
        (found.constrained, found.constrained.rate, "the typical force of all areas"),
    ):
        z_rows.append(between.z_row(count, people, target, fit, name))
    z = float(z_rows[0].value or 0.0)
    mean, low, high = empirical.shrunken(found.prior, count, expected, confidence)
    flagged = forces.flags(data, day, denominator)
    assert flagged is not None
    keys = {
        **_spread_of(data, day, denominator),
        "z_overdispersed": z,
        "z_target": "national",
        "z_typical": z_rows[1].value,
        "unusual_verdict": words_of_z(z),
        "shrunken_rate": PER * national * float(mean),
        "shrunken_low": PER * national * float(low),
        "shrunken_high": PER * national * float(high),
        "own_weight": empirical.own_weight(found.prior, expected),
        **_ranks(data, day, denominator, i),
        "q_chance": float(flagged["q_rest"][force]),
        "q_overdispersed": float(flagged["q_additive"][force]),
    }
    rows = [
        intervals.against_fixed(count, expected, "the national rate", confidence),
        *(funnel.poisson_row(count, expected, level) for level in funnel.LEVELS),
        funnel.multiplicative_row(
            count, expected, funnel.multiplicative_phi(found.counts, found.expected), confidence
        ),
        *_variant_rows(found, count, expected, confidence),
        *z_rows,
        *forces.between_rows(data, day, denominator),
        _prediction_row(found, confidence),
        empirical.shrunken_row(
            found.prior, count, expected, PER * national, "rate per 100,000 people", confidence
        ),
        _above_row(found, i),
        *_false_discovery_rows(keys),
    ]
    return keys, rows


def _ranks(data: Data, day: Any, denominator: str, i: int) -> dict[str, int]:
    keys: dict[str, int] = {}
    for name, everyone in (("rank", False), ("rank_all", True)):
        ranks = forces.ranks(data, day, denominator, everyone=everyone)
        assert ranks is not None
        keys |= {
            name: int(ranks.middle[i]),
            f"{name}_of": ranks.of,
            f"{name}_low": int(ranks.low[i]),
            f"{name}_high": int(ranks.high[i]),
        }
    return keys


def _variant_rows(
    found: forces.Forces, count: float, expected: float, confidence: float
) -> list[MethodRow]:
    """The ratio to the national rate beside the limits of each additive variant."""
    shmi = between.shmi(found.counts, found.expected)
    root = between.sqrt_winsorised(found.counts, found.expected)
    spread = found.about_national.tau
    limits = [
        (
            "additive, log rate, Paule-Mandel about the national rate",
            tuple(float(v) for v in funnel.additive_limits(expected, spread, 1.0, confidence)),
            funnel.SPIEGELHALTER,
        ),
        (
            "additive, SHMI style",
            tuple(
                float(v) for v in funnel.additive_limits(expected, shmi.tau2**0.5, 1.0, confidence)
            ),
            between.SHMI,
        ),
        (
            "additive, square-root scale, winsorised 10%, limits squared back",
            between.sqrt_limits(expected, root.tau2, confidence),
            funnel.SPIEGELHALTER,
        ),
    ]
    return [
        MethodRow(
            statistic="ratio to the national rate, limits of the funnel",
            value=count / expected,
            lower=low,
            upper=high,
            confidence=confidence,
            method=method,
            source=source,
            note="the limits are the funnel's, about a ratio of 1",
        )
        for method, (low, high), source in limits
    ]


def _prediction_row(found: forces.Forces, confidence: float) -> MethodRow:
    low, high = between.prediction_interval(found.typical, confidence)
    return MethodRow(
        statistic="rate per 100,000 people of a force like the counted ones",
        value=PER * found.typical.rate,
        lower=PER * low,
        upper=PER * high,
        confidence=confidence,
        method="prediction interval, t with k - 2 degrees of freedom",
        source=between.HIGGINS,
    )


def _above_row(found: forces.Forces, i: int) -> MethodRow:
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


def _false_discovery_rows(keys: dict[str, Any]) -> list[MethodRow]:
    return [
        MethodRow(
            statistic="q-value over the counted areas",
            value=keys[name],
            method=f"Benjamini-Hochberg, {what}",
            source=forces.BENJAMINI,
            note=note,
        )
        for name, what, note in (
            ("q_chance", "chance alone", "flags most areas, so it tells nothing"),
            ("q_overdispersed", "with the spread between forces", ""),
        )
    ]


def _matter(
    data: Data,
    force: str,
    day: Any,
    denominator: str,
    margin: float,
    ratio: ratios.Ratio | None,
    against: comparators.Comparator,
) -> tuple[dict[str, Any], list[MethodRow]]:
    """Part three: would it matter, for a margin fixed beforehand."""
    low, high = equivalence.zone(margin)
    keys: dict[str, Any] = {"margin_low": low, "margin_high": high}
    if ratio is None:
        return keys, []
    found = forces.forces(data, day, denominator)
    tau = found.about_national.tau if found else 0.0
    test = equivalence.margin_test(ratio, margin)
    rows = equivalence.rows(ratio, margin, ratio.expected, tau)
    keys |= {
        "margin_verdict": test.verdict,
        "equivalence_p": test.equivalence_p,
        "smallest_margin": equivalence.smallest_margin(ratio),
        "superiority_margin": equivalence.superiority(ratio),
        "minimal_detectable_ratio": equivalence.minimal_detectable(ratio.expected),
        "minimal_detectable_ratio_between": (
            equivalence.minimal_detectable(ratio.expected, tau) if found else None
        ),
    }
    if found is None:
        return keys, rows
    chance = _exceedance(found, force, margin, ratio, against)
    rows.append(
        MethodRow(
            statistic=f"P(true ratio to the comparator {chance['probability_direction']} "
            f"{chance['probability_threshold']:.6g})",
            value=chance["probability_exceeds_margin"],
            method=chance["probability_model"],
            source=empirical.CLAYTON_KALDOR,
        )
    )
    return keys | chance, rows


def _exceedance(
    found: forces.Forces,
    force: str,
    margin: float,
    ratio: ratios.Ratio,
    against: comparators.Comparator,
) -> dict[str, Any]:
    """P(beyond the margin) on the side of the comparator on which the force stands."""
    i = found.where(force)
    count, expected = found.counts[i], float(found.expected[i])
    above = (ratio.value or 0.0) >= 1
    low, high = equivalence.zone(margin)
    threshold = high if above else low
    own = (against.rate or 0.0) / found.national
    if ratio.kind == "counted":
        p = empirical.exceedance(
            found.prior, count, expected, threshold * own, other_count=ratio.count2
        )
    else:
        p = empirical.exceedance_modelled(
            found.prior, count, expected, threshold * own, ratio.log_se
        )
    return {
        "probability_exceeds_margin": p if above else 1 - p,
        "probability_direction": "above" if above else "below",
        "probability_threshold": threshold,
        "probability_model": "empirical Bayes: gamma-Poisson posterior of the force "
        + ("over the gamma of the comparator" if ratio.kind == "counted" else "over its rate"),
    }
