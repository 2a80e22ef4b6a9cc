"""Words of the fit: how near the counts, what the data inform, what is assumed."""

from __future__ import annotations

from collections import Counter

from mappa.register.answers.record import RegisterRecord, StockPoint
from mappa.words import numbers as n
from mappa.words.prose import Prose, capital


def status(record: RegisterRecord) -> Prose:
    """Return how the numbers were found."""
    found = record.diagnostics.get("rhat_max")
    if found is None:
        return Prose(
            f"{capital(record.status)}. The intervals are rougher than those of a sampled one."
        )
    d = record.diagnostics
    return Prose(
        f"{capital(record.status)}. There are {n.count(d['draws'])} draws, from {d['chains']} "
        f"chains for each of {n.things(len(record.versions), 'version')}. Of all quantities shown "
        f"the largest R-hat is {n.number(found, 4)} and the smallest effective sample size "
        f"{n.count(d['ess_min'])}."
    )


def misfit(record: RegisterRecord) -> Prose:
    """Return the largest gap between model and published stock, early and late."""
    held = [p for p in record.stock if p.published is not None and p.kind == "fitted"]
    if not held:
        return Prose("No published count of the register falls on the yearly dates of the model.")
    worst, last = max(held, key=_gap), held[-1]
    return Prose(
        f"The model is furthest from a published count on {n.day(worst.date)}: "
        f"{n.count(worst.median)} against {n.count(worst.published)} ({_percent_gap(worst)}). On "
        f"{n.day(last.date)} it gives {n.count(last.median)} against {n.count(last.published)} "
        f"({_percent_gap(last)})."
    )


def _gap(p: StockPoint) -> float:
    return abs(p.median / p.published - 1) if p.published else 0.0


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
