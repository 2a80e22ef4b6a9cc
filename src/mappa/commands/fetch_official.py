"""``mappa fetch-official``: bring in the official tables of all areas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mappa.commands import options
from mappa.errors import UsageError


def fetch_official(
    year: Annotated[
        list[int] | None, typer.Option(help="Year of the stock; may be repeated. Default: all.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Read this downloaded workbook; needs one --year.")
    ] = None,
    yes: options.Yes = False,
    dry_run: options.DryRun = False,
) -> None:
    """Download the official area tables and add them, checked, with their source."""
    from mappa.commands.add_figures import settle
    from mappa.data import download, load, official, workbooks
    from mappa.data.add import plan

    data = load()
    years = year or []
    if file is not None and len(years) != 1:
        raise UsageError("--file needs the --year that the workbook is for, once.")
    tables = []
    for _, row in download.addresses(data, years).iterrows():
        if file is None:
            typer.echo(f"Downloading {download.resolve(row['url'])} ...")
            content, name = download.download(row["url"]), row["url"].rsplit("/", 1)[-1]
        else:
            content, name = workbooks.read_bytes(file), file.name
        table = official.read_official(content, name, row["stock_date"], data)
        for remark in table.remarks:
            typer.echo(f"Remark: {remark}")
        for doubt in table.doubts:
            typer.echo(doubt)
        if table.unused:
            typer.echo(f"{name}: columns not used: {'; '.join(table.unused)}.")
        tables.append((table, str(row["url"])))
    settle(plan(data, official.to_submission(tables, data)), data, yes=yes, dry_run=dry_run)
