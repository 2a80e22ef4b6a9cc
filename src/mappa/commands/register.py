"""``mappa register``: the register model's answer, what-ifs and fit."""

from typing import Annotated

import typer

from mappa.commands import options
from mappa.errors import UsageError
from mappa.files import write_atomically

group = typer.Typer(
    help="Where the growth comes from: the register model, what-ifs and its fit.",
    no_args_is_help=True,
)


@group.command()
def show(
    force: options.Force = None,
    as_of: options.AsOf = None,
    horizon: options.Horizon = None,
    reference: Annotated[
        str | None, typer.Option(help="Year to March to compare growth with, such as 2009/10.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Say where the year's growth comes from."""
    from mappa import register
    from mappa.forecasts.benchmarks import benchmarks
    from mappa.forecasts.vintage import published_later
    from mappa.words.register import answer, fit, law

    data = options.tables()
    day, chosen = data.day(as_of), options.given(horizon=horizon, reference=reference)
    record = register.answer(data, options.named(data, force), day, **chosen)
    if as_json:
        simple = benchmarks(data, day, record.horizon) if record.horizon else ()
        more = {
            "benchmarks": [{"name": b.method, **b.as_dict()} for b in simple],
            "leaks": [late.as_dict() for late in published_later(data, day)],
        }
        options.print_json(record.as_dict() | more)
        return
    parts = [answer.answer, answer.certainty, answer.accounting, law.indefinite_law, law.long_run]
    parts += [fit.pooled, fit.checks, fit.informed, fit.status]
    options.print_texts(dict.fromkeys(part(record) for part in parts))
    table = fit.versions(record)
    shown = table.frame.to_string(index=False, justify="left")
    typer.echo(f"\n{table.caption}\n\n{shown}\n\n{table.note}")


@group.command(context_settings={"ignore_unknown_options": True})
def scenario(
    settings: Annotated[
        list[str],
        typer.Argument(help="name=value pairs, such as threshold_months=48 from=2010-04."),
    ],
    as_of: options.AsOf = None,
    horizon: options.Horizon = None,
    as_json: options.Json = False,
) -> None:
    """Run a what-if: other notification periods, thresholds, lengths or volume from a date.

    Besides the settings, from=YYYY-MM says since when and cohorts=new or cohorts=all for whom.
    """
    from mappa.register.answers import scenarios
    from mappa.words.register import law as words

    chosen: dict[str, str] = {}
    for pair in settings:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            allowed = ", ".join((*scenarios.NAMES, "from", "cohorts"))
            raise UsageError(f"{pair!r} is not name=value: the names are {allowed}.")
        if name in chosen:
            raise UsageError(f"{name} is given twice: give each name once.")
        chosen[name] = value
    since, cohorts = chosen.pop("from", ""), chosen.pop("cohorts", "new")
    data = options.tables()
    years = options.given(horizon=horizon)
    record = scenarios.build(data, data.day(as_of), chosen, since=since, cohorts=cohorts, **years)
    if as_json:
        options.print_json(record.as_dict())
    else:
        typer.echo(words.scenario(record))


@group.command()
def fit(
    as_of: options.AsOf = None,
    version: Annotated[str, typer.Option(help="Version of the model (default: all).")] = "",
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    kept: Annotated[int, typer.Option(help="Draws stored of each chain.")] = 5000,
    processes: options.Processes = 2,
    out: options.Kept = None,
    dask: options.Dask = "",
) -> None:
    """Sample the posterior of each version and write it where it ships.

    Goes on where it was stopped.
    """
    import os

    # One thread of linear algebra for each worker: they would only wait for one another.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

    from tqdm import tqdm

    from mappa.register.inference import fit as fits
    from mappa.register.inputs.parameters import priors_of
    from mappa.runs.workers import cluster

    if kept < fits.BLOCK:
        raise UsageError(f"--kept is {kept}: it can be {fits.BLOCK} or more.")
    data = options.tables()
    day = data.day(as_of)
    known = [v.name for v in priors_of(data, version).versions]
    folder = options.beside(data, out)
    with cluster(dask) as (workers, _):
        for name in [version] if version else known:
            settings = fits.Settings(version=name, seed=seed, kept=kept, processes=processes)
            with tqdm(total=settings.steps, desc=name, unit="step", mininterval=1.0) as bar:
                draws, shown, report = fits.fit(data, day, settings, bar.update, workers)
            typer.echo(
                f"{name}: R-hat at most {report['rhat_max']:.4f}, effective sample size at least "
                f"{report['ess_min']:.0f} ({report['ess_min_chains']:.0f} of the parameters over "
                f"{report['kept']} kept draws; quantities are judged over {report['judged']} of "
                f"them, {report['draws']} are shipped), {report['accepted']:.0%} accepted."
            )
            fits.check(report)
            paths = fits.ship(folder, draws, shown, report)
    for path in paths:
        typer.echo(f"Wrote {path}")


@group.command()
def calibrate(
    version: Annotated[str, typer.Option(help="Version of the model (default: the first).")] = "",
    sets: Annotated[int, typer.Option(min=2, help="Made-up sets of figures.")] = 200,
    processes: options.Processes = 2,
    out: options.Kept = None,
) -> None:
    """Test the sampler on figures made from the model, and write how the true values rank.

    Goes on where it was stopped.
    """
    import concurrent.futures
    import multiprocessing

    import numpy as np
    from tqdm import tqdm

    from mappa.register.inference import diagnostics
    from mappa.register.likelihood import density_of

    data = options.tables()
    density = density_of(data, data.day(), version)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, mp_context=context) as pool:
        made = pool.map(diagnostics.stored_ranks, [density] * sets, range(1, sets + 1))
        found = np.array(list(tqdm(made, total=sets, unit="set", mininterval=1.0)))
    table = diagnostics.calibration_table(density.model.names, found)
    shown = table.assign(inside=table["inside"].map({True: "true", False: "false"}))
    text = shown.to_csv(index=False, lineterminator="\n")
    path = write_atomically(options.beside(data, out) / "calibration.csv", text)
    typer.echo(
        f"{int(table['inside'].sum())} of {len(table)} parameters stay inside the band of "
        f"{100 * diagnostics.LEVEL:.0f}%. Wrote {path}"
    )


@group.command()
def assumptions(out: options.Kept = None) -> None:
    """Write the sensitivities of the assumptions log anew from the shipped posterior.

    To be run after each fit that is shipped; statements, ranges and grades stay as they are.
    """
    from mappa.register.answers import assumptions as log
    from mappa.register.inference import draws as posterior

    data = options.tables()
    p = posterior.load(data, data.day())
    path = log.remake(options.beside(data, out) / "assumptions.csv", p)
    typer.echo(f"Wrote {path}: {p.status.split(':')[0]}, {len(p.z)} draws")


@group.command("what-ifs")
def what_ifs(out: options.Kept = None) -> None:
    """Store the what-ifs of the site's page: to be run after each fit that is shipped."""
    from mappa.register.answers import what_ifs as grid

    data = options.tables()
    table = grid.build(data)
    text = table.to_csv(index=False, lineterminator="\n")
    path = write_atomically(options.beside(data, out) / f"{grid.TABLE}.csv", text)
    typer.echo(f"Wrote {path}: {len(table)} rows")
