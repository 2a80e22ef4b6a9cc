"""What is known of every area's share of the national count, each piece with its own error.

The unknowns are x[i, t] = ln(rate of area i / national rate) on the stock dates t for which the
Ministry's denominator is known. A piece of evidence is a linear form of them,

    y = x[i, t] - x[i, s] + d[t] - d[s] + error,

with s left out unless it is a printed change, and d[t] the error of a national total that had to
be interpolated. Printed and derived values have an error close to normal (t with 30 degrees of
freedom), all others a heavy-tailed one (t with 4).
"""

import dataclasses
import functools
import math
import re
from typing import Self

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UsageError
from mappa.files import digest
from mappa.printed import decimals
from mappa.rates.pool import bounds_of_people_per

PEOPLE_PER = "people_per_rso"
NEAR_NORMAL, HEAVY = 30.0, 4.0
#: Standard deviation of the log of a count, by how it is known.
COUNT_SD = {
    "printed": 0.002,
    "official": 0.002,
    "derived": 0.004,
    "police": 0.020,
    "foi": 0.020,
    "date_inferred": 0.025,
}
FIRM = ("printed", "official", "derived")
#: Error of the denominator behind a printed rate: where the mid-year is fitted, and where assumed.
RATE_SD = {"fitted": 0.002, "assumed": 0.008}
CHANGE_SD = 0.006
#: Moving a value from another date to 31 March: fixed part, and per square root of a year.
MOVED_SD = (0.03, 0.05)
#: A value from before the first stock date, per head of all ages: the same two parts.
EARLY_SD = (0.03, 0.045)
#: Level 1 against all levels where fewer than three pairs are known: mean and SD of the log ratio.
LEVEL_1_PRIOR = (0.01, 0.01)
NATION_SD, INTERPOLATED_SD = 0.0005, 0.012
DAYS = 365.25


@dataclasses.dataclass(frozen=True)
class Evidence:
    """All that the model is fitted to.

    Attributes
    ----------
    areas: names of the A areas.
    dates: the T stock dates.
    people: people aged 10 and over on one series (:func:`linked_people`), shape (T, A).
    nation: national counts, interpolated where none is known, shape (T,).
    nation_sd: standard deviation of their logs, shape (T,).
    rows: a row for each piece: kind, i, t, s (-1: none), y, sd, df, and ``cells``, the (i, t) that
        it says something about (t -1: none), so that a test can leave all of them out.
    """

    areas: tuple[str, ...]
    dates: tuple[pd.Timestamp, ...]
    people: np.ndarray
    nation: np.ndarray
    nation_sd: np.ndarray
    rows: pd.DataFrame

    @property
    def shares(self) -> np.ndarray:
        """Population share of each area, shape (T, A)."""
        return self.people / self.people.sum(axis=1, keepdims=True)

    @property
    def expected(self) -> np.ndarray:
        """Count of each area at the national rate (people), shape (T, A)."""
        return self.nation[:, None] * self.shares

    @property
    def digest(self) -> str:
        """SHA-256 of everything the fit depends on, the same on every machine.

        Logarithms differ in the last digit from one library or processor to another, so numbers
        are rounded well above it: people to the thousandth, logs to eight places (adding zero
        makes one of the two zeros).
        """
        rows = self.rows.drop(columns="cells").assign(y=self.rows["y"].round(8) + 0.0)
        frame = rows.to_csv(index=False, float_format="%.8f", lineterminator="\n")
        people, nation, sd = self.people.round(3), self.nation.round(3), self.nation_sd.round(8)
        names = [*self.areas, *(f"{d:%Y-%m-%d}" for d in self.dates)]
        return digest([*names, *(a.astype("<f8").tobytes() for a in (people, nation, sd)), frame])

    def without(self, cells: set[tuple[int, int]]) -> Self:
        """Return the evidence without every piece that touches one of the (i, t) *cells*."""
        keep = [cells.isdisjoint(c) for c in self.rows["cells"]]
        return dataclasses.replace(self, rows=self.rows[keep].reset_index(drop=True))


class _Collector:
    """Collects rows; knows the national rate of each stock date.

    ``values`` are the figures with the numbers of area (``i``), stock date (``t``) and the stock
    date a year before (``s``), -1 where it is none.
    """

    def __init__(self, data: Data) -> None:
        self.data = data
        self.dates = stock_dates(data)
        self.people = linked_people(data, self.dates)
        self.national = data.national("rso_count")
        known = [d in self.national.index for d in self.dates]
        self.nation = np.array([self.nation_on(d) for d in self.dates])
        self.nation_sd = np.where(known, NATION_SD, INTERPOLATED_SD)
        self.log_rate = np.log(self.nation / self.people.sum(axis=1))
        self.rows: list[tuple[object, ...]] = []
        days, areas = pd.Index(self.dates), pd.Index(data.names)
        v = data.area_figures.astype({"value": float, "date": "datetime64[ns]"})
        self.values = v[v["value"] > 0].assign(
            i=lambda v: areas.get_indexer(v["area"]),
            t=lambda v: days.get_indexer(v["date"]),
            s=lambda v: days.get_indexer(v["date"] - pd.DateOffset(years=1)),
        )
        self.counted = self._cells("rso_count")
        self.narrow = self._cells("rso_count", "level_1")

    def _of(self, measure: str, basis: str = "all_levels") -> pd.DataFrame:
        """Return the values of a measure on a basis; of all levels, the preferred ones."""
        rows = self.values[(self.values["measure"] == measure) & (self.values["basis"] == basis)]
        rows = rows[rows["preferred"] | (basis != "all_levels")]
        return rows.sort_values(["area", "date", "value"])

    def _cells(self, measure: str, basis: str = "all_levels") -> dict[tuple[int, int], float]:
        """Return the values of stock dates by the numbers of area and date."""
        rows = self._of(measure, basis).query("t >= 0")
        return {(r.i, r.t): r.value for r in rows.itertuples()}

    def nation_on(self, day: pd.Timestamp) -> float:
        """Return the national count on a day, log-linear between the known ones."""
        days = self.national.index.to_numpy().astype("datetime64[D]").astype(float)
        at = np.datetime64(day, "D").astype(float)
        return float(np.exp(np.interp(at, days, np.log(self.national.to_numpy(float)))))

    def log_ratio(self, count: float, i: int, t: int) -> float:
        return math.log(count / self.people[t, i]) - float(self.log_rate[t])

    def add(
        self, kind: str, i: int, t: int, y: float, sd: float, *, firm: bool = False, s: int = -1,
        also: int = -1,
    ) -> None:  # fmt: skip
        df = NEAR_NORMAL if firm else HEAVY
        self.rows.append((kind, i, t, s, y, sd, df, {(i, t), (i, s), (i, also)}))

    def counts(self) -> None:
        """Counts of all levels on a stock date."""
        for r in self._of("rso_count").query("t >= 0").itertuples():
            # Some sources print what a force's own records say: softer than the Ministry's table.
            quality = "police" if re.search(r"\bforce data\b", r.note) else r.quality
            y = self.log_ratio(r.value, r.i, r.t)
            self.add("count", r.i, r.t, y, COUNT_SD[quality], firm=quality in FIRM)

    def rates(self) -> None:
        """Printed rates, or people per offender, of a stock date without a count of all levels."""
        how = self.data.denominators.set_index("stock_date")["quality"]
        rows = pd.concat([self._of(m) for m in ("rso_rate_per_100k", PEOPLE_PER)]).query("t >= 0")
        # Where both are printed one is made from the other: the rate is read.
        for r in rows.drop_duplicates(["area", "date"]).itertuples():
            if (r.i, r.t) in self.counted or (r.area, r.date) in self.data.misread:
                continue
            people = float(self.data.people(r.date)[r.area])
            if r.measure == PEOPLE_PER:
                low, high = bounds_of_people_per(r.value, people)
                implied, half = (low + high) / 2, (high - low + 1) / (low + high)
            else:
                implied, half = r.value / 1e5 * people, half_width(r.value) / r.value
            firm = r.quality in FIRM
            sd = math.hypot(
                half / math.sqrt(3), RATE_SD[how[r.date]] if firm else COUNT_SD[r.quality]
            )
            self.add("rate", r.i, r.t, self.log_ratio(implied, r.i, r.t), sd, firm=firm)

    def level_1(self) -> None:
        """Counts of level 1 alone, raised by what all levels exceed it by where both are known."""
        both = self.narrow.keys() & self.counted.keys()
        pairs = [math.log(self.counted[cell] / self.narrow[cell]) for cell in sorted(both)]
        mean, sd = LEVEL_1_PRIOR
        if len(pairs) >= 3:
            mean, sd = float(np.mean(pairs)), float(np.std(pairs, ddof=1))
        for (i, t), value in self.narrow.items():
            if (i, t) not in both:
                error = math.hypot(sd, COUNT_SD["printed"])
                self.add("level_1", i, t, self.log_ratio(value, i, t) + mean, error)

    def changes(self) -> None:
        """Printed changes on the year before, where they say more than the counts do."""
        known = self.counted.keys()
        narrow = self.narrow.keys() - known
        for r in self._of("rso_change_pct").query("t >= 0 and s >= 0").itertuples():
            now, before = (r.i, r.t), (r.i, r.s)
            if {now, before} <= known:
                continue
            if before in narrow and now not in narrow:
                continue  # the printed change itself crosses a basis
            y = math.log1p(r.value / 100) - math.log(self.people[r.t, r.i] / self.people[r.s, r.i])
            y -= float(self.log_rate[r.t] - self.log_rate[r.s])
            rounding = half_width(r.value) / math.sqrt(3) / (100 + r.value)
            sd = math.hypot(rounding, CHANGE_SD)
            self.add("change", *now, y, sd, firm=r.quality in FIRM, s=r.s)
        for r in self._of("rso_change_count").query("t >= 0 and s >= 0").itertuples():
            now, before = (r.i, r.t), (r.i, r.s)
            if now in known and before not in known:
                y = self.log_ratio(self.counted[now] - r.value, *before)
                self.add("derived", *before, y, COUNT_SD["derived"], firm=True, also=r.t)

    def other_dates(self) -> None:
        """Counts of another day, moved to the nearest stock date by national growth."""
        for r in self._of("rso_count", "other_date").itertuples():
            if re.search(r"\bcommunity and custody\b", r.note, re.IGNORECASE):
                continue  # a wider count: people in prison are in it
            t = min(range(len(self.dates)), key=lambda t: abs(self.dates[t] - r.date))
            years = abs((self.dates[t] - r.date).days) / DAYS
            if years > 0.51 or (r.i, t) in self.counted:
                continue
            moved = r.value * self.nation[t] / self.nation_on(r.date)
            sd = math.hypot(MOVED_SD[0], MOVED_SD[1] * math.sqrt(years))
            self.add("other_date", r.i, t, self.log_ratio(moved, r.i, t), sd)

    def early(self) -> None:
        """The latest value before the first stock date, per head of all ages, as one piece."""
        everyone = self.data.population.pivot(
            index="mid_year", columns="area", values="population_all"
        )[self.data.names]
        rows = pd.concat([self._of("rso_rate_per_100k"), self._of("rso_count")])
        rows = rows[rows["date"] < self.dates[0]].sort_values(["area", "date"], kind="stable")
        for r in rows.drop_duplicates("area", keep="last").itertuples():  # a count before a rate
            mid = min(max(r.date.year - 1, everyone.index.min()), everyone.index.max())
            nation = self.nation_on(r.date) / everyone.loc[mid].sum()
            own = r.value / (everyone.loc[mid, r.area] if r.measure == "rso_count" else 1e5)
            years = (self.dates[0] - r.date).days / DAYS
            sd = math.hypot(EARLY_SD[0], EARLY_SD[1] * math.sqrt(years))
            self.add("early", r.i, 0, math.log(own / nation), sd)


def half_width(value: float) -> float:
    """Return half a unit of the last decimal that a printed value shows: 125.2 gives 0.05."""
    return 0.5 * 10.0 ** -decimals(value)


def stock_dates(data: Data) -> list[pd.Timestamp]:
    """Return the yearly stock dates with a denominator, the grid of the model: two at least."""
    dates = list(data.mid_years.index)
    if len(dates) < 2:
        raise UsageError("Estimates need two stock dates with a denominator up to the date asked.")
    return dates


def linked_people(data: Data, dates: list[pd.Timestamp]) -> np.ndarray:
    """Return the people aged 10 and over of every area, linked across breaks, shape (T, A).

    A census moves the estimated population of an area by up to 5%, and nobody on or off the
    register. So all that comes after a break is scaled, area by area, until the step across it is
    that of the year before; counts are compared along this series, and rates never printed from it.
    """
    people = np.array([data.people(d).to_numpy(float) for d in dates])
    for t in range(1, len(dates)):
        if data.break_between(dates[t - 1], dates[t]) is not None:
            step = people[t - 1] / people[t - 2] if t > 1 else 1.0
            people[t:] *= people[t - 1] * step / people[t]
    return people


def collect(data: Data) -> Evidence:
    """Return the evidence in the tables; give ``data.until(day)`` to see no later row."""
    c = _Collector(data)
    for part in (c.counts, c.rates, c.level_1, c.changes, c.other_dates, c.early):
        part()
    rows = pd.DataFrame(c.rows, columns=["kind", "i", "t", "s", "y", "sd", "df", "cells"])
    return Evidence(tuple(data.names), tuple(c.dates), c.people, c.nation, c.nation_sd, rows)


@functools.lru_cache(maxsize=16)
def collect_until(data: Data, day: pd.Timestamp) -> Evidence:
    """Return the evidence dated up to *day*: nothing later is seen."""
    return collect(data.until(day))
