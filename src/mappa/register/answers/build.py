"""Build the record of the register question from the draws of the posterior."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.errors import UsageError
from mappa.register.answers.priors import prior_and_posterior
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
)
from mappa.register.answers.summary import Summary
from mappa.register.answers.versions import version_answers
from mappa.register.arrays import Array
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import LATENT
from mappa.register.effects.references import Reference, references
from mappa.register.inference import columns
from mappa.register.inference import draws as posteriors
from mappa.register.inference.draws import Posterior
from mappa.register.inference.quantities import (
    KINDS,
    LONG_RUN,
    MAX_HORIZON,
    attribution,
    shorter_sentences,
)
from mappa.register.inputs.rules import LABELS
from mappa.register.law.periods import decimal_end
from mappa.register.likelihood.targets import BASES
from mappa.register.stockflow.cohorts import DRIVER_LABELS, DRIVERS
from mappa.register.stockflow.flows import FLOWS
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


def _date(decimal: float, like: pd.Timestamp) -> dt.date:
    """Return the day of *like*'s month and day in the year that ends at *decimal*."""
    years = round(decimal - decimal_end(like))
    return (like + pd.DateOffset(years=years)).date()


def _published(data: Data, as_of: pd.Timestamp) -> dict[dt.date, float]:
    t = data.national_figures
    rows = t[
        (t["measure"] == "rso_count")
        & t["preferred"]
        & t["category"].isin(["", "all"])
        & t["basis"].isin(BASES)
        & (t["date"] <= as_of)
    ]
    return {d.date(): float(v) for d, v in zip(rows["date"], rows["value"], strict=True)}


def _stock(p: Posterior, day: pd.Timestamp, horizon: int, known: dict) -> list[StockPoint]:
    summary = Summary(p.shown)
    points = []
    for named, kind, dates in (
        (columns.stock, "fitted", p.plan.past),
        (columns.forecast, "forecast", p.plan.coming[:horizon]),
    ):
        for decimal in dates:
            e = summary.of(named(decimal))
            date = _date(float(decimal), day)
            points.append(StockPoint(date, kind, e.median, e.low, e.high, known.get(date)))
    return points


#: The movements of the year in words.
FLOW_LABELS = {
    "first_registrations": "first registrations (not from custody)",
    "releases": "releases from custody",
    "expiries": "notification periods that ended",
    "deaths": "deaths",
    "reviews": "removals on review",
}


def _accounting(p: Posterior, day: pd.Timestamp, known: dict[dt.date, float]) -> Accounting:
    summary = Summary(p.shown)
    start, end = (day - pd.DateOffset(years=1)).date(), day.date()
    first, last = known.get(start), known.get(end)
    growth = last - first if first is not None and last is not None else None
    return Accounting(
        start=start,
        end=end,
        published_start=first,
        published_end=last,
        published_growth=growth,
        flows=tuple(summary.of(columns.flow(f), FLOW_LABELS[f]) for f in FLOWS),
        net=summary.of(columns.NET, "net of the flows"),
        remainder=_remainder(summary, growth),
        kinds=_kinds(summary),
    )


def _remainder(summary: Summary, growth: float | None) -> Estimate | None:
    """Return the published growth less the model's, where it is published."""
    if growth is None:
        return None
    rest = growth - summary.draws(columns.NET)
    return summary.from_draws("remainder", "unexplained remainder", rest)


def kinds_of(shown: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return draws of the net growth of the indefinite, of suspended sentences, of all others."""
    summary = Summary(shown)
    indefinite, suspended = (summary.draws(columns.kind(kind)) for kind in KINDS[:2])
    # Shipped quantities are rounded: the rest is taken of the net, so that the parts sum to it.
    return indefinite, suspended, summary.draws(columns.NET) - indefinite - suspended


def _kinds(summary: Summary) -> tuple[Estimate, ...]:
    """Return the net growth of the year by kind of registration; the three sum to the net."""
    indefinite, suspended, other = kinds_of(summary.shown)
    return (
        summary.from_draws("kind.indefinite", "people registered indefinitely", indefinite),
        summary.from_draws("kind.suspended", "people with suspended sentences", suspended),
        summary.from_draws("kind.other", "all other groups", other),
    )


_DRIVER_INPUTS = {
    "volume": ("sentenced", "cautions", "images"),
    "latent": (),
    "mix": ("custody", "suspended_share"),
    "threshold": ("length",),
    "delay": ("length",),
    "life": ("life",),
    "served": ("served",),
}


def last_figures(p: Posterior) -> dict[str, float]:
    """Return, for each driver, the decimal year of the last figure behind it."""
    series = p.density.model.inputs.series
    return {
        driver: max((float(series[s].t[-1]) for s in names if series[s].t.size), default=np.nan)
        for driver, names in _DRIVER_INPUTS.items()
    }


def _attribution(p: Posterior, label: str, growth: float | None) -> Attribution:
    summary, named = Summary(p.shown), functools.partial(columns.shapley, label)
    last = last_figures(p)
    implied = summary.draws(columns.NET) - summary.draws(named(LATENT))
    return Attribution(
        reference=label,
        drivers=tuple(summary.of(named(d), DRIVER_LABELS[d]) for d in DRIVERS),
        lengths=summary.of(named(columns.LENGTHS), "sentence length"),
        entry=summary.of(named(columns.ENTRY), "volume and mix of published sentences"),
        latent=summary.of(named(LATENT), DRIVER_LABELS[LATENT]),
        implied=summary.from_draws("implied", "published sentences alone", implied),
        residual=_remainder(summary, growth),
        momentum_indefinite=summary.of(
            named(columns.MOMENTUM_INDEFINITE), "momentum, indefinite cohorts"
        ),
        momentum_fixed=summary.of(named(columns.MOMENTUM_FIXED), "momentum, fixed-term cohorts"),
        hatched=tuple(d for d in DRIVERS if not last[d] >= p.plan.today - 5),
    )


def _shorter(p: Posterior, label: str) -> ShorterSentences:
    summary = Summary(p.shown)
    law = cf.counterfactuals(p.density.model.law.terms)[0]
    alone = -summary.draws(columns.shorter(label, columns.GROWTH_DIFFERENCE))
    both = -summary.draws(columns.shorter(label, columns.JOINT))
    return ShorterSentences(
        reference=label,
        smaller=summary.from_draws("shorter", f"sentences as long as in {label}", alone),
        jointly=summary.from_draws("jointly", f"and {law.label}", both),
    )


def _other_laws(p: Posterior) -> list[OtherLaw]:
    summary = Summary(p.shown)
    parts = (
        columns.GROWTH,
        columns.STOCK,
        columns.GROWTH_DIFFERENCE,
        columns.STOCK_DIFFERENCE,
    )
    return [
        OtherLaw(
            c.name,
            c.label,
            c.terms.long if np.isfinite(c.terms.long) else None,
            *(summary.of(columns.law(c.name, part)) for part in parts),
        )
        for c in cf.counterfactuals(p.density.model.law.terms)
    ]


def _impulse(p: Posterior) -> list[Impulse]:
    summary, rows = Summary(p.shown), []
    for kind in ("all", "crossing", "waiting", "paused", "no_orders"):
        for year in cf.IMPULSE_YEARS:
            e = summary.of(columns.impulse(kind, year))
            rows.append(Impulse(kind, year, e.median, e.low, e.high))
    return rows


def _classes(p: Posterior, named: Callable[[str], str]) -> list[Estimate]:
    images = [n for n in CLASSES if n.startswith("images")]
    summary, found = Summary(p.shown), []
    for name, label in CLASS_LABELS.items():
        parts = images if name == "images" else [name]
        draws = summary.draws(*map(named, parts))
        found.append(summary.from_draws(named(name), label, draws))
    return found


def _inputs(p: Posterior) -> list[InputPoint]:
    table = p.density.model.inputs.table
    return [InputPoint(**row, label=LABELS[row["input"]]) for row in table.to_dict("records")]


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
    force: the force whose page it is; the model is the nation's.
    as_of: date of the last figures used.
    horizon: years of forecast, 0 to 10.
    reference: year to March such as 2009/10 that the attribution is held against.
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
    known = _published(data, day)
    summary = Summary(p.shown)
    growth = [
        summary.of(columns.assumption(name, columns.GROWTH), label)
        for name, label in (
            ("paused", "terms do not run in custody"),
            ("no_orders", "no one stays on after a fixed term"),
        )
    ]
    made = _accounting(p, day, known)
    inputs = tuple(_inputs(p))
    record = RegisterRecord(
        force=area,
        nation=data.nation,
        as_of=day.date(),
        horizon=horizon,
        reference=against[0].label,
        status=p.status,
        level=LEVEL,
        stock=tuple(_stock(p, day, horizon, known)),
        accounting=made,
        classes=tuple(_classes(p, columns.of_class)),
        class_growth=tuple(_classes(p, columns.class_growth)),
        indefinite_share=summary.of(columns.INDEFINITE_SHARE, "indefinite share of the stock"),
        indefinite_growth=summary.of(columns.INDEFINITE_GROWTH, "growth of the indefinite classes"),
        attribution=tuple(_attribution(p, r.label, made.published_growth) for r in against),
        shorter=tuple(_shorter(p, r.label) for r in against),
        counterfactuals=tuple(_other_laws(p)),
        impulse=tuple(_impulse(p)),
        assumption_growth=tuple(growth),
        versions=tuple(version_answers(p, against)),
        parameters=tuple(prior_and_posterior(p)),
        long_run=tuple(summary.of(columns.long_run(y), f"after {y} years") for y in LONG_RUN),
        inputs=inputs,
        diagnostics=p.diagnostics,
        seed=p.seed,
        # An input's year is that in which its year to March begins.
        lengths_until=1
        + max(i.year for i in inputs if i.input == LENGTH and i.basis == "published"),
    )
    return record if record.attributed else _withheld(record)


def _withheld(record: RegisterRecord) -> RegisterRecord:
    """Return a record that says nothing of what sentences or other terms did."""
    own = [
        dataclasses.replace(v, shorter=None, shorter_earliest=None, fixed_period=None, latent=None)
        for v in record.versions
    ]
    return dataclasses.replace(
        record,
        attribution=(),
        shorter=(),
        counterfactuals=(),
        long_run=(),
        versions=tuple(own),
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
        beside the usual ones. draws: at most so many.

    Raises
    ------
    UsageError: an unknown date or reference year. TooLittleKnown: too few figures by the date.

    Source: five versions of one model, sampled by Hamiltonian Monte Carlo; where the figures are
    not those of the shipped fit, two short chains of each version are drawn.

    >>> from mappa import data, register
    >>> p = register.posterior(data.load(), "2020-03-31", draws=50)
    >>> p.parameters.shape[0] == p.shown.shape[0] == 50
    True
    """
    p = posteriors.load(data, data.date(as_of), draws=draws)
    return with_references(p, references(p.plan.today, p.plan.near.grid.start, reference))


def with_references(p: Posterior, against: list[Reference]) -> Posterior:
    """Return the posterior with the attribution for reference years that it lacks."""
    missing = [r for r in against if columns.shorter(r.label, columns.JOINT) not in p.shown.columns]
    if not missing:
        return p
    rows = []
    for z in p.z:
        made: dict[str, float] = {}
        values = p.plan.near.values(z)
        for r in missing:
            made |= attribution(p.plan, values, r) | shorter_sentences(p.plan, values, r)
        rows.append(made)
    return dataclasses.replace(p, shown=pd.concat([p.shown, pd.DataFrame(rows)], axis=1))
