"""An nbconvert exporter of the study's own: ``jupyter nbconvert --to mappa NOTEBOOK``.

The templates that come with nbconvert drop the alt text of SVG, fetch RequireJS, MathJax and
mermaid from elsewhere and repeat a quarter of a megabyte of style on every page. Here a notebook
becomes cells inside the study's own frame: no script, code folded, alt text preserved.
"""

import base64
import functools
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import pass_context
from latex2mathml.converter import convert
from mistune import HTMLRenderer, create_markdown
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.strings import clean_html
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from traitlets import default

from mappa.data import load
from mappa.pages import cells, layout
from mappa.records import RECORD_MIME
from mappa.versions import versions
from mappa.words import capital
from mappa.words.tables import folded, table_html

#: Markup that could run or fetch something; output that holds any is cleaned by nbconvert.
_ALIVE = re.compile(
    r"<\s*(script|iframe|object|embed|link|meta|base|form|style|svg|math|template)\b"
    r"|<[^>]+\son\w+\s*=|javascript:|<[^>]+\s(src|srcset)\s*=\s*[\"']?\s*(?!data:)[^\s\"'>]",
    re.I,
)
#: What is shown of an output, the first that it has; a record is shown as the table of its numbers.
SHOWN = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", RECORD_MIME,
         "text/latex", "text/plain"]  # fmt: skip
#: A formula of a text, by itself or in its line.
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.S)
NO_ALT = "No description has been given for this picture."


def inert(fragment: str) -> str:
    """Return the HTML of an output; if any of it could run or fetch, cleaned of it."""
    text = str(fragment)
    return str(clean_html(text)) if _ALIVE.search(text) else text


def plain_markdown(text: str) -> str:
    """Return Markdown output as HTML; markup within it stays text."""
    render = create_markdown(renderer=HTMLRenderer(escape=True), plugins=["table"])
    return str(render(str(text)))


def mathml(found: re.Match[str]) -> str:
    """Return a LaTeX formula as MathML, which a browser shows without a script.

    What is no formula stays as it was written.
    """
    try:
        kind = "block" if found[1] else "inline"
        return str(convert(html.unescape(found[1] or found[2]), display=kind))
    except Exception:  # the converter's errors have no class of their own
        return found[0]


def picture(output: NotebookNode, mime: str, cell: NotebookNode) -> str:
    """Return an image output with its alt text, from the output's metadata or the cell's."""
    own, whole = output.get("metadata", {}), cell.get("metadata", {})
    alt = own.get(mime, {}).get("alt") or own.get("alt") or whole.get("alt") or NO_ALT
    data = output["data"][mime]
    if mime == "image/svg+xml":
        data = base64.b64encode(data.encode()).decode()
    data = "".join(data.split())
    source = html.escape(f"data:{mime};base64,{data}", quote=True)
    return f'<img alt="{html.escape(str(alt), quote=True)}" src="{source}">'


def highlight(source: str, metadata: Any = None) -> str:
    """Return the code of a cell as HTML; every force has the same, so it is made once."""
    return _highlighted(source, (metadata or {}).get("magics_language"))


@functools.lru_cache(maxsize=512)
def _highlighted(source: str, language: str | None) -> str:
    metadata = {"magics_language": language} if language else None
    return str(Highlight2HTML(pygments_lexer="python")(source, metadata=metadata))


def record_table(record: dict[str, Any]) -> str:
    """Return the single numbers and words of a record as a folded table."""
    single = {k: v for k, v in record.items() if not isinstance(v, dict | list)}
    rows = [(k, "not known" if v is None else str(v)) for k, v in single.items()]
    table = table_html(pd.DataFrame(rows, columns=["Key", "Value"]), "Unrounded numbers")
    return folded("The numbers behind this page, unrounded", table)


class MappaExporter(HTMLExporter):
    """Notebook to one self-contained, accessible HTML page of the study's own style."""

    export_from_notebook = "mappa page"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "mappa"

    @default("exclude_anchor_links")
    def _exclude_anchor_links_default(self) -> bool:
        return True

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(layout.HERE / "templates")]

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Return the Markdown of a cell as HTML, its formulas as MathML."""
        return _FORMULA.sub(mathml, str(super().markdown2html(context, source)))

    def default_filters(self) -> Any:
        """Add the filters of the study's template."""
        yield from super().default_filters()
        yield from ((f.__name__, f) for f in (inert, plain_markdown, picture, record_table))

    def fragment(self, nb: NotebookNode, resources: dict[str, Any] | None = None) -> str:
        """Return the cells as HTML, headings as the notebook has them, without a page."""
        notebook = _numbered(nb)
        resources = self._init_resources(resources)
        resources["record_mime"] = RECORD_MIME
        self.register_filter("highlight_code", highlight)
        self.register_filter(
            "filter_data_type",
            WidgetsDataTypeFilter(
                notebook_metadata=notebook.metadata,
                parent=self,
                resources=resources,
                display_data_priority=SHOWN,
            ),
        )
        # HTMLExporter's own method parses the page again, only to add what ours has.
        text, _ = TemplateExporter.from_notebook_node(self, notebook, resources)
        return str(text)

    def _preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the preprocessors that are asked for, and nothing between them.

        nbconvert copies, normalises and validates the notebook a dozen times here, which costs as
        much as the page; this one is a copy already and was validated when it was read.
        """
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
        return nb, resources

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources."""
        text = render_notebook(nb, title=kw.get("title"), exporter=self)
        return text, self._init_resources(resources)


def _numbered(nb: NotebookNode) -> NotebookNode:
    """Return the notebook with the number of each step; *nb* is left as it is, nothing is copied.

    nbconvert copies what it is given before it changes anything.
    """
    found, step = [], 0
    for cell in nb.cells:
        if cell.cell_type == "code":
            step += 1
            metadata = NotebookNode(dict(cell.get("metadata", {})) | {"mappa_step": step})
            cell = NotebookNode(dict(cell) | {"metadata": metadata})
        found.append(cell)
    return NotebookNode(dict(nb) | {"cells": found})


@functools.cache
def _exporter() -> MappaExporter:
    """One exporter for each process: making it costs more than a page."""
    return MappaExporter()


def fragment(nb: NotebookNode) -> str:
    """Return the cells of a notebook as HTML, without a page."""
    return _exporter().fragment(nb)


def part_title(name: str) -> str:
    """Return a notebook's name as a title: ``2-rate`` is Rate."""
    words = name.lstrip("0123456789-_. ").replace("-", " ").replace("_", " ").strip()
    return capital(words) or name


def page_title(nb: NotebookNode) -> str:
    """Return the heading of a notebook after the force it ran for."""
    heading = layout.text_of(cells.heading(nb)) or "Notebook"
    force = cells.parameters(nb).get("force")
    if isinstance(force, str) and force and force not in heading:
        return f"{force}: {heading[:1].lower()}{heading[1:]}"
    return heading


def body_of(nb: NotebookNode, title: str, exporter: MappaExporter | None = None) -> str:
    """Return the cells as HTML with one level 1 heading, *title*, and settled headings."""
    fragment = (exporter or _exporter()).fragment(nb)
    escaped = html.escape(title)
    fragment, found = re.subn(
        r"<h1\b[^>]*>.*?</h1>", f"<h1>{escaped}</h1>", fragment, count=1, flags=re.S
    )
    if not found:
        fragment = f"<h1>{escaped}</h1>\n{fragment}"
    return layout.settle_headings(fragment)


def render_notebook(
    notebook: Path | str | NotebookNode,
    *,
    title: str | None = None,
    exporter: MappaExporter | None = None,
    frame: layout.Frame | None = None,
) -> str:
    """Return an executed notebook as a self-contained HTML page.

    Parameters
    ----------
    notebook: an executed notebook, or its path.
    title: the page's title; by default the notebook's heading and its force.
    exporter: the exporter to use; by default one for all pages.
    frame: what the page has around its text.

    Raises
    ------
    DataError: the file is not a notebook.
    """
    nb = cells.read(notebook)
    shown = title or page_title(nb)
    body = body_of(nb, shown, exporter) + about(cells.parameters(nb))
    return layout.page(shown, body, frame)


def about(parameters: Mapping[str, Any], *, heading: bool = True) -> str:
    """Return the section on what a page was made from as HTML: settings, data, versions.

    It has no date of the run, so that a rebuild is the same.
    """
    data = load()
    latest = max(data.area_figures["date"].max(), data.national("rso_count").index.max())
    rows = [(name, str(value) or "not set") for name, value in parameters.items()]
    settings = pd.DataFrame(rows, columns=["Setting", "Value"])
    table = table_html(settings, "Settings of this page") if rows else ""
    made = ", ".join(f"{name} {version}" for name, version in versions().items())
    title = '<h2 id="about-this-page">About this page</h2>' if heading else ""
    return (
        f"{title}{table}<dl><dt>Data</dt><dd>Latest figure of {latest:%Y-%m-%d}; SHA-256 of the "
        f"tables <code>{html.escape(data.digest[:16])}</code></dd>"
        f"<dt>Made with</dt><dd>{html.escape(made)}</dd></dl>"
    )
