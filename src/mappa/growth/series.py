"""Every known count of an area and of all together, at its date and on its basis, with breaks.

Nothing is filled in: a year without a value has no row.
"""

import dataclasses
import functools

import numpy as np
import pandas as pd

from mappa.data import Data
from mappa.errors import UsageError
from mappa.printed import PER
from mappa.rates.methods.intervals import exact_limits
from mappa.records import Record, key

#: What is counted on each basis of an area's count, as a sentence calls it.
AREA_BASES = {
    "all_levels": "all levels of management",
    "level_1": "level 1 only, a narrower count",
    "other_date": "a date other than 31 March",
    "earlier_returns": "area returns before the 31 March counts, counted otherwise",
    "basis_not_known": "a basis the source does not state",
}
#: What is counted on each basis of the national count.
NATIONAL_BASES = {
    "act_1997": "subject to the Sex Offenders Act 1997",
    "police_computer": "Police National Computer count",
    "mappa_returns": "area returns over the year",
    "snapshot_31_march": "managed in the community on 31 March",
}
#: National measures that count the register's people, by basis; wider registers stay out.
STOCK_MEASURES = ("rso_count", "register_required")


@dataclasses.dataclass(frozen=True)
class Point(Record):
    """A value of a series: a count, or an estimate or forecast of the model."""

    date: pd.Timestamp = key("Date of the stock")
    value: float = key("Count, or the median of an estimate or forecast", "people")
    low: float | None = key("Lower end of the interval", "people")
    high: float | None = key("Upper end of the interval", "people")
    level: float = key("Level of the interval", "probability")
    low50: float | None = key("Lower end of the 50% interval of an estimate or forecast", "people")
    high50: float | None = key("Upper end of the 50% interval", "people")
    kind: str = key("count, estimate or forecast; the three are never mixed")
    basis: str = key("What is counted: see the data dictionary; model for estimate and forecast")
    quality: str = key("How the value is known: see the data dictionary")
    preferred: bool = key("Whether the study uses the value for its date and basis")
    source: str = key("Identifiers of the sources in sources.csv, or the model")
    note: str = key("What a reader must know before using the value")


@dataclasses.dataclass(frozen=True)
class Break(Record):
    """A date at which the national series changes its meaning."""

    date: pd.Timestamp = key("First date on the new footing")
    kind: str = key("basis, law or revision")
    text: str = key("What changed")


def years_between(first: pd.Timestamp, second: pd.Timestamp) -> float:
    """Return the years from *first* to *second*: whole where day and month are the same."""
    if (first.month, first.day) == (second.month, second.day):
        return float(second.year - first.year)
    return (second - first).days / 365.25


#: Columns of a series of counts.
COLUMNS = ["date", "value", "people", "basis", "quality", "preferred", "source", "note"]


def counts(data: Data, area: str) -> pd.DataFrame:
    """Return every known count of an area or of all together: a row a value, none filled in.

    Parameters
    ----------
    data: the tables. area: name of an area, or ``data.nation``.

    Returns
    -------
    A frame by date: ``date``, ``value`` (the count), ``people`` (aged 10 and over; NaN on a day
    without a population), ``basis`` (what is counted: a key of :data:`AREA_BASES` or
    :data:`NATIONAL_BASES`), ``quality`` (how the value is known), ``preferred`` (whether the study
    uses it), ``source`` and ``note``. A count from before the present national basis gets
    ``earlier_returns``, and one whose source does not state its basis ``basis_not_known``: no
    growth crosses from either to the others.

    Raises
    ------
    UnknownName: an area that is not known, with a suggestion.

    >>> from mappa.data import load
    >>> counts(load(), "Cumbria").loc[lambda t: t["date"] >= "2019", ["date", "value", "basis"]]
            date  value       basis
    3 2019-03-31  598.0  all_levels
    4 2020-03-31  594.0  all_levels
    """
    if area == data.nation:
        return _national_counts(data).copy()
    name = data.area(area)
    rows = data.series(name, "rso_count")
    early = (rows["basis"] == "all_levels") & (rows["date"] < present_since(data))
    unknown = rows["note"].str.contains(r"\bbasis\b[^;.]*\bnot known\b", na=False)
    basis = rows["basis"].mask(early, "earlier_returns").mask(unknown, "basis_not_known")
    people = rows["date"].map(_people(data)[name])
    frame = rows.assign(basis=basis, people=people).rename(columns={"sources": "source"})
    order = frame["basis"].map({name: place for place, name in enumerate(AREA_BASES)})
    in_order = frame.assign(order=order).sort_values(["date", "order"])
    return in_order[COLUMNS].reset_index(drop=True)


@functools.lru_cache(maxsize=16)
def _national_counts(data: Data) -> pd.DataFrame:
    t = data.national_figures
    rows = t[
        t["measure"].isin(STOCK_MEASURES)
        & t["category"].isin(["", "all"])
        & t["basis"].isin(NATIONAL_BASES)
    ]
    rows = rows.assign(people=rows["date"].map(_people(data).sum(axis=1)))
    frame = rows.rename(columns={"sources": "source"})[COLUMNS]
    return frame.sort_values(["date", "preferred"], ascending=[True, False]).reset_index(drop=True)


@functools.lru_cache(maxsize=16)
def _people(data: Data) -> pd.DataFrame:
    """Return the people aged 10 and over by stock date (rows) and area (columns)."""
    found = {day: data.people(day) for day in data.mid_years.index}
    return pd.DataFrame(found, index=data.names, dtype=float).T


@functools.lru_cache(maxsize=16)
def present_since(data: Data) -> pd.Timestamp:
    """Return the first date on the basis of the last national count."""
    return pd.Timestamp(last_basis(_national_counts(data))["date"].min())


def last_basis(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the preferred counts of a series that are on the basis of its last one."""
    chosen = rows[rows["preferred"]]
    return chosen[chosen["basis"] == chosen["basis"].iloc[-1]] if len(chosen) else chosen


def breaks(data: Data) -> tuple[Break, ...]:
    """Return the breaks of the national series: of basis, of law, and revisions, by date."""
    everything = _national_counts(data)
    frame = everything[everything["preferred"]]
    first = frame[frame["basis"] != frame["basis"].shift()]
    found = [
        Break(date, "basis", f"counted as: {NATIONAL_BASES[basis]}")
        for date, basis in zip(first["date"], first["basis"], strict=True)
    ]
    texts = {
        "act_1997_start": "the register begins",
        "act_2003_part2_start": "new notification rules",
    }
    rules = data.notification_rules[data.notification_rules["rule"].isin(texts)]
    for row in rules.itertuples():
        text = f"{texts[row.rule]} ({row.legal_basis})"
        found.append(Break(pd.Timestamp(row.value), "law", text))
    for date, rows in everything.groupby("date"):
        if len(rows) > 1:
            values = ", ".join(f"{v:,.0f}" for v in rows["value"])
            found.append(Break(pd.Timestamp(str(date)), "revision", f"published as {values}"))
    return tuple(sorted(found, key=lambda b: (b.date, b.kind)))


def points(data: Data, area: str, level: float = 0.95) -> tuple[Point, ...]:
    """Return every known count of an area or of all together, with exact Poisson intervals."""
    frame = counts(data, area)
    low, high = np.array([exact_limits(x, level) for x in frame["value"]]).reshape(-1, 2).T
    made = frame.assign(low=low, high=high, level=level, low50=None, high50=None, kind="count")
    return Point.from_frame(made)


def known_rates(data: Data) -> pd.DataFrame:
    """Return the known rates of all areas and nationally on each stock date.

    Returns
    -------
    Rates per 100,000 people aged 10 and over: by date (rows), a column an area and the national
    one last; NaN where no count of all levels is known.

    Raises
    ------
    UsageError: tables without a population.

    >>> from mappa.data import load
    >>> known_rates(load()).loc["2020-03-31", ["Cumbria", "England and Wales"]].round(1).tolist()
    [132.0, 119.5]
    """
    people = _people(data)
    if people.empty:
        raise UsageError("No date of the tables has a population to divide by.")
    counts = pd.DataFrame({day: data.counts(day).reindex(data.names) for day in people.index}).T
    whole = PER * data.national("rso_count").reindex(people.index) / people.sum(axis=1)
    return (PER * counts / people).assign(**{data.nation: whole})
