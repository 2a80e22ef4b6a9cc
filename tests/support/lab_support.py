"""JupyterLab for the tests: started by `mappa lab` on copies, driven in a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOKEN = "for-the-tests"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
#: JupyterLab shows tracebacks and what is written to stderr alike.
FAILED = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"
SECONDS = 60


def browser_path() -> str:
    """Chromium's path. Without one the test is skipped, but under CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    reason = "no Chromium is installed, and JupyterLab is tested in a real browser"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _settings(home: Path) -> Path:
    """Keep every cell in the page: by default those out of sight are taken out of it."""
    folder = home / "settings"
    path = folder / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"windowingMode": "none"}', encoding="utf-8")
    return folder


@contextlib.contextmanager
def lab(folder: Path, root: Path, data: Path | None = None) -> Iterator[str]:
    """Run `mappa lab` on copies of the notebooks in *folder*; yield its address."""
    port = _free_port()
    home = folder / "jupyter"
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "MAPPA_CACHE": str(home / "cache"),
        "MAPPA_DATA": str(data or root / "data"),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTERLAB_SETTINGS_DIR": str(_settings(home)),
    }
    command = [sys.executable, "-m", "mappa", "lab", f"--folder={folder}", "--no-browser"]
    command += [f"--port={port}", "--allow-root", f"--IdentityProvider.token={TOKEN}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    log = (folder / "lab.log").open("w", encoding="utf-8")
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{base}/api?token={TOKEN}", process, folder / "lab.log")
        yield base
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"JupyterLab ended at once:\n{log.read_text()[-3000:]}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:  # not listening yet
            pass
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


class Browser:
    """A page that may reach nothing but JupyterLab, and notes what goes wrong."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.outside: list[str] = []
        self.errors: list[str] = []
        context = page.context
        context.route("**/*", self._gate)
        context.on("console", self._note)
        context.on("weberror", lambda e: self.errors.append(str(e.error)))

    def _gate(self, route: Any) -> None:
        if route.request.url.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def _note(self, message: Any) -> None:
        where = str(message.location.get("url", ""))
        # JupyterLab asks whether a language server is there; that none is, is its own affair.
        if message.type == "error" and "/lsp/status" not in where:
            self.errors.append(f"{message.text} ({where})")

    def open(self, path: str) -> None:
        """Open a notebook and wait until its kernel is idle (the status bar says so)."""
        self.page.goto(f"{self.base}/lab/tree/{path}?token={TOKEN}&reset")
        self.page.get_by_text("Python 3 (ipykernel) | Idle").first.wait_for(timeout=SECONDS * 1000)

    def run_all(self) -> None:
        """Run all cells; wait until each has a new number, or one has failed and none runs."""
        before = max(self._numbers(), default=0)
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(
            """([cells, failed, before]) => {
                const prompts = [...document.querySelectorAll(cells)].map(p => p.textContent);
                const numbers = prompts.map(p => Number((p.match(/\\[(\\d+)\\]/) || [0, 0])[1]));
                const rests = prompts.length > 0 && !prompts.some(p => p.includes('*'));
                const done = numbers.every(n => n > before) || document.querySelector(failed);
                return rests && numbers[0] > before && Boolean(done);
            }""",
            arg=[f"{PANEL} .jp-CodeCell .jp-InputPrompt", FAILED, before],
            timeout=4 * SECONDS * 1000,
        )

    def _numbers(self) -> list[int]:
        prompts = self.page.locator(f"{PANEL} .jp-CodeCell .jp-InputPrompt").all_text_contents()
        return [int(found[1]) for p in prompts if (found := re.search(r"\[(\d+)\]", p))]

    def texts(self, selector: str) -> list[str]:
        """Return the text of every match among the outputs."""
        found = self.page.locator(f".jp-OutputArea-output {selector}")
        return [str(t) for t in found.all_text_contents()]

    def failures(self) -> list[str]:
        """Return tracebacks and warnings among the outputs."""
        return [str(t) for t in self.page.locator(FAILED).all_text_contents()]

    def wait_for_prose(self, text: str) -> None:
        """Wait until a paragraph of the outputs reads *text*."""
        from playwright.sync_api import expect

        paragraphs = self.page.locator(".jp-OutputArea-output p.mappa-prose")
        expect(paragraphs.filter(has_text=text).first).to_be_visible(timeout=SECONDS * 1000)

    def cell(self, holding: str) -> Any:
        """Return the first cell of code that holds a text."""
        return self.page.locator(f"{PANEL} .jp-CodeCell").filter(has_text=holding).first

    def code(self, holding: str = "") -> str:
        """Return the code of the first cell that holds a text: of all, the cell of settings."""
        lines = self.cell(holding).locator(".cm-content .cm-line")
        return "\n".join(lines.all_text_contents())

    def change(self, old: str, new: str, holding: str = "") -> None:
        """Write *new* for *old* in the first cell that holds a text, as by hand."""
        text = self.code(holding or old)
        assert old in text
        self.cell(holding or old).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text.replace(old, new))

    def stop_kernels(self) -> None:
        """End the kernels, so that the next notebook has the machine to itself."""
        asked = {"Authorization": f"token {TOKEN}"}
        api = self.page.request
        for kernel in api.get(f"{self.base}/api/kernels", headers=asked).json():
            api.delete(f"{self.base}/api/kernels/{kernel['id']}", headers=asked)
