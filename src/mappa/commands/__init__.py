"""The command ``mappa``: one module for each group of commands, loaded without heavy imports.

A command's module may import typer, this package's ``errors`` and the standard library at its
top; pandas, papermill and the statistics are imported inside the command, so that
``mappa --help`` answers at once.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from mappa import __version__
from mappa.errors import MappaError

app = typer.Typer(
    name="mappa",
    help="Growth, rate and register: registered sexual offenders by police force area.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mappa {__version__}")
        raise typer.Exit


@app.callback()
def options(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the tables (default: the study's own).")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Growth, rate and register: registered sexual offenders by police force area."""
    if data is not None:
        # Kernels and workers inherit it, so that notebooks read the same tables.
        os.environ["MAPPA_DATA"] = str(data.resolve())


def _register_all() -> None:
    """Let every module of this package add its commands with its ``register(app)``."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}").register(app)


def main() -> None:
    """Run the command; a mistake of the user's is told in one sentence and an exit status."""
    _register_all()
    try:
        app()
    except MappaError as error:
        typer.echo(f"mappa: {error}", err=True)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # The reader of our output went away (mappa areas | head): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
