"""Print how many mutants of each module the tests killed: run after ``mutmut run``."""

from __future__ import annotations

import json
from pathlib import Path

#: What mutmut's exit codes say: a test failed, or the mutant hung or crashed.
ALIVE = {0, 5, 33}  # every test passed, or none ran the line


def scores(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the mutants of each module that were tried, and how many of them were killed."""
    found = {}
    for path in sorted((folder / "src").rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        tried = [code for code in codes if code is not None]
        if tried:
            name = ".".join(path.relative_to(folder / "src").with_suffix("").with_suffix("").parts)
            found[name] = len(tried), sum(code not in ALIVE for code in tried)
    return found


if __name__ == "__main__":
    for module, (tried, killed) in scores(Path("mutants")).items():
        print(f"{module:<45} {killed:>4} of {tried:>4} killed  {killed / tried:.0%}")
