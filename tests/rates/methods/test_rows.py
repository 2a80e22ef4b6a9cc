"""A row shows itself as its numbers, and the normal quantile is the textbook's."""

from __future__ import annotations

import pytest

from mappa.rates.methods.rows import MethodRow, normal_quantile


def test_a_row_shows_what_it_knows_a_line_each() -> None:
    row = MethodRow("ratio", 1.5, confidence=0.9, method="by hand")
    shown, _ = row._repr_mimebundle_()
    assert shown["text/plain"] == (
        "statistic   ratio\nvalue       1.5\nconfidence  0.9\nmethod      by hand"
    )


def test_normal_quantile() -> None:
    quantiles = [normal_quantile(c) for c in (0.9, 0.95, 0.998)]
    assert quantiles == pytest.approx([1.644854, 1.959964, 3.090232], abs=1e-6)
