"""``mappa areas``, ``compare`` and ``rank``: the areas and how they compare."""

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
    from mappa.words import numbers

    data = options.tables()
    day = data.day(as_of)
    if values:
        from mappa.growth.ranking import area_values

        typer.echo(area_values(data, day).to_csv(index=False, lineterminator="\n"), nl=False)
        return
    counts, people = data.counts(day), data.people(day)
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


def compare(
    areas: Annotated[list[str], typer.Argument(help="Two or more areas.", metavar="A B [C]")],
    as_of: options.AsOf = None,
    as_json: options.Json = False,
) -> None:
    """Compare the rates and growth of two or more areas, pair by pair."""
    from mappa.growth.ranking import pairs
    from mappa.words.growth import ranking as words

    data = options.tables()
    day = data.day(as_of)
    found = pairs(data, day, [options.named(data, area) for area in areas])
    if as_json:
        options.print_json([p.as_dict() for p in found])
    else:
        options.print_texts(words.pair(p, day) for p in found)


def rank(
    as_of: options.AsOf = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    as_json: options.Json = False,
) -> None:
    """List the areas by rate, with intervals and rank ranges; estimates are marked."""
    import json

    from mappa.files import csv_text
    from mappa.growth.ranking import ranking
    from mappa.words.growth import ranking as words

    data = options.tables()
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
