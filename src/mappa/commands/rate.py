"""``mappa rate``: whether a force's rate differs, is unusual, and would matter."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rate)


def rate(
    force: Annotated[str, typer.Option(help="Name of the area (`mappa areas` lists them).")] = "",
    as_of: Annotated[str, typer.Option(help="Date of the stock, such as 2020-03-31.")] = "",
    margin: Annotated[float, typer.Option(help="Difference that would matter: 0.10 is 10%.")] = 0.1,
    comparator: Annotated[str, typer.Option(help="With what the force is compared.")] = "rest",
    denominator: Annotated[
        str, typer.Option(help="Whose number the count is divided by.")
    ] = "aged 10 and over",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole record.")] = False,
) -> None:
    """Tell whether a force's rate differs, whether that is unusual and whether it would matter."""
    import json

    from mappa.data import load
    from mappa.studies.rate import rate as open_study

    data = load()
    study = open_study(
        force,
        as_of,
        margin=margin,
        comparator=comparator,
        denominator=denominator,
        data=data,
    )
    if as_json:
        typer.echo(json.dumps(study.record.as_dict(), indent=2, ensure_ascii=False))
    else:
        typer.echo(study.paragraph)
        typer.echo()
        typer.echo(study.change)
        typer.echo()
        typer.echo(study.sensitivity if study.record.count is not None else study.unusual)
