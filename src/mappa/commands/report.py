"""``mappa report``: run the notebooks of forces, render and publish their pages."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options

if TYPE_CHECKING:
    from mappa.runs.plan import ForcePlan, Study
    from mappa.runs.report import Options, Run

#: For more forces than these the template computes what all share before it forks a kernel.
FEW = 3


def report(
    force: options.Forces = None,
    everyone: options.Everyone = False,
    as_of: options.AsOf = None,
    margin: options.Margin = None,
    comparator: options.Comparator = None,
    denominator: options.Denominator = None,
    set_: options.Settings = None,
    out: options.Out = Path("reports"),
    jobs: Annotated[
        int, typer.Option(min=0, help="Notebooks at once (default: by the cores there are).")
    ] = 0,
    again: Annotated[bool, typer.Option(help="Run what is up to date, too.")] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--stop", help="Go on after a force has failed.")
    ] = True,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="Longest that one cell may take (seconds).")
    ] = None,
    dask: options.Dask = "",
    quiet: Annotated[bool, typer.Option(help="Print only failures and the answer.")] = False,
    cold: Annotated[bool, typer.Option(help="Ordinary kernels, none forked.", hidden=True)] = False,
) -> None:
    """Run the notebooks of one force, of several or of all, and print where the pages are.

    What is up to date is not run again. A force whose notebook fails is not published; the
    others go on, and the exit status is 1.
    """
    from mappa.pages.cells import EVERY_AREA
    from mappa.runs import local, plan, publish
    from mappa.runs.report import Options

    options.check_home()
    named = options.given(
        as_of=as_of, margin=margin, comparator=comparator, denominator=denominator
    )
    study = plan.open_study(set_, named, out)
    forces = plan.choose_forces(study.data, force or [], everyone)
    local.allow_files()
    publish.make_folder(out)
    say = (lambda _: None) if quiet else (lambda line: typer.echo(line, err=True))
    try:
        with local.stoppable(), local.locked(out, say):
            publish.tidy(out)
            plans = plan.plan(study, forces, again=again)
            if all(p.force != plan.EVERY_AREA for p in plans):
                publish.withdraw(out / EVERY_AREA)
            many = sum(not p.current for p in plans) > FEW
            # A kernel that starts waits a fifth of a second for nothing: one more worker than cores
            # keeps the cores busy, and pays for its own start where there is much to do.
            chosen = Options(jobs or local.cores() + many, keep_going, timeout)
            run = _run(study, plans, chosen, share=many, quiet=quiet, cold=cold, dask=dask)
    except local.Stopped as stop:
        typer.echo("mappa: Stopped; published pages are complete, run again to finish.", err=True)
        raise typer.Exit(stop.exit_status) from None
    _print_outcome(run, out)


def _run(
    study: Study,
    plans: list[ForcePlan],
    chosen: Options,
    *,
    share: bool,
    quiet: bool,
    cold: bool,
    dask: str,
) -> Run:
    """Run the plans on this machine or on a cluster, and record the run."""
    import dataclasses

    from mappa.runs import cluster, local, report
    from mappa.runs.progress import Progress

    tasks = sum(len(p.steps) + 1 for p in plans if not p.current)
    progress = Progress(tasks, len(plans), quiet=quiet)
    run = report.Run(study, plans, chosen, progress)
    with contextlib.ExitStack() as stack:
        stack.callback(progress.close)
        if dask and tasks:
            executor, threads = stack.enter_context(cluster.executor(dask))
            run.options = dataclasses.replace(chosen, window=2 * threads)
            stack.enter_context(run.recorded(f"dask, {threads} threads"))
            run.run(executor.submit)
        elif tasks:
            jobs = min(chosen.window, tasks)
            stack.enter_context(run.recorded(f"local, {jobs}"))
            run.run(stack.enter_context(local.workers(jobs, study, share=share, cold=cold)))
        else:
            stack.enter_context(run.recorded("none"))
            run.run(None)  # type: ignore[arg-type]  # nothing is submitted
    return run


def _print_outcome(run: Run, out: Path) -> None:
    """Print the answer of one force, or how many came out how; exit 1 where one failed."""
    from mappa.runs import plan, report, results, state

    table = results.failure_table(run.forces)
    areas = [force.plan for force in run.forces if force.plan.force != plan.EVERY_AREA]
    if len(areas) == 1 and not table:
        answer = state.read_json(areas[0].folder / "results.json").get("sentences", {})
        for sentence in filter(None, answer.values()):
            typer.echo(sentence)
        typer.echo(f"Pages: {areas[0].folder / 'index.html'}")
        return
    forces = "1 force" if len(run.forces) == 1 else f"{len(run.forces)} forces"
    typer.echo(f"{forces}: {results.count_states(run.forces)}.")
    if table:
        typer.echo(table, err=True)
        typer.echo(f"Failed notebooks are in {out / 'failed'}.", err=True)
    typer.echo(f"Results of all forces: {out / results.NATIONAL}")
    if any(force.state in (report.FAILED, report.NOT_RUN) for force in run.forces):
        raise typer.Exit(1)
