"""The documents: their commands exist, their links lead somewhere, versions agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reading
import typer
import yaml

from mappa import __version__
from mappa.commands import _register_all, app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ["README.md", "docs/publishing.md", "docs/choices.md", ".github/workflows/pages.yml"]
PROSE = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/publishing.md",
    "docs/choices.md",
    "data/README.md",
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_names_exists(name: str) -> None:
    if not app.registered_commands:
        _register_all()
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|run: |`|&& )\s*mappa ([a-z][a-z-]*)", text, re.M))
    assert named - known == set()


@pytest.mark.parametrize("name", PROSE)
def test_documents_are_in_plain_words(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    prose = re.sub(r"^(?: {4}.*|```.*?^```)$", "", text, flags=re.M | re.S)
    assert reading.banned(prose) == []


@pytest.mark.parametrize("name", [d for d in DOCUMENTS if d.endswith(".md")])
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_test_that_holds_a_fault_exists() -> None:
    path, seen = "", 0
    faults = (ROOT / "tests/FAULTS.md").read_text(encoding="utf-8")
    for file, name in re.findall(r"`(?:([\w/]+\.py)::)?(test_\w+)`", faults):
        path = file or path
        assert f"def {name}(" in (ROOT / "tests" / path).read_text(encoding="utf-8"), name
        seen += 1
    assert seen > 25


def test_the_citation_names_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == __version__
    assert cited["cff-version"] == "1.2.0"
    assert {"title", "authors", "license", "date-released", "message"} <= set(cited)
