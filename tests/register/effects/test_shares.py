"""Sharing out by Shapley and Owen: textbook games."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mappa.register.effects.attribution import owen, shapley

Game = dict[frozenset[str], float]


def coalitions(players: str) -> list[frozenset[str]]:
    return [
        frozenset(group)
        for size in range(len(players) + 1)
        for group in itertools.combinations(players, size)
    ]


def test_the_gloves_game() -> None:
    """One left glove, two right ones: 2/3, 1/6, 1/6."""
    worth = {group: float("l" in group and len(group) > 1) for group in coalitions("lrs")}
    assert shapley(worth, ("l", "r", "s")) == pytest.approx({"l": 2 / 3, "r": 1 / 6, "s": 1 / 6})


def test_the_airport_game() -> None:
    """Runways of 1, 2 and 4: each stretch is shared by those who need it (Littlechild, Owen)."""
    needs = {"a": 1.0, "b": 2.0, "c": 4.0}
    worth = {group: max((needs[p] for p in group), default=0.0) for group in coalitions("abc")}
    found = shapley(worth, ("a", "b", "c"))
    assert found == pytest.approx({"a": 1 / 3, "b": 1 / 3 + 1 / 2, "c": 1 / 3 + 1 / 2 + 2})


def test_a_constant_is_nobodys() -> None:
    worth = {group: 5.0 + 2 * ("a" in group) for group in coalitions("ab")}
    assert shapley(worth, ("a", "b")) == pytest.approx({"a": 2.0, "b": 0.0})


def test_the_union_bargains_as_one_and_shares_what_it_gets() -> None:
    """Gloves of one left and the union of two right: half for the left, a quarter for each."""
    worth = {group: float("l" in group and len(group) > 1) for group in coalitions("lrs")}
    assert owen(worth, "l", ("r", "s")) == pytest.approx({"l": 0.5, "r": 0.25, "s": 0.25})


def test_the_owen_value_sums_to_the_whole_and_does_not_change_with_a_split() -> None:
    rng = np.random.default_rng(1)
    worth: Game = {group: float(rng.normal()) for group in coalitions("abcl")}
    found = owen(worth, "l", ("a", "b", "c"))
    whole, none = frozenset("abcl"), frozenset[str]()
    assert sum(found.values()) == pytest.approx(worth[whole] - worth[none])
    # Between the unions it is a game of two.
    alone = (worth[frozenset("l")] - worth[none] + worth[whole] - worth[frozenset("abc")]) / 2
    assert found["l"] == pytest.approx(alone)
