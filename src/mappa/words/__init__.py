"""Words: records turned into sentences and tables by pure functions."""

from mappa.words.prose import Prose, capital
from mappa.words.tables import Table

__all__ = ["Prose", "Table", "capital"]
