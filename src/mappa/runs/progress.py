"""Progress: one bar for the whole run on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import Any, TextIO


class Progress:
    """Tell how far a run is.

    Parameters
    ----------
    total: number of tasks (notebooks and pages).
    forces: number of forces.
    quiet: tell nothing.
    stream: where to; a bar is drawn if it is a terminal.
    """

    def __init__(
        self, total: int, forces: int, *, quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._forces = forces
        self._done = 0
        self._bar: Any = None
        if total and not quiet and self._stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=total, file=self._stream, unit="task", leave=False, dynamic_ncols=True
            )

    def task_done(self) -> None:
        """Count a task."""
        if self._bar is not None:
            self._bar.update()

    def force_done(self, force: str, what: str) -> None:
        """Write the line of a finished force."""
        self._done += 1
        self.say(f"[{self._done}/{self._forces}] {force}: {what}")

    def say(self, line: str) -> None:
        """Write a line, above the bar where there is one."""
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
