"""``mappa rate``, ``explain``, ``story`` and ``simulate``: whether a force's rate differs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options
from mappa.errors import MappaError, UsageError

if TYPE_CHECKING:
    from mappa.data import Data
    from mappa.rates.story.claims import Finding


def rate(
    force: options.Force = None,
    as_of: options.AsOf = None,
    margin: options.Margin = None,
    comparator: options.Comparator = None,
    denominator: options.Denominator = None,
    as_json: options.Json = False,
) -> None:
    """Show whether a force's rate differs, whether that is unusual and whether it would matter."""
    from mappa.rates.assess import assess
    from mappa.words.rate import answer as words
    from mappa.words.rate import change
    from mappa.words.rate.missing import missing

    data = options.tables()
    chosen = options.given(margin=margin, comparator=comparator, denominator=denominator)
    record = assess(data, options.named(data, force), data.day(as_of), **chosen)
    if record.own is None:
        from mappa.growth.estimates import stored_estimate
        from mappa.rates.record import estimated

        if estimate := stored_estimate(data, record.force, record.as_of):
            record = estimated(record, *estimate)
    if as_json:
        options.print_json(record.as_dict())
        return
    year = change.change(record.change, record.nation, record.as_of)
    first = words.sentence(record) if record.own else missing(record)
    more = [words.paragraph(record), words.sensitivity(record), year] if record.own else []
    options.print_texts((first, *more, words.pool(record), words.NEUTRAL))


def explain(
    key: Annotated[
        str, typer.Argument(help="Key of the record, such as rate, people_gap or change.growth.")
    ] = "",
    force: options.Force = None,
    as_of: options.AsOf = None,
    margin: options.Margin = None,
    comparator: options.Comparator = None,
    denominator: options.Denominator = None,
    names: Annotated[
        bool, typer.Option("--list", help="List the keys and what they mean.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Show where a number of the rate comes from: formula, function, rows, sources, rounding."""
    from mappa.rates.assess import assess
    from mappa.rates.explain import explain as trace
    from mappa.rates.record import RateRecord
    from mappa.words.rate.tables import lines

    if names:
        for row in RateRecord.key_table():
            unit = f" ({row['unit']})" if row["unit"] else ""
            typer.echo(f"{row['key']}: {row['meaning']}{unit}")
        return
    if not key:
        raise UsageError(
            "Name a key of the record, such as rate; `mappa explain --list` lists them."
        )
    data = options.tables()
    chosen = options.given(margin=margin, comparator=comparator, denominator=denominator)
    found = trace(data, assess(data, data.force(force), data.day(as_of), **chosen), key)
    if as_json:
        options.print_json(found.as_dict())
    else:
        typer.echo("\n".join(lines(found)))


def story(
    force: options.Force = None,
    claims: Annotated[
        Path | None,
        typer.Option(help="Your own claims: a table with the columns area, date, measure, value."),
    ] = None,
    with_register: Annotated[
        bool,
        typer.Option("--register", help="Ask the register model what explains the growth."),
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Recompute what is printed of a force: claims of a story, or the figures of its sources.

    With --claims it checks your own table and says how a wrong claim should read.
    """
    from mappa.rates.story import check as checks
    from mappa.rates.story.file import read_claims
    from mappa.words.rate import story as words

    data = options.tables()
    errors: list[MappaError] = []
    if claims is not None:
        read = read_claims(data, claims)
        asked, errors = read.claims, read.errors
        for remark in read.remarks:
            typer.echo(f"Remark: {remark}", err=as_json)
    else:
        asked = checks.claims_about(data, data.force(force))
    explanation = _explanation(data) if with_register else None
    found = checks.check_all(data, asked, explanation=explanation)
    if as_json:
        options.print_json(
            [{**f.as_dict(), "why": words.why(f), "correction": words.correction(f)} for f in found]
        )
    else:
        for f in found:
            printed = f"printed {words.printed(f)}" if f.printed_value else "in words"
            recomputed = words.value(f) or "none"
            typer.echo(f"{f.claim_id}  {words.claim(f)} ({printed}; recomputed {recomputed})")
            for line in filter(None, (f"{words.verdict(f)}: {words.why(f)}", words.correction(f))):
                typer.echo(f"     {line}")
        if found or not errors:
            typer.echo(words.summary(found))
    for error in errors:  # the rows that were not answered
        typer.echo(f"mappa: {error}", err=True)
    if errors:
        raise typer.Exit(1)


def _explanation(data: "Data") -> "Finding":
    """Ask the register model, for the study's own force and date, what explains the growth."""
    from mappa.rates.story.check import explained
    from mappa.register.answers.build import build

    # Every draw that is shipped: the same medians as in the register's notebook.
    record = build(data, data.force(), data.day())
    law = record.counterfactuals[0]
    return explained(
        record.accounting.published_growth or record.accounting.net.mean,
        {s.reference: s.smaller.median for s in record.shorter},
        -law.growth_difference.median,
        law.label,
    )


def simulate(
    force: options.Force = None,
    as_of: options.AsOf = None,
    replications: Annotated[
        int, typer.Option(min=100, max=1_000_000, help="Replications of each setting.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = 42,
    out: options.Kept = None,
    dask: options.Dask = "",
) -> None:
    """Run the simulation study of the rate's tests and store its result.

    False alarms and coverage where there is no difference, with and without variance between
    areas, and power at ratios from 1.05 to 1.5.
    """
    import sys

    from tqdm import tqdm

    from mappa.files import write_atomically
    from mappa.rates import simulation
    from mappa.runs.workers import cluster
    from mappa.words.rate import simulation as words

    data = options.tables()
    path = options.beside(data, out, f"{simulation.NAME}.csv")
    with cluster(dask) as (workers, _):
        frame = simulation.run(
            data,
            data.force(force),
            data.day(as_of),
            replications=replications,
            seed=seed,
            watch=lambda settings: iter(tqdm(settings, unit="setting", file=sys.stderr)),
            executor=workers,
        )
    write_atomically(path, simulation.as_csv(data, frame))
    typer.echo(words.summary(frame))
    typer.echo(f"Stored in {path}.")
