"""The register question: one object with its record, words, tables and charts."""

from __future__ import annotations

import functools

import pandas as pd

from mappa.figures import Figures, load
from mappa.register.show import RegisterRecord, build
from mappa.words import register as words
from mappa.words.prose import Prose


class RegisterStudy:
    """Where does the growth come from? Each part is made when it is asked for."""

    def __init__(
        self,
        figures: Figures,
        force: str,
        as_of: str | pd.Timestamp,
        horizon: int,
        reference: str,
    ) -> None:
        self.figures = figures
        self.record: RegisterRecord = build(
            figures, force, as_of, horizon=horizon, reference=reference
        )

    @functools.cached_property
    def sentence(self) -> Prose:
        """The answer's first sentence."""
        return words.answer(self.record)

    @functools.cached_property
    def accounting(self) -> Prose:
        """The year's movements."""
        return words.accounting(self.record)


def register(
    force: str,
    as_of: str | pd.Timestamp = "",
    horizon: int = 4,
    reference: str = "",
    figures: Figures | None = None,
) -> RegisterStudy:
    """Open the register study.

    Parameters
    ----------
    force: name of the force; the model is the nation's, the local reading the force's.
    as_of: date of the last figures used.
    horizon: years of forecast, 0 to 10.
    reference: year to March that the growth is held against; default ten years before.
    figures: the tables; by default the study's own.
    """
    figures = figures or load()
    day = as_of or str(figures.settings["default_as_of"])
    return RegisterStudy(figures, force, day, horizon, reference)
