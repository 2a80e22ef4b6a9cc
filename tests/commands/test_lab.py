"""`mappa lab` without starting JupyterLab: what it would run, and where."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mappa.commands import _register_all, app, lab
from mappa.errors import OutputError, UsageError


@pytest.fixture()
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """Run `mappa lab`; return the command line that it would become."""
    if not app.registered_commands:
        _register_all()
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path / "cache"))
    seen: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: seen.append(command))
    monkeypatch.setattr(subprocess, "call", lambda command: seen.append(command))

    def call(*arguments: str) -> list[str]:
        result = CliRunner().invoke(app, ["lab", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return seen[-1]

    return call


def test_options_are_passed_on_and_nothing_is_asked_of_the_network(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    command = run(f"--folder={tmp_path}", "--no-browser", "--port=9999", "--ServerApp.ip=127.0.0.1")
    assert command[1:3] == ["-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert {"--no-browser", "--port=9999", "--ServerApp.ip=127.0.0.1"} <= set(command)
    assert "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate" in command
    assert "--LabApp.extension_manager=readonly" in command
    assert "--LabApp.default_url=/lab/workspaces/mappa/tree/notebooks/welcome.md" in command
    overrides = json.loads((tmp_path / "cache/lab/settings/overrides.json").read_text())
    assert overrides["@jupyterlab/apputils-extension:notification"] == {
        "fetchNews": "false",
        "checkForUpdates": False,
    }


def test_in_the_clone_it_works_on_the_clone(run: Callable[..., list[str]], root: Path) -> None:
    command = run()
    assert f"--ServerApp.root_dir={root}" in command
    assert "--no-browser" not in command


def test_notebooks_are_laid_out_once_and_the_users_are_left_alone(
    root: Path, tmp_path: Path
) -> None:
    target = lab.lay_out(root / "notebooks", tmp_path)
    assert {p.name for p in target.iterdir()} == {
        p.name for p in (root / "notebooks").iterdir() if p.suffix in {".ipynb", ".md"}
    }
    mine = target / "explore.ipynb"
    mine.write_text("mine", encoding="utf-8")
    lab.lay_out(root / "notebooks", tmp_path)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_stray_argument_and_a_folder_that_cannot_be_written(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="takes no argument 'explore'"):
        run("explore")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="--folder"):
        run(f"--folder={tmp_path / 'file'}")


@pytest.mark.parametrize("command", ["lab", "report"])
def test_a_user_without_a_home_is_told_to_set_one(
    run: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    result = CliRunner().invoke(app, [command])
    assert isinstance(result.exception, OutputError)
    assert str(result.exception).endswith("set HOME to a folder that can be written.")
