"""A run in the background that can be killed, and what must hold when it is over."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from runs_support import mappa, mappa_command, mappa_environment, write_study

# The notebook of Kent waits until the test lets it go; the mark is how its processes are found.
WAIT = """\
import os, pathlib, time
here = pathlib.Path(os.environ["TEST_FOLDER"])
(here / f"began-{force}-{os.getpid()}").touch()
while force == "Kent" and not (here / "go").exists():
    time.sleep(0.05)
"""


class Fault:
    """A run in the background, with its own scratch and a mark that its processes inherit."""

    def __init__(
        self, folder: Path, forces: Sequence[str] = ("Cumbria", "Kent"), extra: Sequence[str] = ()
    ) -> None:
        self.folder, self.mark = folder, uuid.uuid4().hex
        self.out, self.scratch = folder / "out", folder / "scratch"
        self.scratch.mkdir(exist_ok=True)
        self.notebooks = write_study(folder / "nb", rate=[WAIT])
        self.arguments = ["report", "--out", self.out, "--jobs", 2, *extra]
        for force in forces:
            self.arguments += ["--force", force]
        self.more = {
            "MAPPA_NOTEBOOKS": str(self.notebooks),
            "TEST_FOLDER": str(folder),
            "TEST_MARK": self.mark,
            "TMPDIR": str(self.scratch),
        }

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            mappa_command(*self.arguments),
            env=mappa_environment(**self.more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> subprocess.CompletedProcess[str]:
        (self.folder / "go").touch()
        return mappa(*self.arguments, **self.more)  # type: ignore[arg-type]

    def processes(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if self.mark.encode() in (entry / "environ").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found

    def wait_for(self, what: Callable[[], object], seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)

    def wait_for_kent(self) -> None:
        self.wait_for(lambda: list(self.folder.glob("began-Kent-*")))

    def assert_nothing_is_left(self) -> None:
        self.wait_for(lambda: not self.processes(), 20)
        assert list(self.scratch.iterdir()) == []

    def assert_whole(self, *published: str, failed: bool = False) -> None:
        """Every published page and notebook is whole, and no force is half there.

        *failed*: notebooks may have failed, which are set apart.
        """
        apart = {".work", "failed"} if failed else {".work"}
        folders = {p.name for p in self.out.iterdir() if p.is_dir() and p.name not in apart}
        assert folders == set(published)
        for slug in published:
            files = {p.name for p in (self.out / slug).iterdir()}
            assert len(files) == 11 and {"run.json", "index.html"} <= files
            for page in (self.out / slug).glob("*.html"):
                assert page.read_text().rstrip().endswith("</html>")
            for book in (self.out / slug).glob("*.ipynb"):
                json.loads(book.read_text())
