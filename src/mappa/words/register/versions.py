"""Words of the versions of the model: each one's answer, its fit, and what was changed when."""

from __future__ import annotations

import pandas as pd
from scipy import stats

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
    "Some choices were made by people who had seen results. After a first fit the ranges of two "
    "quantities and the size of two drifts were widened. After an audit the error allowed to early "
    "returns of areas went from 2% to 4%.\n\nThe audit also led to one prison count a year, and to "
    "orders deciding how many stay on after a fixed period. Similar versions had been tried before "
    "these five were written down. Their weights were fixed before any of them was fitted, and "
    "none was dropped."
)


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
        if low:
            parts.append(
                f"{capital(v.label)}: {n.listing(low)}. It is furthest from the {_furthest(v)}."
            )
    if not parts:
        return ["No posterior predictive check is below 0.05."]
    return ["These posterior predictive checks are below 0.05.", *parts]


def _furthest(v: VersionAnswer) -> str:
    return f"{v.furthest} ({n.number(v.gap, 1, sign=True)} sd)"


def calibration(table: pd.DataFrame, level: float = 0.95) -> Prose:
    """Return whether the sampler finds the parameters that made its figures.

    Parameters
    ----------
    table: of :func:`mappa.register.doors.calibration`. level: of its band for one parameter.
    """
    outside, k = list(table.index[~table["inside"]]), len(table)
    made = (
        f"The sampler was given {n.count(table['sets'].iloc[0])} sets of figures made by the "
        "model. "
        f"For {k - len(outside)} of {k} parameters the true values rank among its draws as they "
        f"should: inside a {n.percent(level, 0)} band for one parameter."
    )
    if not outside:
        return Prose(made)
    chance = float(stats.binom.sf(len(outside) - 1, k, 1 - level))
    return Prose(
        f"{made} Outside are {n.listing(outside)}. If the sampler is right, about "
        f"{n.count(k * (1 - level))} would be outside by chance, and {len(outside)} or more with "
        f"probability {n.probability(chance)}."
    )
