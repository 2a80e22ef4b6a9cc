"""Progress: one bar for the run on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import TextIO


class Progress:
    """Show how far a run is.

    Parameters
    ----------
    total: number of tasks (notebooks and pages).
    forces: number of forces.
    quiet: show nothing.
    stream: where to; a bar is drawn if it is a terminal.
    """

    def __init__(
        self, total: int, forces: int, *, quiet: bool = False, stream: TextIO | None = None
    ) -> None:
        from tqdm import tqdm

        self._stream = stream or sys.stderr
        self._quiet, self._forces, self._done = quiet, forces, 0
        self._bar = tqdm(
            total=total,
            file=self._stream,
            unit="task",
            leave=False,
            dynamic_ncols=True,
            disable=quiet or not total or not self._stream.isatty(),
        )
        self.task_done, self.close = self._bar.update, self._bar.close

    def force_done(self, force: str, what: str) -> None:
        """Write the line of a finished force, above the bar where there is one."""
        self._done += 1
        if not self._quiet:
            self._bar.write(f"[{self._done}/{self._forces}] {force}: {what}", file=self._stream)
