"""What-ifs: another law, other sentences or another volume from a date, against the baseline."""

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data
from mappa.errors import UsageError, one_of
from mappa.records import Record, key
from mappa.register.arrays import Array
from mappa.register.inference import draws as posteriors
from mappa.register.inference.quantities import MAX_HORIZON, future_walk
from mappa.register.law import periods
from mappa.register.law.terms import Terms
from mappa.register.stockflow.cohorts import Drivers
from mappa.register.stockflow.kernels import Law
from mappa.register.stockflow.stock import RegisterModel

#: Draws behind a band; the central line of a control needs one.
DRAWS = 100


@dataclasses.dataclass(frozen=True)
class Setting:
    """Something that a scenario can change, and its allowed range."""

    name: str
    meaning: str
    low: float
    high: float
    unit: str
    term: str = ""


_THRESHOLD = "sentence length that leads to indefinite registration"
_YEARS = {
    "short": "period for the shortest custodial sentences",
    "middle": "period for custody below the threshold",
    "long": "period at or above the threshold",
    "other": "period for community orders, fines and others",
    "caution": "period for cautions",
}
_WAIT, _SERVED = "wait until review may be asked for", "change of the share served beyond 48 months"
SETTINGS = (
    Setting("threshold_months", _THRESHOLD, 7, 240, "months", "threshold"),
    *(Setting(f"{term}_years", text, 0.5, 99, "years", term) for term, text in _YEARS.items()),
    Setting("review_wait_years", _WAIT, 1, 99, "years", "review_wait"),
    Setting("sentence_length_percent", "change of sentence lengths", -80, 200, "percent"),
    Setting("volume_percent", "change of sentences and cautions", -100, 200, "percent"),
    Setting("time_served_percent", _SERVED, -50, 50, "percent"),
)
NAMES = tuple(s.name for s in SETTINGS)
COHORTS = ("new", "all")


@dataclasses.dataclass(frozen=True)
class ScenarioPoint(Record):
    """The stock at a date under the law in force and under the scenario.

    Without draws it is run once, at the middle of the posterior, and has no intervals.
    """

    date: dt.date = key("Date")
    baseline: float = key("Median of the baseline", "people")
    baseline_low: float | None = key("Lower end of its central 90% interval", "people")
    baseline_high: float | None = key("Upper end of its central 90% interval", "people")
    scenario: float = key("Median of the scenario", "people")
    scenario_low: float | None = key("Lower end of its central 90% interval", "people")
    scenario_high: float | None = key("Upper end of its central 90% interval", "people")
    difference: float = key("Median of scenario less baseline", "people")
    difference_low: float | None = key("Lower end of its central 90% interval", "people")
    difference_high: float | None = key("Upper end of its central 90% interval", "people")


@dataclasses.dataclass(frozen=True)
class ScenarioRecord(Record):
    """A what-if: what was supposed, from when, for whom, and what it does to the stock."""

    nation: str = key("Name of the nation")
    as_of: dt.date = key("Date of the last figures used")
    horizon: int = key("Years beyond that date", "years")
    settings: dict[str, float] = key("What is supposed, by name")
    words: tuple[str, ...] = key("What is supposed, in words")
    since: dt.date = key("First day of the change")
    cohorts: str = key("new: those sentenced from then; all: everyone, from then on")
    status: str = key("How the posterior was found")
    points: tuple[ScenarioPoint, ...] = key("Baseline and scenario by date")


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A checked scenario: numbers by name, decimal start, and whether for everyone."""

    settings: dict[str, float]
    since: float
    everyone: bool = False

    def terms(self, terms: Terms) -> Terms:
        """Return the terms of the scenario."""
        lawful = [s for s in SETTINGS if s.term and s.name in self.settings]
        return terms.with_(**{s.term: self.settings[s.name] for s in lawful})

    def law(self, terms: Terms) -> Law:
        """Return the law: that in force, and the scenario's from its day."""
        later = self.terms(terms)
        return Law(terms) if later == terms else Law(terms, later, self.since, self.everyone)

    def drivers(self, drivers: Drivers, times: Array) -> Drivers:
        """Return the drivers with lengths, volume and time served changed for new cohorts."""
        new = times >= self.since - 1e-9

        def factor(name: str) -> Array:
            return np.where(new, 1 + self.settings.get(name, 0.0) / 100, 1.0)

        longer = np.log(factor("sentence_length_percent"))
        return dataclasses.replace(
            drivers,
            total=drivers.total * factor("volume_percent"),
            threshold_length=drivers.threshold_length + longer,
            release_length=drivers.release_length + longer,
            served=np.clip(drivers.served * factor("time_served_percent"), 0.05, 1.0),
        )


def _number(s: Setting, text: float | str) -> float:
    if s.name == "long_years" and text == "indefinite":
        return np.inf
    try:
        value = float(text)
    except (TypeError, ValueError):
        value = np.nan
    if not s.low <= value <= s.high:
        raise UsageError(f"{s.name} is {text}: it can be {s.low:g} to {s.high:g} {s.unit}.")
    return value


def parse_month(text: str) -> float:
    """Return the first of a month, written YYYY-MM, as a decimal year."""
    found = re.fullmatch(r"(\d{4})-(\d\d)(?:-01)?", text.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        raise UsageError(f"from is {text!r}: write a month as YYYY-MM, such as 2010-04.")
    return periods.decimal(pd.Timestamp(int(found[1]), int(found[2]), 1))


def parse(
    settings: Mapping[str, float | str],
    *,
    terms: Terms,
    today: float,
    horizon: int,
    since: str = "",
    cohorts: str = "new",
) -> Scenario:
    """Check a scenario's names and values; see :func:`build`.

    Raises UnknownName, UsageError: one sentence that lists what is allowed.
    """
    for name in settings:
        one_of("setting", name, NAMES)
    if not settings:
        raise UsageError("A scenario needs a setting: " + ", ".join(NAMES) + ".")
    one_of("choice of cohorts", cohorts, COHORTS)
    if not 1 <= horizon <= MAX_HORIZON:
        raise UsageError(f"The horizon is {horizon} years: it can be 1 to {MAX_HORIZON}.")
    values = {s.name: _number(s, settings[s.name]) for s in SETTINGS if s.name in settings}
    first = periods.decimal(terms.start)
    start = parse_month(since) if since else today
    if not first <= start < today + horizon:
        raise UsageError(
            f"from is {since}: it can be {_month(first)} to {_month(today + horizon - 1 / 12)}."
        )
    scenario = Scenario(values, start, cohorts == "all")
    changed = scenario.terms(terms)
    if changed.threshold <= changed.short_limit:
        raise UsageError(
            f"threshold_months is {changed.threshold:g}: it must be above {changed.short_limit:g}."
        )
    if scenario.everyone and changed == terms:
        raise UsageError(
            "cohorts=all needs a change of the law, because past sentences stay as they are: "
            f"one of {', '.join(s.name for s in SETTINGS if s.term)}."
        )
    return scenario


def _month(decimal: float) -> str:
    months = round(decimal * 12)
    return f"{months // 12}-{months % 12 + 1:02d}"


def dates_of(scenario: Scenario, today: float, horizon: int, start: float) -> Array:
    """Return yearly dates from a year before the change to the horizon."""
    dates = today + np.arange(-60, horizon + 1)
    return dates[(dates >= max(scenario.since - 1, start + 0.5)) | (dates > today)]


def run_pair(
    model: RegisterModel, z: Array, scenario: Scenario, dates: Array, future: Array | None = None
) -> tuple[Array, Array]:
    """Return baseline and scenario stocks (people) at *dates* for one draw."""
    values = model.values(z)
    drivers = model.drivers(values, future)
    changed, law = scenario.drivers(drivers, model.grid.times), scenario.law(model.law.terms)
    before = model.run(values, dates, drivers=drivers).stock
    return before, model.run(values, dates, drivers=changed, law=law).stock


def in_force(data: Data, as_of: str | pd.Timestamp) -> dict[str, float]:
    """Return the value of each setting under the law and volume in force: nothing supposed."""
    terms = posteriors.load(data, data.date(as_of)).density.model.law.terms
    return {s.name: float(getattr(terms, s.term)) if s.term else 0.0 for s in SETTINGS}


@typed
def build(
    data: Data,
    as_of: str | dt.date,
    settings: Mapping[str, float | str],
    *,
    since: str = "",
    cohorts: str = "new",
    horizon: int = 10,
    draws: int = DRAWS,
) -> ScenarioRecord:
    """Run a what-if against the law and sentences in force and return both stocks by date.

    The posterior is not fitted again; the future of a draw is the same in both runs, so that
    their difference is the scenario's alone.

    Parameters
    ----------
    settings: what is supposed, values by the names in :data:`SETTINGS`.
    since: month from which it holds (``YYYY-MM``); empty: from *as_of*.
    cohorts: ``new`` (those sentenced from then) or ``all`` (everyone, from then on).
    horizon: years beyond *as_of*.
    draws: of the posterior; 0: run once, at its middle, in milliseconds.

    Raises UnknownName, UsageError: one sentence that lists what is allowed.

    >>> from mappa import data, register
    >>> found = register.scenario(data.load(), "2020-03-31", {"long_years": 15}, draws=0)
    >>> found.points[-1].difference <= 0
    True
    """
    day = data.date(as_of)
    p = posteriors.load(data, day)
    terms, today = p.density.model.law.terms, p.plan.today
    scenario = parse(
        settings, terms=terms, today=today, horizon=horizon, since=since, cohorts=cohorts
    )
    dates = dates_of(scenario, today, horizon, p.plan.near.grid.start)
    model = p.plan.far
    if draws:
        chosen = posteriors.thinned(len(p.z), draws).tolist()
        pairs = [run_pair(model, p.z[i], scenario, dates, future_walk(p.plan, i)) for i in chosen]
        before, after = np.array(pairs).swapaxes(0, 1)
    else:
        # The middle of the pool: the mean over the middles of the versions.
        middles = [run_pair(model, z, scenario, dates) for z in p.centres]
        before, after = np.mean(middles, axis=0)
    days = [(day + pd.DateOffset(years=round(date - today))).date() for date in dates.tolist()]
    bands = [line for stock in (before, after, after - before) for line in _band(stock)]
    return ScenarioRecord(
        nation=data.nation,
        as_of=day.date(),
        horizon=horizon,
        settings=scenario.settings,
        words=tuple(_words(scenario, s) for s in SETTINGS if s.name in scenario.settings),
        since=dt.date.fromisoformat(_month(scenario.since) + "-01"),
        cohorts="all" if scenario.everyone else "new",
        status=p.status,
        points=tuple(ScenarioPoint(*row) for row in zip(days, *bands, strict=True)),
    )


def _words(scenario: Scenario, setting: Setting) -> str:
    value = scenario.settings[setting.name]
    if setting.unit == "percent":
        return f"{setting.meaning} of {value:+g}%".replace("-", "\N{MINUS SIGN}")
    shown = "indefinite" if not np.isfinite(value) else f"{value:g} {setting.unit}"
    return f"{setting.meaning}: {shown}"


def _band(stock: Array) -> list[list[Any]]:
    """Return median and limits by date of stocks by draw and date; of single runs no limits."""
    if stock.ndim == 1:
        return [stock.tolist(), *[[None] * len(stock)] * 2]
    return np.quantile(stock, [0.5, 0.05, 0.95], axis=0).tolist()
