"""The record of the register question: every number from which words, tables and charts come."""

import dataclasses
import datetime as dt
from typing import Any, Self

import numpy as np
import pandas as pd

from mappa.records import Record, key
from mappa.register.arrays import Array
from mappa.register.inference import columns
from mappa.register.stockflow.runs import FLOWS

LEVEL = 0.90
#: Movements into the community; the others leave it.
JOINING = tuple(columns.flow(name) for name in FLOWS[:2])
#: Years after the last published sentence lengths for which the effect of sentences is reported.
REACH = 2


@dataclasses.dataclass(frozen=True)
class Estimate(Record):
    """A quantity with its central 90% interval over the draws.

    Means sum where the quantities do; medians and limits do not.
    """

    name: str = key("Name of the quantity")
    label: str = key("The quantity in words")
    mean: float = key("Mean", "see label")
    median: float = key("Median", "see label")
    low: float = key("Lower end of the central 90% interval", "see label")
    high: float = key("Upper end of the central 90% interval", "see label")

    @classmethod
    def of(cls, name: str, label: str, draws: Array) -> Self:
        """Return the estimate of *draws* of a quantity."""
        low, median, high = np.quantile(draws, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]).tolist()
        return cls(name, label or name, float(np.mean(draws)), median, low, high)

    def __neg__(self) -> Self:
        """Return the estimate of the quantity with the other sign."""
        return type(self)(self.name, self.label, -self.mean, -self.median, -self.high, -self.low)


class Summary:
    """Means, medians and 90% intervals of the quantities of a posterior (a row a draw)."""

    def __init__(self, shown: pd.DataFrame) -> None:
        self.shown = shown

    def draws(self, *names: str) -> Array:
        """Return the draws of the sum of quantities."""
        return np.asarray(self.shown[list(names)].to_numpy(dtype=float).sum(axis=1))

    def of(self, name: str, label: str = "") -> Estimate:
        """Return the estimate of a quantity."""
        return Estimate.of(name, label, self.draws(name))


@dataclasses.dataclass(frozen=True)
class StockPoint(Record):
    """The national stock at a date."""

    date: dt.date = key("Date")
    kind: str = key("fitted or forecast")
    median: float = key("Median", "people")
    low: float = key("Lower end of the central 90% interval", "people")
    high: float = key("Upper end of the central 90% interval", "people")
    published: float | None = key("Published count that the model is held to", "people")


@dataclasses.dataclass(frozen=True)
class Accounting(Record):
    """The year's movements and what they leave unexplained."""

    start: dt.date = key("First day of the year")
    end: dt.date = key("Last day of the year")
    published_start: float | None = key("Published count at the start", "people")
    published_end: float | None = key("Published count at the end", "people")
    published_growth: float | None = key("Published growth", "people")
    flows: tuple[Estimate, ...] = key("Registrations, releases, expiries, deaths, reviews")
    net: Estimate = key("Net of the flows", "people")
    remainder: Estimate | None = key("Published growth less net: unexplained", "people")
    kinds: tuple[Estimate, ...] = key(
        "Net growth by kind of registration: indefinite, suspended sentences, other", "people"
    )

    @property
    def change(self) -> float:
        """The change that the parts add up to (people): the published one, else the model's."""
        return self.net.mean if self.published_growth is None else self.published_growth

    @property
    def by_kind(self) -> tuple[Estimate, ...]:
        """The kinds of registration and the remainder, whose means add up to :attr:`change`."""
        return *self.kinds, *self._rest

    @property
    def by_movement(self) -> tuple[Estimate, ...]:
        """The movements, those that leave below zero, and the remainder; their means add up."""
        return *(f if f.name in JOINING else -f for f in self.flows), *self._rest

    @property
    def _rest(self) -> tuple[Estimate, ...]:
        return () if self.remainder is None else (self.remainder,)


@dataclasses.dataclass(frozen=True)
class Attribution(Record):
    """The growth of the year shared out against one reference year.

    The means of momentum, drivers and residual sum to the published growth (without one, those
    of momentum and drivers to the model's).
    """

    reference: str = key("Reference year: the year to 31 March whose inputs are held")
    drivers: tuple[Estimate, ...] = key("Shapley value of each driver", "people")
    lengths: Estimate = key("Both ways in which sentence length works, together", "people")
    entry: Estimate = key("Volume and mix of published sentences together", "people")
    latent: Estimate = key(
        "Latent inflow: registrations for each sentence, cause unknown", "people"
    )
    implied: Estimate = key("Growth that published sentences alone imply", "people")
    residual: Estimate | None = key("Published growth less the model's", "people")
    momentum_indefinite: Estimate = key("Momentum of indefinite cohorts", "people")
    momentum_fixed: Estimate = key("Momentum of fixed-term cohorts", "people")
    hatched: tuple[str, ...] = key("Drivers without data in the last five years")

    @property
    def parts(self) -> tuple[Estimate, ...]:
        """Momentum, drivers and residual, whose means add up to the change."""
        rest = () if self.residual is None else (self.residual,)
        return self.momentum_indefinite, self.momentum_fixed, *self.drivers, *rest

    def known(self, part: Estimate) -> bool:
        """Return whether a part follows from a figure of the last five years."""
        return part.name.rsplit(".", 1)[-1] not in self.hatched


@dataclasses.dataclass(frozen=True)
class OtherLaw(Record):
    """The year under other terms, without a new fit."""

    name: str = key("Name")
    label: str = key("What is supposed")
    years: float | None = key("Period of the longest sentences, where it has an end", "years")
    growth: Estimate = key("Growth of the year", "people")
    stock: Estimate = key("Stock at the end", "people")
    growth_difference: Estimate = key("Growth less that under the law in force", "people")
    stock_difference: Estimate = key("Stock less that under the law in force", "people")


@dataclasses.dataclass(frozen=True)
class ShorterSentences(Record):
    """The year had sentences stayed as long as in a reference year; it overlaps the other laws."""

    reference: str = key("Reference year: the year to 31 March whose sentence lengths are kept")
    smaller: Estimate = key("By how much the rise would have been smaller", "people")
    jointly: Estimate = key("The same had the first of the other laws held too", "people")


@dataclasses.dataclass(frozen=True)
class Impulse(Record):
    """What a lasting 10% on sentence lengths does to the stock some years later."""

    kind: str = key("all, crossing, waiting, or the assumption that is dropped")
    years: int = key("Years after the change", "years")
    median: float = key("Median change of the stock", "people")
    low: float = key("Lower end of its central 90% interval", "people")
    high: float = key("Upper end of its central 90% interval", "people")


@dataclasses.dataclass(frozen=True)
class InputPoint(Record):
    """An input in a year and how it is known."""

    year: int = key("Year", "year")
    input: str = key("Name of the input")
    label: str = key("The input in words")
    value: float = key("Value in the year", "see label")
    basis: str = key("published, derived, or joined by a line or held")
    quality: str = key("How well it is known")
    source: str = key("Sources")


@dataclasses.dataclass(frozen=True)
class PriorPosterior(Record):
    """A parameter before and after the data."""

    parameter: str = key("Name")
    meaning: str = key("What it is")
    unit: str = key("Unit")
    prior_median: float = key("Prior median")
    prior_low: float = key("Lower end of the prior's central 90% range")
    prior_high: float = key("Upper end of the prior's central 90% range")
    median: float = key("Posterior median")
    low: float = key("Lower end of the posterior's central 90% interval")
    high: float = key("Upper end of the posterior's central 90% interval")
    contraction: float = key(
        "One less the ratio of posterior to prior variance, mean of the versions"
    )
    told: str = key("Whether the data say anything of it: data, partly, prior only")
    quality: str = key("How well the prior is founded")
    conflict: bool = key("Whether the posterior median lies outside the prior's 90% range")
    latent: bool = key("Whether it is a step of the latent inflow")


@dataclasses.dataclass(frozen=True)
class VersionAnswer(Record):
    """One version's own answer and how well it meets the figures; information, not a weight.

    What only the shipped fit knows is None, or empty, for a quick one.
    """

    name: str = key("Name of the version")
    label: str = key("The version in words")
    indefinite: Estimate = key("Net growth of people registered indefinitely", "people")
    shorter: Estimate | None = key(
        "By how much sentences of the reference year would have made the rise smaller", "people"
    )
    shorter_earliest: Estimate | None = key("The same for the earliest reference year", "people")
    fixed_period: Estimate | None = key(
        "By how much the first of the other laws would have made the rise smaller", "people"
    )
    latent: Estimate | None = key("Latent inflow against the reference year", "people")
    furthest: str = key("The figure from which the version is furthest")
    gap: float = key("Model less that figure, in the figure's standard deviations")
    conflicts: tuple[str, ...] = key(
        "Parameters whose posterior median lies outside the prior's 90% range"
    )
    figures: int = key("Figures that the version is held to")
    squares: float | None = key("Sum of squared residuals at the mode, in standard deviations")
    log_evidence: float | None = key("Log evidence by Laplace's approximation")
    prior_predictive_p: float | None = key("Prior predictive p-value (Box)")
    posterior_predictive_p: dict[str, float] = key("Posterior predictive p-values by figures")
    log_predictive: float | None = key("Log density of the next year's count, summed over origins")
    origins: int | None = key("Origins of that sum")


@dataclasses.dataclass(frozen=True)
class RegisterRecord(Record):
    """All numbers of the register question.

    Long after the last published sentences nothing is said of what sentences or other terms did:
    what answers that is then empty, and None in the versions (see :attr:`attributed`).
    """

    force: str = key("Name of the force whose page this is")
    nation: str = key("Name of the nation the model describes")
    as_of: dt.date = key("Date of the last figures that the model knows")
    horizon: int = key("Years of forecast", "years")
    reference: str = key("Reference year of the answer")
    status: str = key("How the posterior was found")
    level: float = key("Level of every interval")
    stock: tuple[StockPoint, ...] = key("National stock, fitted and forecast")
    accounting: Accounting = key("The year's movements")
    classes: tuple[Estimate, ...] = key("Stock by class at the date", "people")
    class_growth: tuple[Estimate, ...] = key("Growth of the year by class", "people")
    indefinite_share: Estimate = key("Indefinite share of the community stock", "share")
    indefinite_growth: Estimate = key("Growth of the indefinite classes", "people")
    attribution: tuple[Attribution, ...] = key("Shapley tables, the reference first")
    shorter: tuple[ShorterSentences, ...] = key("The year with shorter sentences, as attribution")
    counterfactuals: tuple[OtherLaw, ...] = key("The year under other terms")
    impulse: tuple[Impulse, ...] = key("Effect of a lasting 10% on sentence lengths")
    assumption_growth: tuple[Estimate, ...] = key("Growth if an assumption of the rule fails")
    versions: tuple[VersionAnswer, ...] = key("Each version's answer; the pool has equal weights")
    parameters: tuple[PriorPosterior, ...] = key("Prior beside posterior")
    long_run: tuple[Estimate, ...] = key("Stock with the last year's inputs held", "people")
    inputs: tuple[InputPoint, ...] = key("Inputs by year and how each is known")
    diagnostics: dict[str, Any] = key("R-hat, effective sample sizes, seeds, command")
    seed: int = key("Seed of the draws")
    lengths_until: int = key("Last year to March for which sentence lengths are published")

    @property
    def attributed(self) -> bool:
        """Whether the date is close enough to published sentences to say what they did."""
        return near(self.as_of, self.lengths_until)


def near(as_of: dt.date, lengths_until: int) -> bool:
    """Return whether a date is close enough to published sentences to say what they did."""
    return as_of.year <= lengths_until + REACH
