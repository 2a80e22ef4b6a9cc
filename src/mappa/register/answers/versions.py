"""Each version's answer and its fit: information, not weights, which are equal."""

import numpy as np

from mappa.register.answers.record import Summary, VersionAnswer
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import LATENT
from mappa.register.effects.references import Reference
from mappa.register.inference import columns
from mappa.register.inference.draws import Posterior, thinned
from mappa.register.inputs.parameters import Z90, Version
from mappa.register.likelihood import Density

#: Draws over which a figure's distance from the model is averaged.
AVERAGED = 20


def version_answers(p: Posterior, against: list[Reference]) -> list[VersionAnswer]:
    """Return the answer of each version that has draws, in the order of the table of versions."""
    places = np.unique(p.z[:, -1]).astype(int)
    return [_answer(p.of(p.versions[i]), p.versions[i], p.densities[i], against) for i in places]


def _answer(
    own: Posterior, version: Version, density: Density, against: list[Reference]
) -> VersionAnswer:
    s, first, earliest = Summary(own.shown), against[0], min(against, key=lambda r: r.end)
    law = cf.counterfactuals(density.model.law.terms)[0]
    fit = own.reports.get(version.name, {}).get("information", {})
    furthest, gap = _furthest(density, own)
    names = density.model.priors.names
    middle = np.median(own.z[:, : len(names)], axis=0)
    outside = [n for n, z in zip(names, middle, strict=True) if version.uses(n) and abs(z) > Z90]
    known = ("squares", "log_evidence", "prior_predictive_p", "log_predictive", "origins")
    return VersionAnswer(
        name=version.name,
        label=version.label,
        indefinite=s.of(columns.kind("indefinite")),
        shorter=s.less(columns.shorter(first.label, columns.GROWTH_DIFFERENCE)),
        shorter_earliest=s.less(columns.shorter(earliest.label, columns.GROWTH_DIFFERENCE)),
        fixed_period=s.less(columns.law(law.name, columns.GROWTH_DIFFERENCE)),
        latent=s.of(columns.shapley(first.label, LATENT)),
        furthest=furthest,
        gap=gap,
        conflicts=tuple(outside),
        figures=len(density),
        posterior_predictive_p=fit.get("posterior_predictive_p", {}),
        **{name: fit.get(name) for name in known},
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
