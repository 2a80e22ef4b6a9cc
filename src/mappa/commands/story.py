"""``mappa story``: every claim of the story, or of a reporter's own table, recomputed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mappa.commands import options
from mappa.errors import MappaError

if TYPE_CHECKING:
    from mappa.data import Data
    from mappa.rates.story.claims import Finding


def story(
    force: options.Force = None,
    claims: Annotated[
        Path | None,
        typer.Option(help="Your own claims: a table with the columns area, date, measure, value."),
    ] = None,
    with_register: Annotated[
        bool,
        typer.Option("--register", help="Ask the register model what explains the growth."),
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Recompute what is printed of a force: claims of a story, or the figures of its sources.

    With --claims it checks your own table and says how a wrong claim should read.
    """
    from mappa.data import load
    from mappa.rates.story import check as checks
    from mappa.rates.story.file import read_claims
    from mappa.words.rate import story as words

    data = load()
    errors: list[MappaError] = []
    if claims is not None:
        read = read_claims(data, claims)
        asked, errors = read.claims, read.errors
        for remark in read.remarks:
            typer.echo(f"Remark: {remark}", err=as_json)
    else:
        asked = checks.claims_about(data, data.force(force))
    explanation = _explanation(data) if with_register else None
    found = checks.check_all(data, asked, explanation=explanation)
    if as_json:
        rows = [
            {**f.as_dict(), "why": words.why(f), "correction": words.correction(f)} for f in found
        ]
        options.print_json(rows)
        _refuse(errors)
        return
    for f in found:
        printed = f"printed {words.printed(f)}" if f.printed_value else "in words"
        typer.echo(
            f"{f.claim_id}  {words.claim(f)} ({printed}; recomputed {words.value(f) or 'none'})"
        )
        typer.echo(f"     {words.verdict(f)}: {words.why(f)}")
        if words.correction(f):
            typer.echo(f"     {words.correction(f)}")
    if found or not errors:
        typer.echo(words.summary(found))
    _refuse(errors)


def _refuse(errors: list[MappaError]) -> None:
    """Tell of the rows that were not answered, each in a sentence; exit status 1 with any."""
    for error in errors:
        typer.echo(f"mappa: {error}", err=True)
    if errors:
        raise typer.Exit(1)


def _explanation(data: Data) -> Finding:
    """Ask the register model, for the study's own force and date, what explains the growth."""
    from mappa.rates.story.check import explained
    from mappa.register.answers.build import build

    # Every draw that is shipped: the same medians as in the register's notebook.
    record = build(data, data.force(), data.day())
    law = record.counterfactuals[0]
    return explained(
        record.accounting.published_growth or record.accounting.net.mean,
        {s.reference: s.smaller.median for s in record.shorter},
        -law.growth_difference.median,
        law.label,
    )
