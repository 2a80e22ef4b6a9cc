"""Small notebooks that keep the contract of the study's, for the tests of runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PARAMETERS = """\
# Settings: change these and run all cells
force = "Cumbria"  # police force area
as_of = "2020-03-31"  # date of the stock
margin = 0.10  # differences smaller than this are called similar
"""
READ = """\
from mappa.data import load
from mappa.records import RECORD_MIME
from mappa.words import Prose
from IPython.display import HTML, display
figures = load()
people = float(figures.people(as_of)[force])
"""
ANSWER = 'Prose(f"{people:,.0f} people live in {force}.")'
FIGURE = """\
HTML(
    f'<figure><img alt="{people:,.0f} people." src="data:,x"><a download href="data:,x">CSV</a>'
    '<div role="region" tabindex="0" aria-label="People"><table><caption>People</caption>'
    '<tr><th scope="row">People</th><td>some</td></tr></table></div></figure>'
)
"""
RECORD = """\
display({RECORD_MIME: {"force": force, "people": people, "margin": margin}}, raw=True)
"""


def notebook(title: str, *extra: str, parameters: str = PARAMETERS) -> dict[str, Any]:
    """Return a notebook as JSON; *extra* cells stand before the record."""
    cells = [_markdown("title", f"# {title}")]
    for name, source, tags in [
        ("settings", parameters, ["parameters"]),
        ("read", READ, []),
        ("answer", ANSWER, ["answer"]),
        ("figure", FIGURE, ["answer-figure"]),
        *[(f"extra-{n}", source, []) for n, source in enumerate(extra)],
        ("record", RECORD, ["record"]),
    ]:
        cells.append(_code(name, source, tags))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code(name: str, source: str, tags: list[str]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"tags": tags} if tags else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def write_study(folder: Path, **extra: list[str]) -> Path:
    """Write the three notebooks of a small study to *folder*; *extra* cells by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("1-growth", "2-rate", "3-register"):
        title = name[2:].title()
        text = json.dumps(notebook(title, *extra.get(name[2:], [])))
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return folder


def mappa_environment(**more: str) -> dict[str, str]:
    """Return the environment of a user's shell: ipykernel behaves otherwise inside a test."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "MAPPA_"))}
    return kept | more


def mappa_command(*arguments: object) -> list[str]:
    """Return the command line of `mappa` with this Python."""
    code = "from mappa.commands import main; main()"
    return [sys.executable, "-c", code, *map(str, arguments)]


def mappa(
    *arguments: object, notebooks: Path | None = None, patience: float = 300, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end and return what it printed and its exit status."""
    if notebooks:
        more["MAPPA_NOTEBOOKS"] = str(notebooks)
    return subprocess.run(
        mappa_command(*arguments),
        env=mappa_environment(**more),
        capture_output=True,
        text=True,
        timeout=patience,
    )
