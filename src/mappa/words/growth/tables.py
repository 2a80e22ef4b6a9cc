"""Tables of the growth question: frames of numbers, written when they are shown."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

from mappa.growth.change import Span
from mappa.growth.measures import Measure
from mappa.growth.national import CategoryYear, OrderYear
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.growth.trends import MODELS, Trend
from mappa.growth.validation import BENCHMARKS, TESTS
from mappa.words import numbers as n
from mappa.words.growth import answer as words
from mappa.words.prose import Prose
from mappa.words.tables import Table

NO_TABLE = Prose("There is no table, because none of these figures is known.")
_CHANGE = functools.partial(n.count, sign=True)
_GROWTH = functools.partial(n.percent, sign=True)
_POINTS = functools.partial(n.number, decimals=1)
_SIGNED = functools.partial(n.number, decimals=1, sign=True)


def _table(caption: str, frame: pd.DataFrame, **told: Any) -> Table | Prose:
    return Table(caption, frame, **told) if len(frame) else NO_TABLE


def nation(record: GrowthRecord) -> Table | Prose:
    """Return every official national value and the growth between neighbours on one basis."""
    points = Point.to_frame(record.national_series)
    spans = Span.to_frame(record.national_years)[
        ["end", "basis", "change", "annual_growth", "years"]
    ]
    both = points.merge(spans, how="left", left_on=["date", "basis"], right_on=["end", "basis"])
    used = both["preferred"].astype(bool)
    shown = pd.DataFrame(
        {
            "Date": both["date"],
            "People": both["value"],
            "Change": both["change"].where(used),
            "Growth a year": both["annual_growth"].where(used),
            "Over years": both["years"].where(used),
            "Basis": both["basis"].map(words.basis_name),
            "Known as": both["quality"].where(used, both["quality"] + ", another value published"),
        }
    )
    return _table(
        f"Official values of {record.nation} up to {n.day(record.as_of)}",
        shown,
        note="Change and growth are empty where the basis changes or no earlier value is known.",
        formats={"Date": n.day, "People": n.count, "Change": _CHANGE, "Growth a year": _GROWTH},
    )


def periods(record: GrowthRecord) -> Table | Prose:
    """Return national compound growth by period."""
    spans = Span.to_frame(record.national_periods)
    names = {"start": "From", "end": "To", "from_value": "People then", "to_value": "People after",
             "change": "Change", "annual_growth": "Growth a year", "basis": "Basis"}  # fmt: skip
    return _table(
        f"Compound growth of {record.nation} by period",
        spans.assign(basis=spans["basis"].map(words.basis_name))[list(names)].rename(columns=names),
        note="A period never crosses a basis; a long one is cut again near its middle.",
        formats={"From": n.day, "To": n.day, "People then": n.count, "People after": n.count,
                 "Change": _CHANGE, "Growth a year": _GROWTH},
    )  # fmt: skip


def trends(record: GrowthRecord) -> Table | Prose:
    """Return the trend of the national yearly increase by scale and model."""
    found = Trend.to_frame(record.trends)
    found["verdict"] = [t.verdict for t in record.trends]
    names = {"model": "Model", "scale": "Increase in", "slope": "Slope a year",
             "low": "95% from", "high": "to", "autocorrelation": "Autocorrelation",
             "verdict": "Verdict"}  # fmt: skip
    signed = functools.partial(n.number, decimals=2, sign=True)
    return _table(
        f"Trend of the yearly increase in {record.nation}, by model",
        found.assign(model=found["model"].map(MODELS))[list(names)].rename(columns=names),
        note="Slopes in people, or percentage points, a year. "
        f"{record.trends[0].years if record.trends else 0} yearly increases on the present basis.",
        formats=dict.fromkeys(["Slope a year", "95% from", "to"], signed)
        | {"Autocorrelation": "{:.2f}"},
    )


def categories(record: GrowthRecord) -> Table | Prose:
    """Return categories 1, 2 and 3 and their shares by date."""
    names = {"date": "Date", "category1": "Category 1: registered",
             "category2": "Category 2: violent", "category3": "Category 3: other",
             "total": "Total", "share1": "Share 1", "share2": "Share 2",
             "share3": "Share 3"}  # fmt: skip
    heads = list(names.values())
    return _table(
        f"MAPPA categories of {record.nation}: who is managed, not how",
        CategoryYear.to_frame(record.categories).rename(columns=names),
        formats={"Date": n.day}
        | dict.fromkeys(heads[1:5], n.count)
        | dict.fromkeys(heads[5:], n.percent),
    )


def orders(record: GrowthRecord) -> Table | Prose:
    """Return the orders imposed by kind and year."""
    found = OrderYear.to_frame(record.orders)
    kinds = list(found["label"].unique())
    shown = found.pivot(index="date", columns="label", values="value")[kinds]
    if kinds:
        main = found[found["label"] == kinds[0]].set_index("date")["per_registered"]
        shown[f"{kinds[0]} per 100 registered"] = main
    shown = shown.rename_axis(index="year to").reset_index()
    shown.columns = [str(c)[0].upper() + str(c)[1:] for c in shown.columns]
    heads = list(shown.columns)
    return _table(
        f"Orders imposed in {record.nation}, by year",
        shown,
        formats={"Year to": n.day} | dict.fromkeys(heads[1:-1], n.count) | {heads[-1]: "{:.2f}"},
    )


def series(record: GrowthRecord) -> Table | Prose:
    """Return every count, estimate and forecast of the force."""
    points = Point.to_frame([*record.series, *record.later_counts])
    points.loc[points.index >= len(record.series), "kind"] = "count, later than the answer"
    doubt = record.year_test.doubt
    if doubt is not None:
        doubted = (points["kind"] == "estimate") & (points["date"] == doubt.date)
        told = f"follows a printed {words.signed(doubt.growth)} which is probably wrong"
        points.loc[doubted, "note"] = f"doubtful: {told}"
    names = {"date": "Date", "value": "People", "low": "From", "high": "To", "level": "Interval",
             "kind": "Kind", "basis": "Basis", "quality": "Known as", "note": "Note"}  # fmt: skip
    whole = functools.partial(n.percent, decimals=0)
    return _table(
        f"Counts, estimates and forecasts of {record.force}",
        points.assign(basis=points["basis"].map(words.basis_name))[list(names)].rename(
            columns=names
        ),
        note="The interval of a count shows how far a count of its size varies by chance.",
        formats={
            "Date": n.day,
            "Interval": whole,
            "People": n.count,
            "From": n.count,
            "To": n.count,
        },
    )


def measures(record: GrowthRecord) -> Table | Prose:
    """Return the other measures of the force as rates with exact intervals."""
    found = Measure.to_frame(record.other_measures)
    found["label"] = found["label"].map(lambda text: text[0].upper() + text[1:])
    found["per"] = [f"{n.count(m.per)} {m.per_name}" for m in record.other_measures]
    names = {"label": "Measure", "date": "Date", "value": "Value", "per": "Rate per",
             "rate": "Rate", "low": "95% from", "high": "to", "national_rate": "National rate",
             "p_value": "p", "caution": "Caution"}  # fmt: skip
    return _table(
        f"Other measures of {record.force} up to {n.day(record.as_of)}",
        found[list(names)].rename(columns=names),
        note="Exact Poisson intervals; p is two-sided against the national rate. Empty: not known.",
        formats={"Date": n.day, "Value": n.count, "p": n.probability}
        | dict.fromkeys(["Rate", "95% from", "to", "National rate"], "{:.2f}"),
    )


def validation(record: GrowthRecord) -> Table | Prose:
    """Return coverage, sharpness and errors of the model beside the plain rules, in log points."""
    rows = []
    for s in record.validation:
        row: dict[str, object] = {
            "Test": TESTS[s.test] + (f", {s.horizon} ahead" if s.horizon else ""),
            "Counts": s.cases,
            "Areas": s.areas,
            "In 50%": s.cover50,
            "In 90%": s.cover90,
            "SE": s.cover90_se,
        }
        logs = {"Width of 90%": s.width90, "Interval score": s.score90, "Bias": s.bias,
                "SE of bias": s.bias_se, "Mean error": s.mean_error}  # fmt: skip
        for rule, name in BENCHMARKS.items():
            gain = s.benchmarks[rule]["gain"] if rule in s.benchmarks else float("nan")
            logs[f"Mean error less: {name}"] = gain
        rows.append(row | {name: 100 * value for name, value in logs.items()})
    shown = pd.DataFrame(rows)
    whole = functools.partial(n.percent, decimals=0)
    plain = dict.fromkeys(["Width of 90%", "Interval score", "SE of bias", "Mean error"], _POINTS)
    return _table(
        "How the model did on known counts hidden from it",
        shown,
        note=(
            "Errors, widths and scores in log points (about percent). The last columns give the "
            "model's mean error less the plain rule's: below zero the model is better. Settings "
            "were compared on these same counts and origins use today's figures, so the scores are "
            "somewhat too good."
        ),
        formats=dict.fromkeys(shown.columns[8:], _SIGNED)
        | dict.fromkeys(["In 50%", "In 90%", "SE"], whole)
        | plain,
    )


def estimates(frame: pd.DataFrame, record: GrowthRecord) -> Table | Prose:
    """Return the estimate of every area on the record's day, and by how much they fall short.

    Parameters
    ----------
    frame: by area ``median``, ``low90``, ``high90`` and ``count`` (NaN where none is known).
    """
    whole = [p for p in record.national_series if p.preferred][-1].value
    less = whole - frame["median"].sum()
    names = {"area": "Area", "count": "Count", "median": "Estimate, middle",
             "low90": "90% from", "high90": "to"}  # fmt: skip
    return _table(
        f"The model's estimate of every area on {n.day(record.as_of)}",
        frame.reset_index()[list(names)].rename(columns=names),
        note=(
            f"The medians of all areas {'fall short of' if less > 0 else 'exceed'} the "
            f"{n.count(whole)} of {record.nation} by {n.count(abs(less))} people, or "
            f"{n.percent(abs(less) / whole, 2)}: each draw sums to the nation, but medians do not. "
            "Where there is a count, the count is used."
        ),
        formats=dict.fromkeys(list(names.values())[1:], n.count),
    )
