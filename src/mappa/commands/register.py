"""``mappa register``: the register model's answer, what-ifs and fit."""

from __future__ import annotations

from typing import Annotated

import typer

group = typer.Typer(
    help="Where the growth comes from: the register model, what-ifs and its fit.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    app.add_typer(group, name="register")


@group.command()
def show(
    force: Annotated[str, typer.Option(help="Name of the force.")] = "",
    as_of: Annotated[str, typer.Option(help="Date of the last figures used.")] = "",
    horizon: Annotated[int, typer.Option(help="Years of forecast, 0 to 10.")] = 4,
    reference: Annotated[
        str, typer.Option(help="Year to March that growth is held against, such as 2009/10.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON.")] = False,
) -> None:
    """Say where the year's growth comes from."""
    import json

    from mappa.figures import load
    from mappa.register.show import build
    from mappa.words import register as words

    figures = load()
    record = build(
        figures,
        force or str(figures.settings["default_force"]),
        as_of or str(figures.settings["default_as_of"]),
        horizon=horizon,
        reference=reference,
    )
    if as_json:
        typer.echo(json.dumps(record.as_dict(), indent=2, ensure_ascii=False))
        return
    typer.echo(words.answer(record))
    typer.echo()
    typer.echo(words.accounting(record))
    typer.echo(words.status(record))
