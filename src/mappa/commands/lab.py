"""``mappa lab``: open JupyterLab on the notebooks, with a page of welcome."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from mappa.commands.options import check_home
from mappa.errors import DataError, OutputError, UsageError

#: No news, no look for updates: the study asks nothing of the network.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
WELCOME = "welcome.md"
#: What the command does not know is passed on to JupyterLab.
SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}


def lab(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to work (default: the clone, else the current folder)."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Open JupyterLab on the notebooks; other options are passed on to it."""
    from mappa.data import places
    from mappa.files import write_atomically
    from mappa.runs.notebooks import reached, read
    from warmkernels import client as warm

    check_home()
    for stray in (a for a in context.args if not a.startswith("-")):
        raise UsageError(
            f"mappa lab takes no argument {stray!r}: options for JupyterLab are written "
            "--name=value."
        )
    root = folder or (places.notebooks_folder().parent if places.in_clone() else Path.cwd())
    notebooks = lay_out(places.notebooks_folder(), root)
    state = places.cache_folder() / "lab"
    write_atomically(state / "settings" / "overrides.json", json.dumps(OVERRIDES, indent=2))
    page = (notebooks / WELCOME).relative_to(root).as_posix()
    arguments = [
        f"--ServerApp.root_dir={root.resolve()}",
        f"--LabApp.app_settings_dir={(state / 'settings').resolve()}",
        f"--LabApp.workspaces_dir={(state / 'workspaces').resolve()}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.default_url=/lab/workspaces/mappa/tree/{page}",
    ]
    arguments += ["--no-browser"] if no_browser else []
    arguments += [f"--port={port}"] if port is not None else []
    # Read where the environment asks for warm kernels: their template imports these.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this Python's kernel, not a user's
    books = []
    for path in notebooks.glob("*.ipynb"):
        with contextlib.suppress(DataError):  # JupyterLab opens it all the same
            books.append(read(path))
    os.environ.setdefault(warm.PRELOAD, ",".join(reached(books)))
    command = [sys.executable, "-m", "jupyterlab", *arguments, *context.args]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # signals and the exit status are JupyterLab's own
    raise typer.Exit(subprocess.call(command))


def lay_out(source: Path, root: Path) -> Path:
    """Return the folder of the notebooks under *root*, copied there where it has none.

    Notebooks that are there already are the user's: they are left as they are.
    """
    if source.parent.resolve() == root.resolve():
        return root / source.name
    target = root / "notebooks"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.iterdir()):
            if path.suffix in {".ipynb", ".md"} and not (target / path.name).exists():
                shutil.copy(path, target / path.name)
    except OSError as error:
        raise OutputError(
            f"Cannot lay the notebooks out in {target}: {error.strerror}. Name a folder that can "
            "be written with --folder."
        ) from error
    return target
