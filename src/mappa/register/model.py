"""The stock run: community stock, register and prison by date and class, and the year's flows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.errors import UsageError
from mappa.register import kernels, periods
from mappa.register.arrays import Array
from mappa.register.cohorts import CUSTODY, DISPOSALS, Base, Drivers, Grid, base_of, drivers_of
from mappa.register.inputs import Inputs
from mappa.register.kernels import CLASSES, Factors, Kernels, Law
from mappa.register.lengths import Lengths, base_lengths
from mappa.register.parameters import ParameterTable
from mappa.register.terms import Terms

Values = Mapping[str, float]
#: Which disposal feeds each class.
FEED = (0, 1, 2, CUSTODY, CUSTODY, CUSTODY, CUSTODY, 4, 5, 6, 7, 7, 7)
IMAGES_CUSTODY = DISPOSALS.index("images_custody")
_ENDLESS = [CLASSES.index(name) for name in kernels.INDEFINITE_CLASSES]
FLOWS = ("first_registrations", "releases", "expiries", "deaths", "reviews")


@dataclasses.dataclass(frozen=True)
class StockRun:
    """The community at chosen dates (people).

    ``by_class`` has a row for each of ``kernels.CLASSES`` and the legacy (last); ``stock`` is
    their sum; ``indefinite`` are those whose registration has no end under the law in force;
    ``reviews`` are removals on review between the pairs of dates that were asked for.
    """

    dates: Array
    by_class: Array
    indefinite: Array
    reviews: Array

    @property
    def stock(self) -> Array:
        """Community stock by date."""
        return np.asarray(self.by_class.sum(axis=0))


@dataclasses.dataclass(frozen=True)
class Prisoners:
    """Those sentenced and not yet released, by date (people).

    ``prison``: the group's prisoners (no images) as the prison statistics count them; ``life``:
    of them life and IPP; ``unreleased``: all who will register on release, images included;
    ``unreleased_indefinite``: of them those whose registration will have no end.
    """

    prison: Array
    life: Array
    unreleased: Array
    unreleased_indefinite: Array


@dataclasses.dataclass(frozen=True)
class Flows:
    """Movements of the community stock in a period (people); ``reviews`` by class too."""

    first_registrations: float
    releases: float
    expiries: float
    deaths: float
    reviews: float
    start: float
    end: float

    @property
    def net(self) -> float:
        """Entries less exits."""
        return self.first_registrations + self.releases - self.expiries - self.deaths - self.reviews


@dataclasses.dataclass(frozen=True)
class _Legacy:
    """Factors of the people of the first day, by date: two groups, indefinite and not."""

    people: Array
    A: Array
    E: Array
    R: Array
    W: Array


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
        self.today = decimal_end(inputs.as_of)
        months = round((self.today + horizon - start) * 12)
        if months < 24:
            raise UsageError(
                f"The register model needs two years or more: choose a date after "
                f"{inputs.terms.start.year + 2}."
            )
        self.grid = Grid(start, months, per_month)
        self.base: Base = base_of(inputs, self.grid)
        self.law = Law(inputs.terms)
        self.knots, self.walk, self._weights = self._walk()
        self._made: dict[bytes, Kernels] = {}
        self._parts: dict[Terms, dict[str, tuple[Array, Array]]] = {}
        self._hazard = kernels.hazard(self.grid.lags, inputs.ages, inputs.death_rate)
        self._last_alive: tuple[float, Array] = (np.nan, np.zeros(0))
        self._last_lengths: tuple[float, Lengths] | None = None
        self._early = self.base.early
        self.young = _share(inputs, "young_share", priors.fixed["young_share"])
        self.caution_young = _share(
            inputs, "caution_young_share", priors.fixed["caution_young_share"]
        )
        self._base_length = float(
            np.interp(inputs.base_year, self.grid.times, np.exp(self.base.stretch))
        )

    # -- parameters ---------------------------------------------------------------------------

    def _walk(self) -> tuple[Array, Array, Array]:
        """Return knots of the latent volume, the sd of each step and the map to cohorts.

        The walk starts at zero in the base year, so that the kappas carry the level.
        """
        fixed = self.priors.fixed
        count = max(2, round((self.today - self.grid.start) / fixed["knot_years"])) + 1
        knots = np.linspace(self.grid.start, self.today, count)
        anchor = int(np.argmin(np.abs(knots - self.inputs.base_year)))
        custody = self.inputs.series["custody"].t
        inner = (knots[:-1] >= self.inputs.base_year - 1) & (knots[1:] <= custody[-1] + 1)
        sd = np.where(inner, fixed["walk_known"], fixed["walk_thin"]) * np.sqrt(np.diff(knots))
        path = np.zeros((count, count - 1))
        for i in range(count):
            steps = slice(anchor, i) if i > anchor else slice(i, anchor)
            path[i, steps] = sd[steps] if i > anchor else -sd[steps]
        weights = np.stack(
            [np.interp(self.grid.times, knots, path[:, k]) for k in range(count - 1)]
        )
        return knots, sd, weights.T

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates: parameters, then the steps of the latent volume."""
        return self.priors.names + tuple(f"walk_{i + 1}" for i in range(len(self.walk)))

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    def values(self, z: Array) -> dict[str, float]:
        """Return the parameter values at whitened coordinates."""
        return self.priors.values(np.asarray(z)[: len(self.priors)])

    def log_volume(self, z: Array, future: Array | None = None) -> Array:
        """Return the latent log volume by cohort; *future* adds a walk (yearly steps) later."""
        path = self._weights @ np.asarray(z)[len(self.priors) :]
        if future is not None and len(future):
            years = np.arange(len(future) + 1, dtype=float) + self.today
            steps = np.concatenate([[0.0], np.cumsum(future)])
            path = path + np.interp(self.grid.times, years, steps)
        return path

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

    def drivers(self, z: Array, future: Array | None = None) -> Drivers:
        """Return the drivers of each cohort at whitened coordinates."""
        values = self.values(z)
        return drivers_of(self.base, values, self.log_volume(z, future), self.lengths(values).mean)

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
        z: Array,
        dates: Array,
        *,
        drivers: Drivers | None = None,
        law: Law | None = None,
        future: Array | None = None,
    ) -> StockRun:
        """Run the model at whitened coordinates *z* and return stocks at decimal *dates*."""
        values = self.values(z)
        drivers = drivers or self.drivers(z, future)
        return self.run_values(values, drivers, dates, law or self.law)

    def run_values(
        self,
        values: Values,
        drivers: Drivers,
        dates: Array,
        law: Law,
        pairs: tuple[tuple[int, int], ...] = (),
    ) -> StockRun:
        """Run the model at parameter values and drivers (people).

        *pairs* are places in *dates* between which removals on review are wanted.
        """
        k = self.at(dates)
        lengths = self.lengths(values)
        A = k.by_lag(self.alive(values))
        G = k.released(drivers, lengths, values["served_short"])
        n = drivers.entrants() * self.grid.step
        if law.later is None:
            classes = self._plain(values, drivers, k, law.terms, lengths, A, G, n)
        else:
            classes = self._general(values, drivers, k, law, lengths, A, n)
        here = 1 - values["absent"]
        legacy = self._legacy(values, k, law)
        parts = legacy.people * legacy.A * legacy.E * legacy.R * legacy.W
        reviews = [
            self._reviews(values, drivers, k, law, lengths, A, G, n, legacy, p) for p in pairs
        ]
        return StockRun(
            dates=k.dates,
            by_class=np.vstack([classes, parts.sum(axis=0)]) * here,
            indefinite=(classes[_ENDLESS].sum(axis=0) + parts[0] + parts[2]) * here,
            reviews=np.array(reviews),
        )

    def _reviews(
        self,
        values: Values,
        drivers: Drivers,
        k: Kernels,
        law: Law,
        lengths: Lengths,
        A: Array,
        G: Array,
        n: Array,
        legacy: _Legacy,
        pair: tuple[int, int],
    ) -> float:
        """Return the removals on review between two dates: W's fall at the mean of the rest."""
        rows = list(pair)
        old = int(np.searchsorted(k.times, k.dates[rows[1]] - law.terms.review_wait))
        part = Drivers(*(getattr(drivers, f)[..., :old] for f in drivers.__dataclass_fields__))
        F_long = lengths.share_below(np.log(law.terms.threshold) - part.crossing)
        wait = kernels.mean_wait(part, lengths, law.terms.threshold, values["served_short"])
        first = np.maximum(k.times[:old] + wait + law.terms.review_wait, _start(law.terms))
        years = np.maximum(k.dates[rows, None] - first, 0.0)
        W = np.exp(-values["review_rate"] * years)
        life = k.by_lag(1 - np.exp(-values["life_release"] * self.grid.lags))[rows, :old]
        kernel = np.maximum(G[rows, :old] - F_long, 0.0) * n[CUSTODY, :old] * (1 - part.life)
        kernel = kernel + life * (n[CUSTODY, :old] * part.life)
        kernel = kernel + n[IMAGES_CUSTODY, :old] * values["images_long"]
        there = A[rows, :old] * kernel
        total = float((there.mean(axis=0) * (W[0] - W[1])).sum())
        rest = (legacy.people * legacy.A * legacy.E * legacy.R)[:, rows]
        total += float((rest.mean(axis=1) * (legacy.W[:, rows[0]] - legacy.W[:, rows[1]])).sum())
        return total * (1 - values["absent"])

    def alive(self, values: Values) -> Array:
        """Return the share alive by lag (the last one is kept: a run asks for it often)."""
        ratio = values["excess_mortality"]
        if self._last_alive[0] != ratio:
            alive = kernels.survival(self._hazard, self.inputs.age_weights, ratio)
            self._last_alive = ratio, alive
        return self._last_alive[1]

    def _plain(
        self,
        values: Values,
        drivers: Drivers,
        k: Kernels,
        terms: Terms,
        lengths: Lengths,
        A: Array,
        G: Array,
        n: Array,
    ) -> Array:
        """Return classes by date under one law: the fast path, equal to :meth:`_general`."""
        r = self._on_register(terms, values["extension"])
        alive = self.alive(values)
        out = np.empty((len(CLASSES), len(k.dates)))
        caution = k.by_lag(alive * r["caution"])
        early = self._early
        if early:
            caution[:, :early] = k.by_lag(alive * r["caution_before"])[:, :early]
        out[0], out[7] = caution @ n[0], caution @ n[4]
        mixed = values["suspended_middle"]
        suspended = k.by_lag(alive * ((1 - mixed) * r["short"] + mixed * r["middle"]))
        out[1], out[2] = k.by_lag(alive * r["other"]) @ n[1], suspended @ n[2]
        out[8], out[9] = k.by_lag(alive * r["image_other"]) @ n[5], suspended @ n[6]
        F_short = lengths.share_below(np.log(terms.short_limit) - drivers.crossing)
        F_long = lengths.share_below(np.log(terms.threshold) - drivers.crossing)
        upto_short, upto_long = np.minimum(G, F_short), np.minimum(G, F_long)
        W = self._removal(values, drivers, k, Law(terms), lengths)
        fixed = n[CUSTODY] * (1 - drivers.life)
        A_short, A_middle = k.by_lag(alive * r["short"]), k.by_lag(alive * r["middle"])
        out[3] = (A_short * upto_short) @ fixed
        out[4] = (A_middle * (upto_long - upto_short)) @ fixed
        A_indefinite = A * W
        A_long = A_indefinite if "long" not in r else k.by_lag(alive * r["long"])
        out[5] = (A_long * (G - upto_long)) @ fixed
        images = 1 - np.exp(-self.grid.lags / values["images_served"])
        life = k.by_lag(1 - np.exp(-values["life_release"] * self.grid.lags))
        out[6] = (A_indefinite * life) @ (n[CUSTODY] * drivers.life)
        short, long = values["images_short"], values["images_long"]
        rest = max(1 - short - long, 0.0)
        E = k.by_lag(images)
        out[10] = (A_short * E) @ (short * n[IMAGES_CUSTODY])
        out[11] = (A_middle * E) @ (rest * n[IMAGES_CUSTODY])
        out[12] = (A_long * E) @ (long * n[IMAGES_CUSTODY])
        return out

    def _general(
        self,
        values: Values,
        drivers: Drivers,
        k: Kernels,
        law: Law,
        lengths: Lengths,
        A: Array,
        n: Array,
    ) -> Array:
        """Return classes by date from their clocks, under any law."""
        out = np.empty((len(CLASSES), len(k.dates)))
        for i, (share, f) in enumerate(self.factors(values, drivers, k, law, lengths)):
            kernel = A
            for clock in (f.R, f.E, f.W):
                if clock is not None:
                    kernel = kernel * clock
            out[i] = kernel @ (n[FEED[i]] * share)
        return out

    def prisoners(
        self, values: Values, drivers: Drivers, dates: Array, law: Law | None = None
    ) -> Prisoners:
        """Return those sentenced and not yet released at decimal *dates* (people)."""
        k, terms = self.at(dates), (law or self.law).terms
        lengths = self.lengths(values)
        A = k.by_lag(self.alive(values))
        held = A * (1 - k.released(drivers, lengths, values["served_short"]))
        n = drivers.entrants() * self.grid.step
        fixed = n[CUSTODY] * (1 - drivers.life)
        # The longest sentences leave last: of those still held, all up to the long share.
        share = 1 - lengths.share_below(np.log(terms.threshold) - drivers.crossing)
        determinate, long = held @ fixed, np.minimum(held, A * share) @ fixed
        life_in = k.by_lag(self.alive(values) * np.exp(-values["life_release"] * self.grid.lags))
        life = life_in @ (n[CUSTODY] * drivers.life)
        images = k.by_lag(self.alive(values) * np.exp(-self.grid.lags / values["images_served"]))
        legacy = self._legacy(values, k, law or self.law)
        behind = (legacy.people * legacy.A * (1 - legacy.E)).sum(axis=0)
        image_stock = images @ n[IMAGES_CUSTODY]
        endless = long + life + image_stock * values["images_long"]
        return Prisoners(
            # Prisoners are counted by sentence, whether or not they were on the register before.
            prison=(determinate + life) / values["kappa_custody"] + behind,
            life=life / values["kappa_custody"],
            unreleased=determinate + life + image_stock + behind,
            unreleased_indefinite=endless + values["legacy_prison_indefinite"] * behind,
        )

    def _removal(
        self, values: Values, drivers: Drivers, k: Kernels, law: Law, lengths: Lengths
    ) -> Array:
        """Return the share not removed on review, by date and cohort."""
        wait = kernels.mean_wait(drivers, lengths, law.terms.threshold, values["served_short"])
        if law.later is not None:
            return kernels.removed(k.eligible(wait, law), values["review_rate"])
        W = np.ones(k.place.shape)
        # Only cohorts of fifteen years and more, and only dates since the first review.
        begin = _start(law.terms)
        rows = np.flatnonzero(k.dates > begin)
        old = int(np.searchsorted(-(k.dates.max() - k.times), -law.terms.review_wait))
        if rows.size and old:
            first = k.times[:old] + wait[:old] + law.terms.review_wait
            years = k.dates[rows, None] - np.maximum(first, begin)
            W[rows, :old] = np.exp(-values["review_rate"] * np.maximum(years, 0.0))
        return W

    def _on_register(self, terms: Terms, extension: float) -> dict[str, Array]:
        """Return the share on the register by lag for each kind of term.

        It is linear in the share who stay on, so its two parts are computed once for a law.
        """
        if terms not in self._parts:
            self._parts[terms] = self._term_parts(terms)
        return {name: full + extension * tail for name, (full, tail) in self._parts[terms].items()}

    def _term_parts(self, terms: Terms) -> dict[str, tuple[Array, Array]]:
        lags, years = self.grid.lags, self.priors.fixed["extension_years"]
        kinds = {
            "caution": (terms.caution, self.caution_young),
            "caution_before": (terms.caution_before, self.caution_young),
            "other": (terms.other, self.young),
            "image_other": (terms.other, 0.0),
            "short": (terms.short, 0.0),
            "middle": (terms.middle, 0.0),
            "long": (terms.long, 0.0),
        }
        parts = {}
        for name, (term, young) in kinds.items():
            if not np.isfinite(term):
                continue
            pair = []
            for extension in (0.0, 1.0):
                full = kernels.on_register(lags, term, extension, years)
                half = kernels.on_register(lags, term * terms.young_factor, extension, years)
                pair.append((1 - young) * full + young * half)
            parts[name] = (pair[0], pair[1] - pair[0])
        return parts

    def factors(
        self, values: Values, drivers: Drivers, k: Kernels, law: Law, lengths: Lengths
    ) -> list[tuple[Array | float, Factors]]:
        """Return for each class its share of its disposal and its clocks R, E and W."""
        made = self._clocks(values, drivers, k, law, law.terms, lengths)
        if law.later is None:
            return made
        new = self._clocks(values, drivers, k, law, law.later, lengths)
        later = k.dates[:, None] > law.since if law.everyone else k.times >= law.since
        where = np.broadcast_to(later, k.place.shape)
        return [_mixed(old, late, where) for old, late in zip(made, new, strict=True)]

    def _clocks(
        self,
        values: Values,
        drivers: Drivers,
        k: Kernels,
        law: Law,
        terms: Terms,
        lengths: Lengths,
    ) -> list[tuple[Array | float, Factors]]:
        """Return the clocks under one set of terms (reviews under the whole law)."""
        r = {n: k.by_lag(v) for n, v in self._on_register(terms, values["extension"]).items()}
        caution = r["caution"]
        caution[:, : self._early] = r["caution_before"][:, : self._early]
        mixed = values["suspended_middle"]
        suspended = (1 - mixed) * r["short"] + mixed * r["middle"]
        G = k.released(drivers, lengths, values["served_short"])
        W = self._removal(values, drivers, k, law, lengths)
        F_short = lengths.share_below(np.log(terms.short_limit) - drivers.crossing)
        F_long = lengths.share_below(np.log(terms.threshold) - drivers.crossing)
        upto_short, upto_long = np.minimum(G, F_short), np.minimum(G, F_long)
        life = k.by_lag(1 - np.exp(-values["life_release"] * self.grid.lags))
        images = k.by_lag(1 - np.exp(-self.grid.lags / values["images_served"]))
        R_long = r.get("long")
        W_long = W if R_long is None else None
        fixed = 1 - drivers.life
        short, long = values["images_short"], values["images_long"]
        return [
            (1.0, Factors(caution, None, None)),
            (1.0, Factors(r["other"], None, None)),
            (1.0, Factors(suspended, None, None)),
            (fixed, Factors(r["short"], upto_short, None)),
            (fixed, Factors(r["middle"], upto_long - upto_short, None)),
            (fixed, Factors(R_long, G - upto_long, W_long)),
            (drivers.life, Factors(None, life, W)),
            (1.0, Factors(caution, None, None)),
            (1.0, Factors(r["image_other"], None, None)),
            (1.0, Factors(suspended, None, None)),
            (short, Factors(r["short"], images, None)),
            (max(1 - short - long, 0.0), Factors(r["middle"], images, None)),
            (long, Factors(R_long, images, W_long)),
        ]

    def _legacy(self, values: Values, k: Kernels, law: Law) -> _Legacy:
        """Return the factors of those of the first day.

        Rows: community indefinite, community fixed, prison indefinite, prison fixed. Their fixed
        terms run out evenly between the shorter and the longer term, less the time already gone.
        """
        terms, inputs, dates = law.terms, self.inputs, k.dates
        s = dates - self.grid.start
        gone = values["legacy_elapsed"]
        if k.legacy is None:
            k.legacy = kernels.hazard(s, inputs.ages, inputs.death_rate)
        alive = kernels.survival(k.legacy, inputs.age_weights, values["excess_mortality"])
        out = 1 - np.exp(-s / values["legacy_wait"])
        outside, inside = values["legacy_community_indefinite"], values["legacy_prison_indefinite"]
        people = np.array(
            [
                values["legacy_community"] * outside,
                values["legacy_community"] * (1 - outside),
                inputs.legacy_prison * inside,
                inputs.legacy_prison * (1 - inside),
            ]
        )[:, None]

        def runs_out(short: float, long: float) -> Array:
            first = max(min(short, long) - gone, 0.0)
            last = max(max(short, long) - gone, first + 0.1)
            return 1 - np.clip((s - first) / (last - first), 0.0, 1.0)

        def kept(wait: float) -> Array:
            """Those released after a mean *wait* may ask one by one, not all on one day."""
            since = law.since if law.later is not None and law.everyone else np.inf
            years = _asking(self.grid.start, wait, terms, -np.inf, np.minimum(dates, since))
            if since < np.inf and law.later is not None:
                late = np.maximum(dates, since)
                years = years + _asking(self.grid.start, wait, law.later, since, late)
            return np.exp(-values["review_rate"] * years)

        one = np.ones_like(s)
        indefinite: Array = one
        if np.isfinite(terms.long):
            indefinite = kernels.on_register(
                s + gone, terms.long, values["extension"], values["extension_years"]
            )
        return _Legacy(
            people=people,
            A=np.stack([alive] * 4),
            E=np.stack([one, one, out, out]),
            R=np.stack(
                [
                    indefinite,
                    runs_out(terms.other, terms.middle),
                    indefinite,
                    runs_out(terms.short, terms.middle),
                ]
            ),
            W=np.stack([kept(0.0), one, kept(values["legacy_wait"]), one]),
        )

    def legacy_stock(self, values: Values, dates: Array, law: Law) -> Array:
        """Return the people of the first day in the community: indefinite, fixed (by date)."""
        legacy = self._legacy(values, self.at(dates), law)
        parts = legacy.people * legacy.A * legacy.E * legacy.R * legacy.W
        return np.stack([parts[0] + parts[2], parts[1] + parts[3]])

    # -- flows --------------------------------------------------------------------------------

    def flows(
        self,
        z: Array,
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
        values, law = self.values(z), law or self.law
        drivers = drivers or self.drivers(z)
        steps = round((end - start) / self.grid.step)
        dates = np.linspace(start, end, steps + 1)
        k = self.at(dates)
        lengths = self.lengths(values)
        A = k.by_lag(self.alive(values))
        n = drivers.entrants() * self.grid.step * (1 - values["absent"])
        sums: Array = np.zeros(5)
        for i, (share, f) in enumerate(self.factors(values, drivers, k, law, lengths)):
            people = n[FEED[i]] * share
            sums += _movements(people, A, f)
        legacy = self._legacy(values, k, law)
        L = legacy.people * (1 - values["absent"])
        sums += _telescope(L.T, legacy.A.T, legacy.R.T, legacy.E.T, legacy.W.T)
        run = self.run_values(values, drivers, np.array([start, end]), law)
        first, released, expired, died, reviewed = sums.tolist()
        ends = run.stock.tolist()
        return Flows(first, released, expired, died, reviewed, ends[0], ends[1])


def _movements(people: Array, A: Array, f: Factors) -> Array:
    one = np.ones_like(A)
    R, W = one if f.R is None else f.R, one if f.W is None else f.W
    enters = f.E is None
    E = one if f.E is None else f.E
    moved = _telescope(people, A, R, E, W)
    # A cohort sentenced within the step has A = 0 before it: its entry is that factor's rise.
    fresh = (A[:-1] == 0) & (A[1:] > 0)
    entry = float((people * np.where(fresh, A[1:] * R[1:] * E[1:] * W[1:], 0.0)).sum())
    moved[3] += entry  # what the telescope took for negative deaths
    moved[0 if enters else 1] += entry
    return moved


def _telescope(people: Array, A: Array, R: Array, E: Array, W: Array) -> Array:
    """Return (first registrations, releases, expiries, deaths, reviews) between rows."""
    a, r, e, w = A[:-1], R[:-1], E[:-1], W[:-1]
    a2, r2, e2, w2 = A[1:], R[1:], E[1:], W[1:]
    released = (people * a * r * (e2 - e) * w).sum()
    expired = (people * a * (r - r2) * e2 * w).sum()
    reviewed = (people * a * r2 * e2 * (w - w2)).sum()
    died = (people * (a - a2) * r2 * e2 * w2).sum()
    return np.array([0.0, released, expired, died, reviewed])


def _mixed(
    old: tuple[Array | float, Factors],
    new: tuple[Array | float, Factors],
    where: NDArray[np.bool_],
) -> tuple[Array | float, Factors]:
    def pick(a: Array | None, b: Array | None) -> Array | None:
        if a is None and b is None:
            return None
        return np.where(where, 1.0 if b is None else b, 1.0 if a is None else a)

    f, g = old[1], new[1]
    return old[0], Factors(pick(f.R, g.R), pick(f.E, g.E), pick(f.W, g.W))


def _asking(start: float, wait: float, terms: Terms, since: float, until: Array) -> Array:
    """Return the mean years in which one of the first day could ask, up to dates *until*.

    A share ``1 - exp(-(u - first)/wait)`` may ask at time u; the sum over time is exact.
    """
    first = start + terms.review_wait
    begin = max(first, _start(terms), since)
    years = np.maximum(until - begin, 0.0)
    if wait <= 0:
        return years
    gone = np.exp(-(begin - first) / wait) - np.exp(-(begin + years - first) / wait)
    return years - wait * gone


def _start(terms: Terms) -> float:
    return periods.decimal(terms.review_start)


def _share(inputs: Inputs, name: str, otherwise: float) -> float:
    points = inputs.series[name]
    return float(points.value.mean()) if points.t.size else otherwise


def decimal_end(day: pd.Timestamp | str) -> float:
    """Return the end of a day as a decimal year of twelve equal months (31 March: .25)."""
    return periods.decimal(pd.Timestamp(day) + pd.Timedelta(days=1))
