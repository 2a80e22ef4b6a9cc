"""Check the figures: reconcile what can be, excuse what is known, say what nothing can catch."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mappa.data.findings import Finding
from mappa.data.load import Data
from mappa.data.reconcile import RECONCILIATIONS

#: Checks that would notice a wrong count, and so vouch for it (a loose check does not).
_VOUCHES = {"rate_meets_count", "change_meets_counts", "categories_sum_to_total"}
_VOUCHES |= {"areas_sum_to_nation", "national_rate_meets_count"}


def run_checks(data: Data) -> list[Finding]:
    """Return a finding for each thing compared, each exception and each row nothing vouches for.

    A misfit that stands in ``exceptions.csv`` with the very value it was excused for is
    ``excused``; an exception that excuses nothing any more is a failure, and so is one whose value
    has changed since.
    """
    findings = [f for reconcile in RECONCILIATIONS for f in reconcile(data)]
    findings, used = excuse(findings, data.exceptions)
    return findings + _idle(data.exceptions, used) + _unguarded(data, findings)


def excuse(findings: list[Finding], exceptions: pd.DataFrame) -> tuple[list[Finding], set[int]]:
    """Return the findings with known misfits excused, and the lines of the exceptions used."""
    used: set[int] = set()
    out = []
    for f in findings:
        match = exceptions[
            (exceptions["check"] == f.check)
            & (exceptions["table"] == f.table)
            & (exceptions["area"] == f.area)
            & (exceptions["date"] == pd.Timestamp(f.date))
            & (exceptions["measure"] == f.measure)
            & (exceptions["value"] == f.value)
        ]
        if f.status == "fail" and len(match):
            used.add(int(match.index[0]))
            reason = match["reason"].iloc[0]
            f = dataclasses.replace(f, status="excused", message=f"{f.message}. {reason}")
        out.append(f)
    return out, used


def _idle(exceptions: pd.DataFrame, used: set[int]) -> list[Finding]:
    return [
        Finding(
            check="exception_is_needed",
            status="fail",
            table="exceptions",
            row=int(str(line)),
            area=e["area"],
            date=f"{e['date']:%Y-%m-%d}",
            measure=e["measure"],
            value=float(e["value"]),
            message=f"the exception to {e['check']} for {e['area'] or 'the nation'}, "
            f"{e['date']:%Y-%m-%d}, excuses nothing now: remove it, or mend the row it was for",
        )
        for line, e in exceptions.iterrows()
        if line not in used
    ]


def _unguarded(data: Data, findings: list[Finding]) -> list[Finding]:
    """Counts whose digits could be exchanged without any check noticing."""
    guarded = {
        (f.table, f.row)
        for f in findings
        if f.check in _VOUCHES and f.status in {"pass", "excused"}
    }
    out = []
    for table in ("area_figures", "national_figures"):
        frame = getattr(data, table)
        stocks = frame[frame["measure"].str.endswith("_count") & frame["preferred"]]
        for line, row in stocks.iterrows():
            if (table, line) in guarded or row["measure"] == "rso_change_count":
                continue
            area = row.get("area", "")
            out.append(
                Finding(
                    check="no_check_can_catch",
                    status="information",
                    table=table,
                    row=int(str(line)),
                    area=area,
                    date=f"{row['date']:%Y-%m-%d}",
                    measure=row["measure"],
                    value=float(row["value"]),
                    message=f"{area or data.nation}, {row['date']:%Y-%m-%d}, {row['measure']} "
                    f"{row['value']:g}: no other printed figure vouches for it",
                )
            )
    return out
