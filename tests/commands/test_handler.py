"""Whatever happens, a user of the command reads one sentence, never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from runs_support import mappa_command, mappa_environment

from mappa import commands

posix = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")


def shell(line: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of a shell in which ``mappa`` is this package's command."""
    python, option, code = mappa_command()
    function = f"mappa() {{ '{python}' {option} '{code}' \"$@\"; }}\n"
    return subprocess.run(
        ["bash", "-c", function + line],
        env=mappa_environment(**more),
        capture_output=True,
        check=False,
        timeout=120,
    )


@posix
@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("mappa areas > /dev/full", 1, "no space is left on the device"),
        ("mappa areas >&-", 0, ""),
        ("mappa areas <&- >/dev/null", 0, ""),
        ("mappa areas --as-of ''", 2, "--as-of is empty: leave it out, or give it a value."),
        ("mappa rate --force=", 2, "--force is empty"),
        ("ulimit -n 64; mappa report", 2, "may open 64 files, and kernels need 256"),
        ("mappa story --claims /", 1, "/ is a folder"),
        ("mkdir x$$; cd x$$; rmdir ../x$$; mappa areas", 1, "current folder is no longer there"),
    ],
)
def test_a_mishap_is_one_sentence(tmp_path: Path, line: str, status: int, said: str) -> None:
    done = shell(f"cd '{tmp_path}'; {line}", TMPDIR=str(tmp_path))
    told = done.stderr.decode()
    assert done.returncode == status, told
    assert said in told and "Traceback" not in told and "Exception ignored" not in told
    assert len(told.splitlines()) == (1 if said else 0)


@posix
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_output_in_another_encoding_replaces_what_it_cannot_show(encoding: str) -> None:
    done = shell("mappa rate", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 0 and not done.stderr
    assert b"Cumbria" in done.stdout and b"?" in done.stdout


def test_what_nobody_foresaw_is_told_with_the_file_of_its_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise KeyError("an area\nof two lines")

    monkeypatch.setattr(commands, "app", fail)
    monkeypatch.setattr(commands, "_silence", lambda: None)
    monkeypatch.setattr(commands, "_register_all", lambda *first: None)
    monkeypatch.setattr(sys, "argv", ["mappa"])
    monkeypatch.setenv("MAPPA_CACHE", str(tmp_path / "cache"))
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 1
    (told,) = capsys.readouterr().err.splitlines()
    found = re.fullmatch(r"mappa: The command ended .*; the details are in (.+)\.", told)
    assert found is not None and "KeyError" in told
    details = Path(found[1])
    assert details.parent == tmp_path / "cache" / "errors"
    assert "Traceback" in details.read_text(encoding="utf-8")
