"""``mappa check``, ``add-figures`` and ``fetch-official``: the figures and how new ones come in."""

import collections
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options
from mappa.errors import DataError, UsageError

if TYPE_CHECKING:
    from mappa.data import Data
    from mappa.data.add import Change, Plan, Rehearsal

_KINDS = {
    "new": "new",
    "replaces": "new value; the old one stays, not preferred",
    "beside": "kept beside the preferred value",
    "confirms": "the same value; its source is added",
    "same": "already there",
}


def check(
    everything: Annotated[
        bool, typer.Option("--all", help="Also list what passes and what no check can catch.")
    ] = False,
    as_json: options.Json = False,
    describe: Annotated[
        bool, typer.Option("--package", help="Also write datapackage.json next to the tables.")
    ] = False,
) -> None:
    """Validate the tables and reconcile what was printed independently; exit 1 on a failure."""
    from mappa.data import schema
    from mappa.data.check import run_checks
    from mappa.files import write_atomically

    data = options.tables()
    described = schema.package_text(data)  # validates the tables that an answer does not read, too
    if describe:
        write_atomically(data.folder / schema.PACKAGE, described)
    findings = run_checks(data)
    failed = any(f.status == "fail" for f in findings)
    if as_json:
        options.print_json([f.as_dict() for f in findings])
        raise typer.Exit(int(failed))
    for f in sorted(findings, key=lambda f: (f.status == "fail", f.check, f.date, f.area)):
        if everything or (f.status != "pass" and f.check != "no_check_can_catch"):
            where = f"{f.table}.csv" + (f", row {f.row}" if f.row else "")
            typer.echo(f"{f.status.upper():<11} {f.check}: {where}: {f.message}")
    tally = collections.Counter(f.status for f in findings if f.check != "no_check_can_catch")
    typer.echo(
        f"{tally['pass']} passed, {tally['fail']} failed, {tally['excused']} known misfits, "
        f"{tally['information']} information. {len(findings) - tally.total()} counts stand alone: "
        "no check can catch a slip in them (--all lists them)."
    )
    if failed:
        raise typer.Exit(1)


def add_figures(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV, ODS, XLS or XLSX with columns area, date, measure, value, source; or with "
            "those of another table. Several are added as one."
        ),
    ],
    yes: options.Yes = False,
    dry_run: options.DryRun = False,
) -> None:
    """Add tables of figures: validated, reconciled, shown, and only then written."""
    from mappa.data.add import plan
    from mappa.data.submission import read_submissions

    data = options.tables()
    submissions = read_submissions(files, data)
    for remark in (r for s in submissions for r in s.remarks):
        typer.echo(f"Remark: {remark}")
    _settle(plan(data, *submissions), data, yes, dry_run)


def fetch_official(
    year: Annotated[
        list[int] | None, typer.Option(help="Year of the stock; may be repeated. Default: all.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Read this downloaded workbook; needs one --year.")
    ] = None,
    yes: options.Yes = False,
    dry_run: options.DryRun = False,
) -> None:
    """Download the official area tables and add them, checked, with their source."""
    from mappa.data import official, workbooks
    from mappa.data.add import plan

    data = options.tables()
    years = year or []
    if file is not None and len(years) != 1:
        raise UsageError("--file needs the --year that the workbook is for, once.")
    tables = []
    for _, row in official.addresses(data, years).iterrows():
        if file is None:
            typer.echo(f"Downloading {official.resolve(row['url'])} ...")
            content, name = official.download(row["url"]), row["url"].rsplit("/", 1)[-1]
        else:
            content, name = workbooks.read_bytes(file), file.name
        table = official.read_official(content, name, row["stock_date"], data)
        lines = [*(f"Remark: {remark}" for remark in table.remarks), *table.doubts]
        lines += [f"{name}: columns not used: {'; '.join(table.unused)}."] * bool(table.unused)
        for line in lines:
            typer.echo(line)
        tables.append((table, str(row["url"])))
    _settle(plan(data, official.to_submission(tables, data)), data, yes, dry_run)


def _settle(plan: "Plan", data: "Data", yes: bool, dry_run: bool) -> None:
    """Show what *plan* changes, reconcile it in a copy (DataError if a check fails), ask, write."""
    from mappa.data.add import apply, rehearse

    for change in plan.changes:
        typer.echo(_line(change))
    if not plan.tables:
        typer.echo("Nothing changes: every figure is already there.")
        return
    rehearsal = rehearse(plan, data)
    for note in rehearsal.plan.notes:
        typer.echo(note)
    counted = collections.Counter(finding.status for finding in rehearsal.findings)
    typer.echo(
        f"Checks with the new figures: {counted['pass']} passed, {counted['excused']} excused, "
        f"{counted['fail']} failed."
    )
    for failure in rehearsal.failures:
        typer.echo(f"  FAILED {failure.check}: {failure.message}")
    if rehearsal.failures:
        raise DataError(
            f"{len(rehearsal.failures)} check(s) fail with the figures of {rehearsal.plan.name}"
            f"{_rows_behind(rehearsal)}: mend the figures, or state in exceptions.csv why the "
            "misfit stands; nothing was changed."
        )
    if dry_run:
        typer.echo("Dry run: nothing was changed.")
        return
    options.beside(data, None)
    if not yes and not typer.confirm(f"Change the tables in {data.folder}?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    names = ", ".join(path.name for path in apply(rehearsal.plan, data.folder))
    typer.echo(f"Written: {names} in {data.folder}.")


def _line(change: "Change") -> str:
    if not change.date:
        return f"  {change.measure}: {change.area} {change.value}".rstrip() + " (new)"
    value = f"{change.old} -> {change.value}" if change.old else change.value
    about = f"{_KINDS[change.kind]}; {change.source}"
    return f"  {change.area}, {change.date}, {change.measure}: {value} ({about})"


def _rows_behind(rehearsal: "Rehearsal") -> str:
    """Name the rows of the file that the failing checks are about, by date and area."""
    rows = [
        str(change.row)
        for change in rehearsal.plan.changes
        if any(f.date == change.date and f.area in {change.area, ""} for f in rehearsal.failures)
    ]
    more = " and more" if len(rows) > 10 else ""
    return f" (row {', '.join(rows[:10])}{more}, column value)" if rows else ""
