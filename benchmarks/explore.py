"""From a slider to its picture: what a move of the hand costs in CPU time, on one core.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/explore.py``. Every move goes through the panel
as in JupyterLab: observe, compute, draw, encode. The way to the browser and back is not in it. The
aim is below 150 ms; CPU time is taken because other work on the machine stretches the clock.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from mappa import explore
from mappa.data import load

AIM = 0.150
MOVES = 20


class Handle:
    """Encodes what it is given, as IPython does on the way to the browser."""

    def __init__(self, thing: Any) -> None:
        self.update(thing)

    def update(self, thing: Any) -> None:
        """Encode *thing*."""
        thing._repr_html_()


def measure(panel: explore.Panel, name: str, values: list[Any]) -> list[float]:
    """Return the CPU seconds of each move of the control *name*."""
    taken = []
    for value in values:
        start = time.process_time()
        panel.controls[name].value = value
        taken.append(time.process_time() - start)
    return taken


def report(what: str, taken: list[float]) -> None:
    median, most = statistics.median(taken), max(taken)
    print(
        f"{what:<44} median {1000 * median:5.0f} ms, most {1000 * most:5.0f} ms; "
        f"{median / AIM:.2f} of the aim"
    )


def main() -> None:
    explore.display = lambda thing, display_id: Handle(thing)  # type: ignore[assignment]
    explore.publish_display_data = lambda bundle: None  # type: ignore[assignment]
    data = load()
    day, force = str(data.settings["default_as_of"]), str(data.settings["default_force"])
    rate = explore.rate(force, day, data=data)
    rate._ipython_display_()
    report("slider: margin", measure(rate, "margin", [0.11 + i / 100 for i in range(MOVES)]))
    others = [a for a in data.counts(day).index if a != force][:MOVES]
    report("choice: force, seen for the first time", measure(rate, "force", others))
    report("choice: force, seen before", measure(rate, "force", others))
    register = explore.register(day, since="2010-04", data=data)
    register._ipython_display_()
    months = [31.0 + i for i in range(MOVES)]
    report(
        "slider: threshold of indefinite registration",
        measure(register, "threshold_months", months),
    )
    shares = [5.0 * (1 + i) for i in range(MOVES)]
    report("slider: number of sentences", measure(register, "volume_percent", shares))


if __name__ == "__main__":
    main()
