"""How long `mappa rate` takes, as a ratio to importing pandas and scipy.stats: the least it needs.

Run with the Python of the environment: python benchmarks/start.py [FORCE]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 7


def seconds(*arguments: str) -> float:
    """Return the seconds that one run of Python takes."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Run both in turn and print the median of the ratios."""
    force = sys.argv[1] if len(sys.argv) > 1 else "Cumbria"
    pairs = [
        (
            seconds("-m", "mappa", "rate", "--force", force),
            seconds("-c", "import pandas, scipy.stats"),
        )
        for _ in range(ROUNDS + 1)
    ][1:]
    ratios = [rate / imports for rate, imports in pairs]
    print(f"mappa rate: {statistics.median(r for r, _ in pairs):.2f} s")
    print(f"ratio to the imports: {statistics.median(ratios):.2f} (median of {ROUNDS})")


if __name__ == "__main__":
    main()
