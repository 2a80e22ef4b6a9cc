"""Tables that read well to the eye and to a screen reader: caption, scope, units, alignment."""

import dataclasses
import datetime as dt
import html
import math
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

#: How a cell is written: by a template or a function.
Written = str | Callable[[Any], str]
_NUM, _TEXT = ' class="num"', ' class="txt"'
#: Letters of a row's head from which it gets more room, so that it is not ten lines tall.
LONG = 30
#: Rows from which a table is folded, so that a page can be read through, and columns up to which
#: one fits any screen and needs no region that scrolls.
FOLDED, NARROW = 12, 3


@dataclasses.dataclass(frozen=True)
class Table:
    """A table with its caption: numbers stay numbers in the frame, and are written when shown.

    Parameters
    ----------
    caption: what the table shows, where and when.
    frame: a row for each line; the first column heads the row.
    numeric: names of text columns whose cells are aligned right, as those of numbers are.
    note: a line under the table.
    formats: a column to how its cells are written: a function of :mod:`mappa.words.numbers` or a
        template such as ``"{:,.0f}"``. What is missing stays empty.
    """

    caption: str
    frame: pd.DataFrame
    numeric: tuple[str, ...] = ()
    note: str = ""
    formats: Mapping[str, Written] = dataclasses.field(
        default_factory=dict,
        repr=False,  # functions show their address, which differs from run to run
    )

    @classmethod
    def of(
        cls,
        caption: str,
        frame: pd.DataFrame,
        names: Mapping[str, str],
        formats: Mapping[str, Written] = {},
        note: str = "",
    ) -> Self:
        """Return a table of the columns of *frame* that *names* has a heading for.

        *formats* are by column of *frame*; those that the table has not do no harm.
        """
        shown = frame[list(names)].rename(columns=names)
        written = {names[column]: write for column, write in formats.items() if column in names}
        return cls(caption, shown, note=note, formats=written)

    def _repr_html_(self) -> str:
        shown, numbers = self.frame.copy(), list(self.numeric)
        for column, write in self.formats.items():
            if column in shown:
                if not pd.api.types.is_datetime64_any_dtype(self.frame[column]):
                    numbers.append(column)
                text = write.format if isinstance(write, str) else write
                shown[column] = ["" if pd.isna(v) else text(v) for v in self.frame[column]]
        table = table_html(shown, self.caption, numeric=tuple(numbers), note=self.note)
        return table if len(shown) <= FOLDED else folded(f"Table: {self.caption}", table)


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
    columns = [str(c) for c in frame.columns]
    numbers = [pd.api.types.is_numeric_dtype(frame[c]) for c in frame.columns]
    right = [c in numeric or number for c, number in zip(columns, numbers, strict=True)]
    # Most tables hold numbers: the table says so once, and only its other cells say what they are.
    mostly = 2 * sum(right[1:]) > len(right[1:])
    classes = [("" if mostly else _NUM) if r else _TEXT if mostly else "" for r in right[1:]]
    head = "".join(
        f'<th scope="col"{_NUM if r else ""}>{esc(c)}</th>'
        for c, r in zip(columns, right, strict=True)
    )
    lead = _NUM if any(right[:1]) else ""
    lines = []
    for row in frame.itertuples(index=False):
        first, *others = (cell_text(v) for v in row)
        label = esc(first)
        if links and first in links:
            label = f'<a href="{esc(links[first], quote=True)}">{label}</a>'
        cells = "".join(f"<td{c}>{esc(v)}</td>" for c, v in zip(classes, others, strict=True))
        lines.append(f'<tr><th scope="row"{lead}>{label}</th>{cells}</tr>')
    foot = f'<p class="mappa-note">{esc(note)}</p>' if note else ""
    tall = any(len(cell_text(v)) > LONG for v in frame.iloc[:, :1].to_numpy().ravel())
    kinds = " ".join(["nums"] * mostly + ["long"] * tall)
    kind = f' class="{kinds}"' if kinds else ""
    region = f' role="region" aria-label="{esc(caption, quote=True)}" tabindex="0"'
    scrolls = region if frame.shape[1] > NARROW else ""
    return (
        f'<div class="mappa-table"{scrolls}><table{kind}><caption>{esc(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{foot}"
    )


def folded(summary: str, inner: str) -> str:
    """Return HTML that is shown when its summary is opened."""
    return f"<details><summary>{html.escape(summary)}</summary>{inner}</details>"


def cell_text(value: object) -> str:
    """Return *value* as a cell shows it: six digits of a number that is none of words' own.

    A count has all its digits, a date is ISO, what is missing is empty.
    """
    if isinstance(value, dt.date):
        return "" if pd.isna(value) else value.isoformat()[:10]
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        number = float(value)
        if not math.isfinite(number):
            return ""
        decimals = 0 if number.is_integer() else max(0, 6 - len(str(int(abs(number)))))
        return f"{number:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{number:.0f}"
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)
