"""``mappa growth``: growth of a force and of the nation, estimates, forecasts and their tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mappa.studies.growth import GrowthStudy

FORCE = Annotated[str, typer.Option(help="Name of the force (default: the study's).")]
AS_OF = Annotated[str, typer.Option(help="Date of the answer, YYYY-MM-DD.")]
JSON = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the command and its two sub-commands."""
    group = typer.Typer(help="Growth of a force and of the nation.", invoke_without_command=True)
    group.callback()(growth)
    group.command()(fit)
    group.command()(validate)
    app.add_typer(group, name="growth")


def growth(
    context: typer.Context,
    force: FORCE = "",
    as_of: AS_OF = "",
    horizon: Annotated[int, typer.Option(help="Years to forecast, 0 to 5.")] = 4,
    start: Annotated[str, typer.Option("--from", help="First date of one span.")] = "",
    end: Annotated[str, typer.Option("--to", help="Last date of one span.")] = "",
    nation: Annotated[
        str, typer.Option(help="The forecast's nation: combined, register or benchmark.")
    ] = "combined",
    as_json: JSON = False,
) -> None:
    """Tell how the numbers have grown in a force and nationally.

    With --from and --to it tells growth between two dates on one basis.
    """
    if context.invoked_subcommand is not None:
        return
    from mappa.data import load
    from mappa.errors import UsageError

    data = load()
    if start or end:
        if not (start and end):
            raise UsageError("A span needs both --from and --to.")
        _span(force or str(data.settings["default_force"]), start, end, as_json)
        return
    from mappa.studies.growth import growth as study

    answer = study(force, as_of, horizon, data, nation)
    if as_json:
        _print_json(answer.record.as_dict())
    else:
        _tell(answer)


def _print_json(value: object) -> None:
    import json

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def _tell(answer: GrowthStudy) -> None:
    for text in (
        answer.sentence,
        answer.year,
        answer.long_run,
        answer.contribution,
        answer.measures,
        answer.estimate,
        answer.validation,
    ):
        typer.echo(text + "\n")


def _span(force: str, start: str, end: str, as_json: bool) -> None:
    from mappa.data import load
    from mappa.growth import change
    from mappa.words.growth import answer as words

    data = load()
    area = data.nation if force.lower() == data.nation.lower() else data.area(force)
    first, last = (change.parse_day(d) for d in (start, end))
    change.span(data, area, first, last)  # raises the sentence that tells why not
    found = change.compare(data, area, first, last)
    if as_json:
        _print_json(found.as_dict())
    else:
        typer.echo(words.span(found))


def fit(
    as_of: Annotated[
        list[str] | None, typer.Option(help="Origins (default: the last two).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers (default: kept).")] = -1,
    draws: Annotated[int, typer.Option(help="Draws kept.", min=200)] = 6000,
    out: Annotated[Path | None, typer.Option(help="File (default: estimates.csv of data).")] = None,
) -> None:
    """Refit the model of all areas and keep its estimates and forecasts as a small table."""
    import pandas as pd
    from tqdm import tqdm

    from mappa.data import load
    from mappa.files import write_atomically
    from mappa.growth import estimates, evidence, model

    data = load()
    origins = [data.date(d) for d in as_of] if as_of else data.dates[-2:]
    tables = []
    with tqdm(total=len(origins) * (draws + estimates.WARM_UP), unit="sweep") as bar:
        for origin in origins:
            found = evidence.collect_until(data, origin)
            seed = model.SEED if seed < 0 else seed
            tables.append(
                estimates.fit_table(found, draws=draws, seed=seed, progress=lambda: bar.update())
            )
    path = out or data.folder / f"{estimates.TABLE}.csv"
    write_atomically(path, estimates.as_csv(pd.concat(tables, ignore_index=True)))
    typer.echo(f"{path}: {len(origins)} fits of {draws:,} draws, seed {seed}.")


def validate(
    out: Annotated[
        Path | None, typer.Option(help="File (default: validation.csv of data).")
    ] = None,
    dask: Annotated[
        str, typer.Option(help="Address of a dask scheduler to run on (needs mappa[dask]).")
    ] = "",
) -> None:
    """Hide known counts from the model, one after the other, and keep how it did (minutes)."""
    import contextlib

    from tqdm import tqdm

    from mappa.data import load
    from mappa.files import write_atomically
    from mappa.growth import estimates, validation
    from mappa.runs.cluster import executor

    data = load()
    cluster = executor(dask) if dask else contextlib.nullcontext((None, 1))
    with cluster as (workers, _), tqdm(total=len(validation.plan(data)), unit="fit") as bar:
        cases = validation.run(data, progress=lambda: bar.update(), executor=workers)
    path = out or data.folder / f"{validation.TABLE}.csv"
    write_atomically(path, estimates.as_csv(cases))
    for row in validation.score(cases).to_dict("records"):
        typer.echo(
            f"{validation.TESTS[row['test']]}, {row['horizon']} ahead: {row['cases']} counts, "
            f"50% covers {row['cover50']:.3f}, 90% covers {row['cover90']:.3f}"
        )
    typer.echo(f"{path}: {len(cases)} cases.")
