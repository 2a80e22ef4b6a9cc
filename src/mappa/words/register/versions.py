"""Words of the versions of the model: each one's answer, its fit, and what was changed when."""

from __future__ import annotations

from mappa.register.answers.record import RegisterRecord, VersionAnswer
from mappa.words import numbers as n
from mappa.words.prose import Prose, capital
from mappa.words.register.common import attributed

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
    "Changed after results were seen: the error allowed to the early returns of areas (4% for 2%, "
    "after the misfit of March 2005), one prison count a year instead of five in 2018 and 2019, "
    "and people who stay on after a fixed period following the orders imposed. The versions were "
    "written down after trial fits of models like them, at their modes, were known. Their weights "
    "and definitions were fixed before any of these versions was fitted, and not changed since. "
    "No version was dropped."
)


@attributed
def pooled(record: RegisterRecord) -> Prose:
    """Return how the versions are averaged, how far apart they are, and what was changed."""
    found = record.versions
    growth = sorted(v.indefinite.mean for v in found)
    shorter = sorted(v.shorter.mean for v in found if v.shorter)
    return Prose(
        f"These numbers average {n.cardinal(len(found))} versions of the model with equal weights, "
        "fixed before any was fitted. They differ in how published custody enters and in what "
        "else fills the prisons. Their own middle estimates for people registered indefinitely "
        f"run from {n.count(growth[0])} to {n.count(growth[-1])}. For sentences as long as in "
        f"{record.reference} they run from {n.smaller(shorter[0])} to "
        f"{n.smaller(shorter[-1])}.\n\n{CHANGED}"
    )


def checks(record: RegisterRecord) -> Prose:
    """Return which predictive checks are low and which figure each version misses most."""
    if any(v.prior_predictive_p is None for v in record.versions):
        return Prose("How well each version fits is computed with the shipped fit only.")
    return Prose("\n\n".join(part for part in (_prior(record), _posterior(record)) if part))


def _prior(record: RegisterRecord) -> str:
    low = [v for v in record.versions if (v.prior_predictive_p or 0) < LOW]
    if not low:
        return "No version's prior predictive check is below 0.05."
    which = n.cardinal(len(low))
    if len(low) < len(record.versions):
        which = f"{which} of {n.cardinal(len(record.versions))}"
    return (
        f"The prior predictive p is below 0.05 in {which} versions: figures like the real ones are "
        "unlikely under their stated ranges. What is not known is therefore wider than their "
        "intervals."
    )


def _posterior(record: RegisterRecord) -> str:
    """Say, version by version, which posterior predictive checks are low, and where."""
    parts = []
    for v in record.versions:
        low = [CHECKS[name] for name, p in v.posterior_predictive_p.items() if p < LOW]
        if low:
            parts.append(f"{v.label}: {n.listing(low)}, furthest from the {_furthest(v)}")
    if not parts:
        return "No posterior predictive check is below 0.05."
    return f"Posterior predictive checks below 0.05 are these. {' '.join(map(_sentence, parts))}"


def _sentence(text: str) -> str:
    return f"{capital(text)}."


def _furthest(v: VersionAnswer) -> str:
    return f"{v.furthest} ({n.number(v.gap, 1, sign=True)} sd)"
