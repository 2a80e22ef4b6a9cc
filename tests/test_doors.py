"""The doors of the library: each is described, and its example runs."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

import pytest

from mappa.errors import MappaError

#: Packages whose ``__all__`` are doors for a notebook.
PACKAGES = ("rates", "growth", "register", "forecasts")
DOORS = [
    (package, name)
    for package in PACKAGES
    for name in importlib.import_module(f"mappa.{package}").__all__
]


def door(package: str, name: str) -> Any:
    return getattr(importlib.import_module(f"mappa.{package}"), name)


@pytest.mark.parametrize(("package", "name"), DOORS)
def test_the_example_of_a_door_runs(package: str, name: str) -> None:
    found = door(package, name)
    module = importlib.import_module(found.__module__)
    examples = doctest.DocTestFinder().find(found, name, globs=vars(module).copy())
    assert any(example.examples for example in examples), "it has no example"
    runner = doctest.DocTestRunner()
    for example in examples:
        runner.run(example)
    assert runner.failures == 0
    assert "Raises" in found.__doc__


@pytest.mark.parametrize("package", PACKAGES)
def test_tab_completion_shows_the_doors_and_nothing_else(package: str) -> None:
    module = importlib.import_module(f"mappa.{package}")
    assert dir(module) == sorted(module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = module.nothing


def test_a_mistake_is_one_sentence_in_a_notebook() -> None:
    with pytest.raises(MappaError) as caught:
        door("rates", "ratio")(1, 2, 3, 4, method="scor")
    assert caught.value._render_traceback_() == [
        "There is no method called 'scor': did you mean 'score'?"
    ]
