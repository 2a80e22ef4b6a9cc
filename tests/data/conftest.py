"""The command on a copy of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mappa.commands import _register_all, app
from mappa.errors import MappaError


@pytest.fixture()
def run(data_copy: Path):
    """Run the command on a copy of the tables; return its exit status, output and error."""
    if not app.registered_commands:
        _register_all()

    def call(*arguments: str, answer: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(app, ["--data", str(data_copy), *arguments], input=answer)
        if isinstance(result.exception, MappaError):
            return result.exception.exit_status, f"{result.output}{result.exception}"
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result.exit_code, result.output

    return call
