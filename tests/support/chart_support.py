"""Where the texts of a chart are once it is laid out at a width."""

from __future__ import annotations

import itertools
from unittest import mock

from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from mappa.plot.exhibit import Exhibit


def drawn_texts(figure: Figure) -> list[Text]:
    """Draw *figure* and return the texts drawn: an axis has labels that it never draws."""
    drawn: list[Text] = []
    draw = Text.draw

    def noted(text: Text, renderer: RendererBase) -> None:
        if text.get_visible() and text.get_text().strip() and text not in drawn:
            drawn.append(text)
        draw(text, renderer)

    with mock.patch.object(Text, "draw", noted):
        FigureCanvasAgg(figure).draw()
    return drawn


def laid_out(chart: Exhibit, width: float) -> tuple[float, list[tuple[str, Bbox]]]:
    """Return the right edge (pixels) of a chart of *width* inches, its texts and their boxes."""
    figure = chart.figure
    figure.set_size_inches(width, figure.get_figheight())
    texts = [(text.get_text(), text.get_window_extent()) for text in drawn_texts(figure)]
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
