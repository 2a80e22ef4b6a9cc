"""The stock run: community stock, register and prison by date and class, and the year's flows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mappa.errors import UsageError
from mappa.register.arrays import Array, Parts
from mappa.register.inputs.build import Inputs
from mappa.register.inputs.parameters import ParameterTable
from mappa.register.law import periods
from mappa.register.law.terms import Terms
from mappa.register.model import kernels
from mappa.register.model.cohorts import (
    CUSTODY,
    DISPOSALS,
    Base,
    Drivers,
    Grid,
    base_of,
    drivers_of,
)
from mappa.register.model.flows import FLOWS, Flows, movements, telescope
from mappa.register.model.initial_cohort import ENDLESS, held, legacy_of
from mappa.register.model.kernels import CLASSES, Factors, Kernels, Law, Values, review_start
from mappa.register.model.lengths import Lengths, base_lengths

#: Which disposal feeds each class.
FEED = (0, 1, 2, CUSTODY, CUSTODY, CUSTODY, CUSTODY, 4, 5, 6, 7, 7, 7)
IMAGES_CUSTODY = DISPOSALS.index("images_custody")
_ENDLESS = [CLASSES.index(name) for name in kernels.INDEFINITE_CLASSES]


@dataclasses.dataclass(frozen=True)
class StockRun:
    """The community at chosen dates (people).

    ``by_class`` has a row for each of ``kernels.CLASSES`` and the legacy (last); ``stock`` is
    their sum; ``indefinite`` are those whose registration has no end under the law in force;
    ``reviews`` are removals on review between the pairs of dates that were asked for. What comes
    from cohorts is in proportion to their entrants; what comes from the legacy is not.
    """

    dates: Array
    by_class: Array
    indefinite_parts: Parts
    reviews_parts: Parts

    @property
    def stock_parts(self) -> Parts:
        """Community stock by date, in two parts."""
        return Parts(self.by_class[:-1].sum(axis=0), self.by_class[-1])

    @property
    def stock(self) -> Array:
        """Community stock by date."""
        return np.asarray(self.by_class.sum(axis=0))

    @property
    def indefinite(self) -> Array:
        """Community stock without an end of registration, by date."""
        return self.indefinite_parts.at(1.0)

    @property
    def reviews(self) -> Array:
        """Removals on review, by pair of dates."""
        return self.reviews_parts.at(1.0)


@dataclasses.dataclass(frozen=True)
class Prisoners:
    """Those sentenced and not yet released, by date (people).

    ``prison``: the group's prisoners (no images) as the prison statistics count them; ``life``:
    of them life and IPP; ``unreleased``: all who will register on release, images included;
    ``unreleased_indefinite``: of them those whose registration will have no end.
    """

    prison: Array
    life: Array
    unreleased_parts: Parts
    indefinite_parts: Parts

    @property
    def unreleased(self) -> Array:
        """All who will register on release, by date."""
        return self.unreleased_parts.at(1.0)

    @property
    def unreleased_indefinite(self) -> Array:
        """Of them those whose registration will have no end, by date."""
        return self.indefinite_parts.at(1.0)


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a run is made of, once: kernels at its dates, lengths, survival, entrants.

    ``A`` (alive), ``G`` (released) are dates by cohorts; ``n`` (people) is disposal by cohort.
    """

    values: Values
    drivers: Drivers
    k: Kernels
    law: Law
    lengths: Lengths
    A: Array
    G: Array
    n: Array

    def below(self, months: float) -> Array:
        """Return the share of sentences shorter than *months*, by cohort."""
        return self.lengths.share_below(np.log(months) - self.drivers.crossing)


@dataclasses.dataclass(frozen=True)
class _Endless:
    """Released determinate, life and image sentences without an end, and the share W kept.

    Arrays are dates by cohorts; ``people`` are the entrants of each of the three, by cohort.
    """

    above: Array
    life: Array
    images: Array
    W: Array
    people: tuple[Array, Array, Array]

    def between(self, A: Array, pair: tuple[int, int]) -> tuple[Array, Array]:
        """Return who would be there on two dates were there no review (people), and W then."""
        rows = list(pair)
        there = np.zeros((2, A.shape[1]))
        for part, people in zip((self.above, self.life, self.images), self.people, strict=True):
            there += part[rows] * people
        return A[rows] * there, self.W[rows]


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
        return self.drivers_at(self.values(z), z, future)

    def drivers_at(self, values: Values, z: Array, future: Array | None = None) -> Drivers:
        """Return the drivers at parameter values, with the latent volume of *z*."""
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

        *pairs* are places in *dates* between which removals on review are wanted, under one law.
        """
        s = self.setting(values, drivers, dates, law)
        here = 1 - values["absent"]
        legacy = legacy_of(self.inputs, values, s.k, law)
        if law.later is None:
            classes, endless = self._plain(s)
            of_cohorts = [_removals(*endless.between(s.A, pair)) for pair in pairs]
        else:
            if pairs:
                raise UsageError("Removals on review are told under one law only.")
            classes, of_cohorts = self._general(s), []
        there, W, stock = legacy.before_review.T, legacy.W.T, legacy.stock
        of_legacy = [_removals(there[list(pair)], W[list(pair)]) for pair in pairs]
        return StockRun(
            dates=s.k.dates,
            by_class=np.concatenate([classes, stock.sum(axis=0, keepdims=True)]) * here,
            indefinite_parts=Parts(
                classes[_ENDLESS].sum(axis=0) * here, stock[list(ENDLESS)].sum(axis=0) * here
            ),
            reviews_parts=Parts(np.array(of_cohorts) * here, np.array(of_legacy) * here),
        )

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
            n=drivers.entrants() * self.grid.step,
        )

    def alive(self, values: Values) -> Array:
        """Return the share alive by lag (the last one is kept: a run asks for it often)."""
        ratio = values["excess_mortality"]
        if self._last_alive[0] != ratio:
            alive = kernels.survival(self._hazard, self.inputs.age_weights, ratio)
            self._last_alive = ratio, alive
        return self._last_alive[1]

    def _plain(self, s: Setting) -> tuple[Array, _Endless]:
        """Return classes by date under one law: the fast path, equal to :meth:`_general`.

        Beside them, the parts of those whose registration has no end, before any review.
        """
        values, k, n, G, terms = s.values, s.k, s.n, s.G, s.law.terms
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
        upto_short = np.minimum(G, s.below(terms.short_limit))
        upto_long = np.minimum(G, s.below(terms.threshold))
        fixed = n[CUSTODY] * (1 - s.drivers.life)
        A_short, A_middle = k.by_lag(alive * r["short"]), k.by_lag(alive * r["middle"])
        out[3] = (A_short * upto_short) @ fixed
        out[4] = (A_middle * (upto_long - upto_short)) @ fixed
        short, long = values["images_short"], values["images_long"]
        E = k.by_lag(self._left(1 / values["images_served"]))
        out[10] = (A_short * E) @ (short * n[IMAGES_CUSTODY])
        out[11] = (A_middle * E) @ (max(1 - short - long, 0.0) * n[IMAGES_CUSTODY])
        endless = _Endless(
            above=G - upto_long,
            life=k.by_lag(self._left(values["life_release"])),
            images=E,
            W=self._removal(s),
            people=(fixed, n[CUSTODY] * s.drivers.life, n[IMAGES_CUSTODY] * long),
        )
        A_W = s.A * endless.W
        A_long = A_W if "long" not in r else k.by_lag(alive * r["long"])
        out[5] = (A_long * endless.above) @ endless.people[0]
        out[6] = (A_W * endless.life) @ endless.people[1]
        out[12] = (A_long * E) @ endless.people[2]
        return out, endless

    def _left(self, rate: float) -> Array:
        """Return the share released by lag at a constant *rate* (a year)."""
        return np.asarray(1 - np.exp(-rate * self.grid.lags))

    def _general(self, s: Setting) -> Array:
        """Return classes by date from their clocks, under any law."""
        out = np.empty((len(CLASSES), len(s.k.dates)))
        for i, (share, f) in enumerate(self.factors(s)):
            out[i] = f.times(s.A) @ (s.n[FEED[i]] * share)
        return out

    def prisoners(
        self, values: Values, drivers: Drivers, dates: Array, law: Law | None = None
    ) -> Prisoners:
        """Return those sentenced and not yet released at decimal *dates* (people)."""
        s = self.setting(values, drivers, dates, law or self.law)
        inside, sentenced = s.A * (1 - s.G), s.n[CUSTODY]
        fixed = sentenced * (1 - drivers.life)
        # The longest sentences leave last: of those still held, all up to the long share.
        determinate = inside @ fixed
        long = np.minimum(inside, s.A * (1 - s.below(s.law.terms.threshold))) @ fixed
        alive, k = self.alive(values), s.k
        life = k.by_lag(alive * (1 - self._left(values["life_release"]))) @ (
            sentenced * drivers.life
        )
        images = (
            k.by_lag(alive * (1 - self._left(1 / values["images_served"]))) @ s.n[IMAGES_CUSTODY]
        )
        behind = held(self.inputs, values, k)
        return Prisoners(
            # Prisoners are counted by sentence, whether or not they were on the register before.
            prison=(determinate + life) / values["kappa_custody"] + behind,
            life=life / values["kappa_custody"],
            unreleased_parts=Parts(determinate + life + images, behind),
            indefinite_parts=Parts(
                long + life + images * values["images_long"],
                values["legacy_prison_indefinite"] * behind,
            ),
        )

    def _removal(self, s: Setting) -> Array:
        """Return the share not removed on review, by date and cohort."""
        law, k, rate = s.law, s.k, s.values["review_rate"]
        served = s.values["served_short"]
        wait = kernels.mean_wait(s.drivers, s.lengths, law.terms.threshold, served)
        if law.later is not None:
            return kernels.removed(k.eligible(wait, law), rate)
        W = np.ones(k.place.shape)
        # Only cohorts of fifteen years and more, and only dates since the first review.
        begin = review_start(law.terms)
        rows = np.flatnonzero(k.dates > begin)
        old = int(np.searchsorted(-(k.dates.max() - k.times), -law.terms.review_wait))
        if rows.size and old:
            first = np.maximum(k.times[:old] + wait[:old] + law.terms.review_wait, begin)
            years = np.maximum(k.dates[rows, None] - first, 0.0)
            W[rows, :old] = kernels.removed(years, rate)
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

    def factors(self, s: Setting) -> list[tuple[Array | float, Factors]]:
        """Return for each class its share of its disposal and its clocks R, E and W."""
        law, k, W = s.law, s.k, self._removal(s)
        made = self._clocks(s, law.terms, W)
        if law.later is None:
            return made
        new = self._clocks(s, law.later, W)
        later = k.dates[:, None] > law.since if law.everyone else k.times >= law.since
        where = np.broadcast_to(later, k.place.shape)
        return [_mixed(old, late, where) for old, late in zip(made, new, strict=True)]

    def _clocks(self, s: Setting, terms: Terms, W: Array) -> list[tuple[Array | float, Factors]]:
        """Return the clocks under one set of terms; *W*: reviews under the whole law."""
        values, k = s.values, s.k
        r = {n: k.by_lag(v) for n, v in self._on_register(terms, values["extension"]).items()}
        caution = r["caution"]
        caution[:, : self._early] = r["caution_before"][:, : self._early]
        mixed = values["suspended_middle"]
        suspended = (1 - mixed) * r["short"] + mixed * r["middle"]
        upto_short = np.minimum(s.G, s.below(terms.short_limit))
        upto_long = np.minimum(s.G, s.below(terms.threshold))
        life = k.by_lag(self._left(values["life_release"]))
        images = k.by_lag(self._left(1 / values["images_served"]))
        R_long = r.get("long")
        W_long = W if R_long is None else None
        fixed = 1 - s.drivers.life
        short, long = values["images_short"], values["images_long"]
        return [
            (1.0, Factors(caution, None, None)),
            (1.0, Factors(r["other"], None, None)),
            (1.0, Factors(suspended, None, None)),
            (fixed, Factors(r["short"], upto_short, None)),
            (fixed, Factors(r["middle"], upto_long - upto_short, None)),
            (fixed, Factors(R_long, s.G - upto_long, W_long)),
            (s.drivers.life, Factors(None, life, W)),
            (1.0, Factors(caution, None, None)),
            (1.0, Factors(r["image_other"], None, None)),
            (1.0, Factors(suspended, None, None)),
            (short, Factors(r["short"], images, None)),
            (max(1 - short - long, 0.0), Factors(r["middle"], images, None)),
            (long, Factors(R_long, images, W_long)),
        ]

    def legacy_stock(self, values: Values, dates: Array, law: Law) -> Array:
        """Return the people of the first day in the community: indefinite, fixed (by date)."""
        parts = legacy_of(self.inputs, values, self.at(dates), law).stock
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
        s = self.setting(values, drivers, np.linspace(start, end, steps + 1), law)
        here = 1 - values["absent"]
        sums: Array = np.zeros(len(FLOWS))
        for i, (share, f) in enumerate(self.factors(s)):
            sums += movements(s.n[FEED[i]] * share * here, s.A, f)
        legacy = legacy_of(self.inputs, values, s.k, law)
        sums += telescope((legacy.people * here).T, legacy.A.T, legacy.R.T, legacy.E.T, legacy.W.T)
        run = self.run_values(values, drivers, np.array([start, end]), law)
        first, released, expired, died, reviewed = sums.tolist()
        ends = run.stock.tolist()
        return Flows(first, released, expired, died, reviewed, ends[0], ends[1])


def _removals(there: Array, W: Array) -> float:
    """Return the removals on review between two dates (rows): W's fall at the mean of the rest."""
    return float((there.mean(axis=0) * (W[0] - W[1])).sum())


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


def _share(inputs: Inputs, name: str, otherwise: float) -> float:
    points = inputs.series[name]
    return float(points.value.mean()) if points.t.size else otherwise


def decimal_end(day: pd.Timestamp | str) -> float:
    """Return the end of a day as a decimal year of twelve equal months (31 March: .25)."""
    return periods.decimal(pd.Timestamp(day) + pd.Timedelta(days=1))
