"""Progress: one bar and a line a force on a terminal, plain lines elsewhere, nothing when quiet."""

import io
from typing import Any

from mappa.runs.report import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def tell(stream: io.StringIO, **options: Any) -> str:
    progress = Progress(3, 2, stream=stream, **options)
    progress.task_done()
    progress.force_done("Upper Marsh", "published (not run yet)")
    progress.task_done()
    progress.force_done("Lower Weald", "FAILED in 2-rate: Rate: ValueError: x")
    progress.task_done()
    progress.close()
    return stream.getvalue()


LINES = [
    "[1/2] Upper Marsh: published (not run yet)",
    "[2/2] Lower Weald: FAILED in 2-rate: Rate: ValueError: x",
]


def test_plain_lines_where_it_is_no_terminal() -> None:
    assert tell(io.StringIO()).splitlines() == LINES


def test_one_bar_and_the_lines_above_it_on_a_terminal() -> None:
    told = tell(Terminal())
    assert all(line + "\n" in told for line in LINES)
    assert "1/3" in told and "\r" in told


def test_nothing_when_quiet() -> None:
    assert tell(Terminal(), quiet=True) == tell(io.StringIO(), quiet=True) == ""
