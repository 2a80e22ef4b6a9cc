"""The study of a force's rate, as the notebook and the command open it."""

from __future__ import annotations

import dataclasses
from typing import Any

from mappa.figures import Figures, load
from mappa.rates.verdict import RateRecord, assess
from mappa.words import rate as words
from mappa.words.prose import Prose


@dataclasses.dataclass(frozen=True)
class RateStudy:
    """Record, words and charts of one force's rate."""

    figures: Figures
    record: RateRecord

    @property
    def sentence(self) -> Prose:
        """The one sentence of the answer."""
        return words.sentence(self.record)


def rate(
    force: str,
    as_of: Any,
    *,
    margin: float = 0.10,
    comparator: str = "rest",
    denominator: str = "aged 10 and over",
    figures: Figures | None = None,
) -> RateStudy:
    """Open the study of a force's rate on a date."""
    figures = figures if figures is not None else load()
    record = assess(
        figures, force, as_of, margin=margin, comparator=comparator, denominator=denominator
    )
    return RateStudy(figures, record)
