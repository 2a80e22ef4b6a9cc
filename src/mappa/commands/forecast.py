"""``mappa forecast``: seal forecasts, score the seals, renew the rolling origins."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from mappa.commands import options
from mappa.errors import UnknownName, UsageError
from mappa.files import write_atomically

group = typer.Typer(
    help="Sealed forecasts: write them, score them; rolling origins.", no_args_is_help=True
)


@group.command()
def seal(
    origin: Annotated[str, typer.Option(help="Date of the last figures the forecast may know.")],
    horizon: Annotated[int, typer.Option(help="Years ahead, 1 to 5.")] = 5,
    name: Annotated[str, typer.Option(help="Name of the seal (default: the origin).")] = "",
    nation: Annotated[
        str, typer.Option(help="The national forecast: combined, register or benchmark.")
    ] = "combined",
    sealed_on: Annotated[
        str, typer.Option(help="Day of sealing, YYYY-MM-DD (default: today).")
    ] = "",
    out: options.Kept = None,
) -> None:
    """Write the national and every area's forecasts with the digests that seal them.

    The national ones are the combined forecast, the register model's and the benchmarks'.

    A seal is never overwritten. Store its hash elsewhere too: in the history of a repository.
    """
    from mappa.forecasts import national_draws, seals

    data = options.tables()
    day = data.date(origin)
    folder = options.beside(data, out, seals.FOLDER)
    before = seals.read_seals(folder, data.dictionary)
    chosen = seals.seal_name(name, day)
    seals.free_place(folder, chosen)  # before the model runs, which takes a while
    try:
        made_on = dt.date.fromisoformat(sealed_on) if sealed_on else None
    except ValueError:
        raise UsageError(f"{sealed_on!r} is not a date: write it as YYYY-MM-DD.") from None
    # With the combined forecast a seal holds that of the register model alone.
    sources = ("combined", "register") if nation == "combined" else (nation,)
    draws = national_draws.SEAL_DRAWS
    paths = [national_draws.national_draws(data, day, horizon, s, draws) for s in sources]
    rows, methods = national_draws.sealed_forecasts(data, day, horizon, paths)
    last = before[-1] if before else None
    made = seals.make_seal(
        data, day, horizon, rows, methods, name=chosen, sealed_on=made_on, previous=last
    )
    place = seals.write_seal(made, folder)
    typer.echo(f"Sealed {made.manifest['rows']} rows in {place}.")
    typer.echo(f"Hash of the seal: {made.sha256}")


@group.command()
def score(
    name: Annotated[str, typer.Option("--seal", help="Only the seal of this name.")] = "",
    as_json: options.Json = False,
    folder: Annotated[
        Path | None, typer.Option("--from", help="Folder of the seals (default: the study's).")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Store the scores of all seals as a table in data/.")
    ] = False,
) -> None:
    """Verify every seal and hold its forecasts against the counts added since."""
    from mappa.forecasts import seals
    from mappa.forecasts.scores import TABLE, score_seal, score_table
    from mappa.words import forecasts as words

    data = options.tables()
    found = seals.read_seals(folder or data.folder / seals.FOLDER, data.dictionary)
    if name and not found:
        raise UsageError(f"There is no seal called {name!r}: no forecast is sealed yet.")
    chosen = [s for s in found if name in {"", s.name}]
    if name and not chosen:
        raise UnknownName("seal", name, [s.name for s in found])
    scored = {s.name: score_seal(s, data) for s in (found if keep else chosen)}
    if keep:
        path = options.beside(data, None, f"{TABLE}.csv")
        table = score_table(scored.values())
        text = table.to_csv(index=False, lineterminator="\n", float_format="%.6g")
        write_atomically(path, text)
    scores = [scored[s.name] for s in chosen]
    if as_json:
        options.print_json([s.as_dict() for s in scores])
        return
    if not scores:
        typer.echo(words.seals_sentence(scores))
    for s in scores:
        typer.echo(f"{words.seal_sentence(s)}\n")
        if s.status == "scored":
            table = score_table([s]).drop(columns="seal")
            text = table.to_string(index=False, na_rep="", float_format="{:.2f}".format)
            typer.echo(f"{text}\n")


@group.command()
def origins(out: options.Kept = None) -> None:
    """Refit the register model at each past count and store what it would have forecast.

    At the posterior mode of each version; half a minute for each origin.
    """
    import pandas as pd
    from tqdm import tqdm

    from mappa.forecasts import backtest as rolling
    from mappa.forecasts import national_draws

    data = options.tables()
    path = options.beside(data, out, f"{rolling.TABLE}.csv")
    dates = rolling.origin_dates(data)
    made = rolling.refit(data, national_draws.mode_draws)
    rows = list(tqdm(made, total=len(dates), desc="origins", unit="fit"))
    text = pd.concat(rows).to_csv(index=False, lineterminator="\n")
    place = write_atomically(path, text)
    typer.echo(f"Kept the forecasts of {len(dates)} origins in {place}.")


@group.command()
def requests(
    as_of: options.AsOf = None,
    table: Annotated[str, typer.Option(help="Only the request for this table.")] = "",
    as_json: options.Json = False,
) -> None:
    """Print the requests for unpublished tables, the most helpful first."""
    from mappa.register.answers.build import posterior
    from mappa.register.answers.value_of_information import of_posterior
    from mappa.words import numbers
    from mappa.words.register import fit as words

    data = options.tables()
    p = posterior(data, data.day(as_of))
    settlement = of_posterior(data, p, p.plan.against[0].label)
    found = [r for r in settlement.requests if table in {"", r.candidate}]
    if not found:
        raise UnknownName("table to ask for", table, [r.candidate for r in settlement.requests])
    if as_json:
        options.print_json([r.as_dict() for r in found])
        return
    if not table:
        typer.echo(f"{words.settle_sentence(settlement)}\n")
    for r in found:
        typer.echo(f"{r.candidate}: {numbers.percent(r.reduction, 0)} of the variance.")
        typer.echo(f"{words.settle_request(r)}\n")
