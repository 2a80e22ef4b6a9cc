"""Reconciliations: each compares figures that were printed independently of one another.

A reconciliation is a generator of findings over a set of figures; it knows nothing of exceptions.
Rounding is the Ministry's: half up, to the printed decimals.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import pandas as pd

from mappa.data.findings import Finding, finding
from mappa.data.load import Data
from mappa.data.reconcile_tables import OF_TABLES
from mappa.data.schema import read_text_table
from mappa.printed import PER, counts_behind, decimals, half_up, rounds_to

#: An early rate (before the denominators are known) must be met within this share of itself.
EARLY_TOLERANCE = 0.03


@functools.lru_cache(maxsize=16)
def _printed(data: Data, table: str) -> pd.Series:
    """Return the values of a table as they are written, by line of the file."""
    return read_text_table(data.folder / f"{table}.csv")["value"]


def _counts_of(data: Data, area: str, date: pd.Timestamp) -> pd.DataFrame:
    """Every printed count of an area and day, widest basis first."""
    rows = data.rows("rso_count", area, date, basis=None, preferred=False)
    return rows.sort_values(["preferred", "basis"], ascending=[False, True])


def _can_divide(data: Data, date: pd.Timestamp) -> bool:
    known = data.denominators.set_index("stock_date")["mid_year"]
    return date in known.index and known[date] in set(data.population["mid_year"])


def rates_meet_counts(data: Data) -> Iterator[Finding]:
    """Count over population must round to the printed rate; a rate alone bounds the count."""
    printed = _printed(data, "area_figures")
    rates = data.rows("rso_rate_per_100k", basis=None)
    people_of = {d: data.people(d) for d in rates["date"].unique() if _can_divide(data, d)}
    counts = {
        (c["area"], c["date"], c["basis"]): c
        for _, c in data.rows("rso_count", basis=None).iterrows()
    }
    for line, rate in rates.iterrows():
        area, date = rate["area"], rate["date"]
        if date not in people_of:
            continue
        people = int(people_of[date][area])
        count = counts.get((area, date, rate["basis"]))
        if count is not None:
            worked = count["value"] / people * PER
            ok = rounds_to(worked, printed[line])
            yield finding(
                "rate_meets_count",
                ok,
                "area_figures",
                count,
                f"{area}, {date:%Y-%m-%d}: {count['value']:.0f} / {people} is {worked:.3f} per "
                f"100,000, printed {rate['value']:g} (row {line})",
                area,
            )
        else:
            low, high = counts_behind(rate["value"], people, decimals(printed[line]))
            yield finding(
                "rate_bounds_count",
                None if low <= high else False,
                "area_figures",
                rate,
                f"{area}, {date:%Y-%m-%d}: no count; the printed rate {rate['value']:g} means "
                f"{low} to {high} people",
                area,
            )


def early_rates_meet_counts(data: Data) -> Iterator[Finding]:
    """Rates printed before the denominators are known: per whole population, met loosely."""
    everyone = data.population.set_index(["area", "mid_year"])["population_all"]
    for line, rate in data.rows("rso_rate_per_100k", basis=None).iterrows():
        area, date = rate["area"], rate["date"]
        counts = _counts_of(data, area, date)
        counts = counts[counts["preferred"] & (counts["basis"] == rate["basis"])]
        if _can_divide(data, date) or counts.empty:
            continue
        years = [y for y in (date.year - 1, date.year) if (area, y) in everyone.index]
        if not years:
            continue
        count = counts.iloc[0]
        worked = count["value"] / everyone[area, years[0]] * PER
        ok = abs(worked / rate["value"] - 1) <= EARLY_TOLERANCE
        yield finding(
            "early_rate_near_count",
            ok,
            "area_figures",
            count,
            f"{area}, {date:%Y-%m-%d}: {worked:.1f} per 100,000 of the whole population at "
            f"mid-{years[0]}, printed {rate['value']:g} (row {line}); met within "
            f"{EARLY_TOLERANCE:.0%}, a loose check",
            area,
        )


def national_rates_meet_counts(data: Data) -> Iterator[Finding]:
    """The national count must meet the printed national rate and the printed one in N people."""
    printed = _printed(data, "national_figures")
    counts = {c["date"]: c for _, c in data.national_rows("rso_count").iterrows()}
    rates = data.national_rows(["rso_rate_per_100k", "rso_one_per_n_aged10"], parts=True)
    for line, rate in rates.iterrows():
        date = rate["date"]
        if date not in counts or not _can_divide(data, date):
            continue
        count, people = counts[date], int(data.people(date).sum())
        where = f"{data.nation}, {date:%Y-%m-%d}: {count['value']:.0f}"
        if rate["measure"] == "rso_rate_per_100k":
            worked = count["value"] / people * PER
            yield finding(
                "national_rate_meets_count",
                rounds_to(worked, printed[line]),
                "national_figures",
                count,
                f"{where} / {people} is {worked:.3f} per 100,000, printed {rate['value']:g} "
                f"(row {line})",
            )
            continue
        yield finding(
            "national_one_in_n_meets_count",
            _one_in(count["value"], people, rate["value"]),
            "national_figures",
            rate,
            f"{where} of {people} is one in {people / count['value']:.2f}, printed "
            f"{rate['value']:g}",
        )


def _one_in(count: float, people: float, printed: float) -> bool:
    """Tell whether *printed* is people for each offender, or 100,000 over the rounded rate.

    Papers that had the Ministry's rate alone divided by it as it was printed.
    """
    rate = float(half_up(count / people * PER))
    return any(rounds_to(n, printed) for n in (people / count, PER / rate))


def people_per_offender(data: Data) -> Iterator[Finding]:
    """'One in every N people aged 10 and over' must meet one of the counts printed that day."""
    for _, row in data.rows("people_per_rso", basis=None).iterrows():
        area, date = row["area"], row["date"]
        counts = _counts_of(data, area, date)
        if counts.empty or not _can_divide(data, date):
            continue
        people = int(data.people(date)[area])
        if row["basis"] in set(counts["basis"]):
            counts = counts[counts["basis"] == row["basis"]]
        worked = {b: people / v for b, v in zip(counts["basis"], counts["value"], strict=True)}
        met = any(_one_in(v, people, row["value"]) for v in counts["value"])
        shown = ", ".join(f"{v:.2f} by the count on basis {b}" for b, v in worked.items())
        yield finding(
            "people_per_offender",
            met,
            "area_figures",
            row,
            f"{area}, {date:%Y-%m-%d}: one in {row['value']:g} printed; {shown}",
            area,
        )


def changes_meet_counts(data: Data) -> Iterator[Finding]:
    """A printed change on the year must meet the counts of both years on some printed basis."""
    printed = _printed(data, "area_figures")
    for measure in ("rso_change_count", "rso_change_pct"):
        for line, row in data.rows(measure, basis=None).iterrows():
            area, date = row["area"], row["date"]
            before = date - pd.DateOffset(years=1)
            now, then = _counts_of(data, area, date), _counts_of(data, area, before)
            if now.empty or then.empty:
                continue
            tried = []
            for a in now.itertuples():
                for b in then.itertuples():
                    change = a.value - b.value
                    if measure == "rso_change_pct":
                        change = (a.value / b.value - 1) * 100
                        change = float(half_up(change, decimals(printed[line])))
                    tried.append((change == row["value"], a, b, change))
            met = [x for x in tried if x[0]]
            _, a, b, change = (met or tried)[0]
            unit = "%" if measure == "rso_change_pct" else " people"
            circular = "derived" in {a.quality, b.quality}
            bases = "" if a.basis == b.basis else f" (across bases: {b.basis} to {a.basis})"
            extra = "; one of the counts is derived from this change, so it proves nothing"
            yield finding(
                "change_meets_counts",
                None if circular and met else bool(met),
                "area_figures",
                now.iloc[0],
                f"{area}, {date:%Y-%m-%d}: {b.value:.0f} to {a.value:.0f} is {change:g}{unit}"
                f"{bases}, printed {row['value']:g}{unit} (row {line}){extra if circular else ''}",
                area,
            )


def national_growth_meets_counts(data: Data) -> Iterator[Finding]:
    """Printed national growth since an earlier year must meet the two counts."""
    counts = data.national("rso_count")
    for _, row in data.national_rows("rso_growth_percent", parts=True).iterrows():
        found = re.search(r"(\d{4})(?:/(\d\d))?", row["category"])
        if not found:
            continue
        year = int(found[1]) + (1 if found[2] else 0)
        start, end = pd.Timestamp(year, 3, 31), row["date"]
        if start not in counts or end not in counts:
            continue
        worked = (counts[end] / counts[start] - 1) * 100
        yield finding(
            "growth_meets_counts",
            rounds_to(worked, row["value"]),
            "national_figures",
            row,
            f"{data.nation}: {counts[start]:.0f} to {counts[end]:.0f} is {worked:.1f}%, "
            f"printed {row['value']:g}%",
        )


def categories_sum(data: Data) -> Iterator[Finding]:
    """Categories 1 to 3, and 4 from when it is printed, must sum to the total."""
    parts = [data.national(m) for m in ("rso_count", "category2_count", "category3_count")]
    fourth = data.national("category4_count")
    for _, row in data.national_rows("total_count", parts=True).iterrows():
        date = row["date"]
        if not all(date in p.index for p in parts):
            continue
        summed = sum(float(p[date]) for p in parts) + float(fourth.get(date, 0))
        last = 4 if date in fourth.index else 3
        yield finding(
            "categories_sum_to_total",
            summed == row["value"],
            "national_figures",
            row,
            f"{date:%Y-%m-%d}: categories 1 to {last} sum to {summed:.0f}, total "
            f"{row['value']:.0f}",
        )


def register_sums(data: Data) -> Iterator[Finding]:
    """Early police computer counts: registered and not registered sum to required."""
    registered, missing = (
        data.national("register_registered"),
        data.national("register_not_registered"),
    )
    for _, row in data.national_rows("register_required", parts=True).iterrows():
        date = row["date"]
        if date not in registered or date not in missing:
            continue
        summed = registered[date] + missing[date]
        yield finding(
            "register_sums",
            summed == row["value"],
            "national_figures",
            row,
            f"{date:%Y-%m-%d}: registered and not registered sum to {summed:.0f}, required "
            f"{row['value']:.0f}",
        )


def pool_is_plausible(data: Data) -> Iterator[Finding]:
    """What the known counts leave over must be a plausible rate of the areas without a count."""
    for date in data.dates:
        counts, people = data.counts(date), data.people(date)
        nation = data.national_rows("rso_count", date).iloc[0]
        rest = people.drop(counts.index)
        left = nation["value"] - counts.sum()
        if rest.empty:
            yield finding(
                "areas_sum_to_nation",
                left == 0,
                "national_figures",
                nation,
                f"{date:%Y-%m-%d}: all {len(counts)} areas sum to {counts.sum():.0f}, nation "
                f"{nation['value']:.0f}",
            )
            continue
        pool = left / rest.sum() * PER
        national = nation["value"] / people.sum() * PER
        # Averages over many areas vary far less than areas; a factor of two is out of the question.
        ok = national / 2 < pool < national * 2
        yield finding(
            "pool_is_plausible",
            ok,
            "national_figures",
            nation,
            f"{date:%Y-%m-%d}: {len(rest)} areas without a count hold {left:.0f} people, "
            f"{pool:.1f} per 100,000 against {national:.1f} nationally",
        )


def level1_within_all(data: Data) -> Iterator[Finding]:
    """Those under ordinary management cannot outnumber everyone managed."""
    narrow = data.rows("rso_count", basis="level_1", preferred=False)
    for _, row in narrow.iterrows():
        wide = data.counts(row["date"])
        if row["area"] in wide:
            yield finding(
                "level_1_within_all",
                row["value"] <= wide[row["area"]],
                "area_figures",
                row,
                f"{row['area']}, {row['date']:%Y-%m-%d}: {row['value']:.0f} at level 1 of "
                f"{wide[row['area']]:.0f}",
                row["area"],
            )


def figures_not_repeated(data: Data) -> Iterator[Finding]:
    """A one in N without a count, and any rate beside it, must not be another area's that day."""
    rows = data.rows(["rso_rate_per_100k", "people_per_rso"])
    printed = rows.pivot(index=["date", "area"], columns="measure", values="value")
    for _, row in rows[rows["measure"] == "people_per_rso"].iterrows():
        area, date = row["area"], row["date"]
        if area in data.counts(date):
            continue
        own, others = printed.loc[date, area].dropna(), printed.loc[date].drop(area)
        alike = others.index[(others[own.index] == own).all(axis=1)]
        yield finding(
            "figures_not_repeated",
            alike.empty,
            "area_figures",
            row,
            f"{area}, {date:%Y-%m-%d}: one in {row['value']:g} and any rate beside it are those "
            f"of {', '.join(alike) or 'no other area'}",
            area,
        )


RECONCILIATIONS = (
    rates_meet_counts,
    early_rates_meet_counts,
    national_rates_meet_counts,
    people_per_offender,
    changes_meet_counts,
    national_growth_meets_counts,
    categories_sum,
    register_sums,
    pool_is_plausible,
    level1_within_all,
    figures_not_repeated,
    *OF_TABLES,
)
