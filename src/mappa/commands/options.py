"""What several commands share: their options, declared once, and how answers are printed.

An option that is not given is ``None`` and is not passed on, so that each default is written once:
in the function that answers.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mappa.errors import OutputError

if TYPE_CHECKING:
    from mappa.data import Data

Force = Annotated[str | None, typer.Option(help="Name of the force (default: the study's).")]
Forces = Annotated[
    list[str] | None, typer.Option("--force", help="A force; give it again for several.")
]
Everyone = Annotated[bool, typer.Option("--all", help="Every force.")]
AsOf = Annotated[
    str | None, typer.Option(help="Date of the last figures used, YYYY-MM-DD (default: study's).")
]
Horizon = Annotated[int | None, typer.Option(help="Years of forecast after that date.")]
Margin = Annotated[float | None, typer.Option(help="Difference that would matter (0.1 is 10%).")]
Comparator = Annotated[str | None, typer.Option(help="Comparison group.")]
Denominator = Annotated[str | None, typer.Option(help="Population used as the denominator.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any other parameter of the notebooks."),
]
Out = Annotated[Path, typer.Option(help="Folder of the pages.")]
Kept = Annotated[
    Path | None, typer.Option("--out", help="Where to write (default: next to the tables).")
]
Processes = Annotated[int, typer.Option(min=1, help="Worker processes.")]
Dask = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Run on a dask scheduler (needs the extra dask).")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change.")]
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def tables() -> "Data":
    """Load the study's tables; their modules are slow to import, and so are not at the top."""
    from mappa.data import load

    return load()


def named(data: "Data", force: str | None) -> str:
    """Return the area that *force* is answered for; say so where its name is another's."""
    from mappa.data.area_names import resolve

    if force is not None and (remark := resolve(data, force).remark):
        typer.echo(f"Remark: {remark}.", err=True)
    return data.force(force)


def remark_names(data: "Data") -> None:
    """Print below a list of areas what there is to know of their names."""
    from mappa.data.area_names import remarks

    typer.echo("\n".join(f"Remark: {remark}." for remark in remarks(data)))


def given(**values: Any) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in values.items() if value is not None}


def print_json(value: Any) -> None:
    """Print *value* as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_texts(texts: Iterable[str]) -> None:
    """Print paragraphs, a blank line between them."""
    typer.echo("\n\n".join(map(str, texts)))


def check_home() -> None:
    """Refuse to start Jupyter for a user without a home folder, which holds its settings."""
    try:
        Path.home()
    except RuntimeError:
        raise OutputError(
            "This user has no home folder, which Jupyter needs: set HOME to a folder that can be "
            "written."
        ) from None


def beside(data: "Data", out: Path | None, name: str = "") -> Path:
    """Return where a result is stored: *out*, else *name* in the folder of the tables.

    Raises OutputError where that folder is an installed package's: the next installation would
    delete what is written there.
    """
    from mappa.data import places

    shipped = not places.in_clone() and data.folder.is_relative_to(Path(places.__file__).parents[1])
    if out is None and shipped:
        raise OutputError(
            f"The tables in {data.folder} are those of the installed package, which is no place "
            "for results: name your own copy with `mappa --data FOLDER`, or a place with --out."
        )
    return out if out is not None else data.folder / name
