"""A notebook and a force as pages: the written contract, hostile input, byte-identity."""

from __future__ import annotations

import base64
import dataclasses
import html
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import pytest
import reading
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pages_support import QUESTIONS, exhibit, notebook, shown, write_reports

from mappa.data import Data
from mappa.errors import DataError, OutputError
from mappa.pages import force, layout
from mappa.pages.contract import faults
from mappa.pages.exporter import NO_ALT, MappaExporter, render_notebook
from mappa.words import Prose, Table
from mappa.words.tables import table_html

PNG = base64.b64encode(b"\x89PNG not really").decode()


@pytest.fixture()
def executed() -> Any:
    return notebook(
        "2-rate", "Cumbria", "2020-03-31", {"force": "Cumbria", "rate": 12.5, "x": None}
    )


def test_a_page_keeps_the_contract_and_fetches_nothing(executed: Any) -> None:
    page = render_notebook(executed)
    assert faults(page) == []
    assert page.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert "<title>Cumbria: does the rate differ? |" in page
    assert "Not official statistics" in page and "Open Government Licence v3.0" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "require" not in page.lower() and "mathjax" not in page.lower()


def test_code_is_folded_and_charts_keep_alt_text_table_and_csv(executed: Any) -> None:
    page = render_notebook(executed)
    assert page.count('<details class="code">') == 8
    assert 'alt="Bars of three areas: the rate runs from 1 in a to 3.25 in c."' in page
    assert 'download="funnel-2.csv"' in page and "%27=1%2B1" in page
    assert "<caption>Rates of two areas</caption>" in page


def test_the_record_becomes_a_table_of_unrounded_numbers(executed: Any) -> None:
    page = render_notebook(executed)
    assert '<th scope="row">rate</th><td>12.5</td>' in page
    assert '<th scope="row">x</th><td>not known</td>' in page


def test_pictures_keep_the_alt_text_of_output_or_cell() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    for mime, data in (("image/png", PNG), ("image/svg+xml", svg)):
        output = new_output("display_data", data={mime: data}, metadata={mime: {"alt": "A 1 < 2."}})
        page = render_notebook(new_notebook(cells=[new_code_cell("x", outputs=[output])]))
        assert 'alt="A 1 &lt; 2."' in page
        bare = new_output("display_data", data={mime: data})
        cell = new_code_cell("x", outputs=[bare], metadata={"alt": "Told by the cell, 3."})
        assert 'alt="Told by the cell, 3."' in render_notebook(new_notebook(cells=[cell]))
        page = render_notebook(new_notebook(cells=[new_code_cell("x", outputs=[bare])]))
        assert NO_ALT in page


def test_headings_begin_at_one_and_never_skip() -> None:
    text = layout.settle_headings("<h2>A</h2><h5>B</h5><h2>C</h2><h1>D</h1>")
    assert re.findall(r"<h(\d)", text) == ["1", "2", "2", "2"]
    nested = layout.settle_headings("<h2>A</h2><h4>B</h4><h2>C</h2>", first=3, only_one=False)
    assert re.findall(r"<h(\d)", nested) == ["3", "4", "3"]


def test_formulas_become_mathml_and_what_is_none_stays() -> None:
    text = r"# A\n\n$$ r = \frac{x}{n} < 1 $$\n\nwith $\tau$, and $\frac{$ as it was"
    page = render_notebook(new_notebook(cells=[new_markdown_cell(text.replace("\\n", "\n"))]))
    assert page.count("<math") == 2 and "<mfrac>" in page and "&#x003C4;" in page
    assert r"$\frac{$ as it was" in page and faults(page) == []


def test_ids_are_unique_and_contents_lead_to_them() -> None:
    text = layout.unique_ids(layout.settle_headings("<h1>T</h1><h2>Rate</h2><h2>Rate</h2>"))
    assert [p["id"] for p in layout.contents(text)] == ["rate", "rate-2"]


def test_a_date_that_heads_a_row_is_not_broken_into_lines() -> None:
    rows = '<tr><th scope="row">31 March 2010</th></tr><tr><th scope="row">In 2010</th></tr>'
    page = layout.page("T", f"<h1>T</h1><table>{rows}</table>")
    assert '<th scope="row" class="date">31 March 2010</th>' in page
    assert '<th scope="row">In 2010</th>' in page


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> \"&'"


def test_hostile_text_stays_text_wherever_it_stands() -> None:
    figure = exhibit()
    hostile = type(figure)(
        name="x",
        headline=HOSTILE,
        subtitle=HOSTILE,
        alt=f"{HOSTILE} 1.",
        source=HOSTILE,
        data=pd.DataFrame({HOSTILE: [HOSTILE], "n": [1]}),
        figure=figure.figure,
    )
    stream = new_output("stream", name="stdout", text=HOSTILE)
    markdown = new_output("display_data", data={"text/markdown": f"**a** {HOSTILE}"})
    raw = new_output("display_data", data={"text/html": f"<p>{HOSTILE}</p>"})
    error = new_output("error", ename="E", evalue=HOSTILE, traceback=[HOSTILE])
    cells = [
        shown(Prose(HOSTILE)),
        shown(hostile),
        shown(Table(HOSTILE, pd.DataFrame({HOSTILE: [HOSTILE]}), note=HOSTILE)),
        shown({HOSTILE: HOSTILE}, "record"),
        new_code_cell(f"force = {HOSTILE!r}", metadata={"tags": ["parameters"]}),
        new_code_cell(HOSTILE, outputs=[stream, markdown, raw, error]),
    ]
    page = render_notebook(new_notebook(cells=cells), title=HOSTILE)
    body = re.sub(r'"data:[^"]*"', '""', page[page.index("<body>") :])
    assert "<script" not in body
    found = [f for f in faults(page) if re.search("handler|fetch|runs|closes|closed", f)]
    assert found == []
    assert "script-src 'none'" in page.replace("&#39;", "'")


def test_a_heading_of_markup_is_text_in_title_and_contents() -> None:
    cells = [new_markdown_cell("# T"), new_markdown_cell("## A \\<b>1\\</b> & more\n\ntext")]
    page = render_notebook(new_notebook(cells=cells), title="A <i>b</i> & c")
    assert "<title>A &lt;i&gt;b&lt;/i&gt; &amp; c |" in page
    assert "A &lt;b&gt;1&lt;/b&gt; &amp; more</a>" in page


def test_rendering_twice_gives_the_same_bytes(executed: Any) -> None:
    assert render_notebook(executed) == render_notebook(executed)


def test_what_is_no_notebook_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    with pytest.raises(DataError, match="Cannot read"):
        render_notebook(path)
    path.write_text("no", encoding="utf-8")
    with pytest.raises(DataError, match="is not a notebook"):
        render_notebook(path)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, data: Data) -> Path:
    return write_reports(tmp_path_factory.mktemp("reports"), data, ["Cumbria", "Kent"])


def index_of(reports: Path, data: Data, area: str = "cumbria") -> str:
    """Return the brief of an area."""
    return str(force.render_pages(reports / area, data)["index.html"])


def words_of(page: str) -> str:
    """Return what a reader of the main text reads, tables and what is folded left out."""
    main = page[page.index("<main") : page.index("</main>")]
    bare = re.sub(r"<(details|table|script|picture)\b.*?</\1>", " ", main, flags=re.S)
    return layout.text_of(bare)


def test_a_brief_opens_with_the_answers_and_shows_its_charts(reports: Path, data: Data) -> None:
    pages = force.render_pages(reports / "cumbria", data)
    page = str(pages["index.html"])
    assert [f for n, p in pages.items() if n.endswith(".html") for f in faults(str(p))] == []
    assert "<h1>Cumbria: people on the register, 31 March 2020</h1>" in page
    answer = page[page.index('class="answer"') : page.index("</section>")]
    assert [answer.count(f"({n})") for n in QUESTIONS] == [1, 1, 1]
    headings = re.findall(r'<h2 id="([^"]*)"', page)
    assert headings == [
        "print", "figures", "charts", "story", "limits", "words", "sources", "more",
    ]  # fmt: skip
    assert page.count("<figure") == 3 and 'class="code"' not in page
    assert "A second chart" not in page and "Claims of the story" in page
    assert len(page.encode()) < 600_000


def test_files_beside_a_brief_have_lasting_names_and_the_same_bytes(
    reports: Path, data: Data
) -> None:
    pages = force.render_pages(reports / "cumbria", data)
    files = {name: made for name, made in pages.items() if isinstance(made, bytes)}
    kinds = [f"cumbria-funnel-{n}.{kind}" for n in (1, 2, 3) for kind in ("csv", "png", "svg")]
    assert sorted(files) == sorted([*kinds, "cumbria-figures.xlsx"])
    linked = set(re.findall(r'href="([^"#:]+)" download', str(pages["index.html"])))
    assert linked == set(files) | {"results.csv"}
    again = force.render_pages(reports / "cumbria", data)
    assert {name: again[name] for name in files} == files


def test_a_chart_can_be_embedded_where_the_site_has_an_address(reports: Path, data: Data) -> None:
    address = "https://example.org/study"
    placed = dataclasses.replace(data, settings={**data.settings, "site_address": address})
    assert "Embed this chart" not in index_of(reports, data)
    pages = force.render_pages(reports / "cumbria", placed)
    page = str(pages["index.html"])
    assert faults(page) == []
    codes = [html.unescape(c) for c in re.findall(r"<code>(&lt;a.*?)</code>", page, re.S)]
    assert len(codes) == 3
    for code in codes:
        picture = re.search(r'src="([^"]+)" alt="Bars of three areas', code)[1]
        folder, _, name = picture.rpartition("/")
        assert folder == f"{address}/forces/cumbria"
        assert name in pages


def test_the_workbook_holds_the_figures_as_numbers_with_sources(reports: Path, data: Data) -> None:
    pages = force.render_pages(reports / "cumbria", data)
    book = openpyxl.load_workbook(io.BytesIO(bytes(pages["cumbria-figures.xlsx"])))  # type: ignore[arg-type]
    rows = list(book["figures"].iter_rows(values_only=True))
    figures = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert figures["Count"]["value"] == 594
    rate = figures["Rate per 100,000 people aged 10 and over"]
    people = data.people("2020-03-31", "aged 10 and over")["Cumbria"]
    assert rate["value"] == pytest.approx(1e5 * 594 / people)
    assert rate["low"] < rate["value"] < rate["high"] and rate["confidence"] == 0.95
    notes = dict(book["notes"].iter_rows(values_only=True))
    assert "Open Government Licence" in notes["licence"] and "mappa, version" in notes["cite as"]


def test_a_fourth_notebook_gets_an_answer_and_a_page(
    tmp_path: Path, data: Data, reports: Path
) -> None:
    for path in (reports / "cumbria").glob("*.ipynb"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    cell = shown(Prose("A made-up answer with 4 numbers."), "answer")
    title = new_markdown_cell("# What of the fourth?")
    nbformat.write(new_notebook(cells=[title, cell]), tmp_path / "4-fourth_question.ipynb")
    pages = force.render_pages(tmp_path, data, files=False)
    assert list(pages)[-1] == "4-fourth_question.html"
    assert {name: faults(str(text)) for name, text in pages.items() if faults(str(text))} == {}
    page = str(pages["index.html"])
    assert '<strong class="part">Fourth question</strong>' in page
    assert "A made-up answer with 4 numbers." in page
    assert "What of the fourth?" in str(pages["4-fourth_question.html"])


def test_an_area_without_a_count_leads_with_what_is_known(reports: Path, data: Data) -> None:
    page = index_of(reports, data, "kent")
    answer = layout.text_of(page[page.index('class="answer"') : page.index("</section>")])
    assert "This study estimates 987 registered sexual offenders in Kent" in answer
    assert page.count("official count is not in this study") == 1
    official = data.official_tables.set_index("stock_date").loc["2020-03-31", "url"]
    assert f'href="{official}"' in page and 'id="press"' not in page
    assert 'id="story"' not in page  # the story is about another area


def test_every_page_says_what_is_counted_and_how_to_correct_it(reports: Path, data: Data) -> None:
    for name, page in force.render_pages(reports / "cumbria", data, files=False).items():
        text = layout.text_of(str(page))
        assert "not of everyone on the register" in text, name
        assert "where a person lives" in text and "A wrong figure?" in text, name
        assert re.search(r"Corrections of figures .*?\(\d+\) \d{1,2} [A-Z][a-z]+ \d{4}: ", text), (
            name
        )


def test_the_words_of_a_brief_are_few_and_plain(reports: Path, data: Data) -> None:
    for area in ("cumbria", "kent"):
        text = words_of(index_of(reports, data, area))
        assert len(reading.words(text)) < 700  # the real answers and chart lines come on top


def test_a_long_table_is_folded() -> None:
    long = Table("Long", pd.DataFrame({"a": range(30), "b": range(30)}))._repr_html_()
    short = Table("Short", pd.DataFrame({"a": range(3), "b": range(3)}))._repr_html_()
    assert long.startswith("<details><summary>Table: Long</summary>")
    assert short.startswith("<div") and 'tabindex="0"' not in short


def test_an_empty_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds no executed notebook"):
        force.render_force(tmp_path)


@pytest.mark.slow
def test_nbconvert_knows_the_exporter(tmp_path: Path, executed: Any) -> None:
    nbformat.write(executed, tmp_path / "x.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "mappa", str(tmp_path / "x.ipynb")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert faults((tmp_path / "x.html").read_text(encoding="utf-8")) == []


def test_the_entry_point_names_the_exporter() -> None:
    from importlib.metadata import entry_points

    (found,) = entry_points(group="nbconvert.exporters", name="mappa")
    assert found.load() is MappaExporter


WIDE = table_html(pd.DataFrame({c: [1] for c in "abcd"}), "Wide")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda p: p.replace('lang="en-GB"', 'lang="fr"'), "the language is not en-GB"),
        (lambda p: p.replace("<title>", "<title>Other "), "the title is not"),
        (lambda p: p.replace("<h2", "<h4", 1).replace("</h2>", "</h4>", 1), "skips from level"),
        (lambda p: p.replace('href="#main"', 'href="#x"', 1), "does not skip"),
        (lambda p: re.sub(r' alt="[^"]*"', ' alt=""', p, count=1), "no alt text"),
        (lambda p: re.sub(r' alt="[^"]*"', ' alt="A chart"', p, count=1), "no sentence"),
        (lambda p: re.sub(r"<caption>.*?</caption>", "", p, count=1), "no caption"),
        (lambda p: p.replace(' scope="col"', "", 1), "no scope"),
        (lambda p: re.sub(r'(<th scope="col">)[^<]*', r"\1", p, count=1), "header cell is empty"),
        (lambda p: p.replace("</main>", WIDE.replace(' tabindex="0"', "") + "</main>"), "focus"),
        (lambda p: re.sub(r"<p><a download.*?</p>", "", p, count=1), "no CSV"),
        (lambda p: p.replace("</main>", '<img src="//x/y.png" alt="a"></main>'), "fetches"),
        (lambda p: p.replace("</main>", '<a href="javascript:x">x</a></main>'), "a link runs"),
        (lambda p: p.replace("</main>", '<p onclick="x">x</p></main>'), "has a handler"),
        (lambda p: p.replace("</main>", "<p>a rate of nan</p></main>"), "says 'nan'"),
        (lambda p: p.replace("</main>", '<p id="main">x</p></main>'), "is there twice"),
        (lambda p: p.replace("</main>", "<p>" + "x" * 1_600_000 + "</p></main>"), "are allowed"),
    ],
)
def test_the_contract_sees_each_fault(
    executed: Any, spoil: Callable[[str], str], fault: str
) -> None:
    page = render_notebook(executed)
    spoiled = spoil(page)
    assert spoiled != page
    assert any(fault in f for f in faults(spoiled)), faults(spoiled)
