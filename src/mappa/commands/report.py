"""``mappa report``, ``list`` and ``site``: run the notebooks of forces and publish their pages."""

import collections
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options

if TYPE_CHECKING:
    from mappa.runs.plan import Study
    from mappa.runs.report import Run

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
    again: Annotated[bool, typer.Option(help="Run again even if up to date.")] = False,
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
    from mappa.runs import plan, publish, workers
    from mappa.runs.report import Progress, Run

    options.check_home()
    named = options.given(
        as_of=as_of, margin=margin, comparator=comparator, denominator=denominator
    )
    study = plan.open_study(set_, named, out)
    forces = plan.choose_forces(study.data, force or [], everyone)
    workers.allow_files()
    publish.make_folder(out)
    try:
        with workers.stoppable(), workers.locked(out, quiet):
            publish.tidy(out)
            plans = plan.plan(study, forces, again=again)
            if all(p.force != plan.EVERY_AREA for p in plans):
                publish.withdraw(out / EVERY_AREA)
            many = sum(not p.current for p in plans) > FEW
            # A kernel that starts waits a fifth of a second for nothing: one more worker than cores
            # keeps the cores busy, and pays for its own start where there is much to do.
            window = jobs or workers.cores() + many
            tasks = sum(len(p.steps) + 1 for p in plans if not p.current)
            progress = Progress(tasks, len(plans), quiet=quiet)
            run = Run(study, plans, progress, window, keep_going=keep_going, timeout=timeout)
            _work(run, tasks, share=many, cold=cold, dask=dask)
    except workers.Stopped as stop:
        typer.echo("mappa: Stopped; published pages are complete, run again to finish.", err=True)
        raise typer.Exit(stop.exit_status) from None
    _print_outcome(run, out)


def _work(run: "Run", tasks: int, *, share: bool, cold: bool, dask: str) -> None:
    """Do the tasks on this machine or on a cluster, and record the run."""
    from mappa.runs import workers

    with contextlib.ExitStack() as stack:
        stack.callback(run.progress.close)
        if dask and tasks:
            executor, threads = stack.enter_context(workers.cluster(dask))
            run.window = 2 * threads
            stack.enter_context(run.recorded(f"dask, {threads} threads"))
            run.run(executor.submit)
        elif tasks:
            jobs = min(run.window, tasks)
            stack.enter_context(run.recorded(f"local, {jobs}"))
            pool = workers.pool(jobs, run.study, share=share, cold=cold)
            run.run(stack.enter_context(pool))
        else:
            stack.enter_context(run.recorded("none"))
            run.run(None)  # type: ignore[arg-type]  # nothing is submitted


def _print_outcome(run: "Run", out: Path) -> None:
    """Print the answer of one force, or how many came out how; exit 1 where one failed."""
    from mappa.runs import plan, report, state

    table = report.failure_table(run.forces)
    areas = [force for force in run.forces if force.plan.force != plan.EVERY_AREA]
    if len(areas) == 1 and not table:
        folder = areas[0].plan.folder
        answer = state.read_json(folder / "results.json").get("sentences", {})
        for sentence in filter(None, answer.values()):
            typer.echo(sentence)
        typer.echo(f"Pages: {folder / 'index.html'}")
        return
    forces = "1 force" if len(areas) == 1 else f"{len(areas)} forces"
    counts = collections.Counter(force.state for force in areas)
    typer.echo(f"{forces}: {', '.join(f'{n} {what}' for what, n in counts.items())}.")
    if table:
        typer.echo(table, err=True)
        typer.echo(f"Failed notebooks are in {out / 'failed'}.", err=True)
    typer.echo(f"Results of all forces: {out / report.NATIONAL}")
    if any(force.state in (report.FAILED, report.NOT_RUN) for force in run.forces):
        raise typer.Exit(1)


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


def _list_parameters(study: "Study", as_json: bool) -> None:
    """Print name, type, default, help and choices of every parameter."""
    if as_json:
        rows = [
            {"notebook": n.name, "name": p.name, "type": p.kind, **vars(p)}
            for n in study.notebooks
            for p in n.parameters.values()
        ]
        options.print_json(rows)
        return
    for notebook in study.notebooks:
        typer.echo(notebook.name)
        for p in notebook.parameters.values():
            typer.echo(f"  {p.name} = {p.default!r}  ({p.kind}) {p.help}")


def site(
    reports: Annotated[Path, typer.Option(help="Folder into which `mappa report` wrote.")] = Path(
        "reports"
    ),
    out: Annotated[Path, typer.Option(help="Folder of the site.")] = Path("site"),
    zip_: Annotated[
        Path | None, typer.Option("--zip", help="Write one zip file in place of a folder.")
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option("--also", help="Folder of reports of another date, for the site's choice."),
    ] = None,
    light: Annotated[
        bool, typer.Option("--light", help="Leave the executed notebooks out.")
    ] = False,
) -> None:
    """Build the site: index, every force with a report, the national page, methods, data, about."""
    from mappa.pages import site as pages

    files = pages.build(options.tables(), reports, also=also or (), light=light)
    changes = pages.write_zip(files, zip_) if zip_ else pages.write_folder(files, out)
    typer.echo("\n".join(pages.told(changes, files, zip_ or out)))
    if not zip_:
        typer.echo(f"Open {out / 'index.html'}")
