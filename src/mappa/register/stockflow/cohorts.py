"""Cohorts of sentence and what drives them: volume, latent inflow, mix, lengths, life, served.

The seven drivers are the players of the attribution: each can be frozen at a reference year while
the others move, and each what-if changes one of them. Behind one of them there is no figure: the
latent inflow, a walk that multiplies the entrants.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mappa.register.arrays import Array
from mappa.register.inputs.build import Inputs
from mappa.register.law import periods

#: Disposals that form the mix; the community classes follow from them.
DISPOSALS = (
    "caution",
    "other",
    "suspended",
    "custody",
    "images_caution",
    "images_other",
    "images_suspended",
    "images_custody",
)
CUSTODY = DISPOSALS.index("custody")
#: The players of the attribution, in the order in which they are told.
DRIVERS = ("volume", "latent", "mix", "threshold", "delay", "life", "served")
DRIVER_LABELS = {
    "volume": "volume of sentences and cautions",
    "latent": "registrations for each sentence, cause unknown",
    "mix": "mix of disposals",
    "threshold": "sentence length: crossing a limit of terms",
    "delay": "sentence length: later release",
    "life": "life and IPP sentences",
    "served": "share of the sentence served",
}


@dataclasses.dataclass(frozen=True)
class Grid:
    """Cohort steps from the start of the register: their middles, in decimal years.

    ``per_month`` steps to a month; stocks are taken at ends of months, so that changes of the law
    on the first of a month fall between cohorts.
    """

    start: float
    months: int
    per_month: int = 1

    @property
    def size(self) -> int:
        """Number of cohorts."""
        return self.months * self.per_month

    @property
    def step(self) -> float:
        """Length of a step in years."""
        return 1 / (12 * self.per_month)

    @functools.cached_property
    def times(self) -> Array:
        """Middle of each cohort's step."""
        return self.start + (np.arange(self.size) + 0.5) * self.step

    @functools.cached_property
    def lags(self) -> Array:
        """Years from the middle of a cohort to the end of its own and each later step."""
        return (np.arange(self.size) + 0.5) * self.step

    def ends(self, dates: Array) -> NDArray[np.int64]:
        """Return the index of the last step that ends by each decimal date (a month's end)."""
        return np.rint((np.asarray(dates) - self.start) / self.step).astype(np.int64) - 1


@dataclasses.dataclass(frozen=True)
class Latent:
    """Knots (decimal years), the sd of the step between each two, and the map to cohorts.

    ``weights`` is cohort by step: times standard normal steps it is the log multiplier.
    """

    knots: Array
    steps: Array
    weights: Array

    def multiplier(self, z: Array, times: Array, counted_from: float) -> Array:
        """Return the multiplier of each disposal (disposal by cohort) at steps *z*.

        Custody enters as published for cohorts (decimal *times*) from *counted_from* on.
        """
        inflow = np.exp(self.weights @ z)
        latent = np.tile(inflow, (len(DISPOSALS), 1))
        latent[CUSTODY] = np.where(times >= counted_from, 1.0, inflow)
        return latent


def latent_walk(inputs: Inputs, grid: Grid, today: float, fixed: dict[str, float]) -> Latent:
    """Return the walk of the latent inflow from the start of the register to *today*.

    It is zero in the base year of sentence lengths, so that the rates of registration carry the
    level; a year's sd is ``walk_known`` where sentences are counted and ``walk_thin`` elsewhere.
    """
    count = max(2, round((today - grid.start) / fixed["knot_years"])) + 1
    knots = np.linspace(grid.start, today, count)
    anchor = int(np.argmin(np.abs(knots - inputs.base_year)))
    custody = inputs.series["custody"].t
    inner = (knots[:-1] >= inputs.base_year - 1) & (knots[1:] <= custody[-1] + 1)
    sd = np.where(inner, fixed["walk_known"], fixed["walk_thin"]) * np.sqrt(np.diff(knots))
    knot, step = np.arange(count)[:, None], np.arange(count - 1)
    ahead, behind = (step >= anchor) & (step < knot), (step < anchor) & (step >= knot)
    path = np.where(ahead, sd, np.where(behind, -sd, 0.0))  # knot by step
    weights = [np.interp(grid.times, knots, column) for column in path.T]
    return Latent(knots, sd, np.stack(weights).T)


@dataclasses.dataclass(frozen=True)
class Drivers:
    """What each cohort is: total (people a year), mix, lengths.

    Attributes
    ----------
    total: people registered by sentence or caution, a year, by cohort, as the published figures
        have it.
    latent: the multiplier of that inflow behind which there is no figure (disposal by cohort).
    mix: share of each of :data:`DISPOSALS` (disposal by cohort); columns sum to one.
    life: share of the group's custody that is life or IPP.
    threshold_length, release_length: log stretch of sentence lengths that decides the class and
        the release.
    served: share served of each month beyond 48.
    """

    total: Array
    latent: Array
    mix: Array
    life: Array
    threshold_length: Array
    release_length: Array
    served: Array

    def entrants(self) -> Array:
        """Return people a year by disposal and cohort."""
        return self.mix * (self.total * self.latent)

    def frozen(self, names: set[str], reference: slice, after: int) -> Drivers:
        """Return the drivers with *names* held, from cohort *after*, at their reference mean."""
        fields = {
            "volume": "total",
            "latent": "latent",
            "mix": "mix",
            "threshold": "threshold_length",
            "delay": "release_length",
            "life": "life",
            "served": "served",
        }
        changes: dict[str, Array] = {}
        for name in names:
            array = getattr(self, fields[name]).copy()
            array[..., after:] = array[..., reference].mean(axis=-1, keepdims=True)
            changes[fields[name]] = array
        return dataclasses.replace(self, **changes)


@dataclasses.dataclass(frozen=True)
class Base:
    """The inputs on the grid, before any parameter: what is computed once for a model.

    ``years`` since the base year of sentence lengths are held at the date; ``orders`` are imposed
    for each person sentenced, over their mean in the years in which all kinds are counted.
    ``early`` is the number of cohorts before the 2003 Act; the rest are arrays by cohort.
    """

    custody: Array
    other: Array
    life: Array
    ramp: Array
    suspended: Array | None
    images_other: Array
    images_custody: Array
    images_suspended: Array | None
    cautions: Array
    images_cautions: Array
    stretch: Array
    before: Array
    after: Array
    served: Array
    years: Array
    orders: Array
    early: int


def base_of(inputs: Inputs, grid: Grid) -> Base:
    """Lay the inputs on the grid; what is after *as_of* holds the last known value."""
    # Inputs are smooth between their points, so their value at the middle of the step will do.
    t = grid.times
    at = inputs.at
    length = inputs.series["length"]
    first, last = float(length.t[0]), float(length.t[-1])
    parts = inputs.series["length_parts"]
    month = np.log(at("length", t))
    early = t < first
    # Before its first figure the group's average moves with its known part.
    month[early] += np.log(parts.at(t[early])) - np.log(parts.at(np.array([first]))[0])
    shares = {}
    for name in ("suspended_share", "images_suspended_share"):
        points = inputs.series[name]
        shares[name] = points.at(t) if points.t.size else None
    anchor = inputs.series["suspended_share"].t
    begin = float(anchor[0]) if anchor.size else grid.start + grid.size * grid.step
    served = at("served", t) / float(inputs.series["served"].value.mean())
    today = periods.decimal_end(inputs.as_of)
    orders = inputs.series["orders"]
    custody = np.minimum(at("custody", t), 0.98 * at("sentenced", t))
    return Base(
        custody=custody,
        other=at("sentenced", t) - custody,
        life=np.minimum(at("life", t) / at("custody", t), 0.5),
        ramp=np.clip((t - grid.start) / (begin - grid.start), 0.0, 1.0),
        suspended=shares["suspended_share"],
        images_other=np.maximum(at("images", t) - at("images_custody", t), 0.0),
        images_custody=at("images_custody", t),
        images_suspended=shares["images_suspended_share"],
        cautions=at("cautions", t),
        images_cautions=at("images_cautions", t),
        stretch=month,
        before=np.clip(first - t, 0.0, None),
        after=np.clip(t - last, 0.0, None),
        served=served,
        years=np.clip(np.minimum(t, today) - inputs.base_year, 0.0, None),
        orders=np.ones_like(t) if not orders.t.size else orders.at(t) / inputs.orders_mean,
        early=int((t < periods.decimal(inputs.terms.change)).sum()),
    )


def drivers_of(
    base: Base,
    values: Mapping[str, float],
    latent: Array,
    base_mean: float,
    future: Array | float = 0.0,
) -> Drivers:
    """Return the drivers at a set of parameter values.

    Parameters
    ----------
    values: parameter values by name.
    latent: disposal by cohort, the multiplier of the published inflow.
    future: log of what the volume of each cohort is multiplied by after the date.
    base_mean: mean length (months) of the base distribution, whose stretch is zero.
    """
    b, v = base, values
    first = v["suspended_first"]
    # Before the 2003 Act fewer offences registered, but for custody.
    scope = np.ones(b.custody.shape)
    scope[: b.early] = v["scope_before"]

    def split(sentenced: Array, kappa: float, known: Array | None) -> tuple[Array, Array]:
        """Return who is registered by a sentence other than custody: not suspended, suspended."""
        registered = sentenced * (kappa * scope)
        suspended = registered * (first if known is None else first + (known - first) * b.ramp)
        return registered - suspended, suspended

    counts = np.array(
        [
            b.cautions * (v["kappa_caution"] * scope),
            *split(b.other, v["kappa_other"], b.suspended),
            b.custody * v["kappa_custody"],
            b.images_cautions * (v["kappa_caution"] * scope),
            *split(b.images_other, v["kappa_images"], b.images_suspended),
            b.images_custody * v["kappa_images"],
        ]
    )
    total = counts.sum(axis=0)
    stretch = (
        b.stretch - b.before * v["length_before"] + b.after * v["length_after"] - np.log(base_mean)
    )
    return Drivers(
        total=total * np.exp(future),
        latent=latent,
        mix=counts / total,
        life=b.life,
        threshold_length=stretch,
        release_length=stretch,
        served=np.clip(
            v["served_long"] * b.served * np.exp(v["served_trend"] * b.years), 0.05, 0.98
        ),
    )
