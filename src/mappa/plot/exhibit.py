"""An exhibit: a figure with all that a reader needs beside it, shown as one HTML figure."""

from __future__ import annotations

import dataclasses
import html
import io
import urllib.parse

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from mappa.files import csv_text
from mappa.plot.style import RC
from mappa.plot.svg import data_uri, shrink
from mappa.words.tables import table_html

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
