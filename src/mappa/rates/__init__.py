"""Rates: is an area's rate different, is that unusual, would it matter.

The doors take plain data frames, so that they serve any counts by area::

    from mappa import rates

    table = rates.areas(frame)            # columns count and people, an area a row
    fit = rates.between(table)            # how much areas differ, and z of each
    row = rates.ratio(594, 449_975, 60_000, 51_000_000)

``rates.verdict`` answers all three questions about the register at once, in one record.
"""

from typing import Any

__all__ = [
    "against",
    "areas",
    "between",
    "equivalence",
    "estimated",
    "ratio",
    "unusual",
    "verdict",
    "verdict_of",
]


def __getattr__(name: str) -> Any:
    """Load the doors when one is first asked for (PEP 562)."""
    if name not in (*__all__, "FEWEST"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mappa.rates import doors

    return getattr(doors, name)


def __dir__() -> list[str]:
    return __all__
