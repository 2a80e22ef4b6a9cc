"""The register's notebooks: thin, with the work shown, and as pages that keep the contract."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from mappa.pages import cells
from mappa.pages.contract import faults
from mappa.pages.exporter import render_notebook

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("3-register", "6-what-ifs", "7-assumptions")


def book(name: str) -> NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_its_work_in_thirty_cells(name: str) -> None:
    code = [c.source for c in book(name).cells if c.cell_type == "code"]
    assert len(code) <= 30
    alone = [tree.body[0] for s in code if len((tree := ast.parse(s)).body) == 1]
    bare = [n for n in alone if isinstance(n, ast.Expr) and isinstance(n.value, ast.Attribute)]
    assert not bare
    names = {n.id for s in code for n in ast.walk(ast.parse(s)) if isinstance(n, ast.Name)}
    assert "study" not in names


def test_the_register_notebook_has_the_tags_that_pages_go_by() -> None:
    tags = [t for c in book("3-register").cells for t in cells.tags(c) if t != "notebook-only"]
    assert tags == [
        "parameters", "answer", "nation", "answer-figure", "nation", "brief", "brief", "nation",
        "record",
    ]  # fmt: skip
    for name in NAMES[1:]:  # they run once, and pages give their answer
        found = {t for c in book(name).cells for t in cells.tags(c)}
        assert {"answer", "answer-figure"} <= found
        assert "force" not in cells.parameters(book(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("3-register", {"force": "Norfolk"}, "rose by 2,141"),
        ("3-register", {"force": "London", "as_of": "2025-03-31"}, "cannot be said for the year"),
        ("6-what-ifs", {"threshold_months": "60"}, "60 months"),
        ("7-assumptions", {"reference": "2007/08"}, "The data inform"),
    ],
)
def test_plain_papermill_makes_a_page_that_keeps_the_contract(
    tmp_path: Path, name: str, settings: dict[str, str], says: str
) -> None:
    out = tmp_path / f"{name}.ipynb"
    given = [part for setting in settings.items() for part in ("-p", *setting)]
    subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR",
         str(ROOT / "notebooks" / f"{name}.ipynb"), str(out), *given],
        check=True, cwd=ROOT, env=os.environ | {"MAPPA_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    page = render_notebook(out)
    assert says in page and faults(page) == []
