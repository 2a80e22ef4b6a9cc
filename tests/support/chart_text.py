"""What a reader sees of a chart's texts: the ground that each is on, and which of them overlap.

The charts are those that the study's notebooks show, run here cell by cell.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import matplotlib as mpl
import nbformat
import numpy as np
from chart_support import drawn_texts
from contrast import contrast
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from mappa.pages import cells
from mappa.plot.exhibit import NARROW, Exhibit
from mappa.plot.style import RC, readable

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
DPI = 100
#: Part of the smaller text by which two may overlap: boxes have room above and below letters.
TOUCHING = 0.15


def exhibits(force: str) -> dict[str, Exhibit]:
    """Return every chart that the numbered notebooks show for *force*, by notebook and name."""
    shown: list[Any] = []
    found: dict[str, Exhibit] = {}
    for path in cells.numbered(NOTEBOOKS):
        nb = nbformat.read(path, as_version=4)
        known: dict[str, Any] = {
            "__name__": "notebook",
            "display": lambda *objects: shown.extend(objects),
        }
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            with mock.patch("mappa.plot.cached.kept", _drawn_anew):
                shown.append(_run(cell.source, known))
            if "parameters" in cells.tags(cell) and "force" in known:
                known["force"] = force
        found |= {f"{path.stem}/{e.name}": e for e in shown if isinstance(e, Exhibit)}
        shown.clear()
    return found


def _drawn_anew(draw: Callable[..., Exhibit], *args: Any, **_: Any) -> Exhibit:
    """Draw a chart whose picture alone would be taken from the stored ones."""
    return draw(*args)


def _run(source: str, known: dict[str, Any]) -> Any:
    """Run a cell as a notebook does; return what its last line shows."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), known)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), known)


@contextlib.contextmanager
def _laid_out(chart: Exhibit, width: float | None) -> Iterator[list[tuple[Text, Bbox]]]:
    """Give the texts that are seen with their boxes (pixels), at a width in inches."""
    figure, before = chart.figure, chart.figure.get_figwidth()
    with mpl.rc_context(RC):
        figure.set_dpi(DPI)
        figure.set_figwidth(width or before)
        try:
            yield [(t, t.get_window_extent()) for t in drawn_texts(figure)]
        finally:
            figure.set_figwidth(before)


def _widths(chart: Exhibit) -> list[float | None]:
    return [None, NARROW] if chart.phone else [None]


def hard_to_see(chart: Exhibit) -> list[str]:
    """Return the texts of less than 4.5:1 against the colour that most of their ground has."""
    faults = []
    with _laid_out(chart, None) as texts:
        before = [text.get_alpha() for text, _ in texts]
        for text, _ in texts:
            text.set_alpha(0)  # an invisible one would move what is laid out around it
        canvas = FigureCanvasAgg(chart.figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3]
        for (text, box), alpha in zip(texts, before, strict=True):
            text.set_alpha(alpha)
            x0, y0, x1, y1 = (max(0, int(v)) for v in box.extents)
            ground = pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3)
            if not len(ground):
                continue
            colours, often = np.unique(ground, axis=0, return_counts=True)
            under = to_hex(colours[often.argmax()] / 255)
            ink = to_hex(readable(text.get_color()))
            if contrast(ink, under) < 4.5:
                faults.append(f"{text.get_text()!r}: {ink} on {under}")
    return faults


def overlaps(chart: Exhibit) -> list[str]:
    """Return the pairs of texts that cover each other, or that leave the picture, at any width."""
    faults = []
    for width in _widths(chart):
        with _laid_out(chart, width) as texts:
            for (one, a), (two, b) in itertools.combinations(texts, 2):
                shared = Bbox.intersection(a, b)
                if shared is None or not shared.width or not shared.height:
                    continue
                part = shared.width * shared.height / min(a.width * a.height, b.width * b.height)
                if part > TOUCHING:
                    faults.append(f"{width or 'wide'}: {one.get_text()!r} and {two.get_text()!r}")
            most = chart.figure.bbox.width + 1
            faults += [
                f"{width or 'wide'}: {t.get_text()!r} is cut" for t, box in texts
                if box.x0 < -1 or box.x1 > most
            ]  # fmt: skip
    return faults
