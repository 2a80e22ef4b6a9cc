"""``mappa add-figures``: take a table of new figures into the study's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("add-figures")(add_figures)


def add_figures(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, ODS, XLS or XLSX with columns area, date, measure, value, source."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change.")] = False,
) -> None:
    """Add a table of figures: validated, reconciled, shown, and only then written."""
    from mappa.data import load
    from mappa.data.add import plan, read_submission

    data = load()
    settle(plan(data, read_submission(file, data)), data, yes=yes, dry_run=dry_run)


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
    if not yes and not typer.confirm(f"Change the tables in {data.folder}?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    written = apply(rehearsal.plan, data.folder)
    names = ", ".join(path.name for path in written)
    typer.echo(f"Written: {names} in {data.folder}.")


def _line(change: Change) -> str:
    value = f"{change.old} -> {change.value}" if change.old else change.value
    return (
        f"  {change.area}, {change.date}, {change.measure}: {value} "
        f"({_KINDS[change.kind]}; {change.source})"
    )


def _report_checks(rehearsal: Rehearsal) -> None:
    counted = dict.fromkeys(("pass", "excused", "fail"), 0)
    for finding in rehearsal.findings:
        if finding.status in counted:
            counted[finding.status] += 1
    typer.echo(
        f"Checks with the new figures: {counted['pass']} passed, {counted['excused']} excused, "
        f"{counted['fail']} failed."
    )
    if rehearsal.failures:
        for failure in rehearsal.failures:
            typer.echo(f"  FAILED {failure.check}: {failure.message}")
        raise DataError(
            f"{len(rehearsal.failures)} check(s) fail with the figures of {rehearsal.plan.name}: "
            "mend the figures, or state in exceptions.csv why the misfit stands; nothing was "
            "changed."
        )
