"""A real browser for the tests of pages: Debian's Chromium under Playwright, axe-core beside it."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest


def _cannot(reason: str) -> NoReturn:
    """Skip with the reason on a user's machine; fail where CI says that a browser must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs a browser: {reason}")
    pytest.skip(reason)


def browser_path() -> str:
    """Return where Chromium is, or skip (in CI: fail) saying why."""
    for package in ("playwright", "axe_playwright_python"):
        try:
            __import__(package)
        except ImportError:
            _cannot(f"{package} is not installed")
    named = os.environ.get("MAPPA_CHROMIUM")
    for name in (named, "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    _cannot("no Chromium was found (Debian: apt-get install chromium)")


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve *folder* on this machine and give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Watched:
    """A page whose outside requests are stopped and noted, with what the console says."""

    def __init__(self, browser: Any, base: str, width: int = 1280, **context: Any) -> None:
        self.outside: list[str] = []
        self.said: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            device_scale_factor=1,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            **context,
        )
        allowed = (base, "data:", "blob:")

        def gate(route: Any) -> None:
            if route.request.url.startswith(allowed):
                route.continue_()
            else:
                self.outside.append(route.request.url)
                route.abort()

        self.context.route("**/*", gate)
        self.context.route_web_socket("**/*", lambda ws: self.outside.append(ws.url))
        self.context.on("console", lambda m: self.said.append(m.text))
        self.context.on("weberror", lambda e: self.said.append(str(e.error)))
        self.page = self.context.new_page()

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()
        assert self.outside == [], "the page asks for something outside its folder"
        assert self.said == [], "the console tells an error"


def grave_faults(page: Any) -> list[str]:
    """Return the serious and critical faults that axe-core finds."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:120]}"
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


def tab_stops(page: Any, limit: int) -> list[str]:
    """Press Tab until the focus leaves the page; return what had it, in order."""
    stops: list[str] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => { const e = document.activeElement;
            if (!e || e === document.body) return "";
            window.__n = window.__n || new Map();
            if (!window.__n.has(e)) window.__n.set(e, window.__n.size);
            return window.__n.get(e) + " " + e.tagName; }"""
        )
        if not name:
            return stops
        stops.append(name)
    return stops
