"""The rate question for a force: one object with its record, words and charts.

``study.funnel`` and the like are exhibits where there is something to draw, and a sentence that
says why not where there is not.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mappa.data import Data, load
from mappa.plot.cached import kept as kept_chart
from mappa.plot.exhibit import Exhibit
from mappa.plot.rate import caterpillar as rate_caterpillar
from mappa.plot.rate import change as rate_change
from mappa.plot.rate import comparators as rate_comparators
from mappa.plot.rate import funnel as rate_funnel
from mappa.plot.rate import power as rate_power
from mappa.plot.rate import tiles as rate_tiles
from mappa.printed import PER
from mappa.rates import change, comparators
from mappa.rates.area_table import area_table
from mappa.rates.assess import assess
from mappa.rates.methods.funnel import LEVELS
from mappa.rates.record import DEFAULT_DENOMINATOR, RateRecord
from mappa.rates.simulation import cached as kept
from mappa.rates.story import check as story
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.rate import answer as words
from mappa.words.rate import change as change_words
from mappa.words.rate import missing as missing_words
from mappa.words.rate import simulation as simulation_words
from mappa.words.rate import story as story_words
from mappa.words.rate import tables
from mappa.words.tables import Table

Shown = Exhibit | Prose


class RateStudy:
    """Does the rate differ meaningfully? Each part is made when it is asked for."""

    def __init__(self, data: Data, record: RateRecord, levels: Sequence[float] = LEVELS) -> None:
        self.data = data
        self.record = record
        self._levels = tuple(levels)
        table = data.comparators
        self._labels = dict(zip(table["comparator"], table["label"], strict=True))
        self._how = dict(zip(table["comparator"], table["how_chosen"], strict=True))

    @property
    def sentence(self) -> Prose:
        """The answer in one sentence."""
        return words.sentence(self.record)

    @property
    def paragraph(self) -> Prose:
        """The whole answer, or the page of a missing count."""
        return words.paragraph(self.record)

    @property
    def verdict(self) -> Table | Prose:
        """The three verdicts with their numbers, or what is known without a count."""
        if self.record.count is None:
            return missing_words.table(self.record, self._titles())
        return tables.verdict(self.record)

    # How large is the gap?
    @property
    def gap(self) -> Prose:
        """Part one, or what is known of an area without a count."""
        if self.record.count is None:
            return missing_words.missing(self.record)
        return words.gap(self.record)

    @functools.cached_property
    def comparators(self) -> Shown:
        """The ratio to every comparator."""
        if tables.of_denominator(self.record, self._labels).empty:
            return self._nothing("compared")
        return rate_comparators.comparators(self.record, self._labels, self._source)

    @property
    def comparators_table(self) -> Table | Prose:
        """Every comparator, its ratio (without a count its rate) and how it is chosen."""
        if self.record.count is None:
            return self._comparator_rates()
        if tables.of_denominator(self.record, self._labels).empty:
            return self._nothing("compared")
        return tables.comparators(self.record, self._labels, self._how)

    # Is it unusual?
    @property
    def unusual(self) -> Prose:
        """Part two."""
        return words.unusual(self.record)

    @property
    def pool(self) -> Prose:
        """The areas without a count."""
        return words.pool(self.record)

    @functools.cached_property
    def funnel(self) -> Shown:
        """Rates against population, with both kinds of limits."""
        rows = self._areas
        if rows["count"].notna().sum() < 2:
            return Prose(f"Too few areas have a count on {n.day(self.record.as_of)} to draw.")
        return rate_funnel.funnel(self.record, rows, self._source, self._levels)

    @functools.cached_property
    def caterpillar(self) -> Shown:
        """Own and shrunken rates in order."""
        if self._areas["shrunken"].notna().sum() == 0:
            return Prose(f"Too few areas have a count on {n.day(self.record.as_of)} to rank.")
        return rate_caterpillar.caterpillar(self.record, self._areas, self._source)

    @functools.cached_property
    def tile_map(self) -> Shown:
        """A tile for each area."""
        if self._areas["count"].notna().sum() < 2:
            return Prose(f"Too few areas have a count on {n.day(self.record.as_of)} to map.")
        return rate_tiles.tile_map(self.record, self._areas, self.data.areas, self._source)

    # Would it matter?
    @property
    def matter(self) -> Prose:
        """Part three."""
        return words.matter(self.record)

    @functools.cached_property
    def margins(self) -> Shown:
        """The ratio against several margins."""
        if self.record.gap is None:
            return self._nothing("held against a margin")
        return rate_comparators.margin_rows(self.record, self._source)

    # How much is a choice?
    @property
    def sensitivity(self) -> Prose:
        """How the verdict divides over the combinations."""
        return words.sensitivity(self.record)

    @functools.cached_property
    def choices(self) -> Shown:
        """Every combination of comparator, denominator, date and method."""
        if not self.record.sensitivity:
            return self._nothing("put through the combinations")
        return rate_comparators.choices(self.record, self._labels, self._source)

    @property
    def methods(self) -> Table | Prose:
        """Every method's row."""
        if not self.record.methods:
            return self._nothing("put through the methods")
        return tables.methods(self.record)

    # The change on the year.
    @property
    def change(self) -> Prose:
        """The change on the year, with and without outliers."""
        c, r = self.record.change, self.record
        told = change_words.change(c, r.nation, r.as_of)
        return Prose(f"{told} {change_words.long_run(c, r.nation)}".strip())

    @functools.cached_property
    def change_chart(self) -> Shown:
        """Every area's change on the year."""
        table = change.growth_table(self.data, self.record.as_of)
        if len(table) < change.FEWEST:
            return Prose("Too few areas have counts of both years to draw their changes.")
        return rate_change.change(self.record, table, self._source)

    # The simulation study and the story.
    @property
    def simulation(self) -> Prose:
        """Why the plain p-value misleads."""
        found = self._kept
        return simulation_words.NONE_KEPT if found is None else simulation_words.summary(found)

    @property
    def simulation_table(self) -> Table | Prose:
        """False alarms, coverage and power of every method."""
        found = self._kept
        return simulation_words.NONE_KEPT if found is None else simulation_words.table(found)

    @functools.cached_property
    def power(self) -> Shown:
        """False alarms and power, drawn."""
        found = self._kept
        if found is None:
            return simulation_words.NONE_KEPT
        source = "Source: simulation study kept with the tables."
        return kept_chart(rate_power.power, found, source)

    @functools.cached_property
    def findings(self) -> list[story.Finding]:
        """Every claim of the story, recomputed."""
        return story.check_all(self.data, story.story_claims(self.data, self.record.force))

    @property
    def story(self) -> Table:
        """Every claim with verdict and why."""
        return story_words.table(self.findings, f"Claims checked for {self.record.force}")

    @property
    def story_summary(self) -> Prose:
        """The verdicts counted."""
        return story_words.summary(self.findings)

    def share(self) -> None:
        """Compute what is the same for every force, so that it is found when it is asked for."""
        _ = self._areas, self._kept
        change.growth_table(self.data, self.record.as_of)

    @functools.cached_property
    def _areas(self) -> pd.DataFrame:
        return area_table(self.data.on(self.record.as_of, self.record.denominator))

    @functools.cached_property
    def _kept(self) -> pd.DataFrame | None:
        found = kept.read(self.data)
        return found if found is not None and kept.is_of(self.data, found) else None

    @property
    def _source(self) -> str:
        titles = self._titles()
        rows = self.data.population
        rows = rows[rows["mid_year"] == self.record.population_year]
        used = sorted({s for cell in rows["source"] for s in cell.split()} - {"derived"})
        people = [titles.get(s, s).split(";")[0] for s in used]
        return words.source_line(
            str(self.data.settings["publisher"]), people, self.record.population_year
        )

    def _comparator_rates(self) -> Table:
        r, rows = self.record, []
        for name, label in self._labels.items():
            found = comparators.choose(self.data.on(r.as_of, r.denominator), r.force, name)
            few = len(found.areas) <= words.LISTED
            areas = n.listing(list(found.areas)) if few else f"{len(found.areas)} areas"
            value = PER * found.rate if found.known and found.rate else None
            rows.append((label, value, areas if found.known else found.status, self._how[name]))
        caption = f"Comparators of {r.force}, {n.day(r.as_of)}: their own rates"
        return tables.comparator_rates(rows, caption)

    def _titles(self) -> dict[str, str]:
        table = self.data.sources
        return dict(zip(table["source"], table["title"], strict=True))

    def _nothing(self, what: str) -> Prose:
        r = self.record
        why = r.status or r.against.comparator_status or "no count that it could be set against"
        return Prose(f"{r.force} cannot be {what}, {n.day(r.as_of)}: {why}.")


def rate(
    force: str = "",
    as_of: Any = "",
    *,
    margin: float = 0.10,
    comparator: str = "rest",
    denominator: str = DEFAULT_DENOMINATOR,
    levels: Sequence[float] = LEVELS,
    data: Data | None = None,
) -> RateStudy:
    """Open the study of a force's rate on a date (defaults: those of the figures).

    *levels* are the control levels of the funnel: some of 0.90, 0.95, 0.99 and 0.998.
    """
    data = data if data is not None else load()
    record = assess(
        data,
        data.force(force or None),
        data.day(as_of or None),
        margin=margin,
        comparator=comparator,
        denominator=denominator,
    )
    return RateStudy(data, record, levels)
