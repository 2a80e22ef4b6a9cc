"""``mappa growth``: growth of a force and of the nation, estimates and forecasts."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(growth)


def growth(
    force: Annotated[str, typer.Option(help="Name of the force.")] = "",
    as_of: Annotated[str, typer.Option(help="Date of the stock (YYYY-MM-DD).")] = "",
    horizon: Annotated[int, typer.Option(help="Years to forecast, 0 to 5.")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Tell how the numbers have grown in a force and nationally."""
    import json

    from mappa.figures import load
    from mappa.studies.growth import growth as study

    figures = load()
    force = force or str(figures.settings["default_force"])
    answer = study(force, as_of, horizon, figures)
    if as_json:
        typer.echo(json.dumps(answer.record.as_dict(), indent=2, ensure_ascii=False))
    else:
        typer.echo(answer.sentence)
