"""The rate's record in tables: pure functions of the record."""

from __future__ import annotations

import pandas as pd

from mappa.rates.methods import equivalence
from mappa.rates.record import RateRecord
from mappa.words import numbers as n
from mappa.words.tables import Table

#: Margins shown beside the chosen one.
MARGINS = (0.05, 0.10, 0.15, 0.20, 0.30)


def comparisons(record: RateRecord, labels: dict[str, str]) -> pd.DataFrame:
    """Return the ratio to each comparator on the date, denominator and by the score method.

    Parameters
    ----------
    labels: name of a comparator -> its words, in the order wanted.
    """
    rows = [
        {"label": labels[c.comparator], **c.as_dict()}
        for c in record.sensitivity
        if c.date == record.as_of and c.denominator == record.denominator and c.method == "score"
    ]
    order = list(labels)
    rows.sort(key=lambda row: order.index(row["comparator"]))
    return pd.DataFrame(rows)


def margins(record: RateRecord) -> pd.DataFrame:
    """Return the zone of each margin with the ratio's 90% interval and the verdict.

    The ends of the 90% interval are the one-sided 95% tests, so the verdict can be read off.
    """
    ratio = record.ratio or 0.0
    low, high = record.ratio_low90 or 0.0, record.ratio_high90 or float("inf")
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
                    record.margin_verdict if size == record.margin else _verdict(low, high, *zone)
                ),
                "chosen": size == record.margin,
            }
        )
    return pd.DataFrame(rows)


def _verdict(low: float, high: float, zone_low: float, zone_high: float) -> str:
    if low > zone_high:
        return equivalence.HIGHER
    if high < zone_low:
        return equivalence.LOWER
    return equivalence.WITHIN if low > zone_low and high < zone_high else equivalence.UNDECIDED


def verdict(record: RateRecord) -> Table:
    """Return the three parts of the answer, a row each."""
    r = record
    level = n.percent(r.confidence, 0 if r.confidence < 0.99 else 1)
    rows = [
        (
            "How large is the gap?",
            f"ratio {n.ratio(r.ratio)} {n.interval(r.ratio_low, r.ratio_high, n.ratio, level)}",
            str(r.gap_verdict or "not known"),
        ),
        (
            "Is it unusual among areas?",
            f"z {n.number(r.z_overdispersed, 2, sign=True)}, tau {n.number(r.tau, 3)}",
            str(r.unusual_verdict or "not known"),
        ),
        (
            "Would it matter?",
            f"zone {n.ratio(r.margin_low)} to {n.ratio(r.margin_high)}, equivalence p "
            f"{n.probability(r.equivalence_p)}",
            str(r.margin_verdict or "not known"),
        ),
    ]
    return Table(
        caption=f"Verdict on the rate of {r.force}, {n.day(r.as_of)}, against {r.comparator_label}",
        frame=pd.DataFrame(rows, columns=["Question", "Number", "Verdict"]),
        note=(
            f"Target of z: the {r.z_target or 'national'} rate; tau: {r.tau_method or 'no fit'}. "
            f"Rates per people {r.denominator}."
        ),
    )


def methods(record: RateRecord) -> Table:
    """Return every method's row."""
    frame = pd.DataFrame(
        [
            {
                "What": row.statistic,
                "Value": figure(row.value),
                "Lower limit": figure(row.lower, blank=True),
                "Upper limit": figure(row.upper, blank=True),
                "Confidence": "" if row.confidence is None else _level(row.confidence),
                "p-value": "" if row.p_value is None else n.probability(row.p_value),
                "Method": row.method + (f" ({row.note})" if row.note else ""),
                "Source": row.source,
            }
            for row in record.methods
        ]
    )
    return Table(
        caption=f"Every method for {record.force}, {n.day(record.as_of)}",
        frame=frame,
        numeric=("Value", "Lower limit", "Upper limit", "Confidence", "p-value"),
    )


def figure(value: float | None, *, blank: bool = False) -> str:
    """Write a number of any statistic: one decimal from 20, four significant figures below."""
    if value is None:
        return "" if blank else "not known"
    if abs(value) >= 20:
        return n.number(value, 0 if float(value).is_integer() else 1)
    return n.number(value, 4 if abs(value) < 1 else 3)


def _level(share: float) -> str:
    return n.percent(share, 0 if round(1000 * share) % 10 == 0 else 1)


def comparators(record: RateRecord, labels: dict[str, str], how: dict[str, str]) -> Table:
    """Return the comparators with their ratio and how each is chosen."""
    rows = comparisons(record, labels)
    frame = pd.DataFrame(
        [
            {
                "Comparator": row["label"],
                "Ratio": n.ratio(row["ratio"]),
                "Interval": f"{n.ratio(row['ratio_low'])} to {n.ratio(row['ratio_high'])}",
                "Verdict": row["verdict"],
                "How it is chosen": how[row["comparator"]],
            }
            for _, row in rows.iterrows()
        ],
        columns=["Comparator", "Ratio", "Interval", "Verdict", "How it is chosen"],
    )
    return Table(
        caption=f"Comparators of {record.force}, {n.day(record.as_of)}",
        frame=frame,
        numeric=("Ratio", "Interval"),
    )


def comparator_rates(rows: list[tuple[str, float | None, str, str]], caption: str) -> Table:
    """Return comparators with their own rates, for an area that has none to set against them.

    Parameters
    ----------
    rows: label, rate (per 100,000), areas or status, and how each is chosen.
    """
    frame = pd.DataFrame(
        [(label, n.rate(value), areas, how) for label, value, areas, how in rows],
        columns=["Comparator", "Rate per 100,000", "Areas", "How it is chosen"],
    )
    return Table(caption=caption, frame=frame, numeric=("Rate per 100,000",))
