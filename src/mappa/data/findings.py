"""What a check says of a cell."""

from __future__ import annotations

import dataclasses

import pandas as pd

from mappa.records import Record, key


@dataclasses.dataclass(frozen=True)
class Finding(Record):
    """What one check says of one cell."""

    check: str = key("name of the check")
    status: str = key("pass, fail, excused or information")
    table: str = key("table of the row that is checked")
    row: int | None = key("line of that row in its file")
    area: str = key("area, empty for the nation")
    date: str = key("date of the row, YYYY-MM-DD")
    measure: str = key("measure of the row")
    value: float | None = key("value of the row")
    message: str = key("what was compared, in words")


def finding(
    check: str, ok: bool | None, table: str, row: pd.Series, message: str, area: str = ""
) -> Finding:
    """Return what a check says of a row: *ok* None is information that neither passes nor fails."""
    status = "information" if ok is None else "pass" if ok else "fail"
    return Finding(
        check=check,
        status=status,
        table=table,
        row=int(row.name) if row.name is not None else None,
        area=area,
        date=f"{row['date']:%Y-%m-%d}",
        measure=str(row["measure"]),
        value=float(row["value"]),
        message=message,
    )
