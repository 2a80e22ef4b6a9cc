"""Each version's answer beside its fit: information, not weights, which are equal."""

from __future__ import annotations

import numpy as np

from mappa.register.answers.record import VersionAnswer
from mappa.register.answers.summary import Summary
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import LATENT
from mappa.register.effects.references import Reference
from mappa.register.inference import columns
from mappa.register.inference.draws import Posterior, thinned
from mappa.register.inputs.parameters import Z90, Version
from mappa.register.likelihood.density import Density

#: Draws over which a figure's distance from the model is averaged.
AVERAGED = 20


def version_answers(p: Posterior, against: list[Reference]) -> list[VersionAnswer]:
    """Return the answer of each version that has draws, in the order of the table of versions."""
    places = np.unique(p.z[:, -1]).astype(int)
    return [_answer(p.of(p.versions[i]), p.versions[i], p.densities[i], against) for i in places]


def _answer(
    own: Posterior, version: Version, density: Density, against: list[Reference]
) -> VersionAnswer:
    summary, first = Summary(own.shown), against[0]
    earliest = min(against, key=lambda r: r.end)
    law = cf.counterfactuals(density.model.law.terms)[0]
    found = own.reports.get(version.name, {}).get("information", {})
    furthest, gap = _furthest(density, own)
    return VersionAnswer(
        name=version.name,
        label=version.label,
        indefinite=summary.of(columns.kind("indefinite")),
        shorter=summary.less(columns.shorter(first.label, columns.GROWTH_DIFFERENCE)),
        shorter_earliest=summary.less(columns.shorter(earliest.label, columns.GROWTH_DIFFERENCE)),
        fixed_period=summary.less(columns.law(law.name, columns.GROWTH_DIFFERENCE)),
        latent=summary.of(columns.shapley(first.label, LATENT)),
        furthest=furthest,
        gap=gap,
        conflicts=_conflicts(own, version),
        figures=len(density),
        squares=found.get("squares"),
        log_evidence=found.get("log_evidence"),
        prior_predictive_p=found.get("prior_predictive_p"),
        posterior_predictive_p=found.get("posterior_predictive_p", {}),
        log_predictive=found.get("log_predictive"),
        origins=found.get("origins"),
    )


def _conflicts(own: Posterior, version: Version) -> tuple[str, ...]:
    """Return the parameters in use whose median is outside the prior's central 90%."""
    names = own.density.model.priors.names
    middle = np.median(own.z[:, : len(names)], axis=0)
    return tuple(
        name for name, z in zip(names, middle, strict=True) if version.uses(name) and abs(z) > Z90
    )


#: Names of the groups of figures, as the targets call them, in words.
FIGURES = {
    "stock": "register count",
    "prison": "prison count",
    "ipp": "count of IPP prisoners",
    "shares": "indefinite share",
    "reviews": "reviews granted",
}


def _furthest(density: Density, own: Posterior) -> tuple[str, float]:
    """Return the figure that the draws miss by most on average, and by how much."""
    named = [
        f"{FIGURES[name]} of {int(date)}"
        for name, group in density.targets._asdict().items()
        for date in group.dates
    ]
    rows = own.z[thinned(len(own.z), AVERAGED)]
    gaps = np.mean([density.residuals(z) for z in rows], axis=0)
    place = int(np.argmax(np.abs(gaps)))
    return named[place], float(gaps[place])
