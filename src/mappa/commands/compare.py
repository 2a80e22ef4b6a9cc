"""``mappa compare``: areas compared with one another."""

from __future__ import annotations

from typing import Annotated

import typer

from mappa.commands import options


def compare(
    areas: Annotated[list[str], typer.Argument(help="Two or more areas.", metavar="A B [C]")],
    as_of: options.AsOf = None,
    as_json: options.Json = False,
) -> None:
    """Compare the rates and growth of two or more areas, pair by pair."""
    from mappa.data import load
    from mappa.growth.ranking import pairs
    from mappa.words.growth import ranking as words

    data = load()
    day = data.day(as_of)
    found = pairs(data, day, [options.named(data, area) for area in areas])
    if as_json:
        options.print_json([p.as_dict() for p in found])
    else:
        options.print_texts(words.pair(p, day) for p in found)
