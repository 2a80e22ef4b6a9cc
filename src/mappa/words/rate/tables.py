"""The rate's record in tables: pure functions of the record."""

from __future__ import annotations

import pandas as pd

from mappa.rates.methods import equivalence
from mappa.rates.record import RateRecord
from mappa.rates.sensitivity import Choice, one_question
from mappa.words import numbers as n
from mappa.words.tables import Table

RATE = "Rate per 100,000"
#: Margins shown beside the chosen one.
MARGINS = (0.05, 0.10, 0.15, 0.20, 0.30)


def comparisons(record: RateRecord, labels: dict[str, str]) -> pd.DataFrame:
    """Return the ratio to each comparator on the date, by each denominator, score method.

    Parameters
    ----------
    labels: name of a comparator -> its words, in the order wanted.
    """
    rows = one_question(record.sensitivity, record.as_of)
    frame = pd.DataFrame([c.as_dict() for c in rows], columns=list(Choice.declared()))
    frame.insert(0, "label", frame["comparator"].map(labels))
    order = {name: i for i, name in enumerate(labels)}
    return frame.sort_values("comparator", key=lambda c: c.map(order), kind="stable")


def of_denominator(record: RateRecord, labels: dict[str, str]) -> pd.DataFrame:
    """Return :func:`comparisons` by the denominator of the record alone."""
    rows = comparisons(record, labels)
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
    shown = sorted({*MARGINS, record.margin})
    rows = []
    for size in shown:
        zone = equivalence.zone(size)
        rows.append(
            {
                "margin": size,
                "zone_low": zone[0],
                "zone_high": zone[1],
                "ratio": ratio,
                "low90": low,
                "high90": high,
                "verdict": (
                    said if size == record.margin else equivalence.read_off(low, high, size)
                ),
                "chosen": size == record.margin,
            }
        )
    return pd.DataFrame(rows)


def verdict(record: RateRecord) -> Table:
    """Return the three parts of the answer, a row each."""
    r, unknown = record, ("not known", "not known")
    rows = [("How large is the gap?", *unknown), ("Is it unusual among areas?", *unknown)]
    rows.append(("Would it matter?", *unknown))
    if r.gap:
        span = n.interval(r.gap.ratio_low, r.gap.ratio_high, n.ratio, _level(r.confidence))
        rows[0] = (rows[0][0], f"ratio {n.ratio(r.gap.ratio)} {span}", r.gap.gap_verdict)
    if r.unusual and r.spread:
        span = f"{n.rate(r.spread.prediction_low)} to {n.rate(r.spread.prediction_high)}"
        z = n.number(r.unusual.z_overdispersed, 2, sign=True)
        rows[1] = (rows[1][0], f"expected {span}, z {z}", r.unusual.unusual_verdict)
    if r.matter:
        zone = f"zone {n.ratio(r.margin_low)} to {n.ratio(r.margin_high)}"
        p = f"equivalence p {n.probability(r.matter.equivalence_p)}"
        rows[2] = (rows[2][0], f"{zone}, {p}", r.matter.margin_verdict)
    return Table(
        caption=f"Verdict on the rate of {r.force}, {n.day(r.as_of)}, against {r.comparator_label}",
        frame=pd.DataFrame(rows, columns=["Question", "Number", "Verdict"]),
        note=(
            "Expected: 95% prediction interval from the other areas with a count. Rates per people "
            f"{r.denominator}."
        ),
    )


def methods(record: RateRecord) -> Table:
    """Return every method's row."""
    frame = pd.DataFrame(
        [
            {
                "What": row.statistic,
                "Value": row.value,
                "Lower limit": row.lower,
                "Upper limit": row.upper,
                "Confidence": row.confidence,
                "p-value": row.p_value,
                "Method": row.method + (f" ({row.note})" if row.note else ""),
                "Source": row.source,
            }
            for row in record.methods
        ]
    )
    number = dict.fromkeys(("Value", "Lower limit", "Upper limit"), figure)
    return Table(
        caption=f"Every method for {record.force}, {n.day(record.as_of)}",
        frame=frame,
        formats={**number, "Confidence": _level, "p-value": n.probability},
    )


def figure(value: float) -> str:
    """Write a number of any statistic: one decimal from 20, four significant figures below."""
    if abs(value) >= 20:
        return n.number(value, 0 if float(value).is_integer() else 1)
    return n.number(value, 4 if abs(value) < 1 else 3)


def _level(share: float) -> str:
    return n.percent(share, 0 if round(1000 * share) % 10 == 0 else 1)


def comparators(record: RateRecord, labels: dict[str, str], how: dict[str, str]) -> Table:
    """Return the comparators with their ratio and how each is chosen."""
    rows = of_denominator(record, labels)
    frame = pd.DataFrame(
        {
            "Comparator": rows["label"],
            "Ratio": rows["ratio"],
            "Lower limit": rows["ratio_low"],
            "Upper limit": rows["ratio_high"],
            "Verdict": rows["verdict"],
            "How it is chosen": rows["comparator"].map(how),
        }
    )
    return Table(
        caption=f"Comparators of {record.force}, {n.day(record.as_of)}",
        frame=frame,
        formats=dict.fromkeys(("Ratio", "Lower limit", "Upper limit"), n.ratio),
    )


def comparator_rates(rows: list[tuple[str, float | None, str, str]], caption: str) -> Table:
    """Return comparators with their own rates, for an area that has none to set against them.

    Parameters
    ----------
    rows: label, rate (per 100,000), areas or status, and how each is chosen.
    """
    frame = pd.DataFrame(rows, columns=["Comparator", RATE, "Areas", "How it is chosen"])
    return Table(caption=caption, frame=frame.astype({RATE: float}), formats={RATE: n.rate})
