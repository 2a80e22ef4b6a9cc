"""``mappa explain``: any number of the rate's record traced to formula, function and sources."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)


def explain(
    key: Annotated[
        str, typer.Argument(help="Key of the record, such as rate, people_gap or change.growth.")
    ] = "",
    force: Annotated[str, typer.Option(help="Name of the area.")] = "",
    as_of: Annotated[str, typer.Option(help="Date of the stock, such as 2020-03-31.")] = "",
    margin: Annotated[float, typer.Option(help="Difference that would matter.")] = 0.1,
    comparator: Annotated[str, typer.Option(help="With what the force is compared.")] = "rest",
    denominator: Annotated[
        str, typer.Option(help="Whose number the count is divided by.")
    ] = "aged 10 and over",
    names: Annotated[
        bool, typer.Option("--list", help="List the keys and what they mean.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON, every row.")] = False,
) -> None:
    """Trace a number of the rate's record: formula, function, data rows, sources, rounding."""
    import json

    from mappa.data import load
    from mappa.errors import UsageError
    from mappa.rates.assess import assess
    from mappa.rates.explain.trace import explain as trace
    from mappa.rates.record import RateRecord
    from mappa.words.rate.explain import lines

    if names:
        for row in RateRecord.key_table():
            unit = f" ({row['unit']})" if row["unit"] else ""
            typer.echo(f"{row['key']}: {row['meaning']}{unit}")
        return
    if not key:
        raise UsageError(
            "Name a key of the record, such as rate; `mappa explain --list` lists them."
        )
    data = load()
    record = assess(
        data,
        data.force(force or None),
        data.day(as_of or None),
        margin=margin,
        comparator=comparator,
        denominator=denominator,
    )
    found = trace(data, record, key)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
        return
    for line in lines(found):
        typer.echo(line)
