"""Every known count of an area and of the nation, at its date and on its basis, with breaks.

Nothing is filled in: a year without a value has no row.
"""

from __future__ import annotations

import dataclasses
import functools
import re

import pandas as pd

from mappa.data import Data
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
#: What is counted on each basis of the nation's count.
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


def area_series(data: Data, area: str) -> pd.DataFrame:
    """Return every known count of an area by date: a row per value, preferred or not.

    Columns: date, value, basis (one of :data:`AREA_BASES`), quality, preferred, source, note.
    A count from before the nation's present basis gets ``earlier_returns``, and one whose source
    does not state its basis ``basis_not_known``: no growth crosses from either to the others.
    """
    rows = data.series(data.area(area), "rso_count")
    early = (rows["basis"] == "all_levels") & (rows["date"] < present_since(data))
    unknown = rows["note"].map(_basis_not_known).astype(bool)
    basis = rows["basis"].mask(early, "earlier_returns").mask(unknown, "basis_not_known")
    frame = rows.assign(basis=basis)
    columns = ["date", "value", "basis", "quality", "preferred", "sources", "note"]
    frame = frame[columns].rename(columns={"sources": "source"})
    order = frame["basis"].map({name: place for place, name in enumerate(AREA_BASES)})
    return (
        frame.assign(_order=order)
        .sort_values(["date", "_order"])
        .drop(columns="_order")
        .reset_index(drop=True)
    )


def _basis_not_known(note: str) -> bool:
    return re.search(r"\bbasis\b[^;.]*\bnot known\b", str(note)) is not None


def national_series(data: Data) -> pd.DataFrame:
    """Return every official national value by date, preferred or not, with its basis.

    Columns: date, value, measure, basis (one of :data:`NATIONAL_BASES`), quality, preferred,
    source, note.
    """
    t = data.national_figures
    rows = t[
        t["measure"].isin(STOCK_MEASURES)
        & t["category"].isin(["", "all"])
        & t["basis"].isin(NATIONAL_BASES)
    ]
    columns = ["date", "value", "measure", "basis", "quality", "preferred", "sources", "note"]
    frame = rows[columns].rename(columns={"sources": "source"})
    return frame.sort_values(["date", "preferred"], ascending=[True, False]).reset_index(drop=True)


@functools.lru_cache(maxsize=16)
def present_since(data: Data) -> pd.Timestamp:
    """Return the first date on the basis of the last national count."""
    frame = chosen(national_series(data))
    return pd.Timestamp(frame.loc[frame["basis"] == frame["basis"].iloc[-1], "date"].min())


def chosen(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the preferred rows of a series: one value a date (and basis)."""
    return frame[frame["preferred"]].reset_index(drop=True)


def usable_counts(data: Data, area: str) -> pd.DataFrame:
    """Return an area's counts of which a span may be made: one a date and basis.

    Level 1 and other-date values are kept under their own basis, whether or not another value
    of the date is preferred. Of several values on one date and basis the preferred one counts.
    """
    frame = area_series(data, area)
    frame = frame.sort_values(["date", "preferred"], ascending=[True, False])
    return frame.drop_duplicates(["date", "basis"]).reset_index(drop=True)


def breaks(data: Data) -> tuple[Break, ...]:
    """Return the breaks of the national series: of basis, of law, and revisions, by date."""
    frame = chosen(national_series(data))
    found = []
    previous: str | None = None
    for date, basis in zip(frame["date"], frame["basis"], strict=True):
        if basis != previous:
            found.append(Break(date, "basis", f"counted as: {NATIONAL_BASES[basis]}"))
        previous = basis
    for rule, text in (
        ("act_1997_start", "the register begins"),
        ("act_2003_part2_start", "new notification rules"),
    ):
        rows = data.notification_rules
        rows = rows[rows["rule"] == rule]
        for value, basis in zip(rows["value"], rows["legal_basis"], strict=True):
            found.append(Break(pd.Timestamp(value), "law", f"{text} ({basis})"))
    everything = national_series(data)
    counts = everything[everything["measure"] == "rso_count"]
    for date, rows in counts.groupby("date"):
        if len(rows) > 1:
            values = ", ".join(f"{v:,.0f}" for v in rows["value"])
            found.append(Break(pd.Timestamp(str(date)), "revision", f"published as {values}"))
    return tuple(sorted(found, key=lambda b: (b.date, b.kind)))


def count_points(data: Data, area: str, level: float = 0.95) -> tuple[Point, ...]:
    """Return every known count of an area as points, with exact Poisson intervals."""
    return _points(area_series(data, area), level)


def national_points(data: Data, level: float = 0.95) -> tuple[Point, ...]:
    """Return every official national value as points, with exact Poisson intervals."""
    return _points(national_series(data), level)


def _points(frame: pd.DataFrame, level: float) -> tuple[Point, ...]:
    points = []
    for row in frame.itertuples(index=False):
        low, high = exact_limits(row.value, level)
        points.append(
            Point(
                date=row.date,
                value=float(row.value),
                low=low,
                high=high,
                level=level,
                low50=None,
                high50=None,
                kind="count",
                basis=row.basis,
                quality=row.quality,
                preferred=bool(row.preferred),
                source=row.source,
                note=row.note,
            )
        )
    return tuple(points)


def known_rates(data: Data) -> tuple[pd.DataFrame, pd.Series]:
    """Return the known rates of all areas and of the nation on each stock date.

    Returns
    -------
    Rates per 100,000 people aged 10 and over by date (rows) and area (columns), NaN where no count
    of all levels is known, and the nation's rates by date.
    """
    years = set(data.population["mid_year"])
    rows = data.denominators[data.denominators["mid_year"].isin(years)]
    dates = sorted(rows["stock_date"])
    people = {d: data.people(d) for d in dates}
    rates = {d: 1e5 * data.counts(d).reindex(data.names) / people[d] for d in dates}
    nation = data.national("rso_count")
    national = {d: 1e5 * nation[d] / people[d].sum() for d in dates if d in nation.index}
    return pd.DataFrame(rates).T[data.names], pd.Series(national)
