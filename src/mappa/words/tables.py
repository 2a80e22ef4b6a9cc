"""Tables that read well to the eye and to a screen reader: caption, scope, units, alignment."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping

import pandas as pd


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of texts, already written by :mod:`mappa.words.numbers`, with its caption.

    Parameters
    ----------
    caption: what the table shows, where and when.
    frame: a row for each line; the first column heads the row. Cells are shown as text.
    numeric: names of the columns whose cells are aligned right.
    note: a line under the table.
    """

    caption: str
    frame: pd.DataFrame
    numeric: tuple[str, ...] = ()
    note: str = ""

    def _repr_html_(self) -> str:
        return table_html(self.frame, self.caption, numeric=self.numeric, note=self.note)


def table_html(
    frame: pd.DataFrame,
    caption: str,
    *,
    numeric: tuple[str, ...] = (),
    note: str = "",
    links: Mapping[str, str] | None = None,
) -> str:
    """Return an accessible HTML table inside a region that scrolls and takes the focus.

    *links* maps the text of a first cell to an address. Everything else is escaped.
    """
    esc = html.escape
    right = set(numeric) | {
        str(c) for c in frame.columns if pd.api.types.is_numeric_dtype(frame[c])
    }

    def cls(column: object) -> str:
        return ' class="num"' if str(column) in right else ""

    head = "".join(f'<th scope="col"{cls(c)}>{esc(str(c))}</th>' for c in frame.columns)
    lines = []
    for row in frame.itertuples(index=False):
        first, *rest = ("" if pd.isna(v) else str(v) for v in row)
        label = esc(first)
        if links and first in links:
            label = f'<a href="{esc(links[first], quote=True)}">{label}</a>'
        cells = "".join(
            f"<td{cls(c)}>{esc(v)}</td>" for c, v in zip(frame.columns[1:], rest, strict=True)
        )
        lines.append(f'<tr><th scope="row"{cls(frame.columns[0])}>{label}</th>{cells}</tr>')
    foot = f'<p class="mappa-note">{esc(note)}</p>' if note else ""
    return (
        f'<div class="mappa-table" role="region" aria-label="{esc(caption, quote=True)}" '
        f'tabindex="0"><table><caption>{esc(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{foot}"
    )
