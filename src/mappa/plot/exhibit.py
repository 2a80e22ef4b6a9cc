"""An exhibit: a figure with all that a reader needs with it, shown as one HTML figure."""

import dataclasses
import html
import io
import textwrap
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from mappa.errors import UsageError
from mappa.files import csv_text, write_atomically
from mappa.plot.style import RC, readable
from mappa.plot.svg import data_uri, framed, png, shrink
from mappa.words.tables import table_html

#: Kinds of file that a chart is saved as.
KINDS = ("png", "svg", "pdf")
EXHIBIT_MIME = "application/vnd.mappa.exhibit+json"
#: Width of a chart laid out for a phone (inches): 390 CSS pixels without the page's margins.
NARROW = 3.9


def safe_csv(frame: pd.DataFrame) -> str:
    """Return *frame* as CSV that a spreadsheet may open (see :func:`mappa.files.csv_text`)."""

    def cell(value: object) -> object:
        if pd.isna(value):
            return ""
        return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value

    rows = ([cell(v) for v in row] for row in frame.itertuples(index=False))
    return csv_text(map(str, frame.columns), rows)


@dataclasses.dataclass(frozen=True)
class Exhibit:
    """A chart, its words and its data.

    Parameters
    ----------
    name: a plain lower-case name, unique in a notebook (``funnel``).
    headline: about ten words with the message.
    subtitle: measure, geography, period.
    alt: one or two sentences that carry the finding with its numbers.
    source: the source line.
    data: the numbers drawn, a row for each mark.
    figure: the matplotlib figure.
    phone: whether the chart is laid out anew for a narrow screen.
    """

    name: str
    headline: str
    subtitle: str
    alt: str
    source: str
    # Not in the repr: how pandas prints a table depends on who asks.
    data: pd.DataFrame = dataclasses.field(repr=False)
    figure: Figure = dataclasses.field(repr=False)
    phone: bool = True

    def svg(self, width: float | None = None) -> str:
        """Return the figure as SVG text, the same bytes on every run; *width* in inches."""
        stream = io.StringIO()
        before, height = self.figure.get_figwidth(), self.figure.get_figheight()
        for text in self.figure.findobj(Text):
            text.set_color(readable(text.get_color()))
        with mpl.rc_context(RC):
            if width is not None:
                self.figure.set_size_inches(width, height)
            try:
                self.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
            finally:
                self.figure.set_size_inches(before, height)
        return shrink(stream.getvalue())

    def picture(self) -> str:
        """Return the SVG with headline, subtitle and source inside, to be shown by itself."""
        return framed(self.svg(), self.headline, self.subtitle, self.source)

    def save(self, path: Path | str) -> Path:
        """Write the picture with headline and source inside to *path*: PNG, SVG or PDF by its end.

        Raises UsageError for another ending and OutputError where the file cannot be written.
        """
        where = Path(path)
        kind = where.suffix.lstrip(".").lower()
        if kind not in KINDS:
            raise UsageError(f"A chart is saved as {', '.join(KINDS)}: not as {where.name!r}.")
        if kind == "svg":
            return write_atomically(where, self.picture())
        return write_atomically(where, png(self.picture()) if kind == "png" else self._pdf())

    def _pdf(self) -> bytes:
        """Return the figure as PDF, headline above and source below; the figure stays as it was."""
        stream, width = io.BytesIO(), self.figure.get_figwidth()
        with mpl.rc_context(RC):
            texts = [
                self.figure.text(0.01, y, textwrap.fill(text, int(width * letters)), va=side,
                                 ha="left", fontsize=size, color="#1A1A1A", fontweight=weight)
                for y, text, side, size, letters, weight in (
                    (1.02, self.headline, "bottom", 12, 9.5, "bold"),
                    (-0.02, self.source, "top", 7.5, 16, "normal"),
                )
            ]  # fmt: skip
            try:
                self.figure.savefig(
                    stream, format="pdf", metadata={"CreationDate": None}, bbox_inches="tight"
                )
            finally:
                for text in texts:
                    text.remove()
        return stream.getvalue()

    def payload(self) -> dict[str, str]:
        """Return what pages make of the chart: its words, its SVG, its data as CSV.

        ``narrow`` is the SVG laid out for a phone, empty where the chart has no such layout.
        """
        words = {k: getattr(self, k) for k in ("name", "headline", "subtitle", "alt", "source")}
        narrow = self.svg(NARROW) if self.phone else ""
        return words | {"svg": self.svg(), "narrow": narrow, "csv": safe_csv(self.data)}

    def _repr_html_(self) -> str:
        return figure_html(self.payload(), self.data)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Show the chart in a notebook; pages take its parts from the payload."""
        parts = self.payload()
        shown = figure_html(parts, self.data)
        return {"text/html": shown, "text/plain": repr(self), EXHIBIT_MIME: parts}


def figure_html(parts: Mapping[str, str], data: pd.DataFrame) -> str:
    """Return a chart's payload as one HTML figure with its data folded beneath."""
    esc = html.escape
    sheet = urllib.parse.quote(parts["csv"], safe=" !$()*,-./:;=?@_~")
    table = table_html(data, f"Data of the chart: {parts['headline']}")
    return (
        f'<figure class="mappa-exhibit" id="exhibit-{esc(parts["name"])}">'
        f'<p class="mappa-headline"><strong>{esc(parts["headline"])}</strong></p>'
        f'<p class="mappa-subtitle">{esc(parts["subtitle"])}</p>{picture_html(parts)}'
        f'<figcaption class="mappa-source">{esc(parts["source"])}</figcaption>'
        f'<details class="mappa-data"><summary>Data of this chart</summary>{table}'
        f'<p><a download="{esc(parts["name"])}.csv" href="data:text/csv;charset=utf-8,{sheet}">'
        f"Download {esc(parts['name'])}.csv</a></p></details></figure>"
    )


def picture_html(parts: Mapping[str, str]) -> str:
    """Return a chart's picture with its alt text, and its narrow layout for small screens."""
    alt = html.escape(parts["alt"])
    image = f'<img alt="{alt}" src="{data_uri(parts["svg"])}">'
    if not parts["narrow"]:
        return image
    address = data_uri(parts["narrow"]).replace(" ", "%20")  # a space ends an address of srcset
    narrow = f'<source media="(max-width: 40rem)" srcset="{address}">'
    return f"<picture>{narrow}{image}</picture>"


def exhibit(
    axes: Axes,
    *,
    name: str = "chart",
    headline: str,
    alt: str,
    source: str,
    data: pd.DataFrame,
    subtitle: str = "",
) -> Exhibit:
    """Return any axes, seaborn's or matplotlib's, as an exhibit that shows and saves itself.

    The words and *data* are those of an :class:`Exhibit`.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    return Exhibit(name, headline, subtitle, alt, source, data, figure, phone=False)
