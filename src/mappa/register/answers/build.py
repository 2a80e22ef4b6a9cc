"""Build the record of the register question from the draws of the posterior."""

import dataclasses
import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.errors import UsageError
from mappa.register.answers.assumptions import prior_and_posterior, version_answers
from mappa.register.answers.record import (
    LEVEL,
    Accounting,
    Attribution,
    Estimate,
    Impulse,
    InputPoint,
    OtherLaw,
    RegisterRecord,
    ShorterSentences,
    StockPoint,
    Summary,
    near,
)
from mappa.register.arrays import Array
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import LATENT, MOMENTUM_FIXED, MOMENTUM_INDEFINITE
from mappa.register.effects.references import references
from mappa.register.inference import columns, quantities
from mappa.register.inference import draws as posteriors
from mappa.register.inference.draws import Posterior
from mappa.register.inference.quantities import KINDS, LONG_RUN, MAX_HORIZON
from mappa.register.law.periods import decimal_end
from mappa.register.likelihood import national_counts
from mappa.register.stockflow.cohorts import DRIVER_LABELS, DRIVERS
from mappa.register.stockflow.kernels import CLASSES

#: Name of the input that holds how long sentences are.
LENGTH = "length"

CLASS_LABELS = {
    "caution": "cautions",
    "other": "community orders, fines and discharges",
    "suspended": "suspended sentences",
    "custody_short": "custody, the shortest term",
    "custody_middle": "custody, the middle term",
    "custody_long": "custody, at or above the threshold",
    "life": "life and IPP",
    "images": "indecent images",
    "legacy": "those of the first day",
}
#: The movements of the year in words.
FLOW_LABELS = {
    "first_registrations": "first registrations (not from custody)",
    "releases": "releases from custody",
    "expiries": "notification periods that ended",
    "deaths": "deaths",
    "reviews": "removals on review",
}
KIND_LABELS = (
    "people registered indefinitely",
    "people with suspended sentences",
    "all other groups",
)
#: What holds where an assumption of the rule is dropped.
DROPPED = {
    "paused": "terms do not run in custody",
    "no_orders": "no one stays on after a fixed term",
}
#: What each driver of the attribution is computed from.
DRIVER_INPUTS = {
    "volume": ("sentenced", "cautions", "images"),
    "latent": (),
    "mix": ("custody", "suspended_share"),
    "threshold": ("length",),
    "delay": ("length",),
    "life": ("life",),
    "served": ("served",),
}


def _stock(
    p: Posterior, s: Summary, day: pd.Timestamp, horizon: int, known: dict[dt.date, float]
) -> list[StockPoint]:
    points = []
    for named, kind, dates in (
        (columns.stock, "fitted", p.plan.past),
        (columns.forecast, "forecast", p.plan.coming[:horizon]),
    ):
        for decimal in dates:
            e = s.of(named(decimal))
            date = (day + pd.DateOffset(years=round(float(decimal) - decimal_end(day)))).date()
            points.append(StockPoint(date, kind, e.median, e.low, e.high, known.get(date)))
    return points


def _accounting(s: Summary, day: pd.Timestamp, known: dict[dt.date, float]) -> Accounting:
    start, end = (day - pd.DateOffset(years=1)).date(), day.date()
    first, last = known.get(start), known.get(end)
    growth = remainder = None
    if first is not None and last is not None:
        growth = last - first
        unexplained = growth - s.draws(columns.NET)
        remainder = Estimate.of("remainder", "unexplained remainder", unexplained)
    kinds = zip(KINDS, KIND_LABELS, kinds_of(s.shown), strict=True)
    return Accounting(
        start=start,
        end=end,
        published_start=first,
        published_end=last,
        published_growth=growth,
        flows=tuple(s.of(columns.flow(flow), label) for flow, label in FLOW_LABELS.items()),
        net=s.of(columns.NET, "net of the flows"),
        remainder=remainder,
        kinds=tuple(Estimate.of(columns.kind(k), label, draws) for k, label, draws in kinds),
    )


def kinds_of(shown: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return draws of the net growth of the indefinite, of suspended sentences, of all others."""
    summary = Summary(shown)
    indefinite, suspended = (summary.draws(columns.kind(kind)) for kind in KINDS[:2])
    # Shipped quantities are rounded: the rest is taken of the net, so that the parts sum to it.
    return indefinite, suspended, summary.draws(columns.NET) - indefinite - suspended


def _attribution(p: Posterior, s: Summary, label: str, remainder: Estimate | None) -> Attribution:
    def part(name: str, words: str) -> Estimate:
        return s.of(columns.shapley(label, name), words)

    series = p.density.model.inputs.series
    # The decimal year of the last figure behind each driver.
    last = {
        driver: max((float(series[name].t[-1]) for name in names if series[name].t.size), default=0)
        for driver, names in DRIVER_INPUTS.items()
    }
    implied = s.draws(columns.NET) - s.draws(columns.shapley(label, LATENT))
    return Attribution(
        reference=label,
        drivers=tuple(part(d, DRIVER_LABELS[d]) for d in DRIVERS),
        lengths=part(columns.LENGTHS, "sentence length"),
        entry=part(columns.ENTRY, "volume and mix of published sentences"),
        latent=part(LATENT, DRIVER_LABELS[LATENT]),
        implied=Estimate.of("implied", "published sentences alone", implied),
        residual=remainder,
        momentum_indefinite=part(MOMENTUM_INDEFINITE, "momentum, indefinite cohorts"),
        momentum_fixed=part(MOMENTUM_FIXED, "momentum, fixed-term cohorts"),
        hatched=tuple(d for d in DRIVERS if last[d] < p.plan.today - 5),
    )


def _shorter(s: Summary, label: str, law: str) -> ShorterSentences:
    def smaller(name: str, words: str, part: str) -> Estimate:
        return Estimate.of(name, words, -s.draws(columns.shorter(label, part)))

    return ShorterSentences(
        reference=label,
        smaller=smaller("shorter", f"sentences as long as in {label}", columns.GROWTH_DIFFERENCE),
        jointly=smaller("jointly", f"and {law}", columns.JOINT),
    )


def _other_laws(s: Summary, laws: list[cf.Counterfactual]) -> list[OtherLaw]:
    parts = (columns.GROWTH, columns.STOCK, columns.GROWTH_DIFFERENCE, columns.STOCK_DIFFERENCE)
    return [
        OtherLaw(
            c.name,
            c.label,
            c.terms.long if np.isfinite(c.terms.long) else None,
            *(s.of(columns.law(c.name, part)) for part in parts),
        )
        for c in laws
    ]


def _impulse(s: Summary) -> list[Impulse]:
    kinds = ("all", "crossing", "waiting", *DROPPED)
    found = {(k, y): s.of(columns.impulse(k, y)) for k in kinds for y in cf.IMPULSE_YEARS}
    return [Impulse(*place, e.median, e.low, e.high) for place, e in found.items()]


def _classes(s: Summary, named: Callable[[str], str]) -> list[Estimate]:
    images = [n for n in CLASSES if n.startswith("images")]
    parts = {name: images if name == "images" else [name] for name in CLASS_LABELS}
    return [
        Estimate.of(named(name), label, s.draws(*map(named, parts[name])))
        for name, label in CLASS_LABELS.items()
    ]


@typed
def build(
    data: Data,
    force: str,
    as_of: str | dt.date,
    *,
    horizon: int = 4,
    reference: str = "",
    draws: int | None = None,
) -> RegisterRecord:
    """Return where the growth of the register comes from: every number of the answer.

    Parameters
    ----------
    force: the force whose page it is; the model is national.
    as_of: date of the last figures used.
    horizon: years of forecast, 0 to 10.
    reference: year to March such as 2009/10 that the attribution is compared with.
    draws: at most so many draws of the posterior.

    Raises
    ------
    UsageError: an unknown date, a horizon or reference out of range.
    UnknownName: an unknown force.

    >>> from mappa import data, register
    >>> record = register.answer(data.load(), "Cumbria", "2020-03-31")
    >>> round(record.accounting.change)
    2141
    """
    area, day = data.area(force), data.date(as_of)
    if not 0 <= horizon <= MAX_HORIZON:
        raise UsageError(f"The horizon is {horizon} years: it can be 0 to {MAX_HORIZON}.")
    p = posterior(data, day, reference, draws)
    against = references(p.plan.today, p.plan.near.grid.start, reference)
    counts = national_counts(data, day)
    known = dict(zip(counts["date"].dt.date, counts["value"].astype(float), strict=True))
    s, laws = Summary(p.shown), cf.counterfactuals(p.density.model.law.terms)
    made = _accounting(s, day, known)
    table = p.density.model.inputs.table.to_dict("records")
    inputs = tuple(InputPoint(**row) for row in table)
    # An input's year is that in which its year to March begins.
    until = 1 + max(i.year for i in inputs if i.input == LENGTH and i.basis == "published")
    attributed = near(day.date(), until)
    compared, ahead = (against, LONG_RUN) if attributed else ([], ())
    return RegisterRecord(
        force=area,
        nation=data.nation,
        as_of=day.date(),
        horizon=horizon,
        reference=against[0].label,
        status=p.status,
        level=LEVEL,
        stock=tuple(_stock(p, s, day, horizon, known)),
        accounting=made,
        classes=tuple(_classes(s, columns.of_class)),
        class_growth=tuple(_classes(s, columns.class_growth)),
        indefinite_share=s.of(columns.INDEFINITE_SHARE, "indefinite share of the stock"),
        indefinite_growth=s.of(columns.INDEFINITE_GROWTH, "growth of the indefinite classes"),
        attribution=tuple(_attribution(p, s, r.label, made.remainder) for r in compared),
        shorter=tuple(_shorter(s, r.label, laws[0].label) for r in compared),
        counterfactuals=tuple(_other_laws(s, laws) if attributed else ()),
        impulse=tuple(_impulse(s)),
        assumption_growth=tuple(
            s.of(columns.assumption(name, columns.GROWTH), label) for name, label in DROPPED.items()
        ),
        versions=tuple(version_answers(p, against, attributed)),
        parameters=tuple(prior_and_posterior(p)),
        long_run=tuple(s.of(columns.long_run(y), f"after {y} years") for y in ahead),
        inputs=inputs,
        diagnostics=p.diagnostics,
        seed=p.plan.seed,
        lengths_until=until,
    )


@typed
def posterior(
    data: Data, as_of: str | dt.date, reference: str = "", draws: int | None = None
) -> Posterior:
    """Return the draws of the posterior, all versions pooled, as two frames with a row a draw.

    ``.parameters`` are in their own units, ``.shown`` is every quantity of the answer (people
    unless said) by name, such as ``kind.indefinite``; ``.centres`` are the middles of the
    versions, as :meth:`RegisterModel.values` takes them.

    Parameters
    ----------
    as_of: date of the last figures used. reference: a year to March whose attribution is wanted
        in addition to the usual ones. draws: at most so many.

    Raises UsageError: an unknown date or reference year. TooLittleKnown: too few figures by the
    date.

    Source: five versions of one model, sampled by Hamiltonian Monte Carlo; where the figures are
    not those of the shipped fit, two short chains of each version are drawn.

    >>> from mappa import data, register
    >>> p = register.posterior(data.load(), "2020-03-31", draws=50)
    >>> p.parameters.shape[0] == p.shown.shape[0] == 50
    True
    """
    p = posteriors.load(data, data.date(as_of), draws=draws)
    against = references(p.plan.today, p.plan.near.grid.start, reference)
    missing = [r for r in against if columns.shorter(r.label, columns.JOINT) not in p.shown.columns]
    if not missing:
        return p
    made = (quantities.attribution, quantities.shorter_sentences)
    rows = []
    for values in map(p.plan.near.values, p.z):
        parts = [part(p.plan, values, r) for r in missing for part in made]
        rows.append({name: people for part in parts for name, people in part.items()})
    return dataclasses.replace(p, shown=p.shown.join(pd.DataFrame(rows)))
