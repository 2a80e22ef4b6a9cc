"""Dates and reference years: the year that is explained and the years it is held against."""

from __future__ import annotations

import dataclasses
import re

from mappa.errors import UsageError
from mappa.register.stockflow.cohorts import Grid

#: Years back from the year explained; the first is the default (the longest fixed term).
BACK = (10, 5, 15, 20)


@dataclasses.dataclass(frozen=True)
class Reference:
    """A year to 31 March whose mean inputs are held thereafter; ``end`` is its decimal end."""

    end: float

    @property
    def label(self) -> str:
        """The year as it is written: 2009/10."""
        last = int(self.end)
        return f"{last - 1}/{last % 100:02d}"

    def cohorts(self, grid: Grid) -> tuple[slice, int]:
        """Return the cohorts of the year and the first cohort after it."""
        after = round((self.end - grid.start) / grid.step)
        return slice(max(after - 12 * grid.per_month, 0), after), after


def references(today: float, start: float, chosen: str = "") -> list[Reference]:
    """Return the reference years for a year that ends *today*, the default or *chosen* first.

    Raises
    ------
    UsageError: *chosen* is not a year such as 2009/10 within the register's life.
    """
    ends = [today - back for back in BACK if today - back >= start + 1]
    found = [Reference(end) for end in ends or [start + 1]]
    if not chosen:
        return found
    known = [Reference(today - back) for back in range(1, int(today - start))]
    match = re.fullmatch(r"(\d{4})[/-](?:\d\d)?(\d\d)", chosen.strip())
    label = f"{match[1]}/{match[2]}" if match else chosen
    picked = [r for r in known if r.label == label]
    if not picked:
        raise UsageError(
            f"There is no reference year {chosen!r}: write a year to March from "
            f"{known[-1].label} to {known[0].label}."
        )
    return picked + [r for r in found if r.label != label]
