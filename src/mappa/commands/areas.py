"""``mappa areas``: the areas and what is known of each."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands import options


def areas(
    as_of: options.AsOf = None,
    as_json: options.Json = False,
    values: Annotated[
        bool,
        typer.Option(
            "--values",
            help="Print a CSV of every area and date: counts, bounds, estimates and forecasts.",
        ),
    ] = False,
) -> None:
    """List the areas, and for a date the count of each or that none is known."""
    from mappa.data import load
    from mappa.words import numbers

    data = load()
    day = data.day(as_of)
    if values:
        from mappa.growth.values import area_values

        typer.echo(area_values(data, day).to_csv(index=False, lineterminator="\n"), nl=False)
        return
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
        options.print_json(rows)
        return
    width = max(map(len, data.names))
    typer.echo(f"{len(data.names)} areas; registered offenders on {numbers.day(day)}:")
    for area in data.names:
        known = numbers.count(counts[area]) if area in counts else "no count published here"
        typer.echo(f"  {area:<{width}}  {known:>6}")
    options.remark_names(data)
