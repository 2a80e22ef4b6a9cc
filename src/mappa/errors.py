"""Errors that a user meets: one clear sentence each, and the exit status of the command."""

from __future__ import annotations

import difflib
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
    """A name that is not in a list; the sentence suggests the nearest.

    Parameters
    ----------
    kind: what is named, such as ``"force"``.
    name: what the user wrote.
    known: the names that are right.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        names = list(known)
        lowered = {n.lower(): n for n in names}
        close = difflib.get_close_matches(str(name).lower(), lowered, n=1, cutoff=0.5)
        if close:
            advice = f"did you mean {lowered[close[0]]!r}?"
        elif len(names) <= 12:
            advice = "known are " + ", ".join(names) + "."
        else:
            advice = hint or f"{len(names)} names are known, such as {names[0]!r}."
        super().__init__(f"There is no {kind} called {str(name)!r}: {advice}")
        self.kind, self.name, self.known = kind, name, names
