"""Survival and retention: the product of four factors, and terms by the age of the young."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_register import TERMS

from mappa.register.stockflow.retention import Retention, on_register_by_term

A = np.array([[0.0, 0.9], [0.8, 0.7]])
R, E, W = np.full((2, 2), 0.5), np.full((2, 2), 0.25), np.array([[1.0, 0.5], [0.1, 0.2]])


def test_a_kernel_is_the_product_of_its_factors() -> None:
    assert Retention(R, E, W).times(A) == pytest.approx(A * R * E * W)
    assert Retention(R, E, W).before_review(A) == pytest.approx(A * R * E)
    assert Retention(None, None, W).times(A) == pytest.approx(A * W)
    assert Retention(None, E, None).times(A) == pytest.approx(A * E)
    assert (Retention(None, None, None).times(A) == A).all()


def test_where_another_law_holds_its_factors_do() -> None:
    where = np.array([[False, True], [True, False]])
    found = Retention(R, None, W).then(Retention(None, None, E), where)
    assert found.R is not None and found.W is not None and found.E is None
    assert found.R.tolist() == [[0.5, 1.0], [1.0, 0.5]]
    assert found.W.tolist() == [[1.0, 0.25], [0.25, 0.2]]
    back = Retention(None, E, None).then(Retention(R, E, None), where)
    assert back.R is not None and back.W is None and back.E is not None
    assert back.R.tolist() == [[1.0, 0.5], [0.5, 1.0]]


def test_terms_of_the_young_are_half_as_long() -> None:
    """After 3.5 years: 2.5 for the young, who are over; 5 for the rest; cautions 1 and 2."""
    lags = np.array([0.5, 3.5, 8.0])
    found = on_register_by_term(TERMS, lags, 4.0, 0.2, 0.5)

    def stays(term: float) -> np.ndarray:
        return np.where(lags < term, 0.0, np.exp(-np.maximum(lags - term, 0) / 4))

    assert set(found) == {"caution", "caution_before", "other", "image_other", "short", "middle"}
    for name, term, young in (
        ("caution", 2, 0.5), ("caution_before", 5, 0.5), ("other", 5, 0.2),
        ("image_other", 5, 0.0), ("short", 7, 0.0), ("middle", 10, 0.0),
    ):  # fmt: skip
        full = (1 - young) * (lags < term) + young * (lags < term / 2)
        tail = (1 - young) * stays(term) + young * stays(term / 2)
        assert found[name].full == pytest.approx(full), name
        assert found[name].tail == pytest.approx(tail), name


def test_an_indefinite_term_that_another_law_ends() -> None:
    ended = dataclasses.replace(TERMS, long=15.0, caution=np.inf)
    found = on_register_by_term(ended, np.array([14.9, 15.1]), 4.0, 0.2, 0.5)
    assert found["long"].full.tolist() == [1.0, 0.0]
    assert "caution" not in found
    assert "middle" in found
