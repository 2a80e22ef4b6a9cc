"""Every number that is shown, for one draw of the posterior: names and people.

A quantity is computed draw by draw, so that each has an interval, and its R-hat and effective
sample size can be reported like a parameter's.
"""

import numpy as np

from mappa.register.arrays import Array
from mappa.register.effects import counterfactuals as cf
from mappa.register.effects.attribution import attribute
from mappa.register.effects.references import Reference, references
from mappa.register.inference import columns
from mappa.register.likelihood import Density
from mappa.register.stockflow.cohorts import DRIVERS
from mappa.register.stockflow.kernels import CLASSES, SUSPENDED_CLASSES, Law, Values
from mappa.register.stockflow.runs import FLOWS
from mappa.register.stockflow.stock import RegisterModel

#: Years ahead at which the level under frozen inputs is shown.
LONG_RUN = (10, 30, 80)
#: Kinds of registration whose growth sums to the total: see :func:`past_stock`.
KINDS = ("indefinite", "suspended", "other")
#: Assumptions of the rule that are dropped one by one.
ASSUMPTIONS = ("paused", "no_orders")
#: Longest horizon of a forecast, in years.
MAX_HORIZON = 10


class Plan:
    """What is computed for each draw of a *density*; *seed* is that of the futures.

    Attributes
    ----------
    near, far, settled: models to the date, to the longest horizon and to the long run.
    against: reference years; the first is the default.
    today, year: the date as a decimal year; start and end of the year that is explained.
    past, coming: yearly dates since the start of the register; yearly ones after the date.
    """

    def __init__(self, density: Density, seed: int) -> None:
        self.near, self.seed = density.model, seed
        self.today, start = self.near.today, self.near.grid.start
        self.far, self.settled = (
            RegisterModel(self.near.inputs, self.near.priors, horizon=years)
            for years in (MAX_HORIZON, max(LONG_RUN))
        )
        self.against = references(self.today, start)
        self.year = np.array([self.today - 1, self.today])
        self.past = np.arange(self.today - int(self.today - start - 1e-9), self.today + 0.5)
        self.coming = self.today + np.arange(1, MAX_HORIZON + 1)


def future_walk(plan: Plan, index: int) -> Array:
    """Return the yearly steps of the future log volume for draw *index* (seeded by both)."""
    rng = np.random.default_rng([plan.seed, index])
    return plan.near.priors.fixed["volume_walk"] * rng.standard_normal(MAX_HORIZON)


def quantities(plan: Plan, z: Array, index: int) -> dict[str, float]:
    """Return every quantity at draw *z*; *index* seeds its future."""
    values = plan.near.values(z)
    result = past_stock(plan, values) | accounting(plan, values)
    for against in plan.against:
        result |= attribution(plan, values, against) | shorter_sentences(plan, values, against)
    result |= other_laws(plan, values) | rule_result(plan, values)
    return result | long_run(plan, values) | forecast(plan, values, index)


def past_stock(plan: Plan, values: Values) -> dict[str, float]:
    """Return the community stock at yearly dates, and its classes in the last two.

    Growth by kind: registrations without an end, suspended sentences, all others.
    """
    run = plan.near.run(values, plan.past)
    result = {columns.stock(date): v for date, v in zip(run.dates, run.stock, strict=True)}
    grown = np.diff(run.classes[:, -2:])[:, 0]
    for name, row, growth in zip((*CLASSES, "legacy"), run.classes, grown, strict=True):
        result |= {columns.of_class(name): row[-1], columns.class_growth(name): growth}
    before, now = run.indefinite.at()[-2:]
    indefinite = now - before
    result[columns.INDEFINITE_SHARE] = now / run.stock[-1]
    result[columns.INDEFINITE_GROWTH] = indefinite
    suspended = sum(grown[CLASSES.index(name)] for name in SUSPENDED_CLASSES)
    kinds = (indefinite, suspended, grown.sum() - indefinite - suspended)
    result |= {columns.kind(kind): people for kind, people in zip(KINDS, kinds, strict=True)}
    held = plan.near.prisoners(values, plan.near.drivers(values), plan.past[-1:])
    result[columns.PRISON] = held.prison[-1]
    result[columns.UNRELEASED] = held.unreleased.at()[-1]
    return {k: float(v) for k, v in result.items()}


def accounting(plan: Plan, values: Values) -> dict[str, float]:
    """Return the flows of the year and their net."""
    flows = plan.near.flows(values, *plan.year)
    return {columns.flow(f): float(getattr(flows, f)) for f in FLOWS} | {columns.NET: flows.net}


def attribution(plan: Plan, values: Values, against: Reference) -> dict[str, float]:
    """Return the Shapley values of the year's growth against a reference year."""
    parts = attribute(plan.near, values, plan.year, against)
    parts[columns.LENGTHS] = parts["threshold"] + parts["delay"]
    parts[columns.ENTRY] = parts["volume"] + parts["mix"]
    return {columns.shapley(against.label, part): people for part, people in parts.items()}


def shorter_sentences(plan: Plan, values: Values, against: Reference) -> dict[str, float]:
    """Return what the year's growth loses had sentences stayed as long as in a reference year.

    Alone, and jointly with the first of the other laws. One run each: nothing else is held, so
    these overlap with one another and with the Shapley values.
    """
    model = plan.near
    drivers = model.drivers(values)
    window, after = against.cohorts(model.grid)
    held = drivers.frozen({"threshold", "delay"}, window, after)
    other = Law(cf.counterfactuals(model.law.terms)[0].terms)
    grown = [
        float(np.diff(model.run(values, plan.year, drivers=d, law=law).stock)[0])
        for d, law in ((drivers, model.law), (held, model.law), (held, other))
    ]
    parts = {columns.GROWTH_DIFFERENCE: grown[1], columns.JOINT: grown[2]}
    return {columns.shorter(against.label, k): v - grown[0] for k, v in parts.items()}


def other_laws(plan: Plan, values: Values) -> dict[str, float]:
    """Return growth and stock under each counterfactual law, and the difference of growth."""
    model = plan.near
    actual = model.run(values, plan.year).stock
    result: dict[str, float] = {}
    for other in cf.counterfactuals(model.law.terms):
        stock = model.run(values, plan.year, law=Law(other.terms)).stock
        parts = {
            columns.GROWTH: stock[1] - stock[0],
            columns.STOCK: stock[1],
            columns.GROWTH_DIFFERENCE: stock[1] - stock[0] - actual[1] + actual[0],
            columns.STOCK_DIFFERENCE: stock[1] - actual[1],
        }
        result |= {columns.law(other.name, part): float(v) for part, v in parts.items()}
    return result


def rule_result(plan: Plan, values: Values) -> dict[str, float]:
    """Return the effect of a lasting 10% on sentence lengths, and under the two assumptions."""
    model, since = plan.far, plan.against[0].end
    drivers, law = model.drivers(values), model.law
    times = model.grid.times
    long = cf.longer(drivers, since, times)
    crossing = cf.longer(drivers, since, times, release=False)
    waiting = cf.longer(drivers, since, times, threshold=False)
    lengths, threshold = model.lengths(values), law.terms.threshold
    below = float(lengths.share_below(np.log(threshold)))
    under = (lengths.mean - float(lengths.sum_above(threshold))) / below
    paused = Law(cf.paused(law.terms, values, under))
    stay = {**values, "extension": 0.0}
    result = {}
    for name, changed, at, held in (
        ("all", long, values, law),
        ("crossing", crossing, values, law),
        ("waiting", waiting, values, law),
        ("paused", long, values, paused),
        ("no_orders", long, stay, law),
    ):
        effect = cf.impulse(model, at, drivers, since, changed, held)
        for years, people in zip(cf.IMPULSE_YEARS, effect, strict=True):
            result[columns.impulse(name, years)] = float(people)
        if name in ASSUMPTIONS:
            stock = model.run(at, plan.year, drivers=drivers, law=held).stock
            result[columns.assumption(name, columns.GROWTH)] = float(stock[1] - stock[0])
            result[columns.assumption(name, columns.STOCK)] = float(stock[1])
    return result


def long_run(plan: Plan, values: Values) -> dict[str, float]:
    """Return the stock years ahead with the inputs of the last year held."""
    model = plan.settled
    window, after = Reference(plan.today).cohorts(model.grid)
    drivers = model.drivers(values).frozen(set(DRIVERS), window, after)
    run = model.run(values, plan.today + np.array(LONG_RUN, dtype=float), drivers=drivers)
    return {columns.long_run(y): float(v) for y, v in zip(LONG_RUN, run.stock, strict=True)}


def forecast(plan: Plan, values: Values, index: int) -> dict[str, float]:
    """Return the community stock at coming dates, the volume walking at random."""
    run = plan.far.run(values, plan.coming, future=future_walk(plan, index))
    return {columns.forecast(d): float(v) for d, v in zip(run.dates, run.stock, strict=True)}
