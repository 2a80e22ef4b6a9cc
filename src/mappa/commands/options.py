"""What several commands share: their options, declared once, and how JSON is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Forces = Annotated[
    list[str] | None, typer.Option("--force", help="A force; give it again for several.")
]
Everyone = Annotated[bool, typer.Option("--all", help="Every force.")]
AsOf = Annotated[str | None, typer.Option(help="Date of the stock, YYYY-MM-DD.")]
Margin = Annotated[float | None, typer.Option(help="Difference that would matter (0.1 is 10%).")]
Comparator = Annotated[str | None, typer.Option(help="What the rate is compared with.")]
Denominator = Annotated[str | None, typer.Option(help="Whose number a count is divided by.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any other parameter of the notebooks."),
]
Out = Annotated[Path, typer.Option(help="Folder of the pages.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def print_json(value: Any) -> None:
    """Print *value* as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))
