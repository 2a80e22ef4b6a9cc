"""Words of the fit: how near the counts, what the data inform, what is assumed."""

from __future__ import annotations

from collections import Counter

from mappa.register.answers.record import RegisterRecord, StockPoint
from mappa.words import numbers as n
from mappa.words.prose import Prose


def status(record: RegisterRecord) -> Prose:
    """Return how the numbers were found."""
    found = record.diagnostics.get("rhat_max")
    if found is None:
        return Prose(
            f"How found: {record.status}. Its intervals are rougher than those of a sampled one."
        )
    d = record.diagnostics
    return Prose(
        f"How found: {record.status}. There are {n.count(d['draws'])} draws, from {d['chains']} "
        f"chains of each of {n.cardinal(len(record.versions))} versions. Of all quantities shown "
        f"the largest R-hat is {n.number(found, 4)} and the smallest effective sample size "
        f"{n.count(d['ess_min'])}."
    )


def misfit(record: RegisterRecord) -> Prose:
    """Return the largest gap between model and published stock, early and late."""
    held = [p for p in record.stock if p.published is not None and p.kind == "fitted"]
    if not held:
        return Prose("No published count of the register falls on the yearly dates of the model.")
    worst = max(held, key=_gap)
    last = held[-1]
    return Prose(
        f"The model's median is furthest from a published count on {n.day(worst.date)}: "
        f"{n.count(worst.median)} against {n.count(worst.published)} ({_percent_gap(worst)}). On "
        f"{n.day(last.date)} it is {n.count(last.median)} against {n.count(last.published)} "
        f"({_percent_gap(last)})."
    )


def _gap(p: StockPoint) -> float:
    return abs(p.median / p.published - 1) if p.published else 0.0


def _percent_gap(p: StockPoint) -> str:
    return n.percent(p.median / (p.published or p.median) - 1, 1, sign=True)


#: Parameters of the number of deaths, which no count informs.
MORTALITY = "excess_mortality"


def informed(record: RegisterRecord) -> Prose:
    """Return which quantities the data inform, where they disagree with what was assumed."""
    by = {kind: [p for p in record.parameters if p.told == kind] for kind in _TOLD}
    steps = [p for p in record.parameters if p.latent]
    named = [_short(p.meaning) for p in by["data"] if not p.latent]
    text = (
        f"The data inform {len(by['data'])} of the {len(record.parameters)} quantities in the "
        f"model, and {len(by['partly'])} more in part; {len(by['prior only'])} rest mainly on "
        "stated ranges."
    )
    if named:
        text += f" Informed are: {n.listing(named)}."
    if steps:
        of_steps = sum(p.told != "prior only" for p in steps)
        text += (
            f" The latent inflow has {len(steps)} steps, of which the data inform {of_steps} at "
            "least in part: it is free to follow the counts."
        )
    parts = [text, _conflicts(record), _deaths(record)]
    return Prose("\n\n".join(part for part in parts if part))


def _conflicts(record: RegisterRecord) -> str:
    """Say where the data pull a quantity out of the range that was assumed for it."""
    known = {p.parameter: p for p in record.parameters}
    inside = Counter(name for v in record.versions for name in v.conflicts)
    if not inside:
        return ""
    found = [
        f"{_short(known[name].meaning)} ({known[name].unit}, in {n.cardinal(versions)}: assumed "
        f"{_value(known[name].prior_low)} to {_value(known[name].prior_high)})"
        for name, versions in inside.items()
    ]
    return (
        f"In some of the {n.cardinal(len(record.versions))} versions data and assumption conflict: "
        f"{n.listing(found)}. Such a value shows strain in the model and is no finding."
    )


def _value(value: float) -> str:
    return n.number(value, 1 if abs(value) >= 1 else 2)


def _deaths(record: RegisterRecord) -> str:
    """Say that no figure informs the number of deaths, where that is so."""
    rate = next((p for p in record.parameters if p.parameter == MORTALITY), None)
    if rate is None or rate.told != "prior only":
        return ""
    return (
        "No figure used here informs the number of deaths: it follows from the life table and "
        "from the range assumed for this group."
    )


_TOLD = ("data", "partly", "prior only")


def _short(meaning: str) -> str:
    return meaning[:1].lower() + meaning[1:]
