"""``mappa site``: one folder or zip with every page, for a reader who never opens Jupyter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def site(
    reports: Annotated[Path, typer.Option(help="Folder into which `mappa report` wrote.")] = Path(
        "reports"
    ),
    out: Annotated[Path, typer.Option(help="Folder of the site.")] = Path("site"),
    zip_: Annotated[
        Path | None, typer.Option("--zip", help="Write one zip file in place of a folder.")
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option("--also", help="Folder of reports of another date, for the site's choice."),
    ] = None,
    light: Annotated[
        bool, typer.Option("--light", help="Leave the executed notebooks out.")
    ] = False,
) -> None:
    """Build the site: index, every force with a report, nation, methods, data, about."""
    from mappa.data import load
    from mappa.pages import site as pages

    files = pages.build(load(), reports, also=also or (), light=light)
    changes = pages.write_zip(files, zip_) if zip_ else pages.write_folder(files, out)
    for line in pages.told(changes, files, zip_ or out):
        typer.echo(line)
    if not zip_:
        typer.echo(f"Open {out / 'index.html'}")
