"""``mappa list``: what would run, what is up to date, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options

if TYPE_CHECKING:
    from mappa.runs.plan import Study


def list_(
    force: options.Forces = None,
    as_of: options.AsOf = None,
    margin: options.Margin = None,
    comparator: options.Comparator = None,
    denominator: options.Denominator = None,
    set_: options.Settings = None,
    out: options.Out = Path("reports"),
    parameters: Annotated[
        bool, typer.Option("--parameters", help="List the notebooks' parameters instead.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """List every force (or those named): up to date, or what would run and why."""
    from mappa.runs import plan

    named = options.given(
        as_of=as_of, margin=margin, comparator=comparator, denominator=denominator
    )
    study = plan.open_study(set_, named, out)
    if parameters:
        _list_parameters(study, as_json)
        return
    plans = plan.plan(study, plan.choose_forces(study.data, force or [], not force))
    if as_json:
        rows = [
            {
                "force": p.force,
                "slug": p.slug,
                "up_to_date": p.current,
                "reason": p.reason,
                "notebooks": {s.notebook.name: s.reason for s in p.steps},
                "pages": p.pages_reason,
            }
            for p in plans
        ]
        options.print_json(rows)
        return
    width = max(len(p.force) for p in plans)
    for p in plans:
        names = ", ".join([s.notebook.name for s in p.steps if s.reason] or ["pages"])
        state = "up to date" if p.current else f"would run {names}: {p.reason}"
        typer.echo(f"{p.force:<{width}}  {state}")
    waiting = sum(not p.current for p in plans)
    typer.echo(f"{len(plans) - waiting} of {len(plans)} up to date; {waiting} would run.")


def _list_parameters(study: Study, as_json: bool) -> None:
    """Print name, type, default, help and choices of every parameter."""
    if as_json:
        rows = [
            {"notebook": n.name, "name": p.name, "type": p.kind, "default": p.default,
             "help": p.help, "choices": list(p.choices), "limits": p.limits}
            for n in study.notebooks
            for p in n.parameters.values()
        ]  # fmt: skip
        options.print_json(rows)
        return
    for notebook in study.notebooks:
        typer.echo(notebook.name)
        for p in notebook.parameters.values():
            typer.echo(f"  {p.name} = {p.default!r}  ({p.kind}) {p.help}")
