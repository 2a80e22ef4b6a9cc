"""Rows dated after the study's date, which nothing fitted may see."""

from __future__ import annotations

from pathlib import Path

LATER = {
    "sentencing": [
        "2020,acsl_months,all,99,99,months,sexual_offences_group,official_copy,derived,later",
        "2021,sentenced_immediate_custody,all,9999,9999,persons,sexual_offences_group,"
        "official_copy,derived,later",
    ],
    "national_figures": [
        "2027-03-31,rso_count,,99999,snapshot_31_march,exact,derived,later,true",
    ],
    "outflow": [
        "2021-04/2022-03,lifetime notification revoked,999,999,people,england_and_wales,printed,"
        "derived,later"
    ],
}


def append(folder: Path, rows: dict[str, list[str]] = LATER) -> None:
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
