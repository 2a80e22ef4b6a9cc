"""Charts of the nation are the same on every force's page: drawn once and kept as they are shown.

``kept(charts.inputs, record)`` is an :class:`Exhibit` that shows itself from the store where the
same numbers were drawn before by the same code, and draws itself as soon as anything else of it
is asked for.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import json
from collections.abc import Callable
from typing import Any

from mappa import records
from mappa.cache import Store
from mappa.data import places
from mappa.files import digest
from mappa.plot.exhibit import Exhibit

#: What a picture's bytes depend on beside the numbers and our own code.
LIBRARIES = ("matplotlib", "numpy", "pandas", "seaborn")


class KeptExhibit(Exhibit):
    """An exhibit that is drawn only where it is not in the store."""

    def __init__(self, draw: Callable[[], Exhibit], parts: list[str], made_by: str) -> None:
        object.__setattr__(self, "_draw", draw)
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_made_by", made_by)

    @functools.cached_property
    def _drawn(self) -> Exhibit:
        made: Exhibit = self.__dict__["_draw"]()
        return made

    def __getattr__(self, name: str) -> Any:
        # Only what is not found otherwise comes here: the fields of the drawn exhibit.
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._drawn, name)

    @functools.cached_property
    def _shown(self) -> list[str]:
        """How it shows itself, as HTML and as text."""
        store = Store(places.cache_folder() / "charts")
        parts, code = self.__dict__["_parts"], [self.__dict__["_made_by"]]
        shown: list[str] = store.once("chart", parts, self._show, code=code)
        return shown

    def _show(self) -> list[str]:
        return [self._drawn._repr_html_(), repr(self._drawn)]

    def _repr_html_(self) -> str:
        return self._shown[0]

    def __repr__(self) -> str:
        return self._shown[1]


def kept(draw: Callable[..., Exhibit], record: Any, *more: Any, **without: Any) -> Exhibit:
    """Return the exhibit that *draw* makes of *record*, drawn only when it must be.

    Parameters
    ----------
    draw: a chart function of what it is given here and nothing else.
    record: its numbers: a record, or a table whose rows have no names of their own.
    more: what else it is given: records, texts, tuples of them.
    without: fields of the record to blank, such as ``force=""``: the chart is drawn from the
        blanked record, so it can hold nothing that its key does not.
    """
    given = (dataclasses.replace(record, **without) if without else record, *more)
    text = json.dumps(records.plain(given), sort_keys=True)
    name = f"{draw.__module__}.{draw.__qualname__}"
    return KeptExhibit(lambda: draw(*given), [name, text, _drawn_by()], draw.__module__)


@functools.cache
def _drawn_by() -> str:
    """Return a digest of the versions of the libraries that draw."""
    return digest([f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES])
