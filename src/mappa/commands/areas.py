"""``mappa areas``: the areas and what is known of each."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(areas)


def areas(
    as_of: Annotated[str, typer.Option(help="Date of the stock.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the areas, and for a date the count of each or that none is known."""
    import json

    from mappa.figures import load
    from mappa.words import numbers

    figures = load()
    day = figures.date(as_of or str(figures.settings["default_as_of"]))
    counts = figures.counts(day)
    people = figures.people(day)
    if as_json:
        rows = [
            {
                "area": area,
                "slug": figures.slug(area),
                "as_of": f"{day:%Y-%m-%d}",
                "count": int(counts[area]) if area in counts else None,
                "population": int(people[area]),
            }
            for area in figures.names
        ]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(map(len, figures.names))
    typer.echo(f"{len(figures.names)} areas; registered offenders on {numbers.day(day)}:")
    for area in figures.names:
        known = numbers.count(counts[area]) if area in counts else "no count published here"
        typer.echo(f"  {area:<{width}}  {known:>6}")
