"""The growth question for a force: one object with its record, words and charts."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd

from mappa.arguments import typed
from mappa.data import Data, load
from mappa.errors import TooLittleKnown
from mappa.growth import series
from mappa.growth.record import BENCHMARK_NATION, build
from mappa.plot.cached import kept
from mappa.plot.exhibit import Exhibit
from mappa.plot.growth import charts
from mappa.words.growth import answer as words
from mappa.words.growth import model, tables
from mappa.words.growth import nation as national
from mappa.words.prose import Prose
from mappa.words.tables import Table

#: Fields of the record that are the force's own: no chart of the nation is drawn from them.
_OF_THE_FORCE: dict[str, Any] = {
    "force": "",
    "status": "",
    "count": None,
    "series": (),
    "later_counts": (),
    "change": None,
    "year_test": None,
    "compound": None,
    "spans": (),
    "other_measures": (),
}


class GrowthStudy:
    """How have the numbers grown here and nationally? Each part is made when it is asked for."""

    def __init__(
        self,
        data: Data,
        force: str,
        as_of: str | pd.Timestamp,
        horizon: int,
        nation: str = "combined",
    ) -> None:
        self.data = data
        path, name = _nation(data, as_of, horizon, nation)
        self.record = build(data, force, as_of, horizon, path, name)

    @property
    def sentence(self) -> Prose:
        """The answer in one sentence."""
        return words.answer(self.record)

    # The nation.
    @property
    def history(self) -> Prose:
        """What the national series is, and where it breaks."""
        return national.history(self.record)

    @functools.cached_property
    def nation_chart(self) -> Exhibit:
        """Every official national value, with its breaks."""
        return kept(charts.nation, self.record, **_OF_THE_FORCE)

    @property
    def nation_table(self) -> Table | Prose:
        """Every official national value, with growth between neighbours on one basis."""
        return tables.nation(self.record)

    @property
    def nation_year(self) -> Prose:
        """The nation's year in people, in percent, as printed and as a rate."""
        return national.nation(self.record)

    @property
    def periods_table(self) -> Table | Prose:
        """The nation's compound growth by period."""
        return tables.periods(self.record)

    @property
    def slowing(self) -> Prose:
        """Whether growth is slowing: what the data suffice to say."""
        return national.slowing(self.record)

    @functools.cached_property
    def yearly_chart(self) -> Exhibit:
        """The nation's yearly increase in people and in percent."""
        return kept(charts.yearly, self.record, **_OF_THE_FORCE)

    @property
    def trend_table(self) -> Table | Prose:
        """The trend by scale and model."""
        return tables.trends(self.record)

    @property
    def categories_table(self) -> Table | Prose:
        """Categories 1, 2 and 3 and their shares."""
        return tables.categories(self.record)

    @property
    def orders_table(self) -> Table | Prose:
        """Orders imposed, by year."""
        return tables.orders(self.record)

    # The force.
    @property
    def year(self) -> Prose:
        """The force's year, beside chance and the spread of areas."""
        return words.year(self.record)

    @property
    def long_run(self) -> Prose:
        """Compound growth over the longest span on one basis."""
        return words.long_run(self.record)

    @functools.cached_property
    def force_chart(self) -> Exhibit:
        """Counts, estimates and forecast of the force."""
        return charts.force(self.record)

    @functools.cached_property
    def indexed_chart(self) -> Exhibit | Prose:
        """The force and the nation, indexed over the same years."""
        return charts.indexed(self.record) or words.no_index(self.record)

    @property
    def series_table(self) -> Table | Prose:
        """Every count, estimate and forecast of the force."""
        return tables.series(self.record)

    @functools.cached_property
    def multiples_chart(self) -> Exhibit:
        """The known rates of every area."""
        rates, national = series.known_rates(self.data.until(self.record.as_of))
        return charts.multiples(rates, national, self.record)

    # Who makes the growth, and the rest of the story.
    @property
    def contribution(self) -> Prose:
        """Who makes the nation's growth, with and without outliers."""
        return national.contribution(self.record)

    @functools.cached_property
    def contribution_chart(self) -> Exhibit | Prose:
        """Each area's part of the national change."""
        parts = self.record.contribution.parts
        if not parts:
            return national.contribution(self.record)
        if any(part.area == self.record.force for part in parts):  # its bar is marked
            return charts.contribution(self.record)
        return kept(charts.contribution, self.record, **_OF_THE_FORCE)

    @property
    def measures(self) -> Prose:
        """Breaches, revocations, violent offenders and placements."""
        return words.measures(self.record)

    @property
    def measures_table(self) -> Table | Prose:
        """The other measures as rates with exact intervals, or that there is no table."""
        return tables.measures(self.record)

    # Estimates.
    @property
    def estimate(self) -> Prose:
        """What the estimates and forecasts are."""
        return model.estimate(self.record)

    @property
    def validation(self) -> Prose:
        """How the model did on hidden counts."""
        return model.validation(self.record)

    @property
    def validation_table(self) -> Table | Prose:
        """Coverage, sharpness and errors beside plain rules, or that there is no table."""
        return tables.validation(self.record)


def _nation(
    data: Data, as_of: str | pd.Timestamp, horizon: int, source: str
) -> tuple[np.ndarray | None, str]:
    """Return draws of the nation ahead (``None``: the benchmark) and what made them, in words."""
    if source == "benchmark" or horizon == 0:
        return None, BENCHMARK_NATION
    from mappa.forecasts.national_draws import national_draws

    try:
        made = national_draws(data, data.date(as_of), horizon, source)
    except TooLittleKnown:
        return None, BENCHMARK_NATION
    return made.draws, f"the {made.label}"


@typed
def growth(
    force: str = "",
    as_of: str | pd.Timestamp = "",
    horizon: int = 4,
    data: Data | None = None,
    nation: str = "combined",
) -> GrowthStudy:
    """Open the growth study of a force.

    Parameters
    ----------
    force: name of the area; by default the study's.
    as_of: date of the stock; nothing dated later is used for the answer.
    horizon: years to forecast after *as_of*, 0 to 5.
    figures: the tables; by default the study's own.
    nation: where the forecast takes the nation from: ``combined`` (register model, random walk,
        smoothing and ARIMA), ``register`` (the register model; without a shipped posterior it is
        fitted) or ``benchmark`` (mean growth of the last three years).

    Raises
    ------
    UnknownName, UsageError: a force, date or horizon that is not one of those there are.
    """
    data = data or load()
    settings = data.settings
    return GrowthStudy(
        data,
        force or str(settings["default_force"]),
        as_of or str(settings["default_as_of"]),
        horizon,
        nation,
    )
