"""The register question: one object with its record, words, tables and charts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pandas as pd

from mappa.arguments import typed
from mappa.data import Data, load
from mappa.forecasts.backtest import rolling_origins
from mappa.forecasts.national_draws import national_draws
from mappa.forecasts.record import ForecastRecord, build
from mappa.forecasts.scores import SealScore, seal_scores
from mappa.forecasts.view import dated_counts, forecast_view
from mappa.plot.cached import kept
from mappa.plot.exhibit import Exhibit
from mappa.plot.forecasts import charts as forecast_charts
from mappa.plot.register import charts
from mappa.plot.register import whatif as whatif_charts
from mappa.rates.change import year_change
from mappa.register.answers import scenarios
from mappa.register.answers.build import posterior_for
from mappa.register.answers.scenarios import ScenarioRecord
from mappa.register.answers.value_of_information import Settlement, of_posterior
from mappa.register.inference import draws as posteriors
from mappa.register.inputs.model_tables import ASSUMPTIONS, model_table
from mappa.register.law.terms import Terms, terms_of_law
from mappa.words.forecasts import answer as forecast_words
from mappa.words.forecasts import seals as seal_words
from mappa.words.prose import Prose
from mappa.words.rate import change as change_words
from mappa.words.register import answer as words
from mappa.words.register import attribution as attribution_words
from mappa.words.register import fit as fit_words
from mappa.words.register import law as law_words
from mappa.words.register import value_of_information as settle_words
from mappa.words.register import versions as version_words
from mappa.words.register import whatif as whatif_words
from mappa.words.register import year as year_words
from mappa.words.register.common import withheld
from mappa.words.tables import Table

#: Years that what-ifs look ahead: a changed term shows when the shorter one is over.
WHAT_IF_YEARS = 10
#: Draws behind each what-if of the table.
TABLE_DRAWS = 30
#: What-ifs shown side by side, as (settings, for whom).
WHAT_IFS: tuple[tuple[dict[str, float], str], ...] = (
    ({"threshold_months": 48}, "new"),
    ({"threshold_months": 48}, "all"),
    ({"long_years": 15}, "all"),
    ({"review_wait_years": 10}, "all"),
    ({"caution_years": 5}, "new"),
    ({"sentence_length_percent": 10}, "new"),
    ({"volume_percent": 10}, "new"),
    ({"time_served_percent": 10}, "new"),
)


T = TypeVar("T", Prose, Table)


def _said(make: Callable[[ForecastRecord], T]) -> functools.cached_property[T]:
    """Return an attribute that *make* makes of the study's record when it is asked for."""

    def made(study: RegisterStudy) -> T:
        return make(study.record)

    made.__doc__ = make.__doc__
    return functools.cached_property(made)


def _attributed(make: Callable[[ForecastRecord], T]) -> functools.cached_property[T | Prose]:
    """Return an attribute about the effect of sentences, or why it cannot be given."""

    def made(study: RegisterStudy) -> T | Prose:
        return make(study.record) if study.record.attributed else withheld(study.record)

    made.__doc__ = make.__doc__
    return functools.cached_property(made)


def _drawn(draw: Callable[[ForecastRecord], Exhibit]) -> functools.cached_property[Exhibit]:
    """Return a chart of the nation as an attribute: the same for every force, so it is stored."""

    def drawn(study: RegisterStudy) -> Exhibit:
        return kept(draw, study.record, force="")

    drawn.__doc__ = draw.__doc__
    return functools.cached_property(drawn)


class RegisterStudy:
    """Where does the growth come from? Each part is made when it is asked for."""

    def __init__(
        self,
        data: Data,
        force: str,
        as_of: str | pd.Timestamp,
        horizon: int,
        reference: str,
        draws: int | None,
    ) -> None:
        self.data = data
        self.record: ForecastRecord = build(
            data, force, as_of, horizon=horizon, reference=reference, draws=draws
        )

    @property
    def _day(self) -> pd.Timestamp:
        return pd.Timestamp(self.record.as_of)

    @functools.cached_property
    def terms(self) -> Terms:
        """The terms of the law, from the rules."""
        return terms_of_law(self.data.notification_rules)

    sentence = _said(words.answer)
    certainty = _said(words.certainty)
    kinds_chart = _drawn(charts.kinds)
    kinds_table = _said(year_words.kinds_table)

    @functools.cached_property
    def attribution_chart(self) -> Exhibit | Prose:
        """What drove the growth, drawn; or why that cannot be said."""
        if not self.record.attributed:
            return withheld(self.record)
        return kept(charts.attribution, self.record, force="")

    @functools.cached_property
    def terms_table(self) -> Table:
        """The law in force."""
        return law_words.terms_table(self.terms)

    accounting = _said(year_words.accounting)
    accounting_chart = _drawn(charts.accounting)
    accounting_table = _said(year_words.accounting_table)
    indefinite = _said(year_words.indefinite)
    class_table = _said(year_words.class_table)
    attribution_table = _attributed(attribution_words.attribution_table)
    latent = _attributed(attribution_words.latent_by_reference)
    lengths = _attributed(law_words.shorter)
    lengths_table = _attributed(law_words.shorter_table)
    indefinite_law = _attributed(law_words.indefinite_law)
    counterfactual_table = _attributed(law_words.counterfactual_table)

    @functools.cached_property
    def rule_result(self) -> Prose:
        """What longer sentences can and cannot do."""
        return law_words.rule_result(self.record, self.terms)

    impulse_chart = _drawn(charts.impulse)
    impulse_table = _said(law_words.impulse_table)
    long_run = _attributed(law_words.long_run)
    stock_chart = _drawn(charts.stock)
    pooled = _attributed(version_words.pooled)
    versions_table = _attributed(version_words.answers_table)
    checks = _said(version_words.checks)
    fit_table = _said(version_words.fit_table)
    misfit = _said(fit_words.misfit)
    informed = _said(fit_words.informed)
    contraction_chart = _drawn(charts.contraction)
    parameter_table = _said(fit_words.parameter_table)
    inputs_chart = _drawn(charts.inputs)

    @functools.cached_property
    def assumptions(self) -> Table:
        """The assumptions log."""
        return fit_words.assumptions_table(model_table(self.data, ASSUMPTIONS))

    status = _said(fit_words.status)
    leaks = _said(forecast_words.published_later)

    def share(self) -> None:
        """Compute what is the same for every force, so that it is found when it is asked for."""
        _ = self.posterior, self.settlement, self.seal_scores
        _ = self.what_ifs, self.origins_table, self.assumptions

    # -- what-ifs -----------------------------------------------------------------------------

    @typed
    def scenario(
        self, since: str = "", cohorts: str = "new", **settings: float | str
    ) -> RegisterWhatIf:
        """Open a what-if, such as ``scenario(threshold_months=48, since="2010-04")``."""
        made = self._scenario(settings, since, cohorts)
        return RegisterWhatIf(made)

    def _scenario(
        self,
        settings: Mapping[str, Any],
        since: str,
        cohorts: str,
        draws: int = scenarios.DRAWS,
    ) -> ScenarioRecord:
        return scenarios.build(
            self.data,
            self._day,
            settings,
            since=since,
            cohorts=cohorts,
            horizon=WHAT_IF_YEARS,
            draws=draws,
        )

    @functools.cached_property
    def what_ifs(self) -> Table:
        """Several what-ifs from the date, side by side."""
        made = [
            self._scenario(settings, "", cohorts, TABLE_DRAWS) for settings, cohorts in WHAT_IFS
        ]
        return whatif_words.whatifs_table(made)

    # -- forecasts and the force --------------------------------------------------------------

    @functools.cached_property
    def _view(self) -> Any:
        horizon = min(max(self.record.horizon, 1), 10)
        # The draws that a seal would hold: one forecast under one label.
        draws = national_draws(self.data, self._day, horizon, "register").draws
        return forecast_view(self.data, self._day, horizon, draws)

    @functools.cached_property
    def _later(self) -> Any:
        return dated_counts(self.data, after=self._day)

    @functools.cached_property
    def forecast(self) -> Prose:
        """The forecast, and the first count that came later."""
        return forecast_words.forecast_sentence(self._view, self._later)

    @functools.cached_property
    def forecast_chart(self) -> Exhibit:
        """The forecast beside the benchmarks, later counts laid over it."""
        publisher = str(self.data.settings.get("publisher", "the publisher"))
        return kept(forecast_charts.forecast_chart, self._view, self._later, publisher)

    @functools.cached_property
    def benchmarks_table(self) -> Table:
        """The forecast beside the benchmarks."""
        return forecast_words.benchmarks_table(self._view)

    @functools.cached_property
    def origins_table(self) -> Table:
        """Every method from each past count."""
        return forecast_words.origins_table(rolling_origins(self.data.until(self._day)))

    @functools.cached_property
    def comparison(self) -> Prose:
        """The combined forecast against the register model from each past count."""
        return forecast_words.comparison(rolling_origins(self.data.until(self._day)))

    @functools.cached_property
    def local(self) -> Prose:
        """The force's own change on the year, as the other pages tell it."""
        found = year_change(self.data.until(self._day), self.record.force, self._day)
        return change_words.change(found, self.record.nation, self._day)

    @functools.cached_property
    def settlement(self) -> Settlement:
        """What unpublished tables would narrow the answer."""
        return of_posterior(self.data, self.posterior, self.record.reference)

    @functools.cached_property
    def settle(self) -> Prose:
        """The table that would narrow the answer most."""
        return settle_words.settle_sentence(self.settlement)

    @functools.cached_property
    def settle_table(self) -> Table:
        """All tables that could be asked for."""
        return settle_words.settle_table(self.settlement)

    @functools.cached_property
    def settle_request(self) -> Prose:
        """The wording of the request for the most helpful table."""
        return settle_words.settle_request(self.settlement.requests[0])

    @functools.cached_property
    def seal_scores(self) -> tuple[SealScore, ...]:
        """The sealed forecasts, held against every count in the data."""
        return seal_scores(self.data)

    @functools.cached_property
    def seals(self) -> Prose:
        """How the sealed forecasts did."""
        return seal_words.seals_sentence(self.seal_scores)

    @functools.cached_property
    def seal_chart(self) -> Exhibit | None:
        """The first sealed forecasts of the areas against the counts that came, drawn."""
        if not self.seal_scores:
            return None
        return kept(forecast_charts.seal_chart, self.seal_scores[0])

    @functools.cached_property
    def posterior(self) -> posteriors.Posterior:
        """The draws behind it all."""
        return posterior_for(self.data, self._day, self.record.reference)


class RegisterWhatIf:
    """A what-if: its record, sentence, table and chart."""

    def __init__(self, record: ScenarioRecord) -> None:
        self.record = record

    @property
    def sentence(self) -> Prose:
        """What it does to the stock."""
        return whatif_words.scenario(self.record)

    @property
    def table(self) -> Table:
        """Baseline and scenario by date."""
        return whatif_words.scenario_table(self.record)

    @functools.cached_property
    def chart(self) -> Exhibit:
        """Baseline and scenario, drawn."""
        return kept(whatif_charts.scenario, self.record)


@typed
def register(
    force: str,
    as_of: str | pd.Timestamp = "",
    horizon: int = 4,
    reference: str = "",
    *,
    draws: int | None = None,
    data: Data | None = None,
) -> RegisterStudy:
    """Open the register study.

    Parameters
    ----------
    force: name of the force; the model is the nation's, the local reading the force's.
    as_of: date of the last figures used.
    horizon: years of forecast, 0 to 10.
    reference: year to March that the growth is held against; default ten years before.
    draws: at most so many draws of the posterior; default all that are shipped.
    figures: the tables; by default the study's own.
    """
    data = data or load()
    day = as_of or str(data.settings["default_as_of"])
    return RegisterStudy(data, force, day, horizon, reference, draws)
