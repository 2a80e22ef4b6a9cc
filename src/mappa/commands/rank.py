"""``mappa rank``: the areas in order of their rate."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands import options


def rank(
    as_of: options.AsOf = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    as_json: options.Json = False,
) -> None:
    """List the areas by rate, with intervals and rank ranges; estimates are marked."""
    import json

    from mappa.data import load
    from mappa.files import csv_text
    from mappa.growth.ranking import ranking
    from mappa.words.growth import ranking as words

    data = load()
    day = data.day(as_of)
    table = ranking(data, day)
    if as_json:
        options.print_json(json.loads(table.reset_index().to_json(orient="records")))
    elif as_csv:
        rows = table.astype(object).where(table.notna(), None).itertuples()
        typer.echo(csv_text([table.index.name, *table.columns], rows), nl=False)
    else:
        typer.echo("\n".join(words.ranking(table, day)))
        options.remark_names(data)
