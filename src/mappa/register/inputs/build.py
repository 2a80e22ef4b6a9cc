"""What goes into the model: entrants, disposals, sentence lengths, ages, from the tables.

Every input is a handful of dated points, each published or derived by stated arithmetic from
published rows; between points it is a straight line, before the first and after the last it is
constant. :attr:`Inputs.table` says year by year which is which, so that a chart can hatch the
years for which there is nothing. Rows whose period ends after *as_of* are never used.
"""

import dataclasses
import re

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import TooLittleKnown
from mappa.files import digest
from mappa.register.arrays import Array
from mappa.register.inputs.rules import (
    BANDS,
    LABELS,
    OPTIONAL,
    Published,
    lacking,
    series,
)
from mappa.register.law import periods
from mappa.register.law.terms import Terms, terms_of_law


@dataclasses.dataclass(frozen=True)
class Points:
    """Dated values of one input: decimal years, values, how each is known, and the sources."""

    t: Array
    value: Array
    basis: tuple[str, ...]
    quality: tuple[str, ...]
    sources: tuple[str, ...]

    def at(self, times: Array) -> Array:
        """Return the input at decimal years: straight lines between points, held outside."""
        return np.interp(times, self.t, self.value)


def points_of(series: pd.DataFrame) -> Points:
    """Return the points of a series (see :mod:`mappa.register.inputs.rules`)."""
    t, value = (series[name].to_numpy(dtype=float) for name in ("t", "value"))
    return Points(t, value, *(tuple(series[name]) for name in ("basis", "quality", "sources")))


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The inputs up to *as_of*, as points; ``series`` are named in :data:`LABELS`.

    ``ages`` and ``age_weights`` are the ages at sentence; ``death_rate`` is by single year of
    age from 0; ``bands`` are the base year's sentence-length bands (months, people).
    """

    as_of: pd.Timestamp
    terms: Terms
    series: dict[str, Points]
    ages: Array
    age_weights: Array
    death_rate: Array
    band_edges: Array
    band_counts: Array
    base_year: float
    initial_prisoners: float
    orders_mean: float

    def at(self, name: str, times: Array) -> Array:
        """Return input *name* at decimal years."""
        return self.series[name].at(times)

    @property
    def digest(self) -> str:
        """SHA-256 of all that the model sees: unchanged by rows it does not use."""
        parts: list[bytes | str] = [f"{self.as_of:%Y-%m-%d}", repr(self.terms)]
        for name in sorted(self.series):
            parts += [name, self.series[name].t.tobytes(), self.series[name].value.tobytes()]
        ages = (self.ages, self.age_weights, self.death_rate)
        for array in (*ages, self.band_edges, self.band_counts):
            parts.append(np.ascontiguousarray(array, dtype=float).tobytes())
        parts.append(repr((self.base_year, self.initial_prisoners, self.orders_mean)))
        return digest(parts)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each year and input: its value and how it is known.

        Published, derived, interpolated (between points), held (no figure from there on) or none
        (no figure by then at all: the value is missing).
        """
        rows = []
        for name, p in self.series.items():
            for year in range(self.terms.start.year, self.as_of.year + 1):
                middle, value, known = year + 0.5, np.nan, ("none", "", "")
                if p.t.size:
                    value = float(p.at(np.array([middle]))[0])
                    known = ("interpolated" if p.t[0] < middle < p.t[-1] else "held", "", "")
                for i in np.flatnonzero(np.abs(p.t - middle) <= 0.5)[:1]:
                    known = (p.basis[i], p.quality[i], p.sources[i])
                rows.append((year, name, LABELS[name], value, *known))
        columns = ["year", "input", "label", "value", "basis", "quality", "source"]
        return pd.DataFrame(rows, columns=columns)


def _orders(data: Data, as_of: pd.Timestamp, sentenced: Points) -> tuple[Points, float]:
    """Return orders imposed for each person sentenced, and their mean where all are counted.

    Sexual offences prevention orders came with the Act of 2003, sexual harm prevention orders
    followed them; before the first count of both there is one of the former.
    """
    t = data.national_figures
    rows = t[t["measure"].isin(["sopo_imposed", "sopo_shpo_imposed"]) & (t["date"] <= as_of)]
    rows = rows.sort_values("date")
    counted = rows["measure"].eq("sopo_shpo_imposed").to_numpy()
    if not counted.any():
        return points_of(series([])), 1.0
    middle = np.array([periods.decimal_end(d) - 0.5 for d in rows["date"]])
    points = Points(
        t=middle,
        value=rows["value"].to_numpy(dtype=float) / sentenced.at(middle),
        basis=("derived",) * len(rows),
        quality=tuple("official_copy" if q == "exact" else "secondary" for q in rows["quality"]),
        sources=tuple(rows["sources"].astype(str)),
    )
    return points, float(points.value[counted].mean())


def _ages(profile: pd.DataFrame, as_of: pd.Timestamp) -> tuple[Array, Array]:
    """Return ages at sentence and their weights, from the counts by age band of all years known.

    An age is at the middle of each quarter of a band; the open bands are taken as ten years wide
    below and fifteen above.
    """
    rows = profile[profile["measure"] == "count by age at sentence"]
    rows = periods.until(rows, "date", as_of)
    if rows.empty:
        raise TooLittleKnown(
            f"profile.csv has no 'count by age at sentence' up to {as_of:%Y-%m-%d}, and the "
            "register model needs one: choose a later date."
        )
    rows = rows[rows["group"].str.contains(r"\d")]  # not the total
    sums = rows.groupby("group")["value"].sum()
    ages, weights = [], []
    for group in sorted(sums.index):
        first, *last = (float(x) for x in re.findall(r"\d+", group))
        low, high = first, last[0] + 1 if last else first + 15
        if "under" in group and not last:
            low, high = first - 9, first + 1
        ages += [low + (high - low) * (i + 0.5) / 4 for i in range(4)]
        weights += [float(sums[group]) / 4] * 4
    order = np.argsort(ages)
    return np.array(ages)[order], np.array(weights)[order] / sum(weights)


def _initial_prisoners(read: Published, start: float) -> float:
    """Return the sentenced men in prison for such offences when the register began."""
    groups = ("male adult sentenced", "male young offenders sentenced")
    f = read.frame
    rows = f[(f["measure"] == "prison_population_sexual") & f["group"].isin(groups)]
    counts = rows.groupby(rows["last"].map(periods.decimal))["value"]
    known = counts.sum()[counts.size() == len(groups)]
    if known.empty:
        raise TooLittleKnown(
            "sentencing.csv has no prison_population_sexual at the register's start."
        )
    return float(np.interp(start, known.index.to_numpy(dtype=float), known))


def build_inputs(data: Data, as_of: str | pd.Timestamp) -> Inputs:
    """Return the inputs that were available on *as_of*.

    Raises TooLittleKnown: an input that the model cannot do without has no figure by then.
    """
    day = pd.Timestamp(as_of)
    read = Published(data.sentencing, day)
    terms = terms_of_law(data.notification_rules)
    ages, weights = _ages(data.profile, day)
    bands = pd.DataFrame([read[band].iloc[0] for band in BANDS])
    legacy = _initial_prisoners(read, periods.decimal(terms.start))
    made = {name: points_of(read[name]) for name in LABELS if name != "orders"}
    made["orders"], orders_mean = _orders(data, day, made["sentenced"])
    for name, label in LABELS.items():
        if name not in OPTIONAL and not made[name].t.size:
            raise lacking(label, day)
    return Inputs(
        as_of=day,
        terms=terms,
        series=made,
        ages=ages,
        age_weights=weights,
        death_rate=data.life_table_males.sort_values("age")["mx"].to_numpy(dtype=float),
        band_edges=np.array([6.0, 12.0, 48.0]),
        band_counts=bands["value"].to_numpy(dtype=float),
        base_year=float(bands["t"].iloc[0]),
        initial_prisoners=legacy,
        orders_mean=orders_mean,
    )
