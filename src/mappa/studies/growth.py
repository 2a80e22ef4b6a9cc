"""The growth question for a force: one object with its record, words and charts."""

from __future__ import annotations

import functools

import pandas as pd

from mappa.charts import growth as charts
from mappa.charts.exhibit import Exhibit
from mappa.figures import Figures, load
from mappa.growth.record import GrowthRecord, build
from mappa.words import growth as words
from mappa.words.prose import Prose


class GrowthStudy:
    """How have the numbers grown here and nationally? Each part is made when it is asked for."""

    def __init__(
        self, figures: Figures, force: str, as_of: str | pd.Timestamp, horizon: int
    ) -> None:
        self.figures = figures
        self.record: GrowthRecord = build(figures, force, as_of, horizon)

    @functools.cached_property
    def sentence(self) -> Prose:
        """The answer in one sentence."""
        return words.answer(self.record)

    @functools.cached_property
    def nation_chart(self) -> Exhibit:
        """Every official national value, with its breaks."""
        return charts.nation(self.record)


def growth(
    force: str, as_of: str | pd.Timestamp = "", horizon: int = 4, figures: Figures | None = None
) -> GrowthStudy:
    """Open the growth study of a force.

    Parameters
    ----------
    force: name of the area.
    as_of: date of the stock; nothing dated later is used for the answer.
    horizon: years to forecast after *as_of*, 0 to 5.
    figures: the tables; by default the study's own.
    """
    figures = figures or load()
    return GrowthStudy(figures, force, as_of or str(figures.settings["default_as_of"]), horizon)
