"""``mappa areas``: the areas and what is known of each."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands.options import Json, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(areas)


def areas(
    as_of: Annotated[str, typer.Option(help="Date of the stock.")] = "",
    as_json: Json = False,
) -> None:
    """List the areas, and for a date the count of each or that none is known."""
    from mappa.data import load
    from mappa.words import numbers

    data = load()
    day = data.date(as_of or str(data.settings["default_as_of"]))
    counts = data.counts(day)
    people = data.people(day)
    if as_json:
        rows = [
            {
                "area": area,
                "slug": data.slug(area),
                "as_of": f"{day:%Y-%m-%d}",
                "count": int(counts[area]) if area in counts else None,
                "population": int(people[area]),
            }
            for area in data.names
        ]
        print_json(rows)
        return
    width = max(map(len, data.names))
    typer.echo(f"{len(data.names)} areas; registered offenders on {numbers.day(day)}:")
    for area in data.names:
        known = numbers.count(counts[area]) if area in counts else "no count published here"
        typer.echo(f"  {area:<{width}}  {known:>6}")
