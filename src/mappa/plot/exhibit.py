"""An exhibit: a figure with all that a reader needs beside it, shown as one HTML figure."""

from __future__ import annotations

import dataclasses
import html
import io
import textwrap
import urllib.parse
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mappa.errors import UsageError
from mappa.files import csv_text, write_atomically
from mappa.plot.style import RC
from mappa.plot.svg import data_uri, shrink
from mappa.words.tables import table_html

#: Kinds of file that a chart is saved as.
KINDS = ("png", "svg", "pdf")
EXHIBIT_MIME = "application/vnd.mappa.exhibit+json"


def safe_csv(frame: pd.DataFrame) -> str:
    """Return *frame* as CSV that a spreadsheet may open (see :func:`mappa.files.csv_text`)."""
    rows = ([_cell(v) for v in row] for row in frame.itertuples(index=False))
    return csv_text(map(str, frame.columns), rows)


def _cell(value: object) -> object:
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value


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
    """

    name: str
    headline: str
    subtitle: str
    alt: str
    source: str
    # Not in the repr: how pandas prints a table depends on who asks.
    data: pd.DataFrame = dataclasses.field(repr=False)
    figure: Figure = dataclasses.field(repr=False)

    def svg(self) -> str:
        """Return the figure as SVG text, the same bytes on every run."""
        stream = io.StringIO()
        with mpl.rc_context(RC):
            self.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        return shrink(stream.getvalue())

    def save(self, path: Path | str) -> Path:
        """Write the picture with headline and source inside to *path*: PNG, SVG or PDF by its end.

        Raises UsageError for another ending and OutputError where the file cannot be written.
        """
        where = Path(path)
        kind = where.suffix.lstrip(".").lower()
        if kind not in KINDS:
            raise UsageError(f"A chart is saved as {', '.join(KINDS)}: not as {where.name!r}.")
        stream, dated = io.BytesIO(), {"pdf": "CreationDate", "svg": "Date"}
        metadata = {dated[kind]: None} if kind in dated else {}
        with mpl.rc_context(RC):
            width = self.figure.get_figwidth()
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
                    stream, format=kind, dpi=200, metadata=metadata, bbox_inches="tight"
                )
            finally:  # the exhibit itself is as it was
                for text in texts:
                    text.remove()
        return write_atomically(where, stream.getvalue())

    def _repr_html_(self) -> str:
        esc = html.escape
        picture = data_uri(self.svg())  # holds no character that HTML would need escaped
        sheet = urllib.parse.quote(safe_csv(self.data), safe=" !$()*,-./:;=?@_~")
        table = table_html(self.data, f"Data of the chart: {self.headline}")
        return (
            f'<figure class="mappa-exhibit" id="exhibit-{esc(self.name, quote=True)}">'
            f'<p class="mappa-headline"><strong>{esc(self.headline)}</strong></p>'
            f'<p class="mappa-subtitle">{esc(self.subtitle)}</p>'
            # On a phone the picture keeps a legible size and scrolls, so it must take the focus.
            f'<div class="mappa-picture" role="region" tabindex="0" '
            f'aria-label="Chart: {esc(self.headline, quote=True)}">'
            f'<img alt="{esc(self.alt, quote=True)}" src="{picture}">'
            "</div>"
            f'<figcaption class="mappa-source">{esc(self.source)}</figcaption>'
            f'<details class="mappa-data"><summary>Data of this chart</summary>{table}'
            f'<p><a download="{esc(self.name, quote=True)}.csv" '
            f'href="data:text/csv;charset=utf-8,{sheet}">'
            f"Download {esc(self.name)}.csv</a></p>"
            "</details></figure>"
        )


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

    Parameters
    ----------
    axes: what is drawn on. headline: about ten words with the message. alt: the finding with its
    numbers, for those who cannot see it. source: where the numbers are from. data: what is drawn.
    """  # fmt: skip
    figure = axes.get_figure(root=True)
    assert figure is not None
    return Exhibit(name, headline, subtitle, alt, source, data, figure)
