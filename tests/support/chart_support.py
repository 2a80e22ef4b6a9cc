"""Where the texts of a chart are once it is laid out at a width."""

from __future__ import annotations

import itertools

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from mappa.plot.exhibit import Exhibit


def laid_out(chart: Exhibit, width: float) -> tuple[float, list[tuple[str, Bbox]]]:
    """Return the right edge (pixels) of a chart of *width* inches, and its texts with their boxes.

    Tick labels beyond the ends of an axis are left out: they are not drawn.
    """
    figure = chart.figure
    figure.set_size_inches(width, figure.get_figheight())
    FigureCanvasAgg(figure).draw()
    hidden = set()
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            place = 0 if axis is axes.xaxis else 1
            for label in axis.get_ticklabels():
                if not axis.get_visible() or not (
                    min(low, high) <= label.get_position()[place] <= max(low, high)
                ):
                    hidden.add(label)
    texts = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_visible() and text.get_text() and text not in hidden
    ]
    return figure.bbox.x1, texts


def collisions(texts: list[tuple[str, Bbox]], slack: float = 2) -> list[tuple[str, str]]:
    """Return the pairs of texts that cover each other by more than *slack* pixels both ways."""
    found = []
    for (one, a), (two, b) in itertools.combinations(texts, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        if wide > slack and high > slack:
            found.append((one, two))
    return found
