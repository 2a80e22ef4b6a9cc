"""Check the figures: reconcile what can be, excuse what is known, say what nothing can catch.

A reconciliation is a generator of findings that compares figures printed independently of one
another; it knows nothing of exceptions. Rounding is the Ministry's: half up, to the printed
decimals.
"""

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator

import pandas as pd

from mappa.data.check_tables import OF_TABLES, Finding, finding
from mappa.data.load import Data
from mappa.data.schema import CELLS, read_text_table
from mappa.printed import PER, counts_behind, decimals, half_up, rounds_to

#: An early rate (before the denominators are known) must be met within this share of itself.
EARLY_TOLERANCE = 0.03
#: Checks that would notice a wrong count, and so vouch for it (a loose check does not).
_VOUCHES = {"rate_meets_count", "change_meets_counts", "categories_sum_to_total"}
_VOUCHES |= {"areas_sum_to_nation", "national_rate_meets_count"}


def run_checks(data: Data) -> list[Finding]:
    """Return a finding for each thing compared, each exception and each row nothing vouches for.

    A misfit that is listed in ``exceptions.csv`` with the very value it was excused for is
    ``excused``; an exception that excuses nothing any more is a failure, and so is one whose value
    has changed since.
    """
    findings = [f for reconcile in RECONCILIATIONS for f in reconcile(data)]
    findings, used = excuse(findings, data.exceptions)
    return [*findings, *_idle(data.exceptions, used), *_unguarded(data, findings)]


def excuse(findings: list[Finding], exceptions: pd.DataFrame) -> tuple[list[Finding], set[int]]:
    """Return the findings with known misfits excused, and the lines of the exceptions used."""
    known: dict[tuple[str | float | None, ...], pd.Series] = {}
    for _, e in exceptions.iterrows():
        cell = e["check"], e["table"], e["area"], f"{e['date']:%Y-%m-%d}", e["measure"]
        known.setdefault((*cell, float(e["value"])), e)
    used, out = set(), []
    for f in findings:
        if f.status == "fail" and (e := known.get(f.cell)) is not None:
            used.add(int(e.name))
            f = dataclasses.replace(f, status="excused", message=f"{f.message}. {e['reason']}")
        out.append(f)
    return out, used


def _idle(exceptions: pd.DataFrame, used: set[int]) -> Iterator[Finding]:
    for line, e in exceptions.drop(index=list(used)).iterrows():
        area, date = e["area"], f"{e['date']:%Y-%m-%d}"
        said = f"the exception to {e['check']} for {area or 'the nation'}, {date}, excuses "
        said += "nothing now: remove it, or mend the row it was for"
        named = "exception_is_needed", "fail", "exceptions", int(str(line)), area, date
        yield Finding(*named, e["measure"], float(e["value"]), said)


def _unguarded(data: Data, findings: list[Finding]) -> Iterator[Finding]:
    """Counts whose digits could be exchanged without any check noticing."""
    guarded = {
        (f.table, f.row)
        for f in findings
        if f.check in _VOUCHES and f.status in {"pass", "excused"}
    }
    for table in CELLS:
        frame = getattr(data, table)
        stocks = frame[frame["measure"].str.endswith("_count") & frame["preferred"]]
        for line, row in stocks[stocks["measure"] != "rso_change_count"].iterrows():
            if (table, line) not in guarded:
                said = f"{row.get('area', data.nation)}, {row['date']:%Y-%m-%d}, {row['measure']} "
                said += f"{row['value']:g}: no other printed figure vouches for it"
                yield finding("no_check_can_catch", None, row, said)


# Reconciliations -------------------------------------------------------------------------------


@functools.lru_cache(maxsize=16)
def _printed(data: Data, table: str) -> pd.Series:
    """Return the values of a table as they are written, by line of the file."""
    return read_text_table(data.folder / f"{table}.csv")["value"]


def _preferred(data: Data) -> dict[tuple[str, pd.Timestamp, str], pd.Series]:
    """Return the preferred counts by area, date and basis."""
    rows = data.rows("rso_count", basis=None)
    return {(row["area"], row["date"], row["basis"]): row for _, row in rows.iterrows()}


def _counts_of(data: Data, area: str, date: pd.Timestamp) -> pd.DataFrame:
    """Every printed count of an area and day, widest basis first."""
    rows = data.rows("rso_count", area, date, basis=None, preferred=False)
    return rows.sort_values(["preferred", "basis"], ascending=[False, True])


def _where(row: pd.Series) -> str:
    return f"{row['area']}, {row['date']:%Y-%m-%d}"


def rates_meet_counts(data: Data) -> Iterator[Finding]:
    """Count over population must round to the printed rate; a rate alone bounds the count."""
    printed, counts = _printed(data, "area_figures"), _preferred(data)
    for line, rate in data.rows("rso_rate_per_100k", basis=None).iterrows():
        if rate["date"] not in data.mid_years:
            continue
        people = int(data.people(rate["date"])[rate["area"]])
        count = counts.get((rate["area"], rate["date"], rate["basis"]))
        if count is None:
            low, high = counts_behind(rate["value"], people, decimals(printed[line]))
            said = f"no count; the printed rate {rate['value']:g} means {low} to {high} people"
            ok = None if low <= high else False
            yield finding("rate_bounds_count", ok, rate, f"{_where(rate)}: {said}")
            continue
        worked = count["value"] / people * PER
        said = f"{_where(rate)}: {count['value']:.0f} / {people} is {worked:.3f} per 100,000, "
        said += f"printed {rate['value']:g} (row {line})"
        yield finding("rate_meets_count", rounds_to(worked, printed[line]), count, said)


def early_rates_meet_counts(data: Data) -> Iterator[Finding]:
    """Rates printed before the denominators are known: per person of any age, met loosely."""
    everyone = data.population.set_index(["area", "mid_year"])["population_all"]
    counts = _preferred(data)
    for line, rate in data.rows("rso_rate_per_100k", basis=None).iterrows():
        area, date = rate["area"], rate["date"]
        count = counts.get((area, date, rate["basis"]))
        years = [y for y in (date.year - 1, date.year) if (area, y) in everyone.index]
        if date in data.mid_years or count is None or not years:
            continue
        worked = count["value"] / everyone[area, years[0]] * PER
        said = f"{_where(rate)}: {worked:.1f} per 100,000 of the whole population at "
        said += f"mid-{years[0]}, printed {rate['value']:g} (row {line}); met within "
        said += f"{EARLY_TOLERANCE:.0%}, a loose check"
        ok = abs(worked / rate["value"] - 1) <= EARLY_TOLERANCE
        yield finding("early_rate_near_count", ok, count, said)


def national_rates_meet_counts(data: Data) -> Iterator[Finding]:
    """The national count must meet the printed national rate and the printed one in N people."""
    printed = _printed(data, "national_figures")
    counts = {c["date"]: c for _, c in data.national_rows("rso_count").iterrows()}
    rates = data.national_rows(["rso_rate_per_100k", "rso_one_per_n_aged10"], parts=True)
    for line, rate in rates.iterrows():
        date = rate["date"]
        if date not in counts or date not in data.mid_years:
            continue
        count, people, shown = counts[date], int(data.people(date).sum()), f"{rate['value']:g}"
        where = f"{data.nation}, {date:%Y-%m-%d}: {count['value']:.0f}"
        if rate["measure"] == "rso_rate_per_100k":
            worked = count["value"] / people * PER
            ok = rounds_to(worked, printed[line])
            said = f"{where} / {people} is {worked:.3f} per 100,000, printed {shown} (row {line})"
            yield finding("national_rate_meets_count", ok, count, said)
        else:
            ok = _one_in(count["value"], people, rate["value"])
            said = f"{where} of {people} is one in {people / count['value']:.2f}, printed {shown}"
            yield finding("national_one_in_n_meets_count", ok, rate, said)


def _one_in(count: float, people: float, printed: float) -> bool:
    """Return whether *printed* is people for each offender, or 100,000 over the rate as printed."""
    rate = float(half_up(count / people * PER))
    return any(rounds_to(n, printed) for n in (people / count, PER / rate))


def people_per_offender(data: Data) -> Iterator[Finding]:
    """'One in every N people aged 10 and over' must meet one of the counts printed that day."""
    for _, row in data.rows("people_per_rso", basis=None).iterrows():
        counts = _counts_of(data, row["area"], row["date"])
        if counts.empty or row["date"] not in data.mid_years:
            continue
        people = int(data.people(row["date"])[row["area"]])
        if row["basis"] in set(counts["basis"]):
            counts = counts[counts["basis"] == row["basis"]]
        worked = {b: people / v for b, v in zip(counts["basis"], counts["value"], strict=True)}
        met = any(_one_in(v, people, row["value"]) for v in counts["value"])
        shown = ", ".join(f"{v:.2f} by the count on basis {b}" for b, v in worked.items())
        said = f"{_where(row)}: one in {row['value']:g} printed; {shown}"
        yield finding("people_per_offender", met, row, said)


def changes_meet_counts(data: Data) -> Iterator[Finding]:
    """A printed change on the year must meet the counts of both years on some printed basis."""
    printed = _printed(data, "area_figures")
    rows = [data.rows(m, basis=None) for m in ("rso_change_count", "rso_change_pct")]
    for line, row in pd.concat(rows).iterrows():
        now = _counts_of(data, row["area"], row["date"])
        then = _counts_of(data, row["area"], row["date"] - pd.DateOffset(years=1))
        percent = row["measure"] == "rso_change_pct"
        tried = []
        for a, b in itertools.product(now.itertuples(), then.itertuples()):
            change = (a.value / b.value - 1) * 100 if percent else a.value - b.value
            change = float(half_up(change, decimals(printed[line]))) if percent else change
            tried.append((change, a, b))
        if not tried:
            continue
        met = [x for x in tried if x[0] == row["value"]]
        change, a, b = (met or tried)[0]
        unit = "%" if percent else " people"
        said = f"{_where(row)}: {b.value:.0f} to {a.value:.0f} is {change:g}{unit}"
        said += "" if a.basis == b.basis else f" (across bases: {b.basis} to {a.basis})"
        said += f", printed {row['value']:g}{unit} (row {line})"
        circular = "derived" in {a.quality, b.quality}
        if circular:
            said += "; one of the counts is derived from this change, so it proves nothing"
        ok = None if circular and met else bool(met)
        yield finding("change_meets_counts", ok, now.iloc[0], said)


def national_growth_meets_counts(data: Data) -> Iterator[Finding]:
    """Printed national growth since an earlier year must meet the two counts."""
    counts = data.national("rso_count")
    for _, row in data.national_rows("rso_growth_percent", parts=True).iterrows():
        found = re.search(r"(\d{4})(?:/(\d\d))?", row["category"])
        start = pd.Timestamp(int(found[1]) + bool(found[2]), 3, 31) if found else None
        if start in counts and row["date"] in counts:
            first, last = counts[start], counts[row["date"]]
            worked = (last / first - 1) * 100
            said = f"{data.nation}: {first:.0f} to {last:.0f} is {worked:.1f}%, printed "
            said += f"{row['value']:g}%"
            yield finding("growth_meets_counts", rounds_to(worked, row["value"]), row, said)


def parts_sum(data: Data) -> Iterator[Finding]:
    """Categories 1 to 3, and 4 where it is printed, must sum to the total.

    So must the early police counts of the registered and the not registered to the required.
    """
    categories = ["rso_count", "category2_count", "category3_count"]
    register = ["register_registered", "register_not_registered"]
    fourth = data.national("category4_count")
    for whole, names in (("total_count", categories), ("register_required", register)):
        for _, row in data.national_rows(whole, parts=True).iterrows():
            date, parts = row["date"], [data.national(name) for name in names]
            if not all(date in part.index for part in parts):
                continue
            check, what, word = "register_sums", "registered and not registered", "required"
            if names is categories:
                parts += [fourth] if date in fourth.index else []
                check, word = "categories_sum_to_total", "total"
                what = f"categories 1 to {len(parts)}"
            summed = sum(float(part[date]) for part in parts)
            said = f"{date:%Y-%m-%d}: {what} sum to {summed:.0f}, {word} {row['value']:.0f}"
            yield finding(check, summed == row["value"], row, said)


def pool_is_plausible(data: Data) -> Iterator[Finding]:
    """What the known counts leave over must be a plausible rate of the areas without a count."""
    for date in data.dates:
        counts, people = data.counts(date), data.people(date)
        nation = data.national_rows("rso_count", date).iloc[0]
        rest = people.drop(counts.index)
        left = nation["value"] - counts.sum()
        if rest.empty:
            said = f"{date:%Y-%m-%d}: all {len(counts)} areas sum to {counts.sum():.0f}, nation "
            said += f"{nation['value']:.0f}"
            yield finding("areas_sum_to_nation", left == 0, nation, said)
            continue
        pool, national = left / rest.sum() * PER, nation["value"] / people.sum() * PER
        said = f"{date:%Y-%m-%d}: {len(rest)} areas without a count hold {left:.0f} people, "
        said += f"{pool:.1f} per 100,000 against {national:.1f} nationally"
        # Averages over many areas vary far less than areas; a factor of two is out of the question.
        ok = national / 2 < pool < national * 2
        yield finding("pool_is_plausible", ok, nation, said)


def level1_within_all(data: Data) -> Iterator[Finding]:
    """Those under ordinary management cannot outnumber everyone managed."""
    for _, row in data.rows("rso_count", basis="level_1", preferred=False).iterrows():
        wide = data.counts(row["date"]).get(row["area"])
        if wide is not None:
            said = f"{_where(row)}: {row['value']:.0f} at level 1 of {wide:.0f}"
            yield finding("level_1_within_all", row["value"] <= wide, row, said)


def figures_not_repeated(data: Data) -> Iterator[Finding]:
    """A one in N without a count, and any rate with it, must not be another area's that day."""
    rows = data.rows(["rso_rate_per_100k", "people_per_rso"])
    printed = rows.pivot(index=["date", "area"], columns="measure", values="value")
    for _, row in rows[rows["measure"] == "people_per_rso"].iterrows():
        area, date = row["area"], row["date"]
        if area in data.counts(date):
            continue
        own, others = printed.loc[date, area].dropna(), printed.loc[date].drop(area)
        alike = others.index[(others[own.index] == own).all(axis=1)]
        said = f"{_where(row)}: one in {row['value']:g} and any rate beside it are those "
        said += f"of {', '.join(alike) or 'no other area'}"
        yield finding("figures_not_repeated", alike.empty, row, said)


RECONCILIATIONS = (
    rates_meet_counts,
    early_rates_meet_counts,
    national_rates_meet_counts,
    people_per_offender,
    changes_meet_counts,
    national_growth_meets_counts,
    parts_sum,
    pool_is_plausible,
    level1_within_all,
    figures_not_repeated,
    *OF_TABLES,
)
