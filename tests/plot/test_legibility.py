"""Every chart of the notebooks can be read: contrast of its texts, none over another, none cut."""

from __future__ import annotations

import pytest
from chart_text import exhibits, hard_to_see, overlaps

from mappa.plot.exhibit import Exhibit

pytestmark = pytest.mark.kernels  # it takes as long as running every notebook
AREAS = ["Cumbria", "Surrey", pytest.param("Thames Valley", marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=AREAS)
def charts(request: pytest.FixtureRequest) -> dict[str, Exhibit]:
    found = exhibits(request.param)
    assert len(found) > 20
    return found


def test_texts_can_be_told_from_their_ground(charts: dict[str, Exhibit]) -> None:
    assert {name: f for name, chart in charts.items() if (f := hard_to_see(chart))} == {}


def test_no_text_covers_another_and_none_is_cut(charts: dict[str, Exhibit]) -> None:
    assert {name: f for name, chart in charts.items() if (f := overlaps(chart))} == {}
