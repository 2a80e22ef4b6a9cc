"""The study of Cumbria as documents that a code host shows, and the findings of the README.

`make example` runs the study and writes docs/cumbria and the README's findings; a test makes the
same texts from a run of its own and compares them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import MarkdownExporter
from nbformat import NotebookNode

from mappa.pages import brief, cells
from mappa.pages.exporter import part_title
from mappa.plot.exhibit import EXHIBIT_MIME
from mappa.plot.svg import framed
from mappa.records import RECORD_MIME

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "cumbria"
#: Where the README's findings begin and end.
FOUND = re.compile(r"(<!-- found: make example -->\n).*?(<!-- /found -->)", re.DOTALL)
#: What a page shows or leads to, beside it.
LINK = re.compile(r"\]\(([\w.-]+)\)")
#: Lines of a record that are shown.
MOST_LINES = 30
_PICTURE = "![{alt}]({name}.svg)"


def run(reports: Path) -> Path:
    """Run the study of Cumbria into *reports*; return its folder there."""
    asked = ["--force", "Cumbria", "--quiet", "--out", str(reports)]
    subprocess.run([sys.executable, "-m", "mappa", "report", *asked], check=True, cwd=ROOT)
    return reports / "cumbria"


def documents(published: Path) -> dict[str, str]:
    """Return the texts by file name: a Markdown page a notebook, its pictures, and a front page."""
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in cells.numbered(published)}
    files, links = {}, []
    for stem, nb in notebooks.items():
        for chart in _charts(nb):
            files[f"{stem}-{chart['name']}.svg"] = framed(
                chart["svg"], chart["headline"], chart["subtitle"], chart["source"]
            )
        files[f"{stem}.md"] = _page(stem, nb)
        links.append(f"- [{cells.heading(nb)}]({stem}.md)")
    answers = [f"## {part_title(n)}\n\n{cells.sentence(nb)}" for n, nb in notebooks.items()
               if cells.sentence(nb)]  # fmt: skip
    shown = [
        f"**{c['headline']}**\n\n" + _PICTURE.format(alt=c["alt"], name=f"{stem}-{c['name']}")
        for stem, nb in notebooks.items()
        for c in brief.charts({stem: nb}, brief.BRIEF)
    ]
    files["README.md"] = "\n\n".join(
        [
            "# Cumbria, 31 March 2020: the study as it runs",
            "Made by `make example` from one run of the notebooks; a test holds it to them.",
            *answers,
            *shown,
            "## The notebooks with their code, tables and charts\n\n" + "\n".join(links) + "\n",
        ]
    )
    return files


def findings(published: Path) -> str:
    """Return the README's findings: the first paragraph of each notebook's answer."""
    notebooks = [nbformat.read(path, as_version=4) for path in cells.numbered(published)]
    found = [f"- {text}" for nb in notebooks[:3] if (text := cells.sentence(nb).split("\n\n")[0])]
    return "\n".join(found) + "\n"


def _charts(nb: NotebookNode) -> list[dict[str, str]]:
    return [
        output.data[EXHIBIT_MIME]
        for cell in nb.cells
        for output in cell.get("outputs", [])
        if EXHIBIT_MIME in output.get("data", {})
    ]


def _page(stem: str, nb: NotebookNode) -> str:
    """Return an executed notebook as Markdown, its pictures as links to files."""
    shown = [c for c in nb.cells if "injected-parameters" not in cells.tags(c)]
    nb = nbformat.from_dict(cells.subset(nb, shown))
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                kind, text = _shown(stem, output.data)
                output.data = NotebookNode({kind: text})
    kinds = ["text/markdown", "text/html", "text/plain"]
    text, _ = MarkdownExporter(display_data_priority=kinds).from_notebook_node(nb)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _shown(stem: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the kind and text of an output: a code host strips pictures in HTML and styles."""
    if EXHIBIT_MIME in data:
        chart = data[EXHIBIT_MIME]
        picture = _PICTURE.format(alt=chart["alt"], name=f"{stem}-{chart['name']}")
        return "text/markdown", f"**{chart['headline']}**\n\n{picture}\n\n{chart['source']}"
    if RECORD_MIME in data or "text/html" not in data:
        lines = data["text/plain"].splitlines()
        cut = [*lines[:MOST_LINES], "..."] if len(lines) > MOST_LINES else lines
        return "text/plain", "\n".join(cut)
    if "mappa-prose" in data["text/html"]:
        text = re.sub(r"</p>\s*<p[^>]*>", "\n\n", data["text/html"])
        return "text/markdown", re.sub(r"</?p[^>]*>", "", text)
    unstyled = r' (?:tabindex|role|aria-label|class)="[^"]*"'
    return "text/html", re.sub(unstyled, "", data["text/html"])


def write(published: Path) -> None:
    """Write docs/cumbria and the README's findings from the folder of a finished run."""
    files, found = documents(published), findings(published)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in set(FOLDER.iterdir()) - {FOLDER / name for name in files}:
        old.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    readme = ROOT / "README.md"
    text = FOUND.sub(lambda part: part[1] + found + part[2], readme.read_text(encoding="utf-8"))
    readme.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write(run(Path(folder)))
