"""Tables of the growth question: frames of numbers, written when they are shown."""

import functools

import pandas as pd

from mappa.growth.change import Span
from mappa.growth.measures import Measure
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.growth.trends import MODELS, Trend
from mappa.growth.validation import BENCHMARKS, TESTS
from mappa.words import Prose, Table
from mappa.words import numbers as n
from mappa.words.growth.answer import basis_name
from mappa.words.tables import Written

NO_TABLE = Prose("There is no table, because none of these figures is known.")
_WHOLE = functools.partial(n.percent, decimals=0)
_POINTS = functools.partial(n.number, decimals=1)
_SIGNED = functools.partial(n.number, decimals=1, sign=True)
#: How each column of the records is written, unless a table says otherwise.
_WRITTEN: dict[str, Written] = {
    **dict.fromkeys(["date", "start", "end"], n.day),
    **dict.fromkeys(["value", "from_value", "to_value", "low", "high", "total"], n.count),
    **dict.fromkeys(["category1", "category2", "category3"], n.count),
    **dict.fromkeys(["count", "median", "low90", "high90"], n.count),
    **dict.fromkeys(["share1", "share2", "share3"], n.percent),
    "change": n.change,
    "annual_growth": n.growth,
    "level": _WHOLE,
    "p_value": n.probability,
    "autocorrelation": "{:.2f}",
}


def _table(
    caption: str, frame: pd.DataFrame, names: dict[str, str], note: str = "", **formats: Written
) -> Table | Prose:
    """Return the columns of a frame of records that have *names*, or that nothing is known."""
    if "basis" in frame:
        frame = frame.assign(basis=frame["basis"].map(basis_name))
    made = Table.of(caption, frame, names, _WRITTEN | formats, note)
    return made if len(frame) else NO_TABLE


def nation(record: GrowthRecord) -> Table | Prose:
    """Return every official national value and the growth between neighbours on one basis."""
    points = Point.to_frame(record.national_series)
    moves = ["change", "annual_growth", "years"]
    spans = Span.to_frame(record.national_years)[["end", "basis", *moves]]
    both = points.merge(spans, how="left", left_on=["date", "basis"], right_on=["end", "basis"])
    used = both["preferred"].astype(bool)
    both[moves] = both[moves].where(used)
    known = both["quality"].where(used, both["quality"] + ", another value published")
    names = {"date": "Date", "value": "People", "change": "Change",
             "annual_growth": "Growth a year", "years": "Over years", "basis": "Basis",
             "quality": "Known as"}  # fmt: skip
    return _table(
        f"Official values of {record.nation} up to {n.day(record.as_of)}",
        both.assign(quality=known),
        names,
        "Change and growth are empty where the basis changes or no earlier value is known.",
    )


def periods(record: GrowthRecord) -> Table | Prose:
    """Return national compound growth by period."""
    names = {"start": "From", "end": "To", "from_value": "People then",
             "to_value": "People after", "change": "Change", "annual_growth": "Growth a year",
             "basis": "Basis"}  # fmt: skip
    return _table(
        f"Compound growth of {record.nation} by period",
        Span.to_frame(record.national_periods),
        names,
        "A period never crosses a basis; a long one is cut again near its middle.",
    )


def trends(record: GrowthRecord) -> Table | Prose:
    """Return the trend of the national yearly increase by scale and model."""
    found = Trend.to_frame(record.trends)
    signed = functools.partial(n.number, decimals=2, sign=True)
    years = record.trends[0].years if record.trends else 0
    names = {"model": "Model", "scale": "Increase in", "slope": "Slope a year",
             "low": "95% from", "high": "to", "autocorrelation": "Autocorrelation",
             "verdict": "Verdict"}  # fmt: skip
    return _table(
        f"Trend of the yearly increase in {record.nation}, by model",
        found.assign(model=found["model"].map(MODELS), verdict=[t.verdict for t in record.trends]),
        names,
        "Slopes in people, or percentage points, a year. "
        f"{years} yearly increases on the present basis.",
        **dict.fromkeys(["slope", "low", "high"], signed),
    )


def categories(record: GrowthRecord) -> Table | Prose:
    """Return categories 1, 2 and 3 and their shares by date."""
    names = {"date": "Date", "category1": "Category 1: registered",
             "category2": "Category 2: violent", "category3": "Category 3: other",
             "total": "Total", "share1": "Share 1", "share2": "Share 2",
             "share3": "Share 3"}  # fmt: skip
    return _table(
        f"MAPPA categories of {record.nation}: who is managed, not how",
        record.categories,
        names,
    )


def orders(record: GrowthRecord) -> Table | Prose:
    """Return the orders imposed by kind and year."""
    found = record.orders
    if found.empty:
        return NO_TABLE
    kinds = list(found["label"].unique())
    shown = found.pivot(index="date", columns="label", values="value")[kinds]
    main = found[found["label"] == kinds[0]].set_index("date")["per_registered"]
    shown[f"{kinds[0]} per 100 registered"] = main
    shown = shown.rename_axis(index="year to").reset_index()
    shown.columns = [str(c)[0].upper() + str(c)[1:] for c in shown.columns]
    first, *middle, last = shown.columns
    formats: dict[str, Written] = {first: n.day, last: "{:.2f}", **dict.fromkeys(middle, n.count)}
    caption = f"Orders imposed in {record.nation}, by year"
    return Table(caption, shown, formats=formats)


def series(record: GrowthRecord) -> Table | Prose:
    """Return every count, estimate and forecast of the force."""
    points = Point.to_frame([*record.series, *record.later_counts])
    points.loc[points.index >= len(record.series), "kind"] = "count, later than the answer"
    doubt = record.year_test.doubt
    if doubt is not None:
        doubted = (points["kind"] == "estimate") & (points["date"] == doubt.date)
        why = f"follows a printed {n.growth(doubt.growth)} which is probably wrong"
        points.loc[doubted, "note"] = f"doubtful: {why}"
    names = {"date": "Date", "value": "People", "low": "From", "high": "To", "level": "Interval",
             "kind": "Kind", "basis": "Basis", "quality": "Known as", "note": "Note"}  # fmt: skip
    return _table(
        f"Counts, estimates and forecasts of {record.force}",
        points,
        names,
        "The interval of a count shows how far a count of its size varies by chance.",
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
        found,
        names,
        "Exact Poisson intervals; p is two-sided against the national rate. Empty: not known.",
        **dict.fromkeys(["rate", "low", "high", "national_rate"], "{:.2f}"),
    )


def validation(record: GrowthRecord) -> Table | Prose:
    """Return coverage, sharpness and errors of the model and the plain rules, in log points."""
    frame = pd.DataFrame(map(vars, record.validation))
    if frame.empty:
        return NO_TABLE
    ahead = [f", {s.horizon} ahead" if s.horizon else "" for s in record.validation]
    frame["test"] = frame["test"].map(TESTS) + ahead
    names = {"test": "Test", "cases": "Counts", "areas": "Areas", "cover50": "In 50%",
             "cover90": "In 90%", "cover90_se": "SE", "width90": "Width of 90%",
             "score90": "Interval score", "bias": "Bias", "bias_se": "SE of bias",
             "mean_error": "Mean error"}  # fmt: skip
    for rule, name in BENCHMARKS.items():
        gains = [s.benchmarks.get(rule, {}).get("gain") for s in record.validation]
        frame[rule], names[rule] = pd.Series(gains, dtype=float), f"Mean error less: {name}"
    logs = list(names)[6:]
    frame[logs] *= 100
    return _table(
        "How the model did on known counts hidden from it",
        frame,
        names,
        "Errors, widths and scores in log points (about percent). The last columns give the "
        "model's mean error less the plain rule's: below zero the model is better. Settings "
        "were compared on these same counts and origins use today's figures, so the scores are "
        "somewhat too good.",
        **dict.fromkeys(["cover50", "cover90", "cover90_se"], _WHOLE),
        **(dict.fromkeys(logs, _POINTS) | dict.fromkeys(["bias", *BENCHMARKS], _SIGNED)),
    )


def estimates(frame: pd.DataFrame, record: GrowthRecord) -> Table | Prose:
    """Return the estimate of every area on the record's day, and by how much they fall short.

    *frame* has, by area, ``median``, ``low90``, ``high90`` and ``count`` (NaN where none is known).
    """
    whole = [p for p in record.national_series if p.preferred][-1].value
    less = whole - frame["median"].sum()
    names = {"area": "Area", "count": "Count", "median": "Estimate, middle", "low90": "90% from",
             "high90": "to"}  # fmt: skip
    return _table(
        f"The model's estimate of every area on {n.day(record.as_of)}",
        frame.reset_index(),
        names,
        f"The medians of all areas {'fall short of' if less > 0 else 'exceed'} the "
        f"{n.count(whole)} of {record.nation} by {n.count(abs(less))} people, or "
        f"{n.percent(abs(less) / whole, 2)}: each draw sums to the national count, but medians do "
        "not. Where there is a count, the count is used.",
    )
