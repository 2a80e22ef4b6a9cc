"""What a reader must know of the populations that rates divide by."""

from __future__ import annotations

import pandas as pd

from mappa.words import numbers as n


def break_remark(day: pd.Timestamp | None) -> str:
    """Return the remark on rates across a break of the population series; empty without one.

    Parameters
    ----------
    day: the first stock date after it, as :meth:`mappa.data.Data.break_between` finds it.
    """
    if day is None:
        return ""
    return (
        f"From {n.day(day)} on, rates divide by populations based on a later census, and cannot be "
        "compared exactly with earlier ones."
    )
