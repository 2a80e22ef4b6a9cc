"""``mappa check``: validate and reconcile the figures."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands import options


def check(
    everything: Annotated[
        bool, typer.Option("--all", help="Also list what passes and what no check can catch.")
    ] = False,
    as_json: options.Json = False,
    describe: Annotated[
        bool, typer.Option("--package", help="Also write datapackage.json beside the tables.")
    ] = False,
) -> None:
    """Validate the tables and reconcile what was printed independently; exit 1 on a failure."""
    from collections import Counter

    from mappa.data import load, package, schema
    from mappa.data.check import run_checks
    from mappa.files import write_atomically

    data = load()
    described = package.text(data)  # every table is validated, whatever was recorded before
    if describe:
        write_atomically(data.folder / schema.PACKAGE, described)
    findings = run_checks(data)
    failed = [f for f in findings if f.status == "fail"]
    if as_json:
        options.print_json([f.as_dict() for f in findings])
        raise typer.Exit(1 if failed else 0)
    quiet = {"pass"} | (set() if everything else {"no_check_can_catch"})
    for f in sorted(findings, key=lambda f: (f.status == "fail", f.check, f.date, f.area)):
        if not everything and (f.status in quiet or f.check in quiet):
            continue
        where = f"{f.table}.csv" + (f", row {f.row}" if f.row else "")
        typer.echo(f"{f.status.upper():<11} {f.check}: {where}: {f.message}")
    tally = Counter(f.status for f in findings if f.check != "no_check_can_catch")
    unguarded = sum(f.check == "no_check_can_catch" for f in findings)
    typer.echo(
        f"{tally['pass']} passed, {tally['fail']} failed, {tally['excused']} known misfits, "
        f"{tally['information']} information. {unguarded} counts stand alone: no check can catch "
        f"a slip in them (--all lists them)."
    )
    if failed:
        raise typer.Exit(1)
