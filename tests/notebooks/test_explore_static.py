"""Read without a kernel, `explore` shows a picture and says what the controls need."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from mappa import explore
from mappa.words import Prose


def _first_panel(root: Path) -> Any:
    """The notebook up to its first panel: the other one works the same way."""
    book = nbformat.read(root / "notebooks" / "explore.ipynb", as_version=4)
    code = [i for i, c in enumerate(book.cells) if c.cell_type == "code"]
    book.cells = book.cells[: code[1] + 1]
    return book


@pytest.fixture(scope="module")
def executed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    book = _first_panel(root)
    where = str(tmp_path_factory.mktemp("static"))
    return NotebookClient(book, timeout=300, resources={"metadata": {"path": where}}).execute()


def test_the_outputs_hold_picture_and_sentence(executed: Any) -> None:
    outputs = executed.cells[-1].outputs
    assert all(o.output_type == "display_data" for o in outputs)
    pages = [o.data.get("text/html", "") for o in outputs]
    assert "need a live kernel" in pages[0]
    assert 'class="mappa-prose"' in pages[1]
    assert [re.search(r'id="exhibit-(\w+)"', p)[1] for p in pages[2:]] == ["margin", "funnel"]
    assert all('src="data:image/svg+xml' in p for p in pages[2:])


def test_the_study_s_page_of_it_fetches_and_runs_nothing(executed: Any) -> None:
    from mappa.pages.exporter import MappaExporter

    page, _ = MappaExporter().from_notebook_node(executed)  # type: ignore[no-untyped-call]
    assert "need a live kernel" in page
    assert page.count("<img") == 2
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []
    assert "widget-view" not in page


def test_what_is_stored_is_small_and_needs_no_widget_state(executed: Any) -> None:
    """A reader without ipywidgets falls back on the HTML beside each widget."""
    for output in executed.cells[-1].outputs:
        if "application/vnd.jupyter.widget-view+json" in output.data:
            assert Prose(explore.NEEDS_KERNEL)._repr_html_() == output.data["text/html"]
    assert len(json.dumps(executed)) < 400_000
