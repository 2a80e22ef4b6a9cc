"""Words of the fit: how near the counts, what the data inform, versions, what would settle it."""

from collections import Counter

import pandas as pd
from scipy import stats

from mappa.register.answers.record import Estimate, RegisterRecord, StockPoint
from mappa.register.answers.value_of_information import Request, Settlement
from mappa.words import Prose, Table, capital
from mappa.words import numbers as n
from mappa.words.register.answer import attributed, signed_ends


def status(record: RegisterRecord) -> Prose:
    """Return how the numbers were found."""
    d, how = record.diagnostics, capital(record.status)
    if d.get("rhat_max") is None:
        return Prose(f"{how}. The intervals are rougher than those of a sampled one.")
    return Prose(
        f"{how}. There are {n.count(d['draws'])} draws, from {d['chains']} "
        f"chains for each of {n.things(len(record.versions), 'version')}. Of all quantities shown "
        f"the largest R-hat is {n.number(d['rhat_max'], 4)} and the smallest effective sample size "
        f"{n.count(d['ess_min'])}."
    )


def misfit(record: RegisterRecord) -> Prose:
    """Return the largest gap between model and published stock, early and late."""
    held = [p for p in record.stock if p.published is not None and p.kind == "fitted"]
    if not held:
        return Prose("No published count of the register falls on the yearly dates of the model.")
    worst, last = max(held, key=lambda p: abs(p.median / (p.published or p.median) - 1)), held[-1]
    return Prose(
        f"The model is furthest from a published count on {n.day(worst.date)}: "
        f"{n.count(worst.median)} against {n.count(worst.published)} ({_percent_gap(worst)}). On "
        f"{n.day(last.date)} it gives {n.count(last.median)} against {n.count(last.published)} "
        f"({_percent_gap(last)}). The dashed line runs on from the model’s own fit; the forecast "
        "further down starts from the published count, so its numbers differ."
    )


def _percent_gap(p: StockPoint) -> str:
    return n.percent(p.median / (p.published or p.median) - 1, 1, sign=True)


#: Parameters of the number of deaths, which no count informs.
MORTALITY = "excess_mortality"


def informed(record: RegisterRecord) -> Prose:
    """Return how many quantities the data inform, and where they disagree with what was assumed."""
    by = Counter(p.told for p in record.parameters)
    steps = [p for p in record.parameters if p.latent]
    text = (
        f"The model has {n.things(len(record.parameters), 'quantity', 'quantities')}. The data "
        f"inform {by['data']} of them well, {by['partly']} in part and {by['prior only']} hardly "
        "at all. These last rest on stated ranges."
    )
    if steps:
        of_steps = sum(p.told != "prior only" for p in steps)
        text += (
            f" The number who join for each sentence may drift in {n.things(len(steps), 'step')}, "
            f"of which the data inform {of_steps}: it is free to follow the counts."
        )
    return Prose("\n\n".join(part for part in (text, *_conflicts(record), _deaths(record)) if part))


def _conflicts(record: RegisterRecord) -> list[str]:
    """Say where the data pull a quantity out of the range that was assumed for it."""
    known = {p.parameter: p for p in record.parameters}
    outside = Counter(name for v in record.versions for name in v.conflicts)
    found = [
        f"{known[name].meaning}: outside {_value(known[name].prior_low)} to "
        f"{_value(known[name].prior_high)} ({known[name].unit}) in {n.things(count, 'version')}."
        for name, count in outside.items()
    ]
    if not found:
        return []
    strain = (
        "In some versions the data pull a quantity out of its stated range. That shows strain in "
        "the model and is not a finding."
    )
    return [strain, *(" ".join(found[i : i + 4]) for i in range(0, len(found), 4))]


def _value(value: float) -> str:
    return n.number(value, 1 if abs(value) >= 1 else 2)


def _deaths(record: RegisterRecord) -> str:
    """Say that no figure informs the number of deaths, where that is so."""
    rate = next((p for p in record.parameters if p.parameter == MORTALITY), None)
    if rate is None or rate.told != "prior only":
        return ""
    return (
        "No figure used here informs the number of deaths. It follows from the life table and the "
        "range assumed for this group."
    )


#: Predictive p-values below which a version is said not to fit.
LOW = 0.05
#: Groups of figures in posterior predictive checks, in words.
CHECKS = {
    "all": "all figures",
    "stock": "register counts",
    "prison": "prison counts",
    "largest": "largest gap",
}
#: What was changed after a result had been seen, and in what order versions and weights were fixed.
CHANGED = (
    "Some choices were made by people who had seen results. After a first fit the ranges of two "
    "quantities and the size of two drifts were widened. After an audit the error allowed to early "
    "returns of areas went from 2% to 4%.\n\nThe audit also led to one prison count a year, and to "
    "orders deciding how many stay on after a fixed period. Similar versions had been tried before "
    "these five were written down. Their weights were fixed before any of them was fitted, and "
    "none was dropped."
)


def versions(record: RegisterRecord) -> Table:
    """Return each version's own answer, a row each, with its 90% intervals."""
    earliest = min((s.reference for s in record.shorter), default="")
    heads = {
        "indefinite": "Registered indefinitely",
        "latent": "Joining for each sentence",
        "shorter": f"Lengths of {record.reference}",
        "shorter_earliest": f"Lengths of {earliest}",
        "fixed_period": "Fixed period",
    }
    rows = [
        [capital(v.label), *(_own(getattr(v, name)) for name in heads)] for v in record.versions
    ]
    return Table(
        "The answer of each version, in people with 90% intervals",
        pd.DataFrame(rows, columns=["Version", *heads.values()]),
        note="The first two are parts of the rise, the others how much smaller it would have been.",
    )


def _own(e: Estimate | None) -> str:
    return f"{n.change(e.median)} ({signed_ends(e)})" if e else ""


@attributed
def pooled(record: RegisterRecord) -> Prose:
    """Return how the versions are averaged, how far apart they are, and what was changed."""
    found = record.versions
    growth = sorted(v.indefinite.mean for v in found)
    shorter = sorted(v.shorter.mean for v in found if v.shorter)
    return Prose(
        f"These numbers average {n.things(len(found), 'version')} of the model, each with the same "
        "weight. They differ in how published custody enters and in what else fills the prisons. "
        "Their own answers for the growth of people registered indefinitely run from "
        f"{n.count(growth[0])} to {n.count(growth[-1])}. With sentences as long as in "
        f"{record.reference} the rise would be {n.smaller(shorter[0])} in one and "
        f"{n.smaller(shorter[-1])} in another.\n\n{CHANGED}"
    )


def checks(record: RegisterRecord) -> Prose:
    """Return which predictive checks are low and which figure each version misses most."""
    if any(v.prior_predictive_p is None for v in record.versions):
        return Prose("How well each version fits is known for the shipped fit only.")
    return Prose("\n\n".join((_prior(record), *_posterior(record))))


def _prior(record: RegisterRecord) -> str:
    low = [v for v in record.versions if (v.prior_predictive_p or 0) < LOW]
    if not low:
        return "No version's prior predictive check is below 0.05."
    which = f"{n.cardinal(len(low))} of {n.things(len(record.versions), 'version')}"
    if len(low) == len(record.versions):
        which = "every version"
    return (
        f"In {which} figures like the real ones are unlikely under the stated ranges (prior "
        "predictive p below 0.05). So less is known than their intervals say."
    )


def _posterior(record: RegisterRecord) -> list[str]:
    """Say, version by version, which posterior predictive checks are low, and where."""
    parts = []
    for v in record.versions:
        low = [CHECKS[name] for name, p in v.posterior_predictive_p.items() if p < LOW]
        furthest = f"{v.furthest} ({n.number(v.gap, 1, sign=True)} sd)"
        if low:
            parts.append(
                f"{capital(v.label)}: {n.listing(low)}. It is furthest from the {furthest}."
            )
    if not parts:
        return ["No posterior predictive check is below 0.05."]
    return ["These posterior predictive checks are below 0.05.", *parts]


def calibration(table: pd.DataFrame, level: float = 0.95) -> Prose:
    """Return whether the sampler finds the parameters that made its figures.

    *table* is that of :func:`mappa.register.doors.calibration`, *level* of its band for one
    parameter.
    """
    outside, k = list(table.index[~table["inside"]]), len(table)
    made = (
        f"The sampler was given {n.count(table['sets'].iloc[0])} sets of figures made by the "
        f"model. For {k - len(outside)} of {k} parameters the true values rank among its draws as "
        f"they should: inside a {n.percent(level, 0)} band for one parameter."
    )
    if not outside:
        return Prose(made)
    chance = float(stats.binom.sf(len(outside) - 1, k, 1 - level))
    return Prose(
        f"{made} Outside are {n.listing(outside)}. If the sampler is right, about "
        f"{n.count(k * (1 - level))} would be outside by chance, and {len(outside)} or more with "
        f"probability {n.probability(chance)}."
    )


def settle_sentence(settlement: Settlement) -> Prose:
    """Name the table that would narrow the answer most."""
    known = [r for r in settlement.requests if r.status == "ok" and r.reduction]
    if not known:
        return Prose("None of the tables that could be asked for would narrow the answer.")
    best = known[0]
    component = max(best.by_component, key=lambda c: best.by_component[c])
    return Prose(
        f"The unpublished table that would narrow the answer most is {best.table}. It should "
        f"remove {n.percent(best.reduction, 0)} of the answer's variance, and "
        f"{n.percent(best.by_component[component], 0)} of that of its part {component!r}. "
        f"All the tables together would remove {n.percent(settlement.together, 0)}. This "
        "assumes that the model holds and that a table meets its numbers within "
        f"{n.percent(best.error, 0)}."
    )


def settle_request(request: Request) -> Prose:
    """Return the wording of the request, ready to be sent."""
    return Prose(f"To {request.holder}.\n\n{request.request}")
