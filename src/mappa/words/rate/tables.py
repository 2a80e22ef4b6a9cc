"""The rate's record in tables, and the explanation of one of its numbers in lines."""

from typing import Any

import pandas as pd

from mappa.rates.explain import Explanation
from mappa.rates.gap import Choice
from mappa.rates.methods import equivalence
from mappa.rates.record import RateRecord
from mappa.records import plain
from mappa.words import Prose, Table
from mappa.words import numbers as n
from mappa.words.tables import Written

#: More rows of an explanation than this are summed up; ``--json`` gives every one.
SHOWN = 8
#: Margins shown with the chosen one.
MARGINS = (0.05, 0.10, 0.15, 0.20, 0.30)


def comparisons(record: RateRecord, *, compared: bool = True) -> pd.DataFrame:
    """Return the ratio to each comparator by each denominator, a row each.

    With *compared* only those with a ratio: the others have a status and their own rate.
    """
    rows = [c.as_dict() for c in record.sensitivity if c.verdict or not compared]
    return pd.DataFrame(rows, columns=list(Choice.declared()))


def of_denominator(record: RateRecord, *, compared: bool = True) -> pd.DataFrame:
    """Return :func:`comparisons` by the denominator of the record alone."""
    rows = comparisons(record, compared=compared)
    return rows[rows["denominator"] == record.denominator].reset_index(drop=True)


def margins(record: RateRecord) -> pd.DataFrame:
    """Return the zone of each margin with the ratio's 90% interval and the verdict.

    The ends of the 90% interval are the one-sided 95% tests, so the verdict can be read off.
    """
    gap = record.gap
    ratio = gap.ratio if gap and gap.ratio else 0.0
    low = gap.ratio_low90 if gap and gap.ratio_low90 else 0.0
    high = gap.ratio_high90 if gap and gap.ratio_high90 else float("inf")
    said = record.matter.margin_verdict if record.matter else ""
    rows = []
    for size in sorted({*MARGINS, record.margin}):
        chosen = size == record.margin
        verdict = said if chosen else equivalence.read_off(low, high, size)
        rows.append((size, *equivalence.zone(size), ratio, low, high, verdict, chosen))
    columns = ["margin", "zone_low", "zone_high", "ratio", "low90", "high90", "verdict", "chosen"]
    return pd.DataFrame(rows, columns=columns)


def verdict(record: RateRecord) -> Table:
    """Return the three parts of the answer, a row each, with value, limits and verdict."""
    r, rows = record, []
    if r.gap:
        limits = r.gap.ratio, r.gap.ratio_low, r.gap.ratio_high
        rows.append(("How large is the gap?", "ratio of the rates", *limits, r.gap.gap_verdict))
    if r.unusual and r.spread and r.own:
        limits = r.own.rate, r.spread.prediction_low, r.spread.prediction_high
        named = "rate, and the range expected from the other areas"
        rows.append(("Is it unusual among areas?", named, *limits, r.unusual.unusual_verdict))
    if r.gap and r.matter:
        limits = r.gap.ratio, r.margin_low, r.margin_high
        named = "ratio, and the range that does not matter"
        rows.append(("Would it matter?", named, *limits, r.matter.margin_verdict))
    columns = ["Question", "Number", "Value", "From", "To", "Verdict"]
    caption = f"Verdict on the rate of {r.force} compared with {r.comparator_label}"
    formats = dict.fromkeys(("Value", "From", "To"), figure)
    return Table(caption, pd.DataFrame(rows, columns=columns), formats=formats)


def methods(record: RateRecord) -> Table | Prose:
    """Return the row of every other method."""
    if not record.methods:
        return Prose("Without a count there is nothing to compute by other methods.")
    frame = pd.DataFrame([row.as_dict() for row in record.methods])
    frame["method"] = [f"{r.method} ({r.note})" if r.note else r.method for r in record.methods]
    named = {"statistic": "What", "value": "Value", "lower": "Lower limit",
             "upper": "Upper limit", "confidence": "Confidence", "p_value": "p-value",
             "method": "Method", "source": "Source"}  # fmt: skip
    number: dict[str, Written] = dict.fromkeys(("value", "lower", "upper"), figure)
    formats = number | {"confidence": n.chosen_share, "p_value": n.probability}
    return Table.of(f"Every other method for {record.force}", frame, named, formats)


def figure(value: float) -> str:
    """Write a number of any statistic: one decimal from 20, four significant figures below."""
    if abs(value) >= 20:
        return n.number(value, 0 if float(value).is_integer() else 1)
    return n.number(value, 4 if abs(value) < 1 else 3)


def comparators(record: RateRecord) -> Table:
    """Return each comparator with its rate, the ratio to it and how it is chosen."""
    rows = of_denominator(record, compared=False)
    named = {"label": "Compared with", "comparator_rate": "Rate", "ratio": "Ratio",
             "ratio_low": "Lower limit", "ratio_high": "Upper limit", "verdict": "Verdict",
             "how_chosen": "How it is chosen"}  # fmt: skip
    rows["verdict"] = rows["verdict"].where(rows["verdict"] != "", rows["status"])
    caption = f"Comparison groups for {record.force}: rates per 100,000 {record.whom}"
    shown = rows[list(named)].rename(columns=named).dropna(axis="columns", how="all")
    ratios = dict.fromkeys(("Ratio", "Lower limit", "Upper limit"), n.ratio)
    return Table(caption, shown, formats={"Rate": n.rate, **ratios})


def lines(explanation: Explanation) -> list[str]:
    """Return the explanation as lines: value, formula, function, rounding, rows, sources."""
    e = explanation
    unit = f" ({e.unit})" if e.unit else ""
    said = [
        f"{e.key}: {_value(e.value)}{unit}",
        f"  meaning    {e.meaning}",
        f"  formula    {e.formula}",
    ]
    if e.worked:
        said.append(f"  worked     {e.worked}")
    said.append(f"  function   {e.function}")
    if e.method_source:
        said.append(f"  method     {e.method_source}")
    said.append(f"  rounding   in words: {e.rounding}; here and in JSON: unrounded")
    said += _listed("rows", [f"{r.table} row {r.row}: {r.cells}" for r in e.rows])
    said += _listed("sources", [f"{s.source}: {s.title} {s.url}".strip() for s in e.sources])
    return said


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    shown = plain(value)
    if isinstance(shown, list):
        return f"{len(shown)} entries" if len(shown) > SHOWN else ", ".join(map(str, shown))
    if isinstance(shown, dict):
        return ", ".join(f"{k} {v}" for k, v in shown.items())
    return str(shown)


def _listed(name: str, items: list[str]) -> list[str]:
    if not items:
        return []
    said = [f"  {name if i == 0 else '':<10} {item}" for i, item in enumerate(items[:SHOWN])]
    more = len(items) - SHOWN
    return [*said, f"  {'':<10} and {more} more (--json lists them)"] if more > 0 else said
