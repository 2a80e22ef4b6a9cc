"""Direct labels for scattered points, kept inside the axes."""

from __future__ import annotations

from typing import Any


def place_labels(axes: Any, marks: list[tuple[float, float, str, str]]) -> None:
    """Write each mark's name beside it: left of points in the right third, above or below.

    Parameters
    ----------
    marks: x, y (data), text and font weight of each point.
    """
    if not marks:
        return
    axes.autoscale_view()
    xs = sorted(m[0] for m in marks)
    cut = xs[0] * (xs[-1] / xs[0]) ** 0.6
    done: list[tuple[float, float]] = []
    for x, y, text, weight in marks:
        left = x > cut
        # A second label close to the first goes to the other side of its point.
        near = any(abs(y - b) < 9 and abs(x / a - 1) < 0.6 for a, b in done)
        axes.annotate(
            text, (x, y), xytext=(-7 if left else 7, -9 if near else 6),
            textcoords="offset points", ha="right" if left else "left",
            va="top" if near else "bottom", fontsize=8.5, fontweight=weight or "normal", zorder=2.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )  # fmt: skip
        done.append((x, y))
