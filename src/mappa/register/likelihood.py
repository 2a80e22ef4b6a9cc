"""What the model is held to, and the posterior density.

Targets are published stocks, prisoners, reviews and the indefinite share, each with a relative or
absolute standard deviation from the table of parameters: how far a right model may be from the
figure, because the figure or the model is rough. Counts on another definition (the register with
those in prison, of 2021) are left out. Priors and residuals are whitened, so that -2 log p is a
sum of squares.
"""

import dataclasses
import functools
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import TooLittleKnown
from mappa.files import digest
from mappa.register.arrays import Array, Parts
from mappa.register.inputs.build import build_inputs
from mappa.register.inputs.parameters import ParameterTable, priors_of
from mappa.register.law.periods import decimal_end, middle, until
from mappa.register.stockflow.stock import RegisterModel

#: Bases of the national stock that the model describes.
BASES = ("act_1997", "police_computer", "mappa_returns", "snapshot_31_march")


@dataclasses.dataclass(frozen=True)
class Group:
    """Published figures of one kind at decimal ``dates`` (people, or a share).

    ``sd`` is how far a right model may be from them: one for each or one for all, of the log of
    the figure where ``ratio``, else of the figure itself.
    """

    dates: Array
    value: Array
    sd: Array
    ratio: bool = True

    def __len__(self) -> int:
        return len(self.value)

    def residuals(self, expected: Array) -> Array:
        """Return how far the figures are from what is expected of them, in *sd*."""
        off = np.log(expected / self.value) if self.ratio else expected - self.value
        return off / self.sd

    def moved(self, expected: Array, by: Array) -> Self:
        """Return other figures: what is expected, moved *by* so much (a log, or a share)."""
        value = expected * np.exp(by) if self.ratio else np.clip(expected + by, 0.001, 0.999)
        return dataclasses.replace(self, value=value)


class Targets(NamedTuple):
    """The figures up to a date, in the order of the residuals.

    The register's stock, prisoners, lifers among them (IPP), the indefinite share of the
    register with those in prison, and removals on review in the year to a date.
    """

    stock: Group
    prison: Group
    ipp: Group
    shares: Group
    reviews: Group


def _stock_sd(basis: str, quality: str, year: int, fixed: dict[str, float]) -> float:
    if basis in {"act_1997", "police_computer"}:
        return fixed["error_early"]
    if basis == "mappa_returns":
        return fixed["error_returns"] if year < 2007 else fixed["error_returns_late"]
    return fixed["error_exact"] if quality in {"exact", "official"} else fixed["error_printed"]


def national_counts(data: Data, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of the national stock that the model describes, up to a date."""
    rows = data.national_rows("rso_count").sort_values("date")
    return rows[rows["basis"].isin(BASES) & (rows["date"] <= as_of)]


def _stocks(data: Data, as_of: pd.Timestamp, fixed: dict[str, float]) -> Group:
    rows = national_counts(data, as_of)
    if len(rows) < 4:
        raise TooLittleKnown(
            f"national_figures.csv has {len(rows)} counts of the register up to {as_of:%Y-%m-%d}: "
            "the register model needs four or more."
        )
    sd = [_stock_sd(r.basis, r.quality, r.date.year, fixed) for r in rows.itertuples()]
    dates = rows["date"].map(decimal_end).to_numpy(dtype=float)
    return Group(dates, rows["value"].to_numpy(dtype=float), np.array(sd))


def _prison(data: Data, as_of: pd.Timestamp) -> pd.Series:
    """Return the prisoners on one definition (all sentenced), the last count of each year."""
    t = data.sentencing
    rows = t[(t["measure"] == "prison_population_sexual") & (t["group"] == "all sentenced")]
    rows = until(rows, "year", as_of)
    # A bare year is taken at its middle; a month or a day at its end.
    at = [middle(r.year) if len(r.year) == 4 else decimal_end(r.last) for r in rows.itertuples()]
    rows = rows.assign(t=np.round(np.array(at) * 12) / 12).sort_values(["t", "value"])
    return rows.groupby(rows["last"].dt.year).last().set_index("t")["value"]


def _review_flows(data: Data, as_of: pd.Timestamp) -> pd.Series:
    """Return yearly reviews granted in the country, by the decimal end of the year."""
    t = data.outflow
    granted = t["measure"].str.contains("revoked|granted")
    months = t["period"].str.extract(r"^(?P<first>.{7})/(?P<last>.{7})$")
    start, end = (pd.to_datetime(months[name]) for name in ("first", "last"))
    end += pd.offsets.MonthEnd(0)
    year = ((end - start).dt.days - 365).abs() <= 3
    country = t["basis"].isin(["england_and_wales", "forces_that_answered"])
    rows = t.assign(t=end)[granted & country & year & (end <= as_of)].sort_values("value")
    return rows.groupby(rows["t"].map(decimal_end))["value"].mean()


def _indefinite(data: Data, as_of: pd.Timestamp) -> pd.Series:
    """Return the indefinite share of the register, prisoners included, where both are printed."""
    t = data.profile
    rows = t[t["population"].str.contains("whole register") & (t["measure"] == "count")]
    rows = until(rows, "date", as_of)
    counts = rows.pivot(index="last", columns="group", values="value")
    counts = counts.reindex(columns=["all", "indefinite (life)"]).dropna()
    counts.index = counts.index.map(decimal_end)
    return counts["indefinite (life)"] / counts["all"]


def build_targets(data: Data, as_of: str | pd.Timestamp, fixed: dict[str, float]) -> Targets:
    """Return what the model is held to, up to and including *as_of*.

    Raises TooLittleKnown: fewer than four counts of the register by then.
    """
    day, t = pd.Timestamp(as_of), data.sentencing
    ipp = until(t[t["measure"] == "ipp_prison_population_sexual"], "year", day)
    ipp = ipp.set_index(ipp["last"].map(decimal_end))["value"].sort_index()

    def group(series: pd.Series, sd: Array | float, ratio: bool = True) -> Group:
        """Return the figures of a series by decimal year."""
        at, value = (part.to_numpy(dtype=float) for part in (series.index, series))
        return Group(at, value, np.atleast_1d(sd), ratio)

    prison = _prison(data, day)
    return Targets(
        stock=_stocks(data, day, fixed),
        prison=group(prison, np.full(len(prison), fixed["error_prison"])),
        ipp=group(ipp, fixed["error_ipp"]),
        shares=group(_indefinite(data, day), fixed["error_indefinite"], ratio=False),
        reviews=group(_review_flows(data, day), fixed["error_reviews"]),
    )


#: Where the whitened priors are cut off: beyond it a normal has less than 1e-17 of its mass.
EDGE = 8.5


@dataclasses.dataclass(frozen=True)
class Expected:
    """What the model expects of the figures, in the order of the targets.

    Stock, complete register, its part without an end, and reviews (people) are in two parts;
    prisoners and the lifers among them are of sentences, which no rate of registration changes.
    """

    stock: Parts
    prison: Array
    ipp: Array
    register: Parts
    endless: Parts
    reviews: Parts

    def at(self, level: float = 1.0) -> tuple[Array, ...]:
        """Return what is expected of each group, all who register but the legacy times *level*."""
        shares = self.endless.at(level) / self.register.at(level)
        return self.stock.at(level), self.prison, self.ipp, shares, self.reviews.at(level)


class Density:
    """Log posterior of the *model* at whitened coordinates, up to a constant, given *targets*."""

    def __init__(self, model: RegisterModel, targets: Targets) -> None:
        self.model, self.targets, self.size = model, targets, model.size
        # Standard deviations of the figures, in the order of the residuals (log, or a share).
        self.sd = np.concatenate([np.broadcast_to(g.sd, len(g)) for g in targets])
        stock, prison, ipp, shares, pairs = (group.dates for group in targets)
        self.dates = np.unique(np.concatenate([stock, pairs, pairs - 1, shares]))
        self.prison_dates = np.unique(np.concatenate([prison, ipp, shares]))
        self._stock = np.searchsorted(self.dates, stock)
        self._share = np.searchsorted(self.dates, shares)
        starts, ends = np.searchsorted(self.dates, pairs - 1), np.searchsorted(self.dates, pairs)
        self._pairs = tuple(zip(starts.tolist(), ends.tolist(), strict=True))
        self._prison, self._ipp, self._share_in = (
            np.searchsorted(self.prison_dates, dates) for dates in (prison, ipp, shares)
        )

    def __len__(self) -> int:
        """Return the number of residuals of the data."""
        return sum(map(len, self.targets))

    def expected(self, z: Array) -> Expected:
        """Return what the model expects of each figure at whitened coordinates."""
        model = self.model
        values = model.values(z)
        drivers = model.drivers(values)
        run = model.run(values, self.dates, drivers=drivers, pairs=self._pairs)
        held = model.prisoners(values, drivers, self.prison_dates)
        now, inside = self._share, self._share_in
        return Expected(
            stock=run.stock_parts[self._stock],
            prison=held.prison[self._prison],
            ipp=held.life[self._ipp],
            register=run.stock_parts[now] + held.unreleased[inside],
            endless=run.indefinite[now] + held.indefinite[inside],
            reviews=run.reviews,
        )

    def compare(self, e: Expected, level: float = 1.0) -> Array:
        """Return standardised residuals from what is expected at *level*."""
        both = zip(self.targets, e.at(level), strict=True)
        return np.concatenate([group.residuals(expected) for group, expected in both])

    def residuals(self, z: Array) -> Array:
        """Return the standardised residuals of the data at *z* (without the prior's)."""
        return self.compare(self.expected(z))

    def log_posterior(self, z: Array) -> float:
        """Return -(residuals squared + z squared) / 2; minus infinity where undefined.

        The priors are cut off at :data:`EDGE` standard deviations.
        """
        with np.errstate(all="ignore"):
            return self.value(self.residuals(z), z)

    def value(self, residuals: Array, z: Array) -> float:
        """Return the log posterior of *z*, whose residuals of the data are known."""
        if not np.abs(z).max() < EDGE:  # nor where z is not a number
            return -np.inf
        own = z[: self.size]  # the place of a version has no prior
        value = -0.5 * float(residuals @ residuals + own @ own)
        return value if np.isfinite(value) else -np.inf

    @property
    def digest(self) -> str:
        """SHA-256 of inputs, targets, priors and all versions: the same for each version."""
        arrays = [
            a.tobytes() for group in self.targets for a in (group.dates, group.value, group.sd)
        ]
        priors = self.model.priors
        table = repr((priors.names, priors.transform, sorted(priors.fixed.items())))
        switches = repr([dataclasses.astuple(v)[2:5] for v in priors.versions])
        numbers = [priors.centre.round(12).tobytes(), priors.scale.round(12).tobytes()]
        return digest([self.model.inputs.digest, table, switches, *numbers, *arrays])


def density_of(data: Data, as_of: object, version: str = "") -> Density:
    """Return the density of a version of the model for a country and date, computed once.

    It sees nothing dated after *as_of*; the first version is the default.
    """
    return _density(data, pd.Timestamp(as_of), priors_of(data, version))


@functools.lru_cache(maxsize=16)
def _density(data: Data, day: pd.Timestamp, priors: ParameterTable) -> Density:
    model = RegisterModel(build_inputs(data, day), priors)
    return Density(model, build_targets(data, day, priors.fixed))
