"""The command on a copy of the tables, or on the study's own where nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mappa.commands import _register_all, app
from mappa.data import Data
from mappa.errors import MappaError

Run = Callable[..., tuple[int, str]]


def _run_on(folder: Path) -> Run:
    if not app.registered_commands:
        _register_all()

    def call(*arguments: str, answer: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(app, ["--data", str(folder), *arguments], input=answer)
        if isinstance(result.exception, MappaError):
            return result.exception.exit_status, f"{result.output}{result.exception}"
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result.exit_code, result.output

    return call


@pytest.fixture()
def run(data_copy: Path) -> Run:
    """Run the command on a copy of the tables; return its exit status, output and error."""
    return _run_on(data_copy)


@pytest.fixture()
def run_dry(data: Data) -> Run:
    """Run a command that writes nothing on the study's own tables, which are loaded once."""
    return _run_on(data.folder)
