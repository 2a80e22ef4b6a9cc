"""The executed study in docs/cumbria and the README's findings are those of a run now."""

from __future__ import annotations

from pathlib import Path

import pytest
import worked_example as example

MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example.run(tmp_path_factory.mktemp("example"))


@pytest.mark.kernels
def test_the_executed_study_is_that_of_a_run(published: Path) -> None:
    made = example.documents(published)
    assert sorted(made) == sorted(path.name for path in example.FOLDER.iterdir())
    for name in (n for n in made if n.endswith(".md")):
        assert (example.FOLDER / name).read_text(encoding="utf-8") == made[name], name


@pytest.mark.kernels
def test_the_findings_of_the_readme_are_the_answers_of_a_run(published: Path) -> None:
    readme = (example.ROOT / "README.md").read_text(encoding="utf-8")
    shown = example.FOUND.search(readme)
    assert shown is not None
    assert example.findings(published) in shown[0]


def test_the_executed_study_is_small_enough_for_a_clone() -> None:
    assert sum(path.stat().st_size for path in example.FOLDER.iterdir()) < MOST_BYTES


def test_every_picture_of_the_executed_study_is_there() -> None:
    for page in example.FOLDER.glob("*.md"):
        for target in example.LINK.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
