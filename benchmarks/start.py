"""How long `mappa rate` takes, as a ratio to importing pandas and scipy.stats: the least it needs.

Run with the Python of the environment: python benchmarks/start.py [FORCE]
Bytecode is written, as it is for users, in a first round that does not count.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 15
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def seconds(*arguments: str) -> tuple[float, float]:
    """Return the seconds that one run of Python takes: by the clock, and of the processor."""
    begun, before = time.perf_counter(), os.times()
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    after = os.times()
    cpu = after.children_user + after.children_system
    return time.perf_counter() - begun, cpu - before.children_user - before.children_system


def main() -> None:
    """Run both in turn and print the medians of the times and of the ratios."""
    force = sys.argv[1] if len(sys.argv) > 1 else "Cumbria"
    pairs = [
        (
            seconds("-m", "mappa", "rate", "--force", force),
            seconds("-c", "import pandas, scipy.stats"),
        )
        for _ in range(ROUNDS + 1)
    ][1:]
    for i, kind in enumerate(("wall", "CPU")):
        took = statistics.median(rate[i] for rate, _ in pairs)
        ratio = statistics.median(rate[i] / imports[i] for rate, imports in pairs)
        print(f"mappa rate: {took:.2f} s {kind}, {ratio:.2f} times the imports")


if __name__ == "__main__":
    main()
