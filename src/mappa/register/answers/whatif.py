"""A what-if under the hand: baseline and scenario at the middle of the posterior, in milliseconds.

The intervals of :mod:`mappa.register.answers.scenarios` need a hundred runs; a control being
dragged shows this line first.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.records import Record, key
from mappa.register.answers import scenarios
from mappa.register.posterior import draws as posteriors


@dataclasses.dataclass(frozen=True)
class WhatIf(Record):
    """A what-if at the middle of the posterior: no intervals."""

    nation: str = key("Name of the nation")
    as_of: dt.date = key("Date of the last figures used")
    settings: dict[str, float] = key("What is supposed, by name")
    since: dt.date = key("First day of the change")
    cohorts: str = key("new: those sentenced from then; all: everyone, from then on")
    dates: tuple[dt.date, ...] = key("Dates of the runs")
    baseline: tuple[float, ...] = key("Stock under the law in force", "people")
    scenario: tuple[float, ...] = key("Stock under the scenario", "people")

    @property
    def difference(self) -> float:
        """Scenario less baseline at the last date (people)."""
        return self.scenario[-1] - self.baseline[-1]


@functools.lru_cache(maxsize=4)
def _posterior(data: Data, day: pd.Timestamp) -> posteriors.Posterior:
    """Keep the posterior: to find it again takes longer than to run it."""
    return posteriors.load(data, day)


def in_force(data: Data, as_of: str | pd.Timestamp) -> dict[str, float]:
    """Return the value of each setting under the law and volume in force: nothing supposed."""
    terms = _posterior(data, data.date(as_of)).density.model.law.terms
    return {s.name: float(getattr(terms, s.term)) if s.term else 0.0 for s in scenarios.SETTINGS}


def whatif(
    data: Data,
    as_of: str | pd.Timestamp,
    settings: Mapping[str, Any],
    *,
    since: str = "",
    cohorts: str = "new",
    horizon: int = 10,
) -> WhatIf:
    """Run baseline and scenario once each, at the middle of the posterior.

    Parameters are those of :func:`mappa.register.answers.scenarios.build`, whose errors it raises.
    """
    day = data.date(as_of)
    p = _posterior(data, day)
    scenario = scenarios.parse(
        settings,
        terms=p.density.model.law.terms,
        today=p.plan.today,
        horizon=horizon,
        since=since,
        cohorts=cohorts,
    )
    dates, before, after = scenarios.central(p, scenario, horizon)
    months = round(scenario.since * 12)
    return WhatIf(
        nation=data.nation,
        as_of=day.date(),
        settings=dict(scenario.settings),
        since=dt.date(months // 12, months % 12 + 1, 1),
        cohorts=cohorts,
        dates=tuple(_date(day, float(d) - p.plan.today) for d in dates),
        baseline=tuple(float(v) for v in np.asarray(before)),
        scenario=tuple(float(v) for v in np.asarray(after)),
    )


def _date(day: pd.Timestamp, years: float) -> dt.date:
    return (day + pd.DateOffset(years=round(years))).date()
