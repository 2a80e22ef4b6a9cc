"""Errors that a user meets: one clear sentence each, and the exit status of the command."""

from __future__ import annotations

import re
from collections.abc import Iterable


class MappaError(Exception):
    """Anything the user can mend. ``str(error)`` is one sentence: what, where, what is right."""

    exit_status = 1

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: IPython asks for it in place of a traceback."""
        return [str(self)]


class DataError(MappaError):
    """A table that breaks its schema or does not meet another table."""


class TooLittleKnown(DataError):
    """A model needs a figure that the tables do not have by the date asked for."""


class OutputError(MappaError):
    """A folder or file that cannot be written; nothing half-written is left."""


class UsageError(MappaError):
    """A name, date or number that is not one of those allowed."""

    exit_status = 2


class UnknownName(UsageError):
    """A name that is not in a list; the sentence suggests the one that it misspells, if any.

    *kind* is what is named, such as ``"force"``, *name* what the user wrote, *known* the names that
    are right. *hint* is said instead of a list that is too long, *why* instead of a suggestion.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str] = (), *, hint: str = "", why: str = ""
    ) -> None:
        names = list(known)
        meant = next((n for n in names if _misspells(str(name), n)), None)
        if why:
            advice = why
        elif meant is not None:
            advice = f"did you mean {meant!r}?"
        elif len(names) <= 12:
            advice = f"choose one of {', '.join(names)}."
        else:
            advice = hint or f"{len(names)} names are known, such as {names[0]!r}."
        super().__init__(f"There is no {kind} called {str(name)!r}: {advice}")


def one_of(kind: str, name: str, known: Iterable[object], *, hint: str = "") -> str:
    """Return *name* if it is one of those *known*; raises UnknownName otherwise."""
    if name not in (names := list(known)):
        raise UnknownName(kind, name, map(str, names), hint=hint)
    return name


def _misspells(written: str, known: str) -> bool:
    """Return whether a name is another with a slip: word by word, a letter (two of eight or more).

    Alike is not enough: East Yorkshire is no slip for West Yorkshire, nor Met for Kent.
    """
    split = re.compile(r"[\s_-]+")
    ours, theirs = split.split(written.casefold()), split.split(known.casefold())
    if len(ours) != len(theirs):
        return False
    return all(_edits(a, b) <= (2 if len(b) >= 8 else 1) for a, b in zip(ours, theirs, strict=True))


def _edits(a: str, b: str) -> int:
    """Return the letters to add, drop, change or swap with a neighbour (restricted Damerau)."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and (x, a[i - 2]) == (b[j - 2], y):
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
