"""What was assumed of each quantity and in each version, and what the data make of it.

A version's answer and its fit are information, not weights, which are equal.

The assumptions log's sensitivities are remade from the posterior after each fit. For a parameter:
the expected change of a quantity if the parameter were known to be at the high end of its prior
range instead of the low end, all else following the posterior: the slope of the best linear
prediction of the quantity from that parameter alone, times the width of the range.
Source: J. E. Oakley and A. O'Hagan (2004), "Probabilistic sensitivity analysis of complex
models", JRSS B 66 (main effects, here in their linear part).
"""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from mappa.errors import DataError
from mappa.files import write_atomically
from mappa.records import Record, key
from mappa.register.answers.record import Estimate, PriorPosterior, Summary, VersionAnswer
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import LATENT
from mappa.register.effects.references import Reference
from mappa.register.inference import columns
from mappa.register.inference.draws import Posterior, thinned
from mappa.register.inputs.parameters import Z90, Version
from mappa.register.likelihood import Density

#: Contraction of the variance from which the data are said to inform a parameter, fully or partly.
INFORMED, PARTLY = 0.5, 0.2
#: Draws over which a figure's distance from the model is averaged.
AVERAGED = 20
FIXED = "not varied: fixed in the model; its range is what would still be held reasonable"
#: Assumptions that are no parameter: what the model is run without, and the words for that.
SWITCHED = {
    "custody_counts": ("paused", "terms paused in custody"),
    "orders_and_timing": ("no_orders", "no one stayed on"),
}


@dataclasses.dataclass(frozen=True)
class Sensitivity(Record):
    """How much growth and stock depend on a parameter."""

    parameter: str = key("Name of the parameter")
    growth: float = key("Change of the year's growth from the low to the high end", "people")
    stock: float = key("Change of the stock from the low to the high end", "people")
    share: float = key("Share of the growth's variance that goes with the parameter", "share")


def prior_and_posterior(p: Posterior) -> list[PriorPosterior]:
    """Return the parameters, then the steps of the latent inflow: all that was sampled.

    The contraction is that within a version: that versions disagree is no lack of data.
    """
    model = p.density.model
    priors, latent = model.priors, model.latent
    frame = priors.frame.set_index("parameter")
    rows = []
    for i, name in enumerate(model.names):
        step = i - len(priors)
        z = p.z
        if step < 0:
            # Where a version does not use it, a parameter's draws are the prior's.
            used = [place for place, version in enumerate(p.versions) if version.uses(name)]
            z = p.z[np.isin(p.z[:, -1], used)]
            draws, stated = priors.column(name, z), frame.loc[name]
            middle, low, high = (float(stated[end]) for end in ("median", "low", "high"))
            said = stated[["meaning", "unit", "quality"]].astype(str).to_dict()
        else:
            sd, (start, end) = float(latent.steps[step]), latent.knots[step : step + 2]
            draws, middle, low, high = z[:, i] * sd, 0.0, -Z90 * sd, Z90 * sd
            meaning = f"Latent inflow, change from {start:.1f} to {end:.1f}"
            said = {"meaning": meaning, "unit": "log", "quality": "red"}
        e = Estimate.of(name, "", draws)
        within = [np.var(z[z[:, -1] == place, i], ddof=1) for place in np.unique(z[:, -1])]
        contraction = 1 - float(np.mean(within))
        informed = "partly" if contraction > PARTLY else "prior only"
        row = PriorPosterior(
            parameter=name,
            **said,
            prior_median=middle,
            prior_low=low,
            prior_high=high,
            median=e.median,
            low=e.low,
            high=e.high,
            contraction=contraction,
            told="data" if contraction > INFORMED else informed,
            conflict=not low <= e.median <= high,
            latent=step >= 0,
        )
        rows.append(row)
    return rows


def sensitivities(p: Posterior) -> list[Sensitivity]:
    """Return the sensitivity of the year's growth and of the stock, largest share first."""
    growth = p.shown[columns.NET].to_numpy(dtype=float)
    stock = p.shown[columns.stock(p.plan.today)].to_numpy(dtype=float)
    rows = []
    for z, name in zip(p.z.T, p.density.model.priors.names, strict=False):
        variance = float(np.var(z))
        slopes = [float(np.cov(z, y, bias=True)[0, 1]) / variance for y in (growth, stock)]
        share = float(np.corrcoef(z, growth)[0, 1] ** 2)
        rows.append(Sensitivity(name, 2 * Z90 * slopes[0], 2 * Z90 * slopes[1], share))
    return sorted(rows, key=lambda r: (-r.share, r.parameter))


def remake(path: Path, p: Posterior) -> Path:
    """Write the log at *path* anew with the sensitivities of *p* and return the path.

    Everything else in it (statements, ranges, grades) is written by hand and stays as it is.

    Raises DataError: the log is missing, or lacks its columns id and sensitivity.
    """
    if not path.is_file() or not path.stat().st_size:
        raise DataError(
            f"{path.name} is missing or empty: the register model's assumptions are in it."
        )
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if table.empty or not {"id", "sensitivity"} <= set(table):
        raise DataError(f"{path.name} needs rows with the columns id and sensitivity.")
    texts = table["id"].map(sentences(p)).fillna(table["sensitivity"])
    text = table.assign(sensitivity=texts).to_csv(index=False, lineterminator="\n")
    return write_atomically(path, text)


def sentences(p: Posterior) -> dict[str, str]:
    """Return the sensitivity of each assumption of which the posterior has one, by its id."""
    found = dict.fromkeys(p.density.model.priors.fixed, FIXED)
    for s in sensitivities(p):
        found[s.parameter] = (
            f"{_signed(s.growth)} people of the year's growth and {_signed(s.stock)} of the stock "
            f"from the low to the high end; {100 * s.share:.0f}% of the growth's variance goes "
            "with it"
        )
    for name, (run, condition) in SWITCHED.items():
        # Medians first, as the page that shows both growths does.
        without, growth = np.median(
            p.shown[[columns.assumption(run, columns.GROWTH), columns.NET]].to_numpy(), axis=0
        )
        found[name] = (
            f"{_signed(without - growth)} people of the year's growth if {condition} (median, "
            "without a new fit)"
        )
    return found


def _signed(people: float) -> str:
    whole = round(people)
    return f"{whole:+d}" if whole else "0"


def version_answers(
    p: Posterior, against: list[Reference], attributed: bool
) -> list[VersionAnswer]:
    """Return the answer of each version that has draws, in the order of the table of versions.

    Unless *attributed* nothing is said of what sentences did.
    """
    places = np.unique(p.z[:, -1]).astype(int)
    made = [_answer(p.of(p.versions[i]), p.versions[i], p.densities[i], against) for i in places]
    if attributed:
        return made
    return [
        dataclasses.replace(v, shorter=None, shorter_earliest=None, fixed_period=None, latent=None)
        for v in made
    ]


def _answer(
    own: Posterior, version: Version, density: Density, against: list[Reference]
) -> VersionAnswer:
    s, law = Summary(own.shown), cf.counterfactuals(density.model.law.terms)[0]
    fit = own.reports.get(version.name, {}).get("information", {})
    furthest, gap = _furthest(density, own)
    names = density.model.priors.names
    middle = np.median(own.z[:, : len(names)], axis=0)
    outside = [n for n, z in zip(names, middle, strict=True) if version.uses(n) and abs(z) > Z90]
    known = ("squares", "log_evidence", "prior_predictive_p", "log_predictive", "origins")
    first, earliest = against[0].label, min(against, key=lambda r: r.end).label

    def smaller(name: str) -> Estimate:
        return Estimate.of(name, "", -s.draws(name))

    return VersionAnswer(
        name=version.name,
        label=version.label,
        indefinite=s.of(columns.kind("indefinite")),
        shorter=smaller(columns.shorter(first, columns.GROWTH_DIFFERENCE)),
        shorter_earliest=smaller(columns.shorter(earliest, columns.GROWTH_DIFFERENCE)),
        fixed_period=smaller(columns.law(law.name, columns.GROWTH_DIFFERENCE)),
        latent=s.of(columns.shapley(first, LATENT)),
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
