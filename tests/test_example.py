"""The executed study in docs/cumbria: its size and its pictures."""

from __future__ import annotations

import worked_example as example

MOST_BYTES = 2_000_000


def test_the_executed_study_is_small_enough_for_a_clone() -> None:
    assert sum(path.stat().st_size for path in example.FOLDER.iterdir()) < MOST_BYTES


def test_every_picture_of_the_executed_study_is_there() -> None:
    for page in example.FOLDER.glob("*.md"):
        for target in example.LINK.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
