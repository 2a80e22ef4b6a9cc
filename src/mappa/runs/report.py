"""The report of one force or of all: notebooks run, rendered, checked, published, gathered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mappa.errors import MappaError
from mappa.figures import Figures
from mappa.files import write_atomically
from mappa.runs import execute, results
from mappa.runs.notebooks import Notebook
from mappa.runs.parameters import check_all

RenderNotebook = Callable[[Any, str], str]
RenderForce = Callable[[Path], Any]


@dataclasses.dataclass(frozen=True)
class ForceReport:
    """What became of a force: its folder, the sentences of its answer, why it failed."""

    force: str
    folder: Path
    sentences: tuple[str, ...]
    failures: tuple[execute.Failure, ...]


def report_force(
    figures: Figures,
    force: str,
    notebooks: list[Notebook],
    settings: Mapping[str, Any],
    out: Path,
    render_notebook: RenderNotebook,
    render_force: RenderForce | None = None,
) -> ForceReport:
    """Run the notebooks of a force and publish its pages, all of them or none."""
    import nbformat

    slug = figures.slug(force)
    folder = out / slug
    values = check_all(settings | {"force": force}, {n.name: n.parameters for n in notebooks})
    files: dict[str, str] = {}
    records, sentences, failures = {}, [], []
    for notebook in notebooks:
        node, failure = execute.execute(notebook.text, values[notebook.name])
        if failure:
            failures.append(failure)
            write_atomically(
                out / "failed" / slug / f"{notebook.name}.ipynb", nbformat.writes(node)
            )
            continue
        files[f"{notebook.name}.ipynb"] = nbformat.writes(node) + "\n"
        files[f"{notebook.name}.html"] = render_notebook(node, f"{notebook.name}: {force}")
        records[notebook.name] = results.record_of(node) or {}
        sentences.append(results.sentence_of(node))
    if not failures:
        files["results.json"] = results.json_text({"force": force, "records": records})
        files["results.csv"] = results.csv_text(results.tidy_rows(force, records))
        for name, content in files.items():
            write_atomically(folder / name, content)
        if render_force:
            render_force(folder)
    return ForceReport(force, folder, tuple(sentences), tuple(failures))


class RunFailed(MappaError):
    """Some notebook failed; the end table has said which."""
