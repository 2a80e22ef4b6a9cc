"""The command ``mappa``: one module for each group of commands, loaded without heavy imports.

At the top of a module only typer, light modules of this package and the standard library are
imported; pandas, papermill and the statistics are imported inside the command, so that
``mappa --help`` answers at once.
"""

import contextlib
import errno
import importlib
import io
import itertools
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from mappa import __version__
from mappa.errors import MappaError, OutputError, UsageError

app = typer.Typer(
    name="mappa",
    help="Growth, rate and register: registered sexual offenders by police force area.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

#: The commands by their module here.
COMMANDS = {
    "areas": ("areas", "compare", "rank"),
    "figures": ("add-figures", "check", "fetch-official"),
    "forecast": ("forecast",),
    "growth": ("growth",),
    "lab": ("lab",),
    "rate": ("explain", "rate", "simulate", "story"),
    "register": ("register",),
    "report": ("list", "report", "site"),
}


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mappa {__version__}")
        raise typer.Exit


@app.callback()
def every_command(
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


def _register_all(first: str = "") -> None:
    """Add every command, as a function or, where it has commands of its own, as a ``group``.

    Where *first* names a command, its module alone: an answer need not wait for the others.
    """
    modules = {command: module for module, held in COMMANDS.items() for command in held}
    wanted = {first: modules[first]} if first in modules else modules
    for command, module in sorted(wanted.items()):
        held = vars(importlib.import_module(f"{__name__}.{module}"))
        name = command.replace("-", "_")
        if "group" in held:
            app.add_typer(held["group"], name=command)
        else:  # list_: not to hide Python's own
            function = held.get(name) or held[f"{name}_"]
            app.command(command, context_settings=held.get("SETTINGS"))(function)


def main() -> None:
    """Run the command; whatever happens, a user reads one sentence and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it was closed
            stream.reconfigure(errors="replace")
    try:
        try:
            _look_around(sys.argv[1:])
            _register_all(*sys.argv[1:2])
            sys.exit(app(prog_name="mappa", standalone_mode=False))
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except MappaError as error:
        _leave(str(error), error.exit_status)
    except BrokenPipeError:
        _silence()
        sys.exit(141)  # the reader of our output went away (mappa areas | head): no error of ours
    except typer.Abort:
        _leave("Stopped: nothing was changed.", 1)
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's own, whose class is not of one place
            _misused(error)
        _leave(_unforeseen(error), 1)


def _misused(error: Any) -> NoReturn:
    """End for a mistake that typer finds: its sentence, and where to read more."""
    text, context = error.format_message(), getattr(error, "ctx", None)
    if text.startswith("Usage:"):  # no command is given, and this is the help
        typer.echo(text, err=True)
        sys.exit(error.exit_code)
    path = context.command_path if context else "mappa"
    stop = "" if text.endswith((".", "?")) else "."
    _leave(f"{text}{stop} See `{path} --help`.", error.exit_code)


def _look_around(arguments: list[str]) -> None:
    """Refuse what no command can work with: a folder that is gone, options without a value.

    An empty value is that of a variable that a script forgot to set: answering for the default
    would mislead. Options with a full stop in their names are JupyterLab's.
    """
    try:
        Path.cwd()
    except OSError:
        raise OutputError("The current folder is no longer there: change to another.") from None
    for option, value in itertools.pairwise([*arguments, "-"]):
        name, equals, given = option.partition("=")
        empty = not given if equals else not value
        if name.startswith("--") and "." not in name and empty:
            raise UsageError(f"{name} is empty: leave it out, or give it a value.")


def _unforeseen(error: Exception) -> str:
    """Return the sentence for an error that nobody foresaw; its details go to a file."""
    if isinstance(error, OSError) and error.errno == errno.EMFILE:
        return (
            "Too many files are open: allow this process more (ulimit -n 1024), or run fewer "
            "notebooks at once with --jobs 1."
        )
    text = " ".join(str(error).split())[:200]
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        what = "no space is left on the device"
    return f"The command ended before its time ({what}); {_details()}."


def _details() -> str:
    """Store the traceback in a file of the cache and say where."""
    import tempfile
    import traceback

    try:
        from mappa.data.places import cache_folder

        folder = cache_folder() / "errors"
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="mappa-", suffix=".log", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(f"mappa {__version__}, Python {sys.version}\n{sys.argv}\n")
            traceback.print_exc(file=stream)
    except OSError:
        return "no folder for its details can be written"
    return f"the details are in {name}"


def _leave(sentence: str, status: int) -> NoReturn:
    """Say *sentence* on one line and end."""
    _silence()
    with contextlib.suppress(OSError):
        typer.echo(f"mappa: {' '.join(sentence.splitlines())}", err=True)
    sys.exit(status)


def _silence() -> None:
    """Send what is still to be printed nowhere, so that Python does not fail on it at the end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
