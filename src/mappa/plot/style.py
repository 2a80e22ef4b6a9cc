"""The look of the charts: Analysis Function palette, bars from zero, direct labels."""

from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.colors import is_color_like, to_hex
from matplotlib.figure import Figure

#: Government Analysis Function palette, in its order; each has 3:1 against white.
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25")
DARK, TEAL, PLUM, ORANGE = PALETTE
INK = "#1A1A1A"  # text
GREY = "#595959"  # 7:1 against white: text and reference lines
LIGHT = "#BFBFBF"  # decoration only, never the only carrier of meaning
#: Shades for text, which needs 4.5:1 against white: marks of these colours need only 3:1.
_FOR_TEXT = {TEAL: "#1A6F68", ORANGE: "#B3420B", LIGHT: GREY}
#: How an axis writes numbers of people.
THOUSANDS = "{x:,.0f}"
RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib, so every machine draws the same bytes
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "text.color": INK,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "svg.hashsalt": "mappa",  # the same ids on every run, so that a rebuild is byte-identical
    "svg.fonttype": "none",  # text stays text: sharp at any zoom, found by search, half the bytes
    "path.simplify": True,
}


def readable(color: Any) -> Any:
    """Return *color* as text may have it: those too light on white in a darker shade."""
    name = to_hex(color).upper() if is_color_like(color) else color
    return _FOR_TEXT.get(name, color)


def canvas(
    rows: int = 1, columns: int = 1, *, width: float = 7.2, height: float = 4.2, **kwargs: Any
) -> tuple[Figure, Any]:
    """Return a figure (inches) and its axes in the study's style, outside pyplot's state.

    Without pyplot nothing leaks between notebooks and nothing is drawn twice.
    """
    with mpl.rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(rows, columns, **kwargs)
    return figure, axes


def note(
    axes: Axes, text: str, at: tuple[Any, Any], offset: tuple[float, float], **look: Any
) -> None:
    """Write a label *offset* points from the data's point *at*."""
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **look)


def label_end(axes: Axes, x: Any, y: float, text: str, color: str, **look: Any) -> None:
    """Write a series' name at its end, in its colour: no legend to match."""
    look = {"va": "center", "fontweight": "bold", "annotation_clip": False} | look
    note(axes, text, (x, y), (6, 0), color=color, **look)


def year_axis(axes: Axes, fewest: int, most: int) -> None:
    """Write years along the axis of dates, between *fewest* and *most* of them."""
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=fewest, maxticks=most))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
