"""``mappa growth``: growth here and nationally, estimates, forecasts and their tests."""

from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options
from mappa.errors import UsageError
from mappa.files import write_atomically

if TYPE_CHECKING:
    from mappa.data import Data

group = typer.Typer(help="Growth of a force and of England and Wales.", invoke_without_command=True)


@group.callback()
def growth(
    context: typer.Context,
    force: options.Force = None,
    as_of: options.AsOf = None,
    horizon: options.Horizon = None,
    start: Annotated[str, typer.Option("--from", help="First date of one span.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last date of one span.")] = "",
    nation: Annotated[
        str, typer.Option(help="National forecast: combined, register or benchmark.")
    ] = "combined",
    as_json: options.Json = False,
) -> None:
    """Show how the numbers have grown in a force and nationally.

    With --from and --to it shows growth between two dates on one basis.
    """
    if context.invoked_subcommand is not None:
        return

    data = options.tables()
    if start or end:
        if not (start and end):
            raise UsageError("A span needs both --from and --to.")
        _span(data, force, start, end, as_json)
        return
    from mappa.forecasts.national_draws import nation_ahead
    from mappa.growth import answer
    from mappa.words.growth import answer as words
    from mappa.words.growth import model
    from mappa.words.growth import nation as whole

    day = data.day(as_of)
    years = options.given(horizon=horizon)
    ahead = nation_ahead(data, day, source=nation, **years)
    record = answer(data, options.named(data, force), day, nation=ahead, **years)
    if as_json:
        options.print_json(record.as_dict())
        return
    texts = [words.answer, words.year, words.long_run, whole.contribution, words.measures]
    texts += [model.estimate, model.validation, model.printing]
    options.print_texts(text(record) for text in texts)


def _span(data: "Data", force: str | None, start: str, end: str, as_json: bool) -> None:
    from mappa.growth import compare, counts, span
    from mappa.words.growth import answer as words

    nation = force is not None and force.lower() == data.nation.lower()
    area = data.nation if nation else data.force(force)
    span(counts(data, area), start, end, area)  # raises the sentence that says why not
    found = compare(data, area, start, end)
    if as_json:
        options.print_json(found.as_dict())
    else:
        typer.echo(words.span(found))


@group.command()
def fit(
    as_of: Annotated[
        list[str] | None,
        typer.Option(help="Origins (default: the study's date and all later ones)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers (default: stored).")] = -1,
    draws: Annotated[int, typer.Option(help="Draws stored.", min=200)] = 6000,
    out: options.Kept = None,
) -> None:
    """Refit the model of all areas and store its estimates and forecasts as a small table."""
    import pandas as pd
    from tqdm import tqdm

    from mappa.growth import estimates, evidence, model

    data = options.tables()
    path = options.beside(data, out, f"{estimates.TABLE}.csv")
    origins = [data.date(d) for d in as_of] if as_of else [d for d in data.dates if d >= data.day()]
    tables = []
    with tqdm(total=len(origins) * (draws + estimates.WARM_UP), unit="sweep") as bar:
        for origin in origins:
            found = evidence.collect_until(data, origin)
            seed = model.SEED if seed < 0 else seed
            settings = {"draws": draws, "seed": seed}
            tables.append(estimates.fit_table(found, **settings, progress=lambda: bar.update()))
    write_atomically(path, estimates.as_csv(pd.concat(tables, ignore_index=True)))
    typer.echo(f"{path}: {len(origins)} fits of {draws:,} draws, seed {seed}.")


@group.command()
def validate(out: options.Kept = None, dask: options.Dask = "") -> None:
    """Hide known counts from the model, one after the other, and store how it did (minutes)."""
    from tqdm import tqdm

    from mappa.growth import estimates, validation
    from mappa.runs.workers import cluster

    data = options.tables()
    path = options.beside(data, out, f"{validation.TABLE}.csv")
    total = len(validation.plan(data))
    with cluster(dask) as (workers, _), tqdm(total=total, unit="fit") as bar:
        cases = validation.run(data, progress=lambda: bar.update(), executor=workers)
    write_atomically(path, estimates.as_csv(cases))
    for row in validation.score(cases).to_dict("records"):
        typer.echo(
            f"{validation.TESTS[row['test']]}, {row['horizon']} ahead: {row['cases']} counts, "
            f"50% covers {row['cover50']:.3f}, 90% covers {row['cover90']:.3f}"
        )
    typer.echo(f"{path}: {len(cases)} cases.")
