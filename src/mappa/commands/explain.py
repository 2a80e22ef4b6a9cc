"""``mappa explain``: any number of the rate's record traced to formula, function and sources."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands import options


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
    from mappa.data import load
    from mappa.errors import UsageError
    from mappa.rates.assess import assess
    from mappa.rates.explain import explain as trace
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
    chosen = options.given(margin=margin, comparator=comparator, denominator=denominator)
    record = assess(data, data.force(force), data.day(as_of), **chosen)
    found = trace(data, record, key)
    if as_json:
        options.print_json(found.as_dict())
        return
    for line in lines(found):
        typer.echo(line)
