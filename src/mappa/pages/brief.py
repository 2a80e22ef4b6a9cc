"""The brief: one page that answers in words, charts and key figures, of an area or of all.

Everything on it comes from the tags and records of executed notebooks and from the tables. The
files with it are its charts as PNG and SVG, their data as CSV and the figures as XLSX.
"""

import dataclasses
import html
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from mappa import __version__
from mappa.data import Data
from mappa.files import fixed_zip, unzipped
from mappa.growth.record import GrowthRecord
from mappa.pages import cells, layout
from mappa.pages.exporter import about, fragment, part_title
from mappa.plot.exhibit import EXHIBIT_MIME, picture_html
from mappa.plot.svg import framed, png
from mappa.rates.record import RateRecord
from mappa.records import restored
from mappa.words import brief as words
from mappa.words import numbers
from mappa.words.rate.missing import nearest

#: Tags of the cells whose chart an area's brief shows, that of England and Wales, and the story's.
BRIEF, NATION, STORY = "brief", "nation", "story"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
#: Heads of the sheet of figures.
COLUMNS = ("figure", "value", "low", "high", "confidence", "unit", "national value")


@dataclasses.dataclass(frozen=True)
class Brief:
    """What a brief is made of.

    Parameters
    ----------
    title, stem: of the page, and with which its files' names begin.
    answers: title and text of each paragraph of the answer.
    charts: payloads of the exhibits that it shows.
    press: a paragraph to print. figures: its key figures.
    story: the story's check as HTML. sources: links with what each is.
    """

    title: str
    stem: str
    area: str
    day: str
    answers: Sequence[tuple[str, str]]
    charts: Sequence[Mapping[str, str]]
    figures: Sequence[words.Figure] = ()
    press: str = ""
    story: str = ""
    sources: Sequence[Mapping[str, str]] = ()

    def files(self, data: Data) -> dict[str, bytes]:
        """Return the files that go with the page by name."""
        notes = [
            ("title", self.title),
            ("counted", f"Registered sexual offenders managed in the community, {self.day}"),
            ("status", "Not official statistics"),
            *(("source", f"{s['text']} {s['href']}".strip()) for s in self.sources),
            ("licence", layout.ATTRIBUTION),
            ("cite as", citation(self, data)),
        ]
        fields = ("name", "value", "low", "high", "confidence", "unit", "national")
        rows = [[getattr(figure, field) for field in fields] for figure in self.figures]
        made = book({"figures": [COLUMNS, *rows], "notes": notes}, widths=(60, 20))
        return chart_files(self.stem, self.charts) | {f"{self.stem}-figures.xlsx": made}


def charts(notebooks: Mapping[str, NotebookNode], tag: str) -> list[Mapping[str, str]]:
    """Return the payloads of the exhibits in the cells with *tag*, in their order."""
    return [
        output["data"][EXHIBIT_MIME]
        for nb in notebooks.values()
        for cell in cells.tagged(nb, tag)
        for output in cell.get("outputs", [])
        if EXHIBIT_MIME in output.get("data", {})
    ]


def records_of(
    shown: Mapping[str, Mapping[str, Any] | None],
) -> tuple[RateRecord | None, GrowthRecord | None]:
    """Return the records of the rate and the growth that notebooks show, by the notebooks' names.

    ``None`` is one that is not shown, or is another record: a notebook may be a reader’s own.
    """

    def read(name: str, kind: type[Any]) -> Any:
        try:
            return restored(kind, shown.get(name))
        except (TypeError, ValueError, AttributeError):
            return None

    return read("2-rate", RateRecord), read("1-growth", GrowthRecord)


def of_area(data: Data, slug: str, notebooks: Mapping[str, NotebookNode]) -> Brief:
    """Return the brief of the area that *notebooks* (executed, by name) were run for."""
    rate, growth = records_of({name: cells.record(nb) for name, nb in notebooks.items()})
    area, as_of = (rate.force, rate.as_of) if rate else (slug, "")
    day = numbers.day(as_of) if as_of else ""
    official = official_table(data, as_of)
    answers = {part_title(name): cells.sentence(nb) for name, nb in notebooks.items()}
    if rate and rate.own is None:
        publisher = str(data.settings.get("publisher", "a public body"))
        known = words.known(rate, growth, publisher, named=bool(official))
        others = {k: v for k, v in answers.items() if k not in {"Growth", "Rate"}}
        answers = {"What is known": known, **others}
    return Brief(
        title=", ".join(part for part in (f"{area}: people on the register", day) if part),
        stem=slug,
        area=area,
        day=day,
        answers=[(title, text) for title, text in answers.items() if text],
        charts=charts(notebooks, BRIEF),
        figures=words.key_figures(rate, growth) if rate else (),
        press=words.press(rate, growth) if rate and rate.own else "",
        story=story(notebooks) if area in set(data.story_claims["area"]) else "",
        sources=[*(count_sources(data, rate) if rate else ()), *official],
    )


def story(notebooks: Mapping[str, NotebookNode]) -> str:
    """Return what the cells tagged as the story's check show, without their code."""
    return "\n".join(
        fragment(cells.subset(nb, [NotebookNode(dict(c) | {"source": ""}) for c in tagged]))
        for nb in notebooks.values()
        if (tagged := [c for c in cells.tagged(nb, STORY) if c.cell_type == "code"])
    )


def count_sources(data: Data, rate: RateRecord) -> list[dict[str, str]]:
    """Return the sources of an area's count, or of the nearest figure where there is none."""
    near = nearest(rate)
    named = " ".join(data.rows("rso_count", rate.force, rate.as_of)["sources"])
    named = named or (near.sources if near else "")
    table = data.sources.fillna("").astype(str).set_index("source")
    known = [name for name in dict.fromkeys(named.split()) if name in table.index]
    found = []
    for name, row in table.loc[known].iterrows():
        dated = f", {row['published']}" if row["published"] else ""
        text, href = row["title"] or name, layout.of_the_web(row["url"])
        found.append({"text": text, "href": href, "note": f"{dated}: the figure of the area"})
    return found


def official_table(data: Data, as_of: str) -> list[dict[str, str]]:
    """Return the publisher's own table of areas for the date, where its address is known."""
    url = data.official_table(as_of) if as_of else ""
    text = f"Area table of {data.settings.get('publisher', 'a public body')}"
    note = ": the official counts by area, at the publisher’s address"
    return [{"text": text, "href": url, "note": note}] if url else []


def published(brief: Brief, data: Data) -> tuple[str, str]:
    """Return the addresses of the page and of its files' folder; empty where there is no site."""
    root = str(data.settings.get("site_address", "")).rstrip("/")
    if not root:
        return "", ""
    area = f"{root}/forces/{brief.stem}/"
    return (f"{root}/{brief.stem}.html", f"{root}/") if brief.area == data.nation else (area, area)


def citation(brief: Brief, data: Data) -> str:
    """Return how the page is cited: name, version, title, and address where the study has one."""
    page, _ = published(brief, data)
    return f"mappa, version {__version__}: {brief.title}. {page}".strip()


def embed(brief: Brief, chart: Mapping[str, str], data: Data) -> str:
    """Return HTML that shows a chart in another page; empty where the site has no address."""
    page, folder = (html.escape(address) for address in published(brief, data))
    if not page:
        return ""
    return (
        f'<a href="{page}"><img src="{folder}{brief.stem}-{html.escape(chart["name"])}.svg" '
        f'alt="{html.escape(chart["alt"])}" style="max-width:100%"></a>'
    )


def body(
    brief: Brief,
    data: Data,
    *,
    links: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    extra: str = "",
) -> str:
    """Return the main text of the page.

    *links* are addresses of the notebooks' pages, each with its title, *settings* those that they
    ran with, *extra* is HTML of a section that only a site can give.
    """
    table = words.figures_table(brief.figures, brief.area, data.nation, brief.day)
    return layout.filled(
        "brief.html.j2",
        title=brief.title,
        stem=brief.stem,
        answers=[{"title": title, "text": text} for title, text in brief.answers],
        press=brief.press,
        figures=Markup(table._repr_html_()) if brief.figures else "",
        charts=[
            dict(c) | {"picture": Markup(picture_html(c)), "embed": embed(brief, c, data)}
            for c in brief.charts
        ],
        extra=Markup(extra),
        story=Markup(layout.settle_headings(brief.story, first=3, only_one=False)),
        limits=words.LIMITS,
        definitions=words.DEFINITIONS,
        sources=brief.sources,
        csv="results.csv" if settings else "results/areas.csv",
        citation=citation(brief, data),
        licence=layout.ATTRIBUTION,
        links=links,
        about=Markup(about(settings or {}, heading=False)),
    )


def chart_files(stem: str, charts: Sequence[Mapping[str, str]]) -> dict[str, bytes]:
    """Return the charts' files by name, each ``stem-chart.png``, ``.svg`` and ``.csv``.

    *charts* are payloads of exhibits (:meth:`mappa.plot.exhibit.Exhibit.payload`).
    """
    files = {}
    for chart in charts:
        name = f"{stem}-{chart['name']}"
        picture = framed(chart["svg"], chart["headline"], chart["subtitle"], chart["source"])
        files[f"{name}.png"] = png(picture)
        files[f"{name}.svg"] = picture.encode()
        files[f"{name}.csv"] = chart["csv"].encode()
    return files


def book(sheets: Mapping[str, Sequence[Sequence[Any]]], widths: Sequence[int]) -> bytes:
    """Return a workbook, the same bytes for the same rows; each sheet's first row stays in view.

    *sheets* are rows by name; *widths* are of each sheet's first column, in characters.
    """
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for (name, rows), width in zip(sheets.items(), widths, strict=True):
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append([_no_formula(cell) for cell in row])
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = width
    stream = io.BytesIO()
    made.save(stream)
    parts = unzipped(stream.getvalue())
    core = "docProps/core.xml"
    parts[core] = _TIMES.sub(rb"\g<1>1980-01-01T00:00:00Z", parts[core])
    return fixed_zip(parts)


def _no_formula(value: Any) -> Any:
    """Return a value that a spreadsheet takes for no formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in set("=+-@") else value
