"""Growth: how the numbers have grown in an area and nationally, and what is likely without a count.

The doors take the tables, or plain frames with the columns ``date``, ``value`` and ``basis``::

    from mappa import data, growth

    d = data.load()
    rows = growth.counts(d, "Cumbria")                      # every known count, by date
    growth.span(rows, "2011-03-31", "2020-03-31")           # growth on one basis, and its chance
    growth.trend(growth.increases(growth.counts(d, d.nation)))
    growth.contributions(d, "2020-03-31")                   # parts that sum to the national change

``growth.answer`` holds all that the page of an area says, in one record.
"""

from typing import Any

__all__ = [
    "answer",
    "area_estimates",
    "area_forecasts",
    "compare",
    "compound",
    "contributions",
    "control_chart",
    "counts",
    "growth_table",
    "increases",
    "known_rates",
    "other_measures",
    "periods",
    "scores",
    "span",
    "spans",
    "trend",
    "year_change",
]


def __getattr__(name: str) -> Any:
    """Load the doors when one is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mappa.growth import doors

    return getattr(doors, name)


def __dir__() -> list[str]:
    return __all__
