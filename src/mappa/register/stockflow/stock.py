"""The stock run: community stock, register and prison by date and class, and the year's flows."""

from __future__ import annotations

import numpy as np

from mappa.errors import UsageError
from mappa.register.arrays import Array, Parts
from mappa.register.inputs.build import Inputs
from mappa.register.inputs.parameters import ParameterTable
from mappa.register.law import periods
from mappa.register.law.terms import Terms
from mappa.register.stockflow import kernels
from mappa.register.stockflow.cohorts import (
    CUSTODY,
    DISPOSALS,
    Base,
    Drivers,
    Grid,
    base_of,
    drivers_of,
    latent_walk,
)
from mappa.register.stockflow.initial_cohort import ENDLESS, held, initial_cohort
from mappa.register.stockflow.kernels import CLASSES, Kernels, Law, Values, review_start
from mappa.register.stockflow.lengths import Lengths, base_lengths
from mappa.register.stockflow.retention import OnRegister, Retention, on_register_by_term
from mappa.register.stockflow.runs import (
    FLOWS,
    Factors,
    Flows,
    Prisoners,
    Setting,
    StockRun,
    movements,
    removals,
    telescope,
)

#: Which disposal feeds each class.
FEED = (0, 1, 2, CUSTODY, CUSTODY, CUSTODY, CUSTODY, 4, 5, 6, 7, 7, 7)
IMAGES_CUSTODY = DISPOSALS.index("images_custody")
_ENDLESS = [CLASSES.index(name) for name in kernels.INDEFINITE_CLASSES]


class RegisterModel:
    """The register of a country from its inputs; parameters come with each run.

    Parameters
    ----------
    inputs: what was to be had on a date.
    priors: the parameter table.
    horizon: years beyond the date for which cohorts are laid out.
    per_month: steps to a month.
    """

    def __init__(
        self, inputs: Inputs, priors: ParameterTable, *, horizon: float = 0, per_month: int = 1
    ) -> None:
        self.inputs, self.priors = inputs, priors
        start = periods.decimal(inputs.terms.start)
        self.today = periods.decimal_end(inputs.as_of)
        months = round((self.today + horizon - start) * 12)
        if months < 24:
            raise UsageError(
                f"The register model needs two years or more: choose a date after "
                f"{inputs.terms.start.year + 2}."
            )
        self.grid = Grid(start, months, per_month)
        self.base: Base = base_of(inputs, self.grid)
        self.law = Law(inputs.terms)
        self.latent = latent_walk(inputs, self.grid, self.today, priors.fixed)
        self._walk = tuple(f"walk_{i + 1}" for i in range(len(self.latent.steps)))
        self._made: dict[bytes, Kernels] = {}
        self._on_register: dict[Terms, dict[str, OnRegister]] = {}
        self._hazard = kernels.hazard(self.grid.lags, inputs.ages, inputs.death_rate)
        self._last_alive: tuple[float, Array] = (np.nan, np.zeros(0))
        self._last_lengths: tuple[float, Lengths] | None = None
        self.young = _share(inputs, "young_share", priors.fixed["young_share"])
        self.caution_young = _share(
            inputs, "caution_young_share", priors.fixed["caution_young_share"]
        )
        self._base_length = float(
            np.interp(inputs.base_year, self.grid.times, np.exp(self.base.stretch))
        )

    # -- parameters ---------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates: parameters, then the steps of the latent volume."""
        return self.priors.names + self._walk

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    def values(self, z: Array) -> dict[str, float]:
        """Return by name the parameters at whitened coordinates, and the latent inflow's steps.

        A parameter has its own unit; the step ``walk_1``, ... is in standard deviations. A
        coordinate beyond these, as pooled draws have it, is the place of another version.
        """
        z = np.asarray(z)
        version = int(z[self.size]) if len(z) > self.size else None
        steps = zip(self._walk, z[len(self.priors) : self.size].tolist(), strict=True)
        return self.priors.values(z[: len(self.priors)], version) | dict(steps)

    def walk_on(self, future: Array) -> Array:
        """Return the log volume by cohort of a walk (yearly steps) after the date."""
        years = np.arange(len(future) + 1, dtype=float) + self.today
        steps = np.concatenate([[0.0], np.cumsum(future)])
        return np.interp(self.grid.times, years, steps)

    def lengths(self, values: Values) -> Lengths:
        """Return the base distribution of sentence lengths (the last one is kept)."""
        inputs, share = self.inputs, values["share_long"]
        if self._last_lengths is None or self._last_lengths[0] != share:
            made = base_lengths(
                inputs.band_edges,
                inputs.band_counts,
                share,
                inputs.terms.threshold,
                self._base_length,
            )
            self._last_lengths = share, made
        return self._last_lengths[1]

    def drivers(self, values: Values, future: Array | None = None) -> Drivers:
        """Return the drivers of each cohort at values by name (see :meth:`values`).

        *future* are yearly steps of the log volume after the date.
        """
        steps = np.array([values[name] for name in self._walk])
        return drivers_of(
            self.base,
            values,
            self.latent.multiplier(steps, self.grid.times, values["counted_from"]),
            self.lengths(values).mean,
            0.0 if future is None or not len(future) else self.walk_on(future),
        )

    # -- runs ---------------------------------------------------------------------------------

    def at(self, dates: Array) -> Kernels:
        """Return what depends only on the dates, computed once."""
        key = np.asarray(dates, dtype=float).tobytes()
        if key not in self._made:
            if len(self._made) > 32:
                self._made.clear()
            self._made[key] = Kernels(self.grid, dates)
        return self._made[key]

    def run(
        self,
        values: Values,
        dates: Array,
        *,
        drivers: Drivers | None = None,
        law: Law | None = None,
        future: Array | None = None,
        pairs: tuple[tuple[int, int], ...] = (),
    ) -> StockRun:
        """Run the model and return the people in the community at decimal *dates*.

        Parameters
        ----------
        values: parameters and steps of the latent inflow by name: see :meth:`values`.
        dates: decimal years (31 March 2020 is 2020.25).
        drivers: what moves the cohorts, by default that of *values* and *future*.
        law: by default the law in force.
        future: yearly steps of the log volume after the model's date.
        pairs: places in *dates* between which removals on review are wanted.
        """
        law = law or self.law
        s = self.setting(values, drivers or self.drivers(values, future), dates, law)
        here = 1 - values["absent"]
        classes = np.empty((len(CLASSES), len(s.k.dates)))
        reviews = np.zeros((2, len(pairs)))
        for i, (people, f) in enumerate(zip(s.people, self.retention(s), strict=True)):
            there = f.before_review(s.A)
            classes[i] = (there if f.W is None else there * f.W) @ people
            if f.W is not None:
                for n, pair in enumerate(map(list, pairs)):
                    reviews[0, n] += removals(there[pair] * people, f.W[pair])
        initial = initial_cohort(self.inputs, values, s.k, law)
        before, W, stock = initial.before_review.T, initial.W.T, initial.stock
        reviews[1] = [removals(before[pair], W[pair]) for pair in map(list, pairs)]
        return StockRun(
            dates=s.k.dates,
            classes=np.concatenate([classes, stock.sum(axis=0, keepdims=True)]) * here,
            indefinite=Parts(
                classes[_ENDLESS].sum(axis=0) * here, stock[list(ENDLESS)].sum(axis=0) * here
            ),
            reviews=Parts(*(reviews * here)),
        )

    def factors(self, values: Values, dates: Array, law: Law | None = None) -> Factors:
        """Return the factors whose product is the stock: see :class:`Factors`."""
        law = law or self.law
        s = self.setting(values, self.drivers(values), dates, law)
        one = np.ones(s.A.shape)
        R, E, W = (
            np.stack([one if part is None else part for part in parts])
            for parts in zip(*((f.R, f.E, f.W) for f in self.retention(s)), strict=True)
        )
        initial = initial_cohort(self.inputs, values, s.k, law).stock.sum(axis=0)
        return Factors(s.people, s.A, R, E, W, initial)

    def setting(self, values: Values, drivers: Drivers, dates: Array, law: Law) -> Setting:
        """Return what a run at decimal *dates* is made of."""
        k, lengths = self.at(dates), self.lengths(values)
        return Setting(
            values=values,
            drivers=drivers,
            k=k,
            law=law,
            lengths=lengths,
            A=k.by_lag(self.alive(values)),
            G=k.released(drivers, lengths, values["served_short"]),
            people=self.people(values, drivers),
        )

    def people(self, values: Values, drivers: Drivers) -> Array:
        """Return who enters each class (class by cohort, people)."""
        people = (drivers.entrants() * self.grid.step)[list(FEED)]
        shares: dict[str, Array | float] = {
            "custody_short": 1 - drivers.life,
            "custody_middle": 1 - drivers.life,
            "custody_long": 1 - drivers.life,
            "life": drivers.life,
            "images_short": values["images_short"],
            "images_middle": max(1 - values["images_short"] - values["images_long"], 0.0),
            "images_long": values["images_long"],
        }
        for name, share in shares.items():
            people[CLASSES.index(name)] *= share
        return people

    def alive(self, values: Values) -> Array:
        """Return the share alive by lag (the last one is kept: a run asks for it often)."""
        ratio = values["excess_mortality"]
        if self._last_alive[0] != ratio:
            alive = kernels.survival(self._hazard, self.inputs.age_weights, ratio)
            self._last_alive = ratio, alive
        return self._last_alive[1]

    def _left(self, rate: float) -> Array:
        """Return the share released by lag at a constant *rate* (a year)."""
        return np.asarray(1 - np.exp(-rate * self.grid.lags))

    def prisoners(
        self, values: Values, drivers: Drivers, dates: Array, law: Law | None = None
    ) -> Prisoners:
        """Return those sentenced and not yet released at decimal *dates* (people)."""
        s = self.setting(values, drivers, dates, law or self.law)
        n = drivers.entrants() * self.grid.step
        inside, sentenced = s.A * (1 - s.G), n[CUSTODY]
        fixed = sentenced * (1 - drivers.life)
        # The longest sentences leave last: of those still held, all up to the long share.
        determinate = inside @ fixed
        long = np.minimum(inside, s.A * (1 - s.below(s.law.terms.threshold))) @ fixed
        alive, k = self.alive(values), s.k
        # Released, and the whole sentence not yet over: some of them are back in prison.
        over = s.lengths.share_below(np.log(k.months) - drivers.release_length)
        recalled = values["recalled"] * ((s.A * np.maximum(s.G - over, 0.0)) @ fixed)
        life = k.by_lag(alive * (1 - self._left(values["life_release"]))) @ (
            sentenced * drivers.life
        )
        images = k.by_lag(alive * (1 - self._left(1 / values["images_served"]))) @ n[IMAGES_CUSTODY]
        behind = held(self.inputs, values, k)
        return Prisoners(
            # Prisoners are counted by sentence, whether or not they were on the register before.
            prison=(determinate + recalled + life) / values["kappa_custody"] + behind,
            life=life / values["kappa_custody"],
            unreleased=Parts(determinate + life + images, behind),
            indefinite=Parts(
                long + life + images * values["images_long"],
                values["legacy_prison_indefinite"] * behind,
            ),
        )

    def _removal(self, s: Setting) -> Array:
        """Return the share not removed on review, by date and cohort."""
        served, threshold = s.values["served_short"], s.law.terms.threshold
        wait = kernels.mean_wait(s.drivers, s.lengths, threshold, served)
        W = np.ones(s.A.shape)
        # Nobody may ask before the first day of reviews, nor before the shortest wait is over.
        waits = [t.review_wait for t in (s.law.terms, s.law.later) if t is not None]
        rows = np.flatnonzero(s.k.dates > review_start(s.law.terms))
        old = int(np.searchsorted(self.grid.times, s.k.dates.max() - min(waits)))
        if rows.size and old:
            years = s.k.eligible(wait, s.law, rows, old)
            W[rows, :old] = np.exp(-s.values["review_rate"] * years)
        return W

    def retention(self, s: Setting) -> list[Retention]:
        """Return R, E and W of each class."""
        W = self._removal(s)
        made = self._retention(s, s.law.terms, W)
        if s.law.later is None:
            return made
        new = self._retention(s, s.law.later, W)
        since = s.law.since
        later = s.k.dates[:, None] > since if s.law.everyone else s.k.times >= since
        where = np.broadcast_to(later, s.A.shape)
        return [old.then(late, where) for old, late in zip(made, new, strict=True)]

    def _retention(self, s: Setting, terms: Terms, W: Array) -> list[Retention]:
        """Return R and E of each class under one set of terms; *W*: reviews under the whole law."""
        values, k = s.values, s.k
        if terms not in self._on_register:
            self._on_register[terms] = on_register_by_term(
                terms,
                self.grid.lags,
                values["extension_years"],
                self.young,
                self.caution_young,
            )
        stay = values["extension"] * self.base.orders
        r = {
            name: k.by_lag(on.full) + stay * k.by_lag(on.tail)
            for name, on in self._on_register[terms].items()
        }
        caution = r["caution"]
        caution[:, : self.base.early] = r["caution_before"][:, : self.base.early]
        mixed = values["suspended_middle"]
        suspended = Retention((1 - mixed) * r["short"] + mixed * r["middle"], None, None)
        upto_short = np.minimum(s.G, s.below(terms.short_limit))
        upto_long = np.minimum(s.G, s.below(terms.threshold))
        images = k.by_lag(self._left(1 / values["images_served"]))
        long = r.get("long")
        reviewed = W if long is None else None
        return [
            Retention(caution, None, None),
            Retention(r["other"], None, None),
            suspended,
            Retention(r["short"], upto_short, None),
            Retention(r["middle"], upto_long - upto_short, None),
            Retention(long, s.G - upto_long, reviewed),
            Retention(None, k.by_lag(self._left(values["life_release"])), W),
            Retention(caution, None, None),
            Retention(r["image_other"], None, None),
            suspended,
            Retention(r["short"], images, None),
            Retention(r["middle"], images, None),
            Retention(long, images, reviewed),
        ]

    def initial_stock(self, values: Values, dates: Array, law: Law) -> Array:
        """Return the people of the first day in the community: indefinite, fixed (by date)."""
        parts = initial_cohort(self.inputs, values, self.at(dates), law).stock
        return np.stack([parts[0] + parts[2], parts[1] + parts[3]])

    # -- flows --------------------------------------------------------------------------------

    def flows(
        self,
        values: Values,
        start: float,
        end: float,
        *,
        drivers: Drivers | None = None,
        law: Law | None = None,
    ) -> Flows:
        """Return the movements between two dates (decimal years), month by month.

        Within a step people first are released, then their terms expire, then reviews and deaths
        are taken; so the flows meet the change of the stock to rounding.
        """
        law, drivers = law or self.law, drivers or self.drivers(values)
        steps = round((end - start) / self.grid.step)
        s = self.setting(values, drivers, np.linspace(start, end, steps + 1), law)
        here = 1 - values["absent"]
        sums: Array = np.zeros(len(FLOWS))
        for people, f in zip(s.people, self.retention(s), strict=True):
            sums += movements(people * here, s.A, f)
        first = initial_cohort(self.inputs, values, s.k, law)
        sums += telescope((first.people * here).T, first.A.T, first.R.T, first.E.T, first.W.T)
        return Flows(*sums.tolist())


def _share(inputs: Inputs, name: str, otherwise: float) -> float:
    points = inputs.series[name]
    return float(points.value.mean()) if points.t.size else otherwise
