"""``mappa add-figures``: take a table of new figures into the study's own."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options
from mappa.errors import DataError

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
    from mappa.data import load
    from mappa.data.add import plan
    from mappa.data.submission import read_submissions

    data = load()
    submissions = read_submissions(files, data)
    for remark in (r for s in submissions for r in s.remarks):
        typer.echo(f"Remark: {remark}")
    settle(plan(data, *submissions), data, yes=yes, dry_run=dry_run)


def settle(plan: Plan, data: Data, *, yes: bool, dry_run: bool) -> None:
    """Show what *plan* changes, reconcile it in a copy, ask, and write.

    Raises DataError (exit status 1) where a check fails that did not fail before.
    """
    from mappa.data.add import apply, rehearse

    for change in plan.changes:
        typer.echo(_line(change))
    if not plan.tables:
        typer.echo("Nothing changes: every figure is already there.")
        return
    rehearsal = rehearse(plan, data)
    for note in rehearsal.plan.notes:
        typer.echo(note)
    _report_checks(rehearsal)
    if dry_run:
        typer.echo("Dry run: nothing was changed.")
        return
    options.beside(data, None)
    if not yes and not typer.confirm(f"Change the tables in {data.folder}?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    written = apply(rehearsal.plan, data.folder)
    names = ", ".join(path.name for path in written)
    typer.echo(f"Written: {names} in {data.folder}.")


def _line(change: Change) -> str:
    if not change.date:
        return f"  {change.measure}: {change.area} {change.value}".rstrip() + " (new)"
    value = f"{change.old} -> {change.value}" if change.old else change.value
    return (
        f"  {change.area}, {change.date}, {change.measure}: {value} "
        f"({_KINDS[change.kind]}; {change.source})"
    )


def _report_checks(rehearsal: Rehearsal) -> None:
    counted = collections.Counter(finding.status for finding in rehearsal.findings)
    typer.echo(
        f"Checks with the new figures: {counted['pass']} passed, {counted['excused']} excused, "
        f"{counted['fail']} failed."
    )
    if rehearsal.failures:
        for failure in rehearsal.failures:
            typer.echo(f"  FAILED {failure.check}: {failure.message}")
        where = _rows_behind(rehearsal)
        raise DataError(
            f"{len(rehearsal.failures)} check(s) fail with the figures of {rehearsal.plan.name}"
            f"{where}: mend the figures, or state in exceptions.csv why the misfit stands; nothing "
            "was changed."
        )


def _rows_behind(rehearsal: Rehearsal) -> str:
    """Name the rows of the file that the failing checks are about, by date and area."""
    rows = [
        str(change.row)
        for change in rehearsal.plan.changes
        if any(f.date == change.date and f.area in {change.area, ""} for f in rehearsal.failures)
    ]
    if not rows:
        return ""
    return f" (row {', '.join(rows[:10])}{' and more' if len(rows) > 10 else ''}, column value)"
