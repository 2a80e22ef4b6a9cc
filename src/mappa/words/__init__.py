"""Words: records turned into sentences and tables by pure functions."""

import html

import pandas as pd

from mappa.words import numbers as n
from mappa.words.tables import Table

__all__ = ["Prose", "Table", "break_remark", "capital"]


class Prose(str):
    """Sentences as plain text. A notebook shows them as a paragraph, escaped."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        paragraphs = [p for p in self.split("\n\n") if p.strip()]
        return "\n".join(f'<p class="mappa-prose">{html.escape(p)}</p>' for p in paragraphs)


def capital(text: str) -> str:
    """Return *text* with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def break_remark(day: pd.Timestamp | None) -> str:
    """Return the remark on rates across a break of the population series; empty without one.

    *day* is the first stock date after it, as :meth:`mappa.data.Data.break_between` finds it.
    """
    if day is None:
        return ""
    return (
        f"From {n.day(day)} on, rates divide by populations based on a later census, and cannot be "
        "compared exactly with earlier ones."
    )
