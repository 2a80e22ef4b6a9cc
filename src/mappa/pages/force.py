"""The page of a force, assembled from its executed notebooks."""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from mappa.errors import OutputError
from mappa.files import write_atomically
from mappa.pages import about, cells, layout
from mappa.pages.notebook import fragment, page_title, render_notebook
from mappa.words import numbers

#: Cells that the page shows elsewhere, or leaves to the notebook.
ELSEWHERE = {"parameters", "injected-parameters", "record", "answer", "notebook-only"}
#: Tags of the cell whose figure opens the page, and of the cells that check the story.
LEAD, STORY = "lead", "story"
LONG_TABLE, WIDE_TABLE = 12, 7  # rows, columns; a larger table is in the notebook
_FIGURE = re.compile(r'<figure class="mappa-exhibit" id="([^"]*)">.*?</figure>', re.S)
_HEADLINE = re.compile(r'<p class="mappa-headline"><strong>(.*?)</strong>', re.S)
_TABLE = re.compile(r'<div class="mappa-table"[^>]*>.*?</table></div>', re.S)


def load_notebooks(folder: Path) -> dict[str, NotebookNode]:
    """Return the executed notebooks of a force's folder, by name, in order.

    Raises OutputError where there is none.
    """
    found = {path.stem: cells.read(path) for path in cells.numbered(folder)}
    if not found:
        raise OutputError(f"{folder} holds no executed notebook: run `mappa report` first.")
    return found


def part_title(name: str) -> str:
    """Return a notebook's name as the heading of its part: ``2-rate`` is Rate."""
    words = name.lstrip("0123456789-_. ").replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or name


def settings_of(notebooks: dict[str, NotebookNode]) -> dict[str, Any]:
    """Return the parameters that the notebooks ran with."""
    found: dict[str, Any] = {}
    for nb in notebooks.values():
        found |= cells.parameters(nb)
    return found


def heading_level(cell: NotebookNode) -> int:
    """Return the level of the heading that a Markdown cell begins with, 7 for any other cell."""
    if cell.cell_type != "markdown":
        return 7
    marks, space, _ = cell.source.lstrip().partition(" ")
    return len(marks) if space and marks and set(marks) == {"#"} and len(marks) < 7 else 7


def _without_code(chosen: list[NotebookNode]) -> list[NotebookNode]:
    """Return copies of *chosen* that show their outputs only."""
    bare = []
    for cell in chosen:
        text = cell.source if cell.cell_type == "markdown" else ""
        bare.append(NotebookNode(dict(cell) | {"source": text}))
    return bare


def outputs(nb: NotebookNode, tag: str) -> str:
    """Return the outputs of the cells with *tag* as HTML, without their code."""
    chosen = cells.tagged(nb, tag)
    return fragment(cells.subset(nb, _without_code(chosen))) if chosen else ""


def narrative(nb: NotebookNode, *, without: str = "") -> list[NotebookNode]:
    """Return the cells that tell the story: text and outputs, no code, no settings, no record.

    *without* is a tag of cells to leave out because the page shows them already. A heading under
    which nothing is left goes too.
    """
    kept = []
    for number, cell in enumerate(nb.cells):
        if ELSEWHERE & set(cells.tags(cell)) or (without and without in cells.tags(cell)):
            continue
        if cell.cell_type == "markdown":
            text = "" if heading_level(cell) == 1 else cell.source
            following = nb.cells[number + 1] if number + 1 < len(nb.cells) else None
            settings = following is not None and "parameters" in cells.tags(following)
            if text.strip() and not settings:
                kept.append(NotebookNode(dict(cell) | {"source": text}))
        elif cell.get("outputs"):
            kept.append(cell)
    return _without_code(_drop_empty_headings(kept))


def split_story(found: list[NotebookNode]) -> tuple[list[NotebookNode], list[NotebookNode]]:
    """Return the cells without the part on the story's claims, and that part without its heading.

    The cells of that part carry the tag :data:`STORY`.
    """
    rest = [cell for cell in found if STORY not in cells.tags(cell)]
    story = [cell for cell in found if STORY in cells.tags(cell)]
    if story and heading_level(story[0]) < 7:
        _, _, after = story[0].source.lstrip().partition("\n")
        story[0] = NotebookNode(dict(story[0]) | {"source": after.strip()})
    return rest, story


def shorten(told: str, notebook: str) -> str:
    """Return *told* with a link to the notebook's page in place of further charts and long tables.

    The page of a force is read from top to bottom; the notebook behind it has everything.
    """

    def chart(match: re.Match[str]) -> str:
        headline = _HEADLINE.search(match[0])
        said = headline[1] if headline else "in the notebook"
        return f'<p class="elsewhere"><a href="{notebook}.html#{match[1]}">Chart: {said}</a></p>'

    def table(match: re.Match[str]) -> str:
        wide = match[0].count('<th scope="col"') > WIDE_TABLE
        if match[0].count("<tr>") <= LONG_TABLE + 1 and not wide:
            return match[0]
        caption = re.search(r"<caption>(.*?)</caption>", match[0], re.S)
        said = caption[1] if caption else "in the notebook"
        return f'<p class="elsewhere"><a href="{notebook}.html">Table: {said}</a></p>'

    return _TABLE.sub(table, _FIGURE.sub(chart, told))


def _drop_empty_headings(found: list[NotebookNode]) -> list[NotebookNode]:
    """Drop a heading that is followed by one as high, or by nothing."""
    kept: list[NotebookNode] = []
    following = 1  # level of the heading that follows, 1 at the end; 7 for anything else
    for cell in reversed(found):
        level = heading_level(cell)
        alone = 1 < level < 7 and "\n" not in cell.source.strip()
        if alone and following <= level:
            continue
        kept.append(cell)
        following = level
    return kept[::-1]


def answer(notebooks: dict[str, NotebookNode]) -> str:
    """Return the answer in a sentence for each notebook, under the part it belongs to."""
    lines = []
    for name, nb in notebooks.items():
        sentence = outputs(nb, "answer")
        if sentence.strip():
            lines.append(
                f'<li><strong class="part">{html.escape(part_title(name))}</strong>{sentence}</li>'
            )
    if not lines:
        return ""
    told = "one sentence" if len(lines) == 1 else f"{numbers.cardinal(len(lines))} sentences"
    return (
        f'<section class="answer" aria-label="The answer in {told}">'
        f"<ol>{''.join(lines)}</ol></section>"
    )


def section(
    name: str, found: list[NotebookNode], nb: NotebookNode, *, heading: str = "", lead: str = ""
) -> str:
    """Return the section of one notebook from the cells *found* in it.

    *lead* is HTML that opens the section, such as its figure. A section with a *heading* of its
    own is shown whole.
    """
    told = fragment(cells.subset(nb, found))
    if not heading:
        told = shorten(told, name)
    # The notebook's second level stands under this section's heading.
    told = layout.settle_headings(told, first=3, only_one=False)
    title = heading or part_title(name)
    question = "" if heading else html.escape(layout.text_of(cells.heading(nb)))
    asked = f'<p class="question">{question}</p>' if question else ""
    return (
        f'<h2 id="{layout.anchor(title)}">{html.escape(title)}</h2>\n{asked}\n{lead}\n{told}\n'
        f'<p class="whole"><a href="{name}.html">The whole notebook on '
        f"{html.escape(part_title(name).lower())}, with its code</a></p>"
    )


def page_words(notebooks: dict[str, NotebookNode], fallback: str) -> tuple[str, str]:
    """Return the force and the title of its page."""
    settings = settings_of(notebooks)
    force = str(settings.get("force", fallback))
    title = f"{force}: people on the register"
    if settings.get("as_of"):
        title += f", {numbers.day(settings['as_of'])}"
    return force, title


def body_of(notebooks: dict[str, NotebookNode], title: str, *, extra: str = "") -> str:
    """Return the main text of a force's page; *extra* stands before "About this page"."""
    leads = [name for name, nb in notebooks.items() if cells.tagged(nb, LEAD)]
    opening = (leads or list(notebooks))[0]
    parts = [f"<h1>{html.escape(title)}</h1>", answer(notebooks)]
    parts.append(outputs(notebooks[opening], "answer-figure"))
    stories = []
    for name, nb in notebooks.items():
        rest, story = split_story(narrative(nb, without="answer-figure"))
        figure = "" if name == opening else outputs(nb, "answer-figure")
        parts.append(section(name, rest, nb, lead=figure))
        if story:
            stories.append(section(name, story, nb, heading="Story check"))
    parts += stories
    parts += [extra, about.section(about.of_data(settings_of(notebooks)))]
    return "\n".join(parts)


def _alone(force: str, notebook: str) -> dict[str, Any]:
    """Return the frame of a page outside a site: a notebook leads back to its force."""
    return {"crumbs": [{"text": force, "href": "index.html"}]} if notebook else {}


def render_pages(folder: Path, frame: Any = None, extra: str = "") -> dict[str, str]:
    """Return the pages of a force by file name: ``index.html`` and one for each notebook.

    Notebooks that are about no single area have pages of their own only.

    Parameters
    ----------
    folder: holds the executed notebooks.
    frame: a function of a notebook's name (empty for the force's page) that returns what
        :func:`mappa.pages.layout.page` takes; by default pages that stand alone.
    extra: HTML of sections that only a site can give.
    """
    notebooks = load_notebooks(folder)
    force, title = page_words(notebooks, folder.name)
    pages = {}
    if "force" in settings_of(notebooks):
        frame = frame or functools.partial(_alone, force)
        body = body_of(notebooks, title, extra=extra)
        scripts = ["compare"] if extra else []
        pages["index.html"] = layout.page(title, body, scripts=scripts, **frame(""))
    frame = frame or (lambda _: {})
    for name, nb in notebooks.items():
        pages[f"{name}.html"] = render_notebook(nb, title=page_title(nb), **frame(name))
    return pages


def render_force(folder: Path | str) -> list[Path]:
    """Write the pages of a force beside its executed notebooks.

    Parameters
    ----------
    folder: holds the executed notebooks, whose names begin with a digit.

    Returns
    -------
    The pages written: ``index.html`` first where there is one, then a page for each notebook.

    Raises
    ------
    OutputError: no executed notebook is there, or the folder cannot be written.
    """
    where = Path(folder)
    return [write_atomically(where / name, text) for name, text in render_pages(where).items()]
