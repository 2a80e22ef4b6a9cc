"""Tables of the growth question: pure functions of the growth record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.growth.trend import MODELS
from mappa.growth.validation import BENCHMARKS, TESTS
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.prose import Prose, capital
from mappa.words.tables import Table

Row = dict[str, str]


def _table(caption: str, rows: list[Row], *text: str, note: str = "") -> Table | Prose:
    """Return *rows*, all columns of numbers but the first and those named *text*."""
    if not rows:
        return words.NO_TABLE
    frame = pd.DataFrame(rows, dtype=str)
    numeric = tuple(c for c in frame.columns[1:] if c not in text)
    return Table(caption, frame, numeric=numeric, note=note)


def _range(low: float | None, high: float | None, write: Any) -> str:
    return "" if low is None else f"{write(low)} to {write(high)}"


def _decimals(places: int, *, sign: bool = False) -> Callable[[float | None], str]:
    return lambda v: "" if v is None else n.number(v, places, sign=sign)


def nation(record: GrowthRecord) -> Table | Prose:
    """Return every official national value and the growth between neighbours on one basis."""
    growth = {(s.end, s.basis): s for s in record.national_years}
    rows = []
    for p in record.national_series:
        s = growth.get((p.date, p.basis)) if p.preferred else None
        rows.append({
            "Date": n.day(p.date),
            "People": n.count(p.value),
            "Change": n.count(s.change, sign=True) if s else "",
            "Growth a year": words.signed(s.annual_growth) if s else "",
            "Over years": n.number(s.years, 0) if s else "",
            "Basis": words.basis_name(p.basis),
            "Known as": p.quality + ("" if p.preferred else ", another value published"),
        })  # fmt: skip
    return _table(
        f"Official values of {record.nation} up to {n.day(record.as_of)}", rows,
        "Basis", "Known as",
        note="Change and growth are empty where the basis changes or no earlier value is known.",
    )  # fmt: skip


def periods(record: GrowthRecord) -> Table | Prose:
    """Return national compound growth by period."""
    rows = [
        {
            "Period": f"{n.day(s.start)} to {n.day(s.end)}",
            "From": n.count(s.from_value),
            "To": n.count(s.to_value),
            "Change": n.count(s.change, sign=True),
            "Growth a year": words.signed(s.annual_growth),
            "Basis": words.basis_name(s.basis),
        }
        for s in record.national_periods
    ]
    return _table(
        f"Compound growth of {record.nation} by period", rows, "Basis",
        note="A period never crosses a basis; a long one is cut again near its middle.",
    )  # fmt: skip


def trends(record: GrowthRecord) -> Table | Prose:
    """Return the trend of the national yearly increase by scale and model."""
    rows = []
    for t in record.trends:
        write = _decimals(0 if t.scale == "people" else 2, sign=True)
        rows.append({
            "Model": MODELS[t.model],
            "Increase in": t.scale,
            "Slope a year": write(t.slope),
            "95% interval": _range(t.low, t.high, write),
            "Autocorrelation": _decimals(2)(t.autocorrelation),
            "Verdict": t.verdict,
        })  # fmt: skip
    years = record.trends[0].years if record.trends else 0
    return _table(
        f"Trend of the yearly increase in {record.nation}, by model", rows,
        "Increase in", "Verdict",
        note=f"Slopes in people, or percentage points, a year. {years} yearly increases on the "
        "present basis.",
    )  # fmt: skip


def categories(record: GrowthRecord) -> Table | Prose:
    """Return categories 1, 2 and 3 and their shares by date."""
    rows = [
        {
            "Date": n.day(c.date),
            "Category 1: registered": n.count(c.category1),
            "Category 2: violent": n.count(c.category2),
            "Category 3: other": n.count(c.category3),
            "Total": n.count(c.total),
            "Share 1": n.percent(c.share1),
            "Share 2": n.percent(c.share2),
            "Share 3": n.percent(c.share3),
        }
        for c in record.categories
    ]
    return _table(f"MAPPA categories of {record.nation}: who is managed, not how", rows)


def orders(record: GrowthRecord) -> Table | Prose:
    """Return the orders imposed by kind and year."""
    kinds = list(dict.fromkeys(o.label for o in record.orders))
    cells = {(o.date, o.label): o for o in record.orders}
    rows: list[Row] = []
    for date in sorted({o.date for o in record.orders}):
        found = {kind: cells.get((date, kind)) for kind in kinds}
        row = {capital(kind): n.count(o.value) if o else "" for kind, o in found.items()}
        main = found[kinds[0]]
        per = n.number(main.per_registered, 2) if main and main.per_registered else ""
        first = f"{capital(kinds[0])} per 100 registered"
        rows.append({"Year to": n.day(date), **row, first: per})
    return _table(f"Orders imposed in {record.nation}, by year", rows)


def series(record: GrowthRecord) -> Table | Prose:
    """Return every count, estimate and forecast of the force."""
    points = [(p, p.kind) for p in record.series]
    points += [(p, "count, later than the answer") for p in record.later_counts]
    rows = [
        {
            "Date": n.day(p.date),
            "People": n.count(p.value),
            "Interval": f"{_range(p.low, p.high, n.count)} ({n.percent(p.level, 0)})",
            "Kind": kind,
            "Basis": words.basis_name(p.basis),
            "Known as": p.quality,
            "Note": _doubted(p, record) or p.note,
        }
        for p, kind in points
    ]
    return _table(
        f"Counts, estimates and forecasts of {record.force}", rows,
        "Kind", "Basis", "Known as", "Note",
        note="The interval of a count shows how far a count of its size varies by chance.",
    )  # fmt: skip


def _doubted(p: Point, record: GrowthRecord) -> str:
    doubt = record.year_test.doubt
    if doubt is None or p.kind != "estimate" or p.date != doubt.date:
        return ""
    return f"doubtful: follows a printed {words.signed(doubt.growth)} which is probably wrong"


def measures(record: GrowthRecord) -> Table | Prose:
    """Return the other measures of the force as rates with exact intervals."""
    rows = []
    for m in record.other_measures:
        write = _decimals(2 if m.per == 100 else 1)
        rows.append({
            "Measure": capital(m.label),
            "Date": n.day(m.date),
            "Value": n.count(m.value),
            "Rate per": f"{n.count(m.per)} {m.per_name}",
            "Rate": write(m.rate),
            "95% interval": _range(m.low, m.high, write),
            "National rate": write(m.national_rate),
            "p": "" if m.p_value is None else n.probability(m.p_value),
            "Caution": m.caution,
        })  # fmt: skip
    return _table(
        f"Other measures of {record.force} up to {n.day(record.as_of)}", rows,
        "Date", "Rate per", "Caution",
        note="Exact Poisson intervals; p is two-sided against the national rate. Empty: not known.",
    )  # fmt: skip


def validation(record: GrowthRecord) -> Table | Prose:
    """Return coverage, sharpness and errors of the model compared with the plain rules."""
    rows = [
        {
            "Test": TESTS[s.test] + (f", {s.horizon} ahead" if s.horizon else ""),
            "Counts": f"{n.count(s.cases)} in {n.count(s.areas)} areas",
            "In 50%": n.percent(s.cover50, 0),
            "In 90%": f"{n.percent(s.cover90, 0)} (SE {n.number(100 * s.cover90_se, 1)})",
            "Width of 90%": n.number(100 * s.width90, 0),
            "Interval score": n.number(100 * s.score90, 0),
            "Median error": n.number(100 * s.median_error, 1),
            "Mean error": n.number(100 * s.mean_error, 1),
        }
        | {f"Mean error less: {name}": _gain(s.benchmarks.get(rule))
           for rule, name in BENCHMARKS.items()}
        for s in record.validation
    ]  # fmt: skip
    return _table(
        "How the model did on known counts hidden from it", rows,
        note="Errors, widths and scores in log points (about percent). The last columns give the "
        "model's mean error less the plain rule's, with a 90% interval from a bootstrap of areas: "
        "below zero the model is better. Settings were compared on these same counts and origins "
        "use today's figures, so the scores are somewhat too good.",
    )  # fmt: skip


def _gain(found: Any) -> str:
    if not found:
        return ""
    write = _decimals(1, sign=True)
    low, high = 100 * found["gain_low"], 100 * found["gain_high"]
    return f"{write(100 * found['gain'])} ({_range(low, high, write)})"
