"""Tables of the growth question: pure functions of the growth record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.growth.trend import MODELS
from mappa.growth.validation import BENCHMARKS, TESTS
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.tables import Table


def _table(caption: str, columns: Sequence[str], rows: list[list[Any]], **kwargs: Any) -> Table:
    frame = pd.DataFrame(rows, columns=list(columns), dtype=str)
    numeric = kwargs.pop("numeric", tuple(columns[1:]))
    return Table(caption, frame, numeric=tuple(numeric), **kwargs)


def _range(low: float | None, high: float | None, write: Any) -> str:
    return "" if low is None else f"{write(low)} to {write(high)}"


def nation(record: GrowthRecord) -> Table:
    """Return every official national value and the growth between neighbours on one basis."""
    growth = {(s.end, s.basis): s for s in record.national_years}
    rows = []
    for p in record.national_series:
        s = growth.get((p.date, p.basis)) if p.preferred else None
        rows.append(
            [
                n.day(p.date),
                n.count(p.value),
                n.count(s.change, sign=True) if s else "",
                words.signed(s.annual_growth) if s else "",
                n.number(s.years, 0) if s else "",
                words.basis_name(p.basis),
                p.quality + ("" if p.preferred else ", another value published"),
            ]
        )
    return _table(
        f"Official values of {record.nation} up to {n.day(record.as_of)}",
        ["Date", "People", "Change", "Growth a year", "Over years", "Basis", "Known as"],
        rows,
        numeric=("People", "Change", "Growth a year", "Over years"),
        note="Change and growth are empty where the basis changes or no earlier value is known.",
    )


def periods(record: GrowthRecord) -> Table:
    """Return national compound growth by period."""
    rows = [
        [
            f"{n.day(s.start)} to {n.day(s.end)}",
            n.count(s.from_value),
            n.count(s.to_value),
            n.count(s.change, sign=True),
            words.signed(s.annual_growth),
            words.basis_name(s.basis),
        ]
        for s in record.national_periods
    ]
    return _table(
        f"Compound growth of {record.nation} by period",
        ["Period", "From", "To", "Change", "Growth a year", "Basis"],
        rows,
        numeric=("From", "To", "Change", "Growth a year"),
        note="A period never crosses a basis; a long one is cut again near its middle.",
    )


def trends(record: GrowthRecord) -> Table:
    """Return the trend of the national yearly increase by scale and model."""
    rows = []
    for t in record.trends:
        decimals = 0 if t.scale == "people" else 2

        def write(value: float | None, decimals: int = decimals) -> str:
            return n.number(value, decimals, sign=True)

        rows.append(
            [
                MODELS[t.model],
                t.scale,
                write(t.slope),
                _range(t.low, t.high, write),
                "" if t.autocorrelation is None else n.number(t.autocorrelation, 2),
                t.verdict,
            ]
        )
    return _table(
        f"Trend of the yearly increase in {record.nation}, by model",
        [
            "Model",
            "Increase in",
            "Slope a year",
            "95% interval",
            "Autocorrelation",
            "Verdict",
        ],
        rows,
        numeric=("Slope a year", "95% interval", "Autocorrelation"),
        note="Slopes in people, or percentage points, a year. "
        f"{record.trends[0].years if record.trends else 0} yearly increases on the present basis.",
    )


def categories(record: GrowthRecord) -> Table:
    """Return categories 1, 2 and 3 and their shares by date."""
    rows = [
        [
            n.day(c.date),
            *(n.count(v) for v in (c.category1, c.category2, c.category3, c.total)),
            *(n.percent(v) for v in (c.share1, c.share2, c.share3)),
        ]
        for c in record.categories
    ]
    return _table(
        f"MAPPA categories of {record.nation}: who is managed, not how",
        [
            "Date",
            "Category 1: registered",
            "Category 2: violent",
            "Category 3: other",
            "Total",
            "Share 1",
            "Share 2",
            "Share 3",
        ],
        rows,
    )


def orders(record: GrowthRecord) -> Table:
    """Return the orders imposed by kind and year."""
    kinds = list(dict.fromkeys(o.label for o in record.orders))
    cells = {(o.date, o.label): o for o in record.orders}
    rows = []
    for date in sorted({o.date for o in record.orders}):
        found = [cells.get((date, kind)) for kind in kinds]
        main = found[0]
        rows.append(
            [
                n.day(date),
                *(n.count(o.value) if o else "" for o in found),
                n.number(main.per_registered, 2) if main and main.per_registered else "",
            ]
        )
    heads = [kind[0].upper() + kind[1:] for kind in kinds]
    first = f"{heads[0]} per 100 registered" if heads else "Per 100 registered"
    return _table(f"Orders imposed in {record.nation}, by year", ["Year to", *heads, first], rows)


def series(record: GrowthRecord) -> Table:
    """Return every count, estimate and forecast of the force."""
    rows = []
    points = [(p, p.kind) for p in record.series]
    points += [(p, "count, later than the answer") for p in record.later_counts]
    for p, kind in points:
        level = f"{n.percent(p.level, 0)}"
        rows.append(
            [
                n.day(p.date),
                n.count(p.value),
                f"{_range(p.low, p.high, n.count)} ({level})",
                kind,
                words.basis_name(p.basis),
                p.quality,
                _doubted(p, record) or p.note,
            ]
        )
    return _table(
        f"Counts, estimates and forecasts of {record.force}",
        ["Date", "People", "Interval", "Kind", "Basis", "Known as", "Note"],
        rows,
        numeric=("People", "Interval"),
        note="The interval of a count shows how far a count of its size varies by chance.",
    )


def _doubted(p: Point, record: GrowthRecord) -> str:
    doubt = record.year_test.doubt
    if doubt is None or p.kind != "estimate" or p.date != doubt.date:
        return ""
    return f"doubtful: follows a printed {words.signed(doubt.growth)} which is probably wrong"


def measures(record: GrowthRecord) -> Table:
    """Return the other measures of the force as rates with exact intervals."""
    rows = []
    for m in record.other_measures:
        decimals = 2 if m.per == 100 else 1

        def write(value: float | None, decimals: int = decimals) -> str:
            return "" if value is None else n.number(value, decimals)

        rows.append(
            [
                m.label[0].upper() + m.label[1:],
                n.day(m.date),
                n.count(m.value),
                f"{n.count(m.per)} {m.per_name}",
                write(m.rate),
                _range(m.low, m.high, write),
                write(m.national_rate),
                "" if m.p_value is None else n.probability(m.p_value),
                m.caution,
            ]
        )
    return _table(
        f"Other measures of {record.force} up to {n.day(record.as_of)}",
        [
            "Measure",
            "Date",
            "Value",
            "Rate per",
            "Rate",
            "95% interval",
            "National rate",
            "p",
            "Caution",
        ],
        rows,
        numeric=("Value", "Rate", "95% interval", "National rate", "p"),
        note="Exact Poisson intervals; p is two-sided against the national rate. Empty: not known.",
    )


def validation(record: GrowthRecord) -> Table:
    """Return coverage, sharpness and errors of the model beside the plain rules."""
    rows = []
    for s in record.validation:
        rules = []
        for rule in BENCHMARKS:
            found = s.benchmarks.get(rule)
            rules.append(
                f"{n.number(100 * found['gain'], 1, sign=True)} "
                f"({_range(100 * found['gain_low'], 100 * found['gain_high'], _one)})"
                if found
                else ""
            )
        rows.append(
            [
                TESTS[s.test] + (f", {s.horizon} ahead" if s.horizon else ""),
                f"{n.count(s.cases)} in {n.count(s.areas)} areas",
                n.percent(s.cover50, 0),
                f"{n.percent(s.cover90, 0)} (SE {n.number(100 * s.cover90_se, 1)})",
                n.number(100 * s.width90, 0),
                n.number(100 * s.score90, 0),
                n.number(100 * s.median_error, 1),
                n.number(100 * s.mean_error, 1),
                *rules,
            ]
        )
    return _table(
        "How the model did on known counts hidden from it",
        [
            "Test",
            "Counts",
            "In 50%",
            "In 90%",
            "Width of 90%",
            "Interval score",
            "Median error",
            "Mean error",
            *(f"Mean error less: {name}" for name in BENCHMARKS.values()),
        ],
        rows,
        note=(
            "Errors, widths and scores in log points (about percent). The last columns give the "
            "model's mean error less the plain rule's, with a 90% interval from a bootstrap of "
            "areas: below zero the model is better. Settings were compared on these same counts "
            "and origins use today's figures, so the scores are somewhat too good."
        ),
    )


def _one(value: float | None) -> str:
    return n.number(value, 1, sign=True)
