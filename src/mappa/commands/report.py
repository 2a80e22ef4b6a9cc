"""``mappa report``: run the notebooks of forces, render and publish their pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    force: Annotated[
        list[str] | None, typer.Option(help="A force; give it again for several.")
    ] = None,
    as_of: Annotated[str, typer.Option(help="Date of the stock.")] = "",
    out: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("reports"),
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another parameter of the notebooks."),
    ] = None,
) -> None:
    """Run the notebooks of a force and print the answer and where its pages are."""
    from mappa.figures import load, places
    from mappa.files import write_atomically
    from mappa.runs import notebooks, parameters
    from mappa.runs import report as runs

    figures = load()
    forces = [figures.area(f) for f in force or [str(figures.settings["default_force"])]]
    day = figures.date(as_of or str(figures.settings["default_as_of"]))
    found = notebooks.find(places.notebooks_folder())
    settings: dict[str, Any] = dict(parameters.read_setting(s) for s in set_ or [])
    settings |= {"as_of": f"{day:%Y-%m-%d}"}
    probe = write_atomically(out / ".mappa", "")  # an unwritable folder is told before a kernel
    probe.unlink()
    failed = False
    for name in forces:
        done = runs.report_force(
            figures, name, found, settings, out, render_notebook, render_force()
        )
        for failure in done.failures:
            typer.echo(f"{name}: {failure}", err=True)
            failed = True
        for sentence in done.sentences:
            typer.echo(sentence)
        if not done.failures:
            typer.echo(f"Pages: {done.folder / 'index.html'}")
    if failed:
        raise typer.Exit(1)


def render_notebook(node: Any, title: str) -> str:
    """Render one executed notebook by the study's pages, else by nbconvert's own template."""
    try:
        from mappa.pages.notebook import render_notebook as render
    except ImportError:
        from nbconvert import HTMLExporter

        text, _ = HTMLExporter().from_notebook_node(node)
        return str(text)
    return str(render(node, title=title))


def render_force() -> Any:
    """Return what makes the page of a force, once the pages have it."""
    try:
        from mappa.pages.force import render_force as render
    except ImportError:
        return None
    return render
